"""The loss of two weights and what a penalty does to it: the browser draws it, this mounts it.

It knows bytes and names; what they hold says experiments/l1_l2/surface.py.
"""

from collections.abc import Mapping
from typing import Any

from ui.component import component, parcel

_mount = component("surface", "surface/surface.js", ("theme/tokens.css", "theme/controls.css", "surface/surface.css"))


def surface(
    picture: bytes, title: str, *, key: str, texts: Mapping[str, str], link: str, live: Mapping[str, Any]
) -> None:
    """Draws the picture. `link` names the parameter of the address that keeps the place that is looked at; from `live`
    the browser fetches pictures itself while a slider is dragged."""
    _mount(key=key, data=parcel({"title": title, "link": link, "live": live, "texts": texts, "picture": picture}))
