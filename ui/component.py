"""Mounts the browser components of assets/ in Streamlit pages.

A component is an ES module under assets/ that exports `mount(component)`, called again whenever its data or the theme
changes, and `unmount(parentElement)`. Modules import each other by relative paths.
"""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from ui import assets

LOADER = """
const module = import(new URL("{address}", location.origin).href)
export default function (component) {{
  const place = component.parentElement
  let gone = false
  module.then(({{ mount }}) => gone || mount(component)).catch(error => {{
    console.error(error)
    const root = place.querySelector(".{name}")
    if (!root.childElementCount) root.textContent = "This picture could not be drawn. Please load the page again."
  }})
  return () => {{ // also where new data has overtaken the call, before or after the next: the place stays then
    gone = true
    if (!place.isConnected) module.then(({{ unmount }}) => unmount(place), () => {{}})
  }}
}}
"""


def component(name: str, module: str, styles: tuple[str, ...] = (), *, isolated: bool = True) -> Callable[..., Any]:
    """Registers the module and gives the function that mounts it: `mount(data=…, key=…, on_<state>_change=…)`.

    An isolated component lives in a shadow root of its own, where no style of the page reaches it.
    """
    css = "\n".join(assets.files()[path].decode() for path in styles)
    return st.components.v2.component(
        name,
        html=f'<div class="{name}"></div>\n',
        css=css + "\n",
        js=LOADER.format(address=assets.address(module), name=name),
        isolate_styles=isolated,
    )


def parcel(header: dict[str, Any]) -> bytes:
    """Packs a header with arrays and bytes in it, little-endian: Streamlit hands bytes to the browser as they are, but
    only when they are the whole of the data.

    u32 length | u32 0 | header in UTF-8, padded with spaces to 8 bytes | arrays, each on a multiple of 8 bytes.
    In the header an array is {"$": [dtype, offset, length, shape]}, offset from the end of the padded header.
    """
    parts: list[bytes] = []
    at = 0

    def encode(value: Any) -> Any:
        nonlocal at
        if isinstance(value, np.generic):
            return value.item()
        array = np.frombuffer(value, np.uint8) if isinstance(value, bytes) else np.asarray(value)
        array = np.asarray(array, np.uint8 if array.dtype == bool else array.dtype.newbyteorder("<"), order="C")
        start, padding = at, -array.nbytes % 8
        parts.append(array.tobytes() + bytes(padding))
        at += array.nbytes + padding
        return {"$": [f"{array.dtype.kind}{array.dtype.itemsize}", start, array.size, list(array.shape)]}

    text = json.dumps(header, default=encode, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    text += b" " * (-len(text) % 8)
    return np.array([len(text), 0], "<u4").tobytes() + text + b"".join(parts)


def answered(key: str, state: str) -> int:
    """The number of the last message of a component that was heard: the browser then sends the next."""
    sent = st.session_state.get(key, {}).get(state)
    number = sent.get("number", 0) if isinstance(sent, dict) else 0
    return number if isinstance(number, int) else 0
