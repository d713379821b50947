"""Linear regression with a penalty: its steps against PyTorch, its end against what a minimum must fulfil."""

import re
import tracemalloc
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from engine.gradient_check import agrees, numerical_gradient
from engine.linear import Descent, LinearProblem, at, proximal_step, subgradient_step
from engine.regularizers import L1, L1L2, L2

KINDS = (L1(0.3), L2(0.3), L1L2(0.2, 0.1))
every_kind = pytest.mark.parametrize("by", KINDS, ids=repr)


def problem(seed: int = 0, n: int = 30, p: int = 50, dtype: type = np.float64) -> LinearProblem:
    """Five features matter."""
    rng = np.random.default_rng(seed)
    x, true = rng.standard_normal((n, p)), np.zeros(p)
    true[:5] = [2, -1, 1.5, -3, 1]
    return LinearProblem(x.astype(dtype), (x @ true + 0.3 * rng.standard_normal(n)).astype(dtype))


def solved(it: LinearProblem, by: L1L2, count: int = 3000) -> Descent:
    rate, here = it.safe_rate(), at(np.zeros(it.x.shape[1]))
    for _ in range(count):
        here = proximal_step(it, by, rate, here, accelerated=True)
    return here


@pytest.mark.parametrize("seed", range(5))
def test_loss_and_gradient(seed: int) -> None:
    it, w = problem(seed), np.random.default_rng(seed).standard_normal(50)
    given = torch.tensor(w, requires_grad=True)
    loss = F.mse_loss(torch.tensor(it.x) @ given, torch.tensor(it.target))
    loss.backward()
    assert it.loss(w) == pytest.approx(loss.item(), rel=1e-12)
    np.testing.assert_allclose(it.gradient(w), given.grad.numpy(), rtol=1e-10, atol=1e-12)
    assert agrees(it.gradient(w), numerical_gradient(it.loss, w), it.loss(w)).all()


@every_kind
def test_steps_are_those_of_pytorch(by: L1L2) -> None:
    it = problem()
    x, t, rate = torch.tensor(it.x), torch.tensor(it.target), it.safe_rate()
    plain, subgradient = at(np.zeros(50)), np.ones(50)
    w, v = torch.zeros(50, dtype=torch.float64, requires_grad=True), torch.ones(50, dtype=torch.float64)
    v.requires_grad_()
    for _ in range(100):
        plain, subgradient = proximal_step(it, by, rate, plain), subgradient_step(it, by, rate, subgradient)
        (dw,) = torch.autograd.grad(F.mse_loss(x @ w, t), w)
        total = F.mse_loss(x @ v, t) + by.l1 * v.abs().sum() + by.l2 * (v * v).sum()
        (dv,) = torch.autograd.grad(total, v)
        with torch.no_grad():
            w.copy_(F.softshrink(w - rate * dw, rate * by.l1) / (1 + 2 * rate * by.l2))
            v -= rate * dv
        np.testing.assert_allclose(plain.w, w.detach().numpy(), rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(subgradient, v.detach().numpy(), rtol=1e-10, atol=1e-12)


@every_kind
def test_accelerated_steps_are_those_of_the_paper(by: L1L2) -> None:
    """Beck and Teboulle, (4.1) to (4.3), with its own names: y is where the gradient is taken, t the inertia."""
    it = problem()
    a, b, rate, here = torch.tensor(it.x), torch.tensor(it.target), it.safe_rate(), at(np.zeros(50))
    x, y, t = torch.zeros(50, dtype=torch.float64), torch.zeros(50, dtype=torch.float64), 1.0
    for _ in range(100):
        here = proximal_step(it, by, rate, here, accelerated=True)
        y = y.requires_grad_()
        (dy,) = torch.autograd.grad(F.mse_loss(a @ y, b), y)
        before, after = t, (1 + (1 + 4 * t * t) ** 0.5) / 2
        new = F.softshrink(y.detach() - rate * dy, rate * by.l1) / (1 + 2 * rate * by.l2)
        x, y, t = new, new + (before - 1) / after * (new - x), after
        np.testing.assert_allclose(here.w, x.numpy(), rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(here.ahead, y.numpy(), rtol=1e-10, atol=1e-12)


@every_kind
def test_the_loss_falls_with_every_step_at_the_safe_rate_and_not_at_any(by: L1L2) -> None:
    it = problem()

    def losses(rate: float) -> np.ndarray:
        here, seen = at(np.zeros(50)), []
        for _ in range(200):
            here = proximal_step(it, by, rate, here)
            seen.append(it.loss(here.w) + by.value(here.w))
        return np.array(seen)

    assert (np.diff(losses(it.safe_rate())) <= 1e-12).all()
    # an elastic net or L2 shrinks away part of what is too long: far too long is too long for all
    with np.errstate(all="ignore"):
        assert not (np.diff(losses(5 * it.safe_rate())) <= 0).all()


@every_kind
@pytest.mark.parametrize("seed", range(5))
def test_the_end_is_a_minimum(by: L1L2, seed: int) -> None:
    """Where w is not 0 the pulls balance; where it is, the data's is at most l1. L2 alone: the equations of ridge."""
    it = problem(seed)
    w = solved(it, by).w
    pull = it.gradient(w) + 2 * by.l2 * w
    np.testing.assert_allclose(pull[w != 0], -by.l1 * np.sign(w[w != 0]), atol=1e-9)
    assert (np.abs(pull[w == 0]) <= by.l1 + 1e-9).all()
    assert ((w == 0).sum() > 10) if by.l1 else ((w == 0).sum() == 0)
    if not by.l1:
        n = len(it.x)
        ridge = np.linalg.solve(it.x.T @ it.x / n + by.l2 * np.eye(50), it.x.T @ it.target / n)
        np.testing.assert_allclose(w, ridge, atol=1e-9)


def test_acceleration_gets_there_in_fewer_steps() -> None:
    for seed in range(3):
        it, by = problem(seed), L1(0.1)
        rate, least = it.safe_rate(), solved(it, by).w
        plain = fast = at(np.zeros(50))
        for _ in range(150):
            plain, fast = proximal_step(it, by, rate, plain), proximal_step(it, by, rate, fast, accelerated=True)

        def above(here: Descent, it: LinearProblem = it, by: L1L2 = by, least: np.ndarray = least) -> float:
            return it.loss(here.w) + by.value(here.w) - it.loss(least) - by.value(least)

        assert 0 <= above(fast) < above(plain) / 10


def test_from_the_largest_l1_on_nothing_is_left() -> None:
    it = problem()
    assert not solved(it, L1(it.largest_l1()), 200).w.any()
    assert solved(it, L1(0.99 * it.largest_l1()), 200).w.any()


@pytest.mark.parametrize("shape", [(30, 50), (50, 30)])
def test_the_safe_rate_is_that_of_the_largest_singular_value(shape: tuple[int, int]) -> None:
    it = problem(0, *shape)
    assert it.safe_rate() == pytest.approx(shape[0] / (2 * np.linalg.norm(it.x, 2) ** 2), rel=1e-10)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtypes_stay_and_nothing_is_written_to(dtype: type) -> None:
    it, w = problem(dtype=dtype), np.ones(50, dtype)
    for array in (it.x, it.target, w):
        array.flags.writeable = False
    here = at(w)
    for _ in range(3):
        here = proximal_step(it, L1(0.1), 0.01, here, accelerated=True)
    assert here.w.dtype == here.ahead.dtype == subgradient_step(it, L1(0.1), 0.01, w).dtype == dtype


def test_ten_thousand_features_are_never_copied() -> None:
    """400 examples of 10,000 features, 20 of which matter: a step allocates a hundredth of the data, and finds them."""
    rng = np.random.default_rng(0)
    x, true = rng.standard_normal((400, 10_000), np.float32), np.zeros(10_000, np.float32)
    relevant = rng.choice(10_000, 20, replace=False)
    true[relevant] = rng.choice([-1, 1], 20) * rng.uniform(1, 2, 20)
    it = LinearProblem(x, x @ true + np.float32(0.5) * rng.standard_normal(400, np.float32))
    assert it.x is x
    by, rate, here = L1(0.1 * it.largest_l1()), it.safe_rate(), at(np.zeros(10_000, np.float32))
    tracemalloc.start()
    for _ in range(150):
        here = proximal_step(it, by, rate, here, accelerated=True)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < x.nbytes / 50
    found = np.flatnonzero(here.w)
    assert set(relevant) <= set(found)
    assert len(found) < 400


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda x, t: LinearProblem(x[0], t), "x must have the shape (n, p)"),
        (lambda x, t: LinearProblem(x[:0], t[:0]), "at least one number, not (0, 3)"),
        (lambda x, t: LinearProblem(x.astype(int), t), "x must be float32 or float64"),
        (lambda x, t: LinearProblem(x, t[:2]), "target must have the shape (4,), not (2,)"),
        (lambda x, t: LinearProblem(x, t.astype(np.float32)), "target is float32, but x is float64"),
        (lambda x, t: LinearProblem(x, t).gradient(np.ones(4)), "w must have the shape (3,), not (4,)"),
        (lambda x, t: LinearProblem(x, t).loss(np.ones(3, np.float32)), "w is float32, but x is float64"),
        (lambda x, t: LinearProblem(0 * x, t).safe_rate(), "x must have a number that is not 0"),
        (lambda x, t: proximal_step(LinearProblem(x, t), L1(), 0, at(x[0])), "rate must be above 0, not 0"),
        (lambda x, t: subgradient_step(LinearProblem(x, t), L1(), -1, x[0]), "rate must be above 0, not -1"),
    ],
)
def test_what_cannot_be_is_refused(make: Any, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        make(np.ones((4, 3)), np.ones(4))
