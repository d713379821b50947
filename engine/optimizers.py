"""Optimizers: from parameters and their gradients, the next parameters.

    SGD    v ← momentum · v − learning_rate · g                       w ← w + v
    Adam   m ← m + (1 − β₁)(g − m)      v ← v + (1 − β₂)(g² − v)
           w ← w − learning_rate · √(1 − β₂ᵗ) / (1 − β₁ᵗ) · m / (√v + ε)          t = 1, 2, … counts the steps

Names, defaults and the place of ε are those of Keras. An optimizer is a frozen value; what it remembers from step to
step (v, m, t) are its `slots`, which travel beside the parameters. Nothing that is given is written to.

Of a gradient by rows (`engine.rows.Rows`) only these rows are updated, of the weights and of what is remembered of
them: the same formula on smaller arrays. For SGD without momentum that is the same as with the whole array. With
momentum, and for Adam, it is not: there, a row without a gradient drifts on with what is remembered of it. By rows it
stands still, as with PyTorch's SparseAdam.

Polyak 1964, "Some methods of speeding up the convergence of iteration methods", doi:10.1016/0041-5553(64)90137-5
Kingma and Ba 2015, "Adam: a method for stochastic optimization", https://arxiv.org/abs/1412.6980
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from engine.arrays import Array, leaves, rebuild
from engine.checks import check_number
from engine.rows import Rows


class SGDSlots(NamedTuple):
    velocity: Any  # v, a tree like the parameters


class AdamSlots(NamedTuple):
    steps: int  # t
    mean: Any  # m, a tree like the parameters
    square: Any  # v, a tree like the parameters


@dataclass(frozen=True)
class Optimizer(ABC):
    """(params, grads, slots) → (params, slots)."""

    learning_rate: float

    def __post_init__(self) -> None:
        check_number("learning_rate", self.learning_rate, above=0)

    @abstractmethod
    def init(self, params: Any) -> Any:
        """Slots for the first step."""

    @abstractmethod
    def step(self, params: Any, grads: Any, slots: Any) -> tuple[Any, Any]:
        """`update`, where all gradients are arrays."""

    def update(self, params: Any, grads: Any, slots: Any) -> tuple[Any, Any]:
        """The next parameters and slots. `params` and `grads` are trees of the same form."""
        gradients: dict[str, Any] = dict(leaves(grads))
        rows = {path: g.indices for path, g in gradients.items() if isinstance(g, Rows)}
        if not rows:
            return self.step(params, grads, slots)
        # a slot is a tree like the parameters: `mean.embeddings` goes with `embeddings`
        slot_rows = {f"{slot}.{path}": indices for slot in slots._fields for path, indices in rows.items()}
        values = rebuild(grads, lambda path, g: gradients[path].values if path in rows else g)
        new, new_slots = self.step(_taken(params, rows), values, _taken(slots, slot_rows))
        return _put(params, new, rows), _put(slots, new_slots, slot_rows)


@dataclass(frozen=True)
class SGD(Optimizer):
    """Stochastic gradient descent, with momentum if it is above 0."""

    learning_rate: float = 0.01
    momentum: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_number("momentum", self.momentum, least=0, below=1)

    def init(self, params: Any) -> SGDSlots:
        return SGDSlots(_zeros_like(params))

    def step(self, params: Any, grads: Any, slots: SGDSlots) -> tuple[Any, SGDSlots]:
        g, v = dict(leaves(grads)), dict(leaves(slots.velocity))
        # v ← momentum · v − learning_rate · g
        velocity = rebuild(params, lambda path, _: self.momentum * v[path] - self.learning_rate * g[path])
        step = dict(leaves(velocity))
        # w ← w + v
        return rebuild(params, lambda path, w: w + step[path]), SGDSlots(velocity)


@dataclass(frozen=True)
class Adam(Optimizer):
    """Steps of about the learning rate for every weight, whatever the size of its gradients."""

    learning_rate: float = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7

    def __post_init__(self) -> None:
        super().__post_init__()
        check_number("beta_1", self.beta_1, least=0, below=1)
        check_number("beta_2", self.beta_2, least=0, below=1)
        check_number("epsilon", self.epsilon, above=0)

    def init(self, params: Any) -> AdamSlots:
        return AdamSlots(0, _zeros_like(params), _zeros_like(params))

    def step(self, params: Any, grads: Any, slots: AdamSlots) -> tuple[Any, AdamSlots]:
        t, g = slots.steps + 1, dict(leaves(grads))
        # m ← m + (1 − β₁)(g − m),   v ← v + (1 − β₂)(g² − v)
        mean = rebuild(slots.mean, lambda path, m: m + (1 - self.beta_1) * (g[path] - m))
        square = rebuild(slots.square, lambda path, v: v + (1 - self.beta_2) * (g[path] * g[path] - v))
        m, v = dict(leaves(mean)), dict(leaves(square))
        # w ← w − learning_rate · √(1 − β₂ᵗ) / (1 − β₁ᵗ) · m / (√v + ε)
        rate = float(self.learning_rate * np.sqrt(1 - self.beta_2**t) / (1 - self.beta_1**t))
        new = rebuild(params, lambda path, w: w - rate * m[path] / (np.sqrt(v[path]) + self.epsilon))
        return new, AdamSlots(t, mean, square)


def _zeros_like(params: Any) -> Any:
    return rebuild(params, lambda _, array: np.zeros_like(array))


def _taken(tree: Any, rows: dict[str, Array]) -> Any:
    """The tree with some arrays cut down to some of their rows."""
    return rebuild(tree, lambda path, array: array[rows[path]] if path in rows else array)


def _put(tree: Any, new: Any, rows: dict[str, Array]) -> Any:
    """`new`, where the arrays that were cut down are whole again: their other rows are those of the tree."""
    old = dict(leaves(tree))

    def whole(path: str, array: Array) -> Array:
        if path not in rows:
            return array
        result = np.array(old[path])
        result[rows[path]] = array
        return result

    return rebuild(new, whole)
