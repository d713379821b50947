"""BP2: what reaches the early layers of a deep network."""

import numpy as np
import pytest
import torch

from experiments.backpropagation import depth as module
from experiments.backpropagation.depth import (
    ACTIVATIONS,
    EXAMPLES,
    GELU,
    HE,
    LARGE,
    LOST,
    RELU,
    SEEDS,
    SIGMOID,
    SMALL,
    VARIANCES,
    WIDTH,
    XAVIER,
    DepthSpec,
    checked,
    depth,
    ratios,
    shares,
    show,
)
from tests.test_claims_table import spread, told

TORCH = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu, "gelu": torch.nn.functional.gelu}


def test_sigmoid_with_xavier_loses_the_gradient() -> None:
    """BP2."""
    left = shares(SIGMOID, XAVIER)
    assert np.median(1 / left) > LOST
    assert told("BP2", "of ∂L/∂a # (# to #) ×10⁻¹² reaches") == pytest.approx(spread(left * 1e12), abs=0.05)


def test_relu_with_he_keeps_it() -> None:
    """BP2."""
    left = shares(RELU, HE)
    assert 1 / np.sqrt(10) < np.median(left) < np.sqrt(10)
    assert told("BP2", "first layer with sigmoid and Xavier, # (# to #) with ReLU") == pytest.approx(
        spread(left), abs=0.005
    )


def test_a_flat_ratio_of_weight_gradients_says_nothing() -> None:
    """BP2."""
    flat, left = ratios(RELU, SMALL), shares(RELU, SMALL)
    assert 0.3 < np.median(flat) < 3
    assert np.median(1 / left) > LOST
    assert told("BP2", "first layer is # (# to #) times") == pytest.approx(spread(flat), abs=0.005)
    assert told("BP2", "of ∂L/∂a #×10⁻⁹ is left") == pytest.approx([float(np.median(left)) * 1e9], abs=0.05)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("initializer", VARIANCES)
def test_every_gradient_passes_the_check(activation: str, initializer: str) -> None:
    curved = (activation, initializer) == (GELU, LARGE)  # differences over many such layers say nothing
    assert checked(DepthSpec(activation, initializer, 2 if curved else 10)) == (WIDTH, 0)


def test_a_wrong_slope_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    right = module.PHI[SIGMOID]
    wrong = right._replace(slope=lambda z: right.slope(z) * 1.01)
    monkeypatch.setattr(module, "PHI", {SIGMOID: wrong})
    assert checked(DepthSpec(SIGMOID, HE, 3))[1] > 0


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_pytorch_gives_the_same(activation: str) -> None:
    spec = DepthSpec(activation, HE, 6, 1)
    found = depth(spec)
    x, kernels, r = module._drawn(spec)
    a = torch.tensor(x, requires_grad=True)
    states, weights = [a], [torch.tensor(kernel, requires_grad=True) for kernel in kernels]
    for w in weights:
        states.append(TORCH[activation](states[-1] @ w))
        states[-1].retain_grad()
    (torch.tensor(r) * states[-1]).sum().backward()
    np.testing.assert_allclose(found.gradients, [float(s.grad.norm()) for s in states], rtol=1e-10)
    np.testing.assert_allclose(found.weights, [float(w.grad.norm()) for w in weights], rtol=1e-10)
    np.testing.assert_allclose(found.sizes, [float(s.detach().norm()) / (EXAMPLES * WIDTH) ** 0.5 for s in states])


def test_another_depth_leaves_the_first_layers_as_they_are() -> None:
    short, long = depth(DepthSpec(depth=5)), depth(DepthSpec(depth=9))
    np.testing.assert_array_equal(short.sizes, long.sizes[:6])


@pytest.mark.parametrize("layers", [2, 50])
def test_the_scale_never_moves(layers: int) -> None:
    shown = show(DepthSpec(RELU, LARGE, layers))
    lines = [shown.rows[0], *shown.rows[1].rows]  # type: ignore[union-attr]
    assert {line.span for line in lines} == {module.SCALE}  # type: ignore[union-attr]
    assert len(list(SEEDS)) == 5
