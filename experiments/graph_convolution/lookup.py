"""GC7: a look-up, which the attention of GAT cannot do with one head, and that of GATv2 can.

Keys and questions are nodes, and every question hears every key. A key's node holds its name and a value; a question
holds a name, and has to give the value that stands with it. Values are dealt out anew in every graph.

    GAT      e_ij = LeakyReLU(a · h_j + c · h_i)      whoever asks, the keys are ranked alike
    GATv2    e_ij = a · LeakyReLU(h_j + g_i)          who asks decides which key is the best

One layer of attention, then a dense layer; the share of right answers is of graphs that nobody has learned from.

Brody, Alon and Yahav 2022, "How attentive are graph attention networks?", https://arxiv.org/abs/2105.14491
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from engine.arrays import Array
from engine.graphs import Graph, batch
from engine.layers import Dense, GATv2, GraphAttention
from engine.losses import softmax_cross_entropy
from engine.network import Sequential
from engine.optimizers import Adam
from experiments.graph_convolution.spec import GAT, GAT2
from experiments.numbers import counted, decimal, ends, spread
from experiments.scene import Scale
from experiments.several import parts
from experiments.shown import Maps, Part, Picture, Shown, Table
from experiments.spec import Spec, choice

LAYERS = {GAT: GraphAttention, GAT2: GATv2}
KEYS, UNITS = 5, 16
GRAPHS = 16  # of a batch, and of those that are asked at the end
STEPS, LEARNING_RATE = 300, 0.02
SEEDS = range(5)
ASKED_NUMBERS = {"keys": str(KEYS), "steps": str(STEPS), "chance": decimal(1 / KEYS)}


@dataclass(frozen=True)
class LookupSpec(Spec):
    heads: int = choice(1, (1, 2, 4), "attentions side by side")


class Lookups(NamedTuple):
    right: dict[str, Array]  # layer → (seeds done,)  share of right answers
    favourites: dict[str, Array]  # layer → (seeds done,)  different keys that get the most attention, of one head
    attention: dict[str, Array]  # layer → (questions, keys) of the first seed, mean of the heads

    @property
    def whole(self) -> bool:
        return len(self.right) == len(LAYERS)


def graphs() -> Graph:
    """GRAPHS at once; in each, first the keys, then the questions."""
    edges = [(key, KEYS + question) for question in range(KEYS) for key in range(KEYS)]
    return batch([Graph(2 * KEYS, edges)] * GRAPHS)


def dealt(rng: np.random.Generator) -> tuple[Array, Array]:
    """x (GRAPHS · 2 KEYS, 2 KEYS), name and value one-hot; and the values (GRAPHS · KEYS,) that are asked for."""
    name = np.eye(KEYS)
    values = np.array([rng.permutation(KEYS) for _ in range(GRAPHS)])
    keys = np.concatenate([np.broadcast_to(name, (GRAPHS, KEYS, KEYS)), name[values]], axis=2)
    questions = np.concatenate([name, np.zeros((KEYS, KEYS))], axis=1)
    x = np.concatenate([keys, np.broadcast_to(questions, (GRAPHS, KEYS, 2 * KEYS))], axis=1)
    return x.reshape(-1, 2 * KEYS), values.ravel()


def asked(y: Array) -> Array:
    """Of all nodes, the questions."""
    return y.reshape(GRAPHS, 2, KEYS, -1)[:, 1].reshape(GRAPHS * KEYS, -1)


def learned(layer: str, heads: int, seed: int) -> Iterator[tuple[Sequential, Any]]:
    """The network and its weights after every step."""
    network, over = Sequential([LAYERS[layer](UNITS, heads, self_loops=False), Dense(KEYS)]), graphs()
    params, _ = network.init(np.random.default_rng((seed, 0)), (2 * KEYS,), np.float64)
    optimizer = Adam(LEARNING_RATE)
    slots = optimizer.init(params)
    for step in range(STEPS):
        x, values = dealt(np.random.default_rng((seed, 1, step)))
        y, trace = network.forward(params, x, graph=over)
        _, danswers = softmax_cross_entropy(asked(y), values)
        dy = np.stack([np.zeros((GRAPHS, KEYS, KEYS)), danswers.reshape(GRAPHS, KEYS, KEYS)], axis=1).reshape(y.shape)
        _, grads = network.backward(params, trace, dy)
        params, slots = optimizer.update(params, grads, slots)
        yield network, params


def lookups(spec: LookupSpec) -> Iterator[tuple[float, Lookups | None]]:
    """Trains a network of each layer, seed by seed: (share that is done, results when there are new ones)."""
    right: dict[str, list[float]] = {}
    favourites: dict[str, list[int]] = {}
    attention: dict[str, Array] = {}
    runs = [(seed, layer) for seed in SEEDS for layer in LAYERS]
    for number, (seed, layer) in enumerate(runs):
        for step, (network, params) in enumerate(learned(layer, spec.heads, seed), 1):
            if step < STEPS:
                yield (number + step / STEPS) / len(runs), None
                continue
            x, values = dealt(np.random.default_rng((seed, 2)))
            y, trace = network.forward(params, x, graph=graphs())
            # of the first graph: edges are question by question
            shares = trace.children[0].attention[: KEYS * KEYS].reshape(KEYS, KEYS, spec.heads)
            right.setdefault(layer, []).append(float((asked(y).argmax(axis=1) == values).mean()))
            favourites.setdefault(layer, []).append(len(set(shares[:, :, 0].argmax(axis=1).tolist())))
            attention.setdefault(layer, shares.mean(axis=2))
            found = {name: np.array(each) for name, each in right.items()}
            best = {name: np.array(each) for name, each in favourites.items()}
            yield (number + 1) / len(runs), Lookups(found, best, dict(attention))


def show(spec: LookupSpec) -> Iterator[Part]:
    """Right answers, and who attends to whom."""
    return parts(lookups(spec), _shown)


def _shown(result: Lookups) -> Shown:
    maps = Maps(
        [
            Picture(f"{layer}: attention, question × key", shares, Scale(1, "magnitude"), "weight")
            for layer, shares in result.attention.items()
        ],
        f"Attention of the first seed in a graph of {KEYS} keys and {KEYS} questions",
    )
    if not result.whole:
        return Shown({}, [maps])
    numbers = ASKED_NUMBERS | {"seeds": counted(len(result.right[GAT2]), "seed")}
    for key, layer in (("gat", GAT), ("gatv2", GAT2)):
        numbers[key] = spread(result.right[layer])
        numbers[f"{key}_favourites"] = ends(result.favourites[layer], 0)
    table = Table(
        {
            "layer": list(LAYERS),
            "right answers": [spread(result.right[layer]) for layer in LAYERS],
            f"favourite keys of {KEYS} questions, first head": [spread(result.favourites[each], 0) for each in LAYERS],
        },
        f"Right answers: GAT {numbers['gat']}, GATv2 {numbers['gatv2']}",
    )
    behind = result.right[GAT].max() < result.right[GAT2].min()
    return Shown(numbers, [table, maps], right={0 if behind else 1}, case="Behind" if behind else "Several heads")
