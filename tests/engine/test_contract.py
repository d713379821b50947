"""What `engine/layers/layer.py` promises, asked of every row of the case table."""

import inspect
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import FrozenInstanceError
from threading import Barrier
from typing import Any

import numpy as np
import pytest

import engine.layers
from engine.arrays import leaves, rebuild
from engine.gradient_check import Verdict, directional_check
from engine.kernels import workers
from engine.layers import Layer
from tests.cases import CASES, Case, generic

BATCH = 3
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
both_precisions = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def set_up(case: Case, dtype: type = np.float64, seed: int = 0) -> tuple[Any, np.ndarray, np.ndarray]:
    """Parameters, x and dy; biases are not left at zero, where a wrong one would not show."""
    rng = np.random.default_rng(seed)
    params, _ = case.layer.init(rng, case.input_shape, dtype)
    params = rebuild(params, lambda _, a: a + rng.uniform(0.1, 0.5, a.shape).astype(dtype))
    x = an_input(case, rng, (BATCH, *case.input_shape), dtype)
    return params, x, rng.standard_normal((BATCH, *case.output_shape)).astype(dtype)


def an_input(case: Case, rng: np.random.Generator, shape: tuple[int, ...], dtype: type) -> np.ndarray:
    if case.whole_numbers is None:
        return generic(rng, shape, dtype)
    return rng.integers(0, case.whole_numbers, shape)


def differentiable(case: Case, params: Any) -> list[str]:
    """What has a gradient."""
    return [*(["x"] if case.whole_numbers is None else []), *(path for path, _ in leaves(params))]


def run(case: Case, params: Any, x: np.ndarray, dy: np.ndarray) -> tuple[np.ndarray, np.ndarray, Any]:
    y, trace = case.forward(params, x)
    dx, grads = case.layer.backward(params, trace, dy)
    return y, dx, rebuild(grads, lambda _, gradient: np.asarray(gradient))  # rows as the array that they stand for


def bits(tree: Any) -> list[tuple[str, bytes]]:
    return [(path, np.asarray(array).tobytes()) for path, array in leaves(tree)]


def test_every_layer_has_a_row() -> None:
    public = {getattr(engine.layers, name) for name in engine.layers.__all__} - {Layer}
    missing = public - {type(case.layer) for case in CASES}
    assert not missing, f"no row in tests/cases.py: {sorted(layer.__name__ for layer in missing)}"


def test_every_layer_class_is_public() -> None:
    """A concrete layer that is not exported would escape the test above."""

    def ours(layer: type) -> set[type]:
        below = {child for child in layer.__subclasses__() if child.__module__.startswith("engine.layers")}
        return set().union(*map(ours, below)) if below else {layer}

    assert ours(Layer) == {getattr(engine.layers, name) for name in engine.layers.__all__} - {Layer}


@every_case
@both_precisions
def test_shapes_and_dtypes(case: Case, dtype: type) -> None:
    params, x, dy = set_up(case, dtype)
    y, dx, grads = run(case, params, x, dy)
    assert y.shape == dy.shape == (BATCH, *case.layer.output_shape(case.input_shape))
    assert dx is None if case.whole_numbers else dx.shape == x.shape
    assert {p: a.shape for p, a in leaves(grads)} == {p: a.shape for p, a in leaves(params)}
    assert {a.dtype for _, a in leaves((params, y, dx, grads))} == {np.dtype(dtype)}


@every_case
def test_counts(case: Case) -> None:
    params, _, _ = set_up(case)
    assert case.layer.output_shape(case.input_shape) == case.output_shape
    assert case.layer.parameter_shapes(case.input_shape) == {p: a.shape for p, a in leaves(params)}
    assert case.layer.parameter_count(case.input_shape) == case.parameters == sum(a.size for _, a in leaves(params))
    assert case.layer.operation_count(case.input_shape) == case.operations


@every_case
def test_init_is_a_function_of_its_generator(case: Case) -> None:
    def draw(seed: int, dtype: type = np.float64) -> Any:
        return case.layer.init(np.random.default_rng(seed), case.input_shape, dtype)[0]

    assert bits(draw(0)) == bits(draw(0))
    assert bits(rebuild(draw(0), lambda _, a: a.astype(np.float32))) == bits(draw(0, np.float32))
    if case.parameters and case.drawn:
        assert bits(draw(0)) != bits(draw(1))


@every_case
@pytest.mark.parametrize("seed", range(3))
def test_gradients(case: Case, seed: int) -> None:
    params, x, _ = set_up(case, seed=seed)
    checks = directional_check(case.layer, params, x, np.random.default_rng(seed), **case.keywords())
    assert [c.name for c in checks] == differentiable(case, params)
    assert {c.name: c.verdict for c in checks} == {c.name: Verdict.AGREES for c in checks}, checks


@every_case
def test_backward_refuses_parameters_that_are_not_those_of_forward(case: Case) -> None:
    """A kernel reads without bounds tests: what it is given must fit."""
    params, x, y = set_up(case)
    _, trace = case.forward(params, x)
    for path, array in leaves(params):
        for wrong in (np.concatenate([array, array]), array[:1][:0], array.astype(np.float32)):
            foreign = rebuild(params, lambda at, a, path=path, wrong=wrong: wrong if at == path else a)
            with pytest.raises(ValueError, match=path.rsplit(".", 1)[-1]):
                case.layer.backward(foreign, trace, np.ones(y.shape))


@every_case
def test_the_check_catches_a_wrong_gradient(case: Case) -> None:
    """Each gradient in turn is wrong by a hundred-thousandth, or missing; the others are found right."""
    params, x, _ = set_up(case)
    for wrong in differentiable(case, params):
        for spoil in (lambda a: a * (1 + 1e-5), lambda a: -a, lambda a: a * 0):
            checks = directional_check(
                _spoilt(case.layer, wrong, spoil), params, x, np.random.default_rng(1), **case.keywords()
            )
            assert [c.name for c in checks if c.verdict is Verdict.DISAGREES] == [wrong]


def _spoilt(layer: Layer, wrong: str, spoil: Callable[[np.ndarray], np.ndarray]) -> Any:
    class Spoilt:
        forward = staticmethod(layer.forward)

        @staticmethod
        def backward(params: Any, trace: Any, dy: np.ndarray) -> tuple[np.ndarray, Any]:
            dx, grads = layer.backward(params, trace, dy)
            grads = rebuild(grads, lambda path, a: spoil(np.asarray(a)) if path == wrong else a)
            return spoil(dx) if wrong == "x" else dx, grads

    return Spoilt()


@every_case
@both_precisions
def test_nothing_given_is_written(case: Case, dtype: type) -> None:
    params, x, dy = set_up(case, dtype)
    expected = bits(run(case, params, x, dy))
    given = deepcopy((params, x, dy))
    for _, array in leaves(given):
        array.flags.writeable = False
    params, x, dy = given
    y, trace = case.forward(params, x)
    for array in _arrays(trace):
        array.flags.writeable = False
    first = case.layer.backward(params, trace, dy)
    again = case.layer.backward(params, trace, dy)
    assert bits((y, *first)) == bits((y, *again)) == expected


@every_case
def test_what_is_returned_is_the_callers(case: Case) -> None:
    """Writable, and not the memory of anything that was given."""
    params, x, dy = set_up(case)
    for _, returned in leaves(run(case, params, x, dy)):
        assert returned.flags.writeable
        assert not any(np.shares_memory(returned, given) for _, given in leaves((params, x, dy)))


def _arrays(trace: Any) -> list[np.ndarray]:
    if isinstance(trace, np.ndarray):
        return [trace]
    if isinstance(trace, dict):
        return list(trace.values())
    return [array for part in trace for array in _arrays(part)] if isinstance(trace, tuple) else []


@every_case
def test_memory_layout_does_not_matter(case: Case) -> None:
    params, x, dy = set_up(case)
    expected = run(case, params, x, dy)
    strided = rebuild((params, x, dy), lambda _, a: np.repeat(a, 2, axis=-1)[..., ::2])
    fortran = rebuild((params, x, dy), lambda _, a: np.asfortranarray(a))
    for given in (strided, fortran):
        for (_, a), (_, b) in zip(leaves(run(case, *given)), leaves(expected), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-13, atol=1e-14)


@every_case
def test_eight_threads_give_the_same_bits(case: Case) -> None:
    inputs = [set_up(case, seed=seed) for seed in range(8)]
    alone = [bits(run(case, *given)) for given in inputs]
    start = Barrier(8)

    def together(given: Any) -> list[Any]:
        start.wait()
        return [bits(run(case, *given)) for _ in range(20)]

    with ThreadPoolExecutor(8) as pool:
        for expected, results in zip(alone, pool.map(together, inputs), strict=True):
            assert all(result == expected for result in results)


@every_case
@pytest.mark.parametrize("count", [2, 3, 8])
def test_the_number_of_workers_does_not_show(case: Case, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    given = set_up(case)
    serial = bits(run(case, *given))
    monkeypatch.setattr(workers, "WORTH_SPLITTING", 0)
    monkeypatch.setattr(workers, "WORKERS", count)
    assert bits(run(case, *given)) == serial


@every_case
def test_alone_as_in_a_batch(case: Case) -> None:
    params, x, dy = set_up(case)
    y, dx, grads = run(case, params, x, dy)
    alone = [run(case, params, x[b : b + 1], dy[b : b + 1]) for b in range(BATCH)]
    whole = (y,) if dx is None else (y, dx)
    if case.neighbours:
        assert not np.allclose(y[:1], alone[0][0])
        return
    together = tuple(np.concatenate([a[index] for a in alone]) for index in range(len(whole)))
    if case.exact_alone:
        assert bits(together) == bits(whole)
    for ours, theirs in zip(whole, together, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-13)
    # a layer never divides by the batch size: parameters' gradients add up
    for path, grad in leaves(grads):
        np.testing.assert_allclose(grad, sum(dict(leaves(a[2]))[path] for a in alone), rtol=1e-12, atol=1e-12)


@every_case
def test_an_empty_batch(case: Case) -> None:
    params, x, dy = set_up(case)
    y, dx, grads = run(case, params, x[:0], dy[:0])
    assert y.shape == (0, *case.output_shape)
    assert dx is None if case.whole_numbers else dx.shape == (0, *case.input_shape)
    assert all((grad == 0).all() for _, grad in leaves(grads))


@every_case
def test_mixed_dtypes_raise(case: Case) -> None:
    params, x, dy = set_up(case)
    if case.parameters or case.whole_numbers:
        with pytest.raises(ValueError, match="float32"):
            case.forward(params, x.astype(np.float32))
    if case.parameters and not case.whole_numbers:
        with pytest.raises(ValueError, match="float32"):
            case.forward(rebuild(params, lambda _, a: a.astype(np.float32)), x)
    if not case.whole_numbers:
        with pytest.raises(ValueError, match="int64"):
            case.forward(params, x.astype(np.int64))
    _, trace = case.forward(params, x)
    with pytest.raises(ValueError, match=r"dy is float32, but (x|embeddings) is float64"):
        case.layer.backward(params, trace, dy.astype(np.float32))


@every_case
def test_wrong_shapes_raise(case: Case) -> None:
    params, x, dy = set_up(case)
    for shape in case.wrong_shapes:
        with pytest.raises(ValueError, match=r"\d|\("):
            case.layer.output_shape(shape)
        with pytest.raises(ValueError, match=r"\d|\("):
            case.layer.init(np.random.default_rng(0), shape)
        with pytest.raises(ValueError, match=r"\d|\("):
            case.forward(params, np.zeros((BATCH, *shape)))
    _, trace = case.forward(params, x)
    for wrong in (dy[1:], dy[..., :0], dy[None]):
        with pytest.raises(ValueError, match="dy must have y's shape"):
            case.layer.backward(params, trace, wrong)


@every_case
def test_wrong_parameters_raise(case: Case) -> None:
    params, x, _ = set_up(case)
    for name, array in leaves(params):
        without = rebuild(params, lambda at, a, name=name: a[..., None] if at == name else a)
        last = name.split(".")[-1]
        with pytest.raises(ValueError, match=f"needs {last} of shape .* not .*{array.shape[-1]}, 1"):
            case.forward(without, x)


@every_case
def test_a_layer_is_a_value(case: Case) -> None:
    assert hash(case.layer) == hash(deepcopy(case.layer))
    assert case.layer == deepcopy(case.layer)
    with pytest.raises(FrozenInstanceError):
        case.layer.anything = 1  # type: ignore[attr-defined]


@every_case
def test_forward_takes_the_keywords_that_it_declares(case: Case) -> None:
    parameters = inspect.signature(case.layer.forward).parameters.values()
    assert {p.name for p in parameters if p.kind is p.KEYWORD_ONLY} == case.layer.uses


@every_case
@both_precisions
def test_nan_is_not_hidden(case: Case, dtype: type) -> None:
    params, x, _ = set_up(case, dtype)
    if case.whole_numbers:
        params = rebuild(params, lambda _, a: np.full_like(a, np.nan))
    y, trace = case.forward(params, x if case.whole_numbers else np.full_like(x, np.nan))
    assert np.isnan(y).all()
    dx, grads = case.layer.backward(params, trace, np.full_like(y, np.nan))
    if case.whole_numbers:
        assert all(np.isnan(grad).any() for _, grad in leaves(rebuild(grads, lambda _, a: np.asarray(a))))
        return
    assert np.isnan(dx).any(axis=tuple(range(1, dx.ndim))).all()
