"""Optimizers against Keras, step by step, and against what they must never do."""

import os
from typing import Any

import numpy as np
import pytest
import torch

from engine.arrays import leaves, rebuild
from engine.optimizers import SGD, Adam, Optimizer

os.environ.setdefault("KERAS_BACKEND", "torch")
import keras

PAIRS = (
    (SGD(0.1), lambda: keras.optimizers.SGD(0.1)),
    (SGD(0.05, momentum=0.9), lambda: keras.optimizers.SGD(0.05, momentum=0.9)),
    (Adam(0.01), lambda: keras.optimizers.Adam(0.01)),
    (Adam(0.003, 0.8, 0.99, 1e-3), lambda: keras.optimizers.Adam(0.003, 0.8, 0.99, 1e-3)),
)


def walk(optimizer: Optimizer, params: Any, grads: list[Any]) -> list[Any]:
    slots, seen = optimizer.init(params), []
    for grad in grads:
        params, slots = optimizer.update(params, grad, slots)
        seen.append(params)
    return seen


def problem(dtype: type = np.float64) -> tuple[Any, list[Any]]:
    rng = np.random.default_rng(0)
    params = ({"kernel": rng.standard_normal((3, 2)), "bias": rng.standard_normal(2)}, {}, {"gamma": np.ones(4)})
    params = rebuild(params, lambda _, array: array.astype(dtype))
    return params, [rebuild(params, lambda _, a: rng.standard_normal(a.shape).astype(a.dtype)) for _ in range(20)]


@pytest.mark.parametrize(("ours", "theirs"), PAIRS, ids=lambda pair: repr(pair)[:40])
def test_every_step_is_that_of_keras(ours: Optimizer, theirs: Any) -> None:
    params, grads = problem()
    variables = [keras.Variable(array, dtype="float64") for _, array in leaves(params)]
    optimizer = theirs()
    for grad, mine in zip(grads, walk(ours, params, grads), strict=True):
        optimizer.apply([torch.tensor(g) for _, g in leaves(grad)], variables)
        for variable, (_, array) in zip(variables, leaves(mine), strict=True):
            np.testing.assert_allclose(
                array, variable.numpy(), rtol=1e-6, atol=1e-7
            )  # Keras holds its rates in float32


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (SGD(0.1), lambda w: torch.optim.SGD(w, 0.1)),
        (SGD(0.05, momentum=0.9), lambda w: torch.optim.SGD(w, 0.05, momentum=0.9)),
        (Adam(0.01, epsilon=1e-30), lambda w: torch.optim.Adam(w, 0.01, eps=1e-30)),  # ε stands elsewhere in PyTorch
    ],
)
def test_every_step_is_that_of_pytorch(ours: Optimizer, theirs: Any) -> None:
    params, grads = problem()
    weights = [torch.tensor(array, requires_grad=True) for _, array in leaves(params)]
    optimizer = theirs(weights)
    for grad, mine in zip(grads, walk(ours, params, grads), strict=True):
        for weight, (_, g) in zip(weights, leaves(grad), strict=True):
            weight.grad = torch.tensor(g)
        optimizer.step()
        for weight, (_, array) in zip(weights, leaves(mine), strict=True):
            np.testing.assert_allclose(array, weight.detach().numpy(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("optimizer", [SGD(0.1, 0.9), Adam(0.1)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_nothing_that_is_given_is_written_to_and_the_dtype_stays(optimizer: Optimizer, dtype: type) -> None:
    params, grads = problem(dtype)
    given = [array.copy() for tree in (params, grads[0]) for _, array in leaves(tree)]
    for tree in (params, *grads):
        for _, array in leaves(tree):
            array.flags.writeable = False
    slots = optimizer.init(params)
    first, later = optimizer.update(params, grads[0], slots)
    again, _ = optimizer.update(params, grads[0], slots)
    assert all(np.array_equal(a, b) for (_, a), (_, b) in zip(leaves(first), leaves(again), strict=True))
    assert all(array.dtype == dtype for _, array in leaves(first))
    assert all(array.dtype == dtype for _, array in leaves(later._replace(**_without_count(later))))
    after = [array for tree in (params, grads[0]) for _, array in leaves(tree)]
    assert all(np.array_equal(a, b) for a, b in zip(given, after, strict=True))


def _without_count(slots: Any) -> dict[str, Any]:
    return {"steps": None} if "steps" in slots._fields else {}


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: SGD(0), "learning_rate must be above 0, not 0"),
        (lambda: SGD(float("nan")), "learning_rate must be finite, not nan"),
        (lambda: SGD(float("inf")), "learning_rate must be finite, not inf"),
        (lambda: SGD("fast"), "learning_rate must be a number, not 'fast'"),
        (lambda: SGD(True), "learning_rate must be a number, not True"),
        (lambda: SGD(0.1, momentum=1), "momentum must be below 1, not 1"),
        (lambda: SGD(0.1, momentum=-0.1), "momentum must be at least 0, not -0.1"),
        (lambda: Adam(0.1, beta_1=1.0), "beta_1 must be below 1, not 1.0"),
        (lambda: Adam(0.1, beta_2=-1), "beta_2 must be at least 0, not -1"),
        (lambda: Adam(0.1, epsilon=0), "epsilon must be above 0, not 0"),
    ],
)
def test_what_cannot_be_is_refused(make: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make()
