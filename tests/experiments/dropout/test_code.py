"""The PyTorch and Keras scripts that the page offers are run, and give the numbers that the page shows."""

import contextlib
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from experiments.dropout.code import keras, pytorch
from experiments.dropout.network import run
from experiments.dropout.spec import DropoutSpec
from tests.experiments.dropout.test_network import SETTINGS

pytestmark = pytest.mark.usefixtures("precision")


@pytest.mark.parametrize("spec", SETTINGS[:6], ids=str)
@pytest.mark.parametrize("write", [pytorch, keras])
def test_the_script_gives_the_same_numbers(write: Callable[[DropoutSpec], str], spec: DropoutSpec) -> None:
    ours = run(spec)
    script: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(write(spec), script)
    rtol, atol = (1e-10, 1e-12) if write is pytorch else (2e-6, 1e-6)  # Keras multiplies matrices in float32
    np.testing.assert_allclose(script["y"].detach().numpy().ravel(), ours["y"][0], rtol=rtol, atol=atol)
    np.testing.assert_allclose(script["loss"].item(), ours["loss"][0], rtol=rtol)
    for gradient, name in zip(script["gradients"], ("dw1", "dw2", "dw3"), strict=True):
        np.testing.assert_allclose(gradient.numpy(), ours[name][0], rtol=rtol, atol=atol)
