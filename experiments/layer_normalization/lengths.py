"""LN4: two LSTMs with a norm between them, on sequences of mixed length: layer norm, batch norm, none.

    LSTM → norm → LSTM → dense: which two numbers are marked, and what is their sum?

Shorter sequences are padded. The mask keeps padding from the LSTMs, but not from batch norm's mean, and a batch of few
sequences has a mean of its own. All are measured at inference, on sequences that nobody learned from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from itertools import product
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.layers import LSTM, BatchNormalization, Dense, Layer, LayerNormalization
from engine.losses import mean_squared_error
from engine.network import Sequential
from engine.optimizers import Adam
from engine.training import Drawn, Examples, Step
from experiments.layer_normalization.spec import LengthsSpec
from experiments.numbers import counted, spread
from experiments.recurrent.race import looked_at
from experiments.several import parts
from experiments.shown import Lines, Part, Shown, Table

NAMES = NONE, LAYER, BATCH = "no norm", "layer norm", "batch norm"
NORMS: Mapping[str, tuple[Layer, ...]] = MappingProxyType(
    {NONE: (), LAYER: (LayerNormalization(),), BATCH: (BatchNormalization(0.9),)}
)
SHORTEST, LONGEST, UNITS = 4, 20, 16
HELD_OUT = 256
SEEDS = range(5)
STEPS, EVERY = 500, 100
RATE = 0.01
LOWER, HIGHER, ALIKE = range(3)  # the lesson's answers, of layer norm against batch norm


class Lengths(NamedTuple):
    """Mean squared error held out, at inference."""

    at: Array  # (looks,)  steps
    errors: Mapping[str, Array]  # name → (seeds, looks)

    @property
    def ahead(self) -> int:
        """Seeds with a smaller error by layer norm than by batch norm, at the end."""
        return int((self.errors[LAYER][:, -1] < self.errors[BATCH][:, -1]).sum())

    @property
    def answer(self) -> int:
        """Where all seeds but one agree."""
        seeds = len(self.errors[LAYER])
        return LOWER if self.ahead >= seeds - 1 else HIGHER if self.ahead <= 1 else ALIKE


def mixed(rng: np.random.Generator, batch: int) -> Examples:
    """Sums of two marked numbers, one in either half, of SHORTEST to LONGEST."""
    n, rows = rng.integers(SHORTEST, LONGEST + 1, batch), np.arange(batch)
    mask = np.arange(LONGEST) < n[:, None]
    x = np.zeros((batch, LONGEST, 2), np.float32)
    x[:, :, 0] = rng.random((batch, LONGEST)) * mask
    x[rows, rng.integers(0, n // 2), 1] = 1
    x[rows, rng.integers(n // 2, n), 1] = 1
    return Examples(x, (x[:, :, 0] * x[:, :, 1]).sum(axis=1, keepdims=True), mask)


def training(name: str, seed: int, batch_size: int) -> Drawn:
    """The same seed gives the same sequences."""
    network = Sequential((LSTM(UNITS, return_sequences=True), *NORMS[name], LSTM(UNITS), Dense(1)))
    return Drawn(network, Adam(RATE), partial(mixed, batch=batch_size), seed, mean_squared_error)


def lengths(spec: LengthsSpec, steps: int | None = None) -> Iterator[tuple[float, Lengths | None]]:
    """All networks side by side: (share that is done, the errors whenever all have been looked at)."""
    runs = {(name, seed): training(name, seed, spec.batch_size) for name, seed in product(NAMES, SEEDS)}
    held = mixed(np.random.default_rng(0), HELD_OUT)

    def look(run: tuple[str, int], step: Step) -> float:
        after = step.after
        y, _ = runs[run].network.forward(after.params, held.x, state=after.state, mask=held.mask)
        return mean_squared_error(y, held.target)[0]

    for done, looks in looked_at(runs, STEPS if steps is None else steps, EVERY, look):
        found = None if looks is None else {name: np.array(errors) for name, errors in looks.by_seed.items()}
        yield done, None if looks is None or found is None else Lengths(np.array(looks.steps), found)


def show(spec: LengthsSpec) -> Iterator[Part]:
    """Errors by steps, and where they end."""
    return parts(lengths(spec), _shown)


def _shown(result: Lengths) -> Shown:
    seeds = counted(len(result.errors[LAYER]), "seed")
    numbers = {"seeds": seeds, "steps": str(int(result.at[-1]))}
    numbers |= {"ahead": str(result.ahead), "of": str(len(result.errors[LAYER]))}
    middle = (len(result.at) - 1) // 2
    numbers["middle"] = str(int(result.at[middle]))
    for name, key in ((NONE, "none"), (LAYER, "layer"), (BATCH, "batch")):
        of = result.errors[name]
        numbers |= {key: spread(of[:, -1], 3), f"{key}_middle": spread(of[:, middle], 3)}
    y = "mean squared error held out"
    words = "; ".join(f"{name} {spread(of[:, -1], 3)}" for name, of in result.errors.items())
    alt = f"{y} after {numbers['steps']} steps, median of {seeds}: {words}"
    lines = Lines(
        result.at, {name: np.median(of, axis=0) for name, of in result.errors.items()}, "steps of training", y, alt,
        bands={name: (of.min(axis=0), of.max(axis=0)) for name, of in result.errors.items()},
    )  # fmt: skip
    columns = {"between the LSTMs": list(result.errors)}
    columns |= {
        f"after {steps} steps": [spread(of[:, at], 3) for of in result.errors.values()]
        for at, steps in enumerate(result.at.tolist())
        if at in (middle, len(result.at) - 1)
    }
    return Shown(numbers, [lines, Table(columns, alt)], right={result.answer})
