"""TC6: the variational autoencoder, by the function that the page calls, trained for fewer steps and seeds."""

from typing import Any

import numpy as np
import pytest

from engine.gradient_check import agrees, numerical_gradient
from engine.layers import GaussianSampling
from engine.losses import kl_to_standard_normal
from experiments.shown import Bars, Sheet
from experiments.transposed_convolution import variational
from experiments.transposed_convolution.autoencoder import error, split
from experiments.transposed_convolution.variational import (
    KINDS,
    PLAIN,
    VARIATIONAL,
    Compared,
    VariationalSpec,
    coder,
    compared,
    taken_for,
)
from tests.experiments.transposed_convolution.test_shown import check
from tests.test_claims_table import spread, told


def run(spec: VariationalSpec, steps: int, seeds: int) -> Compared:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(variational, "STEPS", steps)
        patch.setattr(variational, "SEEDS", range(seeds))
        *_, (done, result) = compared(spec)
    assert done == 1
    assert result is not None
    return result


@pytest.fixture(scope="module")
def result() -> Compared:
    steps, seeds = (int(number) for number in told("TC6", "8 numbers, β 0.3, # steps, seeds 0 to #"))
    return run(VariationalSpec(), steps, seeds + 1)


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_are_those_of_the_loss(kind: str) -> None:
    """Of the decoder's last bias and of the encoder's, by differences, under one and the same draw."""
    net, beta = coder(kind, 2), 0.7
    params: Any = tuple(
        tuple({name: array.astype(np.float64) for name, array in layer.items()} for layer in part)
        for part in net.init(0)
    )
    x = np.random.default_rng(1).standard_normal((3, 8, 8, 1))

    def loss(of: Any) -> float:
        codes, _ = net.down.forward(of[0], x)
        z, divergence = codes, 0.0
        if net.draws:
            z, _ = GaussianSampling().forward({}, codes, training=True, rng=np.random.default_rng(5))
            divergence = kl_to_standard_normal(codes)[0]
        painted, _ = net.up.forward(of[1], z)
        return float(((painted - x) ** 2).sum() / 2 / len(x) + beta * divergence)

    grads = net.gradients(params, x, beta, np.random.default_rng(5))
    for part, layer in ((0, -1), (0, 0), (1, -1)):

        def moved(bias: np.ndarray, part: int = part, layer: int = layer) -> float:
            parts = [list(each) for each in params]
            parts[part][layer] = parts[part][layer] | {"bias": bias}
            return loss(tuple(tuple(each) for each in parts))

        numeric = numerical_gradient(moved, params[part][layer]["bias"])
        assert agrees(grads[part][layer]["bias"], numeric, loss(params)).all()
        assert not agrees(1.01 * grads[part][layer]["bias"], numeric, loss(params)).all()


def test_with_8_numbers_the_variational_one_is_ahead(result: Compared) -> None:
    digits = {kind: 100 * result.of("digits", kind) for kind in KINDS}
    assert told("TC6", "plain # % (# to #), variational # % (# to #)") == pytest.approx(
        [*spread(digits[PLAIN]), *spread(digits[VARIATIONAL])], abs=1
    )
    assert digits[VARIATIONAL].min() > digits[PLAIN].max()
    assert told("TC6", "of real ones # %") == pytest.approx([100 * result.real], abs=0.6)


def test_it_has_its_price(result: Compared) -> None:
    plain, asked = (np.median(result.of("error", kind)) for kind in (PLAIN, VARIATIONAL))
    assert told("TC6", "squared error # against #") == pytest.approx([asked, plain], abs=6e-4)
    assert asked > 1.3 * plain


def test_where_it_stops_it_says_nothing() -> None:
    """β = 3: no number says anything, and all pictures are one."""
    collapsed = run(VariationalSpec(beta=3.0), 60, 1)
    (seen,) = collapsed.seen[VARIATIONAL]
    assert seen.divergence.sum() < 0.01
    assert seen.classes == told("TC6", "with β 3 all of # class")[0]
    assert np.ptp(seen.drawn, axis=0).max() < 0.1
    shown = variational._shown(collapsed)
    assert shown.case == "Collapsed"
    assert (seen.digits > collapsed.seen[PLAIN][0].digits) == (shown.right == {0})  # as the shares say, all the same


def test_what_is_taken_for_a_digit_has_ten_neighbours_of_one_class() -> None:
    """Against scikit-learn's neighbours."""
    from sklearn.neighbors import NearestNeighbors

    data = split()
    asked = data.tested[:100, ..., 0]
    found = NearestNeighbors(n_neighbors=10).fit(data.learned.reshape(len(data.learned), -1))
    labels = data.learned_labels[found.kneighbors(asked.reshape(100, -1), return_distance=False)]
    expected = [row[0] if len(set(row)) == 1 else -1 for row in labels]
    assert taken_for(asked).tolist() == expected
    assert -1 in expected


def test_the_plane_of_two_numbers_is_painted_by_the_decoder() -> None:
    """A place of the table is what the decoder paints there, and the codes are means."""
    spec = VariationalSpec(numbers=2)
    net = coder(VARIATIONAL, 2)
    params = net.init(3)
    seen = variational.seen(spec, VARIATIONAL, params, 3)
    plane = seen.plane
    assert plane is not None
    z = np.array([[plane.axes[0][7], plane.axes[1][19]]])
    np.testing.assert_allclose(plane.table[19, 7], net.paint(params, z)[0], atol=1e-6)
    means = net.codes(params, variational.centred(split().tested, split().learned))[:, :2]
    assert seen.error == error(net.paint(params, means), split().tested[..., 0])
    assert variational.seen(VariationalSpec(numbers=8), PLAIN, coder(PLAIN, 8).init(0), 0).plane is None


def test_what_is_shown_fills_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(variational, "STEPS", 1)
    for spec in (VariationalSpec(), VariationalSpec(numbers=2)):
        *_, last = variational.show(spec)
        assert last.shown is not None
        check("TC6", last.shown)
        sheet, bars = last.shown.rows[1], last.shown.rows[-1]
        assert isinstance(sheet, Sheet)
        assert not any(column.isdigit() for column in sheet.columns)  # these are not classes
        assert isinstance(bars, Bars)
        assert len(bars.groups) == len(bars.bars[VARIATIONAL]) == spec.numbers


def test_the_bars_are_the_divergence_that_the_table_sums(result: Compared) -> None:
    bars = variational._shown(result).rows[-1]
    assert isinstance(bars, Bars)
    assert bars.bars[VARIATIONAL].sum() == pytest.approx(result.of("divergence", VARIATIONAL)[0].sum())
    assert (bars.bars[VARIATIONAL] > 0).all()
