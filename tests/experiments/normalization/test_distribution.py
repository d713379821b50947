"""BN1 and LN1: means and variances of what shares them, at every norm."""

from itertools import product

import numpy as np
import pytest

from experiments.normalization.distribution import KEPT, NORMED, ROOT_MEAN_SQUARE, distribution, show
from experiments.normalization.facts import facts
from experiments.normalization.questions import question_numbers
from experiments.normalization.spec import (
    BATCH,
    CHANNELS,
    EXAMPLES,
    GROUP,
    GROUPS,
    INFERENCE,
    INSTANCE,
    LAYER,
    NORMS,
    PLACES,
    RMS,
    SHAPE,
    NormSpec,
)
from tests.test_claims_table import told
from ui.prose import read

EPSILONS = 1e-6, 0.001, 0.1, 1.0


@pytest.mark.parametrize(("norm", "seed"), product(NORMS, range(5)))
def test_the_mean_is_0_and_the_variance_as_the_formula_says(norm: str, seed: int) -> None:
    for epsilon in EPSILONS:
        mean_off, size_off = distribution(NormSpec(norm, epsilon=epsilon, seed=seed)).off
        assert size_off < 1e-12
        assert (mean_off < 1e-12) == (norm != RMS)
    least = distribution(NormSpec(BATCH)).after[:, 1].min()
    assert told("BN1", "smallest variance of batch norm is #") == pytest.approx([least], abs=6e-4)
    assert told("BN1", "at ε = 1 it is #") == pytest.approx(
        [distribution(NormSpec(BATCH, epsilon=1.0)).after[:, 1].min()], abs=6e-4
    )


def of_row(norm: str, row: int) -> set[tuple[int, int, int]]:
    """By the words of the lesson: which (example, place, channel) share the mean of this row."""
    size = CHANNELS // GROUPS
    shares = {
        BATCH: lambda b, p, c: c == row,
        LAYER: lambda b, p, c: b * PLACES + p == row,
        RMS: lambda b, p, c: b * PLACES + p == row,
        INSTANCE: lambda b, p, c: b * CHANNELS + c == row,
        GROUP: lambda b, p, c: b * GROUPS + c // size == row,
    }
    return {place for place in product(range(EXAMPLES), range(PLACES), range(CHANNELS)) if shares[norm](*place)}


@pytest.mark.parametrize("norm", NORMS)
def test_what_shares_a_mean_is_what_a_loop_over_the_formula_finds(norm: str) -> None:
    spec = NormSpec(norm)
    numbers = np.arange(np.prod(SHAPE)).reshape(SHAPE)
    rows = spec.rows(numbers)
    assert len(rows) == len(spec.row_names())
    for row, found in enumerate(rows):
        assert set(found.tolist()) == {int(numbers[place]) for place in of_row(norm, row)}


def test_at_inference_the_batch_has_whatever_mean_it_has() -> None:
    result = distribution(NormSpec(BATCH, INFERENCE))
    assert told("BN1", "at inference means reach #") == pytest.approx([result.off[0]], abs=6e-3)
    assert result.off[1] > 0.1


@pytest.mark.parametrize(
    ("spec", "case"),
    [(NormSpec(LAYER), NORMED), (NormSpec(RMS), ROOT_MEAN_SQUARE), (NormSpec(BATCH, INFERENCE), KEPT)],
)
def test_what_is_shown_is_of_the_learners_tensor(spec: NormSpec, case: str) -> None:
    shown = show(spec)
    assert shown.case == case
    bars, table = shown.rows
    assert all(counts.sum() == np.prod(SHAPE) for counts in bars.bars.values())
    assert len(next(iter(table.columns.values()))) == len(spec.row_names())
    assert not [name for name in shown.numbers if "nan" in shown.numbers[name]]


@pytest.mark.parametrize("norm", NORMS)
def test_questions_and_facts_count_the_arrays(norm: str) -> None:
    spec = NormSpec(norm)
    numbers, told_facts = question_numbers(spec), {label: value for label, value, _ in facts(spec)}
    assert (
        numbers["share"]
        == told_facts["Share a mean square" if norm == RMS else "Share a mean"]
        == str(spec.rows(spec.input()).shape[1])
    )
    assert numbers["parameters"] == told_facts["Parameters"] == str(sum(a.size for a in spec.params().values()))
    for page in ("batch_normalization", "layer_normalization"):
        for question in read(page).fill(numbers)["Check yourself"].sections:
            (right,) = (answer.text for answer in question.answers if answer.right)
            assert "{" not in right
            assert right not in [answer.text for answer in question.answers if not answer.right]


@pytest.mark.parametrize("epsilon", EPSILONS)
def test_the_variance_that_is_left_is_not_written_as_1(epsilon: float) -> None:
    assert 0 < float(question_numbers(NormSpec(epsilon=epsilon))["variance"]) < 1
