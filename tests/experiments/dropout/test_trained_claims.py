"""DO2 to DO5: networks that are trained, at the page's settings, seeds 0 to 4, never chosen; medians."""

from collections.abc import Iterator
from functools import cache
from typing import TypeVar

import numpy as np

from engine.training import accuracy
from experiments.dropout import inference, overfitting, slower, superstar
from experiments.dropout.digits import few, held_out, training
from experiments.dropout.overfitting import OverfittingSpec, mislabelled

Result = TypeVar("Result")


def last(results: Iterator[tuple[float, Result | None]]) -> Result:
    done, found = 0.0, None
    for share, result in results:
        assert done <= share <= 1
        done, found = share, result or found
    assert done == 1
    assert found is not None
    return found


@cache
def asked() -> inference.Inference:
    return last(inference.inference())


@cache
def fitted(wrong: float = 0.2) -> overfitting.Overfitting:
    return last(overfitting.overfitting(OverfittingSpec(wrong_labels=wrong)))


@cache
def starred() -> superstar.Superstar:
    return last(superstar.superstar())


@cache
def timed() -> slower.Slower:
    return last(slower.slower())


# ---------------------------------------------------------------------------------- DO2: inference


def test_off_is_deterministic_and_on_is_random() -> None:
    result = asked()
    assert (result.differing == 0).all()
    assert (result.first.on[0] != result.first.on[1]).any()
    assert np.median(result.moved) > 0.11


def test_left_on_it_costs_right_answers_and_the_mean_gives_them_back() -> None:
    result = asked()
    assert np.median(result.off - np.median(result.single, axis=1)) > 0.045
    assert np.median(np.abs(result.off - result.mean)) < 0.02


def test_the_surest_are_right_more_often_and_so_are_the_most_probable() -> None:
    """And where it stops: the plain probability sorts them as well."""
    result = asked()
    for right in (result.by_agreement, result.by_confidence):
        assert (np.median(right[:, 0] - right[:, -1])) > 0.04
    assert np.abs(np.median(result.by_agreement[:, 3]) - np.median(result.by_confidence[:, 3])) < 0.02


# ---------------------------------------------------------------------------------- DO3: overfitting


def test_the_gap_is_smaller_with_dropout() -> None:
    looks = fitted().looks
    gaps = [np.median(looks.gap(name)) for name in overfitting.RATES]
    assert gaps[0] > gaps[1] > gaps[2] > gaps[3]
    assert np.median(looks.gap(overfitting.PLAIN) - looks.gap(overfitting.HALF)) > 0.29
    assert np.median(looks.right[overfitting.HALF][:, -1] - looks.right[overfitting.PLAIN][:, -1]) > 0.035
    assert fitted().right == {overfitting.SMALLER}


def test_too_much_of_it_learns_too_little() -> None:
    looks = fitted().looks
    assert np.median(looks.held[overfitting.MOST][:, -1] - looks.held[overfitting.HALF][:, -1]) > 0.3


def test_with_every_label_right_it_hardly_matters() -> None:
    result = fitted(0.0)
    gap = [np.median(result.looks.gap(name)) for name in (overfitting.PLAIN, overfitting.HALF)]
    assert abs(gap[0] - gap[1]) < 0.1
    assert result.right == {overfitting.SAME}


def test_labels_are_wrong_as_often_as_is_said() -> None:
    recipe = training(8, 0.0, 300, seed=2)
    for share in (0.0, 0.2, 0.4):
        assert (mislabelled(recipe, share).labels != recipe.labels).sum() == 300 * share
    np.testing.assert_array_equal(mislabelled(recipe, 0.2).labels, mislabelled(recipe, 0.2).labels)


def test_no_digit_is_learned_from_that_is_held_out() -> None:
    held = {x.tobytes() for x in held_out().x}
    double = sum(x.tobytes() in held for x in few(600, 0).x)
    assert double == 0
    assert len(np.unique(few(600, 0).x.reshape(600, -1), axis=0)) == 600


# ---------------------------------------------------------------------------------- DO4: superstar


def test_the_most_important_unit_is_missed_less() -> None:
    result = starred()
    lost = [result.worst(name) for name in superstar.RATES]
    assert np.median(lost[0] - lost[1]) > 0.1
    assert np.median(lost[1]) < 0.5 * np.median(lost[0])
    assert result.right == {superstar.LESS}


def test_a_unit_is_silenced_as_a_mask_would() -> None:
    """Its value times 0 gives the same answers as its weights to the answers at 0."""
    recipe = training(superstar.WIDTH, 0.3, 64, seed=0, depth=1)
    progress = recipe.start()
    right = superstar.silenced(recipe.network, progress.params)
    assert len(right) == superstar.WIDTH
    _, first, *_, last_ = progress.params
    first = {"kernel": first["kernel"].copy(), "bias": first["bias"]}
    first["kernel"][:, 5] = 0
    params = (progress.params[0], first, *progress.params[2:-1], last_)
    x, labels = held_out()
    assert right[5] == accuracy(recipe.network, progress._replace(params=params), x, labels)


# ---------------------------------------------------------------------------------- DO5: slower


def test_it_takes_more_epochs() -> None:
    result = timed()
    epochs = [np.median(result.epochs(name)) for name in slower.RATES]
    assert epochs == sorted(epochs)
    assert np.median(result.times) > 2
    assert result.right == {slower.MORE}


def test_all_begin_alike() -> None:
    """From the same seed: the same weights, so the same loss in inference mode before the first step."""
    looks = timed().looks
    for name in slower.RATES:
        np.testing.assert_array_equal(looks.seen[name][:, 0], looks.seen[slower.PLAIN][:, 0])
