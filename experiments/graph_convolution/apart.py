"""GC5: what a mean, a maximum and a sum cannot tell apart, and that attention is a mean with weights of its own.

Two nodes that hear different neighbours, by one layer with the same weights. They are told apart where y differs.

    the same, more often     {1} and {1, 1}           only how many there are is different
    in proportion            {1, 2} and {1, 1, 2, 2}
    the same mean            {1, 3} and {2}
    the same maximum         {1, 3} and {3, 3}
    the same sum             {1, 3} and {4}

A neighbour's number is a number, or, one-hot, a kind: then a sum counts the neighbours of every kind.

Xu et al. 2019, "How powerful are graph neural networks?", https://arxiv.org/abs/1810.00826
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.graphs import Graph
from engine.layers import GIN, Dense, GraphAttention, GraphSAGE, ReLU
from engine.network import Sequential
from experiments.numbers import scientific, significant
from experiments.shown import Board, Cell, Shown

NEIGHBOURS = {
    "the same, more often: 1 | 1 1": ((1,), (1, 1)),
    "in proportion: 1 2 | 1 1 2 2": ((1, 2), (1, 1, 2, 2)),
    "the same mean: 1 3 | 2": ((1, 3), (2,)),
    "the same maximum: 1 3 | 3 3": ((1, 3), (3, 3)),
    "the same sum: 1 3 | 4": ((1, 3), (4,)),
}
MEAN, MAX, SUM, ATTENTION, GIN_MLP = "mean", "max", "sum", "attention", "GIN"
MEAN_KINDS, GIN_KINDS = "mean, one-hot", "GIN, one-hot"
LAYERS = (MEAN, MAX, SUM, ATTENTION, GIN_MLP, MEAN_KINDS, GIN_KINDS)
KINDS = 4  # 1 … 4
SEEDS = range(5)
SAME = 1e-9


class Apart(NamedTuple):
    differences: Mapping[tuple[str, str], float]  # layer, neighbours → the smallest |y − y′| over the seeds
    shares: float  # how far attention is from summing to 1, at most


def network(layer: str) -> Sequential:
    if layer == ATTENTION:
        return Sequential([GraphAttention(8, self_loops=False)])
    if layer in (GIN_MLP, GIN_KINDS):
        return Sequential([GIN(), Dense(8), ReLU(), Dense(8)])
    return Sequential([GraphSAGE(8, MEAN if layer == MEAN_KINDS else layer)])


def nodes(layer: str, heard: tuple[int, ...]) -> Array:
    """x: the node itself, which is a 1, and those that it hears."""
    values = np.array((1, *heard))
    if layer in (MEAN_KINDS, GIN_KINDS):
        return np.eye(KINDS)[values - 1]
    return values[:, None].astype(np.float64)


@cache
def apart() -> Apart:
    """All layers on all pairs. The node itself has the number 1."""
    differences = dict[tuple[str, str], float]()
    shares = 0.0
    for layer in LAYERS:
        net = network(layer)
        for name, pair in NEIGHBOURS.items():
            found = []
            for seed in SEEDS:
                width = nodes(layer, ()).shape[1]
                params, _ = net.init(np.random.default_rng(seed), (width,), np.float64)
                ys = []
                for heard in pair:
                    graph = Graph(1 + len(heard), [(k + 1, 0) for k in range(len(heard))])
                    y, trace = net.forward(params, nodes(layer, heard), graph=graph)
                    ys.append(y[0])
                    if layer == ATTENTION:
                        shares = max(shares, float(abs(trace.children[0].attention.sum(axis=0) - 1).max()))
                found.append(float(np.abs(ys[0] - ys[1]).max()))
            differences[layer, name] = min(found)
    return Apart(MappingProxyType(differences), shares)


def show(_: None = None) -> Shown:
    """Which layer tells which apart."""
    result = apart()
    cells = []
    for layer in LAYERS:
        row = []
        for name in NEIGHBOURS:
            difference = result.differences[layer, name]
            told = difference > SAME
            row.append(
                Cell(
                    "apart" if told else "the same",
                    [f"smallest difference {significant(difference)}"],
                    1 if told else 0,
                )
            )
        cells.append(row)
    counts = {layer: sum(result.differences[layer, name] > SAME for name in NEIGHBOURS) for layer in LAYERS}
    numbers = {"pairs": str(len(NEIGHBOURS)), "shares": scientific(result.shares)} | {
        key: str(counts[layer])
        for key, layer in zip(
            ("mean", "max", "sum", "attention", "gin", "mean_kinds", "gin_kinds"), LAYERS, strict=True
        )
    }
    alt = "; ".join(f"{layer} tells {counts[layer]} of {len(NEIGHBOURS)} apart" for layer in LAYERS)
    return Shown(numbers=numbers, rows=[Board("heard | heard", list(LAYERS), list(NEIGHBOURS), cells, alt)])
