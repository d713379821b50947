"""The engine beside PyTorch: layers forward and backward, the loss, an optimizer's step, a whole step of training.

Both have the same float32 numbers and the same number of threads. What both compute is compared before anything is
timed, so that nothing wrong is; what draws is timed in training, and compared at inference. Then they take turns, so
that a busy machine is as busy for both. Where PyTorch has two memory layouts, both are timed, and the faster one
counts. Beside a busy program PyTorch slows down far more than we do: such a run is shown, and thrown away.

Run as `python -m benchmarks.engine`; `--quick` only shows that everything works.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from benchmarks import pytorch
from benchmarks.cases import LAYERS, LOGITS, OPTIMIZERS, WEIGHTS
from benchmarks.graphs import heard
from benchmarks.report import Comparison, asked_to_be_quick, comparison_table, machine, others_worked, publish
from engine.arrays import Array, Shape, leaves
from engine.kernels.workers import WORKERS
from engine.layers import Bidirectional, Embedding, GraphPooling, Layer
from engine.layers.recurrent import RecurrentLayer
from engine.losses import softmax_cross_entropy
from engine.optimizers import Optimizer
from experiments.convolution.learning import LearningSpec, training

OURS = "ours"
TIMES = 21
TURN = 0.01  # seconds that a turn lasts at least: short work is repeated
QUIET = 0.1  # cores that other programs may take; more, and PyTorch's threads wait for each other
PAUSE = 0.02  # seconds between turns; PyTorch's threads go on spinning for a while when their work is done


@dataclass(frozen=True, eq=False)
class Pair:
    """The same work, ours and PyTorch's."""

    what: str
    shapes: str  # of x and y, or how many weights
    ours: Callable[[], Any]
    theirs: pytorch.Twins
    our_outputs: Callable[[], Sequence[Array]]
    their_outputs: Callable[[Sequence[torch.Tensor]], Sequence[Array]]
    checked: pytorch.Twins | None = None  # what is compared, where both draw, and differently: the work at inference

    def check(self) -> None:
        """ValueError unless both compute the same, in every layout. It takes the first step of what steps."""
        ours = self.our_outputs()
        for layout, twin in (self.checked or self.theirs).items():
            theirs = self.their_outputs(twin())
            for index, (a, b) in enumerate(zip(ours, theirs, strict=True)):
                # float32 sums of many terms in another order: as exact as the largest number in the array
                if np.shape(a) != np.shape(b) or not np.allclose(a, b, rtol=1e-4, atol=1e-4 * np.abs(b).max()):
                    raise ValueError(f"{self.what}, {self.shapes}: output {index} differs from PyTorch's, {layout}")


def pairs() -> Iterator[Pair]:
    rng = np.random.default_rng(0)
    for what, sizes in LAYERS.items():
        for layer, shape in sizes:
            yield layer_pair(what, layer, shape, rng)
    for shape in LOGITS:
        yield loss_pair(shape, rng)
    for what, optimizer in OPTIMIZERS.items():
        for layer, shape in WEIGHTS:
            yield optimizer_pair(what, optimizer, layer, shape, rng)
    yield training_pair()


def layer_pair(what: str, layer: Layer, shape: Shape, rng: np.random.Generator) -> Pair:
    words = layer.input_dim if isinstance(layer, Embedding) else None
    x = rng.standard_normal(shape, np.float32) if words is None else rng.integers(0, words, shape)
    params, state = layer.init(rng, shape[1:])
    graph = {"graph": heard(shape[0])} if "graph" in layer.uses else {}
    rows = graph["graph"].graphs if isinstance(layer, GraphPooling) else shape[0]
    dy = rng.standard_normal((rows, *layer.output_shape(shape[1:])), np.float32)

    draws = "rng" in layer.uses and not isinstance(layer, RecurrentLayer | Bidirectional)
    generator = np.random.default_rng(0)

    # what keeps a state learns it in training, and is the same in every call
    kept = {"state": state, "training": True} if state else {}

    def computed(**keywords: Any) -> tuple[Array, ...]:
        keywords |= kept | graph
        y, trace = layer.forward(params, x, **keywords)
        dx, grads = layer.backward(params, trace, dy)
        by_path = dict(leaves(grads))
        return (y, *(() if dx is None else (dx,)), *(by_path[path] for path, _ in leaves(params)))

    def in_training() -> tuple[Array, ...]:
        return computed(training=True, rng=generator)

    shapes = f"{times(shape)} → {times(dy.shape)}"
    if words is not None:
        return Pair(what, shapes, computed, pytorch.embedding_twins(params["embeddings"], x, dy), computed, arrays)

    def as_ours(theirs: Sequence[torch.Tensor]) -> Sequence[Array]:
        return pytorch.layer_as_ours(layer, theirs)

    plain = pytorch.layer_twins(layer, params, x, dy)
    if not draws:
        return Pair(what, shapes, computed, plain, computed, as_ours)
    drawing = pytorch.layer_twins(layer, params, x, dy, training=True)
    return Pair(what, shapes, in_training, drawing, computed, as_ours, plain)


def loss_pair(shape: Shape, rng: np.random.Generator) -> Pair:
    logits, labels = rng.standard_normal(shape, np.float32), rng.integers(0, shape[1], shape[0])

    def ours() -> Any:
        return softmax_cross_entropy(logits, labels)

    return Pair("softmax cross-entropy", times(shape), ours, pytorch.loss_twins(logits, labels), ours, arrays)


def optimizer_pair(what: str, optimizer: Optimizer, layer: Layer, shape: Shape, rng: np.random.Generator) -> Pair:
    params, _ = layer.init(rng, shape)
    grads = {name: rng.standard_normal(w.shape, np.float32) for name, w in params.items()}
    slots = optimizer.init(params)

    def ours() -> Any:
        return optimizer.update(params, grads, slots)

    def our_outputs() -> list[Array]:
        return [w for _, w in leaves(ours()[0])]

    weights = f"{sum(w.size for w in params.values()):,} weights"
    return Pair(what, weights, ours, pytorch.optimizer_twins(optimizer, params, grads), our_outputs, arrays)


def training_pair() -> Pair:
    """The network of the Convolution lesson, with the settings that the page begins with."""
    spec = LearningSpec()
    it = training(spec.runs[0], spec.seed)
    start = it.start()

    def ours() -> Any:
        return it.step(start)

    def our_outputs() -> list[Any]:
        step = ours()
        return [step.loss, *(w for _, w in leaves(step.after.params))]

    shape = times((it.batch_size, *it.x.shape[1:]))
    twins = pytorch.training_twins(it, start)
    return Pair(
        "a step of training, three Conv2D and a Dense", shape, ours, twins, our_outputs, pytorch.training_as_ours
    )


def times(shape: Shape) -> str:
    return " × ".join(map(str, shape))


def arrays(computed: Sequence[torch.Tensor]) -> list[Array]:
    return [tensor.detach().numpy() for tensor in computed]


def measure(pairs: Sequence[Pair], turns: int) -> list[Comparison]:
    """All sides of all pairs take turns, so that a moment in which the machine is busy costs no pair its median."""
    for pair in pairs:
        pair.check()
    sides = [(pair, name, side) for pair in pairs for name, side in ({OURS: pair.ours} | dict(pair.theirs)).items()]
    calls = [calls_a_turn(side) for _, _, side in sides]
    taken: dict[tuple[Pair, str], list[float]] = {(pair, name): [] for pair, name, _ in sides}
    for _ in range(turns):
        for (pair, name, side), count in zip(sides, calls, strict=True):
            time.sleep(PAUSE)
            taken[pair, name].append(seconds(side, count))
    return [compare(pair, {name: values for (of, name), values in taken.items() if of is pair}) for pair in pairs]


def compare(pair: Pair, taken: Mapping[str, Sequence[float]]) -> Comparison:
    """The medians, PyTorch's in its faster layout."""
    medians = {name: float(np.median(values)) for name, values in taken.items()}
    ours = medians.pop(OURS)
    layout = min(medians, key=lambda name: medians[name])
    return Comparison(
        pair.what, pair.shapes, len(taken[OURS]), ours, medians[layout], layout if len(medians) > 1 else ""
    )


def calls_a_turn(side: Callable[[], Any]) -> int:
    side()  # it may have something to prepare
    return max(1, int(TURN / seconds(side, 1)))


def seconds(side: Callable[[], Any], calls: int) -> float:
    """Seconds a call."""
    begun = time.perf_counter()
    for _ in range(calls):
        side()
    return (time.perf_counter() - begun) / calls


def main() -> None:
    quick = asked_to_be_quick(__doc__)
    torch.set_num_threads(WORKERS)
    begun, before = time.perf_counter(), others_worked()
    rows = measure(list(pairs()), 3 if quick else TIMES)
    others = (others_worked() - before) / (time.perf_counter() - begun)
    where = f"{machine('numpy', 'numba', 'torch')}; {WORKERS} threads each"
    publish("engine", f"{where}.\n\n{comparison_table(rows)}", quick or others > QUIET)
    if others > QUIET:
        raise SystemExit(f"Other programs took {others:.2f} cores, which flatters us: the document stays as it is.")


if __name__ == "__main__":
    main()
