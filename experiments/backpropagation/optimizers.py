"""BP3: seven optimizers run down one surface of two weights, from one start, with the same gradients to be had.

A training step asks for the gradient where it stands and moves; what differs is how. The surfaces:

    ravine          L = ½ (w₁² + 25 w₂²)
    turned ravine   the same, turned by 45°: no weight has a slope of its own
    bent valley     L = (1 − w₁)² / 4 + (w₂ − w₁²)²
    saddle          L = ½ w₁² − ½ w₂² + ¼ w₂⁴

Optimizers, their formulas and papers: engine/optimizers.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.optimizers import SGD, Adagrad, Adam, AdamW, Optimizer, RMSprop
from engine.schedules import Constant, Cosine, Exponential, Schedule, StepDecay, WarmUp, at
from experiments.numbers import counted, significant, spread
from experiments.shown import Lines, Shown, Tracks
from experiments.spec import Spec, choice, number

STEPS = 150
EVERY = 3  # steps from frame to frame
FIRST = 8  # the frame that is shown first: all are on their way
SEEDS = range(5)
FAR = 2.5  # of the picture; from further out a run has diverged
WARM = 15  # steps of the warm-up
CELLS = 81  # a side of the picture
ARRIVED = 0.01  # of the loss at the start: so little is left at the bottom

MOMENTUM = 0.9

MAKERS: Mapping[str, Callable[[float], Optimizer]] = MappingProxyType(
    {
        "SGD": lambda rate: SGD(rate),
        "momentum": lambda rate: SGD(rate, MOMENTUM),
        "Nesterov": lambda rate: SGD(rate, MOMENTUM, nesterov=True),
        "RMSprop": lambda rate: RMSprop(rate),
        "Adagrad": lambda rate: Adagrad(rate),
        "Adam": lambda rate: Adam(rate),
        "AdamW": lambda rate: AdamW(rate, weight_decay=0.1),
    }
)

CONSTANT, EXPONENTIAL, COSINE = "constant", "exponential", "cosine"
SCHEDULES: Mapping[str, Callable[[float], Schedule | WarmUp]] = MappingProxyType(
    {
        CONSTANT: Constant,
        "step decay": lambda rate: StepDecay(rate, STEPS // 3, 0.1),
        EXPONENTIAL: lambda rate: Exponential(rate, STEPS, 0.01),
        COSINE: lambda rate: Cosine(rate, STEPS),
        "warm-up, cosine": lambda rate: WarmUp(WARM, Cosine(rate, STEPS - WARM)),
    }
)
FALLS = (
    f"how the rate changes over the {STEPS} steps. step decay: a tenth after each third. exponential: a little each "
    f"step, to a hundredth. cosine: along half a cosine, to 0. warm-up: first {WARM} steps in which it rises from 0"
)


class Surface(NamedTuple):
    loss: Callable[[Array], Array]  # (…, 2) → (…)
    gradient: Callable[[Array], Array]  # (…, 2) → (…, 2)
    lowest: float


def _turned(w: Array) -> Array:
    """(w₁ + w₂, w₂ − w₁) / √2"""
    return np.stack([w[..., 0] + w[..., 1], w[..., 1] - w[..., 0]], axis=-1) / np.sqrt(2)


def _back(w: Array) -> Array:
    return np.stack([w[..., 0] - w[..., 1], w[..., 0] + w[..., 1]], axis=-1) / np.sqrt(2)


RAVINE, TURNED = "ravine", "turned ravine"
STEEP = np.array([1.0, 25.0])
# the rates above which a run across the ravine leads ever further away: |roots| of the step's polynomial exceed 1
LIMITS: Mapping[str, float] = MappingProxyType(
    {
        "sgd_limit": 2 / STEEP[1],
        "momentum_limit": 2 * (1 + MOMENTUM) / STEEP[1],
        "nesterov_limit": 2 * (1 + MOMENTUM) / (1 + 2 * MOMENTUM) / STEEP[1],
    }
)


def _ravine(w: Array) -> Array:
    return np.asarray((STEEP * w * w).sum(axis=-1) / 2)


def _valley_gradient(w: Array) -> Array:
    across = w[..., 1] - w[..., 0] ** 2
    return np.stack([-(1 - w[..., 0]) / 2 - 4 * w[..., 0] * across, 2 * across], axis=-1)


SURFACES: Mapping[str, Surface] = MappingProxyType(
    {
        RAVINE: Surface(_ravine, lambda w: STEEP * w, 0.0),
        TURNED: Surface(lambda w: _ravine(_turned(w)), lambda w: _back(STEEP * _turned(w)), 0.0),
        "bent valley": Surface(
            lambda w: (1 - w[..., 0]) ** 2 / 4 + (w[..., 1] - w[..., 0] ** 2) ** 2, _valley_gradient, 0.0
        ),
        "saddle": Surface(
            lambda w: w[..., 0] ** 2 / 2 - w[..., 1] ** 2 / 2 + w[..., 1] ** 4 / 4,
            lambda w: np.stack([w[..., 0], w[..., 1] ** 3 - w[..., 1]], axis=-1),
            -0.25,
        ),
    }
)
NOISE = "standard deviation of what is added to each gradient, as if it came from a small batch; the same for all"


@dataclass(frozen=True)
class RaceSpec(Spec):
    surface: str = choice(RAVINE, tuple(SURFACES), "the loss of two weights")
    learning_rate: float = choice(0.03, (0.003, 0.01, 0.03, 0.07, 0.1, 0.3), "of all seven")
    noise: float = choice(0.0, (0.0, 0.5, 2.0), NOISE)
    seed: int = number(0, 0, 99, 1, "start of what is random: where the run begins, and the noise")
    schedule: str = choice(CONSTANT, tuple(SCHEDULES), FALLS)

    @property
    def used(self) -> tuple[str, ...]:
        """What is chosen among a few; the seed is typed."""
        return "surface", "learning_rate", "schedule", "noise"

    def start(self) -> Array:
        """(2,): the same for all seven, to the left of the lowest place, near the saddle's ridge on it."""
        rng = np.random.default_rng((self.seed, 0))
        if self.surface == "saddle":
            return np.array([-2 + rng.uniform(-0.3, 0.3), rng.choice([-1, 1]) * rng.uniform(0.02, 0.06)])
        start = np.array([-1.7, 1.1]) + rng.uniform(-0.3, 0.3, 2)
        return _back(start) if self.surface == TURNED else start  # turned with the surface: SGD meets the same


class Race(NamedTuple):
    tracks: Mapping[str, Array]  # optimizer → (STEPS + 1, 2)
    losses: Mapping[str, Array]  # optimizer → (STEPS + 1,), above the lowest; NaN from where a run left the numbers

    @property
    def arrived(self) -> dict[str, int | None]:
        """The first step after which at most ARRIVED of the loss is left, for good; None: not in STEPS."""
        return {name: _for_good(losses) for name, losses in self.losses.items()}


def _for_good(losses: Array) -> int | None:
    above = np.flatnonzero(~(losses <= ARRIVED * losses[0]))
    after = int(above[-1]) + 1 if len(above) else 0
    return after if after < len(losses) else None


def descend(optimizer: Optimizer, spec: RaceSpec) -> Array:
    """(STEPS + 1, 2): the weights before the first step and after each."""
    surface, noise = SURFACES[spec.surface], _noise(spec)
    w = spec.start()
    slots, track = optimizer.init({"w": w}), [w]
    schedule = SCHEDULES[spec.schedule](spec.learning_rate)
    for step in range(STEPS):
        # g = ∂L/∂w + noise
        gradient = surface.gradient(w) + noise[step]
        new, slots = at(optimizer, schedule, step).update({"w": w}, {"w": gradient}, slots)
        # who has left for good stays where it left: its numbers would only grow
        w = new["w"] if np.abs(new["w"]).max() < 100 * FAR else w
        track.append(w)
    return np.array(track)


def _noise(spec: RaceSpec) -> Array:
    """(STEPS, 2): what every optimizer finds on its gradients."""
    return spec.noise * np.random.default_rng((spec.seed, 1)).standard_normal((STEPS, 2))


@lru_cache(maxsize=128)
def race(spec: RaceSpec) -> Race:
    """All seven from the learner's start. The loss is counted from the lowest place of the surface."""
    surface = SURFACES[spec.surface]
    tracks = {name: descend(make(spec.learning_rate), spec) for name, make in MAKERS.items()}
    losses = {name: np.asarray(surface.loss(track) - surface.lowest) for name, track in tracks.items()}
    return Race(MappingProxyType(tracks), MappingProxyType(losses))


def arrivals(spec: RaceSpec) -> dict[str, list[int | None]]:
    """Optimizer → when it arrived, a seed each."""
    found = [race(replace(spec, seed=seed)).arrived for seed in SEEDS]
    return {name: [each[name] for each in found] for name in MAKERS}


LATE = 20  # steps over whose losses a run is judged that does not stand still


@lru_cache(maxsize=32)
def settled(spec: RaceSpec) -> tuple[float, ...]:
    """SGD's mean loss above the lowest place over the last LATE steps, a seed each."""
    surface, found = SURFACES[spec.surface], []
    for seed in SEEDS:
        track = descend(MAKERS["SGD"](spec.learning_rate), replace(spec, seed=seed))
        found.append(float((surface.loss(track[-LATE:]) - surface.lowest).mean()))
    return tuple(found)


def axis() -> Array:
    return np.linspace(-FAR, FAR, CELLS)


def show(spec: RaceSpec) -> Shown:
    """The seven tracks, step by step, and their losses."""
    surface, found = SURFACES[spec.surface], race(spec)
    grid = np.stack(np.meshgrid(axis(), axis()), axis=-1)
    reached = range(0, STEPS + 1, EVERY)
    frames = [f"step {step}" for step in reached]
    arrived = {name: counted(step, "step") if step is not None else f"not in {STEPS} steps"
               for name, step in found.arrived.items()}  # fmt: skip
    told = ", ".join(f"{name} {when}" for name, when in arrived.items())
    numbers = {
        "told": told,
        "surface": spec.surface,
        "rate": f"{spec.learning_rate:g}",
        "share": "1 %",
        "late": str(LATE),
        "schedule": spec.schedule,
        **{name: significant(limit) for name, limit in LIMITS.items()},
        **_over_seeds({name: arrivals(each) for name, each in COMPARED.items()}),
        **{name: spread(np.array(settled(each)), 3) for name, each in NOISY.items()},
    }
    tracks = Tracks(
        axis(), np.log10(surface.loss(grid) - surface.lowest + 1e-3), found.tracks, reached, "w₁", "w₂",
        f"Seven optimizers on the {spec.surface}; 1 % of the loss at the start is left after: {told}",
        frames, FIRST,
    )  # fmt: skip
    losses = {name: np.maximum(values, 1e-12) for name, values in found.losses.items()}
    steps = np.arange(STEPS + 1)
    # a chart tells four lines apart
    charts = [
        Lines(steps, {name: losses[name] for name in names}, "step", "loss above the lowest",
              f"Loss a step of {', '.join(names)}", span=(1e-12, 1e4))
        for names in (("SGD", "momentum", "Nesterov"), ("RMSprop", "Adagrad", "Adam", "AdamW"))
    ]  # fmt: skip
    if spec.schedule != CONSTANT:
        schedule = SCHEDULES[spec.schedule](spec.learning_rate)
        rates = np.array([schedule(step) for step in range(STEPS)])
        says = f"The rate is at most {significant(rates.max())}, and {significant(rates[-1])} in the end"
        charts.append(Lines(steps[:-1], {"learning rate": rates}, "step", "learning rate", says))
    return Shown(numbers, [tracks, *charts])


SLOW, FAST = 0.01, 0.1  # rates that the text compares, below and above 2 / 25, from which on SGD diverges in the ravine
COMPARED: Mapping[str, RaceSpec] = MappingProxyType(
    {"slow": RaceSpec(RAVINE, SLOW), "fast": RaceSpec(RAVINE, FAST), "turned": RaceSpec(TURNED, FAST)}
)
# what a rate that falls is good for, and what it costs where it falls too soon
NOISY: Mapping[str, RaceSpec] = MappingProxyType(
    {
        "restless": RaceSpec(RAVINE, 0.07, 2.0),
        "settles": RaceSpec(RAVINE, 0.07, 2.0, schedule=COSINE),
        "arrives": RaceSpec(RAVINE, 0.03, 0.5),
        "stuck": RaceSpec(RAVINE, 0.03, 0.5, schedule=EXPONENTIAL),
    }
)


def _over_seeds(found: Mapping[str, Mapping[str, list[int | None]]]) -> dict[str, str]:
    """What the text says of these races, whatever the learner has set."""
    numbers = {}
    for name, arrived in found.items():
        for optimizer, steps in arrived.items():
            typical = median(steps)
            numbers[f"{name}_{optimizer.lower()}"] = f"not in {STEPS} steps" if typical is None else f"{typical} steps"
    return numbers


def median(steps: list[int | None]) -> int | None:
    """The middle one; who has not arrived comes last."""
    return sorted(steps, key=lambda step: STEPS + 1 if step is None else step)[len(steps) // 2]
