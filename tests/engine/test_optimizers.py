"""Optimizers against Keras, step by step, and against what they must never do."""

import os
from typing import Any

import numpy as np
import pytest
import torch

from engine.arrays import leaves, rebuild
from engine.clipping import clip_by_global_norm, clip_by_norm, clip_by_value, global_norm
from engine.optimizers import SGD, Adagrad, Adam, AdamW, Optimizer, RMSprop
from engine.regularizers import L2, added, penalty_gradients
from engine.rows import Rows

os.environ.setdefault("KERAS_BACKEND", "torch")
import keras

PAIRS = (
    (SGD(0.1), lambda: keras.optimizers.SGD(0.1)),
    (SGD(0.05, momentum=0.9), lambda: keras.optimizers.SGD(0.05, momentum=0.9)),
    (Adam(0.01), lambda: keras.optimizers.Adam(0.01)),
    (Adam(0.003, 0.8, 0.99, 1e-3), lambda: keras.optimizers.Adam(0.003, 0.8, 0.99, 1e-3)),
    (RMSprop(), keras.optimizers.RMSprop),
    (RMSprop(0.01, 0.8, 0.5, 1e-3), lambda: keras.optimizers.RMSprop(0.01, 0.8, 0.5, 1e-3)),
    (RMSprop(0.01, centered=True), lambda: keras.optimizers.RMSprop(0.01, centered=True)),
    (RMSprop(0.01, 0.7, 0.9, 1e-2, True), lambda: keras.optimizers.RMSprop(0.01, 0.7, 0.9, 1e-2, True)),
    (SGD(0.05, 0.9, nesterov=True), lambda: keras.optimizers.SGD(0.05, 0.9, nesterov=True)),
    (SGD(0.05, nesterov=True), lambda: keras.optimizers.SGD(0.05, nesterov=True)),
    # rates that float32 holds exactly: Keras rounds a decay more than the others
    (SGD(0.0625, 0.5, weight_decay=0.25), lambda: keras.optimizers.SGD(0.0625, 0.5, weight_decay=0.25)),
    (Adagrad(), keras.optimizers.Adagrad),
    (Adagrad(0.1, 0.5, 1e-3), lambda: keras.optimizers.Adagrad(0.1, 0.5, 1e-3)),
    (AdamW(), keras.optimizers.AdamW),
    (AdamW(0.01, 0.5, 0.8, 0.99, 1e-3), lambda: keras.optimizers.AdamW(0.01, 0.5, 0.8, 0.99, 1e-3)),
    (SGD(0.1, clipvalue=0.5), lambda: keras.optimizers.SGD(0.1, clipvalue=0.5)),
    (SGD(0.1, 0.5, clipnorm=1.5), lambda: keras.optimizers.SGD(0.1, 0.5, clipnorm=1.5)),
    (Adam(0.1, global_clipnorm=3), lambda: keras.optimizers.Adam(0.1, global_clipnorm=3)),
    (RMSprop(0.1, global_clipnorm=3), lambda: keras.optimizers.RMSprop(0.1, global_clipnorm=3)),
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
    return params, [rebuild(params, lambda _, a: rng.standard_normal(a.shape).astype(a.dtype)) for _ in range(100)]


@pytest.mark.parametrize(("ours", "theirs"), PAIRS, ids=[repr(ours) for ours, _ in PAIRS])
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
        (
            SGD(0.05, 0.9, nesterov=True, weight_decay=0),
            lambda w: torch.optim.SGD(w, 0.05, momentum=0.9, nesterov=True),
        ),
        # PyTorch's own weight_decay of SGD is L2: without momentum the same
        (SGD(0.05, weight_decay=0.3), lambda w: torch.optim.SGD(w, 0.05, weight_decay=0.3)),
        # ε stands elsewhere in PyTorch
        (
            Adagrad(0.1, 0.3, epsilon=1e-60),
            lambda w: torch.optim.Adagrad(w, 0.1, initial_accumulator_value=0.3, eps=1e-30),
        ),
        (Adagrad(0.1, 0, epsilon=1e-60), lambda w: torch.optim.Adagrad(w, 0.1, eps=1e-30)),
        (AdamW(0.01, epsilon=1e-30), lambda w: torch.optim.AdamW(w, 0.01, eps=1e-30, weight_decay=0.004)),
        (
            AdamW(0.03, 0.7, 0.8, 0.99, epsilon=1e-30),
            lambda w: torch.optim.AdamW(w, 0.03, (0.8, 0.99), 1e-30, weight_decay=0.7),
        ),
        (Adam(0.01, epsilon=1e-30), lambda w: torch.optim.Adam(w, 0.01, eps=1e-30)),
        (RMSprop(0.01, epsilon=1e-60), lambda w: torch.optim.RMSprop(w, 0.01, 0.9, 1e-30)),
        (
            RMSprop(0.01, 0.8, epsilon=1e-60, centered=True),
            lambda w: torch.optim.RMSprop(w, 0.01, 0.8, 1e-30, centered=True),
        ),
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


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_clipping(dtype: type) -> None:
    grads = ({"kernel": np.array([[3.0, -4.0]], dtype)}, {}, {"gamma": np.array([0.0, 0.3, -12.0], dtype)})
    assert global_norm(grads) == pytest.approx(np.sqrt(25 + 0.09 + 144))

    def clipped(tree: Any) -> list[Any]:
        assert all(array.dtype == dtype for _, array in leaves(tree))
        return [array.tolist() for _, array in leaves(tree)]

    assert clipped(clip_by_value(grads, 3.5)) == [[[3, -3.5]], [0, grads[2]["gamma"][1], -3.5]]
    kernel, gamma = (array for _, array in leaves(clip_by_norm(grads, 10)))
    np.testing.assert_array_equal(kernel, grads[0]["kernel"])  # short enough
    np.testing.assert_allclose(gamma, grads[2]["gamma"] * 10 / np.sqrt(144.09), rtol=1e-6)
    together = clip_by_global_norm(grads, 1)
    assert global_norm(together) == pytest.approx(1, rel=1e-6)
    for (_, g), (_, c) in zip(leaves(grads), leaves(together), strict=True):
        np.testing.assert_allclose(c, g / np.sqrt(169.09), rtol=1e-6)
    assert clipped(clip_by_global_norm(grads, 20)) == clipped(grads)


def test_clipping_is_that_of_pytorch() -> None:
    _, grads = problem()
    for limit in (0.1, 2.0, 100.0):
        weights = [torch.zeros(array.shape, dtype=torch.float64) for _, array in leaves(grads[0])]
        for weight, (_, g) in zip(weights, leaves(grads[0]), strict=True):
            weight.grad = torch.tensor(g)
        norm = torch.nn.utils.clip_grad_norm_(weights, limit)
        assert global_norm(grads[0]) == pytest.approx(float(norm), rel=1e-14)
        for weight, (_, ours) in zip(weights, leaves(clip_by_global_norm(grads[0], limit)), strict=True):
            # PyTorch divides by the norm + 1e-6
            np.testing.assert_allclose(ours, weight.grad.numpy(), rtol=1e-5)


def test_equal_gradients_have_no_variance_and_no_square_root_of_less_than_0() -> None:
    params = {"w": np.zeros(1, np.float32)}
    for new in walk(RMSprop(0.01, centered=True), params, [{"w": np.array([333.3], np.float32)}] * 300):
        assert np.isfinite(new["w"]).all()


def test_what_has_exploded_is_seen() -> None:
    """A float32 gradient of 1e30 has a length, though its square has none; of infinite length there is no direction."""
    large = {"w": np.full(4, 1e30, np.float32)}
    assert global_norm(large) == pytest.approx(2e30)
    np.testing.assert_allclose(clip_by_global_norm(large, 1)["w"], 0.5, rtol=1e-6)
    for clip in (clip_by_norm, clip_by_global_norm):
        for bad in (np.inf, np.nan):
            assert np.isnan(clip({"w": np.array([1.0, bad])}, 1)["w"]).all()
    assert np.isnan(clip_by_value({"w": np.array([np.nan])}, 1)["w"]).all()


@pytest.mark.parametrize(
    "optimizer",
    [
        SGD(0.1, 0.9),
        SGD(0.1, 0.9, nesterov=True, weight_decay=0.1),
        Adagrad(0.1),
        Adam(0.1),
        AdamW(0.1),
        RMSprop(0.1, 0.9, 0.5, centered=True),
        RMSprop(),
    ],
)
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


SOME = Rows(np.array([0, 3]), np.array([[1.0, -2.0], [0.5, 4.0]]), (5, 2))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (SGD(0.1), lambda w: torch.optim.SGD(w, 0.1)),
        (Adam(0.01, epsilon=1e-30), lambda w: torch.optim.SparseAdam(w, 0.01, eps=1e-30)),
    ],
)
def test_a_gradient_by_rows_steps_as_in_pytorch(ours: Optimizer, theirs: Any) -> None:
    """Other rows each time; Adam's averages of a row stand still while it has no gradient."""
    rng = np.random.default_rng(0)
    params: Any = ({"embeddings": rng.standard_normal((7, 3))},)
    weight = torch.tensor(params[0]["embeddings"], requires_grad=True)
    peer, slots = theirs([weight]), ours.init(params)
    for _ in range(20):
        indices = np.sort(rng.choice(7, rng.integers(1, 5), replace=False))
        values = rng.standard_normal((len(indices), 3))
        weight.grad = torch.sparse_coo_tensor(indices[None], values, (7, 3), check_invariants=True)
        peer.step()
        params, slots = ours.update(params, ({"embeddings": Rows(indices, values, (7, 3))},), slots)
        np.testing.assert_allclose(params[0]["embeddings"], weight.detach().numpy(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    "optimizer",
    [SGD(0.1, 0.9), SGD(0.1, 0.9, True), Adagrad(0.1), Adam(0.1), AdamW(0.1, 0.5), RMSprop(0.1, centered=True)],
)
def test_rows_without_a_gradient_stay_and_dense_gradients_beside_them_are_as_ever(optimizer: Optimizer) -> None:
    params, bias = {"embeddings": np.ones((5, 2)), "bias": np.arange(2.0)}, np.array([3.0, -1.0])
    slots = optimizer.init(params)
    for _ in range(3):
        params, slots = optimizer.update(params, {"embeddings": SOME, "bias": bias}, slots)
    np.testing.assert_array_equal(params["embeddings"][[1, 2, 4]], 1)
    alone, alone_slots = {"bias": np.arange(2.0)}, optimizer.init({"bias": bias})
    whole, whole_slots = {"w": np.ones((2, 2))}, optimizer.init({"w": SOME.values})
    for _ in range(3):
        alone, alone_slots = optimizer.update(alone, {"bias": bias}, alone_slots)
        whole, whole_slots = optimizer.update(whole, {"w": SOME.values}, whole_slots)
    np.testing.assert_array_equal(params["bias"], alone["bias"])
    np.testing.assert_array_equal(params["embeddings"][[0, 3]], whole["w"])
    assert all(np.isfinite(a).all() for _, a in leaves(slots))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [(Adagrad(0.1, 0.1, 1e-60), lambda w: torch.optim.Adagrad(w, 0.1, initial_accumulator_value=0.1, eps=1e-30))],
)
def test_adagrad_by_rows_is_that_with_the_whole_gradient(ours: Optimizer, theirs: Any) -> None:
    """A row without a gradient remembers nothing new and stays, also in the whole formula."""
    weight = torch.ones((5, 2), dtype=torch.float64, requires_grad=True)
    peer, params, slots = theirs([weight]), {"w": np.ones((5, 2))}, ours.init({"w": np.ones((5, 2))})
    for _ in range(20):
        weight.grad = torch.tensor(np.asarray(SOME))
        peer.step()
        params, slots = ours.update(params, {"w": SOME}, slots)
        np.testing.assert_allclose(params["w"], weight.detach().numpy(), rtol=1e-12)


def walk_penalised(optimizer: Optimizer, by: L2, params: Any, grads: list[Any]) -> Any:
    slots = optimizer.init(params)
    for grad in grads:
        params, slots = optimizer.update(params, added(grad, penalty_gradients(by, params)), slots)
    return params


def test_weight_decay_is_l2_under_sgd_and_something_else_under_adam() -> None:
    """Two weights of 5; the gradients of the first are a thousand times as large, and without a direction."""
    for seed in range(5):
        rng = np.random.default_rng(seed)
        params = {"kernel": np.array([[5.0], [5.0]])}
        grads = [{"kernel": rng.standard_normal((2, 1)) * [[10], [0.01]]} for _ in range(300)]
        decayed = walk(SGD(0.01, weight_decay=1.0), params, grads)[-1]["kernel"]
        np.testing.assert_allclose(walk_penalised(SGD(0.01), L2(0.5), params, grads)["kernel"], decayed, rtol=1e-10)
        # decoupled, both decay to 5 · 0.99³⁰⁰ = 0.25, give or take the steps themselves; as a penalty, neither does
        assert np.abs(walk(AdamW(0.01, 1.0), params, grads)[-1]["kernel"] - 5 * 0.99**300).max() < 0.5
        noisy, quiet = walk_penalised(Adam(0.01), L2(0.5), params, grads)["kernel"][:, 0]
        assert 5 - quiet > 1.5 * (5 - noisy) > 0


def test_by_rows_only_the_rows_that_are_there_decay() -> None:
    w, _ = SGD(0.1, weight_decay=0.5).update({"w": np.ones((5, 2))}, {"w": SOME}, SGD().init({"w": np.ones((5, 2))}))
    np.testing.assert_array_equal(w["w"][[1, 2, 4]], 1)
    np.testing.assert_allclose(w["w"][[0, 3]], 0.95 - 0.1 * SOME.values)


def test_momentum_moves_a_row_on_only_where_the_whole_gradient_is_given() -> None:
    """What the documentation says: by rows, a word that is not there stands still."""
    first, then = Rows(np.array([0]), np.ones((1, 2)), (2, 2)), Rows(np.array([1]), np.ones((1, 2)), (2, 2))
    moved = []
    for gradients in ([first, then], [np.asarray(first), np.asarray(then)]):
        w = walk(SGD(0.1, momentum=0.9), {"w": np.zeros((2, 2))}, [{"w": g} for g in gradients])
        moved.append(w[1]["w"][0, 0] - w[0]["w"][0, 0])
    assert moved == [0, pytest.approx(-0.09)]


@pytest.mark.parametrize("clip", [{"clipvalue": 1.5}, {"clipnorm": 2.0}, {"global_clipnorm": 2.0}])
@pytest.mark.parametrize("kind", [SGD, RMSprop])
def test_rows_are_clipped_as_the_whole_array_is(kind: Any, clip: dict[str, float]) -> None:
    params, bias = {"w": np.ones((5, 2)), "b": np.ones(2)}, np.array([3.0, -1.0])
    optimizer = kind(0.1, **clip)
    by_rows, _ = optimizer.update(params, {"w": SOME, "b": bias}, optimizer.init(params))
    whole, _ = optimizer.update(params, {"w": np.asarray(SOME), "b": bias}, optimizer.init(params))
    for name in params:
        np.testing.assert_allclose(by_rows[name], whole[name], rtol=1e-14)


def test_a_gradient_by_rows_writes_to_nothing() -> None:
    params, gradient = {"w": np.ones((5, 2))}, {"w": SOME}
    slots = Adam(0.1).init(params)
    for array in (params["w"], SOME.values, SOME.indices, *(a for _, a in leaves((slots.mean, slots.square)))):
        array.flags.writeable = False
    first, _ = Adam(0.1).update(params, gradient, slots)
    again, _ = Adam(0.1).update(params, gradient, slots)
    np.testing.assert_array_equal(first["w"], again["w"])


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
        (lambda: RMSprop(0.1, rho=1), "rho must be below 1, not 1"),
        (lambda: RMSprop(0.1, momentum=-1), "momentum must be at least 0, not -1"),
        (lambda: RMSprop(0.1, epsilon=0), "epsilon must be above 0, not 0"),
        (lambda: RMSprop(0.1, centered=1), "centered must be True or False, not 1"),
        (lambda: SGD(0.1, nesterov=1), "nesterov must be True or False, not 1"),
        (lambda: SGD(0.1, weight_decay=-1), "weight_decay must be at least 0, not -1"),
        (lambda: AdamW(0.1, "much"), "weight_decay must be a number, not 'much'"),
        (lambda: Adagrad(0.1, -1), "initial_accumulator_value must be at least 0, not -1"),
        (lambda: Adagrad(0.1, epsilon=0), "epsilon must be above 0, not 0"),
        (lambda: SGD(0.1, clipnorm=0), "clipnorm must be above 0, not 0"),
        (lambda: SGD(0.1, clipvalue="1"), "clipvalue must be a number, not '1'"),
        (lambda: Adam(0.1, global_clipnorm=-1), "global_clipnorm must be above 0, not -1"),
        (
            lambda: Adam(0.1, clipvalue=1, global_clipnorm=1),
            "only one of clipvalue, clipnorm, global_clipnorm can be set, not clipvalue, global_clipnorm",
        ),
    ],
)
def test_what_cannot_be_is_refused(make: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make()
