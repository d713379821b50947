"""The PyTorch and Keras scripts of the page are run: the same examples, and from the same weights the same loss."""

import contextlib
import io
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from engine.arrays import leaves
from engine.losses import softmax_cross_entropy
from engine.regularizers import L1L2, penalty
from experiments.datasets import OWN, TUMOURS, WINES
from experiments.overfitting import code
from experiments.overfitting.code import keras, pytorch
from experiments.overfitting.spec import LabSpec
from experiments.overfitting.techniques import recipe
from tests.experiments.overfitting.test_trainings import table

SETTINGS = [
    LabSpec(dropout=0.5),
    LabSpec(
        samples=20, width=8, dropout=0.2, l1=0.001, l2=0.01, label_smoothing=0.1, augmentation=True, wrong_labels=0.0
    ),
    LabSpec(data=TUMOURS, early_stopping=True, noise=0.5, seed=3),
    LabSpec(data=WINES, layers=3, width=8, dropout=0.5, wrong_labels=0.4, l2=0.1, augmentation=True),
    LabSpec(batch_norm=True, dropout=0.2, l2=0.01, width=8),
    LabSpec(data=OWN, table=table(), layers=1, dropout=0.8, label_smoothing=0.3),
]


@pytest.fixture(autouse=True)
def few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """A script trains a little, and begins as in a fresh process, whatever ran before it."""
    monkeypatch.setattr(code, "STEPS", 12)
    if "keras" in sys.modules:
        sys.modules["keras"].config.set_floatx("float32")
        sys.modules["keras"].utils.clear_session()


def number(value: Any) -> float:
    return float(value.detach() if hasattr(value, "detach") else value)


@pytest.mark.parametrize("spec", SETTINGS, ids=lambda spec: spec.data)
@pytest.mark.parametrize("write", [pytorch, keras])
def test_the_script_has_the_same_examples_and_from_the_same_weights_the_same_loss(
    write: Callable[[LabSpec], str], spec: LabSpec
) -> None:
    script: dict[str, Any] = {}
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(write(spec), script)
    assert "cross-entropy: learned from" in said.getvalue()
    for name in ("learned", "validation", "test"):
        ours, theirs = getattr(spec.parts, name), script[name]
        np.testing.assert_allclose(theirs[0].reshape(ours.x.shape), ours.x, atol=1e-6)
        np.testing.assert_array_equal(theirs[1], ours.labels)
    training = recipe(spec.parts, spec.width, spec.layers, spec.by, spec.seed)
    params = training.start().params
    fresh_statistics(script["model"], write is pytorch)
    put(script["model"], [array for _, array in leaves(params)], pytorch=write is pytorch)
    logits, _ = training.network.forward(params, spec.parts.learned.x, state=training.start().state)
    for smoothing in (0.0, spec.label_smoothing):
        ours, _ = softmax_cross_entropy(logits, spec.parts.learned.labels, label_smoothing=smoothing)
        assert number(script["loss_of"](script["learned"], smoothing)) == pytest.approx(ours, rel=1e-5)
    assert number(script["penalty_of"]()) == pytest.approx(penalty(L1L2(spec.l1, spec.l2), params), rel=1e-5)


def fresh_statistics(model: Any, pytorch: bool) -> None:
    """What batch norm has kept of the script's own training is forgotten: mean 0, variance 1."""
    if pytorch:
        for layer in model:
            if hasattr(layer, "reset_running_stats"):
                layer.reset_running_stats()
        return
    for variable in model.non_trainable_variables:
        if variable.name.startswith("moving"):
            variable.assign(np.full(variable.shape, float("variance" in variable.name)))


def put(model: Any, arrays: list[np.ndarray], pytorch: bool) -> None:
    """Our kernels and biases, in their order, into a model of theirs."""
    if not pytorch:
        for theirs, ours in zip(model.trainable_variables, arrays, strict=True):
            theirs.assign(ours)
        return
    import torch

    model.eval()
    with torch.no_grad():
        for theirs, ours in zip(model.parameters(), arrays, strict=True):
            theirs.copy_(torch.tensor(ours.T))
