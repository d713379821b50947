"""TC5: the segmenters, by the function that the page calls, trained for fewer steps than there."""

import numpy as np
import pytest

from engine.arrays import Array
from experiments.transposed_convolution import segmenter
from experiments.transposed_convolution.segmenter import (
    FULL,
    STROKE,
    WITH,
    WITHOUT,
    Segmented,
    best_threshold,
    iou,
    networks,
    pictures,
    segmented,
)
from tests.experiments.transposed_convolution.test_shown import check
from tests.test_claims_table import spread, told

STEPS = 60


@pytest.fixture(scope="module")
def trained() -> Segmented:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(segmenter, "STEPS", STEPS)
        patch.setattr(segmenter, "EVERY", STEPS)
        *_, (done, result) = segmented()
    assert done == 1
    assert result is not None
    return result


def alike(told: list[float], found: Array) -> bool:
    """An end is a single seed, in the midst of learning: another processor moves it far, the median less."""
    median, *ends = spread(found)
    return told[0] == pytest.approx(median, abs=0.04) and told[1:] == pytest.approx(ends, abs=0.15)


def test_with_links_it_is_well_above_the_threshold(trained: Segmented) -> None:
    steps, threshold, *linked = told("TC5", "after # steps: brightness #, with links # (# to #)")
    assert steps == STEPS
    assert threshold == pytest.approx(trained.by_threshold, abs=5e-3)
    assert alike(linked, trained.final(WITH))
    assert np.median(trained.final(WITH)) > trained.by_threshold + (linked[0] - threshold) / 2


def test_without_links_it_is_behind_for_every_seed(trained: Segmented) -> None:
    without = told("TC5", "without links # (# to #)")
    assert alike(without, trained.final(WITHOUT))
    assert (trained.final(WITHOUT) < trained.final(WITH)).all()


def test_at_full_size_it_is_as_good_and_costs_more(trained: Segmented) -> None:
    """Where it stops."""
    *full, times = told("TC5", "at full size # (# to #), for # times the multiply–adds")
    assert alike(full, trained.final(FULL))
    assert np.median(trained.final(FULL)) > np.median(trained.final(WITH)) - 0.05
    counts = {name: network.operation_count((16, 16, 1)) for name, network in networks().items()}
    assert times == pytest.approx(counts[FULL] / counts[WITH], abs=0.05)


def test_without_clutter_brightness_is_the_answer() -> None:
    """Where it stops."""
    _, chosen_by, tested = pictures(clutter=0)
    threshold = best_threshold(chosen_by)
    assert threshold == STROKE
    assert told("TC5", "without clutter brightness has #") == [iou(tested.x >= threshold, tested.strokes)] == [1]


def test_clutter_is_as_bright_as_strokes() -> None:
    """No other threshold is better on the tested pictures by much, and background alone finds nothing."""
    _, chosen_by, tested = pictures()
    chosen = iou(tested.x >= best_threshold(chosen_by), tested.strokes)
    every = [iou(tested.x >= grade / 16, tested.strokes) for grade in range(17)]
    assert max(every) - chosen < 0.01
    assert iou(np.zeros_like(tested.x), tested.strokes) == 0


def test_iou_is_that_of_sets() -> None:
    rng = np.random.default_rng(0)
    found, wanted = rng.random((2, 3, 4, 4, 1)) < 0.4
    a, b = (set(map(tuple, np.argwhere(each))) for each in (found, wanted))
    assert iou(found, wanted) == pytest.approx(len(a & b) / len(a | b), rel=1e-12)


def test_what_is_shown_fills_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segmenter, "STEPS", 2)
    monkeypatch.setattr(segmenter, "EVERY", 1)
    monkeypatch.setattr(segmenter, "SEEDS", range(1))
    shown = [part.shown for part in segmenter.show() if part.shown is not None]
    assert not shown[0].numbers
    assert all(any(c.isdigit() for c in row.alt) for each in shown for row in each.rows)
    check("TC5", shown[-1])
