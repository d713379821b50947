import os
import re

import numpy as np
import pytest
import torch

from engine.gradient_check import agrees, numerical_gradient
from engine.losses import (
    binary_cross_entropy,
    hinge,
    huber,
    mean_absolute_error,
    mean_squared_error,
    pinball,
    sequence_cross_entropy,
    smoothed,
    softmax_cross_entropy,
)


def test_by_hand() -> None:
    """Two classes, logits 0 and log 3: p = (1/4, 3/4)."""
    loss, dlogits = softmax_cross_entropy(np.array([[0.0, np.log(3)]]), np.array([1]))
    assert loss == pytest.approx(np.log(4 / 3), rel=1e-14)
    np.testing.assert_allclose(dlogits, [[0.25, -0.25]], rtol=1e-14)


def test_gradient_and_batch() -> None:
    rng = np.random.default_rng(0)
    logits, labels = rng.standard_normal((4, 3)), np.array([2, 0, 1, 1])
    loss, dlogits = softmax_cross_entropy(logits, labels)
    assert agrees(dlogits, numerical_gradient(lambda z: softmax_cross_entropy(z, labels)[0], logits), loss).all()
    np.testing.assert_allclose(dlogits.sum(axis=1), 0, atol=1e-15)
    # the mean over the batch: twice the batch, half the gradient
    again, dagain = softmax_cross_entropy(np.tile(logits, (2, 1)), np.tile(labels, 2))
    assert again == pytest.approx(loss, rel=1e-14)
    np.testing.assert_allclose(dagain[:4], dlogits / 2, rtol=1e-14)


@pytest.mark.parametrize("label_smoothing", [0.0, 0.1, 0.5, 1.0])
@pytest.mark.parametrize("seed", range(5))
def test_smoothed_labels_are_those_of_pytorch(label_smoothing: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    z, labels, shares = 3 * rng.standard_normal((6, 5)), rng.integers(0, 5, 6), rng.dirichlet(np.ones(5), 6)
    for target in (labels, shares):
        expected, gradient = in_torch(
            lambda y, t=target: torch.nn.functional.cross_entropy(y, torch.tensor(t), label_smoothing=label_smoothing),
            z,
        )
        loss, dz = softmax_cross_entropy(z, target, label_smoothing=label_smoothing)
        assert loss == pytest.approx(expected, rel=1e-12)
        np.testing.assert_allclose(dz, gradient, rtol=1e-10, atol=1e-15)
    numeric = numerical_gradient(lambda y: softmax_cross_entropy(y, labels, label_smoothing=label_smoothing)[0], z)
    loss, dz = softmax_cross_entropy(z, labels, label_smoothing=label_smoothing)
    assert agrees(dz, numeric, loss).all()


def test_with_smoothed_labels_the_least_loss_is_at_the_smoothed_shares() -> None:
    p = smoothed(np.eye(4)[[2]], 0.2)
    np.testing.assert_allclose(p, [[0.05, 0.05, 0.85, 0.05]])
    _, at_rest = softmax_cross_entropy(np.log(p), np.array([2]), label_smoothing=0.2)
    np.testing.assert_allclose(at_rest, 0, atol=1e-15)
    _, plain = softmax_cross_entropy(np.log(p), np.array([2]))
    assert plain[0, 2] < -0.1, "without smoothing the logit would grow on"


def test_smoothing_in_sequences_keeps_the_dtype_and_leaves_out_what_does_not_count() -> None:
    y, labels = RNG.standard_normal((3, 4, 5)).astype(np.float32), RNG.integers(0, 5, (3, 4))
    expected, gradient = in_torch(
        lambda z: torch.nn.functional.cross_entropy(
            z[torch.tensor(MASK)], torch.tensor(labels[MASK]), label_smoothing=0.3
        ),
        y,
    )
    loss, dy = sequence_cross_entropy(y, labels, MASK, label_smoothing=0.3)
    assert dy.dtype == np.float32
    assert loss == pytest.approx(expected, rel=1e-5)
    np.testing.assert_allclose(dy, gradient, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize(
    ("share", "words"),
    [(-0.1, "label_smoothing must be at least 0, not -0.1"), (1.5, "label_smoothing must be at most 1, not 1.5")],
)
def test_impossible_shares(share: float, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        softmax_cross_entropy(np.zeros((1, 2)), np.array([0]), label_smoothing=share)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_labels_as_indices_one_hot_or_shares(dtype: type) -> None:
    logits = np.random.default_rng(0).standard_normal((3, 4)).astype(dtype)
    labels = np.array([3, 0, 2], np.uint8)
    loss, dlogits = softmax_cross_entropy(logits, labels)
    one_hot = np.eye(4, dtype=dtype)[labels]
    assert softmax_cross_entropy(logits, one_hot)[0] == loss
    np.testing.assert_array_equal(softmax_cross_entropy(logits, one_hot)[1], dlogits)
    assert dlogits.dtype == dtype
    smooth = (0.9 * one_hot + 0.025).astype(dtype)
    _, dsmooth = softmax_cross_entropy(logits, smooth)
    np.testing.assert_allclose(dsmooth, dlogits + (one_hot - smooth) / 3, atol=1e-6)


def test_extremes() -> None:
    """No overflow, no 0 · log 0; a shift of all logits changes nothing."""
    loss, dlogits = softmax_cross_entropy(np.array([[1e4, 0.0], [0.0, -1e4]]), np.array([0, 0]))
    assert loss == 0
    assert (dlogits == 0).all()
    assert softmax_cross_entropy(np.array([[1e4, 0.0]]), np.array([1]))[0] == 1e4
    assert softmax_cross_entropy(np.array([[0.0, -np.inf]]), np.array([0]))[0] == 0
    assert softmax_cross_entropy(np.array([[0.0, -np.inf]]), np.array([1]))[0] == np.inf
    for bad in (np.nan, np.inf):
        loss, dlogits = softmax_cross_entropy(np.array([[bad, 0.0]]), np.array([0]))
        assert np.isnan(loss)
        assert np.isnan(dlogits).any()


def test_nothing_given_is_written() -> None:
    logits, labels = np.random.default_rng(0).standard_normal((3, 4)), np.array([0, 1, 2])
    logits.flags.writeable = labels.flags.writeable = False
    softmax_cross_entropy(logits, labels)
    softmax_cross_entropy(logits, np.eye(4)[labels])


@pytest.mark.parametrize(
    ("logits", "labels", "message"),
    [
        (np.zeros(3), np.array([0]), "logits must have the shape (B, C), not (3,)"),
        (np.zeros((0, 3)), np.zeros(0, int), "logits must have the shape (B, C), not (0, 3)"),
        (np.zeros((2, 3), int), np.array([0, 1]), "logits must be float32 or float64, not int64"),
        (np.zeros((2, 3)), np.array([0, 3]), "labels must be 0 … 2, not 0 … 3"),
        (np.zeros((2, 3)), np.array([-1, 0]), "labels must be 0 … 2, not -1 … 0"),
        (np.zeros((2, 3)), np.array([0, 1, 2]), "labels must be 2 class indices or have the logits' shape (2, 3)"),
        (np.zeros((2, 3)), np.array([0.0, 1.0]), "not float64 of shape (2,)"),
        (np.zeros((2, 3)), np.eye(3, dtype=np.float32)[:2], "labels is float32, but logits is float64"),
        (np.zeros((2, 3)), np.ones((2, 3)), "labels must be at least 0 and sum to 1 in each row"),
        (np.zeros((2, 3)), np.array([[2.0, -1, 0], [1, 0, 0]]), "labels must be at least 0 and sum to 1"),
    ],
)
def test_impossible_arguments(logits: np.ndarray, labels: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        softmax_cross_entropy(logits, labels)


# ------------------------------------------------------------------------------------------------- sequences, numbers

RNG = np.random.default_rng(0)
MASK = np.array([[True, True, False, False], [True, True, True, True], [False, True, True, False]])


def in_torch(loss, y: np.ndarray) -> tuple[float, np.ndarray]:
    given = torch.tensor(y, requires_grad=True)
    value = loss(given)
    value.backward()
    return value.item(), given.grad.numpy()


@pytest.mark.parametrize("mask", [None, MASK])
def test_steps_that_count_against_pytorch(mask: np.ndarray | None) -> None:
    y, target, labels = RNG.standard_normal((3, 4, 5)), RNG.standard_normal((3, 4, 5)), RNG.integers(0, 5, (3, 4))
    counted = torch.tensor(np.ones_like(MASK) if mask is None else mask)
    pairs = [
        (sequence_cross_entropy(y, labels, mask),
         lambda z: torch.nn.functional.cross_entropy(z[counted], torch.tensor(labels)[counted])),
        (mean_squared_error(y, target, mask),
         lambda z: torch.nn.functional.mse_loss(z[counted], torch.tensor(target)[counted])),
    ]  # fmt: skip
    for (loss, dy), reference in pairs:
        expected, gradient = in_torch(reference, y)
        assert loss == pytest.approx(expected, rel=1e-12)
        np.testing.assert_allclose(dy, gradient, rtol=1e-10, atol=1e-14)
        assert mask is None or not dy[~mask].any()


def test_a_number_an_example_against_pytorch() -> None:
    y, target = RNG.standard_normal((6, 1)), RNG.standard_normal((6, 1))
    expected, gradient = in_torch(lambda z: torch.nn.functional.mse_loss(z, torch.tensor(target)), y)
    loss, dy = mean_squared_error(y, target)
    assert loss == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(dy, gradient, rtol=1e-12)


def test_pinball_against_its_definition_in_pytorch() -> None:
    y, target, q = RNG.standard_normal((4, 3, 2)), RNG.standard_normal((4, 3, 1)), torch.tensor([0.1, 0.7])

    def defined(z: torch.Tensor) -> torch.Tensor:
        below = torch.tensor(target) - z
        return torch.maximum(q * below, (q - 1) * below).mean()

    expected, gradient = in_torch(defined, y)
    loss, dy = pinball(y, target, (0.1, 0.7))
    assert loss == pytest.approx(expected, rel=1e-7)  # the levels above are float32
    np.testing.assert_allclose(dy, gradient, rtol=1e-6)


def test_what_makes_the_pinball_loss_smallest_is_the_quantile() -> None:
    values, level = RNG.gamma(2, size=999), 0.8
    at = [pinball(np.full((999, 1), y), values[:, None], (level,))[0] for y in np.sort(values)]
    assert np.sort(values)[int(np.argmin(at))] == pytest.approx(np.quantile(values, level), abs=0.02)
    _, dy = pinball(np.array([[1.0]]), np.array([[1.0]]), (level,))
    assert dy == 0  # hit exactly


@pytest.mark.parametrize(
    "loss", [mean_squared_error, sequence_cross_entropy, lambda y, t: pinball(y, t[..., :1], [0.5] * 3)]
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_new_losses_keep_the_dtype_and_write_to_nothing(loss, dtype: type) -> None:
    y, target = RNG.standard_normal((2, 2, 4, 3)).astype(dtype)
    if loss is sequence_cross_entropy:
        target = np.zeros((2, 4), int)
    y.flags.writeable = target.flags.writeable = False
    value, dy = loss(y, target)
    assert isinstance(value, float)
    assert (dy.dtype, dy.shape) == (dtype, y.shape)


Y = np.zeros((2, 3, 4))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: mean_squared_error(Y, Y[:, :2]), "target must have y's shape (2, 3, 4)"),
        (lambda: mean_squared_error(Y[:0], Y[:0]), "at least one number"),
        (lambda: mean_squared_error(Y, Y.astype(np.float32)), "target is float32, but y is float64"),
        (lambda: mean_squared_error(Y, Y, np.ones((2, 3))), "mask must be bool of shape (2, 3)"),
        (lambda: mean_squared_error(Y, Y, np.ones((2, 4), bool)), "mask must be bool of shape (2, 3)"),
        (lambda: mean_squared_error(Y, Y, np.zeros((2, 3), bool)), "mask must count at least one step"),
        (lambda: sequence_cross_entropy(Y[0], np.zeros(3, int)), "logits must have the shape (B, T, C)"),
        (lambda: sequence_cross_entropy(Y, np.zeros((2, 2), int)), "labels (B, T), not (2, 3, 4) and (2, 2)"),
        (lambda: sequence_cross_entropy(Y, np.full((2, 3), 4)), "labels must be 0 … 3, not 4 … 4"),
        (lambda: pinball(Y, Y[..., :1], (0.5,)), "y must end with 1 quantiles"),
        (lambda: pinball(Y, Y, (0.1, 0.2, 0.3, 0.4)), "target with one number"),
        (lambda: pinball(Y[..., :1], Y[..., :1], (1.0,)), "a level must be below 1, not 1.0"),
        (lambda: pinball(Y[..., :1].astype(int), Y[..., :1], (0.5,)), "y must be float32 or float64"),
    ],
)  # fmt: skip
def test_impossible_arguments_of_sequences(call, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        call()


# ------------------------------------------------------------------------------ outliers and two classes

F = torch.nn.functional
SIGNS = np.where(RNG.random((3, 4, 5)) < 0.5, -1.0, 1.0)
NEW = {
    "absolute": (mean_absolute_error, F.l1_loss, RNG.standard_normal((3, 4, 5))),
    "huber": (huber, F.huber_loss, RNG.standard_normal((3, 4, 5))),
    "huber 0.3": (
        lambda y, t, m=None: huber(y, t, m, delta=0.3),
        lambda y, t: F.huber_loss(y, t, delta=0.3),
        RNG.standard_normal((3, 4, 5)),
    ),
    "binary": (binary_cross_entropy, F.binary_cross_entropy_with_logits, RNG.random((3, 4, 5))),
    "binary, sure": (binary_cross_entropy, F.binary_cross_entropy_with_logits, (SIGNS + 1) / 2),
    "hinge": (hinge, lambda y, t: torch.relu(1 - t * y).mean(), SIGNS),
}


@pytest.mark.parametrize("mask", [None, MASK], ids=["all", "mask"])
@pytest.mark.parametrize("name", NEW)
def test_losses_of_numbers_against_pytorch(name: str, mask: np.ndarray | None) -> None:
    loss_of, reference, target = NEW[name]
    y = 3 * np.random.default_rng(1).standard_normal(target.shape)
    counted = torch.tensor(np.ones_like(MASK) if mask is None else mask)
    expected, gradient = in_torch(lambda z: reference(z[counted], torch.tensor(target)[counted]), y)
    loss, dy = loss_of(y, target, mask)
    assert loss == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(dy, gradient, rtol=1e-10, atol=1e-15)
    assert agrees(dy, numerical_gradient(lambda z: loss_of(z, target, mask)[0], y), loss).all()
    single, dsingle = loss_of(y.astype(np.float32), target.astype(np.float32), mask)
    assert dsingle.dtype == np.float32
    assert single == pytest.approx(loss, rel=1e-5)


@pytest.mark.parametrize(
    ("loss_of", "name", "settings"),
    [
        (mean_absolute_error, "MeanAbsoluteError", {}),
        (huber, "Huber", {}),
        (binary_cross_entropy, "BinaryCrossentropy", {"from_logits": True}),
        (hinge, "Hinge", {}),
    ],
)
def test_losses_of_numbers_against_keras(loss_of, name: str, settings: dict[str, bool]) -> None:
    os.environ.setdefault("KERAS_BACKEND", "torch")
    import keras

    y = RNG.standard_normal((6, 4)).astype(np.float32)
    target = (RNG.random((6, 4)) < 0.5).astype(np.float32)
    if loss_of is hinge:
        target = 2 * target - 1
    theirs = getattr(keras.losses, name)(**settings)(torch.tensor(target), torch.tensor(y))
    assert loss_of(y, target)[0] == pytest.approx(float(theirs), rel=1e-5)


def test_kinks_of_losses() -> None:
    """Hit exactly, and the margin just reached: no gradient."""
    at = np.array([[1.0, -1.0]])
    for loss_of in (mean_absolute_error, huber, hinge):
        loss, dy = loss_of(at, at)
        assert loss == 0
        assert not dy.any()
    loss, dy = huber(np.array([[3.0]]), np.array([[2.0]]))
    assert (loss, dy[0, 0]) == (0.5, 1.0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_far_logits(dtype: type) -> None:
    z, right = np.array([[1e4, -1e4]], dtype), np.array([[1, 0]], dtype)
    loss, dz = binary_cross_entropy(z, right)
    assert loss == 0
    assert not dz.any()
    loss, dz = binary_cross_entropy(z, 1 - right)
    assert loss == 1e4
    np.testing.assert_array_equal(dz, [[0.5, -0.5]])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: huber(Y, Y, delta=0), "delta must be above 0, not 0"),
        (lambda: mean_absolute_error(Y, Y[:1]), "target must have y's shape (2, 3, 4)"),
        (lambda: binary_cross_entropy(Y, Y + 2), "target must lie between 0 and 1, not 2.0 … 2.0"),
        (lambda: binary_cross_entropy(Y, Y[:1]), "target must have logits's shape (2, 3, 4)"),
        (lambda: hinge(Y, Y), "target must be −1 or 1, not 0.0"),
    ],
)
def test_impossible_arguments_of_numbers(call, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        call()
