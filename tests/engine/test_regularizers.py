"""Penalties, proximal steps and max-norm, by themselves and in a training: against PyTorch and their meaning."""

import os
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from engine.arrays import leaves
from engine.constraints import MaxNorm, constrained
from engine.gradient_check import agrees, numerical_gradient
from engine.layers import Dense, Embedding, Flatten, ReLU
from engine.losses import mean_squared_error
from engine.network import Sequential
from engine.optimizers import SGD, Adam, RMSprop
from engine.recording import Recording
from engine.regularizers import L1, L1L2, L2, added, is_weight, penalty, penalty_gradients, shrunk, soft_threshold
from engine.rows import Rows
from engine.training import Drawn, Examples, Step, Training, steps

os.environ.setdefault("KERAS_BACKEND", "torch")
import keras

KINDS = (L1(), L2(), L1L2(), L1(0.3), L2(0.7), L1L2(0.2, 0.05))
every_kind = pytest.mark.parametrize("by", KINDS, ids=repr)
RNG = np.random.default_rng(0)
W = RNG.standard_normal((5, 4))
PARAMS: Any = ({"kernel": W, "bias": RNG.standard_normal(4)}, {}, {"embeddings": RNG.standard_normal((3, 2))})


def in_torch(by: L1L2, w: torch.Tensor) -> torch.Tensor:
    return by.l1 * w.abs().sum() + by.l2 * (w * w).sum()


# ---------------------------------------------------------------------------------------------------------- one array


@every_kind
def test_value_and_gradient_are_those_of_pytorch_and_of_differences(by: L1L2) -> None:
    w = np.append(W.ravel(), [0.0, -0.0])  # at the kink PyTorch takes 0 as well
    given = torch.tensor(w, requires_grad=True)
    theirs = in_torch(by, given)
    theirs.backward()
    assert by.value(w) == pytest.approx(theirs.item(), rel=1e-12)
    np.testing.assert_allclose(by.gradient(w), given.grad.numpy(), rtol=1e-12, atol=1e-14)
    assert agrees(by.gradient(W), numerical_gradient(by.value, W), by.value(W)).all()


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (L1(), keras.regularizers.L1()),
        (L2(), keras.regularizers.L2()),
        (L1L2(), keras.regularizers.L1L2()),
        (L1(0.3), keras.regularizers.L1(0.3)),
        (L2(0.7), keras.regularizers.L2(0.7)),
        (L1L2(0.2, 0.05), keras.regularizers.L1L2(0.2, 0.05)),
    ],
)
def test_names_factors_and_defaults_are_those_of_keras(ours: L1L2, theirs: Any) -> None:
    assert ours.value(W) == pytest.approx(float(theirs(torch.tensor(W))), rel=1e-6)


def test_the_soft_threshold_is_that_of_pytorch() -> None:
    w = np.concatenate([RNG.standard_normal(1000), [0.5, -0.5, 0.0, np.inf, -np.inf]])
    for t in (0.0, 0.5, 1.3):
        ours = soft_threshold(w, t)
        np.testing.assert_allclose(ours, F.softshrink(torch.tensor(w), t).numpy(), rtol=1e-12, atol=1e-14)
        assert not np.signbit(ours[ours == 0]).any() or t == 0
    assert np.isnan(soft_threshold(np.array([np.nan]), 1)).all()


@every_kind
@pytest.mark.parametrize("rate", [0.1, 2.0])
def test_the_proximal_step_is_the_least_of_what_it_minimises(by: L1L2, rate: float) -> None:
    """½ (u − w)² + rate R(u) is larger at every other u: near it, far from it, at 0 and at w."""

    def cost(w: float, u: np.ndarray) -> np.ndarray:
        return 0.5 * (u - w) ** 2 + rate * (by.l1 * np.abs(u) + by.l2 * u * u)

    w = W.ravel()
    for before, after in zip(w, by.proximal(w, rate), strict=True):
        others = np.concatenate([after + np.geomspace(1e-4, 5, 50), after - np.geomspace(1e-4, 5, 50), [0.0, before]])
        assert (cost(before, others) >= cost(before, after)).all()


@every_kind
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtypes_stay_and_nothing_is_written_to(by: L1L2, dtype: type) -> None:
    w = W.astype(dtype)
    w.flags.writeable = False
    for computed in (by.gradient(w), by.proximal(w, 0.1), MaxNorm(1)(w)):
        assert computed.dtype == dtype
        assert not np.shares_memory(computed, w)
        assert computed.flags.writeable
    assert isinstance(by.value(w), float)


def test_what_is_switched_off_costs_nothing_and_nan_is_kept() -> None:
    assert L1L2(0, 0).value(np.array([np.inf, np.nan])) == 0
    for by in (L1(), L2()):
        assert np.isnan(by.value(np.array([np.nan])))
        assert np.isnan(by.gradient(np.array([np.nan]))).all()
        assert np.isnan(by.proximal(np.array([np.nan]), 1)).all()


# ----------------------------------------------------------------------------------------------------------- max-norm


@pytest.mark.parametrize("shape", [(6, 4), (3, 3, 2, 4)])
@pytest.mark.parametrize("limit", [0.5, 2.0, 100.0])
def test_max_norm_shortens_what_is_too_long_and_nothing_else(shape: tuple[int, ...], limit: float) -> None:
    w = np.random.default_rng(0).standard_normal(shape) * np.array([0.01, 0.5, 1, 3])
    ours, norms = MaxNorm(limit)(w), np.sqrt((w * w).sum(axis=tuple(range(w.ndim - 1))))
    by_torch = torch.tensor(w)
    lengths = torch.linalg.vector_norm(by_torch, dim=tuple(range(w.ndim - 1)), keepdim=True)
    expected = torch.where(lengths > limit, by_torch * limit / lengths, by_torch).numpy()
    np.testing.assert_allclose(ours, expected, rtol=1e-10)
    np.testing.assert_array_equal(ours[..., norms <= limit], w[..., norms <= limit])
    # both of these add 1e-7 to a length
    np.testing.assert_allclose(ours, torch.renorm(by_torch, 2, w.ndim - 1, limit).numpy(), rtol=1e-6)
    peer = keras.constraints.MaxNorm(limit, axis=list(range(w.ndim - 1)))
    np.testing.assert_allclose(ours, peer(torch.tensor(w)).numpy(), rtol=1e-4)
    assert (norms > 2).any()
    assert (norms < 0.5).any()


def test_max_norm_along_other_axes_and_of_what_has_no_length() -> None:
    np.testing.assert_allclose(MaxNorm(1, axis=1)(np.array([[3.0, 4.0], [0.3, 0.4]])), [[0.6, 0.8], [0.3, 0.4]])
    np.testing.assert_array_equal(MaxNorm(1)(np.zeros((2, 2))), 0)
    columns = MaxNorm(1)(np.array([[np.nan, 3.0], [1.0, 4.0]]))
    assert np.isnan(columns[:, 0]).all()
    np.testing.assert_allclose(columns[:, 1], [0.6, 0.8])
    free = constrained(MaxNorm(0.1), PARAMS)
    np.testing.assert_array_equal(free[0]["bias"], PARAMS[0]["bias"])
    assert np.linalg.norm(free[0]["kernel"], axis=0) == pytest.approx(0.1)


# -------------------------------------------------------------------------------------------------------------- trees


def test_weights_pay_and_biases_do_not() -> None:
    by = L1L2(0.2, 0.05)
    paid = [PARAMS[0]["kernel"], PARAMS[2]["embeddings"]]
    assert [path for path, _ in leaves(PARAMS) if is_weight(path)] == ["0.kernel", "2.embeddings"]
    assert is_weight("1.forward.recurrent_kernel")
    assert penalty(by, PARAMS) == pytest.approx(sum(by.value(w) for w in paid), rel=1e-14)
    gradients = penalty_gradients(by, PARAMS)
    np.testing.assert_array_equal(gradients[0]["kernel"], by.gradient(W))
    assert not gradients[0]["bias"].any()
    back = shrunk(by, PARAMS, 0.5)
    np.testing.assert_array_equal(back[0]["kernel"], by.proximal(W, 0.5))
    np.testing.assert_array_equal(back[0]["bias"], PARAMS[0]["bias"])


def test_a_gradient_by_rows_becomes_whole_where_its_weights_pay() -> None:
    rows = Rows(np.array([1]), np.array([[2.0, 3.0]]), (3, 2))
    grads = ({"kernel": W, "bias": W[0]}, {}, {"embeddings": rows})
    together = added(grads, penalty_gradients(L2(0.5), PARAMS))
    expected = PARAMS[2]["embeddings"].copy()
    expected[1] += [2, 3]
    np.testing.assert_allclose(together[2]["embeddings"], expected, rtol=1e-14)
    np.testing.assert_array_equal(together[0]["bias"], W[0])


# ---------------------------------------------------------------------------------------------------------- trainings

NETWORK = Sequential((Dense(6), ReLU(), Dense(3)))
X, LABELS = RNG.standard_normal((40, 5)), RNG.integers(0, 3, 40)


def training(**settings: Any) -> Training:
    return replace(Training(NETWORK, SGD(0.1), X, LABELS, 8), **settings)


def weights_in_torch(params: Any) -> list[torch.Tensor]:
    return [torch.tensor(w, requires_grad=True) for _, w in leaves(params)]


def in_order(tree: Any, paths: list[str]) -> list[np.ndarray]:
    """A layer may give its gradients in another order than its parameters."""
    by_path = dict(leaves(tree))
    return [by_path[path] for path in paths]


def run_in_torch(it: Training, taken: list[Step], optimizer: Any, change: Any = None) -> None:
    """The same steps in PyTorch: loss, both parts of the gradient, and all weights after each."""
    weights = weights_in_torch(it.start().params)
    paths = [path for path, _ in leaves(it.start().params)]
    peer = optimizer(weights)
    for step in taken:
        w0, b0, w1, b1 = weights
        x, labels = torch.tensor(it.x[step.batch]), torch.tensor(it.labels[step.batch])
        data = F.cross_entropy(torch.relu(x @ w0 + b0) @ w1 + b1, labels)
        grads = torch.autograd.grad(data, weights)
        assert step.loss == pytest.approx(data.item(), rel=1e-10)
        for ours, theirs in zip(in_order(step.grads, paths), grads, strict=True):
            np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-10, atol=1e-13)
        cost = in_torch(it.regularizer, w0) + in_torch(it.regularizer, w1)
        cost_grads = torch.autograd.grad(cost, weights, allow_unused=True)
        assert step.penalty == pytest.approx(cost.item(), rel=1e-10)
        for ours, theirs in zip(in_order(step.penalty_grads, paths), cost_grads, strict=True):
            np.testing.assert_allclose(ours, 0 if theirs is None else theirs.numpy(), rtol=1e-10, atol=1e-13)
        for weight, a, b in zip(weights, grads, cost_grads, strict=True):
            weight.grad = a if b is None or it.proximal else a + b
        peer.step()
        if change:
            with torch.no_grad():
                change(w0)
                change(w1)
        for ours, theirs in zip(in_order(step.after.params, paths), weights, strict=True):
            np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=1e-10, atol=1e-13)


@every_kind
def test_a_penalised_training_is_that_of_pytorch(by: L1L2) -> None:
    it = training(regularizer=by, optimizer=Adam(0.01, epsilon=1e-30))
    run_in_torch(it, list(steps(it, 60)), lambda w: torch.optim.Adam(w, 0.01, eps=1e-30))


@every_kind
def test_a_proximal_training_is_that_of_pytorch(by: L1L2) -> None:
    it = training(regularizer=by, proximal=True)

    def shrink(w: torch.Tensor) -> None:
        w.copy_(F.softshrink(w, 0.1 * by.l1) / (1 + 0.2 * by.l2))

    run_in_torch(it, list(steps(it, 60)), lambda w: torch.optim.SGD(w, 0.1), shrink)


def test_a_constrained_training_is_that_of_pytorch() -> None:
    it = training(regularizer=L2(1e-3), constraint=MaxNorm(0.7))

    def shorten(w: torch.Tensor) -> None:
        w.mul_(0.7 / torch.linalg.vector_norm(w, dim=0, keepdim=True).clamp(min=0.7))

    taken = list(steps(it, 60))
    run_in_torch(it, taken, lambda w: torch.optim.SGD(w, 0.1), shorten)
    for step in taken:
        for path, w in leaves(step.after.params):
            assert not is_weight(path) or (np.linalg.norm(w, axis=0) <= 0.7 + 1e-12).all()


@pytest.mark.parametrize("seed", range(3))
def test_proximal_steps_land_on_zero_and_subgradients_never_do(seed: int) -> None:
    zeros = {}
    for proximal in (True, False):
        it = training(regularizer=L1(0.05), proximal=proximal, seed=seed)
        *_, last = steps(it, 300)
        zeros[proximal] = sum(int((w == 0).sum()) for path, w in leaves(last.after.params) if is_weight(path))
    assert zeros[True] >= 10
    assert zeros[False] == 0


def test_the_gradient_of_data_and_penalty_together_is_that_of_differences() -> None:
    """Of a whole training step: both parts, each by itself."""
    it = training(regularizer=L1L2(0.03, 0.02), batch_size=40)
    step = it.step(it.start())
    params, x = step.before.params, step.examples.x

    def total(kernel: np.ndarray) -> float:
        moved = ({**params[0], "kernel": kernel}, *params[1:])
        y, _ = NETWORK.forward(moved, x)
        return it.loss(y, LABELS)[0] + penalty(it.regularizer, moved)

    both = step.grads[0]["kernel"] + step.penalty_grads[0]["kernel"]
    assert agrees(both, numerical_gradient(total, params[0]["kernel"]), step.loss + step.penalty).all()


def test_without_a_regularizer_a_step_has_no_penalty_and_its_traces_hold_what_was_drawn() -> None:
    step = training().step(training().start())
    assert (step.penalty, step.penalty_grads) == (0.0, None)
    np.testing.assert_array_equal(step.traces[1].x, step.activations[1])


def test_a_recording_plays_a_penalised_run_again() -> None:
    recording = Recording(training(regularizer=L1(0.01), proximal=True, constraint=MaxNorm(1)))
    taken = [recording.step() for _ in range(30)]
    again = recording.again(13)
    for (_, a), (_, b) in zip(leaves(again.after.params), leaves(taken[13].after.params), strict=True):
        np.testing.assert_array_equal(a, b)


def test_examples_that_are_drawn_and_words_by_rows_are_penalised_too() -> None:
    network = Sequential((Embedding(9, 3, sparse_gradient=True), Flatten(), Dense(1)))

    def draw(rng: np.random.Generator) -> Examples:
        return Examples(rng.integers(0, 5, (4, 2)), rng.standard_normal((4, 1), np.float32))

    it = Drawn(network, SGD(0.1), draw, loss=mean_squared_error, regularizer=L2(0.5))
    first = it.step(it.start())
    before, after = first.before.params[0]["embeddings"], first.after.params[0]["embeddings"]
    # a word that never comes pays all the same: w ← w − 0.1 · 2 · 0.5 w
    np.testing.assert_allclose(after[5:], 0.9 * before[5:], rtol=1e-6)


def test_a_whole_batch_is_no_copy() -> None:
    it = training(batch_size=40)
    for step in (0, 1, 7):
        examples = it.examples(step)
        assert examples.x is it.x
        assert examples.target is it.labels
        np.testing.assert_array_equal(examples.batch, np.arange(40))
    assert not np.shares_memory(training(batch_size=39).examples(0).x, X)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: L1(-1), "l1 must be at least 0, not -1"),
        (lambda: L2(float("nan")), "l2 must be finite, not nan"),
        (lambda: L1L2("1"), "l1 must be a number, not '1'"),
        (lambda: MaxNorm(0), "max_value must be above 0, not 0"),
        (lambda: MaxNorm(1, axis=-1), "axis must be at least 0, not -1"),
        (lambda: training(proximal=True), "a proximal step needs a regularizer"),
        (lambda: training(proximal=1), "proximal must be True or False, not 1"),
        (
            lambda: training(regularizer=L1(), proximal=True, optimizer=SGD(0.1, momentum=0.9)),
            "a proximal step needs SGD without momentum, not SGD",
        ),
        (
            lambda: training(regularizer=L1(), proximal=True, optimizer=RMSprop()),
            "a proximal step needs SGD without momentum, not RMSprop",
        ),
    ],
)
def test_what_cannot_be_is_refused(make: Any, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        make()
