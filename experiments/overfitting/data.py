"""What the lab learns from: real digits and tables, few of them, made worse if one wants. The seed draws which.

    all examples  →  so many that one has      →  ¾ to learn from, ¼ to validate with
                  →  others, up to 1,000       →  the test: nobody chooses by it

What is made worse: a share of the labels that one has is replaced by others, in both parts; noise is added to every
input, those of the test too, as by a bad instrument. The labels of the test are right.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.datasets import wines
from experiments.datasets import DIGITS, everything, standardised
from experiments.examples import Examples, mislabelled, shared

LEARNED = 0.75  # of the examples that one has; the others validate
TEST = 1000  # at most
LEAST_TEST = 20


class Parts(NamedTuple):
    learned: Examples  # x in float32, as of the others
    validation: Examples
    test: Examples
    classes: int


def example() -> str:
    """A table as a learner may bring one: four measurements of the wines, and who has grown them."""
    x, labels = wines()
    columns = {"alcohol": 0, "flavanoids": 6, "colour": 9, "proline": 12}
    rows = [
        ",".join([*(f"{value:g}" for value in row), "ABC"[label]])
        for row, label in zip(x[:, list(columns.values())], labels, strict=True)
    ]
    return "\n".join([",".join([*columns, "grower"]), *rows]) + "\n"


def most_samples(name: str, table: str = "") -> int:
    """So many that enough are left for the test."""
    return len(everything(name, table).labels) - LEAST_TEST


@lru_cache(maxsize=64)
def parts(name: str, samples: int, seed: int, wrong_labels: float = 0.0, noise: float = 0.0, table: str = "") -> Parts:
    """Shared and read-only. The scale of a table's columns comes from what is learned from."""
    x, labels = everything(name, table)
    classes = everything(name, table).classes
    order = np.random.default_rng((seed, 7)).permutation(len(x))
    count = round(LEARNED * samples)
    learned, validation, test = np.split(order[: samples + TEST], [count, samples])
    if name != DIGITS:
        x = standardised(x, learned)
    noisy = x + noise * x[learned].std() * np.random.default_rng((seed, 8)).standard_normal(x.shape)
    had = mislabelled(labels, order[:samples], wrong_labels, classes, np.random.default_rng((seed, 9)))

    def part(at: Array, by: Array) -> Examples:
        return shared(noisy[at].astype(np.float32), by[at])

    return Parts(part(learned, had), part(validation, had), part(test, labels), classes)
