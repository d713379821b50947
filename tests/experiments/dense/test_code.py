"""The PyTorch and Keras scripts that the page offers are run, and give the numbers that the page shows."""

import contextlib
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from experiments.dense.code import keras, pytorch
from experiments.dense.forward import run
from experiments.dense.spec import ACTIVATIONS, DenseSpec
from tests.experiments.dense.test_scene import SETTINGS

ENOUGH = len(ACTIVATIONS) + 4

pytestmark = pytest.mark.usefixtures("precision")


@pytest.mark.parametrize("spec", SETTINGS[:ENOUGH], ids=str)
@pytest.mark.parametrize("write", [pytorch, keras])
def test_the_script_gives_the_same_numbers(write: Callable[[DenseSpec], str], spec: DenseSpec) -> None:
    ours = run(spec)
    script: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(write(spec), script)
    rtol, atol = (1e-10, 1e-12) if write is pytorch else (2e-6, 1e-6)  # Keras multiplies matrices in float32
    if spec.activation == "hard_sigmoid":
        rtol = max(rtol, 1e-7)  # PyTorch's slope of it is ⅙ in float32
    np.testing.assert_allclose(script["y"].detach().numpy().ravel(), ours.y, rtol=rtol, atol=atol)
    np.testing.assert_allclose(script["loss"].item(), ours.loss, rtol=rtol)
    expected = [ours.dx, ours.dw] + ([] if ours.db is None else [ours.db])
    for gradient, wanted in zip(script["gradients"], expected, strict=True):
        np.testing.assert_allclose(gradient.numpy().reshape(wanted.shape), wanted, rtol=rtol, atol=atol)
