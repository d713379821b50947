"""GC6: with every layer nodes become more alike, until nothing tells them apart; and what keeps them apart.

    plain       ReLU(Ã x W + b), again and again
    residual    x + ReLU(Ã x W + b)
    PairNorm    ReLU(PairNorm(Ã x W + b))

On the karate club, from two known members. Likeness is the mean cosine of two members' numbers before the last layer.

Li, Han and Wu 2018, "Deeper insights into graph convolutional networks", https://arxiv.org/abs/1801.07606
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from engine.arrays import Array
from engine.layers import Dense, GraphConvolution, PairNorm, ReLU
from engine.layers.layer import Layer
from engine.network import Sequential
from engine.skips import Residual
from engine.training import steps
from experiments.graph_convolution.club import SEEDS, club, names, others, right, sided, training
from experiments.numbers import counted, decimal, spread
from experiments.several import parts
from experiments.shown import Beside, Lines, Part, Shown, Table

DEPTHS = (1, 2, 4, 8, 16, 32)
PLAIN, RESIDUAL, PAIRNORM = "plain", "residual", "PairNorm"
KINDS = (PLAIN, RESIDUAL, PAIRNORM)
WIDTH = 16
STEPS = 60
ASKED_NUMBERS = {"steps": str(STEPS)}


class Depths(NamedTuple):
    """For each seed that is done."""

    start: Array  # (seeds, kinds, depths)  mean cosine before training
    trained: Array  # the same after
    right: Array  # members whose side is right, of 32


def network(kind: str, depth: int) -> Sequential:
    """Numbers of a member, so many layers of the graph, and a score for each side."""
    return Sequential([Dense(WIDTH), *[_block(kind) for _ in range(depth)], Dense(2)])


def _block(kind: str) -> Layer:
    if kind == PAIRNORM:
        return Sequential([GraphConvolution(WIDTH), PairNorm(), ReLU()])
    block = Sequential([GraphConvolution(WIDTH), ReLU()])
    return Residual(block) if kind == RESIDUAL else block


def likeness(deep: Sequential, params: Any) -> float:
    """Mean cosine of all pairs of members, before the last layer. Where all numbers are 0, all are alike."""
    _, trace = deep.forward(params, names(), graph=club())
    features = trace.activations[-2]
    size = np.linalg.norm(features, axis=1, keepdims=True)
    unit = features / np.where(size > 0, size, 1)
    cosines = np.where((size > 0) & (size.T > 0), unit @ unit.T, (size == size.T).astype(np.float64))
    n = len(unit)
    return float((cosines.sum() - np.trace(cosines)) / (n * (n - 1)))


def deepened(kind: str, depth: int, seed: int) -> tuple[float, float, int]:
    """Likeness before and after training, and how many members are right."""
    deep = network(kind, depth)
    recipe = training(deep, seed)
    first = last = recipe.start().params
    for step in steps(recipe, STEPS):
        last = step.after.params
    return likeness(deep, first), likeness(deep, last), right(sided(deep, last))


def smoothed() -> Iterator[tuple[float, Depths | None]]:
    """Seed after seed."""
    found: list[Array] = []
    work, done = len(SEEDS) * len(KINDS) * sum(DEPTHS), 0
    for seed in SEEDS:
        here = np.zeros((3, len(KINDS), len(DEPTHS)))
        for k, kind in enumerate(KINDS):
            for d, depth in enumerate(DEPTHS):
                here[:, k, d] = deepened(kind, depth, seed)
                done += depth
                yield done / work, None
        found.append(here)
        all_found = np.array(found)
        yield done / work, Depths(all_found[:, 0], all_found[:, 1], all_found[:, 2])


def show(_: None = None) -> Iterator[Part]:
    """Likeness and right answers against depth."""
    return parts(smoothed(), _shown)


def _shown(result: Depths) -> Shown:
    seeds = len(result.right)
    alike, correct = np.median(result.start, axis=0), np.median(result.right, axis=0)
    lines = {kind: alike[k] for k, kind in enumerate(KINDS)}
    answers = {kind: correct[k] for k, kind in enumerate(KINDS)}
    of = len(others())
    numbers = {
        "shallow": spread(result.start[:, 0, 0]),
        "deep": spread(result.start[:, 0, -1]),
        "deep_residual": spread(result.start[:, 1, -1]),
        "deep_pairnorm": spread(result.start[:, 2, -1]),
        "of": str(of),
        "seeds": counted(seeds, "seed"),
    } | {
        f"right_{kind.lower()}_{depth}": spread(result.right[:, k, d], 0)
        for k, kind in enumerate(KINDS)
        for d, depth in enumerate(DEPTHS)
    }
    columns = {"layers": list(DEPTHS)} | {
        kind: [numbers[f"right_{kind.lower()}_{depth}"] for depth in DEPTHS] for kind in KINDS
    }
    alt = "; ".join(
        f"{kind} {decimal(alike[k, 0])} at 1 layer, {decimal(alike[k, -1])} at 32" for k, kind in enumerate(KINDS)
    )
    right_alt = "; ".join(f"{kind} {decimal(correct[k, -1], 0)} at 32 layers" for k, kind in enumerate(KINDS))
    places = np.array(DEPTHS, np.float64)
    return Shown(
        numbers=numbers,
        rows=[
            Beside(
                [
                    Lines(places, lines, "layers", "mean cosine of two members, untrained", alt=f"Mean cosine: {alt}"),
                    Lines(places, answers, "layers", f"right of {of}, trained", alt=f"Right of {of}: {right_alt}"),
                ]
            ),
            Table(columns, alt=f"Right of {of} by depth, median and range over {counted(seeds, 'seed')}"),
        ],
    )
