"""Outputs and gradients equal the arrays that PyTorch and Keras gave (`tests/golden/make.py`)."""

import json
from pathlib import Path

import numpy as np
import pytest

import engine.layers
from engine.losses import softmax_cross_entropy

GOLDEN = Path(__file__).parents[1] / "golden"


def load(file: str) -> dict[str, np.ndarray]:
    with np.load(GOLDEN / file) as arrays:
        return dict(arrays)


LAYERS = [
    (file, case, *spec)
    for file in ("convolution.npz", "transposed_convolution.npz", "pooling.npz")
    for case, spec in json.loads(str(load(file)["cases"])).items()
]


@pytest.mark.parametrize(("file", "case", "name", "arguments"), LAYERS, ids=[case for _, case, *_ in LAYERS])
def test_layer(file: str, case: str, name: str, arguments: dict) -> None:
    layer = getattr(engine.layers, name)(**arguments)
    found = {k.removeprefix(f"{case}."): v for k, v in load(file).items() if k.startswith(f"{case}.")}
    params = {k: found[k] for k in ("kernel", "bias") if k in found}
    y, trace = layer.forward(params, found["x"])
    dx, grads = layer.backward(params, trace, found["dy"])
    assert layer.parameter_shapes(found["x"].shape[1:]) == {k: v.shape for k, v in params.items()}
    for name, ours in {"y": y, "dx": dx, **{f"d{k}": g for k, g in grads.items()}}.items():
        np.testing.assert_allclose(ours, found[name], rtol=1e-10, atol=1e-10, err_msg=name)


@pytest.mark.parametrize("case", ["small", "large"])
def test_cross_entropy(case: str) -> None:
    found = load("cross_entropy.npz")
    loss, dlogits = softmax_cross_entropy(found[f"{case}.logits"], found[f"{case}.labels"])
    np.testing.assert_allclose(loss, found[f"{case}.loss"], rtol=1e-12)
    np.testing.assert_allclose(dlogits, found[f"{case}.dlogits"], atol=1e-12)
