"""BP3: seven optimizers on one surface, each held to its formula, written out by hand."""

import dataclasses
import math
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from engine.arrays import Array
from engine.gradient_check import numerical_gradient, verdicts
from experiments.backpropagation import optimizers as module
from experiments.backpropagation.optimizers import (
    FAST,
    LIMITS,
    MAKERS,
    NOISY,
    RAVINE,
    SCHEDULES,
    SLOW,
    STEPS,
    SURFACES,
    TURNED,
    RaceSpec,
    arrivals,
    median,
    race,
    settled,
    show,
)
from tests.test_claims_table import spread, told


def rate_by_hand(schedule: str, rate: float, t: int) -> float:
    """Of the step with this number, from 0."""
    match schedule:
        case "step decay":
            return rate * 0.1 ** (t // 50)
        case "exponential":
            return rate * 0.01 ** (t / 150)
        case "cosine":
            return rate * (1 + math.cos(math.pi * t / 150)) / 2
        case "warm-up, cosine":
            return rate * t / 15 if t < 15 else rate * (1 + math.cos(math.pi * (t - 15) / 135)) / 2
    return rate


def by_hand(name: str, spec: RaceSpec) -> Iterator[tuple[float, float]]:
    """The formulas as they stand in the papers, and in Keras where these differ, one weight at a time."""
    surface = SURFACES[spec.surface]
    noise = module._noise(spec)
    w, m, v = [float(each) for each in spec.start()], [0.0, 0.0], [0.0, 0.0]
    if name == "Adagrad":
        v = [0.1, 0.1]
    for t in range(1, STEPS + 1):
        rate = rate_by_hand(spec.schedule, spec.learning_rate, t - 1)
        g = [float(each) for each in surface.gradient(np.array(w)) + noise[t - 1]]
        for i in (0, 1):
            if name == "SGD":
                w[i] -= rate * g[i]
            elif name == "momentum":
                m[i] = 0.9 * m[i] - rate * g[i]
                w[i] += m[i]
            elif name == "Nesterov":
                m[i] = 0.9 * m[i] - rate * g[i]
                w[i] += 0.9 * m[i] - rate * g[i]
            elif name == "RMSprop":
                v[i] = 0.9 * v[i] + 0.1 * g[i] ** 2
                w[i] -= rate * g[i] / math.sqrt(v[i] + 1e-7)
            elif name == "Adagrad":
                v[i] += g[i] ** 2
                w[i] -= rate * g[i] / math.sqrt(v[i] + 1e-7)
            else:
                if name == "AdamW":
                    w[i] -= rate * 0.1 * w[i]
                m[i] = 0.9 * m[i] + 0.1 * g[i]
                v[i] = 0.999 * v[i] + 0.001 * g[i] ** 2
                w[i] -= rate * math.sqrt(1 - 0.999**t) / (1 - 0.9**t) * m[i] / (math.sqrt(v[i]) + 1e-7)
        yield w[0], w[1]


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("name", MAKERS)
def test_each_track_is_that_of_its_formula(name: str, surface: str) -> None:
    """BP3."""
    for seed in range(5):
        spec = RaceSpec(surface, SLOW, 0.5, seed)
        expected = np.array([spec.start(), *by_hand(name, spec)])
        np.testing.assert_allclose(race(spec).tracks[name], expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("name", ["SGD", "momentum", "Adam"])
def test_each_schedule_gives_each_step_the_rate_of_its_formula(name: str, schedule: str) -> None:
    spec = RaceSpec(RAVINE, SLOW, 0.5, schedule=schedule)
    expected = np.array([spec.start(), *by_hand(name, spec)])
    np.testing.assert_allclose(race(spec).tracks[name], expected, rtol=1e-9, atol=1e-9)


def test_a_rate_that_falls_settles_and_one_that_falls_too_soon_is_stuck() -> None:
    """BP3."""
    found = {name: spread(settled(spec)) for name, spec in NOISY.items()}
    assert found["settles"][2] < found["restless"][1] / 2  # the worst of one, the best of the other
    assert found["stuck"][1] > 2 * found["arrives"][2]
    assert told("BP3", "last 20 steps is # (# to #)") == pytest.approx(found["restless"], abs=0.006)
    assert told("BP3", "and # (# to #) along a cosine") == pytest.approx(found["settles"], abs=6e-4)
    assert told("BP3", "fall leaves # (# to #)") == pytest.approx(found["stuck"], abs=0.006)
    assert told("BP3", "a constant rate # (# to #)") == pytest.approx(found["arrives"], abs=6e-4)


@pytest.mark.parametrize(
    ("name", "more"), [("SGD", {}), ("momentum", {"momentum": 0.9}), ("Nesterov", {"momentum": 0.9, "nesterov": True})]
)
def test_pytorch_walks_the_same_way(name: str, more: dict[str, object]) -> None:
    spec = RaceSpec("bent valley", SLOW)
    w = torch.tensor(spec.start(), requires_grad=True)
    optimizer, walked = torch.optim.SGD([w], lr=SLOW, **more), [spec.start()]  # type: ignore[arg-type]
    for _ in range(STEPS):
        optimizer.zero_grad()
        ((1 - w[0]) ** 2 / 4 + (w[1] - w[0] ** 2) ** 2).backward()
        optimizer.step()
        walked.append(w.detach().numpy().copy())
    np.testing.assert_allclose(race(spec).tracks[name], walked, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", SURFACES)
def test_the_gradients_of_the_surfaces_pass_the_check(name: str) -> None:
    surface = SURFACES[name]
    for w in np.random.default_rng(0).uniform(-2, 2, (20, 2)):
        numeric = numerical_gradient(lambda at: float(surface.loss(at)), w)
        assert (verdicts(surface.gradient(w), numeric, float(surface.loss(w))) != 1).all()


def steps(spec: RaceSpec) -> dict[str, int | None]:
    return {name: median(found) for name, found in arrivals(spec).items()}


def test_the_rate_decides_who_wins() -> None:
    """BP3."""
    slow, fast = steps(RaceSpec(RAVINE, SLOW)), steps(RaceSpec(RAVINE, FAST))
    assert told("BP3", "SGD arrives after # steps, momentum after #, Nesterov after #") == [
        slow[name] for name in ("SGD", "momentum", "Nesterov")
    ]
    assert slow["Adam"] is None
    assert fast["SGD"] is None
    assert told("BP3", "Adam after #") == [fast["Adam"]]
    assert slow["SGD"] > 2 * slow["Nesterov"]  # type: ignore[operator]


def test_turned_the_same_for_sgd_and_not_for_adam() -> None:
    straight, turned = race(RaceSpec(RAVINE, SLOW)), race(RaceSpec(TURNED, SLOW))
    for name in ("SGD", "momentum", "Nesterov"):
        np.testing.assert_allclose(turned.losses[name], straight.losses[name], rtol=1e-9)
    for name in ("Adam", "RMSprop", "Adagrad"):
        assert np.abs(turned.losses[name] / straight.losses[name] - 1).max() > 0.1


@pytest.mark.parametrize("name", ["SGD", "momentum", "Nesterov"])
def test_the_steepest_direction_allows_rates_up_to_the_limit_that_is_told(name: str) -> None:
    limit = LIMITS[f"{name.lower()}_limit"]
    for rate, grows in ((0.98 * limit, False), (1.02 * limit, True)):
        optimizer, w = MAKERS[name](rate), {"w": np.array([1.0, 1.0])}
        slots = optimizer.init(w)
        for _ in range(1000):
            w, slots = optimizer.update(w, {"w": SURFACES[RAVINE].gradient(w["w"])}, slots)
        assert (np.abs(w["w"]).max() > 1) == grows


def test_without_noise_every_loss_falls_at_a_small_rate() -> None:
    for seed in range(5):
        for losses in race(RaceSpec(RAVINE, SLOW, seed=seed)).losses.values():
            assert losses[-1] < 0.75 * losses[0]


def test_who_has_left_for_good_is_not_followed() -> None:
    found: Array = race(RaceSpec(RAVINE, 0.3)).tracks["SGD"]
    assert np.isfinite(found).all()


def test_it_is_shown_with_every_step() -> None:
    shown = show(dataclasses.replace(RaceSpec(), surface="saddle"))
    assert len(shown.rows[0].frames) == STEPS // module.EVERY + 1  # type: ignore[union-attr, arg-type]
    assert "Nesterov" in shown.numbers["told"]
    falling = show(RaceSpec(schedule="cosine"))
    assert len(falling.rows) == len(shown.rows) + 1
    assert falling.rows[-1].lines["learning rate"][0] == RaceSpec().learning_rate  # type: ignore[union-attr, call-overload]
