"""Results that nobody has trained. All of their numbers differ, so that one in another's place is seen.

Medians are neither means nor ends, and the first seed's values are not the median.
"""

import numpy as np

from experiments.recurrent.forecast import Forecast, Forecasts, Series
from experiments.recurrent.language import TEMPERATURES, Models, corpus
from experiments.recurrent.race import Lane, Race

SERIES = Series(
    "pulse",
    values=np.array([0.0, 1, 3, 2, 5, 4, 10, 13, 11, 18]),
    x=np.zeros((10, 2), np.float32),
    change=np.zeros((9, 1), np.float32),
    unit=2.0,
    ends=(4, 6),
)
CAME = np.array([1.5, -1, 3.5])  # 13 − 10, 11 − 13 and 18 − 11, in units


def forecast(*quantiles: tuple[float, float, float]) -> Forecast:
    return Forecast(np.array(quantiles), CAME)


def forecasts(steps: tuple[int, int]) -> Forecasts:
    """Errs as far as the first look; what is forecast now errs otherwise, and is what the table tells."""
    return Forecasts(
        SERIES,
        list(steps),
        {"LSTM": np.array([[9.0, 4, 2], [0.5, 8, 1.25]]), "GRU": np.array([[7.0, 3, 6], [2.5, 1, 5]])},
        {
            "LSTM": [
                forecast((-1, 0.5, 1.25), (-2, -0.75, 1.5), (0.25, 2, 4)),  # errs by 2.75/3, holds 2/3, 9.5/3 wide
                forecast((-3, 1, 3), (-3, -1, 3), (-3, 3, 5)),  # 1/3, all, 20/3
                forecast((-0.5, 0, 0.5), (-0.25, 0, 0.25), (3, 3, 4)),  # 1, 1/3, 2.5/3
            ],
            "GRU": [
                forecast((1, 1.5, 2), (-1.5, -1, 0), (3, 3.5, 4)),  # 0, all, 3.5/3
                forecast((2, 3, 4), (-4, -2, -1), (4, 5, 7)),  # 4/3, 1/3, 8/3
                forecast((5, 6, 7), (0, 1, 2), (7, 8, 9)),  # 11/3, none, 2
            ],
        },
        {"LSTM": 0.0125, "GRU": 0.0031},
    )


def raced(**last: tuple[float, float, float]) -> Race:
    """Lanes by name, with these last points by seed; the first ones are 10 more."""
    return Race(
        np.array([25, 1000]),
        {
            name.replace("_", " "): Lane(
                np.array([[10 + end, end] for end in ends]), 0.0012 + 0.001 * k, 1234 + k, 56789 + k
            )
            for k, (name, ends) in enumerate(last.items())
        },
    )


def models(steps: tuple[int, ...], bits: dict[str, tuple[float, ...]]) -> Models:
    """With these bits a seed in the end, and 1, 2, … more a look before; three quarters of the text are a."""
    looks = np.arange(len(steps))[::-1, None]
    return Models(
        corpus("aaab" * 50),
        list(steps),
        {cell: looks + np.array(ends) for cell, ends in bits.items()},
        {cell: 4321 + k for k, cell in enumerate(bits)},
        {cell: 0.0077 + 0.001 * k for k, cell in enumerate(bits)},
        [(step, {tau: f"{step} at {tau}" for tau in TEMPERATURES}) for step in steps],
    )
