"""Schedules: the learning rate of a step, by its number. Pure functions of it, frozen and comparable.

    Constant      r
    StepDecay     r · d^⌊t / n⌋                                       n = decay_steps, d = decay_rate
    Exponential   r · d^(t / n)
    Cosine        r · ((1 − α) (1 + cos(π min(t, n) / n)) / 2 + α)    α = alpha: the share that stays
    WarmUp        initial + (target − initial) t / w while t < w, then another schedule's rate of step t − w

t = 0, 1, 2, … is how many steps were taken before. `schedule(t)` is a number; `at(optimizer, schedule, t)` is the
optimizer that takes this step. What an optimizer remembers does not depend on the rate, and goes on.

Loshchilov and Hutter 2017 (Cosine), https://arxiv.org/abs/1608.03983
Goyal et al. 2017 (WarmUp), https://arxiv.org/abs/1706.02677
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from math import cos, pi
from typing import TypeVar

from engine.checks import check_integer, check_number
from engine.optimizers import Optimizer

O = TypeVar("O", bound=Optimizer)  # noqa: E741


@dataclass(frozen=True)
class Schedule(ABC):
    """step → learning rate."""

    learning_rate: float  # r

    def __post_init__(self) -> None:
        check_number("learning_rate", self.learning_rate, above=0)

    def __call__(self, step: int) -> float:
        return self.rate(check_integer("step", step, least=0))

    @abstractmethod
    def rate(self, step: int) -> float:
        """Of a step whose number has been checked."""


@dataclass(frozen=True)
class Constant(Schedule):
    def rate(self, step: int) -> float:
        return self.learning_rate


@dataclass(frozen=True)
class Decay(Schedule):
    """What StepDecay and Exponential share."""

    decay_steps: int
    decay_rate: float

    def __post_init__(self) -> None:
        super().__post_init__()
        check_integer("decay_steps", self.decay_steps)
        check_number("decay_rate", self.decay_rate, above=0)


@dataclass(frozen=True)
class StepDecay(Decay):
    """Keras's ExponentialDecay with staircase, PyTorch's StepLR."""

    def rate(self, step: int) -> float:
        return self.learning_rate * self.decay_rate ** (step // self.decay_steps)


@dataclass(frozen=True)
class Exponential(Decay):
    """Keras's ExponentialDecay."""

    def rate(self, step: int) -> float:
        return self.learning_rate * self.decay_rate ** (step / self.decay_steps)


@dataclass(frozen=True)
class Cosine(Schedule):
    """Keras's CosineDecay."""

    decay_steps: int
    alpha: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_integer("decay_steps", self.decay_steps)
        check_number("alpha", self.alpha, least=0, most=1)

    def rate(self, step: int) -> float:
        fallen = (1 + cos(pi * min(step, self.decay_steps) / self.decay_steps)) / 2
        return self.learning_rate * ((1 - self.alpha) * fallen + self.alpha)


@dataclass(frozen=True)
class WarmUp:
    """In a line from `initial` to the first rate of what comes after."""

    steps: int
    after: Schedule
    initial: float = 0.0

    def __post_init__(self) -> None:
        check_integer("steps", self.steps)
        check_number("initial", self.initial, least=0)
        if not isinstance(self.after, Schedule):
            raise ValueError(f"after must be a schedule, not {self.after!r}")

    def __call__(self, step: int) -> float:
        step = check_integer("step", step, least=0)
        if step >= self.steps:
            return self.after(step - self.steps)
        return self.initial + (self.after(0) - self.initial) * step / self.steps


def at(optimizer: O, schedule: Schedule | WarmUp, step: int) -> O:
    """The optimizer as it takes this step. A rate of exactly 0 becomes the smallest number: no step, still a rate."""
    return replace(optimizer, learning_rate=max(schedule(step), SMALLEST))


SMALLEST = 5e-324  # above 0, as an optimizer wants it, and nothing when multiplied
