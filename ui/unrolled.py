"""Gradients on their way back through unrolled networks: the browser draws them, this mounts it.

It knows arrays and names, never a layer. The picture is bytes; what they hold says experiments/recurrent/walk.py.
"""

from collections.abc import Mapping
from typing import Any

from ui.component import component, parcel

_mount = component(
    "unrolled", "unrolled/unrolled.js", ("theme/tokens.css", "theme/controls.css", "unrolled/unrolled.css")
)


def unrolled(
    picture: bytes,
    title: str,
    *,
    key: str,
    texts: Mapping[str, str] | None = None,
    link: str | None = None,
    live: Mapping[str, Any] | None = None,
) -> None:
    """Draws the picture, which says which of the texts is told.

    link names the parameter of the address that keeps the step that is looked at; with `live`, as of a lens, the
    browser fetches pictures itself while a slider is dragged.
    """
    _mount(key=key, data=parcel({"title": title, "link": link, "live": live, "texts": texts or {}, "picture": picture}))
