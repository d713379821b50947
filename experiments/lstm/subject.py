"""LS2: the forget gate drops what was held when something new begins.

An LSTM reads a number at every step, and at some of them a token. At every step it is asked for the number that stood
at the last token: it has to keep that one while others come, and to drop it at the next token. Nobody tells it how; the
forget gates are looked at afterwards, on sequences never seen.

Gers, Schmidhuber and Cummins 2000, "Learning to forget", doi:10.1162/089976600300015015
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from engine.arrays import Array
from engine.layers import LSTM, Dense
from engine.losses import mean_squared_error
from engine.network import Sequential
from engine.optimizers import Adam
from engine.training import Drawn, Examples
from experiments.numbers import counted, decimal, spread
from experiments.recurrent.race import in_turn
from experiments.recurrent.tasks import held
from experiments.scene import Scale
from experiments.several import parts
from experiments.shown import Lines, Maps, Part, Picture, Shown, Table
from experiments.spec import Spec, choice

SEEDS = range(5)
LENGTH, BATCH = 40, 32
STEPS, EVERY = 1000, 50  # of training; from one look at the gates to the next
RATE, CLIP = 0.02, 1.0
FORGET = 1  # the row of f in an LSTM's gates
FALLS, SAME, RISES = range(3)  # the lesson's answers


@dataclass(frozen=True)
class SubjectSpec(Spec):
    units: int = choice(4, (1, 2, 4, 8, 16), "numbers in the cell; one would be enough to hold a number")


class Look(NamedTuple):
    """At the gates of every seed's network."""

    steps: int  # of training
    token: Array  # (seeds,)  mean forget gate at a token
    elsewhere: Array  # (seeds,)
    error: Array  # (seeds,)  mean squared error
    gates: Array  # (units, LENGTH)  forget gates of the first seed on one sequence

    @property
    def ratio(self) -> Array:
        return self.token / self.elsewhere


def subject(spec: SubjectSpec) -> Iterator[tuple[float, list[Look] | None]]:
    """Trains a network a seed, all side by side: (share that is done, all looks so far when there is a new one)."""
    runs = {seed: training(spec, seed) for seed in SEEDS}
    params = {seed: run.start().params for seed, run in runs.items()}
    looks = [look(runs, params, 0)]
    yield 0, looks
    for number, (taken, seed, step, _) in enumerate(in_turn(runs, STEPS), 1):
        params[seed] = step.after.params
        news = number % len(runs) == 0 and (taken % EVERY == 0 or taken == STEPS)
        if news:
            looks = [*looks, look(runs, params, taken)]
        yield number / (STEPS * len(runs)), looks if news else None


def training(spec: SubjectSpec, seed: int) -> Drawn:
    network = Sequential((LSTM(spec.units, return_sequences=True), Dense(1)))
    draw = partial(held, steps=LENGTH, batch=BATCH)
    return Drawn(network, Adam(RATE, global_clipnorm=CLIP), draw, seed, mean_squared_error)


def unseen(seed: int) -> Examples:
    """Sequences to look at the gates with."""
    return held(np.random.default_rng((seed, 1, 1)), LENGTH, 200)


def look(runs: dict[int, Drawn], params: dict[int, Any], steps: int) -> Look:
    found, first = [], None
    for seed, run in runs.items():
        x, target, *_ = unseen(seed)
        y, trace = run.network.forward(params[seed], x)
        f = trace.children[0].gates[:, 1:, FORGET]  # at the first step nothing is held yet
        token = x[:, 1:, 1] == 1
        found.append((f[token].mean(), f[~token].mean(), ((y - target) ** 2).mean()))
        first = trace.children[0].gates[0, :, FORGET].T if first is None else first
    assert first is not None
    token_mean, elsewhere, error = np.array(found, np.float64).T
    return Look(steps, token_mean, elsewhere, error, first)


def prediction(last: Look) -> set[int]:
    ratio = float(np.median(last.ratio))
    return {FALLS if ratio < 0.9 else RISES if ratio > 1.1 else SAME}


def show(spec: SubjectSpec) -> Iterator[Part]:
    """The gates over time, a frame a look, and their means as training goes on."""
    return parts(subject(spec), _shown)


def _shown(looks: list[Look]) -> Shown:
    last = looks[-1]
    rows = [_gates(looks), *_means(looks)]
    if last.steps < STEPS:
        return Shown({}, rows)
    return Shown(
        numbers={
            "token": spread(last.token),
            "elsewhere": spread(last.elsewhere),
            "ratio": decimal(float(np.median(last.ratio))),
            "error": decimal(float(np.median(last.error)), 4),
            "before": decimal(float(np.median(looks[0].ratio))),
            "units": str(len(last.gates)),
            "seeds": counted(len(SEEDS), "seed"),
            "steps": f"{STEPS:,}",
        },
        rows=rows,
        right=prediction(last),
    )


def _gates(looks: list[Look]) -> Maps:
    x = unseen(SEEDS[0]).x[0]
    tokens = np.flatnonzero(x[:, 1])
    rows, columns = looks[0].gates.shape
    framed = np.array([[0, step, rows, 1] for step in tokens])
    gates = np.stack([each.gates for each in looks])
    pictures = [
        Picture("number, and token below it", x.T, Scale(1), "input"),
        Picture("forget gates f, tokens framed", gates, Scale(1, "magnitude"), "activation", marks=framed),
    ]
    at, beside = gates[-1][:, tokens[1:]].mean(), np.delete(gates[-1], tokens, axis=1).mean()
    means = f"{decimal(float(at))} at tokens, {decimal(float(beside))} elsewhere"
    alt = f"Forget gates of {rows} units over {columns} steps: {means}"
    frames = [f"after {each.steps:,} steps of training" for each in looks]
    return Maps(pictures, alt, frames=frames, start=len(frames) - 1)


def _means(looks: list[Look]) -> list[Lines | Table]:
    last = looks[-1]
    lines = {
        "at a token": [float(np.median(each.token)) for each in looks],
        "elsewhere": [float(np.median(each.elsewhere)) for each in looks],
    }
    words = ", ".join(f"{name} {decimal(line[-1])}" for name, line in lines.items())
    alt = f"Mean forget gate after {last.steps:,} steps of training, median of {counted(len(SEEDS), 'seed')}: {words}"
    ratios = [decimal(float(v)) for v in last.ratio]
    table = {
        "seed": [str(seed) for seed in SEEDS],
        "f at a token": [decimal(float(v)) for v in last.token],
        "f elsewhere": [decimal(float(v)) for v in last.elsewhere],
        "the one by the other": ratios,
        "mean squared error": [decimal(float(v), 4) for v in last.error],
    }
    return [
        Lines([each.steps for each in looks], lines, x="steps of training", y="mean forget gate", alt=alt),
        Table(table, alt=f"By seed, f at a token by f elsewhere: {', '.join(ratios)}"),
    ]
