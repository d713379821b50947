"""The PyTorch and Keras scripts that the page offers are run, and give the numbers that the page shows."""

import contextlib
import io
from typing import Any

import numpy as np
import pytest

from experiments.embedding.code import keras, pytorch
from experiments.embedding.lookup import lookup
from experiments.embedding.spec import EmbeddingSpec
from tests.experiments.embedding.test_lookup import SETTINGS


def run(script: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(script, names)
    return names


def close(theirs: Any, ours: np.ndarray | float) -> None:
    np.testing.assert_allclose(theirs, ours, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("spec", SETTINGS, ids=str)
def test_the_pytorch_script_gives_the_same_numbers(spec: EmbeddingSpec) -> None:
    ours, script = lookup(spec), run(pytorch(spec))
    close(script["y"].detach()[0].numpy(), ours.y)
    close(script["loss"].item(), ours.loss)
    gradient = script["gradient"]
    if spec.sparse_gradient:
        np.testing.assert_array_equal(script["rows"].numpy(), ours.rows)
        gradient = gradient.values()
    close(gradient.numpy(), ours.dw)


@pytest.mark.parametrize("spec", SETTINGS, ids=str)
def test_the_keras_script_gives_the_same_numbers(spec: EmbeddingSpec) -> None:
    ours, script = lookup(spec), run(keras(spec))
    close(script["y"].detach()[0].numpy(), ours.y)
    close(script["loss"].item(), ours.loss)
    close(script["gradient"].numpy()[ours.rows], ours.dw)
    unused = np.setdiff1d(np.arange(spec.input_dim), ours.rows)
    assert (script["gradient"].numpy()[unused] == 0).all()
