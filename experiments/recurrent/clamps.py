"""Gates that the learner holds at a value, whatever enters them."""

from __future__ import annotations

from typing import Any

from experiments.spec import choice

FREE = "free"


def clamp(of: str, low: str = "0") -> Any:
    """A field: the gate is free, or has this value."""
    return choice(FREE, (FREE, low, "0.5", "1") if low == "0" else (FREE, low, "0", "1"), of, surprise=False)


def clamps(spec: Any) -> tuple[tuple[str, float], ...]:
    """(gate, value) of every gate that is held, in the layer's order."""
    values = ((gate, getattr(spec, f"clamp_{gate}")) for gate in spec.gates)
    return tuple((gate, float(value)) for gate, value in values if value != FREE)
