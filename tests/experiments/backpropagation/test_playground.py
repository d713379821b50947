"""BP4: forward, loss, backward, update, on points of the plane."""

from functools import cache

import numpy as np
import pytest
import torch

from engine.gradient_check import numerical_gradient, verdicts
from experiments.backpropagation import playground
from experiments.backpropagation.depth import PHI
from experiments.backpropagation.playground import (
    POINTS,
    SEEDS,
    Learned,
    PlaygroundSpec,
    backward,
    forward,
    frames,
    learning,
    loss,
    show,
)
from experiments.points import DATA, SPIRALS, XOR
from tests.test_claims_table import spread, told


def run(spec: PlaygroundSpec) -> Learned:
    steps = learning(spec)
    try:
        while True:
            next(steps)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


@cache
def five(data: str, layers: int) -> list[Learned]:
    return [run(PlaygroundSpec(data, layers, seed=seed)) for seed in SEEDS]


def test_without_a_hidden_layer_xor_stays_a_guess() -> None:
    """BP4."""
    none, one, spirals = (
        [each.right for each in five(data, layers)] for data, layers in ((XOR, 0), (XOR, 1), (SPIRALS, 1))
    )
    assert np.median(one) - np.median(none) > 0.25
    assert told("BP4", "of XOR # (# to #) are right") == pytest.approx(spread(none), abs=0.006)
    assert told("BP4", "hidden layer, # (# to #) with one") == pytest.approx(spread(one), abs=0.006)
    assert told("BP4", "spirals stay at # (# to #)") == pytest.approx(spread(spirals), abs=0.006)


def test_the_loss_falls() -> None:
    """BP4."""
    left = [each.fell for each in five(XOR, 1)]
    assert np.median(left) < 0.5
    assert told("BP4", "loss falls to # (# to #)") == pytest.approx(spread(left), abs=0.006)


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_every_gradient_passes_the_check(activation: str) -> None:
    spec = PlaygroundSpec(layers=2, units=3, activation=activation, l2=0.01)
    (x, t), rng = spec.points(), np.random.default_rng(0)
    # biases that begin at 0 leave a ReLU behind silent units at its kink
    params = {layer: of | {"bias": rng.normal(0, 0.3, of["bias"].shape)} for layer, of in spec.start().items()}
    made = forward(spec, params, x)
    grads, value = backward(spec, params, made, t), loss(spec, params, made.outputs[-1], t)
    for layer, of in params.items():
        for name, at in of.items():

            def moved(array: np.ndarray, layer: str = layer, name: str = name) -> float:
                changed = params | {layer: params[layer] | {name: array}}
                return loss(spec, changed, forward(spec, changed, x).outputs[-1], t)

            assert (verdicts(grads[layer][name], numerical_gradient(moved, at), value) != 1).all()


def test_a_wrong_gradient_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    right = PHI["tanh"]
    monkeypatch.setattr(playground, "PHI", {"tanh": right._replace(slope=lambda z: 1.01 * right.slope(z))})
    with pytest.raises(AssertionError):
        test_every_gradient_passes_the_check("tanh")


def test_pytorch_takes_the_same_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playground, "STEPS", 30)
    spec = PlaygroundSpec("circles", 2, 5, optimizer="momentum", learning_rate=0.1)
    x, t = (torch.tensor(array) for array in spec.points())
    weights = [torch.tensor(array, requires_grad=True) for of in spec.start().values() for array in of.values()]
    optimizer, losses = torch.optim.SGD(weights, lr=0.1, momentum=0.9), []
    for _ in range(31):
        a = x
        for place in range(0, len(weights), 2):
            a = a @ weights[place] + weights[place + 1]
            a = torch.tanh(a) if place < len(weights) - 2 else a
        value = torch.nn.functional.binary_cross_entropy_with_logits(a[:, 0], t)
        losses.append(float(value.detach()))
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
    np.testing.assert_allclose(run(spec).losses, losses, rtol=1e-9)


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playground, "STEPS", 3)


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("layers", [0, 3])
def test_the_learners_network_is_shown_first(short: None, data: str, layers: int) -> None:
    parts = list(show(PlaygroundSpec(data, layers)))
    first = next(part.shown for part in parts if part.shown)
    assert not first.numbers
    plane = first.rows[0].rows[0]  # type: ignore[union-attr]
    assert len(plane.frames) == len(plane.shares) == len(frames())
    assert sum(len(points) for points in plane.points.values()) == POINTS
    assert parts[-1].done == 1
    assert parts[-1].shown is not None
    assert parts[-1].shown.numbers["data"] == data
