"""EM4: a table grows with the vocabulary. Counted on real layers: the whole table, and two cures.

    factorised     W ≈ A B        A (V, k), B (k, C):  V k + k C numbers, and all vectors lie in k dimensions
    hashed         row h(v), h(v) < B, instead of row v:  B C numbers, and words that share a row have one vector
    hashed twice   row h₁(v) + row h₂(v):  B C numbers too; only words that share both rows have one vector

Lan et al. 2020 (factorised), "ALBERT", https://arxiv.org/abs/1909.11942
Weinberger et al. 2009 (hashed), https://arxiv.org/abs/0902.2206
Svenstrup, Hansen and Winther 2017 (hashed twice), https://arxiv.org/abs/1709.03933
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.layers import Dense, Embedding
from engine.layers.layer import Layer
from engine.network import Sequential
from experiments.numbers import BYTES, decimal, whole
from experiments.shown import Lines, Shown, Table
from experiments.spec import Spec, choice

ADAM = 3  # the weights, and two averages of the same size
VOCABULARIES = (1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
SAMPLE = 1_000  # words whose vectors are looked at
FACTORS = 2_654_435_761, 2_246_822_519  # odd numbers that mix bits: of Knuth's hash, and of xxHash


@dataclass(frozen=True)
class SizeSpec(Spec):
    input_dim: int = choice(50_000, (1_000, 10_000, 50_000, 250_000, 1_000_000), "words: rows of the table")
    output_dim: int = choice(300, (50, 100, 300, 768), "numbers that stand for a word")
    factors: int = choice(64, (16, 32, 64, 128), "k of the factorised table: columns of A, rows of B")
    buckets: int = choice(5_000, (500, 5_000, 50_000), "rows of the hashed table")

    def __post_init__(self) -> None:
        if self.factors >= self.output_dim:
            raise ValueError(f"factors must be below output_dim ({self.output_dim}), not {self.factors}")
        if self.buckets > self.input_dim:
            raise ValueError(f"buckets must be at most input_dim ({self.input_dim}), not {self.buckets}")


class Way(NamedTuple):
    """A way to give every word a vector."""

    label: str
    parameters: int
    shared: int  # words whose vector another word has too
    directions: int  # that the vectors can take, at most


class Size(NamedTuple):
    ways: tuple[Way, ...]  # the whole table first

    @property
    def whole(self) -> Way:
        return self.ways[0]


def layers(spec: SizeSpec) -> dict[str, Layer]:
    """Real layers: their counts are what is shown. Both hashed ways have the same table."""
    columns = spec.output_dim
    return {
        "whole table": Embedding(spec.input_dim, columns),
        "factorised": Sequential((Embedding(spec.input_dim, spec.factors), Dense(columns, use_bias=False))),
        "hashed": Embedding(spec.buckets, columns),
        "hashed twice": Embedding(spec.buckets, columns),
    }


def size(spec: SizeSpec) -> Size:
    """What each way costs, and what it gives up."""
    counts = {name: layer.parameter_count(()) for name, layer in layers(spec).items()}
    first, second = hashes(spec)
    # a word is told from all others by its pair of rows, in either order: their vectors are added
    low, high = np.minimum(first, second), np.maximum(first, second)
    shared = {
        "whole table": 0,
        "factorised": 0,
        "hashed": _shared(first),
        "hashed twice": _shared(low * spec.buckets + high),
    }
    most = min(spec.output_dim, spec.buckets)
    directions = {"factorised": spec.factors, "hashed": most, "hashed twice": most}
    return Size(
        tuple(Way(name, count, shared[name], directions.get(name, spec.output_dim)) for name, count in counts.items())
    )


def hashes(spec: SizeSpec) -> tuple[Array, Array]:
    """Two rows for every word, each (input_dim,) int64 below `buckets`."""
    v = np.arange(1, spec.input_dim + 1, dtype=np.uint64)
    first, second = ((v * np.uint64(factor) % np.uint64(2**32)) >> np.uint64(7) for factor in FACTORS)
    return (first % np.uint64(spec.buckets)).astype(np.int64), (second % np.uint64(spec.buckets)).astype(np.int64)


def _shared(rows: Array) -> int:
    """How many words have a row that another has too."""
    _, counts = np.unique(rows, return_counts=True)
    return int(counts[counts > 1].sum())


def rank(spec: SizeSpec, seed: int = 0) -> int:
    """Directions that the vectors of some words really take, in a factorised table that is drawn from the seed."""
    words = min(SAMPLE, spec.input_dim)
    network = Sequential((Embedding(words, spec.factors), Dense(spec.output_dim, use_bias=False)))
    params, _ = network.init(np.random.default_rng(seed), (), np.float64)
    vectors, _ = network.forward(params, np.arange(words))
    return int(np.linalg.matrix_rank(vectors))


def show(spec: SizeSpec) -> Shown:
    """Counts and memory of every way, and how they grow with the vocabulary."""
    result = size(spec)
    table, factorised, hashed, twice = result.ways
    numbers = {
        "vocabulary_size": whole(spec.input_dim),
        "vector_size": whole(spec.output_dim),
        "whole_table": whole(table.parameters),
        "memory": _bytes(BYTES * table.parameters),
        "training": _bytes(ADAM * BYTES * table.parameters),
        "factorised": whole(factorised.parameters),
        "factorised_times": decimal(table.parameters / factorised.parameters, 1),
        "factors": whole(spec.factors),
        "rank": whole(rank(spec)),
        "hashed": whole(hashed.parameters),
        "hashed_times": decimal(table.parameters / hashed.parameters, 1),
        "buckets": whole(spec.buckets),
        "shared": whole(hashed.shared),
        "shared_twice": whole(twice.shared),
    }
    return Shown(numbers, [_table(result), _growth(spec)])


def _table(result: Size) -> Table:
    ways = result.ways
    columns: dict[str, list[str] | list[int]] = {
        "way": [way.label for way in ways],
        "parameters": [way.parameters for way in ways],
        "memory": [_bytes(BYTES * way.parameters) for way in ways],
        "while Adam trains it": [_bytes(ADAM * BYTES * way.parameters) for way in ways],
        "words without a vector of their own": [way.shared for way in ways],
        "directions, at most": [way.directions for way in ways],
    }
    return Table(columns, "; ".join(f"{way.label}: {whole(way.parameters)} parameters" for way in ways))


def _growth(spec: SizeSpec) -> Lines:
    """Parameters by vocabulary; a hashed table stays as it is."""
    places = [rows for rows in VOCABULARIES if rows >= spec.buckets]
    grown = [layers(replace(spec, input_dim=rows)) for rows in places]
    names = ("whole table", "factorised", "hashed")
    lines = {name: [each[name].parameter_count(()) for each in grown] for name in names}
    words = "; ".join(f"{name} {whole(counts[0])} to {whole(counts[-1])}" for name, counts in lines.items())
    alt = f"Parameters from {whole(places[0])} to {whole(places[-1])} words: {words}"
    return Lines(places, lines, x="words", y="parameters", alt=alt, log=True)


def _bytes(count: float) -> str:
    """60000000 → "60 MB"."""
    for unit in ("bytes", "kB", "MB"):
        if count < 1000:
            return f"{decimal(count, 0)} {unit}"
        count /= 1000
    return f"{decimal(count, 1)} GB"
