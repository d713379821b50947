"""The lens of the Pooling lesson against the engine, its gradients against differences, its scripts against both."""

import contextlib
import io
import random
from typing import Any

import numpy as np
import pytest
import torch

from engine.gradient_check import agrees
from engine.pictures import from_grey
from experiments.losses import LOSSES
from experiments.pooling.code import keras, pytorch
from experiments.pooling.facts import facts
from experiments.pooling.microscope import differences, microscope
from experiments.pooling.questions import question_numbers
from experiments.pooling.scene import scene
from experiments.pooling.spec import KINDS, OWN, PoolingSpec
from experiments.scene import evaluate, values
from ui.prose import read

SETTINGS = [
    *(PoolingSpec(kind=kind) for kind in KINDS),
    *(PoolingSpec(kind=kind, loss=loss, padding="same", pool_size=3) for kind in KINDS for loss in LOSSES),
    *(PoolingSpec(kind=kind, padding="1", strides=1, dilation_rate=2, map="the picture") for kind in KINDS),
    PoolingSpec(picture=OWN, own=from_grey(np.tri(48)), strides=3),
    *(PoolingSpec().surprise(random.Random(seed)) for seed in range(8)),
]
every = pytest.mark.parametrize("spec", SETTINGS, ids=str)


def run(script: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(script, names)
    return names


@every
def test_the_steps_of_the_lens_give_the_engines_cells(spec: PoolingSpec) -> None:
    shown = scene(spec)
    for step in shown.steps:
        np.testing.assert_allclose(evaluate(shown, step), values(shown, step.target), rtol=1e-12, atol=1e-14)


@every
def test_every_gradient_passes_the_gradient_check(spec: PoolingSpec) -> None:
    m = microscope(spec)
    numeric = differences(spec, m)
    assert agrees(m.dx, numeric.dx, m.loss).all()
    assert agrees(m.dy, numeric.dy, m.loss).all()


def test_a_wrong_gradient_is_noticed() -> None:
    spec = PoolingSpec()
    m = microscope(spec)
    assert not agrees(np.roll(m.dx, 1), differences(spec, m).dx, m.loss).all()


@every
def test_the_scripts_give_the_same_numbers(spec: PoolingSpec) -> None:
    m = microscope(spec)
    theirs, others = run(pytorch(spec)), run(keras(spec))
    for y in (theirs["y"], others["y"]):
        np.testing.assert_allclose(y.detach().numpy().ravel(), m.y.ravel(), rtol=1e-10)
    for gradient in (theirs["x"].grad[0, 0], others["gradient"][0, ..., 0]):
        np.testing.assert_allclose(gradient.numpy(), m.dx[..., 0], rtol=1e-10, atol=1e-10)


@every
def test_facts_and_questions_have_numbers(spec: PoolingSpec) -> None:
    assert facts(spec)[0][1] == str(microscope(spec).y.shape)
    numbers = question_numbers(spec)
    assert numbers["rows"] == str(spec.windowed("max").output_shape(spec.input_shape)[0])
    assert numbers["even"] == "0.50"
    # counted with ones: how often a sum over each window reads a pixel, and what it makes of an even picture
    windows = spec.windowed("max").windows((*spec.input_shape[:2], 1))
    (rows, _), (before, after), (size, step) = windows.input_size, windows.pads[0], (spec.pool_size, spec.strides)
    kernel = torch.ones((1, 1, size, size), dtype=torch.float64)
    x = torch.full((1, 1, rows, rows), 0.5, dtype=torch.float64, requires_grad=True)
    padded = torch.nn.functional.pad(x, (before, after) * 2)
    sums = torch.nn.functional.conv2d(padded, kernel, stride=step, dilation=spec.dilation_rate)
    sums.sum().backward()
    assert numbers["pixel"] == str(rows // 2)
    assert numbers["uses"] == f"{x.grad[0, 0, rows // 2, rows // 2]:.0f}"
    assert numbers["corner"] == f"{2 * sums[0, 0, 0, 0]:.0f}"
    assert numbers["even_padded"] == f"{sums[0, 0, 0, 0] / size**2:.2f}"


def test_nobody_counts_less_than_one_window() -> None:
    """Where one fits, none of the wrong answers has the reason that the last was left out."""
    spec = PoolingSpec(pool_size=4, strides=4, dilation_rate=2)
    numbers = question_numbers(spec)
    assert numbers["rows"] == "1"
    assert "rows_off_by_one" not in numbers
    for question in read("pooling").fill(numbers)["Check yourself"].sections:
        assert len(question.answers) > 1, question.title
