"""The Flatten lesson: its lens against the engine, its claim, its scripts against PyTorch and Keras."""

import contextlib
import io
import random
import re
from typing import Any

import numpy as np
import pytest

from engine.gradient_check import agrees
from engine.layers import Dense
from experiments.flatten import order
from experiments.flatten.code import keras, pytorch
from experiments.flatten.facts import facts
from experiments.flatten.questions import question_numbers
from experiments.flatten.scene import scene
from experiments.flatten.spec import AXES, ORDERS, FlattenSpec
from experiments.flatten.unrolled import unrolled
from experiments.scene import evaluate, values
from tests.test_claims_table import told

SETTINGS = [
    *(FlattenSpec(order=name) for name in ORDERS),
    *(FlattenSpec(2, 3, 4, name, 7) for name in ORDERS),
    *(FlattenSpec().surprise(random.Random(seed)) for seed in range(6)),
]
every = pytest.mark.parametrize("spec", SETTINGS, ids=str)


def run(script: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(script, names)
    return names


@every
def test_the_steps_of_the_lens_give_the_engines_cells(spec: FlattenSpec) -> None:
    shown = scene(spec)
    for step in shown.steps:
        np.testing.assert_array_equal(evaluate(shown, step), values(shown, step.target))


@every
def test_the_gradient_passes_the_gradient_check(spec: FlattenSpec) -> None:
    u = unrolled(spec)
    assert agrees(u.dx, u.numeric, u.loss).all()
    np.testing.assert_array_equal(u.dx, u.x)


@every
def test_numbers_stand_where_numpy_puts_them(spec: FlattenSpec) -> None:
    x = spec.input()
    by_numpy = {
        ORDERS[0]: x.ravel(),
        ORDERS[1]: np.concatenate([x[:, j].ravel() for j in range(spec.columns)]),
        ORDERS[2]: np.concatenate([x[..., k].ravel() for k in range(spec.channels)]),
    }
    np.testing.assert_array_equal(unrolled(spec).y, by_numpy[spec.order])


@every
def test_index_maps_agree_and_the_round_trip_is_exact(spec: FlattenSpec) -> None:
    result = order.order(spec)
    assert result.by_formula
    assert result.exact
    for places in result.places.values():
        assert sorted(places.ravel()) == list(range(places.size))


def test_a_wrong_formula_is_noticed() -> None:
    shape = (2, 3, 4)
    right, wrong = (np.fromfunction(lambda *i, a=a: order.index(i, shape, a), shape) for a in ((0, 1, 2), (1, 0, 2)))
    places = order.placed(shape, AXES[ORDERS[0]])
    assert np.array_equal(places, right)
    assert not np.array_equal(places, wrong)


def test_the_example_of_the_notes() -> None:
    """FL1."""
    result = order.order(FlattenSpec())
    assert told("FL1", "[10, 10, 64] gives #") == [result.flat]
    counts = [parameters for _, parameters in order.heads().values()]
    assert told("FL1", "Dense(10) has # parameters behind it, # behind global pooling") == counts
    assert told("FL1", "change by up to #") == pytest.approx([result.mixed], abs=6e-3)
    assert result.sorted < 1e-12
    assert order.show(FlattenSpec()).numbers["flat"] == "6,400"


@every
def test_the_scripts_give_the_same_numbers(spec: FlattenSpec) -> None:
    u = unrolled(spec)
    theirs, others = run(pytorch(spec)), run(keras(spec))
    np.testing.assert_array_equal(theirs["y"].detach().numpy(), u.y)
    np.testing.assert_array_equal(others["y"].detach().numpy(), u.y)
    np.testing.assert_allclose(theirs["x"].grad.numpy(), u.dx, rtol=1e-15)
    np.testing.assert_allclose(others["gradient"].numpy(), u.dx, rtol=1e-15)


@every
def test_facts_and_questions_are_the_engines(spec: FlattenSpec) -> None:
    assert facts(spec)[0][1] == f"({unrolled(spec).y.size},)"
    numbers, size = question_numbers(spec), unrolled(spec).y.size
    assert numbers["size"] == str(size)
    heads = [Dense(10).parameter_count((n,)) for n in (size, spec.channels)]
    assert [numbers["weights"], numbers.get("weights_channels", numbers["weights"])] == list(map(str, heads))
    assert numbers["weights_only"] == str(heads[0] - 10)


@every
def test_the_cells_that_the_text_names_stand_there(spec: FlattenSpec) -> None:
    vector, numbers = unrolled(spec).y, order.show(spec).numbers
    x = spec.input()
    for cell, place in (("cell", "goes"), ("last", "last_goes")):
        at = tuple(int(n) for n in re.findall(r"\d+", numbers[cell]))
        assert vector[int(numbers[place])] == x[at]
    assert numbers["cell"] == f"x[{spec.rows - 1}, 0, {spec.channels - 1}]"
