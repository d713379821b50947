"""The PyTorch and Keras scripts that the page offers are run, and give the numbers that the page shows."""

import contextlib
import io
import random
from typing import Any

import numpy as np
import pytest

from engine.arrays import Array
from engine.pictures import from_grey
from experiments.convolution.code import keras, keras_dtype, pytorch
from experiments.convolution.microscope import microscope
from experiments.convolution.spec import LOSSES, OWN, ConvolutionSpec

SETTINGS = [
    ConvolutionSpec(),
    ConvolutionSpec(strides=2, padding="same", kernel_size=5),  # PyTorch has no strided "same"
    ConvolutionSpec(strides=2, dilation_rate=2, padding="same", filters=3),  # Keras has not both at once
    ConvolutionSpec(picture="handwritten digit", example=11, padding="2", strides=3, loss=LOSSES[3], seed=5),
    ConvolutionSpec(channels=3, filters=3, groups=3, use_bias=False, loss=LOSSES[2]),
    ConvolutionSpec(edits="b0:-1,w0:0.25", loss=LOSSES[1]),
    ConvolutionSpec(picture=OWN, own=from_grey(np.eye(48)), channels=3),
    ConvolutionSpec(channels=3, strides=2, padding="1"),
    ConvolutionSpec(picture=OWN, own=from_grey(np.tri(48))),
    *(ConvolutionSpec().surprise(random.Random(seed)) for seed in range(8)),
]


def run(script: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(script, names)
    return names


def close(theirs: Any, ours: Array, tolerance: float = 1e-10) -> None:
    np.testing.assert_allclose(theirs, ours, rtol=tolerance, atol=tolerance * max(1.0, float(np.abs(ours).max())))


@pytest.mark.parametrize("spec", SETTINGS, ids=str)
def test_the_pytorch_script_gives_the_same_numbers(spec: ConvolutionSpec) -> None:
    m, script = microscope(spec), run(pytorch(spec))
    close(script["y"].detach()[0].permute(1, 2, 0).numpy(), m.y)
    close(script["loss"].item(), np.array(m.loss))
    close(script["x"].grad[0].permute(1, 2, 0).numpy(), m.dx)
    close(script["conv"].weight.grad.permute(2, 3, 1, 0).numpy(), m.dw)
    if m.db is not None:
        close(script["conv"].bias.grad.numpy(), m.db)


@pytest.mark.parametrize("spec", SETTINGS, ids=str)
def test_the_keras_script_gives_the_same_numbers(spec: ConvolutionSpec) -> None:
    m, script = microscope(spec), run(keras(spec))
    tolerance = {"float64": 1e-10, "float32": 1e-5}[keras_dtype(spec)]
    close(script["y"].detach().numpy()[0], m.y, tolerance)
    close(script["loss"].item(), np.array(m.loss), tolerance)
    gradients = [g.numpy() for g in script["gradients"]]
    close(gradients[0][0], m.dx, tolerance)
    close(gradients[1], m.dw, tolerance)
    if m.db is not None:
        close(gradients[2], m.db, tolerance)


def test_almost_every_setting_is_compared_in_float64() -> None:
    assert sum(keras_dtype(spec) == "float64" for spec in SETTINGS) >= len(SETTINGS) - 3
