"""A scene as bytes for the browser."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

from experiments import packing
from experiments.scene.format import Listed, Map, Scene, Select, Sum, Window


def pack(scene: Scene) -> bytes:
    """One payload: experiments/packing.py says its form. A step and its terms say of what kind they are."""
    if scene.loss is not None and not math.isfinite(scene.loss):
        scene = dataclasses.replace(scene, loss=None)  # JSON has no NaN
    return packing.pack(scene, _fields)


def _fields(value: Any) -> dict[str, Any]:
    if not dataclasses.is_dataclass(value):
        packing.refuse(value)
    fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
    if isinstance(value, Sum | Map | Select | Listed | Window):
        fields["kind"] = type(value).__name__.lower()
    return {name: field for name, field in fields.items() if field is not None}
