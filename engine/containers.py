"""What containers of layers share: parameters and states, an entry a child, generators, and how a child is called."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.arrays import Array, Shape
from engine.layers.layer import Layer

# A container takes what any child may want, and hands each what it uses.
EVERYTHING = frozenset({"state", "training", "rng", "mask", "graph"})


def drawn(
    layers: Sequence[Layer], shapes: Sequence[Shape], rng: np.random.Generator, dtype: npt.DTypeLike
) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Fresh parameters and states. Each draws from a generator of its own: changing one leaves the others' alone."""
    pairs = [
        layer.init(own, shape, dtype) for layer, own, shape in zip(layers, rng.spawn(len(layers)), shapes, strict=True)
    ]
    return tuple(params for params, _ in pairs), tuple(state for _, state in pairs)


def dealt(
    layers: Sequence[Layer], params: tuple[Any, ...], state: Any, rng: np.random.Generator | None, each: str
) -> tuple[tuple[Any, ...], list[Any]]:
    """The states and the generators of the children. ValueError if params or state have not one entry for each."""
    # an outer container that was given no state hands on an empty one
    states = ({},) * len(layers) if state is None or state == {} else state
    for name, tree in (("params", params), ("state", states)):
        if len(tree) != len(layers):
            raise ValueError(f"{name} must have one entry a {each} ({len(layers)}), not {len(tree)}")
    return states, [None] * len(layers) if rng is None else rng.spawn(len(layers))


def passed(layer: Layer, params: Any, x: Array, **offered: Any) -> tuple[Array, Any]:
    """The child's forward, with what it uses of what is offered."""
    return layer.forward(params, x, **{name: offered[name] for name in layer.uses})


def mask_after(layer: Layer, trace: Any, mask: Array | None) -> Array | None:
    """The mask for what comes after a child: its trace's, if it makes one or leaves no steps; otherwise as it was."""
    return getattr(trace, "mask", mask if layer.keeps_steps else None)
