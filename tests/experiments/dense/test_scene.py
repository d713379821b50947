"""What stands on the first screen: every number of the layer, once more by other ways."""

import dataclasses
import random

import numpy as np
import pytest

from engine.gradient_check import Verdict, verdicts
from engine.layers.activation import Activation
from experiments.dense.facts import facts
from experiments.dense.forward import differences, run
from experiments.dense.scene import kink, scene, scene_of
from experiments.dense.spec import ACTIVATIONS, DIGIT, KINKS, DenseSpec, averaged
from experiments.live import payload
from experiments.scene import evaluate, pack, values
from experiments.scene.activations import ACTIVATIONS as FUNCTIONS_OF

SETTINGS = [
    DenseSpec(),
    *(DenseSpec(activation=name, data=DIGIT, example=7) for name in ACTIVATIONS),
    DenseSpec(use_bias=False, inputs=1, units=1),
    DenseSpec(inputs=8, units=8, activation="linear", use_bias=False),
    DenseSpec(edits="x0:2.5,w1:-3,b0:0.5"),
    *(dataclasses.replace(DenseSpec().surprise(random.Random(seed)), seed=seed) for seed in range(5)),
]
every_setting = pytest.mark.parametrize("spec", SETTINGS, ids=str)


@every_setting
def test_the_steps_of_the_lens_give_the_engines_cells(spec: DenseSpec) -> None:
    picture = scene(spec)
    made = {step.target for step in picture.steps}
    assert {grid.id for grid in picture.grids} - made == {"x", "w", "t"} | ({"b"} if spec.use_bias else set())
    for step in picture.steps:
        np.testing.assert_allclose(evaluate(picture, step), values(picture, step.target), rtol=1e-12, atol=1e-13)


@every_setting
def test_every_gradient_passes_the_gradient_check(spec: DenseSpec) -> None:
    found = run(spec)
    numeric = differences(spec, found)
    assert numeric is not None
    for name in numeric._fields:
        if getattr(numeric, name) is not None:
            assert Verdict.DISAGREES not in verdicts(getattr(found, name), getattr(numeric, name), found.loss)
    off = verdicts(1.001 * found.dw + 1e-3, numeric.dw, found.loss)
    assert Verdict.DISAGREES in off


def test_a_planted_wrong_cell_is_noticed() -> None:
    """A gradient that passes a unit at rest: ReLU forgotten on the way back."""
    spec = DenseSpec(seed=next(seed for seed in range(9) if run(DenseSpec(seed=seed)).a.min() < 0))
    found = run(spec)
    picture = scene_of(spec, found._replace(da=found.dy), differences(spec, found))
    step = next(step for step in picture.steps if step.target == "da")
    assert np.abs(evaluate(picture, step) - values(picture, "da")).max() > 0.01


@pytest.mark.parametrize("activation", KINKS)
def test_on_a_kink_nothing_is_compared(activation: str) -> None:
    places, taken = KINKS[activation]
    for place in places:
        spec = DenseSpec(inputs=1, units=1, activation=activation, edits=f"x0:0,b0:{place:g}")
        found = run(spec)
        assert found.a.tolist() == [place]
        assert differences(spec, found) is None
        assert {grid.unchecked for grid in scene(spec).grids if grid.lane == 1} == {kink(spec)}
        # what is taken there
        assert float(found.da[0] / found.dy[0]) == pytest.approx(float(taken), abs=0.005)


@pytest.mark.parametrize("name", FUNCTIONS_OF)
def test_the_lens_tells_the_functions_of_the_engine(name: str) -> None:
    layer, a = ACTIVATIONS[name], np.linspace(-8, 8, 321)
    assert isinstance(layer, Activation)
    np.testing.assert_allclose(FUNCTIONS_OF[name].f(a), layer.function(a), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(FUNCTIONS_OF[name].slope(a), layer.slope(a), rtol=1e-12, atol=1e-15)


def test_a_digit_keeps_its_ink() -> None:
    """Each of the 3 × 3 numbers is the mean of its part: all of them together that of the digit."""
    from engine.datasets import digits

    for example in range(5):
        assert averaged(example).mean() == pytest.approx(digits().images[example].mean(), abs=0.005)
    assert averaged(0).reshape(3, 3)[1, 1] < averaged(0).max() / 2  # a 0 has its hole in the middle


def test_facts_are_the_sizes_of_the_arrays() -> None:
    for spec in SETTINGS:
        found, told = run(spec), {label: value for label, value, _ in facts(spec)}
        count = found.w.size + (0 if found.b is None else found.b.size)
        assert told["Parameters"] == str(count)
        assert told["Multiply–adds"] == str(found.w.size)
        assert told["Output shape"] == str(found.y.shape)
        assert told["Memory"] == f"{4 * (count + found.y.size)} bytes"


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"edits": "w99:1"}, "no cell 99 in the kernel"),
        ({"edits": "b0:1", "use_bias": False}, "no cell 0 in the bias"),
        ({"units": 0}, "units"),
    ],
)
def test_what_cannot_be_is_refused(wrong: dict, rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        DenseSpec(**wrong)


def test_an_address_gives_the_scene_of_the_page() -> None:
    spec = DenseSpec(edits="w4:2.5", units=2)
    address = {f"dense_{name}": value for name, value in spec.address().items()}
    assert payload("dense", address) == pack(scene(spec))
    assert payload("dense", {"grid": "x", "cell": "1", "value": "2"}) == pack(scene(DenseSpec(edits="x1:2")))
