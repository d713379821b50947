"""The PyTorch and Keras scripts that the page offers are run, and give the numbers that the page shows."""

import contextlib
import io
from typing import Any

import numpy as np
import pytest

from engine.arrays import Array
from experiments.transposed_convolution.code import keras, pytorch
from experiments.transposed_convolution.scene import stamps
from experiments.transposed_convolution.spec import TransposedSpec
from tests.experiments.transposed_convolution.test_scene import SETTINGS


def run(script: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(script, names)
    return names


def close(theirs: Any, ours: Array) -> None:
    np.testing.assert_allclose(theirs, ours, rtol=1e-10, atol=1e-10 * max(1.0, float(np.abs(ours).max())))


@pytest.mark.parametrize("spec", SETTINGS, ids=str)
def test_the_pytorch_script_gives_the_same_numbers(spec: TransposedSpec) -> None:
    m, script = stamps(spec), run(pytorch(spec))
    close(script["y"].detach()[0].permute(1, 2, 0).numpy(), m.y)
    close(script["loss"].item(), np.array(m.loss))
    close(script["x"].grad[0].permute(1, 2, 0).numpy(), m.dx)
    close(script["conv"].weight.grad.permute(2, 3, 1, 0).numpy(), m.dw)
    if m.db is not None:
        close(script["conv"].bias.grad.numpy(), m.db)


@pytest.mark.parametrize("spec", SETTINGS, ids=str)
def test_the_keras_script_gives_the_same_numbers(spec: TransposedSpec) -> None:
    m, script = stamps(spec), run(keras(spec))
    close(script["y"].detach().numpy()[0], m.y)
    close(script["loss"].item(), np.array(m.loss))
    close(script["gradients"][0].numpy()[0], m.dx)
    close(script["kernel_gradient"], m.dw)
    if m.db is not None:
        close(np.concatenate([g.numpy() for g in script["gradients"] if g.ndim == 1]), m.db)
