"""GC7: the look-up, by the function that the page calls, with fewer seeds than there."""

import re
from collections.abc import Iterator

import numpy as np
import pytest

from experiments.graph_convolution import lookup
from experiments.graph_convolution.lookup import GRAPHS, KEYS, Lookups, LookupSpec, asked, dealt, graphs, lookups
from experiments.graph_convolution.spec import GAT, GAT2
from tests.test_claims_table import spread, told
from ui.prose import read


def run(heads: int) -> Lookups:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lookup, "SEEDS", range(2))
        *_, (done, result) = lookups(LookupSpec(heads))
    assert done == 1
    assert result is not None
    return result


@pytest.fixture(scope="module")
def one_head() -> Lookups:
    return run(1)


def test_with_one_head_gat_cannot_look_up_and_gatv2_can(one_head: Lookups) -> None:
    expected = [*spread(one_head.right[GAT]), *spread(one_head.right[GAT2])]
    assert told("GC7", "one head, seeds 0 to 1: GAT # (# to #), GATv2 # (# to #)") == pytest.approx(expected, abs=0.02)
    assert one_head.right[GAT].max() < 0.6
    assert one_head.right[GAT2].min() > 0.95


def test_all_questions_of_gat_have_one_favourite(one_head: Lookups) -> None:
    """Not only of those that get the most: the whole ranking is the same."""
    assert one_head.favourites[GAT].tolist() == [1, 1]
    assert one_head.favourites[GAT2].tolist() == [KEYS, KEYS]
    ranking = np.argsort(one_head.attention[GAT], axis=1)
    assert (ranking == ranking[0]).all()
    assert not (np.argsort(one_head.attention[GAT2], axis=1) == np.argsort(one_head.attention[GAT2], axis=1)[0]).all()
    np.testing.assert_allclose(one_head.attention[GAT].sum(axis=1), 1)


def test_four_heads_make_up_for_it() -> None:
    """Where it stops."""
    (most,) = told("GC7", "with 4 heads GAT #")
    assert np.median(run(4).right[GAT]) == pytest.approx(most, abs=0.03)
    assert most > 0.9


def test_the_answer_stands_with_the_key_that_is_named() -> None:
    """And nowhere else: a question's own node does not have it."""
    x, values = dealt(np.random.default_rng(3))
    nodes = x.reshape(GRAPHS, 2, KEYS, 2 * KEYS)
    assert (nodes[:, 1, :, KEYS:] == 0).all()
    names = nodes[:, 1, :, :KEYS].argmax(axis=2)
    found = np.take_along_axis(nodes[:, 0, :, KEYS:].argmax(axis=2), names, axis=1)
    assert found.ravel().tolist() == values.tolist()
    sources, targets = graphs().edges.T % (2 * KEYS)
    assert (sources < KEYS).all()
    assert (targets >= KEYS).all()
    y = np.arange(GRAPHS * 2 * KEYS)[:, None]
    assert (asked(y)[:, 0] % (2 * KEYS) >= KEYS).all()


def test_what_is_shown_fills_its_text(one_head: Lookups, monkeypatch: pytest.MonkeyPatch) -> None:
    def once(_: LookupSpec) -> Iterator[tuple[float, Lookups]]:
        yield 1.0, one_head

    monkeypatch.setattr(lookup, "lookups", once)
    *_, last = lookup.show(LookupSpec())
    assert last.shown is not None
    assert last.shown.case == "Behind"
    text = read("graph_convolution")["GC7"].fill(last.shown.numbers)
    for part in ("Predict", "Reveal", "Where it stops", "Behind", "Several heads"):
        assert not re.search(r"\{\w+\}", str(text[part])), part
