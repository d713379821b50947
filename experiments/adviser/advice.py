"""WW1: what to take for which data. Rules, the network that they make, and whether every row of the notes' table is
the answer to some description.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from engine.arrays import Shape
from engine.layers import (
    GRU,
    LSTM,
    BatchNormalization,
    Conv1D,
    Conv2D,
    Conv2DTranspose,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling1D,
    GraphConvolution,
    GraphPooling,
    Layer,
    LayerNormalization,
    MaxPooling2D,
    ReLU,
    SimpleRNN,
)
from engine.network import Sequential
from experiments.adviser.spec import (
    ANYWHERE,
    EVERY_PIXEL,
    FEW,
    GRAPHS,
    NODES,
    PHRASE,
    PICTURES,
    PLACED,
    TABLES,
    TEXTS,
    DataSpec,
    descriptions,
)
from experiments.numbers import whole
from experiments.shown import Shown, Table

SHORT, MIDDLE = 10, 50  # steps, from which on a simple RNN and a GRU are no longer advised
SMALL = 1000  # examples, up to which dropout is advised
SIDE, WORDS, COLUMNS, MANY_COLUMNS, FEATURES = 28, 10_000, 30, 10_000, 8  # the sizes of the network to begin with
WIDTH, CLASSES = 32, 10


# technique → its lesson
TAUGHT: Mapping[str, str] = MappingProxyType(
    {
        "Convolution": "convolution", "Simple RNN": "simple_rnn", "GRU": "gru", "LSTM": "lstm", "Dense": "dense",
        "Graph convolution": "graph_convolution", "Batch normalization": "batch_normalization",
        "Layer normalization": "layer_normalization", "Pooling": "pooling", "Global pooling": "pooling",
        "Read-out": "graph_convolution", "Flatten": "flatten", "Transposed convolution": "transposed_convolution",
        "Embedding": "embedding",
        "Dropout": "dropout", "L2": "l1_l2", "L1": "l1_l2",
    }
)  # fmt: skip


class Advice(NamedTuple):
    """Techniques, by the headings of the lesson's text."""

    layer: str  # what reads the data
    around: tuple[str, ...]  # what stands before it and behind it
    regularizer: str

    @property
    def all(self) -> tuple[str, ...]:
        return (self.layer, *self.around, self.regularizer)

    @property
    def parts(self) -> Mapping[str, tuple[str, ...]]:
        """Under the headings of the page."""
        around = {"Around it": self.around} if self.around else {}
        return {"The layer": (self.layer,), **around, "Against overfitting": (self.regularizer,)}


class Row(NamedTuple):
    """Of the notes' table."""

    technique: str
    type: str
    use: str
    answers: tuple[str, ...]  # what is advised, where this row is


ROWS = (
    Row("CNN", "Layer", "Spatial data: pictures, text (1-D), time series (1-D)", ("Convolution",)),
    Row("RNN", "Layer", "(Legacy) sequential data: better to use LSTM or GRU", ("Simple RNN",)),
    Row("LSTM", "Layer", "Complex sequences: long-term memory is critical", ("LSTM",)),
    Row("GRU", "Layer", "Standard sequences: a faster, simpler default", ("GRU",)),
    Row("Dropout", "Regularization", "Preventing overfitting: the go-to, all-purpose regularizer", ("Dropout",)),
    Row("L1/L2", "Regularization", "Preventing overfitting: L2 by default, L1 for feature selection", ("L1", "L2")),
)


def advise(spec: DataSpec) -> Advice:
    """The rules."""
    return Advice(_layer(spec), _around(spec), _regularizer(spec))


def _layer(spec: DataSpec) -> str:
    if spec.data == PICTURES:
        return "Convolution"
    if spec.data == TABLES:
        return "Dense"
    if spec.data == GRAPHS:
        return "Graph convolution"
    if spec.clue == PHRASE:
        return "Convolution"
    return "Simple RNN" if spec.length <= SHORT else "GRU" if spec.length <= MIDDLE else "LSTM"


def _around(spec: DataSpec) -> tuple[str, ...]:
    if spec.data == PICTURES:
        last = {ANYWHERE: "Global pooling", PLACED: "Flatten", EVERY_PIXEL: "Transposed convolution"}[spec.asked]
        return ("Batch normalization", "Pooling", last)
    if spec.data == GRAPHS:
        return () if spec.about == NODES else ("Read-out",)
    if spec.data == TABLES:
        return ()
    pooled = ("Global pooling",) if spec.clue == PHRASE else ("Layer normalization",)
    return (("Embedding",) if spec.data == TEXTS else ()) + pooled


def _regularizer(spec: DataSpec) -> str:
    if spec.data == TABLES and spec.columns == FEW:
        return "L1"
    return "Dropout" if spec.examples <= SMALL else "L2"


class Start(NamedTuple):
    """A network to begin with, and the shape of one example. Of a graph: of one node."""

    network: Sequential
    input_shape: Shape


def start(spec: DataSpec) -> Start:
    """What is advised, made of the engine's layers."""
    drop = [Dropout(0.3)] if _regularizer(spec) == "Dropout" else []
    if spec.data == PICTURES:
        block = [Conv2D(16, 3, padding="same"), BatchNormalization(), ReLU(), MaxPooling2D(2)]
        block += [Conv2D(WIDTH, 3, padding="same"), BatchNormalization(), ReLU()]
        ends: dict[str, list[Layer]] = {
            ANYWHERE: [GlobalAveragePooling2D(), *drop, Dense(CLASSES)],
            PLACED: [MaxPooling2D(2), Flatten(), *drop, Dense(CLASSES)],
            EVERY_PIXEL: [*drop, Conv2DTranspose(16, 2, strides=2), ReLU(), Conv2D(CLASSES, 1)],
        }
        return Start(Sequential([*block, *ends[spec.asked]]), (SIDE, SIDE, 1))
    if spec.data == TABLES:
        if spec.columns == FEW:
            return Start(Sequential([Dense(2)]), (MANY_COLUMNS,))
        return Start(Sequential([Dense(WIDTH), ReLU(), *drop, Dense(2)]), (COLUMNS,))
    if spec.data == GRAPHS:
        hops = [GraphConvolution(WIDTH), ReLU(), *drop]
        if spec.about == NODES:
            return Start(Sequential([*hops, GraphConvolution(2)]), (FEATURES,))
        return Start(Sequential([*hops, GraphConvolution(WIDTH), ReLU(), GraphPooling("mean"), Dense(2)]), (FEATURES,))
    readers: dict[str, list[Layer]] = {
        "Convolution": [Conv1D(WIDTH, 5, padding="same"), ReLU(), GlobalMaxPooling1D()],
        "Simple RNN": [SimpleRNN(WIDTH), LayerNormalization()],
        "GRU": [GRU(WIDTH), LayerNormalization()],
        "LSTM": [LSTM(WIDTH), LayerNormalization()],
    }
    layers = [*readers[_layer(spec)], *drop, Dense(2)]
    if spec.data == TEXTS:
        return Start(Sequential([Embedding(WORDS, WIDTH), *layers]), (spec.length,))
    return Start(Sequential(layers), (spec.length, 1))


def table(spec: DataSpec) -> Table:
    """The network layer by layer."""
    network, shape = start(spec)
    shapes = network.shapes(shape)
    columns: dict[str, Sequence[str] | Sequence[int]] = {
        "layer": [type(layer).__name__ for layer in network.layers],
        "output": [str(after) for after in shapes[1:]],
        "parameters": [
            layer.parameter_count(before) for layer, before in zip(network.layers, shapes[:-1], strict=True)
        ],
    }
    total = whole(network.parameter_count(shape))
    return Table(columns, f"A network to begin with: {len(network.layers)} layers, {total} parameters")


def facts(spec: DataSpec) -> tuple[tuple[str, str, str], ...]:
    """(label, value, how it comes about)."""
    network, shape = start(spec)
    one = "of one node" if spec.data == GRAPHS else "of one example"
    whole_graph = spec.data == GRAPHS and spec.about != NODES
    rows = [
        ("Input shape", str(shape), one),
        ("Output shape", str(network.output_shape(shape)), "of one graph" if whole_graph else one),
        ("Parameters", whole(network.parameter_count(shape)), "of this network"),
        ("Multiply–adds", whole(network.operation_count(shape)), "of a graph of one node" if whole_graph else one),
    ]
    if spec.data not in (TABLES, GRAPHS):
        numbers = (*shape, WIDTH) if spec.data == TEXTS else shape
        dense = Sequential([Flatten(), Dense(128)]).parameter_count(numbers)
        rows.append(("Dense(128) instead", whole(dense), "parameters, on all numbers at once"))
    return tuple(rows)


class Reached(NamedTuple):
    row: Row
    by: tuple[DataSpec, ...]  # the descriptions whose answer it is


def reached() -> tuple[Reached, ...]:
    """Every row of the notes' table, and all descriptions that lead to it."""
    answers = [(spec, advise(spec).all) for spec in descriptions()]
    return tuple(
        Reached(row, tuple(spec for spec, advised in answers if set(advised) & set(row.answers))) for row in ROWS
    )


def described(spec: DataSpec) -> str:
    """In words: only what matters."""
    words = [f"{whole(spec.examples)} {spec.data}"]
    words += [f"{getattr(spec, name)}" for name in spec.used if name in ("asked", "clue", "about")]
    words += [f"up to {whole(spec.length)} steps back" for name in spec.used if name == "length"]
    words += [f"{spec.columns} columns matter" for name in spec.used if name == "columns"]
    return ", ".join(words)


def show(spec: DataSpec) -> Shown:
    found, count = reached(), len(list(descriptions()))
    mine = [each.row.technique for each in found if set(advise(spec).all) & set(each.row.answers)]
    columns: dict[str, Sequence[str] | Sequence[int]] = {
        "technique": [each.row.technique for each in found],
        "type": [each.row.type for each in found],
        "use for": [each.row.use for each in found],
        "descriptions": [len(each.by) for each in found],
        "for example": [described(each.by[0]) if each.by else "none" for each in found],
    }
    words = ", ".join(f"{each.row.technique} {len(each.by)}" for each in found)
    rows = sum(bool(each.by) for each in found)
    seldom = min(found, key=lambda each: len(each.by))
    return Shown(
        {
            "count": whole(count),
            "reached": str(rows),
            "rows": str(len(ROWS)),
            "mine": " and ".join(mine) or "none of them",
            "yours": described(spec),
            "seldom": seldom.row.technique,
            "seldom_count": whole(len(seldom.by)),
        },
        [Table(columns, f"Of {count} descriptions so many lead to each row: {words}")],
        right={0} if rows == len(ROWS) else {1},
    )
