"""What stands on the first screen: every number of the network, once more by other ways, at every step."""

import dataclasses
import random
from itertools import pairwise

import numpy as np
import pytest

from engine.gradient_check import Verdict, verdicts
from engine.layers import Dense, Dropout
from experiments.dropout.facts import facts
from experiments.dropout.network import FIRST, GRADIENTS, SECOND, STEPS, UNITS, differences, example, run, weights
from experiments.dropout.scene import scene, scene_of
from experiments.dropout.spec import INFERENCE, MODES, DropoutSpec
from experiments.live import payload
from experiments.scene import evaluate, pack, values

SETTINGS = [
    DropoutSpec(),
    DropoutSpec(mode=INFERENCE),
    DropoutSpec(rate=0.5, learning_rate=0.02, seed=3),
    DropoutSpec(rate=0.8, learning_rate=0.02),
    DropoutSpec(rate=0.0, seed=7),
    DropoutSpec(rate=0.95, seed=1),
    DropoutSpec(rate=0.9, learning_rate=0.02),
    *(dataclasses.replace(DropoutSpec().surprise(random.Random(seed)), seed=seed) for seed in range(5)),
]
every_setting = pytest.mark.parametrize("spec", SETTINGS, ids=str)


@every_setting
def test_the_steps_of_the_lens_give_the_engines_cells(spec: DropoutSpec) -> None:
    picture = scene(spec)
    made = {step.target for step in picture.steps}
    assert made == {"h1", "d1", "h2", "d2", "y", *(f"d{name}" for name in GRADIENTS)}
    for frame in range(picture.frames.count if picture.frames else 1):
        for step in picture.steps:
            shown = values(picture, step.target, frame)
            np.testing.assert_allclose(evaluate(picture, step, frame), shown, rtol=1e-12, atol=1e-13)


def test_a_planted_wrong_cell_is_noticed() -> None:
    """A mask forgotten on the way back: the gradient goes on as it has arrived."""
    spec = DropoutSpec()
    steps = run(spec)
    picture = scene_of(spec, {**steps, "dh1": steps["dd1"]}, differences(steps))
    step = next(step for step in picture.steps if step.target == "dh1")
    assert np.abs(evaluate(picture, step) - values(picture, "dh1")).max() > 0.1


@every_setting
def test_every_gradient_passes_the_gradient_check(spec: DropoutSpec) -> None:
    steps = run(spec)
    numeric, loss = differences(steps), float(steps["loss"].max())
    for name in GRADIENTS:
        found = verdicts(steps[f"d{name}"], numeric[f"d{name}"], loss)
        assert Verdict.DISAGREES not in found
        assert Verdict.AGREES in found
        assert Verdict.DISAGREES in verdicts(1.001 * steps[f"d{name}"], numeric[f"d{name}"], loss)


@every_setting
def test_the_mask_shown_is_the_mask_of_both_directions(spec: DropoutSpec) -> None:
    steps = run(spec)
    for k in ("1", "2"):
        np.testing.assert_array_equal(steps[f"d{k}"], steps[f"h{k}"] * steps[f"m{k}"])
        np.testing.assert_array_equal(steps[f"dh{k}"], steps[f"dd{k}"] * steps[f"m{k}"])
        off = steps[f"m{k}"] == 0
        assert set(np.unique(steps[f"m{k}"][~off])) == {spec.factor}
        # no weight into a silenced unit, and none out of it, is to be changed
        into, out = steps[f"dw{k}"], steps["dw2" if k == "1" else "dw3"]
        assert (np.moveaxis(into, 1, 2)[off] == 0).all()
        assert (out[off] == 0).all()


def test_every_step_has_a_mask_of_its_own_and_the_seed_gives_them_again() -> None:
    one, again, other = run(DropoutSpec()), run(DropoutSpec()), run(DropoutSpec(seed=1))
    for name in one:
        np.testing.assert_array_equal(one[name], again[name])
    assert len(np.unique(one["m1"], axis=0)) > STEPS / 2
    assert (one["m1"] != other["m1"]).any()


@pytest.mark.parametrize("learning_rate", [0.0, 0.02])
def test_at_inference_there_is_one_pass_and_nothing_is_learned(learning_rate: float) -> None:
    spec = DropoutSpec(mode=INFERENCE, learning_rate=learning_rate)
    steps, picture = run(spec), scene(spec)
    assert all(len(values_) == 1 for values_ in steps.values())
    assert (run(DropoutSpec())["y"] != steps["y"]).any()
    for name, kernel in weights(spec).items():
        np.testing.assert_array_equal(values(picture, name), kernel.ravel())
    assert picture.frames is None
    assert "learning_rate" not in spec.used


def test_a_step_is_one_of_training_only_where_something_is_learned() -> None:
    named = [scene(DropoutSpec(learning_rate=rate)).frames for rate in (0.0, 0.01)]
    assert [frames.axis for frames in named if frames] == ["mask", "training step"]


@pytest.mark.parametrize("rate", [0.0, 0.3])
def test_the_caption_of_the_masks_is_told_the_rate(rate: float) -> None:
    networks = [scene(DropoutSpec(rate=rate, mode=mode)).network for mode in MODES]
    assert [network.rate for network in networks if network] == [rate, 0]


@every_setting
def test_weights_move_by_their_gradient(spec: DropoutSpec) -> None:
    steps = run(spec)
    for name in ("w1", "w2", "w3"):
        moved = steps[name][:-1] - spec.learning_rate * steps[f"d{name}"][:-1]
        np.testing.assert_allclose(steps[name][1:], moved, rtol=1e-14)


def test_the_network_is_written_down_once_more() -> None:
    """By hand, with the masks shown."""
    spec = DropoutSpec(seed=4)
    steps, w, (x, t) = run(spec), weights(spec), example(spec)
    d2 = np.tanh(np.tanh(x @ w["w1"]) * steps["m1"][9] @ w["w2"]) * steps["m2"][9]
    np.testing.assert_allclose(d2 @ w["w3"], steps["y"][9], rtol=1e-12)
    np.testing.assert_allclose(((d2 @ w["w3"] - t) ** 2).sum() / 2, steps["loss"][9], rtol=1e-12)


def test_facts_are_counted_by_hand() -> None:
    shape, parameters, operations, memory, factor = facts(DropoutSpec())
    assert shape[1] == "(8,) and (6,)"
    assert (parameters[1], operations[1], memory[1]) == ("0", "14", "56 bytes")
    assert factor[1:] == ("× 1.43", "1 / (1 − 0.30)")
    assert [fact[1] for fact in facts(DropoutSpec(mode=INFERENCE))][2:] == ["0", "0 bytes", "× 1.00"]
    assert Dropout(0.3).parameter_count((FIRST,)) == 0
    assert UNITS == FIRST + SECOND


@pytest.mark.parametrize("spec", SETTINGS[:3], ids=str)
def test_an_address_gives_the_scene_of_the_page(spec: DropoutSpec) -> None:
    address = {f"dropout_{name}": value for name, value in spec.address().items()}
    assert payload("dropout", address) == pack(scene(spec))


def test_the_network_drawn_names_grids_that_there_are() -> None:
    picture = scene(DropoutSpec())
    network, grids = picture.network, {grid.id: grid for grid in picture.grids}
    assert network is not None
    sizes = []
    for units in network.units:
        sizes.append(grids[units.grids["forward"]].values.shape[1])
        assert {grids[grid].values.shape for grid in (*units.grids.values(), *filter(None, [units.mask]))} == {
            (STEPS, sizes[-1])
        }
    shapes = [grids[name].values.shape[1:] for name in network.weights]
    assert shapes == list(pairwise(sizes))
    assert Dense(sizes[1], use_bias=False).parameter_shapes((sizes[0],))["kernel"] == shapes[0]
