"""GC3: the gap of a molecule, by the function that the page calls, trained for fewer steps and seeds than there."""

import re

import numpy as np
import pytest

from engine.molecules import FULVALENE, NAPHTHALENE, Molecule
from experiments.graph_convolution import molecules
from experiments.graph_convolution.molecules import (
    COUNTS,
    HELD_OUT,
    KINDS,
    LARGER,
    LEARNED,
    MEAN,
    NETWORKS,
    SIZES,
    SUM,
    Gaps,
    answers,
    data,
    gapped,
    guessed,
    network,
    shown_molecules,
    split,
    together,
)
from tests.experiments.runs import shown
from tests.test_claims_table import told
from ui.prose import read

STEPS, SEED = 600, 0


@pytest.fixture(scope="module")
def trained() -> Gaps:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(molecules, "STEPS", STEPS)
        patch.setattr(molecules, "SEEDS", (SEED,))
        *_, (done, result) = gapped()
    assert done == 1
    assert result is not None
    return result


def test_the_error_is_below_half_of_the_mean_predictors(trained: Gaps) -> None:
    held_out, larger = (dict(zip(NETWORKS, trained.errors[0, :, part], strict=True)) for part in (0, 1))
    constant, linear = guessed(data().held_out)
    assert held_out[MEAN] < constant / 2
    assert told("GC3", "always the mean #, a linear rule of the counts #") == pytest.approx(
        [constant, linear], abs=5e-4
    )
    steps, *errors = told("GC3", "after # steps of seed 0 counts #, sum #, mean #; ")
    assert (steps, SEED) == (STEPS, 0)
    assert errors == pytest.approx([held_out[name] for name in NETWORKS], abs=0.015)
    # without edges it is hardly better than the mean, and a gap does not grow with the molecule, as a sum does
    assert held_out[COUNTS] > 0.85 * constant
    assert held_out[MEAN] < 0.8 * held_out[SUM]
    # where it stops
    sizes = told("GC3", "on # to # atoms the mean")
    assert tuple(sizes) == LARGER
    assert told("GC3", f"in that test # of {LARGER[0]}") == pytest.approx([larger[MEAN]], abs=0.015)
    assert larger[MEAN] > 1.1 * held_out[MEAN]


def test_what_every_atom_says_has_the_answer_for_its_mean(trained: Gaps) -> None:
    assert [len(values) for values in trained.atoms] == [each.atoms for each in shown_molecules().values()]
    assert trained.atoms[1].mean() == pytest.approx(trained.atoms[2].mean(), abs=1e-9)
    assert np.ptp(trained.atoms[0]) > 0.1  # they do not all say the same


@pytest.mark.parametrize("name", [SUM, MEAN])
@pytest.mark.parametrize("seed", range(5))
def test_no_network_tells_naphthalene_from_fulvalene(name: str, seed: int) -> None:
    """Whatever its weights; a chain of as many atoms it does tell from them."""
    chain = Molecule(10, tuple((k, k + 1) for k in range(9)))
    net = network(name)
    params, _ = net.init(np.random.default_rng(seed), (len(KINDS),), np.float64)
    one, other, third = answers(net, params, together((NAPHTHALENE, FULVALENE, chain)))[:, 0]
    assert one == pytest.approx(other, abs=1e-9)
    assert abs(one - third) > 1e-6
    gaps = told("GC3", "naphthalene and fulvalene (gaps # and #)")
    assert gaps == pytest.approx([NAPHTHALENE.gap, FULVALENE.gap], abs=0.005)


def test_no_molecule_is_learned_from_or_chosen_by_that_is_reported() -> None:
    parts = split()
    assert [len(part) for part in parts] == [LEARNED, molecules.CHOSEN_BY, HELD_OUT]
    sizes = told("GC3", "# learned, # by which width, hops, rate and steps were chosen, # held out")
    assert sizes == [len(part) for part in parts]
    energies = [{tuple(np.round(each.levels, 6) + 0.0) for each in part} for part in parts]
    assert len(set.union(*energies)) == sum(map(len, energies)) == sum(map(len, parts))
    assert {each.atoms for part in parts for each in part} == set(range(SIZES[0], SIZES[1] + 1, 2))
    assert min(data().larger.graph.nodes / HELD_OUT, LARGER[0]) > SIZES[1]


def test_what_is_shown_fills_its_text(trained: Gaps) -> None:
    result = shown(molecules, "gapped", trained)
    asked = read("graph_convolution")["GC3"].fill(molecules.ASKED_NUMBERS)
    assert not re.search(r"\{\w+\}", asked["Predict"].question + asked.text)  # asked before anything has run
    filled = asked.fill(result.numbers)
    for part in ("Predict", "Reveal", "Where it stops"):
        assert not re.search(r"\{\w+\}", str(filled[part])), part
    assert "nan" not in str(filled).lower().split()
    _, first, beside = result.rows
    for points, (name, molecule) in zip((first, *beside.rows), shown_molecules().items(), strict=True):
        assert points.title == name
        assert sum(map(len, points.groups.values())) == molecule.atoms
        assert not any(name in kind for kind in points.groups)
