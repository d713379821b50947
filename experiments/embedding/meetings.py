"""Women and meetings as vectors in two dimensions: who is likely to come to what (EM3). Real.

The columns of the dense layer are vectors too, one for each meeting, so that a score is a product of two factors:

    score[woman, meeting] = W[woman] · K[meeting] + b[meeting]

Koren, Bell and Volinsky 2009, "Matrix factorization techniques for recommender systems", doi:10.1109/MC.2009.263
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.datasets import attendance
from engine.layers import Dense, Embedding
from engine.network import Sequential
from engine.optimizers import Adam
from engine.training import Training
from experiments.numbers import counted, decimal, ends
from experiments.several import trained
from experiments.shown import Points, Shown, Table

SEEDS = range(5)
STEPS = 200
FOLDS = 10  # each tenth of the visits is left out in turn
TOP = 3


class Factors(NamedTuple):
    women: Array  # (18, 2)
    meetings: Array  # (14, 2)
    bias: Array  # (14,)

    @property
    def scores(self) -> Array:
        """(18, 14)"""
        return np.asarray(self.women @ self.meetings.T + self.bias)


class Recommended(NamedTuple):
    """The share of visits that were left out and stand among the first three that are recommended."""

    hits: Array  # (seeds,)  by the product of factors
    popular: Array  # (seeds,)  by how many came to a meeting
    chance: Array  # (seeds,)  in any order
    factors: Factors  # of the first seed, with nothing left out


def recommended() -> Iterator[tuple[float, Recommended | None]]:
    """Trains on nine tenths, ten times a seed, and asks for the tenth that was left out."""
    came = attendance().came
    runs, number = len(SEEDS) * FOLDS + 1, 0
    factors = _factors((yield from trained(_training(came, 0), STEPS, number, runs)).params)
    hits: list[float] = []
    popular: list[float] = []
    any_order: list[float] = []
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        order, counts = rng.permutation(len(came)), np.zeros(3)
        for fold in range(FOLDS):
            number += 1
            out, kept = came[order[fold::FOLDS]], np.delete(came, order[fold::FOLDS], axis=0)
            after = yield from trained(_training(kept, seed), STEPS, number, runs)
            scores = _factors(after.params).scores, popularity(kept, rng)
            counts += [*(found(each, kept, out) for each in scores), chance(kept, out)]
        hits.append(counts[0] / len(came))
        popular.append(counts[1] / len(came))
        any_order.append(counts[2] / len(came))
        yield (number + 1) / runs, Recommended(np.array(hits), np.array(popular), np.array(any_order), factors)


def _training(came: Array, seed: int) -> Training:
    women, meetings, _ = attendance()
    network = Sequential((Embedding(len(women), 2), Dense(len(meetings))))
    return Training(network, Adam(0.02), came[:, 0], came[:, 1], batch_size=16, seed=seed)


def _factors(params: tuple[dict[str, Array], ...]) -> Factors:
    table, dense = params
    return Factors(table["embeddings"], dense["kernel"].T, dense["bias"])


def popularity(kept: Array, rng: np.random.Generator) -> Array:
    """(18, 14): how many came, the same for every woman; of equal ones, chance decides."""
    women, meetings, _ = attendance()
    counts = np.bincount(kept[:, 1], minlength=len(meetings))
    return counts + rng.random((len(women), len(meetings)))


def found(scores: Array, kept: Array, out: Array) -> int:
    """How many visits left out stand among the first, of the meetings where a woman is not known to have been."""
    open_to_her = scores.astype(np.float64)
    open_to_her[kept[:, 0], kept[:, 1]] = -np.inf
    return sum(int((open_to_her[woman] > open_to_her[woman, meeting]).sum() < TOP) for woman, meeting in out)


def chance(kept: Array, out: Array) -> float:
    """How many of the visits left out any order would find: 3 of the meetings that are open to a woman."""
    women, meetings, _ = attendance()
    open_to_her = len(meetings) - np.bincount(kept[:, 0], minlength=len(women))
    return float(sum(min(1.0, TOP / open_to_her[woman]) for woman, _ in out))


def recommend(factors: Factors, woman: int) -> list[str]:
    """The best meetings of those where she was not."""
    _, meetings, came = attendance()
    scores = factors.scores[woman].copy()
    scores[came[came[:, 0] == woman, 1]] = -np.inf
    return [meetings[index] for index in np.argsort(-scores)[:TOP]]


def shown(result: Recommended) -> Shown:
    """Who comes to what, and how many visits are found again."""
    women = attendance().women
    hits, popular = (f"{decimal(100 * float(np.median(s)), 0)} %" for s in (result.hits, result.popular))
    numbers = {
        "seeds": counted(len(result.hits), "seed"),
        "hits": hits,
        "popular": popular,
        "chance": f"{decimal(100 * float(np.median(result.chance)), 0)} %",
        "hits_all": f"{ends(100 * result.hits, 0)} %",
        "popular_all": f"{ends(100 * result.popular, 0)} %",
        "first": women[0],
        "first_recommended": ", ".join(recommend(result.factors, 0)),
    }
    alt = f"18 women and 14 meetings on one map; left-out visits found: {hits}, by popularity {popular}"
    tables = _recommendations(result.factors), _by_seed(result)
    return Shown(numbers, [_map(result.factors, alt), *tables], case="Meetings")


def _map(factors: Factors, alt: str) -> Points:
    women, meetings, _ = attendance()
    names = [*(name.split()[0] for name in women), *meetings]
    groups = {"women": range(len(women)), "meetings": range(len(women), len(names))}
    return Points(names, np.concatenate([factors.women, factors.meetings]), groups, "weight", alt)


def _recommendations(factors: Factors) -> Table:
    women, _, came = attendance()
    best = [", ".join(recommend(factors, woman)) for woman in range(len(women))]
    columns: dict[str, list[str] | list[int]] = {
        "woman": list(women),
        "meetings where she was": [int(count) for count in np.bincount(came[:, 0])],
        "recommended of the others": best,
    }
    return Table(columns, f"For {women[0]}: {best[0]}")


def _by_seed(result: Recommended) -> Table:
    columns: dict[str, list[str] | list[int]] = {
        "seed": list(SEEDS[: len(result.hits)]),
        "left-out visits found": [f"{decimal(100 * share, 0)} %" for share in result.hits],
        "by popularity": [f"{decimal(100 * share, 0)} %" for share in result.popular],
    }
    return Table(columns, f"By chance {decimal(100 * float(np.median(result.chance)), 0)} %")
