"""Molecules that are made by a rule, and their gap against energies that are known in closed form."""

import numpy as np
import pytest

from engine.molecules import FULVALENE, NAPHTHALENE, VALENCE, Molecule, grown, hydrogens, molecules

GOLDEN = (1 + 5**0.5) / 2
RING = tuple((k, (k + 1) % 6) for k in range(6))


@pytest.mark.parametrize(
    ("molecule", "gap"),
    [
        (Molecule(2, ((0, 1),)), 2),  # ethene
        (Molecule(4, ((0, 1), (1, 2), (2, 3))), 2 / GOLDEN),  # butadiene: 4 cos 2π/5
        (Molecule(6, RING), 2),  # benzene
        (NAPHTHALENE, 2 / GOLDEN),
    ],
)
def test_gaps_are_those_of_the_textbook(molecule: Molecule, gap: float) -> None:
    assert molecule.gap == pytest.approx(gap, abs=1e-12)


def test_every_molecule_is_as_the_rule_says() -> None:
    found = molecules(0, 60, 12, 16)
    assert found == molecules(0, 60, 12, 16)
    assert len({tuple(np.round(each.levels, 6) + 0.0) for each in found}) == 60
    for each in found:
        assert {atom for bond in each.bonds for atom in bond} == set(range(each.atoms))
        assert each.graph.degrees.max() <= VALENCE
        assert set(hydrogens(each.graph).tolist()) <= {0, 1, 2}
        np.testing.assert_allclose(each.levels, np.linalg.eigvalsh(each.graph.adjacency)[::-1], atol=1e-12)
        # all rings are even, so orbitals come in pairs ±λ; all atoms pair up, so none is at 0
        np.testing.assert_allclose(each.levels, -each.levels[::-1], atol=1e-12)
        assert each.gap > 1e-3


def test_two_molecules_have_the_same_neighbourhoods_and_another_gap() -> None:
    """Colours that are refined by those of the neighbours, which is all that message passing can tell."""
    colours = []
    for each in (NAPHTHALENE, FULVALENE):
        near = [np.flatnonzero(row).tolist() for row in each.graph.adjacency]
        colour: list[object] = [len(around) for around in near]
        for _ in range(4):
            colour = [
                (colour[k], tuple(sorted((colour[j] for j in around), key=repr))) for k, around in enumerate(near)
            ]
        colours.append(sorted(colour, key=repr))
    assert colours[0] == colours[1]
    assert NAPHTHALENE.gap - FULVALENE.gap > 0.8


def test_an_odd_number_of_atoms_cannot_pair_up() -> None:
    with pytest.raises(ValueError, match="atoms must be an even number, not 7"):
        grown(np.random.default_rng(0), 7)
