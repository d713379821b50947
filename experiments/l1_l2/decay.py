"""RG5: weight decay and "L2" are the same under SGD, and not under Adam. And two more ways to keep weights small.

    SGD + L2            w ← w − rate · (g + 2λ w) = (1 − 2 rate λ) w − rate · g           which is weight decay
    Adam + L2           Adam divides g + 2λ w by its size: data and penalty keep their balance, and the end is the
                        minimum of D + λ Σ w²
    AdamW               w ← (1 − 2 rate λ) w, beside Adam's step on g alone, which is about as long for every weight:
                        the end is where these two are in balance, the minimum of nothing that was written down

    max-norm            w ← w · min(1, c / ‖w‖): no penalty, a wall

The factor of decay that stands for λ is 2λ.

Loshchilov and Hutter 2019, "Decoupled weight decay regularization", https://arxiv.org/abs/1711.05101
Srebro and Shraibman 2005 (max-norm), doi:10.1007/11503415_37
"""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.constraints import MaxNorm
from engine.linear import LinearProblem
from engine.optimizers import SGD, Adam, AdamW, Optimizer
from engine.regularizers import L1, L1L2, L2
from experiments.l1_l2.linear import fitted, ridge
from experiments.l1_l2.spec import ELASTIC_NET, SurfaceSpec
from experiments.numbers import counted, decimal, ends, scientific
from experiments.shown import Lines, Shown, Table

SEEDS = range(5)
EXAMPLES, NOISE = 200, 0.5
SIZES = np.array([10.0, 0.1])  # of the two features: the gradients of their weights differ as much
MADE = 2.0  # what each weight does to the target, times its feature's size
RATE, STRENGTH, STEPS = 0.01, 0.1, 3000
SGD_RATE = 0.002  # longer steps would not come to rest on the large feature
TWINS, TWIN_NOISE = 2, 0.01  # features that say the same, and by how much they do not
TWIN_STRENGTH, TWIN_STEPS, SETTLED = 0.5, 3000, 200_000
WALL = 1.0  # c of max-norm
ASKED_NUMBERS = MappingProxyType(
    {"strength": f"{STRENGTH:g}", "steps": f"{STEPS:,}", "times": f"{SIZES[0] / SIZES[1]:.0f}"}
)  # of the question


class Runs(NamedTuple):
    """The way of both weights, (steps + 1, 2) each."""

    sgd_l2: Array
    sgd_decay: Array
    adam_l2: Array
    adam_decay: Array


def problem(seed: int) -> LinearProblem:
    """Two features, one 100 times as large as the other, and two weights that do as much."""
    inputs, errors = np.random.default_rng(seed).spawn(2)
    x = inputs.standard_normal((EXAMPLES, 2)) * SIZES
    return LinearProblem(x, x @ (MADE / SIZES) + NOISE * errors.standard_normal(EXAMPLES))


def run(optimizer: Optimizer, data: LinearProblem, by: L1L2, steps: int) -> Array:
    """From the data's own minimum on, with the penalty in the gradient. Decay is the optimizer's own."""
    params = {"w": ridge(data, 0.0)}
    slots, way = optimizer.init(params), [params["w"]]
    for _ in range(steps):
        w = params["w"]
        params, slots = optimizer.update(params, {"w": data.gradient(w) + by.gradient(w)}, slots)
        way.append(params["w"])
    return np.array(way)


@cache  # no setting changes it: one for all learners
def compared(seed: int, steps: int = STEPS) -> Runs:
    """Both optimizers, both ways, on the same data from the same start."""
    data, l2, nothing, decay = problem(seed), L2(STRENGTH), L1L2(), 2 * STRENGTH
    return Runs(
        run(SGD(SGD_RATE), data, l2, steps),
        run(SGD(SGD_RATE, weight_decay=decay), data, nothing, steps),
        run(Adam(RATE), data, l2, steps),
        run(AdamW(RATE, weight_decay=decay), data, nothing, steps),
    )


def apart(a: Array, b: Array) -> float:
    """The largest distance of two ways, as a share of where they began."""
    return float((np.abs(a - b) / np.abs(a[0])).max())


def kept(way: Array) -> Array:
    """(2,) what is left of each weight at the end."""
    return np.asarray(way[-1] / way[0])


class Twins(NamedTuple):
    """Weights of two features that are nearly the same, (seeds, 2) each."""

    l1: Array
    elastic_net: Array
    max_norm: Array


@cache
def twins() -> Twins:
    """L1 keeps one of them, the elastic net both."""
    net = SurfaceSpec(penalty=ELASTIC_NET, strength=TWIN_STRENGTH).by
    found = []
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        x = rng.standard_normal((EXAMPLES, 1)) + TWIN_NOISE * rng.standard_normal((EXAMPLES, TWINS))
        data = LinearProblem(x, x.sum(axis=1) + NOISE * rng.standard_normal(EXAMPLES))
        both = (fitted(data, by, np.zeros(TWINS), SETTLED, 1e-12) for by in (L1(TWIN_STRENGTH), net))
        found.append((*both, walled(data)))
    return Twins(*(np.array(weights) for weights in zip(*found, strict=True)))


def walled(data: LinearProblem) -> Array:
    """Plain steps, each followed by the wall."""
    wall, rate, w = MaxNorm(WALL, axis=0), data.safe_rate(), np.zeros(TWINS)
    for _ in range(TWIN_STEPS):
        w = wall(w - rate * data.gradient(w))
    return w


def show(_: None = None) -> Shown:
    runs = [compared(seed) for seed in SEEDS]
    pairs = twins()
    sgd = np.array([apart(each.sgd_l2, each.sgd_decay) for each in runs])
    adam = np.array([apart(each.adam_l2, each.adam_decay) for each in runs])
    l2, decayed = (np.array([kept(getattr(each, name)) for each in runs]) for name in ("adam_l2", "adam_decay"))
    lengths = np.linalg.norm(pairs.max_norm, axis=1)
    numbers = {
        **ASKED_NUMBERS,
        "sgd": scientific(float(sgd.max())),
        "adam": ends(adam),
        "l2_small": ends(l2[:, 1], 3),
        "decay_small": ends(decayed[:, 1], 3),
        "one": counted(int((pairs.l1 == 0).any(axis=1).sum()), "seed"),
        "both": counted(int((pairs.elastic_net != 0).all(axis=1).sum()), "seed"),
        "wall": f"{WALL:g}",
        "cut": ends(lengths),
        "seeds": counted(len(runs), "seed"),
    }
    return Shown(numbers, [_ways(runs[0]), _kept(l2, decayed), _twins(pairs)])


def _ways(runs: Runs) -> Lines:
    """The weight of the small feature, as a share of its start, on the first seed."""
    lines = {
        "Adam + L2": runs.adam_l2[:, 1] / runs.adam_l2[0, 1],
        "AdamW": runs.adam_decay[:, 1] / runs.adam_decay[0, 1],
        "SGD + L2": runs.sgd_l2[:, 1] / runs.sgd_l2[0, 1],
        "SGD + decay": runs.sgd_decay[:, 1] / runs.sgd_decay[0, 1],
    }
    left = ", ".join(f"{name} {way[-1]:.2f}" for name, way in lines.items())
    alt = f"What is left of the small feature's weight after {STEPS:,} steps of each, seed {SEEDS[0]}: {left}"
    return Lines(np.arange(STEPS + 1), lines, "step", "small feature: weight ÷ start", alt)


def _kept(l2: Array, decayed: Array) -> Table:
    columns = {
        "left of the weight of": [f"the large feature (size {SIZES[0]:g})", f"the small feature (size {SIZES[1]:g})"],
        "Adam + L2": [ends(column, 3) for column in l2.T],
        "AdamW": [ends(column, 3) for column in decayed.T],
    }
    return Table(columns, f"What is left of both weights, the range over {counted(len(SEEDS), 'seed')}")


def _twins(pairs: Twins) -> Table:
    columns: dict[str, list[str] | list[int]] = {"seed": list(SEEDS)}
    for name, weights in (("L1", pairs.l1), ("elastic net", pairs.elastic_net), ("max-norm", pairs.max_norm)):
        columns[f"weights of two twins, {name}"] = [", ".join(decimal(float(w)) for w in row) for row in weights]
    return Table(columns, "Two features that say nearly the same")
