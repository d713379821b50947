"""Learning rates by step against Keras and PyTorch."""

import os
import re
from collections.abc import Callable

import numpy as np
import pytest
import torch

from engine.optimizers import SGD, Adam
from engine.schedules import Constant, Cosine, Exponential, Schedule, StepDecay, WarmUp, at

STEPS = range(0, 130, 3)


@pytest.mark.parametrize(
    ("schedule", "name", "settings"),
    [
        (Exponential(0.3, 20, 0.6), "ExponentialDecay", (0.3, 20, 0.6)),
        (StepDecay(0.3, 20, 0.6), "ExponentialDecay", (0.3, 20, 0.6, True)),
        (Cosine(0.3, 100), "CosineDecay", (0.3, 100)),
        (Cosine(0.3, 100, 0.2), "CosineDecay", (0.3, 100, 0.2)),
        (WarmUp(15, Cosine(0.3, 100), 0.1), "CosineDecay", (0.1, 100, 0.0, "CosineDecay", 0.3, 15)),
    ],
)
def test_rates_are_those_of_keras(schedule: Schedule, name: str, settings: tuple) -> None:
    os.environ.setdefault("KERAS_BACKEND", "torch")
    import keras

    theirs = getattr(keras.optimizers.schedules, name)(*settings)
    expected = [float(theirs(step)) for step in STEPS]
    np.testing.assert_allclose([schedule(step) for step in STEPS], expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(
    ("schedule", "make"),
    [
        (Constant(0.3), lambda o: torch.optim.lr_scheduler.ConstantLR(o, 1.0)),
        (StepDecay(0.3, 7, 0.5), lambda o: torch.optim.lr_scheduler.StepLR(o, 7, 0.5)),
        (Exponential(0.3, 1, 0.9), lambda o: torch.optim.lr_scheduler.ExponentialLR(o, 0.9)),
    ],
)
def test_rates_are_those_of_pytorch(schedule: Schedule, make: Callable) -> None:
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], 0.3)
    theirs = make(optimizer)
    for step in range(30):
        assert schedule(step) == pytest.approx(theirs.get_last_lr()[0], rel=1e-12)
        optimizer.step()
        theirs.step()


def test_a_warm_up_ends_where_the_next_begins() -> None:
    schedule = WarmUp(10, Constant(0.5))
    assert [schedule(step) for step in (0, 5, 9, 10, 99)] == pytest.approx([0, 0.25, 0.45, 0.5, 0.5])


def test_an_optimizer_takes_steps_by_a_schedule() -> None:
    w, g = {"w": np.ones(2)}, {"w": np.full(2, 0.5)}
    schedule, optimizer = WarmUp(2, StepDecay(0.4, 1, 0.5)), SGD(0.1)
    slots = optimizer.init(w)
    for step in range(4):
        w, slots = at(optimizer, schedule, step).update(w, g, slots)
    np.testing.assert_allclose(w["w"], 1 - 0.5 * (0 + 0.2 + 0.4 + 0.2), rtol=1e-14)
    assert at(Adam(0.1, beta_1=0.8), schedule, 1) == Adam(0.2, beta_1=0.8)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Constant(0), "learning_rate must be above 0, not 0"),
        (lambda: StepDecay(0.1, 0, 0.5), "decay_steps must be at least 1, not 0"),
        (lambda: Exponential(0.1, 1, 0), "decay_rate must be above 0, not 0"),
        (lambda: Cosine(0.1, 5, 2), "alpha must be at most 1, not 2"),
        (lambda: WarmUp(0, Constant(1)), "steps must be at least 1, not 0"),
        (lambda: WarmUp(3, 0.1), "after must be a schedule, not 0.1"),
        (lambda: Constant(0.1)(-1), "step must be at least 0, not -1"),
    ],
)
def test_impossible_schedules(make: Callable[[], object], words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        make()
