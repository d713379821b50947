"""Training: forward, loss, backward, update, again; each step a function of the one before.

    Training   what is trained, on what, how: a fixed recipe, on examples that are there
    Drawn      a training whose examples are made anew for every step
    Progress   where a training stands: enough to go on from there
    Step       one step, with all that it computed: what a page draws

Nothing runs by itself. Who calls `step` may stop between any two, go on later, on another thread, or go back
(`engine/recording.py`): a step draws its batch from the seed and its number, so the same seed gives the same run, to
the last bit.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from engine.arrays import Array, leaves
from engine.checks import check_flag, check_integer
from engine.constraints import MaxNorm, constrained
from engine.graphs import Graph
from engine.layers.activation import ReLU
from engine.losses import softmax_cross_entropy
from engine.network import Sequential
from engine.optimizers import SGD, Optimizer
from engine.regularizers import L1L2, added, penalty, penalty_gradients, shrunk

LOST = 1e6  # a weight of this size: the next sensible step of some 0.01 is near the rounding of float32

Loss = Callable[..., tuple[float, Array]]  # of y and target, and of a mask where y has one


class Examples(NamedTuple):
    """What one step learns from."""

    x: Array  # (B, *S, C)
    target: Any  # what the loss takes beside y
    mask: Array | None = None  # (B, T)  steps that are there
    batch: Array | None = None  # (B,)  which examples, if they have numbers
    graph: Graph | None = None  # where rows of x are its nodes


class Progress(NamedTuple):
    """After so many steps."""

    steps: int
    params: Any
    state: Any
    slots: Any  # what the optimizer remembers


class Step(NamedTuple):
    """From the progress before to the progress after, by one batch."""

    before: Progress
    after: Progress
    examples: Examples
    loss: float  # D: what the data say, of the batch, before the update
    activations: tuple[Array, ...]  # a₀ = x … a_n, as `Sequential` names them
    gradients: tuple[Array, ...]  # ∂L/∂a₀ … ∂L/∂a_n
    grads: Any  # ∂D/∂w, a tree like the parameters
    traces: tuple[Any, ...] = ()  # each layer's own: the mask of a dropout
    penalty: float = 0.0  # R: what the weights cost, before the update
    penalty_grads: Any = None  # ∂R/∂w, a tree like the parameters; None without a regularizer

    @property
    def batch(self) -> Array:
        """(B,): which examples it has seen, of a training whose examples have numbers."""
        assert self.examples.batch is not None
        return self.examples.batch

    @property
    def diverged(self) -> bool:
        """Whether a number has become NaN or infinite, or a weight so large that nothing can be learned any more."""
        return not (
            np.isfinite(self.loss + self.penalty)
            and all((np.abs(w) < LOST).all() for _, w in leaves(self.after.params))
        )


class Recipe(ABC):
    """Who learns, and how. What from, a training says itself.

    The weights may cost something (`regularizer`), by their gradient or by a proximal step after the optimizer's, and
    may be kept within a `constraint`.
    """

    network: Sequential
    optimizer: Optimizer
    seed: int
    loss: Loss
    regularizer: L1L2 | None
    proximal: bool
    constraint: MaxNorm | None

    @abstractmethod
    def start(self) -> Progress:
        """Fresh parameters, no step taken."""

    @abstractmethod
    def examples(self, step: int) -> Examples:
        """What the step from `step` to `step + 1` sees: the same for the same seed."""

    def step(self, progress: Progress) -> Step:
        """Forward, loss, backward, update."""
        examples = self.examples(progress.steps)
        rng = np.random.default_rng((self.seed, progress.steps, 1))
        with np.errstate(over="ignore", invalid="ignore"):  # a training that diverges is to be seen, not warned of
            y, trace = self.network.forward(
                progress.params,
                examples.x,
                state=progress.state,
                training=True,
                rng=rng,
                mask=examples.mask,
                graph=examples.graph,
            )
            # as in Keras, a mask that reaches y is the loss's too
            loss, dy = self.loss(y, examples.target, *([] if trace.mask is None else [trace.mask]))
            gradients, grads = self.network.gradients(progress.params, trace, dy)
            cost, cost_grads = self._cost(progress.params)
            seen = grads if cost_grads is None or self.proximal else added(grads, cost_grads)
            params, slots = self.optimizer.update(progress.params, seen, progress.slots)
            params = self._brought_back(params)
        after = Progress(progress.steps + 1, params, trace.state, slots)
        return Step(
            progress, after, examples, loss, trace.activations, gradients, grads, trace.children, cost, cost_grads
        )

    def _cost(self, params: Any) -> tuple[float, Any]:
        """R and ∂R/∂w."""
        if self.regularizer is None:
            return 0.0, None
        return penalty(self.regularizer, params), penalty_gradients(self.regularizer, params)

    def _brought_back(self, params: Any) -> Any:
        """What the optimizer's step has led to, after the proximal step, and within the constraint."""
        if self.proximal and self.regularizer is not None:
            params = shrunk(self.regularizer, params, self.optimizer.learning_rate)
        return params if self.constraint is None else constrained(self.constraint, params)

    def _check(self) -> None:
        check_integer("seed", self.seed, least=0)
        check_flag("proximal", self.proximal)
        if self.proximal and self.regularizer is None:
            raise ValueError("a proximal step needs a regularizer")
        # Steps of another length than rate · g would need a threshold of another length, for every weight its own.
        if self.proximal and not (isinstance(self.optimizer, SGD) and self.optimizer.momentum == 0):
            raise ValueError(f"a proximal step needs SGD without momentum, not {self.optimizer}")

    def _fresh(self, x: Array) -> Progress:
        """For examples like x, a batch: numbers, or whole numbers that are looked up."""
        dtype = x.dtype if np.issubdtype(x.dtype, np.floating) else np.float32
        params, state = self.network.init(np.random.default_rng(self.seed), x.shape[1:], dtype)
        return Progress(0, params, state, self.optimizer.init(params))


@dataclass(frozen=True, eq=False)
class Drawn(Recipe):
    """Examples without end: every step draws its own, from a generator that knows the seed and the step's number."""

    network: Sequential
    optimizer: Optimizer
    draw: Callable[[np.random.Generator], Examples]
    seed: int = 0
    loss: Loss = softmax_cross_entropy
    regularizer: L1L2 | None = None
    proximal: bool = False
    constraint: MaxNorm | None = None

    def __post_init__(self) -> None:
        self._check()

    def start(self) -> Progress:
        return self._fresh(self.examples(0).x)

    def examples(self, step: int) -> Examples:
        return self.draw(np.random.default_rng((self.seed, step, 2)))


@dataclass(frozen=True, eq=False)
class Training(Recipe):
    """A network, its data, and the way it learns. `x` and `labels` are shared, never copied and never written to."""

    network: Sequential
    optimizer: Optimizer
    x: Array  # (N, *S, C), or whole numbers (N, *S)
    labels: Array  # (N,)  or what else the loss takes
    batch_size: int = 32
    seed: int = 0
    loss: Loss = softmax_cross_entropy
    regularizer: L1L2 | None = None
    proximal: bool = False
    constraint: MaxNorm | None = None

    def __post_init__(self) -> None:
        self._check()
        check_integer("batch_size", self.batch_size)
        if len(self.x) != len(self.labels) or not len(self.x):
            raise ValueError(
                f"x and labels must have as many examples, at least one: {len(self.x)}, {len(self.labels)}"
            )
        if self.batch_size > len(self.x):
            raise ValueError(
                f"batch_size must be at most the number of examples ({len(self.x)}), not {self.batch_size}"
            )

    def start(self) -> Progress:
        return self._fresh(self.x)

    @property
    def steps_an_epoch(self) -> int:
        """Whole batches: what is left over when the examples do not divide waits for the next shuffle."""
        return len(self.x) // self.batch_size

    def batch(self, step: int) -> Array:
        """Which examples the step from `step` to `step + 1` sees: every epoch shuffles anew, unless it is one batch."""
        if self.batch_size == len(self.x):
            return np.arange(len(self.x))
        epoch, within = divmod(step, self.steps_an_epoch)
        order = np.random.default_rng((self.seed, epoch)).permutation(len(self.x))
        return order[within * self.batch_size : (within + 1) * self.batch_size]

    def examples(self, step: int) -> Examples:
        batch = self.batch(step)
        if self.batch_size == len(self.x):
            return Examples(self.x, self.labels, batch=batch)  # all of them, and no copy
        return Examples(self.x[batch], self.labels[batch], batch=batch)


def update_ratios(step: Step) -> dict[str, float]:
    """‖Δw‖ / ‖w‖ of every parameter: how far one step moves it, against how long it is. About 0.001 is healthy."""
    before, after = dict(leaves(step.before.params)), dict(leaves(step.after.params))
    with np.errstate(all="ignore"):
        return {
            path: float(np.linalg.norm(after[path] - w) / np.linalg.norm(w)) if w.any() else float("nan")
            for path, w in before.items()
        }


def dead_units(network: Sequential, activations: tuple[Array, ...]) -> dict[int, float]:
    """Layer → share of its ReLU units (channels) that are 0 for every example given: no gradient passes them."""
    return {
        index: float((activations[index + 1] <= 0).all(axis=tuple(range(activations[index + 1].ndim - 1))).mean())
        for index, layer in enumerate(network.layers)
        if isinstance(layer, ReLU)
    }


def accuracy(network: Sequential, progress: Progress, x: Array, labels: Array) -> float:
    """Share of the examples whose largest output is their label."""
    y, _ = network.forward(progress.params, x, state=progress.state)
    return float((y.argmax(axis=1) == labels).mean())


def steps(training: Recipe, count: int) -> Iterator[Step]:
    """So many steps from the start, one after the other: whoever asks for the next decides when it is computed."""
    progress = training.start()
    for _ in range(count):
        step = training.step(progress)
        progress = step.after
        yield step
