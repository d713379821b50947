"""Experiments that train several networks, one after the other, and show what there is after each of them.

A result is what such an experiment knows so far. It comes with the share that is done, and None stands for no news.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import TypeVar

from engine.training import Progress, Recipe, steps
from experiments.shown import Part, Shown

Result = TypeVar("Result")


Share = tuple[float, None]  # of the work, that is done


def trained(training: Recipe, count: int, number: int, networks: int) -> Generator[Share, None, Progress]:
    """Trains the network `number` of so many, counted from 0, and returns what it has become: `yield from` it."""
    progress = training.start()
    for step in steps(training, count):
        progress = step.after
        yield (number + progress.steps / count) / networks, None
    return progress


def parts(results: Iterator[tuple[float, Result | None]], draw: Callable[[Result], Shown]) -> Iterator[Part]:
    """What was drawn last is shown until there is a new result."""
    shown = None
    for done, result in results:
        if result is not None:
            shown = draw(result)
        yield Part(done, shown)
