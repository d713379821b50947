"""DO4: does a network rely on one unit? Each unit of a narrow network is silenced for good, one at a time.

The layer of 16 units learns 320 digits, without dropout and with it; in inference mode one unit after the other is set
to 0, and the share of right answers on held-out digits is compared with that of the whole network.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from engine.arrays import Array
from engine.network import Sequential
from experiments.digits import held_out, judged, training
from experiments.numbers import counted, decimal, spread
from experiments.several import parts, trained
from experiments.shown import Lines, Part, Shown, Table

SEEDS = range(5)
WIDTH, DIGITS, STEPS = 16, 320, 1500
RATES = {"without dropout": 0.0, "with dropout, rate 0.3": 0.3}
PLAIN, DROPPED = RATES
MORE, LESS, SAME = range(3)  # the lesson's answers: what dropout does to the loss


class Superstar(NamedTuple):
    """By network, of the seeds that are done."""

    whole: dict[str, Array]  # (seeds,)  share of right answers
    lost: dict[str, Array]  # (seeds, WIDTH)  less of it, with each unit silenced

    def worst(self, name: str) -> Array:
        """(seeds,): lost with the most important unit."""
        return self.lost[name].max(axis=1)

    @property
    def right(self) -> set[int]:
        """The answer that comes true, by the medians."""
        plain, dropped = (float(np.median(self.worst(name))) for name in RATES)
        return {SAME if abs(plain - dropped) < 0.01 else LESS if dropped < plain else MORE}


def superstar() -> Iterator[tuple[float, Superstar | None]]:
    """Trains both from each seed: (share that is done, results when there are new ones)."""
    whole: dict[str, list[float]] = {name: [] for name in RATES}
    lost: dict[str, list[Array]] = {name: [] for name in RATES}
    runs = list(product(SEEDS, RATES))
    for number, (seed, name) in enumerate(runs):
        recipe = training(WIDTH, RATES[name], DIGITS, seed, depth=1)
        after = yield from trained(recipe, STEPS, number, len(runs))
        whole[name].append(judged(recipe.network, after.params, held_out())[1])
        lost[name].append(whole[name][-1] - silenced(recipe.network, after.params))
        both = min(map(len, lost.values()))
        result = Superstar(*({k: np.array(v[:both]) for k, v in kept.items()} for kept in (whole, lost)))
        yield (number + 1) / len(runs), result if both and len(lost[name]) == both else None


def silenced(network: Sequential, params: Any) -> Array:
    """(WIDTH,): share of right answers with each unit of the hidden layer set to 0: its weights to the answers are."""
    *before, last = params
    right = []
    for unit in range(WIDTH):
        kernel = last["kernel"].copy()
        kernel[unit] = 0
        right.append(judged(network, (*before, last | {"kernel": kernel}), held_out())[1])
    return np.array(right)


def show(_: None = None) -> Iterator[Part]:
    """What each unit is worth, the most important first, and what silencing it costs from each seed."""
    return parts(superstar(), _shown)


def _shown(result: Superstar) -> Shown:
    seeds = len(next(iter(result.whole.values())))
    numbers = {
        "width": str(WIDTH),
        "digits": str(DIGITS),
        "seeds": counted(seeds, "seed"),
        "plain": spread(result.worst(PLAIN)),
        "dropped": spread(result.worst(DROPPED)),
        "plain_whole": spread(result.whole[PLAIN]),
        "dropped_whole": spread(result.whole[DROPPED]),
        "plain_mean": spread(result.lost[PLAIN].mean(axis=1)),
        "dropped_mean": spread(result.lost[DROPPED].mean(axis=1)),
    }
    return Shown(numbers, [_ranked(result, seeds), _table(result)], right=result.right)


def _ranked(result: Superstar, seeds: int) -> Lines:
    ranked = {name: np.median(-np.sort(-lost, axis=1), axis=0) for name, lost in result.lost.items()}
    words = "; ".join(f"{name} {decimal(line[0])} to {decimal(line[-1])}" for name, line in ranked.items())
    return Lines(
        range(1, WIDTH + 1),
        ranked,
        x="units, the most important first",
        y="share of right answers that is lost",
        alt=f"Right answers lost by silencing one unit, from the most to the least important, median of "
        f"{counted(seeds, 'seed')}: {words}",
    )


def _table(result: Superstar) -> Table:
    columns = {
        "network": list(result.lost),
        "right answers, whole": [spread(result.whole[name]) for name in result.lost],
        "lost without its most important unit": [spread(result.worst(name)) for name in result.lost],
        "lost without a unit, on average": [spread(result.lost[name].mean(axis=1)) for name in result.lost],
    }
    words = "; ".join(f"{name} {spread(result.worst(name))}" for name in result.lost)
    return Table(columns, f"Right answers lost without the most important unit: {words}")
