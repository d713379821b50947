"""A network that learns the digits: it does learn, and all that is shown of it are the numbers of its steps."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.arrays import leaves
from engine.datasets import digits
from engine.losses import softmax_cross_entropy
from engine.training import dead_units
from experiments.convolution.learning import (
    ENOUGH,
    HELD_OUT,
    LearningRun,
    LearningSpec,
    held_out,
    held_out_digits,
    network,
    picture,
    split,
    training,
)
from experiments.convolution.network import ACTIVATIONS, DRAWN, GRADIENTS, WEIGHTS, layer_scene, run_again
from experiments.scene import evaluate, values


def test_it_names_more_than_95_percent_of_the_held_out_digits() -> None:
    """At the page's defaults, seeds 0 to 4."""
    shares = []
    for seed in range(5):
        run = LearningRun(LearningSpec(seed=seed))
        for _ in range(600):
            run.step()
        shares.append(run.picture()["runs"][0]["heldOut"])
    assert np.median(shares) > 0.95


def test_the_held_out_digits_are_never_trained_on() -> None:
    data = split()
    images, _ = digits()
    assert len(data.x) + len(data.held_out_x) == len(images)
    assert len(data.held_out_x) == HELD_OUT
    rows = np.concatenate([data.x, data.held_out_x]).reshape(len(images), -1)
    assert np.array_equal(np.sort(rows, axis=0), np.sort(images.reshape(len(images), -1), axis=0))
    assert not data.x.flags.writeable


def test_a_picture_shows_the_numbers_of_its_step() -> None:
    run = LearningRun(LearningSpec(optimizer="Adam", learning_rate=0.003, filters=4, seed=3))
    for _ in range(9):
        run.step()
    shown = run.picture(5)["runs"][0]
    step = run.recordings[0].again(5)
    layers = {layer["name"]: layer for layer in shown["layers"]}
    for name, index in (("Convolution 1", 0), ("Convolution 2", 2), ("Convolution 3", 4), ("Dense", 7)):
        layer, w = layers[name], step.before.params[index]["kernel"]
        assert np.array_equal(layer["weights"], w)
        assert np.array_equal(layer["gradient"], step.grads[index]["kernel"])
        assert np.array_equal(layer["update"], step.after.params[index]["kernel"] - w)
        assert layer["norm"] == pytest.approx(float(np.sqrt((step.grads[index]["kernel"] ** 2).sum())), rel=1e-5)
    assert shown["loss"] == step.loss
    watched, net = held_out(0), network(4)
    y, trace = net.forward(step.before.params, watched.x[None])
    assert np.array_equal(layers["Convolution 2"]["activation"], trace.activations[4][0])
    _, dy = softmax_cross_entropy(y, np.array([watched.label]))
    dactivations, _ = net.gradients(step.before.params, trace, dy)
    assert np.array_equal(layers["Convolution 2"]["activationGradient"], dactivations[4][0])
    assert np.array_equal(shown["xGradient"], dactivations[0][0])
    assert shown["probabilities"].sum() == pytest.approx(1, abs=1e-5)


def test_losses_come_once_each() -> None:
    run = LearningRun(LearningSpec())
    told: list[float] = []
    for steps in (3, 1, 4):
        for _ in range(steps):
            run.step()
        shown = run.picture()
        del told[shown["since"] :]
        told += shown["runs"][0]["losses"].tolist()
    assert told == pytest.approx(run.losses[0])
    run.back_to(5)
    shown = run.picture()
    assert shown["since"] == 5
    assert shown["taken"] == shown["steps"] == 5
    assert max(at for at, _ in shown["runs"][0]["tested"]) <= 5


def test_twins_start_alike_and_part_by_what_differs() -> None:
    run = LearningRun(LearningSpec(twin=True, twin_optimizer="Adam", twin_learning_rate=0.003, seed=7))
    a, b = run.recordings
    first, second = (dict(leaves(each.next.before.params)) for each in (a, b))
    assert all(np.array_equal(first[path], second[path]) for path in first)
    assert np.array_equal(a.next.batch, b.next.batch)
    run.step()
    assert not np.array_equal(a.next.before.params[0]["kernel"], b.next.before.params[0]["kernel"])
    same = LearningRun(LearningSpec(twin=True, twin_learning_rate=0.1))
    for _ in range(3):
        same.step()
    assert same.losses[0] == same.losses[1]


def test_a_twin_differs_from_the_first_by_its_learning_rate() -> None:
    first, second = LearningSpec(twin=True).runs
    assert second == first._replace(learning_rate=second.learning_rate)
    assert second.learning_rate != first.learning_rate


def test_another_optimizer_begins_with_a_rate_at_which_it_learns() -> None:
    """After 200 steps, seeds 0 to 4."""
    for optimizer in ("momentum", "Adam"):
        spec = LearningSpec.mend({"optimizer": optimizer, "learning_rate": 0.1}, LearningSpec()).spec
        shares = []
        for seed in range(5):
            run = LearningRun(replace(spec, seed=seed))
            for _ in range(200):
                run.step()
            assert not run.ended
            shares.append(run.picture()["runs"][0]["heldOut"])
        assert np.median(shares) > 0.8, optimizer


def test_a_rate_that_was_set_stays_with_another_optimizer() -> None:
    mend, sgd = LearningSpec.mend, LearningSpec()
    adam = mend({"optimizer": "Adam", "learning_rate": 0.1}, sgd).spec
    assert adam.learning_rate == adam.first_rate("learning_rate") == 0.003
    assert mend({"optimizer": "SGD", "learning_rate": 0.003}, adam).spec == sgd  # and back
    assert mend({"learning_rate": 0.1}, adam).spec.learning_rate == 0.1  # Reset
    assert mend({"optimizer": "Adam", "learning_rate": 0.3}, LearningSpec(learning_rate=0.3)).spec.learning_rate == 0.3
    assert mend({"optimizer": "Adam"}).spec.learning_rate == 0.1  # an address says what it says
    twin = mend({"twin": True, "twin_optimizer": "Adam", "twin_learning_rate": 0.03}, LearningSpec(twin=True)).spec
    assert (twin.learning_rate, twin.twin_learning_rate) == (0.1, 0.003)


def test_zeros_never_learn() -> None:
    run = LearningRun(LearningSpec(kernel_initializer="zeros"))
    for _ in range(5):
        run.step()
    layers = run.picture()["runs"][0]["layers"]
    assert [layer["dead"] for layer in layers[:3]] == [1, 1, 1]
    assert not np.any(layers[0]["weights"])


def test_a_run_that_breaks_ends_and_can_be_gone_back_in() -> None:
    run = LearningRun(LearningSpec(learning_rate=1e6))
    for _ in range(20):
        if run.ended:
            break
        run.step()
    assert run.ended
    assert run.steps < ENOUGH
    shown = run.picture()["runs"][0]
    assert shown["diverged"]
    assert shown["tested"][-1][0] == run.steps  # the held-out digits are looked at where it broke, too
    run.back_to(0)
    run.set_rate(0, 0.1)
    assert not run.ended
    for _ in range(30):
        run.step()
    assert np.isfinite(run.losses[0]).all()


def test_a_drawing_is_read_and_has_gradients_once_it_has_a_label() -> None:
    run = LearningRun(LearningSpec())
    run.watch({"drawing": [0.5] * 64})
    shown = run.picture()["runs"][0]
    assert shown["label"] is None
    assert shown["xGradient"] is None
    assert np.all(shown["x"] == 0.5)
    run.watch({"drawing": [0.5] * 64, "label": 3})
    assert run.picture()["runs"][0]["xGradient"].shape == (8, 8, 1)
    run.watch({"example": HELD_OUT + 2})
    assert run.picture()["runs"][0]["label"] == held_out(2).label


@pytest.mark.parametrize(
    "wanted",
    [{"drawing": [0.5] * 63}, {"drawing": [2.0] * 64}, {"drawing": [float("nan")] * 64}, {"drawing": "abc"},
     {"drawing": [0.5] * 64, "label": 10}, {"drawing": [0.5] * 64, "label": -1}, {"example": "x"}, {}],
)  # fmt: skip
def test_what_is_no_drawing_is_refused(wanted: dict[str, Any]) -> None:
    run = LearningRun(LearningSpec())
    with pytest.raises((ValueError, KeyError, TypeError)):
        run.watch(wanted)
    assert np.array_equal(run.watched.x, held_out(0).x)


@pytest.mark.parametrize("batch_size", [8, 32])
@pytest.mark.parametrize("layer", range(4))
def test_the_steps_of_the_lens_give_the_numbers_of_the_step(layer: int, batch_size: int) -> None:
    it = training(LearningSpec(batch_size=batch_size, filters=4).runs[0], seed=1)
    progress = it.start()
    for _ in range(4):
        progress = it.step(progress).after
    step = it.step(progress)
    scene = layer_scene(it, step, layer)
    for each in scene.steps:
        held = values(scene, each.target)
        np.testing.assert_allclose(evaluate(scene, each), held, rtol=1e-12, atol=1e-13)
    grid = {each.id: each for each in scene.grids}
    index = (0, 2, 4, 7)[layer]
    np.testing.assert_allclose(grid["dw"].values, step.grads[index]["kernel"], rtol=2e-4, atol=2e-6)  # float32
    np.testing.assert_allclose(grid["w"].values, step.before.params[index]["kernel"], rtol=0, atol=0)
    assert ("rest w" in grid) == (batch_size > DRAWN)
    assert all(word in (grid["dw"].unchecked or "") for word in ("checked by differences", "largest difference"))
    assert len(grid["x"].values) == min(batch_size, DRAWN)


def test_the_check_of_the_lens_notices_a_wrong_gradient(monkeypatch: pytest.MonkeyPatch) -> None:
    it = training(LearningSpec().runs[0], seed=0)
    step = it.step(it.start())
    again = run_again(it, step)
    wrong = tuple({**grads, "kernel": grads["kernel"] * 1.001} if "kernel" in grads else grads for grads in again.grads)
    monkeypatch.setattr("experiments.convolution.network.run_again", lambda *_: again._replace(grads=wrong))
    dw = next(grid for grid in layer_scene(it, step, 1).grids if grid.id == "dw")
    assert "differ" in (dw.unchecked or "")
    assert "largest" not in (dw.unchecked or "")


def test_the_lens_says_which_digits_of_the_batch_it_draws_and_what_it_does_not() -> None:
    it = training(LearningSpec(batch_size=32).runs[0], seed=0)
    step = it.step(it.start())
    labels = ", ".join(str(label) for label in it.labels[step.batch][:DRAWN])
    for layer in range(4):
        grid = {each.id: each for each in layer_scene(it, step, layer).grids}
        assert f"are the digits {labels}." in (grid["x"].note or "")
        assert (grid["rest w"].symbol, grid["rest w"].name) == ("rest", "of ∂L/∂w, 24 more")
        assert grid["rest w"].note == "The batch has 32 digits: rest is what the 24 that are not drawn add to ∂L/∂w."


def test_a_learner_chooses_among_one_held_out_digit_of_each_kind() -> None:
    digits_ = held_out_digits()
    for digit, (example, pixels) in enumerate(zip(digits_["firsts"], digits_["pictures"], strict=True)):
        assert digits_["labels"][example] == held_out(example).label == digit
        assert np.array_equal(pixels, np.round(255 * held_out(example).x[..., 0]))


def test_a_layer_that_there_is_not_is_refused() -> None:
    run = LearningRun(LearningSpec())
    with pytest.raises(ValueError, match=r"layer must be 0 … 3, not 4"):
        run.scene(0, 4, 0)
    with pytest.raises(ValueError, match="there is no network 1"):
        run.scene(1, 0, 0)


def test_a_picture_needs_no_run_that_is_ahead() -> None:
    """What is shown of an earlier step does not move the run."""
    run = LearningRun(LearningSpec())
    for _ in range(12):
        run.step()
    before = run.recordings[0].next
    run.picture(3)
    run.scene(0, 2, 3)
    assert run.recordings[0].next is before
    assert picture(network(), before, held_out(0))["steps"] == 12


def test_a_drawing_stands_as_it_was_drawn() -> None:
    run = LearningRun(LearningSpec())
    drawing = np.zeros((8, 8))
    drawing[1, 5] = 1  # second row, sixth column
    run.watch({"drawing": drawing.ravel().tolist()})
    x = run.picture()["runs"][0]["x"][..., 0]
    assert np.argwhere(x).tolist() == [[1, 5]]


def test_the_held_out_share_is_of_the_held_out_digits_at_that_step() -> None:
    run = LearningRun(LearningSpec(seed=2))
    for _ in range(60):
        run.step()
    data = split()
    for steps, tested_at in ((60, 50), (49, 25), (10, 0)):
        params = run.recordings[0].again(tested_at).before.params
        y, _ = network().forward(params, data.held_out_x)
        share = float((y.argmax(axis=1) == data.held_out_labels).mean())
        assert run.picture(steps)["runs"][0]["heldOut"] == pytest.approx(share)


def test_a_picture_tells_the_rates_up_to_its_step() -> None:
    run = LearningRun(LearningSpec(twin=True))
    for k in range(6):
        if k == 4:
            run.set_rate(0, 0.03)
        run.step()
    told = [run.picture(steps)["runs"][0]["rates"] for steps in (3, 4, 6)]
    assert told == [[(0, 0.1)], [(0, 0.1), (4, 0.03)], [(0, 0.1), (4, 0.03)]]
    assert run.picture()["runs"][1]["rates"] == [(0, 0.03)]
    with pytest.raises(ValueError, match="there is no network -1"):
        run.set_rate(-1, 0.1)


def test_a_run_is_had_again_with_its_rates() -> None:
    run = LearningRun(LearningSpec(optimizer="Adam", twin=True))
    for k in range(12):
        if k in (3, 7):
            run.set_rate(k % 2, 0.003)
        run.step()
    told = run.picture()["runs"]
    again = LearningRun(LearningSpec(optimizer="Adam", learning_rate=0.003, twin=True))
    again.plan([dict(each["rates"]) for each in told])
    for _ in range(12):
        again.step()
    assert again.losses == run.losses
    with pytest.raises(ValueError, match="there are 2 networks, not 3"):
        again.plan([{}, {}, {}])


def test_a_picture_that_cannot_be_loses_no_losses() -> None:
    run = LearningRun(LearningSpec())
    run.step()
    run.picture()
    run.step()
    with pytest.raises(ValueError, match="the run has the steps"):
        run.picture(999)
    assert run.picture()["since"] == 1


def test_the_softmax_of_the_lens_is_finite_where_training_is() -> None:
    """At a rate at which the logits leave the range of exp."""
    run = LearningRun(LearningSpec(learning_rate=3.0))
    for _ in range(8):
        run.step()
    recording = run.recordings[0]
    scene = layer_scene(recording.training, recording.again(7), 3)
    grid = {each.id: each.values for each in scene.grids}
    assert np.abs(grid["z"]).max() > 1000
    assert np.isfinite(grid["p"]).all()
    for each in scene.steps:
        held = values(scene, each.target)
        np.testing.assert_allclose(evaluate(scene, each), held, rtol=1e-12, atol=1e-9)


def test_the_panel_draws_on_the_scales_of_the_lens_and_knows_the_longest_run() -> None:
    panel, network = (
        Path("assets/training", name).read_text(encoding="utf-8") for name in ("training.js", "network.js")
    )
    assert f"const LONGEST = {ENOUGH} " in panel
    for name, scale in {"weight": WEIGHTS, "activation": ACTIVATIONS, "gradient": GRADIENTS}.items():
        decades = f", decades: {scale.decades}" if scale.kind == "log" else ""
        assert f'{name}: {{ kind: "{scale.kind}", max: {scale.max:g}{decades} }}' in network


def test_dead_units_are_those_of_the_batch_and_the_ratio_is_that_of_the_kernel() -> None:
    run = LearningRun(LearningSpec())
    for _ in range(3):
        run.step()
    run.watch({"drawing": [0.0] * 64})  # nothing: for this digit alone hardly a unit would be open
    layers = run.picture()["runs"][0]["layers"]
    step = run.recordings[0].next
    dead = dead_units(run.recordings[0].training.network, step.activations)
    assert [layer["dead"] for layer in layers[:3]] == [dead[index] for index in (1, 3, 5)]
    for layer, index in zip(layers, (0, 2, 4, 7), strict=True):
        before, after = (progress.params[index]["kernel"] for progress in (step.before, step.after))
        assert layer["ratio"] == pytest.approx(np.linalg.norm(after - before) / np.linalg.norm(before), rel=1e-4)


def test_settings_are_those_of_the_training() -> None:
    plain, momentum = (training(LearningSpec(optimizer=name).runs[0], 0).optimizer for name in ("SGD", "momentum"))
    assert (plain.momentum, momentum.momentum) == (0.0, 0.9)
    zeros = training(LearningSpec(kernel_initializer="zeros").runs[0], 0).start().params
    assert not any(array.any() for _, array in leaves(zeros))


def test_where_a_relu_switches_nothing_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    it = training(LearningSpec().runs[0], seed=0)
    step = it.step(it.start())
    monkeypatch.setattr("experiments.convolution.network.STEP", 10.0)  # so far apart that some unit switches
    dw = next(grid for grid in layer_scene(it, step, 0).grids if grid.id == "dw")
    assert dw.unchecked == "Not checked by differences: a ReLU switches within every step that was tried."
