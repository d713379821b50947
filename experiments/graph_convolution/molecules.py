"""GC3: a property of a molecule from its graph, pooled to one number: the gap of its π electrons.

    counts    how many CH₂, CH and C there are, through three dense layers: no edge is read
    sum       four hops, the sum over all atoms, a number of it
    mean      four hops, the mean over all atoms, a number of it: so it is the mean of a number of every atom

All learn from the same molecules, which are made by a rule; the gap is computed from the graph, by Hückel's method.
Width, hops, rate and steps were chosen on a part of them that is neither learned from nor reported. No two of all these
molecules have the same energies, so none that is held out is among those learned from under other numbers.

Gilmer et al. 2017, "Neural message passing for quantum chemistry", https://arxiv.org/abs/1704.01212
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from engine.arrays import Array
from engine.graphs import Graph, batch
from engine.layers import Dense, GraphPooling, GraphSAGE, ReLU
from engine.losses import mean_absolute_error, mean_squared_error
from engine.molecules import FULVALENE, NAPHTHALENE, Molecule, hydrogens, molecules
from engine.network import Sequential
from engine.optimizers import Adam
from engine.schedules import StepDecay, at
from experiments.graph_convolution.edges import Drawn
from experiments.graph_convolution.layout import layout
from experiments.numbers import counted, decimal, spread, whole
from experiments.several import parts
from experiments.shown import Beside, Part, Points, Shown, Table

COUNTS, SUM, MEAN = "counts", "sum", "mean"
NETWORKS = (COUNTS, SUM, MEAN)
KINDS = {"CH₂": 2, "CH": 1, "C": 0}  # by their hydrogens
LEARNED, CHOSEN_BY, HELD_OUT, TOGETHER = 1024, 128, 128, 32  # molecules, and of a batch
SIZES, LARGER = (10, 18), (20, 26)  # atoms, from and to
HOPS, WIDTH = 4, 32
RATE, STEPS = 0.01, 1000
SEEDS = range(5)
ASKED_NUMBERS = {
    "learned": whole(LEARNED),
    "held_out": whole(HELD_OUT),
    "sizes": f"{SIZES[0]} to {SIZES[1]}",
    "hops": whole(HOPS),
    "steps": whole(STEPS),
}


class Batch(NamedTuple):
    """Molecules side by side."""

    graph: Graph
    x: Array  # (N, 3)  one-hot: which kind of carbon
    gaps: Array  # (G, 1)  in |β|

    @property
    def counts(self) -> Array:
        """(G, 4): atoms of each kind, and a 1."""
        pooled, _ = GraphPooling("sum").forward({}, self.x, graph=self.graph)
        return np.concatenate([pooled, np.ones_like(self.gaps)], axis=1)


class Data(NamedTuple):
    batches: tuple[Batch, ...]  # that are learned from
    learned: Batch  # all of them
    chosen_by: Batch  # width, hops, rate and steps were chosen on these
    held_out: Batch  # reported
    larger: Batch

    @property
    def centre(self) -> float:
        return float(self.learned.gaps.mean())

    @property
    def scale(self) -> float:
        return float(self.learned.gaps.std())


class Gaps(NamedTuple):
    """For each seed that is done; errors are mean absolute ones, in |β|."""

    errors: Array  # (seeds, networks, 2)  held out, and on larger molecules
    alike: Array  # (seeds,)  how far the answers of naphthalene and fulvalene are apart, by the mean's network
    atoms: tuple[Array, ...]  # of the newest seed: what every atom of `shown_molecules` says


def together(chosen: tuple[Molecule, ...]) -> Batch:
    graph = batch([each.graph for each in chosen])
    x = (hydrogens(graph)[:, None] == list(KINDS.values())).astype(np.float64)
    return Batch(graph, x, np.array([[each.gap] for each in chosen]))


def split() -> tuple[tuple[Molecule, ...], tuple[Molecule, ...], tuple[Molecule, ...]]:
    """Learned from, chosen by and held out: the same for all seeds, and none is in two of them."""
    found = molecules(0, LEARNED + CHOSEN_BY + HELD_OUT, *SIZES)
    return found[:LEARNED], found[LEARNED:-HELD_OUT], found[-HELD_OUT:]


@cache
def data() -> Data:
    learned, chosen_by, held_out = split()
    return Data(
        tuple(together(learned[k : k + TOGETHER]) for k in range(0, LEARNED, TOGETHER)),
        together(learned),
        together(chosen_by),
        together(held_out),
        together(molecules(0, HELD_OUT, *LARGER)),
    )


def shown_molecules() -> dict[str, Molecule]:
    """One that was held out, and two that no message passing tells apart."""
    return {"held out": split()[-1][0], "naphthalene": NAPHTHALENE, "fulvalene": FULVALENE}


def network(name: str) -> Sequential:
    if name == COUNTS:
        return Sequential([GraphPooling("sum"), Dense(WIDTH), ReLU(), Dense(WIDTH), ReLU(), Dense(1)])
    hops = [layer for _ in range(HOPS) for layer in (GraphSAGE(WIDTH, "sum"), ReLU())]
    return Sequential([*hops, GraphPooling(name), Dense(1)])


def training(net: Sequential, seed: int) -> Iterator[Any]:
    """Parameters after every step. The gap is learned from its mean, in standard deviations."""
    of = data()
    params, _ = net.init(np.random.default_rng(seed), (len(KINDS),), np.float64)
    optimizer, schedule = Adam(RATE), StepDecay(RATE, max(1, STEPS * 3 // 4), 0.2)
    slots = optimizer.init(params)
    for step in range(STEPS):
        epoch, within = divmod(step, len(of.batches))
        order = np.random.default_rng((seed, epoch)).permutation(len(of.batches))
        graph, x, gaps = of.batches[order[within]]
        y, trace = net.forward(params, x, graph=graph)
        _, dy = mean_squared_error(y, (gaps - of.centre) / of.scale)
        _, grads = net.backward(params, trace, dy)
        params, slots = at(optimizer, schedule, step).update(params, grads, slots)
        yield params


def answers(net: Sequential, params: Any, asked: Batch) -> Array:
    """(G, 1): gaps, in |β|."""
    return data().centre + data().scale * net.forward(params, asked.x, graph=asked.graph)[0]


def error(answer: Array | float, asked: Batch) -> float:
    return mean_absolute_error(np.broadcast_to(answer, asked.gaps.shape), asked.gaps)[0]


def guessed(asked: Batch) -> tuple[float, float]:
    """Errors of whoever always says the mean of the learned, and of the best linear rule of the counts."""
    learned = data().learned
    rule = np.linalg.lstsq(learned.counts, learned.gaps)[0]
    return error(data().centre, asked), error(asked.counts @ rule, asked)


def said(net: Sequential, params: Any, molecule: Molecule) -> Array:
    """(atoms,): what every atom says, in |β|. Their mean is the answer of the mean's network."""
    asked = together((molecule,))
    _, trace = net.forward(params, asked.x, graph=asked.graph)
    of_atoms, _ = net.layers[-1].forward(params[-1], trace.activations[-3])
    return np.asarray(data().centre + data().scale * of_atoms[:, 0])


def gapped() -> Iterator[tuple[float, Gaps | None]]:
    """Seed after seed."""
    errors: list[list[list[float]]] = []
    alike: list[float] = []
    pair = together((NAPHTHALENE, FULVALENE))
    work, done = len(SEEDS) * len(NETWORKS) * STEPS, 0
    for seed in SEEDS:
        here = []
        for name in NETWORKS:
            net, params = network(name), None
            for after in training(net, seed):
                params, done = after, done + 1
                yield done / work, None
            here.append([error(answers(net, params, asked), asked) for asked in (data().held_out, data().larger)])
        errors.append(here)
        one, other = answers(net, params, pair)[:, 0]  # of the last network, the mean's
        alike.append(float(abs(one - other)))
        atoms = tuple(said(net, params, each) for each in shown_molecules().values())
        yield done / work, Gaps(np.array(errors), np.array(alike), atoms)


def show(_: None = None) -> Iterator[Part]:
    """Errors by network, and molecules with what their atoms say."""
    return parts(gapped(), _shown)


def _shown(result: Gaps) -> Shown:
    seeds = counted(len(result.errors), "seed")
    guesses = [guessed(asked) for asked in (data().held_out, data().larger)]
    errors = {name: [spread(result.errors[:, k, part], 3) for part in (0, 1)] for k, name in enumerate(NETWORKS)}
    constant, linear = ([decimal(of[k], 3) for of in guesses] for k in (0, 1))
    numbers = ASKED_NUMBERS | {
        "seeds": seeds,
        "larger": f"{LARGER[0]} to {LARGER[1]}",
        "constant": constant[0],
        "constant_larger": constant[1],
        "linear": linear[0],
        "naphthalene": decimal(NAPHTHALENE.gap),
        "fulvalene": decimal(FULVALENE.gap),
        "drawn": decimal(float(result.atoms[0].mean())),
        "drawn_gap": decimal(shown_molecules()["held out"].gap),
        "pair": decimal(float(result.atoms[1].mean())),
    }
    for name in NETWORKS:
        numbers |= {name: errors[name][0], f"{name}_larger": errors[name][1]}
    columns = {
        "network": ["always the mean gap", "a linear rule of the counts", "a network on the counts"]
        + [f"{HOPS} hops, {name} over all atoms" for name in (SUM, MEAN)],
        f"error held out, {numbers['sizes']} atoms": [constant[0], linear[0], *(errors[name][0] for name in NETWORKS)],
        f"error, {numbers['larger']} atoms": [constant[1], linear[1], *(errors[name][1] for name in NETWORKS)],
    }
    alt = f"Mean absolute error in |β|, held out: {', '.join(f'{name} {errors[name][0]}' for name in NETWORKS)}"
    first, *pair = (
        _drawn(name, molecule, values)
        for (name, molecule), values in zip(shown_molecules().items(), result.atoms, strict=True)
    )
    return Shown(numbers=numbers, rows=[Table(columns, alt=alt), first, Beside(pair)])


def _drawn(name: str, molecule: Molecule, values: Array) -> Points:
    """A number at every atom, which is what it says; a sign for its kind, and the molecule's name before the kinds'."""
    carbons = hydrogens(molecule.graph)
    groups = {kind: np.flatnonzero(carbons == count).tolist() for kind, count in KINDS.items()}
    at = layout(Drawn(tuple(range(molecule.atoms)), molecule.bonds))
    alt = (
        f"{name}, {molecule.atoms} carbon atoms: they say {decimal(values.min())} to {decimal(values.max())}, "
        f"in the mean {decimal(values.mean())}; the gap is {decimal(molecule.gap)}"
    )
    return Points(
        [decimal(value) for value in values], at, {k: v for k, v in groups.items() if v}, "activation", alt,
        molecule.bonds, title=name,
    )  # fmt: skip
