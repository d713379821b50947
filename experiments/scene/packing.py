"""A scene as bytes for the browser, which reads them by assets/drawing/payload.js."""

from __future__ import annotations

import dataclasses
import json
import math
from typing import Any

import numpy as np

from experiments.scene.format import Listed, Map, Pick, Scene, Select, Sum, Window


def pack(scene: Scene) -> bytes:
    """One payload, little-endian: a JSON header, then every array on a multiple of 8 bytes.

    "LENS" | u32 version = 1 | u32 length of the header | u32 0 | header in UTF-8, padded with spaces | arrays.
    In the header an array is {"$": [dtype, offset, length, shape]}, offset from the end of the padded header.
    """
    parts: list[bytes] = []
    at = 0

    def encode(value: Any) -> Any:
        nonlocal at
        if isinstance(value, np.ndarray):
            array = np.asarray(value, value.dtype.newbyteorder("<"), order="C")
            kind = {"f": "f", "u": "u", "i": "i"}[array.dtype.kind] + str(array.dtype.itemsize)
            at_now, padding = at, -array.nbytes % 8
            parts.append(array.tobytes() + b"\0" * padding)
            at += array.nbytes + padding
            return {"$": [kind, at_now, array.size, list(array.shape)]}
        if dataclasses.is_dataclass(value):
            fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
            if isinstance(value, Sum | Map | Select | Pick | Listed | Window):
                fields["kind"] = type(value).__name__.lower()
            return {name: field for name, field in fields.items() if field is not None}
        raise TypeError(f"a scene cannot hold {type(value).__name__}")

    if scene.loss is not None and not math.isfinite(scene.loss):
        scene = dataclasses.replace(scene, loss=None)  # JSON has no NaN
    header = json.dumps(scene, default=encode, ensure_ascii=False, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 8)
    return b"LENS" + np.array([1, len(header), 0], "<u4").tobytes() + header + b"".join(parts)
