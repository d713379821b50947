"""DN2: dense layers are the whole of a network on tables, and the head of one on pictures. Real data.

a table    dense → ReLU → dense
digits     convolution → ReLU → max-pooling → dense

Beside each stands the head alone, on the columns or the pixels themselves. Columns of a table are standardised by
the rows that are learned from, and by these alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.layers import Conv2D, Dense, Flatten, MaxPooling2D, ReLU
from engine.network import Sequential
from engine.optimizers import Adam
from engine.training import Training, accuracy
from experiments.datasets import DIGITS, OWN, TUMOURS, WINES, check_data, everything, standardised
from experiments.examples import Examples, shared
from experiments.numbers import counted, decimal, spread, whole
from experiments.several import parts, trained
from experiments.shown import Part, Shown, Table
from experiments.spec import Spec, choice, text

SEEDS = range(5)
STEPS = 150
LEARNED = 0.7  # of all rows; the others are held out
MOST = 1000  # rows, at most, that are learned from
BATCH = 32
UNITS = 32  # of the hidden layer
HEAD, MLP, FEATURES = "dense head alone", "hidden layer, then head", "convolution, then head"
BETTER, ALIKE, WORSE = range(3)  # the lesson's answers: the hidden layers against the head alone
MARGIN = 0.01  # of right answers: what is called about the same


@dataclass(frozen=True)
class HeadSpec(Spec):
    data: str = choice(
        TUMOURS,
        (TUMOURS, WINES, DIGITS, OWN),
        "569 tumours, 30 measurements each; 178 wines, 13 measurements; 1,797 digits; or a CSV of yours",
        surprise=False,
    )
    table: str = text("your own table")

    def __post_init__(self) -> None:
        check_data(self.data, self.table)

    @property
    def used(self) -> tuple[str, ...]:
        return ("data",)

    @property
    def networks(self) -> dict[str, Sequential]:
        """By what they are called: with the head alone, and with what finds features for it."""
        classes = everything(self.data, self.table).classes
        alone = Sequential((Flatten(), Dense(classes)))
        if self.data == DIGITS:
            layers = (Conv2D(16, 3, padding="same", kernel_initializer="he_normal"), ReLU(), MaxPooling2D(), Flatten())
            return {HEAD: alone, FEATURES: Sequential((*layers, Dense(classes)))}
        hidden = Dense(UNITS, kernel_initializer="he_normal")
        return {HEAD: alone, MLP: Sequential((Flatten(), hidden, ReLU(), Dense(classes)))}


class Split(NamedTuple):
    learned: Examples
    held_out: Examples


class Heads(NamedTuple):
    """Of the seeds that are done."""

    spec: HeadSpec
    right: dict[str, Array]  # network → (seeds,)  share of right answers on what is held out
    seen: dict[str, Array]  # the same on what was learned from
    often: Array  # (seeds,)  share of the commonest class among what is held out

    @property
    def answers(self) -> set[int]:
        """By the median of every seed's own difference."""
        alone, more = self.right.values()
        difference = float(np.median(more - alone))
        return {ALIKE if abs(difference) < MARGIN else BETTER if difference > 0 else WORSE}


@lru_cache(maxsize=32)
def split(data: str, table: str, seed: int) -> Split:
    """Drawn by the seed; shared and read-only. The scale of a table's columns comes from what is learned from."""
    x, labels = everything(data, table)
    order = np.random.default_rng((seed, 7)).permutation(len(x))
    first = round(LEARNED * len(x))
    learned, held = order[:first][:MOST], order[first:]
    if data != DIGITS:
        x = standardised(x, learned)
    x = x.astype(np.float32)
    return Split(shared(x[learned], labels[learned]), shared(x[held], labels[held]))


def training(spec: HeadSpec, name: str, seed: int) -> Training:
    x, labels = split(spec.data, spec.table, seed).learned
    return Training(spec.networks[name], Adam(0.01), x, labels, batch_size=min(BATCH, len(x)), seed=seed)


def heads(spec: HeadSpec) -> Iterator[tuple[float, Heads | None]]:
    """Both networks from each seed: (share that is done, results when a seed is done)."""
    names = list(spec.networks)
    right: dict[str, list[float]] = {name: [] for name in names}
    seen: dict[str, list[float]] = {name: [] for name in names}
    often = []
    for number, (seed, name) in enumerate(product(SEEDS, names)):
        recipe, both = training(spec, name, seed), split(spec.data, spec.table, seed)
        after = yield from trained(recipe, STEPS, number, len(SEEDS) * len(names))
        right[name].append(accuracy(recipe.network, after, *both.held_out))
        seen[name].append(accuracy(recipe.network, after, *both.learned))
        if name == names[-1]:
            often.append(np.bincount(both.held_out.labels).max() / len(both.held_out.labels))
            held_out, learned = ({k: np.array(v) for k, v in kept.items()} for kept in (right, seen))
            yield (number + 1) / (len(SEEDS) * len(names)), Heads(spec, held_out, learned, np.array(often))


def show(spec: HeadSpec) -> Iterator[Part]:
    """Right answers of both networks, network by network and seed by seed."""
    return parts(heads(spec), _shown)


def _shown(result: Heads) -> Shown:
    spec, seeds = result.spec, len(result.often)
    both = split(spec.data, spec.table, SEEDS[0])
    alone, more = result.right
    numbers = {
        "seeds": counted(seeds, "seed"),
        "steps": whole(STEPS),
        "rows": whole(len(both.learned.x)),
        "held": whole(len(both.held_out.x)),
        "more_name": more,
        "alone": spread(result.right[alone], 3),
        "more": spread(result.right[more], 3),
        "alone_seen": spread(result.seen[alone], 3),
        "more_seen": spread(result.seen[more], 3),
        "often": spread(result.often, 3),
    }
    case = "On pictures" if spec.data == DIGITS else "On a table"
    return Shown(numbers, [_table(result)], right=result.answers, case=case)


def _table(result: Heads) -> Table:
    nets, shape = result.spec.networks, split(result.spec.data, result.spec.table, SEEDS[0]).learned.x.shape[1:]
    columns = {
        "network": list(nets),
        "parameters": [whole(net.parameter_count(shape)) for net in nets.values()],
        "of these in the head": [whole(head_parameters(net, shape)) for net in nets.values()],
        "right, learned from": [spread(result.seen[name], 3) for name in nets],
        "right, held out": [spread(result.right[name], 3) for name in nets],
        "held out, by seed": [", ".join(decimal(float(share), 3) for share in result.right[name]) for name in nets],
    }
    words = "; ".join(f"{name} {spread(result.right[name], 3)}" for name in nets)
    return Table(columns, f"Share of right answers held out: {words}")


def head_parameters(net: Sequential, shape: tuple[int, ...]) -> int:
    """Of the last layer."""
    return net.layers[-1].parameter_count(net.shapes(shape)[-2])
