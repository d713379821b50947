"""The PyTorch and Keras scripts that the page offers are run, and give the numbers that the page shows."""

import contextlib
import io
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from experiments.backpropagation.code import keras, pytorch
from experiments.backpropagation.graph import run
from experiments.backpropagation.spec import GraphSpec
from tests.experiments.backpropagation.test_graph import SETTINGS


@pytest.fixture(autouse=True)
def precision() -> Iterator[None]:
    """A script begins as in a fresh process, whatever ran before it, and leaves nothing behind."""
    _fresh_keras()
    yield
    _fresh_keras()


def _fresh_keras() -> None:
    if "keras" in sys.modules:
        module = sys.modules["keras"]
        module.config.set_floatx("float32")
        module.utils.clear_session()  # also the precision that the first layer found


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
