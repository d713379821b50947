"""GC2: who belongs to whom, and who matters, from a list of friendships and two labels.

network               two layers of graph convolution, members known by name only, taught by two of them
label propagation     F ← D^-1 A F, the two known ones held: no weights, nothing learned
influence             by degree, and by gradient: how much all answers together change with what a member says
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from engine.arrays import Array
from engine.datasets import karate_club
from engine.layers import GraphConvolution, ReLU
from engine.network import Sequential
from experiments.graph_convolution.club import KNOWN, SEEDS, club, names, others, right, sided, training
from experiments.graph_convolution.edges import Drawn
from experiments.graph_convolution.layout import layout
from experiments.numbers import counted, decimal, significant, spread
from experiments.several import parts, trained
from experiments.shown import Part, Points, Shown, Table

WIDTH = 16
STEPS = 200
SWEEPS = 200
MOST = 5  # members of the table
ASKED_NUMBERS = {"of": str(len(others()))}


class Sides(NamedTuple):
    """For each seed that is done."""

    answers: Array  # (seeds, 34)
    gradients: Array  # (seeds, 34)  influence

    @property
    def right(self) -> Array:
        """(seeds,): of 32"""
        return np.array([right(answers) for answers in self.answers])

    @property
    def agreement(self) -> Array:
        """(seeds,): Spearman's rank correlation of influence by gradient and by degree."""
        return np.array([rank_correlation(each, club().degrees) for each in self.gradients])

    @property
    def led(self) -> Array:
        """(seeds,): whether the two members with most friends are the two of most influence."""
        most = set(np.argsort(-club().degrees, kind="stable")[:2])
        return np.array([set(np.argsort(-each)[:2]) == most for each in self.gradients])


def network() -> Sequential:
    return Sequential([GraphConvolution(WIDTH), ReLU(), GraphConvolution(2)])


def propagated() -> Array:
    """(34,): the sides that label propagation gives."""
    a = club().adjacency
    mean = a / a.sum(axis=1, keepdims=True)
    held = np.eye(2)[karate_club().side[list(KNOWN)]]
    f = np.full((club().nodes, 2), 0.5)
    for _ in range(SWEEPS):
        f[list(KNOWN)] = held
        f = mean @ f
    f[list(KNOWN)] = held
    return np.asarray(f.argmax(axis=1))


def influence(params: Any) -> Array:
    """(34,): |∂ Σ_i |s_i1 − s_i0| / ∂x_j|, with s the scores."""
    net = network()
    y, trace = net.forward(params, names(), graph=club())
    sign = np.sign(y[:, 1] - y[:, 0])
    dx, _ = net.backward(params, trace, np.stack([-sign, sign], axis=1))
    return np.asarray(np.linalg.norm(dx, axis=1))


def rank_correlation(a: Array, b: Array) -> float:
    """Spearman's, equal numbers sharing their mean rank."""
    ranks = [np.array([(v < each).mean() + (v <= each).mean() for each in v]) for v in (a, b)]
    return float(np.corrcoef(ranks)[0, 1])


def learned() -> Iterator[tuple[float, Sides | None]]:
    """Seed after seed."""
    answers: list[Array] = []
    gradients: list[Array] = []
    for k, seed in enumerate(SEEDS):
        after = yield from trained(training(network(), seed), STEPS, k, len(SEEDS))
        answers.append(sided(network(), after.params))
        gradients.append(influence(after.params))
        yield (k + 1) / len(SEEDS), Sides(np.array(answers), np.array(gradients))


def show(_: None = None) -> Iterator[Part]:
    """The club on a map, a frame a seed, and who matters."""
    return parts(learned(), _shown)


def _shown(result: Sides) -> Shown:
    pairs = tuple((int(a), int(b)) for a, b in karate_club().edges)
    at = layout(Drawn(tuple(range(club().nodes)), pairs))
    last, side = result.answers[-1], karate_club().side
    groups = {
        "instructor's, right": np.flatnonzero((last == side) & (side == 0)).tolist(),
        "president's, right": np.flatnonzero((last == side) & (side == 1)).tolist(),
        "wrong": np.flatnonzero(last != side).tolist(),
    }
    by_gradient, degrees = np.median(result.gradients, axis=0), club().degrees
    first_gradient, first_degree = np.argsort(-by_gradient)[:MOST], np.argsort(-degrees, kind="stable")[:MOST]
    numbers = ASKED_NUMBERS | {
        "right": spread(result.right, 0),
        "propagated": str(right(propagated())),
        "agreement": spread(result.agreement),
        "seeds": counted(len(result.right), "seed"),
        "first_gradient": ", ".join(str(m) for m in first_gradient),
        "first_degree": ", ".join(str(m) for m in first_degree),
        "led": f"{result.led.sum()} of {counted(len(result.led), 'seed')}",
    }
    table = Table(
        {
            "place": list(range(1, MOST + 1)),
            "by degree": [f"member {m}: {decimal(degrees[m], 0)} friends" for m in first_degree],
            "by gradient": [f"member {m}: {significant(by_gradient[m])}" for m in first_gradient],
        },
        alt=f"Most influence by gradient: members {numbers['first_gradient']}; by degree: {numbers['first_degree']}",
    )
    alt = f"34 members and their friendships, newest seed: {right(last)} of {numbers['of']} right"
    points = Points(
        [str(m) for m in range(club().nodes)], at, {k: v for k, v in groups.items() if v}, "activation", alt, pairs
    )
    return Shown(numbers=numbers, rows=[points, table])
