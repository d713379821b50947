"""Embedding against PyTorch and Keras on random settings, and what is promised beyond the contract."""

import os
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from engine.layers import Dense, Embedding, Flatten, Layer
from engine.network import Sequential
from engine.rows import Rows

os.environ.setdefault("KERAS_BACKEND", "torch")
import keras


def setting(seed: int) -> tuple[int, int, np.ndarray, np.ndarray, np.ndarray]:
    """V, D, W, x and dy; words repeat, and x has none to three axes after the batch."""
    rng = np.random.default_rng(seed)
    vocabulary, size = int(rng.integers(1, 30)), int(rng.integers(1, 12))
    x = rng.integers(0, vocabulary, tuple(rng.integers(1, 6, rng.integers(1, 5))))
    return (
        vocabulary,
        size,
        rng.standard_normal((vocabulary, size)),
        x,
        rng.standard_normal((*x.shape, size)),
    )


def run(layer: Embedding, w: np.ndarray, x: np.ndarray, dy: np.ndarray) -> tuple[np.ndarray, Any]:
    y, trace = layer.forward({"embeddings": w}, x)
    dx, grads = layer.backward({"embeddings": w}, trace, dy)
    assert dx is None
    return y, grads["embeddings"]


@pytest.mark.parametrize("seed", range(60))
def test_as_pytorch_dense_and_by_rows(seed: int) -> None:
    vocabulary, size, w, x, dy = setting(seed)
    for sparse in (False, True):
        y, gradient = run(Embedding(vocabulary, size, sparse_gradient=sparse), w, x, dy)
        table = torch.tensor(w, requires_grad=True)
        ty = F.embedding(torch.tensor(x), table, sparse=sparse)
        ty.backward(torch.tensor(dy))
        np.testing.assert_array_equal(y, ty.detach().numpy())
        if sparse:
            theirs = table.grad.coalesce()
            np.testing.assert_array_equal(gradient.indices, theirs.indices()[0].numpy())
            np.testing.assert_allclose(gradient.values, theirs.values().numpy(), rtol=1e-10, atol=1e-10)
            assert gradient.shape == tuple(theirs.shape)
        else:
            np.testing.assert_allclose(gradient, table.grad.numpy(), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("seed", range(10))
def test_as_keras(seed: int) -> None:
    vocabulary, size, w, x, dy = setting(seed)
    layer = keras.layers.Embedding(vocabulary, size, dtype="float64", mask_zero=True)
    layer.build()
    layer.embeddings.assign(w)
    ours = Embedding(vocabulary, size, mask_zero=True)
    y, gradient = run(ours, w, x, dy)
    theirs = layer(torch.tensor(x))
    theirs.backward(torch.tensor(dy))
    np.testing.assert_array_equal(y, theirs.detach().numpy())
    np.testing.assert_allclose(gradient, layer.embeddings.value.grad.numpy(), rtol=1e-10, atol=1e-10)
    _, trace = ours.forward({"embeddings": w}, x)
    np.testing.assert_array_equal(trace.mask, layer.compute_mask(torch.tensor(x)).numpy())


def test_the_defaults_are_those_of_keras() -> None:
    theirs, ours = keras.layers.Embedding(7, 3).get_config(), Embedding(7, 3)
    assert (ours.input_dim, ours.output_dim, ours.mask_zero) == tuple(
        theirs[name] for name in ("input_dim", "output_dim", "mask_zero")
    )
    initial = theirs["embeddings_initializer"]
    assert (initial["class_name"], initial["config"]["maxval"]) == ("RandomUniform", 0.05)
    w = ours.init(np.random.default_rng(0), ())[0]["embeddings"]
    assert np.abs(w).max() <= 0.05


@pytest.mark.parametrize("seed", range(10))
def test_it_is_the_product_with_one_hot_rows(seed: int) -> None:
    vocabulary, size, w, x, dy = setting(seed)
    onehot = np.eye(vocabulary)[x]
    dense, params = Dense(size, use_bias=False), {"kernel": w}
    expected, trace = dense.forward(params, onehot)
    _, grads = dense.backward(params, trace, dy)
    y, gradient = run(Embedding(vocabulary, size), w, x, dy)
    np.testing.assert_array_equal(y, expected)
    np.testing.assert_allclose(gradient, grads["kernel"], rtol=1e-12, atol=1e-12)


def test_a_repeated_word_gets_the_sum_and_others_nothing() -> None:
    dy = np.array([[[1.0, 2.0], [10.0, 20.0], [100.0, 200.0]]])
    _, gradient = run(Embedding(4, 2), np.zeros((4, 2)), np.array([[3, 1, 3]]), dy)
    np.testing.assert_array_equal(gradient, [[0, 0], [10, 20], [0, 0], [101, 202]])


def test_by_rows_a_large_table_is_never_filled() -> None:
    """1.5 million numbers stand for two rows."""
    layer = Embedding(500_000, 3, sparse_gradient=True)
    w = np.zeros((500_000, 3), np.float32)
    _, gradient = run(layer, w, np.array([[499_999, 7, 7]]), np.ones((1, 3, 3), np.float32))
    assert isinstance(gradient, Rows)
    np.testing.assert_array_equal(gradient.indices, [7, 499_999])
    np.testing.assert_array_equal(gradient.values, [[2, 2, 2], [1, 1, 1]])
    assert gradient.shape == w.shape
    assert gradient.dtype == np.asarray(gradient).dtype == np.float32
    assert np.asarray(gradient, np.float64).dtype == np.float64


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int32, np.uint64, np.int64])
def test_every_kind_of_whole_number(dtype: type) -> None:
    w, x = np.arange(6.0).reshape(3, 2), np.array([[2, 0]], dtype)
    y, gradient = run(Embedding(3, 2), w, x, np.ones((1, 2, 2)))
    np.testing.assert_array_equal(y[0], w[[2, 0]])
    np.testing.assert_array_equal(gradient, [[1, 1], [0, 0], [1, 1]])


@pytest.mark.parametrize(
    ("x", "words"),
    [
        (np.array([[0, 5]]), "x must be 0 … 4, as input_dim is 5, not 5"),
        (np.array([[-1, 4]]), "x must be 0 … 4, as input_dim is 5, not -1"),
        (np.array([[0.0, 1.0]]), "takes whole numbers.*x is float64"),
        (np.array([[True]]), "takes whole numbers.*x is bool"),
        (np.array(3), "takes a batch"),
    ],
)
def test_words_that_are_not_in_the_table(x: np.ndarray, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Embedding(5, 2).forward({"embeddings": np.zeros((5, 2))}, x)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Embedding(0, 2), "input_dim must be at least 1, not 0"),
        (lambda: Embedding(3, 2.0), "output_dim must be an integer, not 2.0"),
        (lambda: Embedding(3, 2, "xavier"), "an initializer must be one of"),
        (lambda: Embedding(3, 2, mask_zero=1), "mask_zero must be True or False, not 1"),
        (lambda: Embedding(3, 2, sparse_gradient="yes"), "sparse_gradient must be True or False"),
    ],
)
def test_what_cannot_be_is_refused(make: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make()


class ListeningTrace(NamedTuple):
    heard: Any  # the mask that the layer was offered


class Listening(Flatten):
    uses = frozenset({"mask"})

    def forward(self, params: Any, x: np.ndarray, *, mask: Any) -> Any:
        return super().forward(params, x)[0], ListeningTrace(mask)


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("mask_zero", [False, True])
@pytest.mark.parametrize("given", [None, np.array([[True, True, False]])])
def test_a_network_hands_the_mask_on(nested: bool, mask_zero: bool, given: np.ndarray | None) -> None:
    """As in Keras, the words' own mask takes the place of one that is given."""
    table: Layer = Embedding(5, 2, mask_zero=mask_zero)
    network = Sequential([Sequential([table]) if nested else table, Listening()])
    params, state = network.init(np.random.default_rng(0), (3,))
    _, trace = network.forward(params, np.array([[3, 0, 2]]), state=state, mask=given)
    np.testing.assert_array_equal(trace.children[1].heard, [[True, False, True]] if mask_zero else given)
