"""Trainings by lesson: what a browser watches while it computes. Each is one learner's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from experiments.backpropagation.playground import PlaygroundSpec
from experiments.backpropagation.playing import PlayRun
from experiments.convolution.learning import LearningRun, LearningSpec

TRAININGS: Mapping[str, tuple[Any, Callable[[Any], Any]]] = MappingProxyType(
    {"cnn": (LearningSpec, LearningRun), "play": (PlaygroundSpec, PlayRun)}
)


def begin(lesson: str, settings: Mapping[str, str]) -> Any:
    """A run before its first step; what is impossible in the settings is mended as on the page."""
    if lesson not in TRAININGS:
        raise ValueError(f"there is no training {lesson!r}")
    spec_type, run = TRAININGS[lesson]
    return run(spec_type.mend(settings).spec)
