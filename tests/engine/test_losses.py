import re

import numpy as np
import pytest

from engine.gradient_check import agrees, numerical_gradient
from engine.losses import softmax_cross_entropy


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
