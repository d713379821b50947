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
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from experiments.l1_l2.linear import Sparse, lasso, longest_rate, proximal_step, slope, sparse, subgradient_step
from experiments.l1_l2.penalties import L1, factors
from experiments.numbers import counted, ends, scientific, whole
from experiments.scene import Scale
from experiments.several import parts
from experiments.shown import Maps, Part, Picture, Shown, Table

SEEDS = range(5)
EXAMPLES, FEATURES, RELEVANT, NOISE = 400, 10_000, 20, 0.5
SHARES = np.geomspace(1, 0.04, 20)  # of the λ at which the first weight comes in
SIDE = 100  # the weights as a square of cells
STEPS = 2000  # of the small comparison
FEW, SOME, FOUR, WEAK = 40, 20, 4, 0.1  # its examples, features, relevant features, λ
ASKED_NUMBERS = MappingProxyType(
    {"features": whole(FEATURES), "examples": str(EXAMPLES), "relevant": str(RELEVANT)}
)  # of the question


class Minimum(NamedTuple):
    strength: float
    w: Array  # (features,)
    found: int  # relevant features that are not 0
    extra: int  # others that are not 0
    held_out: float  # mean squared error on as many new examples

    @property
    def mistakes(self) -> int:
        return RELEVANT - self.found + self.extra


@lru_cache(maxsize=2)  # shared by all learners, 32 MB each
def problem(seed: int) -> Sparse:
    """The first half of the examples is learned from, the other held out."""
    return sparse(seed, 2 * EXAMPLES, FEATURES, RELEVANT, NOISE, np.float32)


def path(seed: int) -> Iterator[Minimum]:
    """The minimum for one λ after the other, from where all weights are 0."""
    whole_set = problem(seed)
    data = Sparse(whole_set.x[:EXAMPLES], whole_set.target[:EXAMPLES], whole_set.w)
    w = np.zeros(FEATURES)
    gradient = slope(data, w)
    first = before = float(np.abs(gradient).max())
    for strength in (float(share * first) for share in SHARES):
        inside = (w != 0) | (np.abs(gradient) >= 2 * strength - before)
        while True:
            chosen = np.flatnonzero(inside)
            few = Sparse(data.x[:, chosen].astype(np.float64), data.target, data.w[chosen])
            w = np.zeros(FEATURES)
            w[chosen] = lasso(few, strength, w[chosen]) if len(chosen) else 0
            gradient = _slope(data, w)
            wants_in = ~inside & (np.abs(gradient) > strength * (1 + 1e-6))
            if not wants_in.any():
                break
            inside |= wants_in
        before = strength
        yield _judged(whole_set, strength, w)


def _slope(data: Sparse, w: Array) -> Array:
    """∂D/∂w, where most weights are 0."""
    chosen = np.flatnonzero(w)
    errors = data.x[:, chosen].astype(np.float64) @ w[chosen] - data.target
    return np.asarray(2 / len(data.x) * (errors.astype(np.float32) @ data.x))


def _judged(data: Sparse, strength: float, w: Array) -> Minimum:
    chosen = np.flatnonzero(w)
    new = data.x[EXAMPLES:, chosen].astype(np.float64) @ w[chosen] - data.target[EXAMPLES:]
    found = int((w[data.relevant] != 0).sum())
    return Minimum(strength, w, found, len(chosen) - found, float((new * new).mean()))


class Steps(NamedTuple):
    """The same data, the same λ, the same rate: the two kinds of step. (seeds, features)"""

    subgradient: Array
    proximal: Array


def steps_compared() -> Steps:
    """After as many steps from 0."""
    by, ends_ = factors(L1, WEAK), []
    for seed in SEEDS:
        data = sparse(seed, FEW, SOME, FOUR, NOISE)
        rate, one, other = longest_rate(data), np.zeros(SOME), np.zeros(SOME)
        for _ in range(STEPS):
            one, other = subgradient_step(data, one, rate, by), proximal_step(data, other, rate, by)
        ends_.append((one, other))
    return Steps(np.array([a for a, _ in ends_]), np.array([b for _, b in ends_]))


class Result(NamedTuple):
    paths: list[list[Minimum]]  # a seed each, the last one still on its way
    steps: Steps | None  # at the end


def best(minima: list[Minimum]) -> Minimum:
    """With the fewest mistakes in what was found; of equal ones the strongest λ."""
    return min(minima, key=lambda minimum: minimum.mistakes)


def foretold(minima: list[Minimum]) -> Minimum:
    """With the smallest error on new examples, which is all that one sees without knowing the answer."""
    return min(minima, key=lambda minimum: minimum.held_out)


def results() -> Iterator[tuple[float, Result]]:
    paths: list[list[Minimum]] = []
    for seed in SEEDS:
        paths.append([])
        for number, minimum in enumerate(path(seed), 1):
            # of later seeds, only the counts are kept
            paths[-1].append(minimum if seed == SEEDS[0] else minimum._replace(w=minimum.w[:0]))
            yield (seed + number / len(SHARES)) / (len(SEEDS) + 1), Result(paths, None)
    yield 1.0, Result(paths, steps_compared())


def show(_: None = None) -> Iterator[Part]:
    """The path streams in, λ after λ."""
    return parts(results(), shown)


def shown(result: Result) -> Shown:
    if result.steps is None:
        return Shown({}, [_map(result.paths[0])])
    bests = [best(minima) for minima in result.paths]
    by_error = [foretold(minima) for minima in result.paths]
    zeros = {name: (getattr(result.steps, name) == 0).sum(axis=1) for name in Steps._fields}
    numbers = {
        **ASKED_NUMBERS,
        "seeds": counted(len(bests), "seed"),
        "found": ends(np.array([minimum.found for minimum in bests]), 0),
        "extra": ends(np.array([minimum.extra for minimum in bests]), 0),
        "found_by_error": ends(np.array([minimum.found for minimum in by_error]), 0),
        "extra_by_error": ends(np.array([minimum.extra for minimum in by_error]), 0),
        "shrunk": _shrunk(result.paths[0]),
        "proximal_zeros": ends(zeros["proximal"], 0),
        "subgradient_zeros": ends(zeros["subgradient"], 0),
        "smallest": scientific(float(np.abs(result.steps.subgradient).min())),
        "steps": whole(STEPS),
    }
    return Shown(numbers, [_map(result.paths[0]), _path_table(result.paths[0]), _steps_table(result.steps)])


def _shrunk(minima: list[Minimum]) -> str:
    """How much smaller the relevant weights are than those that made the data, on average."""
    minimum, data = best(minima), problem(SEEDS[0])
    return f"{float((np.abs(data.w) - np.abs(minimum.w))[data.relevant].mean()):.2f}"


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
        Picture(f"all {whole(FEATURES)}", cells, Scale(2), "weight"),
    ]
    at = minima.index(best(minima))
    return Maps(pictures, alt, frames, at)


def _path_table(minima: list[Minimum]) -> Table:
    columns: dict[str, list[str] | list[int]] = {
        "λ": [f"{minimum.strength:.2f}" for minimum in minima],
        "relevant found": [minimum.found for minimum in minima],
        "others": [minimum.extra for minimum in minima],
        "exactly 0": [FEATURES - minimum.found - minimum.extra for minimum in minima],
        "error on new examples": [f"{minimum.held_out:.2f}" for minimum in minima],
    }
    return Table(columns, f"Fewest mistakes at λ = {best(minima).strength:.2f}")


def _steps_table(steps: Steps) -> Table:
    columns: dict[str, list[str] | list[int]] = {"step": ["proximal", "subgradient"]}
    each = steps.proximal, steps.subgradient
    columns[f"exactly 0 of {SOME}, by seed"] = [", ".join(str(int(n)) for n in (w == 0).sum(axis=1)) for w in each]
    columns["smallest weight"] = [scientific(float(np.abs(w).min())) for w in each]
    return Table(columns, f"After {whole(STEPS)} steps with λ = {WEAK}")
