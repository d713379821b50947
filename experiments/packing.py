"""Names, numbers and arrays as bytes for the browser, which reads them by assets/drawing/payload.js."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np


def refuse(value: Any) -> Any:
    raise TypeError(f"what the browser reads cannot hold {type(value).__name__}")


def pack(value: Any, plain: Callable[[Any], Any] = refuse) -> bytes:
    """One payload, little-endian: a JSON header, then every array on a multiple of 8 bytes.

    "LENS" | u32 version = 1 | u32 length of the header | u32 0 | header in UTF-8, padded with spaces | arrays.
    In the header an array is {"$": [dtype, offset, length, shape]}, offset from the end of the padded header. `plain`
    says by dictionaries and lists what is neither an array nor anything that JSON knows.
    """
    parts: list[bytes] = []
    at = 0

    def encode(value: Any) -> Any:
        nonlocal at
        if not isinstance(value, np.ndarray):
            return plain(value)
        array = np.asarray(value, value.dtype.newbyteorder("<"), order="C")
        kind = {"f": "f", "u": "u", "i": "i"}[array.dtype.kind] + str(array.dtype.itemsize)
        start, padding = at, -array.nbytes % 8
        parts.append(array.tobytes() + b"\0" * padding)
        at += array.nbytes + padding
        return {"$": [kind, start, array.size, list(array.shape)]}

    header = json.dumps(value, default=encode, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    header += b" " * (-len(header) % 8)
    return b"LENS" + np.array([1, len(header), 0], "<u4").tobytes() + header + b"".join(parts)
