"""Optimizers: from parameters and their gradients, the next parameters.

    SGD      v ← momentum · v − learning_rate · g      w ← w + v
             nesterov: w ← w + momentum · v − learning_rate · g instead, with the v that is new
    Adagrad  v ← v + g²      w ← w − learning_rate · g / √(v + ε)
    Adam     m ← m + (1 − β₁)(g − m)      v ← v + (1 − β₂)(g² − v)
             w ← w − learning_rate · √(1 − β₂ᵗ) / (1 − β₁ᵗ) · m / (√v + ε)          t = 1, 2, … counts the steps
    RMSprop  v ← ρ v + (1 − ρ) g²      m ← momentum · m + learning_rate · g / √(v + ε)      w ← w − m
             centered: √(v − a² + ε) instead, with the mean gradient  a ← ρ a + (1 − ρ) g

Each can decay the weights beside its step, w ← w − learning_rate · weight_decay · w, of all parameters: AdamW is Adam
that does so by default. For SGD that is L2 with half that factor; Adam would divide the penalty's gradient, as the rest
of it, by the size that the weight's gradients had, and what learns fast would be decayed least.

Names, defaults and the place of ε are those of Keras. Each can clip the gradients before its step, in one of three ways
(`engine/clipping.py`): clipvalue, clipnorm, global_clipnorm. An optimizer is a frozen value; what it remembers from
step to step (v, m, a, t) are its `slots`, which travel beside the parameters. Nothing that is given is written to.

Of a gradient by rows (`engine.rows.Rows`) only these rows are updated, of the weights and of what is remembered of
them, and decayed: the same formula on smaller arrays. For SGD without momentum or decay, and for Adagrad, that is the
same as with the whole array. With momentum, and for Adam, it is not: there, a row without a gradient drifts on with
what is remembered of it. By rows it stands still, as with PyTorch's SparseAdam.

Nesterov 1983, "A method for solving the convex programming problem with convergence rate O(1/k²)"
Duchi, Hazan and Singer 2011 (Adagrad), https://jmlr.org/papers/v12/duchi11a.html
Loshchilov and Hutter 2019 (AdamW), "Decoupled weight decay regularization", https://arxiv.org/abs/1711.05101
Polyak 1964, "Some methods of speeding up the convergence of iteration methods", doi:10.1016/0041-5553(64)90137-5
Tieleman and Hinton 2012, "Lecture 6.5: RMSprop", Neural networks for machine learning
Kingma and Ba 2015, "Adam: a method for stochastic optimization", https://arxiv.org/abs/1412.6980
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from engine.arrays import Array, leaves, rebuild
from engine.checks import check_flag, check_number
from engine.clipping import clip_by_global_norm, clip_by_norm, clip_by_value
from engine.rows import Rows


class SGDSlots(NamedTuple):
    velocity: Any  # v, a tree like the parameters


class AdagradSlots(NamedTuple):
    square: Any  # v, a tree like the parameters


class RMSpropSlots(NamedTuple):
    square: Any  # v, a tree like the parameters
    velocity: Any  # m, a tree like the parameters; None without momentum
    mean: Any  # a, a tree like the parameters; None unless centered


class AdamSlots(NamedTuple):
    steps: int  # t
    mean: Any  # m, a tree like the parameters
    square: Any  # v, a tree like the parameters


@dataclass(frozen=True)
class Optimizer(ABC):
    """(params, grads, slots) → (params, slots)."""

    learning_rate: float
    clipvalue: float | None = field(default=None, kw_only=True)  # of each number
    clipnorm: float | None = field(default=None, kw_only=True)  # of each array
    global_clipnorm: float | None = field(default=None, kw_only=True)  # of all of them together
    weight_decay: float | None = field(default=None, kw_only=True)  # None is 0

    def __post_init__(self) -> None:
        check_number("learning_rate", self.learning_rate, above=0)
        if self.weight_decay is not None:
            check_number("weight_decay", self.weight_decay, least=0)
        ways = {name: getattr(self, name) for name in ("clipvalue", "clipnorm", "global_clipnorm")}
        given = {name: limit for name, limit in ways.items() if limit is not None}
        for name, limit in given.items():
            check_number(name, limit, above=0)
        if len(given) > 1:
            raise ValueError(f"only one of {', '.join(ways)} can be set, not {', '.join(given)}")

    @abstractmethod
    def init(self, params: Any) -> Any:
        """Slots for the first step."""

    @abstractmethod
    def step(self, params: Any, grads: Any, slots: Any) -> tuple[Any, Any]:
        """`update`, with weights that are decayed already, and gradients that are clipped, and whole."""

    def update(self, params: Any, grads: Any, slots: Any) -> tuple[Any, Any]:
        """The next parameters and slots. `params` and `grads` are trees of the same form."""
        gradients: dict[str, Any] = dict(leaves(grads))
        rows = {path: g.indices for path, g in gradients.items() if isinstance(g, Rows)}
        # the rows that are not there are 0, and add nothing to a norm
        values = self.clipped(rebuild(grads, lambda path, g: gradients[path].values if path in rows else g))
        if not rows:
            return self.step(self.decayed(params), values, slots)
        # a slot is a tree like the parameters: `mean.embeddings` goes with `embeddings`
        slot_rows = {f"{slot}.{path}": indices for slot in slots._fields for path, indices in rows.items()}
        new, new_slots = self.step(self.decayed(_taken(params, rows)), values, _taken(slots, slot_rows))
        return _put(params, new, rows), _put(slots, new_slots, slot_rows)

    def decayed(self, params: Any) -> Any:
        """The parameters that the step begins at."""
        if not self.weight_decay:
            return params
        # w ← w − learning_rate · weight_decay · w
        kept = 1 - self.learning_rate * self.weight_decay
        return rebuild(params, lambda _, w: w * kept)

    def clipped(self, grads: Any) -> Any:
        """The gradients that the step is taken with."""
        if self.clipvalue is not None:
            return clip_by_value(grads, self.clipvalue)
        if self.clipnorm is not None:
            return clip_by_norm(grads, self.clipnorm)
        return grads if self.global_clipnorm is None else clip_by_global_norm(grads, self.global_clipnorm)


@dataclass(frozen=True)
class SGD(Optimizer):
    """Stochastic gradient descent, with momentum if it is above 0. Nesterov's looks where the momentum leads."""

    learning_rate: float = 0.01
    momentum: float = 0.0
    nesterov: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        check_number("momentum", self.momentum, least=0, below=1)
        check_flag("nesterov", self.nesterov)

    def init(self, params: Any) -> SGDSlots:
        return SGDSlots(_zeros_like(params))

    def step(self, params: Any, grads: Any, slots: SGDSlots) -> tuple[Any, SGDSlots]:
        g, v = dict(leaves(grads)), dict(leaves(slots.velocity))
        # v ← momentum · v − learning_rate · g
        velocity = rebuild(params, lambda path, _: self.momentum * v[path] - self.learning_rate * g[path])
        step = dict(leaves(velocity))
        if self.nesterov:
            # w ← w + momentum · v − learning_rate · g
            ahead = rebuild(params, lambda path, w: w + self.momentum * step[path] - self.learning_rate * g[path])
            return ahead, SGDSlots(velocity)
        # w ← w + v
        return rebuild(params, lambda path, w: w + step[path]), SGDSlots(velocity)


@dataclass(frozen=True)
class Adagrad(Optimizer):
    """Each weight's gradient is divided by the size of all that its gradients were: steps only grow smaller."""

    learning_rate: float = 0.001
    initial_accumulator_value: float = 0.1
    epsilon: float = 1e-7

    def __post_init__(self) -> None:
        super().__post_init__()
        check_number("initial_accumulator_value", self.initial_accumulator_value, least=0)
        check_number("epsilon", self.epsilon, above=0)

    def init(self, params: Any) -> AdagradSlots:
        return AdagradSlots(rebuild(params, lambda _, w: np.full_like(w, self.initial_accumulator_value)))

    def step(self, params: Any, grads: Any, slots: AdagradSlots) -> tuple[Any, AdagradSlots]:
        g = dict(leaves(grads))
        # v ← v + g²
        square = rebuild(slots.square, lambda path, v: v + g[path] * g[path])
        v = dict(leaves(square))
        # w ← w − learning_rate · g / √(v + ε)
        rate, epsilon = self.learning_rate, self.epsilon
        new = rebuild(params, lambda path, w: w - rate * g[path] / np.sqrt(v[path] + epsilon))
        return new, AdagradSlots(square)


@dataclass(frozen=True)
class RMSprop(Optimizer):
    """Each weight's gradient is divided by the size that its gradients had lately."""

    learning_rate: float = 0.001
    rho: float = 0.9
    momentum: float = 0.0
    epsilon: float = 1e-7
    centered: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        check_number("rho", self.rho, least=0, below=1)
        check_number("momentum", self.momentum, least=0, below=1)
        check_number("epsilon", self.epsilon, above=0)
        check_flag("centered", self.centered)

    def init(self, params: Any) -> RMSpropSlots:
        velocity, mean = (_zeros_like(params) if kept else None for kept in (self.momentum, self.centered))
        return RMSpropSlots(_zeros_like(params), velocity, mean)

    def step(self, params: Any, grads: Any, slots: RMSpropSlots) -> tuple[Any, RMSpropSlots]:
        g, rho, before = dict(leaves(grads)), self.rho, dict(leaves(slots.velocity))
        # v ← ρ v + (1 − ρ) g²,   a ← ρ a + (1 − ρ) g
        square = rebuild(slots.square, lambda path, v: rho * v + (1 - rho) * (g[path] * g[path]))
        mean = rebuild(slots.mean, lambda path, a: rho * a + (1 - rho) * g[path])
        v, a = dict(leaves(square)), dict(leaves(mean))

        def move(path: str, w: Array) -> Array:
            # v − a² of equal gradients is 0, and less by what rounding makes of it
            variance = np.maximum(v[path] - a[path] * a[path], 0) if self.centered else v[path]
            # m ← momentum · m + learning_rate · g / √(v + ε)
            m = self.learning_rate * g[path] / np.sqrt(variance + self.epsilon)
            return self.momentum * before[path] + m if self.momentum else m

        velocity = rebuild(params, move)
        m = dict(leaves(velocity))
        # w ← w − m
        new = rebuild(params, lambda path, w: w - m[path])
        return new, RMSpropSlots(square, velocity if self.momentum else None, mean)


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


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam whose weights decay beside its step, all alike."""

    weight_decay: float | None = 0.004


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
