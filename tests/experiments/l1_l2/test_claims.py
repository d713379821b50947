"""RG1 to RG5, by the functions that the page calls. Thresholds are at most half of what was measured."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from engine.linear import LinearProblem
from engine.regularizers import L1L2
from experiments.l1_l2 import decay
from experiments.l1_l2.confidence import (
    CHOOSING,
    LEARNED,
    TUMOURS,
    Confidence,
    calibration_errors,
    confidence,
    logistic,
    probability,
    split,
    surely_wrong,
    surfaces,
)
from experiments.l1_l2.confidence import STRENGTHS as LOGISTIC
from experiments.l1_l2.decay import WALL, apart, compared, kept, twins
from experiments.l1_l2.features import (
    EXAMPLES,
    NEW,
    RELEVANT,
    SHARES,
    WRONG,
    FeaturesSpec,
    Result,
    _next,
    best,
    foretold,
    prediction,
    problem,
    results,
    steps_compared,
    weakest,
)
from experiments.l1_l2.features import path as sparse_path
from experiments.l1_l2.histogram import ASKED, FEATURES, SIZES, Weights, counts, weights
from experiments.l1_l2.linear import fitted, made, ridge
from experiments.l1_l2.spec import ELASTIC_NET, L1, L2, NONE, SurfaceSpec
from experiments.l1_l2.surface import (
    STRENGTHS,
    agreement,
    at_minimum,
    axis,
    boundary,
    data_loss,
    first_zero,
    grid,
    minimum,
    path,
    penalty_on_grid,
)
from tests.test_claims_table import spread, told

SETTINGS = [
    SurfaceSpec(),
    SurfaceSpec(penalty=L2, strength=1.0),
    SurfaceSpec(penalty=ELASTIC_NET, strength=0.5, correlation=0.9),
    SurfaceSpec(penalty=L1, strength=0.3, correlation=-0.9, w1=-1.5, w2=2.0, seed=3),
    SurfaceSpec(penalty=NONE),
    SurfaceSpec(strength=6.0),
    SurfaceSpec(strength=0.0),
    SurfaceSpec(penalty=L2, w1=0.0, w2=0.0, noise=0.0),
]
every_setting = pytest.mark.parametrize("spec", SETTINGS, ids=str)


@every_setting
def test_the_gradient_of_both_parts_agrees_with_differences(spec: SurfaceSpec) -> None:
    """RG1."""
    checked = agreement(spec)
    assert checked.checked == 72
    assert checked.wrong == 0


def test_a_wrong_gradient_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the 2 of 2 l2 w."""
    monkeypatch.setattr(L1L2, "gradient", lambda by, w: by.l1 * np.sign(w) + by.l2 * w)
    assert agreement(SurfaceSpec(penalty=L2)).wrong > 36


@every_setting
def test_at_the_minimum_the_pulls_cancel(spec: SurfaceSpec) -> None:
    """RG1. Where a weight is 0, L1 holds it against no more than l1."""
    bottom = at_minimum(spec)
    np.testing.assert_allclose(bottom.data_gradient, -bottom.penalty_gradient, atol=1e-9)
    assert (np.abs(bottom.data_gradient[bottom.w == 0]) <= spec.by.l1 + 1e-9).all()


@every_setting
def test_nowhere_is_the_loss_smaller(spec: SurfaceSpec) -> None:
    w, data = minimum(spec), spec.data()
    near = w + 1e-3 * np.random.default_rng(0).standard_normal((200, 2))
    everywhere = np.concatenate([grid().reshape(-1, 2), near])
    losses = data_loss(everywhere, data) + np.array([spec.by.value(u) for u in everywhere])
    assert (losses >= float(data_loss(w, data)) + spec.by.value(w)).all()


@every_setting
def test_the_penalty_of_the_picture_is_that_of_each_place(spec: SurfaceSpec) -> None:
    np.testing.assert_allclose(
        penalty_on_grid(spec.by).ravel(), [spec.by.value(w) for w in grid().reshape(-1, 2)], atol=1e-12
    )
    assert grid()[0, -1].tolist() == [axis()[-1], axis()[0]]


@every_setting
def test_what_is_true_of_every_path(spec: SurfaceSpec) -> None:
    """Of the page's sentences: with L1 what has arrived at 0 stays; with L2 the weights' length only shrinks."""
    l1, l2 = (path(replace(spec, penalty=penalty)) for penalty in (L1, L2))
    for zeros in (l1 == 0).T:
        assert not zeros.any() or zeros[np.argmax(zeros) :].all()
    assert (np.diff(np.linalg.norm(l2, axis=1)) <= 1e-12).all()


def test_with_l1_a_weight_goes_to_0_and_stays_with_l2_it_never_arrives() -> None:
    """RG1, at the page's settings."""
    zeros = path(SurfaceSpec())[:, 1] == 0
    assert zeros[np.argmax(zeros) :].all()
    assert zeros.any()
    assert (path(SurfaceSpec(penalty=L2)) != 0).all()


@pytest.mark.parametrize("penalty", [L1, L2, ELASTIC_NET])
def test_on_the_boundary_the_penalty_is_the_same(penalty: str) -> None:
    w, by = np.array([0.9, -0.3]), replace(SurfaceSpec(), penalty=penalty, strength=1.0).by
    np.testing.assert_allclose([by.value(u) for u in boundary(w, penalty)], by.value(w), rtol=1e-12)


def test_the_table_of_claims_has_the_pulls() -> None:
    spec = SurfaceSpec()
    bottom = at_minimum(spec)
    assert told("RG1", "# derivatives of D + R") == [agreement(spec).checked]
    assert told("RG1", "the same to 10⁻⁹, # and # at") == pytest.approx(bottom.data_gradient * -1, abs=0.005)
    w1, w2 = first_zero(replace(spec, penalty=L1))
    assert told("RG1", "exactly 0 from λ = # on and w₁ from # on") == [w2, w1]
    assert told("RG1", "none up to #") == [STRENGTHS[-1]]


@pytest.fixture(scope="module")
def sixty() -> Weights:
    return weights()


def test_l2_leaves_no_zero_and_l1_many(sixty: Weights) -> None:
    """RG2. Measured at λ = 0.3: 45 to 48 of 60."""
    assert (sixty.l2_zeros == 0).all()
    assert np.median(sixty.l1_zeros[:, ASKED]) >= 23
    assert (sixty.l1_zeros[:, -1] == FEATURES).all()
    assert (np.diff(np.median(sixty.l2_sizes, axis=0)) < 0).all()
    smallest, most = sixty.l1_zeros[:, ASKED].min(), sixty.l1_zeros[:, ASKED].max()
    assert told("RG2", "with L1 # to # of 60") == [smallest, most]
    assert told("RG2", "the smallest #×10⁻⁵") == pytest.approx([1e5 * np.abs(sixty.l2).min()], abs=0.5)
    assert told("RG2", "# of 60 are 0") == [sixty.l1_zeros[:, -1].min()]


def test_exact_zeros_have_a_bar_of_their_own(sixty: Weights) -> None:
    bars = counts(np.array([[[0.0, -0.0, 1e-30, -0.005, 0.3, -7.0]]]))
    assert dict(zip(SIZES, bars[0], strict=True)) == {
        "exactly 0": 2, "below 0.001": 1, "0.001 to 0.01": 1, "0.01 to 0.1": 0, "0.1 to 0.3": 0, "0.3 to 1": 1,
        "from 1": 1,
    }  # fmt: skip
    for each, zeros in ((sixty.l1, sixty.l1_zeros), (sixty.l2, sixty.l2_zeros)):
        np.testing.assert_allclose(counts(each).sum(axis=1), FEATURES)
        np.testing.assert_allclose(counts(each)[:, 0], zeros.mean(axis=0))


@pytest.mark.parametrize("strength", [0.01, 0.3])
def test_what_is_fitted_is_a_minimum(strength: float) -> None:
    problem, start = made(0, 120, 60, 12, 0.5).problem, np.zeros(60)
    w = fitted(problem, L1L2(l1=strength), start)
    gradient = problem.gradient(w)
    np.testing.assert_allclose(gradient[w != 0], -strength * np.sign(w[w != 0]), atol=1e-5)
    assert (np.abs(gradient[w == 0]) <= strength + 1e-5).all()
    smooth = ridge(problem, strength)
    np.testing.assert_allclose(problem.gradient(smooth), -L1L2(l2=strength).gradient(smooth), atol=1e-10)
    np.testing.assert_allclose(fitted(problem, L1L2(l2=strength), start), smooth, atol=1e-5)


@pytest.fixture(scope="module")
def found() -> Result:
    *_, (_, result) = results(FeaturesSpec())
    return result


def test_all_that_matter_are_found_among_10_000(found: Result) -> None:
    """RG3. Measured on five seeds: 20 found, 0 others."""
    bests = [best(minima) for minima in found.paths]
    assert np.median([minimum.found for minimum in bests]) == RELEVANT
    assert np.median([minimum.extra for minimum in bests]) <= WRONG
    assert prediction(bests) == 2
    assert told("RG3", "at the best λ # of 20 found, # others") == [
        min(minimum.found for minimum in bests), max(minimum.extra for minimum in bests)
    ]  # fmt: skip
    kept = [100 * minimum.relevant.mean() for minimum in bests]
    assert told("RG3", "# to # % of its true size") == pytest.approx([min(kept), max(kept)], abs=0.6)
    weak = [weakest(minima) for minima in found.paths]
    assert [one.mistakes for one in weak] == [one.mistakes for one in bests]
    assert all(one.strength <= other.strength for one, other in zip(weak, bests, strict=True))
    most = [100 * minimum.relevant.mean() for minimum in weak]
    assert told("RG3", "at the weakest of equal ones # to #") == pytest.approx([min(most), max(most)], abs=0.6)


def test_by_its_error_alone_lambda_lets_others_in(found: Result) -> None:
    """RG3, where it stops."""
    others = [foretold(minima).extra for minima in found.paths]
    assert np.median(others) >= 14
    assert np.median([foretold(minima).found for minima in found.paths]) == RELEVANT
    assert told("RG3", "λ lets # to # others in") == [min(others), max(others)]
    # and it is no end of the path: a weaker λ has a larger error again
    assert all(foretold(minima) is not minima[-1] for minima in found.paths)


def test_fewer_examples_find_fewer_or_let_others_in() -> None:
    """RG3, where it stops."""
    *_, (_, few) = results(FeaturesSpec(examples=200))
    bests = [best(minima) for minima in few.paths]
    assert prediction(bests) < 2
    numbers = [end([getattr(each, name) for each in bests]) for name in ("found", "extra") for end in (min, max)]
    assert told("RG3", "from 200 examples, # to # of 20 and # to # others") == numbers


def test_a_minimum_of_the_path_is_one_for_all_10_000() -> None:
    """No feature that was left out wants in."""
    data = problem(0)
    n = EXAMPLES[-1]
    learned = LinearProblem(data.problem.x[:n].astype(np.float64), data.problem.target[:n].astype(np.float64))
    for there in list(sparse_path(FeaturesSpec(), 0))[::6]:
        gradient, inside = learned.gradient(there.w.astype(np.float64)), there.w != 0
        assert (np.abs(gradient[~inside]) <= there.strength * (1 + 1e-4)).all()
        np.testing.assert_allclose(
            gradient[inside], -there.strength * np.sign(there.w[inside]), atol=1e-4 * there.strength
        )
        assert len(there.w[inside]) == there.found + there.extra


def test_no_step_of_the_path_copies_the_features(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is made while a path is found is far smaller than the 16 MB of features that are learned from."""
    data = problem(0)
    tracemalloc.start()
    way = sparse_path(FeaturesSpec(), 0)
    for _ in range(len(SHARES) // 2):
        next(way)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert data.problem.x.nbytes == 4 * (EXAMPLES[-1] + NEW) * 10_000
    assert peak < 0.25 * data.problem.x[: EXAMPLES[-1]].nbytes


def test_who_stopped_holds_no_features() -> None:
    """A path that nobody goes on with keeps its weights, not the 32 MB that everybody shares."""
    problem.cache_clear()
    tracemalloc.start()
    ways = [sparse_path(FeaturesSpec(), seed) for seed in decay.SEEDS]
    for way in ways:
        next(way)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 2.5 * problem(decay.SEEDS[-1]).problem.x.nbytes  # of five seeds


def test_a_subgradient_step_never_lands_on_0() -> None:
    """RG3. Measured: 7 to 11 of 20 with the proximal step."""
    steps = steps_compared()
    zeros = (steps.proximal == 0).sum(axis=1)
    assert (steps.subgradient != 0).all()
    assert np.median(zeros) >= 4
    np.testing.assert_allclose(steps.subgradient, steps.proximal, atol=0.05)  # and yet they are nearly the same
    words = "# to # exact zeros with the proximal step, # with the subgradient"
    assert told("RG3", words) == [zeros.min(), zeros.max(), (steps.subgradient == 0).sum()]


@pytest.fixture(scope="module")
def sure() -> Confidence:
    return confidence()


def test_held_out_log_loss_falls_then_rises(sure: Confidence) -> None:
    """RG4. Measured in the median: 0.17, 0.10, 0.65."""
    medians, chosen = np.median(sure.held_out, axis=0), float(np.median(sure.at_chosen(sure.held_out)))
    assert ((sure.chosen > 0) & (sure.chosen < len(LOGISTIC) - 1)).all()
    assert medians[0] - chosen > 0.035
    assert medians[-1] - chosen > 0.28
    assert (np.diff(np.median(sure.learned, axis=0)) > 0).all()  # fit is only lost
    words = "held-out log-loss # at λ = 10⁻⁵, # at the λ that was chosen, # at 100"
    assert told("RG4", words) == pytest.approx([medians[0], chosen, medians[-1]], abs=0.006)
    accuracy = [100 * np.median(values) for values in (sure.accuracy[:, 0], sure.at_chosen(sure.accuracy))]
    assert told("RG4", "accuracy # % and # %") == pytest.approx(accuracy, abs=0.6)
    assert told("RG4", "the prior’s, #") == pytest.approx([np.median(sure.prior)], abs=0.006)


def test_lambda_is_chosen_by_examples_that_measure_nothing() -> None:
    """Of the three parts no example is in two, and none is left out."""
    for seed in range(5):
        learned, choosing, held_out = (x for x, _ in split(seed))
        assert (len(learned), len(choosing)) == (LEARNED, CHOOSING)
        assert len(np.unique(np.concatenate([learned, choosing, held_out]), axis=0)) == TUMOURS
    sure = Confidence(
        held_out=np.array([[0.1, 0.9]]), choosing=np.array([[0.9, 0.1]]), learned=np.zeros((1, 2)),
        accuracy=np.zeros((1, 2)), length=np.zeros((1, 2)), said=np.zeros((1, 2, 3)), true=np.zeros((1, 3)),
        prior=np.zeros(1),
    )  # fmt: skip
    assert sure.at_chosen(sure.held_out).tolist() == [0.9]  # though the other has the smaller error


def test_too_strong_a_penalty_predicts_the_prior(sure: Confidence) -> None:
    np.testing.assert_allclose(sure.held_out[:, -1], sure.prior, atol=0.03)


def test_large_weights_are_sure_of_wrong_answers(sure: Confidence) -> None:
    """RG4. Measured: ‖w‖ 12.0 against 3.72. The calibration error differs more between seeds: it is told, no more."""
    both = sure.said[:, 0], sure.at_chosen(sure.said)
    lengths = sure.length[:, 0], sure.at_chosen(sure.length)
    assert np.median(lengths[0] / lengths[1]) > 1.9
    assert told("RG4", "‖w‖ # and #") == pytest.approx([np.median(length) for length in lengths], abs=0.06)
    weak, right = (calibration_errors(said, sure.true) for said in both)
    figures = [*spread(weak), *spread(right), (right < weak).sum(), len(weak)]
    words = "calibration error # (# to #) and # (# to #), smaller on # of # seeds"
    assert told("RG4", words) == pytest.approx(figures, abs=0.0006)
    wrong = [count for said in both for count in surely_wrong(said, sure.true)]
    assert told("RG4", "# of # and # of # were given with more than 99 %") == wrong


def test_a_feature_that_was_left_out_wrongly_comes_in() -> None:
    """From the true weights nearly nobody pulls at λ, as the others do only once the penalty has shrunk these."""
    data, share = made(0, 30, 60, 8, 0.5, np.float32), 0.1
    w, strength = data.w.astype(np.float32), share * data.problem.largest_l1()
    left_out = (w == 0) & (np.abs(data.problem.gradient(w)) < strength)
    minimum = _next(data, 30, w, share, share)  # as if the λ before were this one
    assert (minimum.w[left_out] != 0).any()
    pull = np.abs(data.problem.gradient(minimum.w))
    assert (pull <= strength * 1.001).all()
    np.testing.assert_allclose(pull[minimum.w != 0], strength, rtol=1e-3)


def test_maps_soften_with_lambda() -> None:
    """RG4."""
    sure = [float(np.abs(surface - 0.5).mean()) for surface in surfaces()]
    assert sure == sorted(sure, reverse=True)
    assert sure[0] > 1.3 * sure[-1]


def test_the_logistic_fit_is_a_minimum() -> None:
    rng = np.random.default_rng(0)
    x, t = rng.standard_normal((80, 5)), (rng.random(80) < 0.3).astype(float)
    fit = logistic(x, t, 0.05)
    errors = (probability(fit, x) - t) / len(t)
    np.testing.assert_allclose(errors @ x + 2 * 0.05 * fit.w, 0, atol=1e-5)
    assert abs(float(errors.sum())) < 1e-5


@pytest.fixture(scope="module")
def raced() -> list[decay.Runs]:
    return [compared(seed) for seed in range(5)]


def test_decay_is_l2_under_sgd_and_not_under_adam(raced: list[decay.Runs]) -> None:
    """RG5. Measured: 4×10⁻¹⁴ against 0.16 of the start."""
    sgd = [apart(runs.sgd_l2, runs.sgd_decay) for runs in raced]
    adam = [apart(runs.adam_l2, runs.adam_decay) for runs in raced]
    assert max(sgd) < 1e-12
    assert min(adam) > 0.08
    assert all(kept(runs.adam_decay)[1] - kept(runs.adam_l2)[1] > 0.07 for runs in raced)
    assert told("RG5", "differ by at most 10⁻¹³ of the start under SGD, by # to # under Adam") == pytest.approx(
        [min(adam), max(adam)], abs=0.006
    )
    l2, decayed = (
        [kept(way)[1] for way in ways] for ways in zip(*((r.adam_l2, r.adam_decay) for r in raced), strict=True)
    )
    words = "# to # is left with Adam + L2, # to # with AdamW"
    assert told("RG5", words) == pytest.approx([min(l2), max(l2), min(decayed), max(decayed)], abs=0.0006)


def test_adam_with_l2_ends_at_the_minimum_of_the_sum_and_adamw_does_not() -> None:
    """RG5, where it stops."""
    runs, start = compared(0, 12_000), ridge(decay.problem(0), 0.0)
    lowest = ridge(decay.problem(0), decay.STRENGTH) / start
    for way in (runs.sgd_l2, runs.sgd_decay, runs.adam_l2):
        np.testing.assert_allclose(kept(way), lowest, atol=0.02)
    assert abs(kept(runs.adam_decay) - lowest)[1] > 0.08


def test_of_twins_l1_keeps_one_and_the_elastic_net_both() -> None:
    """RG5."""
    pairs = twins()
    alone = ((pairs.l1 == 0).sum(axis=1) == 1).sum()
    assert alone >= 3
    assert (pairs.elastic_net > 0.4).all()
    assert np.linalg.norm(pairs.max_norm, axis=1) == pytest.approx(WALL)
    assert told("RG5", "keeps one on # of # seeds") == [alone, len(pairs.l1)]
    assert told("RG5", "ends at a length of #") == [WALL]
