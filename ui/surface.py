"""The loss of two weights and what a penalty does to it: the browser draws it, this mounts it.

It knows bytes and names; what they hold says experiments/l1_l2/surface.py.
"""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from ui.component import component, parcel

_mount = component("surface", "surface/surface.js", ("theme/tokens.css", "theme/controls.css", "surface/surface.css"))


def surface(
    picture: bytes,
    title: str,
    *,
    key: str,
    texts: Mapping[str, str],
    link: str,
    live: Mapping[str, Any],
    keys: Mapping[str, str],
    on_key: Callable[[str], None],
) -> None:
    """Draws the picture. `link` names the parameter of the address that keeps the place that is looked at; from `live`
    the browser fetches pictures itself while a slider is dragged. Each of the `keys`, pressed on the first screen,
    stands for a word, which `on_key` gets before the script runs again."""

    def asked() -> None:
        if (word := st.session_state[key].get("asked")) in keys.values():  # anybody can send anything
            on_key(word)

    header = {"title": title, "link": link, "live": live, "texts": texts, "keys": dict(keys), "picture": picture}
    _mount(key=key, data=parcel(header), on_asked_change=asked)
