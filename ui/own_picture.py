"""A picture of the learner's own: from a file, the camera, or drawn here."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from ui import lesson
from ui.component import component
from ui.settings import Settings

KINDS = ("Upload", "Camera", "Draw")
TYPES = ("jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff")
KEPT = "It is made 48 × 48 pixels and stands in the address: whoever has the link sees it. No disk keeps it."

_mount = component("pad-sheet", "pad/pad.js", ("theme/tokens.css", "theme/controls.css", "pad/pad.css"))


def own_picture(
    settings: Settings,
    chosen: dict[str, Any],
    *,
    shrink: Callable[[bytes], str],
    from_grey: Callable[[NDArray[Any]], str],
    side: int,
) -> None:
    """A popover with three ways to a picture. It becomes the setting `own`, together with the settings of `chosen`.

    `shrink` and `from_grey` give it as text, or raise ValueError with what is wrong.
    """
    state, count, problem = st.session_state, settings.session_key("own.count"), settings.session_key("own.problem")
    turn = state.get(count, 0)  # new widgets for the next file: the server keeps none, and the popover closes

    def take(make: Callable[[], str]) -> None:
        try:
            settings.put("own", make())
        except ValueError as error:
            state[problem] = f"The picture is not taken over: {error}."
            return
        state.pop(problem, None)
        for name, value in chosen.items():
            settings.put(name, value)
        state[count] = turn + 1

    def file_came(key: str) -> None:
        file = st.session_state.get(key)
        if file is not None:
            take(lambda: shrink(file.getvalue()))

    with st.popover("Your own picture", type="tertiary", key=settings.session_key(f"own.more.{turn}")):
        kind = st.segmented_control("A picture from", KINDS, default=KINDS[0], key=settings.session_key("own.kind"))
        if kind == "Draw":
            key = settings.session_key("own.drawing")
            _mount(key=key, data={"side": side}, on_drawing_change=lambda: take(lambda: from_grey(_sent(key, side))))
        elif kind is not None:
            _file(kind, settings.session_key(f"own.{kind.lower()}.{turn}"), file_came)
        lesson.changes([state[problem]] if problem in state else [])
        st.caption(KEPT)


def _file(kind: str, key: str, came: Callable[[str], None]) -> None:
    """The widget that takes a file, uploaded or photographed."""
    if kind == "Upload":
        st.file_uploader("A picture file", TYPES, key=key, on_change=came, args=(key,))
    else:
        st.camera_input("A picture of what is before you", key=key, on_change=came, args=(key,))


def _sent(key: str, side: int) -> NDArray[Any]:
    """What the browser has drawn: anybody can send anything."""
    try:
        pixels = np.frombuffer(base64.b64decode(st.session_state[key]["drawing"]["pixels"], validate=True), np.uint8)
        return pixels.reshape(side, side) / 255.0
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise ValueError("this is no drawing") from error
