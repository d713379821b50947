"""What learners see of CV4, CV6 and CV7: every line, cell and number of results that are made by hand."""

import numpy as np
import pytest

from experiments.convolution import far, hierarchy, shuffled
from experiments.convolution.far import Far
from experiments.convolution.hierarchy import Hierarchy, favourites
from experiments.convolution.learning import network
from experiments.convolution.shuffled import Shuffled
from experiments.shown import Sheet
from tests.experiments.runs import at, cells, lines, shown


def test_the_growth_from_layer_to_layer_is_told() -> None:
    """CV4. Trained it grows by 0.30, 0.40 and 0.15, untrained by 0.06, 0.02 and 0.11."""
    first = tuple(network().init(np.random.default_rng(seed), (8, 8, 1))[0] for seed in (1, 2))
    trained = np.array([[0.31, 0.4, 0.61], [0.25, 0.5, 0.65], [0.28, 0.44, 0.43]])
    untrained = np.array([[0.21, 0.22, 0.27], [0.24, 0.29, 0.26], [0.19, 0.33, 0.3]])
    it = shown(hierarchy, "hierarchy", Hierarchy(trained, untrained, (first[0], first[1]), (3, 5, 7)))
    assert it.numbers == {
        "seeds": "3 seeds",
        "first": "0.28",
        "last": "0.61",
        "grown": "0.30",
        "grown_untrained": "0.06",
        "field": "7",
    }
    sheet, table = it.rows
    assert cells(table) == {
        "layer": [1, 2, 3],
        "receptive field": ["3 × 3", "5 × 5", "7 × 7"],
        "knows of the digit, trained": ["0.28 (0.25 to 0.31)", "0.44 (0.40 to 0.50)", "0.61 (0.43 to 0.65)"],
        "untrained": ["0.21 (0.19 to 0.24)", "0.29 (0.22 to 0.33)", "0.27 (0.26 to 0.30)"],
    }
    assert table.alt == "Share between digits by layer, 3 seeds: trained 0.28, 0.44, 0.61, untrained 0.21, 0.29, 0.27"
    assert isinstance(sheet, Sheet)
    for k, line in enumerate(sheet.places):  # trained and untrained of the first layer, then of the second, …
        for place, wanted in zip(line, favourites(network(), first[k % 2], k // 2, 4, 3), strict=True):
            assert all(np.array_equal(*pair) for pair in zip(place, wanted, strict=True))


MEDIANS = {
    "2 layers": [0.96, 0.94, 0.51, 0.52, 0.53, 0.54, 0.56, 0.57, 0.58, 0.59],
    "4 layers": [0.99, 0.98, 0.96, 0.95, 0.41, 0.42, 0.43, 0.45, 0.46, 0.47],
    "3 layers, dilated 1 2 4": [0.93, 0.92, 0.91, 0.9, 0.89, 0.88, 0.87, 0.61, 0.62, 0.63],
    "global max-pooling": [0.98, 0.97, 0.96, 0.98, 0.97, 0.96, 0.98, 0.97, 0.96, 0.97],
}
AS_FAR = Far({name: np.array(line) + np.array([[-0.02], [0.01], [0]]) for name, line in MEDIANS.items()})


def test_how_far_each_network_sees_is_told() -> None:
    """CV6. The third seed is the median; the first is worse by 0.02, the second better by 0.01."""
    it = shown(far, "far", AS_FAR)
    assert it.numbers == {
        "seeds": "3 seeds",
        "within": "0.87",
        "beyond": "0.63",
        "worst": "0.85",
        "reach_2": "2",
        "reach_4": "4",
        "reach_dilated": "7",
        "pooled": "0.96",
    }
    _, chart, table = it.rows
    assert at(chart) == list(range(1, 11))
    assert lines(chart) == MEDIANS
    assert chart.alt == (
        "Share of right answers, median of 3 seeds: 2 layers 0.96 at 1 to 0.59 at 10; "
        "4 layers 0.99 at 1 to 0.47 at 10; 3 layers, dilated 1 2 4 0.93 at 1 to 0.63 at 10; "
        "global max-pooling 0.98 at 1 to 0.97 at 10"
    )
    assert cells(table) == {
        "network": list(MEDIANS),
        "reach": ["2 cells", "4 cells", "7 cells", "any"],
        "right within it": [
            "0.95 (0.93 to 0.96)", "0.97 (0.95 to 0.98)", "0.90 (0.88 to 0.91)", "0.97 (0.95 to 0.98)",
        ],
        "right beyond it": ["0.55 (0.53 to 0.56)", "0.44 (0.42 to 0.45)", "0.62 (0.60 to 0.63)", "–"],
    }  # fmt: skip


def test_what_shuffling_costs_is_told() -> None:
    """CV7. The convolution loses 4, 10 and 1 points, the dense network −2, 0.5 and 6."""
    result = Shuffled(
        {"convolution": np.array([0.95, 0.9, 0.91]), "dense": np.array([0.85, 0.88, 0.87])},
        {"convolution": np.array([0.91, 0.8, 0.9]), "dense": np.array([0.87, 0.875, 0.81])},
    )
    it = shown(shuffled, "shuffled", result)
    assert it.numbers == {
        "seeds": "3 seeds", "convolution": "loses 5.0 points", "dense": "loses 1.5 points", "examples": "200",
    }  # fmt: skip
    assert it.right == {shuffled.CONVOLUTION}
    assert cells(it.rows[1]) == {
        "network": ["convolution", "dense"],
        "as they are": ["92.0 %", "86.7 %"],
        "shuffled": ["87.0 %", "85.2 %"],
        "change, points": ["−5.0", "−1.5"],
        "change, by seed": ["−4.0, −10.0, −1.0", "+2.0, −0.5, −6.0"],
    }
    assert it.rows[1].alt == "3 seeds: convolution loses 5.0 points, dense loses 1.5 points"


@pytest.mark.parametrize(("lost", "answer"), [((0.02, 0.05), shuffled.DENSE), ((0.05, 0.02), shuffled.CONVOLUTION)])
def test_the_answer_follows_what_is_lost(lost: tuple[float, float], answer: int) -> None:
    names = ("convolution", "dense")
    natural = {name: np.array([0.9]) for name in names}
    result = Shuffled(natural, {name: np.array([0.9 - by]) for name, by in zip(names, lost, strict=True)})
    assert shown(shuffled, "shuffled", result).right == {answer}
