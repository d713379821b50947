"""TC4: the autoencoder, by the function that the page calls, trained for fewer steps than there."""

import numpy as np
import pytest

from engine.datasets import digits
from experiments.transposed_convolution import autoencoder
from experiments.transposed_convolution.autoencoder import SIZES, Autoencoders, autoencoders, by_axes, error, split
from tests.experiments.transposed_convolution.test_shown import check
from tests.test_claims_table import spread, told

STEPS = {2: 60, 8: 100, 16: 200}


@pytest.fixture(scope="module")
def trained() -> Autoencoders:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(autoencoder, "STEPS", STEPS)
        *_, (done, result) = autoencoders()
    assert done == 1
    assert result is not None
    return result


def test_the_network_is_below_the_axes_at_every_size(trained: Autoencoders) -> None:
    for size in SIZES:
        network, axes = np.median(trained.networks[size]), trained.axes[size]
        words = f"{size} numbers, # steps: axes #, network # (# to #)"
        steps, told_axes, *told_network = told("TC4", words)
        assert steps == STEPS[size]
        assert told_axes == pytest.approx(axes, abs=5e-5)
        assert told_network == pytest.approx(spread(trained.networks[size]), abs=5e-5)
        assert network < axes - (told_axes - told_network[0]) / 2


def test_early_on_it_is_behind(trained: Autoencoders, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it stops."""
    size, steps = (int(number) for number in told("TC4", "with # numbers after # steps every seed is behind"))
    monkeypatch.setattr(autoencoder, "SIZES", (size,))
    monkeypatch.setattr(autoencoder, "STEPS", {size: steps})
    *_, (_, early) = autoencoders()
    assert early is not None
    assert early.networks[size].min() > trained.axes[size]


def test_the_axes_are_the_best_matrix_on_what_they_are_made_from() -> None:
    """Against scikit-learn's, and a random matrix of the same size."""
    from sklearn.decomposition import PCA

    data = split()
    flat, tested = (x.reshape(len(x), -1).astype(np.float64) for x in (data.learned, data.tested))
    for size in SIZES:
        pca = PCA(size, svd_solver="full").fit(flat)
        theirs = pca.inverse_transform(pca.transform(tested))
        np.testing.assert_allclose(by_axes(size, data).reshape(len(tested), -1), theirs, atol=1e-6)
    assert error(by_axes(64, data), data.tested) < 1e-12


def test_no_digit_is_learned_from_or_chosen_by_that_is_reported() -> None:
    data = split()
    assert sum(map(len, data[:3])) == len(digits().images)
    reported = {x.tobytes() for x in data.tested}
    assert not reported & {x.tobytes() for x in (*data.learned, *data.chosen_by)}


def test_the_walk_paints_what_the_decoder_paints(trained: Autoencoders) -> None:
    """A frame of the way and a cell of the table are where they say; digits of a kind lie together more than apart."""
    walk, data = trained.walk, split()
    assert walk is not None
    assert walk.plane.table.shape == (autoencoder.ACROSS, autoencoder.ACROSS, 8, 8)
    assert len(walk.path) == len(walk.captions) == 9 * autoencoder.BETWEEN + 1
    assert (walk.captions[0], walk.captions[-1]) == ("the middle of the 0s", "the middle of the 9s")
    middles = np.array([walk.codes[data.labels == label].mean(axis=0) for label in range(10)])
    nearest = np.linalg.norm(walk.codes[:, None] - middles, axis=2).argmin(axis=1)
    assert np.mean(nearest == data.labels) > 0.3  # a guess is right once in ten times


def test_what_is_shown_fills_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(autoencoder, "STEPS", dict.fromkeys(SIZES, 1))
    *_, last = autoencoder.show()
    assert last.shown is not None
    check("TC4", last.shown)
