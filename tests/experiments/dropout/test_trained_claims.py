"""DO2 to DO5: networks that are trained, at the page's settings, seeds 0 to 4, never chosen; medians."""

from collections.abc import Iterator
from functools import cache, partial
from typing import Any, TypeVar

import numpy as np
import pytest

from engine.arrays import Array
from engine.training import accuracy
from experiments import digits
from experiments.digits import few, held_out, learn, partly_wrong, training
from experiments.dropout import inference, overfitting, slower, superstar
from experiments.dropout.overfitting import OverfittingSpec
from tests.test_claims_table import spread, told

Result = TypeVar("Result")
SOON = 500  # steps in which all networks of DO5 but one know their digits
SOONER = slower.PLAIN, slower.LIGHT, slower.HALF


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
def fitted(
    wrong: float = 0.2, count: int = 300, rates: tuple[str, ...] = tuple(overfitting.RATES)
) -> overfitting.Overfitting:
    """As on the page, looked at only at the end, and with the rates alone that are asked for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(overfitting, "RATES", {name: overfitting.RATES[name] for name in rates})
        patch.setattr(overfitting, "learn", partial(learn, every=overfitting.STEPS))
        return last(overfitting.overfitting(OverfittingSpec(wrong_labels=wrong, digits=count)))


def clean() -> overfitting.Overfitting:
    return fitted(0.0, rates=(overfitting.PLAIN, overfitting.HALF))


@cache
def starred() -> superstar.Superstar:
    return last(superstar.superstar())


@cache
def timed(*rates: str, seeds: int = len(slower.SEEDS), steps: int = SOON) -> slower.Slower:
    """As on the page, for as long as it takes; what is held out is not looked at."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slower, "RATES", {name: slower.RATES[name] for name in rates or SOONER})
        patch.setattr(slower, "SEEDS", range(seeds))
        patch.setattr(slower, "STEPS", steps)
        patch.setattr(digits, "held_out", lambda: few(10, 0))
        return last(slower.slower())


def never() -> Array:
    """(2,): epochs at the rate that is too large, in as many steps as the page takes."""
    return timed(slower.MOST, seeds=2, steps=slower.STEPS).epochs(slower.MOST)


# ---------------------------------------------------------------------------------- DO2: inference


def test_off_is_deterministic_and_on_is_random() -> None:
    result = asked()
    assert (result.differing == 0).all()
    assert (result.first.on[0] != result.first.on[1]).any()
    assert np.median(result.moved) > 0.11


class Asked:
    """A network whose answer is how many times it was asked; it writes down what it was given."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, Array, bool]] = []

    def forward(self, params: Any, x: Array, *, training: bool, rng: np.random.Generator) -> tuple[Array, None]:
        self.calls.append((params, x, training))
        y = np.zeros((len(x), 10))
        y[:, 0] = len(self.calls)
        return y, None


def test_it_is_asked_twice_with_dropout_off_and_then_with_dropout_on() -> None:
    """Each call is a call of its own: else nothing would be shown by two that agree."""
    network: Any = Asked()
    result = inference.answers(network, "params", 0)
    assert [training for *_, training in network.calls] == [False, False] + [True] * inference.PASSES
    assert all(params == "params" and x is held_out().x for params, x, _ in network.calls)
    seen = [result.off, result.again, *result.on]
    assert [np.log(p[0, 0] / p[0, 1]).round() for p in seen] == list(range(1, len(seen) + 1))
    assert result.labels is held_out().labels


def test_the_difference_is_of_the_two_calls_with_dropout_off() -> None:
    rng = np.random.default_rng(0)
    off, again, on = (rng.random(shape) for shape in ((6, 10), (6, 10), (3, 6, 10)))
    found = inference.Answers(off, again, on, np.arange(6))
    assert inference._result([found]).differing == pytest.approx([np.abs(off - again).max()])


def test_left_on_it_costs_right_answers_and_the_mean_gives_them_back() -> None:
    result = asked()
    assert np.median(result.off - result.once) > 0.045
    assert np.median(np.abs(result.off - result.mean)) < 0.02


def test_the_surest_are_right_more_often_and_so_are_the_most_probable() -> None:
    """And where it stops: the plain probability sorts them as well."""
    result = asked()
    for right in (result.by_agreement, result.by_confidence):
        assert (np.median(right[:, 0] - right[:, -1])) > 0.04
    assert np.abs(np.median(result.by_agreement[:, 3]) - np.median(result.by_confidence[:, 3])) < 0.02


def test_the_claims_table_has_the_answers() -> None:
    result = asked()
    learned, rate = told("DO2", "# digits learned at a rate of #")
    assert (learned, rate) == (inference.DIGITS, inference.RATE)
    assert told("DO2", "two calls differ by #;") == [result.differing.max()]
    off, on, moved = told("DO2", "right answers off #, left on # (another call names another digit in # of 100 cases)")
    calls, mean = told("DO2", "mean of # calls #.")
    assert calls == inference.PASSES
    found = [result.off, result.once, result.mean]
    assert [off, on, mean] == pytest.approx([np.median(each) for each in found], abs=0.006)
    assert moved == pytest.approx(100 * np.median(result.moved), abs=1)
    share, agreed = told("DO2", "Of the surest # % by the agreement of the calls # are right")
    place = inference.ANSWERED.tolist().index(share / 100)
    assert agreed == pytest.approx(np.median(result.by_agreement[:, place]), abs=0.006)
    confident = np.median(result.by_confidence[:, place])
    assert told("DO2", "by the plain probability with dropout off, #") == pytest.approx([confident], abs=0.006)


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
    assert fitted().too_much


def test_where_much_is_learned_by_heart_it_is_not_yet_too_much() -> None:
    result = fitted(0.4, 100, (overfitting.MOST, overfitting.HALF))
    assert not result.too_much
    *given, most, half = told("DO3", "with # digits, # % of them labelled wrong, # against #")
    assert given == [100, 40]
    held = [np.median(result.looks.held[name][:, -1]) for name in (overfitting.MOST, overfitting.HALF)]
    assert [most, half] == pytest.approx(held, abs=0.02)


def test_with_every_label_right_it_hardly_matters() -> None:
    result = clean()
    gap = [np.median(result.looks.gap(name)) for name in (overfitting.PLAIN, overfitting.HALF)]
    assert abs(gap[0] - gap[1]) < 0.1
    assert result.right == {overfitting.SAME}


def test_the_claims_table_has_the_gaps() -> None:
    looks, spec = fitted().looks, OverfittingSpec()
    said = told("DO3", "# digits, # % of them labelled wrong, medians of # seeds after # steps")
    assert said == [spec.digits, 100 * spec.wrong_labels, len(overfitting.SEEDS), overfitting.STEPS]
    three = (overfitting.PLAIN, overfitting.LIGHT, overfitting.HALF)
    gaps = [np.median(looks.gap(name)) for name in three]
    words = "cross-entropy # without dropout, # at a rate of 0.3, # at 0.5"
    assert told("DO3", words) == pytest.approx(gaps, abs=0.011)
    right = [np.median(looks.right[name][:, -1]) for name in three]
    assert told("DO3", "held-out digits #, #, #.") == pytest.approx(right, abs=0.006)
    held = [np.median(looks.held[name][:, -1]) for name in (overfitting.MOST, overfitting.HALF)]
    assert told("DO3", "held-out digits is #, at 0.5 #") == pytest.approx(held, abs=0.011)
    right_labels = [np.median(clean().looks.gap(name)) for name in (overfitting.PLAIN, overfitting.HALF)]
    assert told("DO3", "the gap is # without and # at 0.5") == pytest.approx(right_labels, abs=0.011)


def test_labels_are_wrong_as_often_as_is_said() -> None:
    recipe = training(8, 0.0, 300, seed=2)
    for share in (0.0, 0.2, 0.4):
        assert (partly_wrong(recipe, share).labels != recipe.labels).sum() == 300 * share
    np.testing.assert_array_equal(partly_wrong(recipe, 0.2).labels, partly_wrong(recipe, 0.2).labels)


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


def test_the_claims_table_has_what_is_lost() -> None:
    result = starred()
    assert told("DO4", "width #, # digits") == [superstar.WIDTH, superstar.DIGITS]
    plain, dropped = (spread(result.worst(name)) for name in superstar.RATES)
    assert told("DO4", "costs # of the right answers (# to #) without dropout") == pytest.approx(plain, abs=0.011)
    *lost, rate = told("DO4", "without dropout, # (# to #) with a rate of #")
    assert lost == pytest.approx(dropped, abs=0.011)
    assert rate == superstar.RATES[superstar.DROPPED]
    whole = [np.median(result.whole[name]) for name in superstar.RATES]
    assert told("DO4", "right in # without, # with it") == pytest.approx(whole, abs=0.006)


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
    epochs = [np.median(result.epochs(name)) for name in SOONER]
    assert epochs == sorted(epochs)
    assert np.isfinite(epochs).all()
    assert (never() > max(epochs)).all()
    assert np.median(result.times) > 2
    assert result.right == {slower.MORE}


def test_the_claims_table_has_the_epochs() -> None:
    result = timed()
    assert told("DO5", "# digits, medians of # seeds: cross-entropy #,") == [
        slower.DIGITS,
        len(slower.SEEDS),
        slower.KNOWN,
    ]
    plain, half = (spread(result.epochs(name)) for name in (slower.PLAIN, slower.HALF))
    assert told("DO5", "after # epochs without dropout (# to #)") == pytest.approx(plain, abs=1)
    light = np.median(result.epochs(slower.LIGHT))
    assert told("DO5", "# at a rate of 0.3, # at 0.5 (# to #)") == pytest.approx([light, *half], abs=1)
    assert told("DO5", "# times as many") == pytest.approx([np.median(result.times)], abs=0.11)
    assert told("DO5", "at 0.8 not within # epochs (# seeds)") == [slower.STEPS / slower.EPOCH, len(never())]
    assert np.isinf(never()).all()


def test_all_begin_alike() -> None:
    """From the same seed: the same weights, so the same loss in inference mode before the first step."""
    looks = timed().looks
    for name in SOONER:
        np.testing.assert_array_equal(looks.seen[name][:, 0], looks.seen[slower.PLAIN][:, 0])
