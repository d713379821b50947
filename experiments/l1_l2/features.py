"""RG3: 10,000 features of which 20 matter, found by L1; and why a subgradient step never lands on zero.

The path goes from the λ that holds every weight at 0 downwards, each minimum the start of the next. Only few weights
are not 0, so most features need no work: a minimum is looked for among those that could come in,

    candidates   those in already, and where |∂D/∂w| ≥ 2 λ_new − λ_old        (the strong rule)

and then every feature is asked whether it wants in, |∂D/∂w| > λ, which would be a mistake of the rule; if so, again.

Tibshirani et al. 2012, "Strong rules for discarding predictors in lasso-type problems",
doi:10.1111/j.1467-9868.2011.01004.x
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.linear import LinearProblem, at, proximal_step, subgradient_step
from engine.regularizers import L1
from experiments.l1_l2.linear import Made, fitted, made
from experiments.numbers import counted, decimal, ends, scientific, whole
from experiments.scene import Scale
from experiments.several import parts
from experiments.shown import Lines, Maps, Part, Picture, Shown, Table
from experiments.spec import Spec, choice

SEEDS = range(5)
EXAMPLES, FEATURES, RELEVANT, NOISE = (200, 400), 10_000, 20, 0.5
NEW = 400  # examples that are held out
WRONG = 5  # others that may come in, where all that matter are said to be found
SHARES = np.geomspace(1, 0.01, 28)  # of the λ at which the first weight comes in
SIDE = 100  # the weights as a square of cells
ROUNDING = 1e-5  # of a float32
STEPS = 2000  # of the small comparison
FEW, SOME, FOUR, WEAK = 40, 20, 4, 0.1  # its examples, features, relevant features, λ
ASKED_NUMBERS = MappingProxyType(
    {
        "features": whole(FEATURES),
        "relevant": str(RELEVANT),
        "wrong": str(WRONG),
        "noise": decimal(NOISE, 1),
        "times": whole(FEATURES // EXAMPLES[-1]),
        "most": str(EXAMPLES[-1]),
        "some": str(SOME),
    }
)  # of the question


@dataclass(frozen=True)
class FeaturesSpec(Spec):
    examples: int = choice(EXAMPLES[-1], EXAMPLES, "that are learned from: the first of the same 400")


class Minimum(NamedTuple):
    strength: float
    w: Array  # (features,)
    found: int  # relevant features that are not 0
    extra: int  # others that are not 0
    held_out: float  # mean squared error on new examples
    relevant: Array  # (20,) sizes of the weights that matter, as a share of those that made the data
    other: float  # size of the largest of the others

    @property
    def mistakes(self) -> int:
        return RELEVANT - self.found + self.extra


@lru_cache(maxsize=2)  # shared by all learners, 32 MB each; nobody holds one for longer than a step
def problem(seed: int) -> Made:
    """The first examples are learned from, the last ones held out."""
    return made(seed, EXAMPLES[-1] + NEW, FEATURES, RELEVANT, NOISE, np.float32)


def path(spec: FeaturesSpec, seed: int) -> Iterator[Minimum]:
    """The minimum for one λ after the other, from where all weights are 0. Between two of them it holds no data."""
    w, before = np.zeros(FEATURES, np.float32), 1.0
    for share in SHARES:
        minimum = _next(problem(seed), spec.examples, w, before, float(share))
        w, before = minimum.w, float(share)
        yield minimum


def _next(data: Made, examples: int, w: Array, before: float, share: float) -> Minimum:
    """From the minimum at a share of the smallest λ that leaves nothing, the minimum at the next."""
    x, target = (array[:examples] for array in (data.problem.x, data.problem.target))  # views, no copies
    learned = LinearProblem(x, target)
    nothing, gradient = learned.largest_l1(), learned.gradient(w)
    strength = share * nothing
    inside = (w != 0) | (np.abs(gradient) >= 2 * strength - before * nothing)
    while True:
        w = _fitted(learned, np.flatnonzero(inside), strength, w)
        wants_in = ~inside & (np.abs(learned.gradient(w)) > strength * (1 + ROUNDING))
        if not wants_in.any():
            return _judged(data, strength, w)
        inside |= wants_in


def _fitted(learned: LinearProblem, chosen: Array, strength: float, w: Array) -> Array:
    """The minimum where all but the chosen weights are 0; only their columns are worked with, in float64."""
    new = np.zeros_like(w)
    if len(chosen):
        few = LinearProblem(learned.x[:, chosen].astype(np.float64), learned.target.astype(np.float64))
        new[chosen] = fitted(few, L1(strength), w[chosen].astype(np.float64))
    return new


def _judged(data: Made, strength: float, w: Array) -> Minimum:
    new = LinearProblem(data.problem.x[-NEW:], data.problem.target[-NEW:])
    sizes, relevant = np.abs(w), data.relevant
    found = int((w[relevant] != 0).sum())
    others = np.delete(sizes, relevant)
    return Minimum(
        strength, w, found, int((others > 0).sum()), new.loss(w), sizes[relevant] / np.abs(data.w[relevant]),
        float(others.max()),
    )  # fmt: skip


class Steps(NamedTuple):
    """The same data, the same λ, the same rate: the two kinds of step. (seeds, features)"""

    subgradient: Array
    proximal: Array


def steps_compared() -> Steps:
    """After as many steps from 0."""
    by, ends_ = L1(WEAK), []
    for seed in SEEDS:
        small = made(seed, FEW, SOME, FOUR, NOISE).problem
        rate, one, other = small.safe_rate(), np.zeros(SOME), at(np.zeros(SOME))
        for _ in range(STEPS):
            one, other = subgradient_step(small, by, rate, one), proximal_step(small, by, rate, other)
        ends_.append((one, other.w))
    return Steps(np.array([a for a, _ in ends_]), np.array([b for _, b in ends_]))


class Result(NamedTuple):
    paths: list[list[Minimum]]  # a seed each, the last one still on its way
    steps: Steps | None  # at the end


def best(minima: list[Minimum]) -> Minimum:
    """With the fewest mistakes in what was found; of equal ones the strongest λ."""
    return min(minima, key=lambda minimum: minimum.mistakes)


def weakest(minima: list[Minimum]) -> Minimum:
    """As `best`, of equal ones the weakest λ, which leaves most of a weight."""
    return min(reversed(minima), key=lambda minimum: minimum.mistakes)


def foretold(minima: list[Minimum]) -> Minimum:
    """With the smallest error on new examples, which is all that one sees without knowing the answer."""
    return min(minima, key=lambda minimum: minimum.held_out)


def results(spec: FeaturesSpec) -> Iterator[tuple[float, Result]]:
    paths: list[list[Minimum]] = []
    for seed in SEEDS:
        paths.append([])
        for number, minimum in enumerate(path(spec, seed), 1):
            # of later seeds, only the counts are kept
            paths[-1].append(minimum if seed == SEEDS[0] else minimum._replace(w=minimum.w[:0]))
            yield (seed + number / len(SHARES)) / (len(SEEDS) + 1), Result(paths, None)
    yield 1.0, Result(paths, steps_compared())


def prediction(bests: list[Minimum]) -> int:
    """Which answer is right: none is found, not all or not without others, or all and hardly another."""
    found, extra = (float(np.median([getattr(each, name) for each in bests])) for name in ("found", "extra"))
    return 2 if found == RELEVANT and extra <= WRONG else 1 if found else 0


def show(spec: FeaturesSpec) -> Iterator[Part]:
    """The path streams in, λ after λ."""
    return parts(results(spec), lambda result: shown(spec, result))


def shown(spec: FeaturesSpec, result: Result) -> Shown:
    way = result.paths[0]
    if result.steps is None:
        return Shown({}, [_map(way), _way(way)])
    bests = [best(minima) for minima in result.paths]
    by_error = [foretold(minima) for minima in result.paths]
    zeros = {name: (getattr(result.steps, name) == 0).sum(axis=1) for name in Steps._fields}
    numbers = {
        **ASKED_NUMBERS,
        "examples": str(spec.examples),
        "seeds": counted(len(bests), "seed"),
        "found": _counts(bests, "found"),
        "extra": _counts(bests, "extra"),
        "found_by_error": _counts(by_error, "found"),
        "extra_by_error": _counts(by_error, "extra"),
        "kept": ends(np.array([100 * minimum.relevant.mean() for minimum in bests]), 0),
        "kept_weakest": ends(np.array([100 * weakest(minima).relevant.mean() for minima in result.paths]), 0),
        "proximal_zeros": ends(zeros["proximal"], 0),
        "subgradient_zeros": ends(zeros["subgradient"], 0),
        "smallest": scientific(float(np.abs(result.steps.subgradient).min())),
        "steps": whole(STEPS),
    }
    answer = prediction(bests)
    return Shown(
        numbers,
        [_map(way), _way(way), _path_table(result.paths), _steps_table(result.steps)],
        right={answer},
        case="all" if answer == 2 else "some",
    )


def _counts(minima: list[Minimum], name: str) -> str:
    return ends(np.array([getattr(minimum, name) for minimum in minima]), 0)


def _way(minima: list[Minimum]) -> Lines:
    """How large the weights are as λ comes down: the relevant ones, and the largest that means nothing."""
    lines = {
        "the largest that matters": [float(minimum.relevant.max()) for minimum in minima],
        "the smallest that matters": [float(minimum.relevant.min()) for minimum in minima],
        "the largest other": [minimum.other for minimum in minima],
    }
    alt = (
        f"Weights by λ, seed {SEEDS[0]}; 1 is the weight that made the data. At λ = {minima[-1].strength:.2f}: "
        + ", ".join(f"{name} {values[-1]:.2f}" for name, values in lines.items())
    )
    return Lines([minimum.strength for minimum in minima], lines, "λ", "share of the true weight", alt)


def _map(minima: list[Minimum]) -> Maps:
    relevant = problem(SEEDS[0]).relevant
    cells = np.array([minimum.w.reshape(SIDE, SIDE) for minimum in minima], np.float32)
    few = np.array([minimum.w[relevant].reshape(4, -1) for minimum in minima], np.float32)
    frames = [
        f"λ = {minimum.strength:.2f}: {minimum.found} of {RELEVANT} found, {minimum.extra} others" for minimum in minima
    ]
    alt = f"The {RELEVANT} weights that matter, and all {whole(FEATURES)}, a cell each. {frames[-1]}"
    pictures = [
        Picture(f"the {RELEVANT} that matter", few, Scale(2), "weight"),
        Picture(f"all {whole(FEATURES)}: a dot where it is not 0", cells, Scale(2), "weight", sparse=True),
    ]
    at = minima.index(best(minima))
    return Maps(pictures, alt, frames, at)


def _path_table(paths: list[list[Minimum]]) -> Table:
    """A row for each share of the λ at which the first weight comes in, over all seeds."""
    rows = list(zip(*paths, strict=True))
    columns: dict[str, list[str] | list[int]] = {
        "λ": [ends(np.array([minimum.strength for minimum in row])) for row in rows],
        "relevant found": [_counts(list(row), "found") for row in rows],
        "others": [_counts(list(row), "extra") for row in rows],
        "error on new examples": [ends(np.array([minimum.held_out for minimum in row])) for row in rows],
    }
    return Table(columns, f"As λ comes down, the range over {counted(len(paths), 'seed')}")


def _steps_table(steps: Steps) -> Table:
    columns: dict[str, list[str] | list[int]] = {"step": ["proximal", "subgradient"]}
    each = steps.proximal, steps.subgradient
    columns[f"exactly 0 of {SOME}, by seed"] = [", ".join(str(int(n)) for n in (w == 0).sum(axis=1)) for w in each]
    columns["smallest weight"] = [scientific(float(np.abs(w).min())) for w in each]
    return Table(columns, f"After {whole(STEPS)} steps with λ = {WEAK}")
