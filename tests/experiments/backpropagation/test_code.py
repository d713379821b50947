"""The PyTorch and Keras scripts that the page offers are run, and give the numbers that the page shows."""

import contextlib
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from experiments.backpropagation.code import keras, pytorch
from experiments.backpropagation.graph import run
from experiments.backpropagation.spec import GraphSpec
from tests.experiments.backpropagation.test_graph import SETTINGS

pytestmark = pytest.mark.usefixtures("precision")


@pytest.mark.parametrize(("activation", "loss"), SETTINGS)
@pytest.mark.parametrize("write", [pytorch, keras])
def test_the_script_gives_the_same_numbers(write: Callable[[GraphSpec], str], activation: str, loss: str) -> None:
    spec = GraphSpec(activation, loss, 2, "w1:0.75")
    ours, script = run(spec).values, dict[str, Any]()
    with contextlib.redirect_stdout(io.StringIO()):
        exec(write(spec), script)
    rtol, atol = (1e-10, 1e-12) if write is pytorch else (2e-6, 1e-6)  # Keras multiplies matrices in float32
    np.testing.assert_allclose(script["loss"].item(), ours["L"], rtol=rtol)
    for place, name in enumerate("wbvc"):
        gradient = script[name].grad.numpy() if write is pytorch else script["gradients"][place]
        np.testing.assert_allclose(np.ravel(gradient), ours[f"d{name}"].ravel(), rtol=rtol, atol=atol)
