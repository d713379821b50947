"""The lens of the Pooling lesson against the engine, its gradients against differences, its scripts against both."""

import contextlib
import io
import random
from typing import Any

import numpy as np
import pytest

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
