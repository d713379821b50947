"""DN2: dense layers on real tables, and as the head on digits. Seeds 0 to 4."""

from functools import cache

import numpy as np
import pytest

from engine import tables
from engine.datasets import tumours
from experiments.datasets import DIGITS, OWN, TUMOURS, WINES
from experiments.dense import head as module
from experiments.dense.head import (
    ALIKE,
    BETTER,
    FEATURES,
    HEAD,
    MLP,
    STEPS,
    UNITS,
    Heads,
    HeadSpec,
    heads,
    split,
    training,
)
from tests.experiments.runs import cells, last, shown
from tests.test_claims_table import spread, told

SEEDS = range(5)


@cache
def result(data: str) -> Heads:
    return last(heads(HeadSpec(data)))


def test_tumours_are_told_apart() -> None:
    assert np.median(result(TUMOURS).right[MLP]) > 0.93
    assert np.median(result(TUMOURS).right[MLP] - result(TUMOURS).often) > 0.17


def test_features_help_a_head_on_digits() -> None:
    right = result(DIGITS).right
    assert np.median(right[FEATURES]) > 0.93
    assert np.median(right[FEATURES] - right[HEAD]) > 0.02
    assert result(DIGITS).answers == {BETTER}


@pytest.mark.parametrize("data", [TUMOURS, WINES])
def test_where_it_stops_the_head_alone_does_as_well_on_tables(data: str) -> None:
    right = result(data).right
    assert abs(np.median(right[MLP] - right[HEAD])) < 0.01
    assert result(data).answers == {ALIKE}


@pytest.mark.parametrize("data", [TUMOURS, WINES])
def test_columns_are_standardised_by_what_is_learned_from_alone(data: str) -> None:
    for seed in SEEDS:
        learned, held = split(data, "", seed)
        np.testing.assert_allclose(learned.x.mean(axis=0), 0, atol=1e-5)
        np.testing.assert_allclose(learned.x.std(axis=0), 1, atol=1e-4)
        assert np.abs(held.x.mean(axis=0)).max() > 0.01  # others have another mean


def test_every_row_is_on_one_side() -> None:
    learned, held = split(TUMOURS, "", 3)
    assert len(learned.x) + len(held.x) == len(tumours().x)
    rows = {row.tobytes() for row in learned.x}
    assert not rows & {row.tobytes() for row in held.x}


def test_both_networks_learn_the_same_rows() -> None:
    one, other = (training(HeadSpec(TUMOURS), name, 2) for name in (HEAD, MLP))
    assert one.x is other.x


def test_a_table_of_ones_own_is_learned_from() -> None:
    """Two columns, of which the larger says what a row is."""
    rng = np.random.default_rng(0)
    rows = rng.uniform(0, 9, (150, 2)).round(2)
    packed = tables.shrink("\n".join(f"{a},{b},{'left' if a > b else 'right'}" for a, b in rows).encode())
    own = last(heads(HeadSpec(OWN, packed)))
    assert np.median(own.right[MLP]) > 0.9
    assert shown(module, "heads", own, own.spec).case == "On a table"
    with pytest.raises(ValueError, match="no table of your own"):
        HeadSpec(OWN)
    assert OWN not in HeadSpec().offered("data")


def test_the_table_of_claims_has_the_shares() -> None:
    learned, held = split(TUMOURS, "", 0)
    figures = told("DN2", "# steps, right answers held out")
    assert figures == [STEPS]
    assert told("DN2", "# to learn from and # held out") == [len(learned.x), len(held.x)]
    wanted = [UNITS, *spread(result(TUMOURS).right[MLP]), np.median(result(TUMOURS).often)]
    found = told("DN2", "a hidden layer of # units # (# to #); the commonest class is #")
    assert found == pytest.approx(wanted, abs=0.006)
    digits = [np.median(result(DIGITS).right[HEAD]), *spread(result(DIGITS).right[FEATURES])]
    found = told("DN2", "head on pixels #, behind a convolution # (# to #)")
    assert found == pytest.approx(digits, abs=0.01)
    assert told("DN2", "the head alone has #") == pytest.approx([np.median(result(TUMOURS).right[HEAD])], abs=0.006)


def test_what_is_shown_is_what_was_measured() -> None:
    seen = shown(module, "heads", result(TUMOURS), HeadSpec())
    (table,) = seen.rows
    assert cells(table)["parameters"] == ["62", "1,058"]
    assert cells(table)["of these in the head"] == ["62", "66"]
    assert seen.numbers["more"].startswith(f"{np.median(result(TUMOURS).right[MLP]):.3f}")
    assert seen.right == {ALIKE}
