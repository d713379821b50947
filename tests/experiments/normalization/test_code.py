"""The PyTorch and Keras scripts that the pages offer are run, and give the numbers that the pages show."""

import contextlib
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from experiments.normalization.code import keras, pytorch
from experiments.normalization.scene import computed
from experiments.normalization.spec import BATCH, INFERENCE, NORMS, NormSpec

SETTINGS = [
    *(NormSpec(norm, gamma=1.5, beta=-0.5, epsilon=0.1, neighbours=1.0, seed=3) for norm in NORMS),
    *(NormSpec(norm) for norm in NORMS),
    NormSpec(BATCH, INFERENCE, gamma=0.7, beta=0.2),
]


pytestmark = pytest.mark.usefixtures("precision")


@pytest.mark.parametrize("spec", SETTINGS, ids=str)
@pytest.mark.parametrize("write", [pytorch, keras])
def test_the_script_gives_the_same_numbers(write: Callable[[NormSpec], str], spec: NormSpec) -> None:
    ours = computed(spec)
    script: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(write(spec), script)
    rtol, atol = (1e-9, 1e-11) if write is pytorch else (2e-5, 1e-5)  # Keras takes some roots in float32
    np.testing.assert_allclose(script["y"].detach().numpy(), ours["y"], rtol=rtol, atol=atol)
    expected = [ours["dx"], ours["dg"]] + ([ours["db"]] if spec.centres else [])
    for gradient, wanted in zip(script["gradients"], expected, strict=True):
        np.testing.assert_allclose(gradient.numpy(), wanted, rtol=rtol, atol=atol)
