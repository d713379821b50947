"""The playground: it takes the steps of BP4, its numbers are the engine's, and what is sent to it may be anything."""

import time

import numpy as np
import pytest

from experiments.backpropagation import playground
from experiments.backpropagation.own_points import MOST, packed, unpacked
from experiments.backpropagation.playground import OWN, POINTS, PlaygroundSpec, forward
from experiments.backpropagation.playing import KEPT, PlayRun
from experiments.trainings import begin
from tests.experiments.backpropagation.test_playground import run as finished


def test_own_points_come_back_from_their_letters() -> None:
    rng = np.random.default_rng(0)
    x, t = rng.uniform(-2, 2, (MOST, 2)), np.arange(MOST) % 2
    again, classes = unpacked(packed(x, t))
    np.testing.assert_allclose(again, x, atol=2 / 255 + 1e-12)
    np.testing.assert_array_equal(classes, t)


@pytest.mark.parametrize(
    ("text", "why"),
    [("AA", "three letters"), ("A!A", "three letters"), ("AAA" * 501, "at most 500"), ("___", "class 0 or 1")],
)
def test_points_that_cannot_be_are_refused_by_name(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        unpacked(text)
    mended = PlaygroundSpec.mend({"own": text})
    assert mended.spec.own == ""
    assert why in " ".join(mended.notes)


def test_it_takes_the_steps_of_the_experiment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playground, "STEPS", 20)
    spec = PlaygroundSpec("moons", 2, 3, l1=0.001, l2=0.01)
    run, found = PlayRun(spec), finished(spec)
    for _ in range(20):
        run.step()
    np.testing.assert_array_equal([*run.losses, run.loss], found.losses)


def test_an_update_that_is_shown_is_the_one_that_is_made() -> None:
    run = PlayRun(PlaygroundSpec(layers=2))
    before = run.picture()
    run.step()
    after = run.picture()
    for one, other in zip(before["layers"], after["layers"], strict=True):
        np.testing.assert_allclose(one["kernel"] + one["kernelUpdate"], other["kernel"], atol=1e-6)
    assert after["losses"].tolist() == [np.float32(before["loss"])]


def test_a_step_back_is_where_the_step_began_and_the_step_comes_again() -> None:
    run = PlayRun(PlaygroundSpec(layers=2, optimizer="Adam"))
    seen = [run.picture()]
    for _ in range(3):
        run.step()
        seen.append(run.picture())
    run.back_to(1)
    back = run.picture()
    assert (back["steps"], back["back"], back["since"]) == (1, 1, 1)
    for one, other in zip(back["layers"], seen[1]["layers"], strict=True):
        for name in one:
            np.testing.assert_array_equal(one[name], other[name])
    run.step()  # Adam's memory has gone back too
    again = run.picture()
    assert again["loss"] == seen[2]["loss"]
    assert [*again["losses"]] == [*seen[2]["losses"]]


def test_it_keeps_so_many_steps_and_no_more() -> None:
    run = PlayRun(PlaygroundSpec())
    for _ in range(KEPT + 20):
        run.step()
    assert run.picture()["back"] == KEPT
    with pytest.raises(ValueError, match=f"keeps {KEPT}"):
        run.back_to(19)
    run.back_to(20)
    assert (run.steps, len(run.losses), len(run.kept)) == (20, 20, 0)


def test_the_gradients_of_single_points_have_the_batchs_as_their_mean() -> None:
    run = PlayRun(PlaygroundSpec(layers=2, l2=0.01))
    examples = []
    for point in range(POINTS):
        run.watch({"point": point})
        examples.append(run.picture()["example"])
    for layer, batch in enumerate(run.picture()["layers"]):
        mean = np.mean([each["gradients"][layer] for each in examples], axis=0)
        np.testing.assert_allclose(mean, batch["biasGradient"], atol=1e-6)
    made = forward(run.spec, run.params, run.x)
    s = made.outputs[-1][:, 0]
    np.testing.assert_allclose([each["outputs"][-1][0] for each in examples], s, rtol=1e-5)
    # its probability, and its loss without what the kernels cost
    np.testing.assert_allclose([each["p"] for each in examples], 1 / (1 + np.exp(-s)), rtol=1e-12)
    np.testing.assert_allclose([each["loss"] for each in examples], np.logaddexp(0, s) - run.t * s, rtol=1e-12)
    assert run.loss > np.mean([each["loss"] for each in examples]) + 0.001


def test_points_come_while_it_learns() -> None:
    run = begin("play", {"data": OWN})
    assert run.ended
    assert run.picture()["example"] is None
    run.watch({"own": packed(np.array([[1.0, 1.0], [-1.0, 1.0]]), np.array([0, 1]))})
    assert not run.ended
    for _ in range(200):
        run.step()
    assert run.right == 1
    run.watch({"own": ""})
    assert run.ended
    with pytest.raises(ValueError, match="there is no point 0"):
        run.watch({"point": 0})


def test_what_it_cannot_do_it_says() -> None:
    run = PlayRun(PlaygroundSpec())
    for wrong in ({"point": 200}, {"point": -1}, {"own": "?"}, {"own": "AAA" * 501}):
        with pytest.raises(ValueError, match="point"):
            run.watch(wrong)
    with pytest.raises(ValueError, match="only where it is"):
        run.picture(7)
    for away in (-1, 1, 7):
        with pytest.raises(ValueError, match="at step 0 and keeps 0 steps"):
            run.back_to(away)
    with pytest.raises(ValueError, match="a setting"):
        run.set_rate(0, 0.1)


def test_a_run_that_breaks_ends() -> None:
    run = PlayRun(PlaygroundSpec(layers=4, units=8, activation="relu", optimizer="SGD", learning_rate=0.3))
    run.params["4"]["kernel"][:] = np.inf
    run._prepare()
    assert run.ended
    assert run.picture()["broken"]


def test_a_picture_costs_little() -> None:
    """At most 15 ms of processor time with four layers of eight and 700 points, 4 steps a picture."""
    own = packed(np.random.default_rng(0).uniform(-2, 2, (MOST, 2)), np.arange(MOST) % 2)
    run, times = PlayRun(PlaygroundSpec(layers=4, units=8, own=own)), []
    for _ in range(15):
        start = time.thread_time()
        for _ in range(4):
            run.step()
        run.picture()
        times.append(time.thread_time() - start)
    assert np.median(times) < 0.015
