"""The PyTorch and Keras scripts that the pages offer are run, and give the numbers that the pages show."""

import contextlib
import io
import os
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from engine.arrays import Array
from experiments.gru import code as gru_code
from experiments.gru.spec import GRUSpec
from experiments.lstm import code as lstm_code
from experiments.lstm.spec import LSTMSpec
from experiments.recurrent.code import exact_in_keras
from experiments.recurrent.run import run
from experiments.recurrent.spec import RecurrentSpec
from experiments.simple_rnn import code as simple_rnn_code
from experiments.simple_rnn.spec import SimpleRNNSpec
from tests.experiments.recurrent.test_scenes import SETTINGS

CODE: dict[type, ModuleType] = {SimpleRNNSpec: simple_rnn_code, LSTMSpec: lstm_code, GRUSpec: gru_code}


def executed(script: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(script, names)
    return names


pytestmark = pytest.mark.usefixtures("precision")


def close(theirs: Any, ours: Array, tolerance: float) -> None:
    theirs = np.asarray(theirs.detach().numpy() if hasattr(theirs, "detach") else theirs)
    np.testing.assert_allclose(
        theirs.reshape(ours.shape), ours, rtol=tolerance, atol=tolerance * max(1.0, np.abs(ours).max())
    )


def compare(script: str, spec: RecurrentSpec, tolerance: float = 1e-10) -> None:
    made, found = run(spec), executed(script)
    close(found["y"][0], made.y, tolerance)
    close(found["loss"], np.array(made.loss), tolerance)
    names = [name for name in ("kernel", "recurrent_kernel", "bias") if name in made.grads]
    assert len(found["gradients"]) == 1 + len(names)
    for theirs, ours in zip(found["gradients"], (made.dx, *(made.grads[name] for name in names)), strict=True):
        close(theirs, ours, tolerance)


@pytest.mark.parametrize("spec", SETTINGS, ids=str)
def test_the_pytorch_script_gives_the_same_numbers(spec: RecurrentSpec) -> None:
    compare(CODE[type(spec)].pytorch(spec), spec)


@pytest.mark.parametrize("spec", SETTINGS, ids=str)
def test_the_keras_script_gives_the_same_numbers(spec: RecurrentSpec) -> None:
    compare(CODE[type(spec)].keras(spec), spec, 1e-10 if exact_in_keras(spec) else 2e-5)


def test_a_module_is_used_where_there_is_one() -> None:
    assert os.environ["KERAS_BACKEND"] == "torch"
    for spec, module in ((SimpleRNNSpec(), "nn.RNN("), (LSTMSpec(), "nn.LSTM("), (GRUSpec(), "nn.GRU(")):
        assert module in CODE[type(spec)].pytorch(spec)
        assert f"keras.layers.{type(spec).__name__.removesuffix('Spec')}(" in CODE[type(spec)].keras(spec)
    held = LSTMSpec(clamp_f="1")
    assert "f = 1.0  # held" in lstm_code.pytorch(held)
    assert "nn.LSTM" not in lstm_code.pytorch(held)
