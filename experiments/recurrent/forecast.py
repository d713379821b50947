"""A measured series, forecast one step ahead by recurrent networks, each with an interval, beside "as now".

A network reads how the series has changed at every step, and where it stands beside its own recent mean, and gives
three quantiles of the next change: 10 %, the median, and 90 %. Between the outer two should lie what comes in 80 % of
all cases. On the part that it was trained on it does; so the interval is made wider, or narrower, until it held 80 % of
another part, and is judged on a third, the last.

Of the series the first 60 % train, the next 20 % set the width, the last 20 % judge.

Koenker and Bassett 1978, "Regression quantiles", doi:10.2307/1913643
Romano, Patterson and Candès 2019 (the width), "Conformalized quantile regression", https://arxiv.org/abs/1905.03222
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from engine.arrays import Array
from engine.losses import pinball
from engine.optimizers import Adam
from engine.training import Drawn, Examples
from experiments.numbers import counted, decimal, spread
from experiments.recurrent.race import KERAS, Looks, looked_at, network
from experiments.shown import Lines, Table

LEVELS = (0.1, 0.5, 0.9)
HELD = LEVELS[-1] - LEVELS[0]  # the share that an interval is named after
UNITS, WINDOW, BATCH = 16, 50, 32
RATE, CLIP = 0.005, 1.0
STEPS, EVERY = 300, 25
RECENT = 20  # steps of the mean that a value is seen beside
DRAWN = 120  # steps of the last part that are shown
TRAINED, WIDTH_SET = 0.6, 0.8  # where these parts of the series end


class Series(NamedTuple):
    name: str
    values: Array  # (N,)  as measured
    x: Array  # (N, 2)  what is read
    change: Array  # (N − 1, 1)  what comes next, less what is now; in `unit`
    unit: float
    ends: tuple[int, int]  # of the part that trains, and of the part that sets the width


class Forecast(NamedTuple):
    """One network's, of the last part."""

    quantiles: Array  # (n, 3)  of the change
    coming: Array  # (n,)  what the change was

    @property
    def error(self) -> float:
        """Mean absolute error of the median."""
        return float(np.abs(self.quantiles[:, 1] - self.coming).mean())

    @property
    def coverage(self) -> float:
        """Share of what came that lay in the interval."""
        low, _, high = self.quantiles.T
        return float(((low <= self.coming) & (self.coming <= high)).mean())

    @property
    def width(self) -> float:
        return float((self.quantiles[:, 2] - self.quantiles[:, 0]).mean())


class Forecasts(NamedTuple):
    """Of every network, from every seed, after so many steps of training."""

    series: Series
    steps: list[int]
    errors: dict[str, Array]  # network → (looks, seeds)
    now: dict[str, list[Forecast]]  # network → a forecast a seed
    seconds: dict[str, float]  # of a step of training, the median

    @property
    def as_now(self) -> float:
        """The error of "as now": the mean absolute change."""
        return float(np.abs(next(iter(self.now.values()))[0].coming).mean())


def prepared(name: str, values: Array) -> Series:
    """The scales are those of the part that trains: nothing is known of what comes later."""
    ends = int(TRAINED * len(values)), int(WIDTH_SET * len(values))
    steps = np.diff(values)
    unit = float(steps[: ends[0] - 1].std())
    sums = np.cumsum(np.concatenate([[0.0], values]))
    count = np.minimum(np.arange(1, len(values) + 1), RECENT)
    mean = (sums[1:] - sums[np.arange(1, len(values) + 1) - count]) / count
    change = np.concatenate([[0.0], steps]) / unit
    x = np.stack([change, (values - mean) / (4 * unit)], axis=1)
    return Series(name, values, x.astype(np.float32), change[1:, None].astype(np.float32), unit, ends)


def training(series: Series, cell: str, seed: int) -> Drawn:
    return Drawn(
        network(cell, UNITS, len(LEVELS), KERAS, WINDOW, sequences=True),
        Adam(RATE, global_clipnorm=CLIP),
        partial(_windows, series),
        seed,
        partial(pinball, levels=LEVELS),
    )


def _windows(series: Series, rng: np.random.Generator) -> Examples:
    """Pieces of the part that trains."""
    at = rng.integers(0, series.ends[0] - WINDOW, BATCH)[:, None] + np.arange(WINDOW)
    return Examples(series.x[at], series.change[at])


def look(series: Series, run: Drawn, params: Any) -> Forecast:
    """The network reads the series from its beginning, and its intervals get the width that they should have had."""
    y, _ = run.network.forward(params, series.x[None, :-1])
    quantiles, (trained, width_set) = np.sort(y[0].astype(np.float64), axis=1), series.ends
    change = series.change[:, 0].astype(np.float64)
    # how far outside of the interval what came was; below 0 inside
    outside = np.maximum(quantiles[:, 0] - change, change - quantiles[:, 2])[trained:width_set]
    more = float(np.quantile(outside, HELD))
    wider = quantiles[width_set:] + np.array([-more, 0, more])
    return Forecast(np.sort(wider, axis=1), change[width_set:])


def forecasts(series: Series, cells: Sequence[str], seeds: Sequence[int]) -> Iterator[tuple[float, Forecasts | None]]:
    """Trains all side by side: (share that is done, what they forecast when they are looked at)."""
    runs = {(cell, seed): training(series, cell, seed) for cell, seed in product(cells, seeds)}
    for done, looks in looked_at(runs, STEPS, EVERY, lambda run, step: look(series, runs[run], step.after.params)):
        yield done, None if looks is None else _result(series, looks)


def _result(series: Series, looks: Looks[Forecast]) -> Forecasts:
    of = looks.by_seed
    return Forecasts(
        series,
        looks.steps,
        {cell: np.array([[each.error for each in seen] for seen in seeds]).T for cell, seeds in of.items()},
        {cell: [seen[-1] for seen in seeds] for cell, seeds in of.items()},
        looks.seconds,
    )


def learning(result: Forecasts) -> Lines:
    """Error as training goes on, beside "as now"."""
    lines = {cell: np.median(values, axis=1) for cell, values in result.errors.items()}
    words = ", ".join(f"{cell} {decimal(float(line[-1]), 3)}" for cell, line in lines.items())
    as_now = decimal(result.as_now, 3)
    return Lines(
        result.steps,
        lines | {"as now": np.full(len(result.steps), result.as_now)},
        x="steps of training",
        y="mean absolute error, in ordinary changes",
        alt=f"Error after {result.steps[-1]:,} steps of training: {words}; “as now” {as_now}",
    )


def table(result: Forecasts) -> Table:
    shape = result.series.x[:WINDOW].shape
    nets = {cell: network(cell, UNITS, len(LEVELS), KERAS, WINDOW, sequences=True) for cell in result.now}
    errors = {cell: np.array([each.error for each in seeds]) for cell, seeds in result.now.items()}
    held = {cell: 100 * np.array([each.coverage for each in seeds]) for cell, seeds in result.now.items()}
    blank = "–"
    return Table(
        {
            "forecast by": [*result.now, "as now"],
            "error, median (smallest to largest)": [
                *(spread(v, 3) for v in errors.values()),
                decimal(result.as_now, 3),
            ],
            f"in the {decimal(100 * HELD, 0)} % interval, %": [*(spread(v, 0) for v in held.values()), blank],
            "width of it": [
                *(decimal(float(np.median([each.width for each in seeds]))) for seeds in result.now.values()),
                blank,
            ],
            "parameters": [*(f"{net.parameter_count(shape):,}" for net in nets.values()), "0"],
            "ms a step, measured": [*(decimal(1000 * spent, 1) for spent in result.seconds.values()), blank],
        },
        alt=f"{result.series.name}, {counted(len(next(iter(result.now.values()))), 'seed')}: "
        + "; ".join(f"{cell} errs by {spread(v, 3)}" for cell, v in errors.items())
        + f"; “as now” by {decimal(result.as_now, 3)}",
    )


def drawn(result: Forecasts, cell: str) -> Lines:
    """The end of the series, and what the first seed's network said a step before."""
    series, forecast = result.series, result.now[cell][0]
    before = series.values[series.ends[1] : -1]  # what was now
    low, middle, high = (before + series.unit * forecast.quantiles.T)[:, -DRAWN:]
    came = series.values[series.ends[1] + 1 :][-DRAWN:]
    held, first, last = (decimal(100 * share, 0) for share in (forecast.coverage, LEVELS[0], LEVELS[-1]))
    return Lines(
        np.arange(len(series.values) - len(came), len(series.values)),
        {"measured": came, "forecast": middle, f"{first} %": low, f"{last} %": high},
        x="step of the series",
        y=series.name,
        alt=f"The last {len(came)} steps of {series.name}, the {cell}'s forecast and interval; it held {held} % of all",
    )
