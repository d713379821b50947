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
from benchmarks.graphs import heard
from benchmarks.report import Comparison, asked_to_be_quick, comparison_table, machine, others_worked, publish
from engine.arrays import Array, Shape, leaves
from engine.initializers import Scaled
from engine.kernels.workers import WORKERS
from engine.layers import (
    ELU,
    GELU,
    GIN,
    GRU,
    LSTM,
    SELU,
    AveragePooling1D,
    AveragePooling2D,
    AveragePooling3D,
    BatchNormalization,
    Bidirectional,
    Conv1D,
    Conv1DTranspose,
    Conv2D,
    Conv2DTranspose,
    Conv3D,
    Conv3DTranspose,
    Dense,
    DepthwiseConv2D,
    DropConnect,
    Dropout,
    Embedding,
    Flatten,
    GATv2,
    GaussianNoise,
    GaussianSampling,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalAveragePooling3D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    GlobalMaxPooling3D,
    GraphAttention,
    GraphConvolution,
    GraphPooling,
    GraphSAGE,
    GroupNormalization,
    HardSigmoid,
    InstanceNormalization,
    Layer,
    LayerNormalization,
    LeakyReLU,
    LogSoftmax,
    MaxPooling1D,
    MaxPooling2D,
    MaxPooling3D,
    MultiHeadAttention,
    PairNorm,
    PositionalEncoding,
    PReLU,
    ReLU,
    Reshape,
    RMSNormalization,
    SeparableConv2D,
    Sigmoid,
    SiLU,
    SimpleRNN,
    Softmax,
    Softplus,
    Softsign,
    SpatialDropout1D,
    SpatialDropout2D,
    SpatialDropout3D,
    Tanh,
    UpSampling1D,
    UpSampling2D,
    UpSampling3D,
)
from engine.layers.recurrent import RecurrentLayer
from engine.losses import softmax_cross_entropy
from engine.optimizers import SGD, Adagrad, Adam, AdamW, Optimizer, RMSprop
from experiments.convolution.learning import LearningSpec, training

OURS = "ours"
TIMES = 21
TURN = 0.01  # seconds that a turn lasts at least: short work is repeated
QUIET = 0.1  # cores that other programs may take; more, and PyTorch's threads wait for each other
PAUSE = 0.02  # seconds between turns; PyTorch's threads go on spinning for a while when their work is done

# name → the layer and its x at the size of a lesson, and at a large one
LAYERS: Mapping[str, tuple[tuple[Layer, Shape], tuple[Layer, Shape]]] = {
    "Conv2D 3 × 3, one channel": ((Conv2D(8, 3), (32, 8, 8, 1)), (Conv2D(32, 3), (32, 64, 64, 1))),
    "Conv2D 3 × 3": ((Conv2D(16, 3), (32, 6, 6, 8)), (Conv2D(64, 3), (32, 28, 28, 32))),
    "Conv2D 1 × 1": ((Conv2D(16, 1), (32, 8, 8, 8)), (Conv2D(128, 1), (32, 28, 28, 64))),
    "Conv2D 3 × 3, strides 2": (
        (Conv2D(16, 3, 2, padding=1), (32, 8, 8, 8)),
        (Conv2D(64, 3, 2, padding=1), (32, 56, 56, 32)),
    ),
    "Conv2D 3 × 3, depthwise": (
        (Conv2D(8, 3, groups=8), (32, 8, 8, 8)),
        (Conv2D(64, 3, groups=64), (32, 28, 28, 64)),
    ),
    "DepthwiseConv2D": ((DepthwiseConv2D(3), (32, 8, 8, 8)), (DepthwiseConv2D(3), (32, 28, 28, 64))),
    "SeparableConv2D": ((SeparableConv2D(16, 3), (32, 8, 8, 8)), (SeparableConv2D(64, 3), (32, 28, 28, 64))),
    "Conv1D 5": ((Conv1D(16, 5), (32, 32, 8)), (Conv1D(64, 5), (32, 512, 32))),
    "Conv3D 3 × 3 × 3": ((Conv3D(8, 3), (8, 6, 6, 6, 2)), (Conv3D(32, 3), (4, 16, 16, 16, 16))),
    "Conv2DTranspose 4 × 4, strides 2": (
        (Conv2DTranspose(8, 4, 2, 1), (32, 4, 4, 16)),
        (Conv2DTranspose(32, 4, 2, 1), (32, 28, 28, 64)),
    ),
    "Conv1DTranspose 4, strides 2": (
        (Conv1DTranspose(8, 4, 2, 1), (32, 16, 16)),
        (Conv1DTranspose(32, 4, 2, 1), (32, 256, 64)),
    ),
    "Conv3DTranspose 2 × 2 × 2, strides 2": (
        (Conv3DTranspose(4, 2, 2), (8, 3, 3, 3, 8)),
        (Conv3DTranspose(16, 2, 2), (4, 8, 8, 8, 32)),
    ),
    "MaxPooling2D 2 × 2": ((MaxPooling2D(2), (32, 8, 8, 8)), (MaxPooling2D(2), (32, 56, 56, 64))),
    "AveragePooling2D 2 × 2": ((AveragePooling2D(2), (32, 8, 8, 8)), (AveragePooling2D(2), (32, 56, 56, 64))),
    "GlobalMaxPooling2D": ((GlobalMaxPooling2D(), (32, 4, 4, 16)), (GlobalMaxPooling2D(), (32, 28, 28, 128))),
    "GlobalAveragePooling2D": (
        (GlobalAveragePooling2D(), (32, 4, 4, 16)),
        (GlobalAveragePooling2D(), (32, 28, 28, 128)),
    ),
    "MaxPooling1D 2": ((MaxPooling1D(2), (32, 32, 8)), (MaxPooling1D(2), (32, 512, 64))),
    "MaxPooling3D 2 × 2 × 2": ((MaxPooling3D(2), (8, 6, 6, 6, 4)), (MaxPooling3D(2), (4, 16, 32, 32, 16))),
    "AveragePooling1D 2": ((AveragePooling1D(2), (32, 32, 8)), (AveragePooling1D(2), (32, 512, 64))),
    "AveragePooling3D 2 × 2 × 2": ((AveragePooling3D(2), (8, 6, 6, 6, 4)), (AveragePooling3D(2), (4, 16, 32, 32, 16))),
    "UpSampling2D 2 × 2": ((UpSampling2D(2), (32, 8, 8, 8)), (UpSampling2D(2), (32, 28, 28, 64))),
    "UpSampling2D 2 × 2 bilinear": (
        (UpSampling2D(2, "bilinear"), (32, 8, 8, 8)),
        (UpSampling2D(2, "bilinear"), (32, 28, 28, 64)),
    ),
    "UpSampling1D 2": ((UpSampling1D(2), (32, 32, 8)), (UpSampling1D(2), (32, 256, 64))),
    "UpSampling3D 2 × 2 × 2": ((UpSampling3D(2), (8, 6, 6, 6, 4)), (UpSampling3D(2), (4, 8, 16, 16, 16))),
    "GlobalMaxPooling1D": ((GlobalMaxPooling1D(), (32, 32, 8)), (GlobalMaxPooling1D(), (32, 512, 64))),
    "GlobalMaxPooling3D": ((GlobalMaxPooling3D(), (8, 6, 6, 6, 4)), (GlobalMaxPooling3D(), (4, 16, 32, 32, 16))),
    "GlobalAveragePooling1D": ((GlobalAveragePooling1D(), (32, 32, 8)), (GlobalAveragePooling1D(), (32, 512, 64))),
    "GlobalAveragePooling3D": (
        (GlobalAveragePooling3D(), (8, 6, 6, 6, 4)),
        (GlobalAveragePooling3D(), (4, 16, 32, 32, 16)),
    ),
    "Dense": ((Dense(10), (32, 64)), (Dense(1024), (256, 1024))),
    "DropConnect": ((DropConnect(10, 0.5), (32, 64)), (DropConnect(1024, 0.5), (256, 1024))),
    "Dropout": ((Dropout(0.5), (32, 64)), (Dropout(0.5), (256, 1024))),
    "SpatialDropout1D": ((SpatialDropout1D(0.5), (32, 30, 8)), (SpatialDropout1D(0.5), (32, 512, 64))),
    "SpatialDropout2D": ((SpatialDropout2D(0.5), (32, 8, 8, 8)), (SpatialDropout2D(0.5), (32, 28, 28, 64))),
    "SpatialDropout3D": ((SpatialDropout3D(0.5), (8, 6, 6, 6, 4)), (SpatialDropout3D(0.5), (4, 16, 16, 16, 16))),
    "GaussianSampling": ((GaussianSampling(), (32, 64)), (GaussianSampling(), (256, 1024))),
    "GaussianNoise": ((GaussianNoise(0.1), (32, 64)), (GaussianNoise(0.1), (256, 1024))),
    "Embedding": ((Embedding(26, 8), (32, 4)), (Embedding(50_000, 300), (32, 128))),
    "Flatten": ((Flatten(), (32, 2, 2, 16)), (Flatten(), (32, 28, 28, 128))),
    "Reshape": ((Reshape((8, 8)), (32, 2, 2, 16)), (Reshape((28, -1)), (32, 28, 28, 128))),
    "SimpleRNN": ((SimpleRNN(16), (32, 30, 8)), (SimpleRNN(128, return_sequences=True), (32, 100, 64))),
    "LSTM": ((LSTM(16), (32, 30, 8)), (LSTM(128, return_sequences=True), (32, 100, 64))),
    "GRU": ((GRU(16), (32, 30, 8)), (GRU(128, return_sequences=True), (32, 100, 64))),
    "Bidirectional LSTM": (
        (Bidirectional(LSTM(16)), (32, 30, 8)),
        (Bidirectional(LSTM(128, return_sequences=True)), (32, 100, 64)),
    ),
    "BatchNormalization, training": (
        (BatchNormalization(), (32, 64)),
        (BatchNormalization(), (32, 28, 28, 64)),
    ),
    "MultiHeadAttention": (
        (MultiHeadAttention(2, 8), (32, 16, 16)),
        (MultiHeadAttention(4, 32, use_causal_mask=True), (16, 128, 128)),
    ),
    "PositionalEncoding": ((PositionalEncoding(), (32, 16, 16)), (PositionalEncoding(), (32, 128, 512))),
    "LayerNormalization": ((LayerNormalization(), (32, 64)), (LayerNormalization(), (32, 128, 512))),
    "RMSNormalization": ((RMSNormalization(), (32, 64)), (RMSNormalization(), (32, 128, 512))),
    "GroupNormalization": (
        (GroupNormalization(4), (32, 8, 8, 16)),
        (GroupNormalization(32), (32, 28, 28, 64)),
    ),
    "InstanceNormalization": (
        (InstanceNormalization(), (32, 8, 8, 16)),
        (InstanceNormalization(), (32, 28, 28, 64)),
    ),
    # nodes and channels; every node hears 8 others
    "GraphConvolution": ((GraphConvolution(16), (32, 8)), (GraphConvolution(64), (4096, 64))),
    "GraphAttention": ((GraphAttention(8, 2), (32, 8)), (GraphAttention(16, 4), (4096, 64))),
    "GATv2": ((GATv2(8, 2), (32, 8)), (GATv2(16, 4), (4096, 64))),
    "GraphSAGE": ((GraphSAGE(16), (32, 8)), (GraphSAGE(64), (4096, 64))),
    "GIN": ((GIN(), (32, 8)), (GIN(), (4096, 64))),
    "GraphPooling": ((GraphPooling(), (32, 8)), (GraphPooling(), (4096, 64))),
    "PairNorm": ((PairNorm(), (32, 8)), (PairNorm(), (4096, 64))),
    "ReLU": ((ReLU(), (32, 6, 6, 8)), (ReLU(), (32, 56, 56, 64))),
    "LeakyReLU": ((LeakyReLU(), (32, 6, 6, 8)), (LeakyReLU(), (32, 56, 56, 64))),
    "PReLU": ((PReLU(Scaled("ones", 0.25)), (32, 6, 6, 8)), (PReLU(Scaled("ones", 0.25)), (32, 56, 56, 64))),
    "ELU": ((ELU(), (32, 6, 6, 8)), (ELU(), (32, 56, 56, 64))),
    "SELU": ((SELU(), (32, 6, 6, 8)), (SELU(), (32, 56, 56, 64))),
    "GELU": ((GELU(), (32, 6, 6, 8)), (GELU(), (32, 56, 56, 64))),
    "GELU, approximate": ((GELU(approximate=True), (32, 6, 6, 8)), (GELU(approximate=True), (32, 56, 56, 64))),
    "SiLU": ((SiLU(), (32, 6, 6, 8)), (SiLU(), (32, 56, 56, 64))),
    "Softplus": ((Softplus(), (32, 6, 6, 8)), (Softplus(), (32, 56, 56, 64))),
    "Softsign": ((Softsign(), (32, 6, 6, 8)), (Softsign(), (32, 56, 56, 64))),
    "Sigmoid": ((Sigmoid(), (32, 6, 6, 8)), (Sigmoid(), (32, 56, 56, 64))),
    "HardSigmoid": ((HardSigmoid(), (32, 6, 6, 8)), (HardSigmoid(), (32, 56, 56, 64))),
    "Tanh": ((Tanh(), (32, 6, 6, 8)), (Tanh(), (32, 56, 56, 64))),
    "LogSoftmax": ((LogSoftmax(), (32, 10)), (LogSoftmax(), (512, 1000))),
    "Softmax": ((Softmax(), (32, 10)), (Softmax(), (512, 1000))),
}
LOGITS = ((32, 10), (512, 1000))
OPTIMIZERS: Mapping[str, Optimizer] = {
    "SGD, a step": SGD(0.01),
    "SGD with Nesterov's momentum, a step": SGD(0.01, 0.9, nesterov=True),
    "Adagrad, a step": Adagrad(0.01, epsilon=1e-30),
    "RMSprop, a step": RMSprop(0.001, epsilon=1e-30),
    "Adam, a step": Adam(0.001, epsilon=1e-30),  # ε stands elsewhere in PyTorch: so small, it makes no difference
    "AdamW, a step": AdamW(0.001, epsilon=1e-30),
}
WEIGHTS = (Dense(10), (64,)), (Dense(1024), (1024,))  # the layers whose parameters take a step


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
