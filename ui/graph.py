"""A graph that can be touched: the browser draws it and says how it was changed, this mounts it.

It knows bytes and names; what they hold says experiments/graph_convolution/messages.py.
"""

from collections.abc import Callable

import streamlit as st

from ui.component import answered, component, parcel

LONGEST = 20_000  # characters that a browser may send

_mount = component("graph", "graph/graph.js", ("theme/tokens.css", "theme/controls.css", "graph/graph.css"))


def graph(picture: bytes, title: str, *, key: str, link: str, on_change: Callable[[str], None]) -> None:
    """Draws the picture. `link` names the parameter of the address that keeps what is looked at; `on_change` gets the
    graph as an edge list, as the learner has changed it."""

    def changed() -> None:
        sent = st.session_state[key].get("changed")
        text = sent.get("graph") if isinstance(sent, dict) else None
        if isinstance(text, str) and len(text) <= LONGEST:  # anybody can send anything
            on_change(text)

    header = {"title": title, "link": link, "picture": picture, "answered": answered(key, "changed")}
    _mount(key=key, data=parcel(header), on_changed_change=changed)
