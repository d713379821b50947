"""Conjugated hydrocarbons: grown by a rule, and a number of each that is computed from its graph, not measured.

Carbon atoms are the nodes, bonds between them the edges. An atom with d bonds to carbon carries 3 − d hydrogens, which
are not drawn. Growth begins with ethene and adds, where there is a hydrogen to replace, two atoms of a chain, a ring of
six that is fused to a bond, or a ring of six of its own. So all rings have six atoms, and all atoms pair up in double
bonds. Hückel's method takes energies of the π electrons from the adjacency matrix alone:

    E_k = α + λ_k β        λ₁ ≥ λ₂ ≥ … ≥ λ_n, the eigenvalues of A        gap = λ_{n/2} − λ_{n/2+1}, in |β|

n electrons fill the lower half of the orbitals, two each. The gap is from the highest that is full to the next: what it
takes to excite an electron, in units of |β|, about. Where atoms are in space, and how long bonds are, plays no part.

Hückel 1931, "Quantentheoretische Beiträge zum Benzolproblem", doi:10.1007/BF01339530
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from engine.arrays import Array, read_only
from engine.checks import check_integer
from engine.graphs import Graph

VALENCE = 3  # bonds of an atom to carbon, at most
CHAIN, FUSED, RING = 2, 4, 6  # atoms that a piece adds
SAME = 6  # decimals: molecules whose energies agree to so many are taken for one


class Molecule(NamedTuple):
    atoms: int
    bonds: tuple[tuple[int, int], ...]  # pairs of atoms, each once

    @property
    def graph(self) -> Graph:
        return Graph(self.atoms, self.bonds).both_ways()

    @property
    def levels(self) -> Array:
        """(atoms,): λ, the largest first."""
        a, pairs = np.zeros((self.atoms, self.atoms)), np.array(self.bonds).T
        a[pairs[0], pairs[1]] = a[pairs[1], pairs[0]] = 1
        return np.linalg.eigvalsh(a)[::-1]

    @property
    def gap(self) -> float:
        """From the highest full orbital to the lowest empty one, in |β|. The number of atoms is even."""
        levels, full = self.levels, self.atoms // 2
        return float(levels[full - 1] - levels[full])


NAPHTHALENE = Molecule(10, ((0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 0), (4, 6), (6, 7), (7, 8), (8, 9), (9, 5)))
FULVALENE = Molecule(10, ((0, 1), (1, 2), (2, 3), (3, 4), (4, 0), (5, 6), (6, 7), (7, 8), (8, 9), (9, 5), (0, 5)))


def grown(rng: np.random.Generator, atoms: int) -> Molecule:
    """One molecule of so many atoms, an even number."""
    if check_integer("atoms", atoms, least=2) % 2:
        raise ValueError(f"atoms must be an even number, not {atoms}")
    bonds, degrees = [(0, 1)], [1, 1]
    while len(degrees) < atoms:
        piece = (CHAIN, FUSED, RING)[rng.integers(3)]
        sides = [(a, b) for a, b in bonds if max(degrees[a], degrees[b]) < VALENCE]
        if len(degrees) + piece > atoms or (piece == FUSED and not sides):
            continue
        first = len(degrees)
        last = first + piece - 1
        new = [(k, k + 1) for k in range(first, last)]
        if piece == FUSED:
            a, b = sides[rng.integers(len(sides))]
            new += [(a, first), (last, b)]
        else:
            free = [k for k, degree in enumerate(degrees) if degree < VALENCE]
            new += [(free[rng.integers(len(free))], first)] + [(first, last)] * (piece == RING)
        degrees += [0] * piece
        for pair in new:
            for k in pair:
                degrees[k] += 1
        bonds += new
    return Molecule(atoms, tuple(bonds))


@lru_cache(maxsize=8)
def molecules(seed: int, count: int, smallest: int, largest: int) -> tuple[Molecule, ...]:
    """So many, in random order, no two with the same energies: none is there twice under other numbers.

    Sizes are drawn evenly, but there are few small molecules, so most are large.
    """
    rng, found = np.random.default_rng(seed), dict[tuple[float, ...], Molecule]()
    sizes = range(smallest, largest + 1, 2)
    while len(found) < count:
        molecule = grown(rng, sizes[rng.integers(len(sizes))])
        found.setdefault(tuple(np.round(molecule.levels, SAME) + 0.0), molecule)
    each = list(found.values())
    return tuple(each[k] for k in rng.permutation(count))


def hydrogens(graph: Graph) -> Array:
    """(N,): 0, 1 or 2 of every atom."""
    return read_only(VALENCE - graph.degrees.astype(np.int64))
