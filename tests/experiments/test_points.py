"""Points of the plane: the lessons that learn them have the same classes, at the places that are told."""

import numpy as np
import pytest

from experiments.backpropagation.playground import PlaygroundSpec
from experiments.dense.surfaces import drawn
from experiments.points import DATA, REACH, SPIRALS, XOR, points


@pytest.mark.parametrize("kind", DATA)
def test_half_of_the_points_are_of_each_class_and_lie_in_the_plane(kind: str) -> None:
    x, t = points(kind, 200, 0.0, np.random.default_rng(0))
    assert x.shape == (200, 2)
    assert np.abs(x).max() < REACH
    assert t.sum() == 100


@pytest.mark.parametrize("noise", [0.0, 0.3])
def test_noise_is_of_the_size_that_is_asked_for(noise: float) -> None:
    still, moved = (points(XOR, 2000, size, np.random.default_rng(0))[0] for size in (0.0, noise))
    assert np.std(moved - still) == pytest.approx(noise, rel=0.05)


def test_xor_is_the_same_in_all_lessons() -> None:
    """Class 1 where exactly one of both is below 0."""
    lessons = drawn(XOR, 200, 0), PlaygroundSpec(XOR, noise=0.0).points()
    for x, t, *_ in lessons:
        np.testing.assert_array_equal(t == 1, x.prod(axis=1) < 0)


def test_the_arms_of_the_spirals_are_turned_by_half() -> None:
    x, t = points(SPIRALS, 400, 0.0, np.random.default_rng(0))
    way = np.hypot(*x.T) / 1.6
    angle = 3 * np.pi * way + np.pi * t
    np.testing.assert_allclose(x, 1.6 * way[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1), atol=1e-12)
