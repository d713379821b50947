"""RN3: ρᵗ is how a gradient vanishes or explodes if nothing squashes and the weights keep lengths. Else it is a bound,
or less than that: tanh saturates, and does not let the gradient explode. Measured over five seeds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from engine.arrays import Array
from experiments.numbers import decimal, scientific
from experiments.recurrent.walk import GAUSSIAN, Walk, drawn
from experiments.shown import Shown, Table, Walks
from experiments.simple_rnn.vanishing import VanishingSpec, rnn

STEPS = 100
SEEDS = range(5)
RADII = 0.8, 1.0, 1.2, 1.5
LARGE = RADII[-1]  # the radius of the question and of the picture


class Rates(NamedTuple):
    """RNNs of one spectral radius, a walk a seed each."""

    radius: float
    linear: list[Walk]
    tanh: list[Walk]
    relu: list[Walk]
    gaussian: list[Walk]  # linear, with Gaussian weights; those above have orthogonal ones

    @property
    def predicted(self) -> float:
        """The power of ten after all steps."""
        return STEPS * float(np.log10(self.radius))

    @property
    def error(self) -> float:
        """How far the slope of ln ‖∂L/∂h_t‖ is from ln ρ, between any two steps of the linear networks."""
        slopes = [-np.diff(np.log(walk.gradient)) for walk in self.linear]
        return float(np.abs(np.array(slopes) - np.log(self.radius)).max())

    @property
    def slope(self) -> float:
        """Of tanh: the mean over all steps, units and seeds."""
        return float(np.mean([np.nanmean(walk.passes) for walk in self.tanh]))

    @property
    def above(self) -> float:
        """How many times the prediction a Gaussian network's gradient is at most, at any step."""
        return float(max((walk.gradient / walk.predicted).max() for walk in self.gaussian))


def rates(radius: float, input_scale: float = 1.0) -> Rates:
    """The way back through `STEPS` steps of each kind of RNN."""
    spec = VanishingSpec(length=STEPS, spectral_radius=radius, input_scale=input_scale)

    def each(**settings: Any) -> list[Walk]:
        return [rnn(replace(spec, seed=seed, **settings)) for seed in SEEDS]

    return Rates(
        radius,
        linear=each(activation="linear"),
        tanh=each(activation="tanh"),
        relu=each(activation="relu"),
        gaussian=each(activation="linear", recurrent_initializer=GAUSSIAN),
    )


def powers(of: list[Walk]) -> Array:
    """What arrives at the first step, as powers of ten, a seed each."""
    return np.log10([walk.gradient[0] for walk in of])


def show(_spec: object = None) -> Shown:
    """Four RNNs of the same spectral radius in one picture, and the others in numbers."""
    each = [rates(radius) for radius in RADII]
    large, quiet = each[-1], rates(RADII[0], input_scale=0.05)
    names = {"linear": large.linear, "tanh": large.tanh, "relu": large.relu, "Gaussian": large.gaussian}
    picture = drawn([replace(of[0], name=name) for name, of in names.items()])
    columns: dict[str, Callable[[Rates], list[Walk]]] = {
        "linear, orthogonal": lambda at: at.linear,
        "tanh, orthogonal": lambda at: at.tanh,
        "relu, orthogonal": lambda at: at.relu,
        "linear, Gaussian": lambda at: at.gaussian,
    }
    measured = {name: [_spread(powers(of(at))) for at in each] for name, of in columns.items()}
    return Shown(
        numbers={
            "tanh": decimal(_median(large.tanh), 1),
            "slope": decimal(large.slope),
            "error": scientific(max(at.error for at in each)),
            "relu": _spread(powers(large.relu)),
            "above": decimal(max(at.above for at in each), 1),
            "quiet": decimal(_median(quiet.tanh), 1),
            "quiet_predicted": decimal(quiet.predicted, 1),
        },
        rows=[
            Walks(picture, f"Four RNNs of the spectral radius {decimal(LARGE, 1)}, over {STEPS} steps"),
            Table(
                {
                    "ρ": [decimal(at.radius, 1) for at in each],
                    f"ρ to the power of {STEPS}": [decimal(at.predicted, 1) for at in each],
                    **measured,
                },
                alt=f"Powers of ten of the gradient at the first of {STEPS} steps, by spectral radius: "
                f"predicted, and the median of {len(SEEDS)} seeds with the smallest and the largest",
            ),
        ],
    )


def _median(of: list[Walk]) -> float:
    return float(np.median(powers(of)))


def _spread(values: Array) -> str:
    """−7.5 (−9.6 to −5.6), or the median alone where all are written alike."""
    low, middle, high = (decimal(float(value), 1) for value in (values.min(), np.median(values), values.max()))
    return middle if low == high else f"{middle} ({low} to {high})"
