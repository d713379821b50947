"""GC4: which meeting for whom, from who came to which: every attendance is left out in turn, and asked for.

A start at the woman, handed on by graph convolutions of weight 1, is the score of each meeting. Nothing is trained.

He et al. 2020, "LightGCN", https://arxiv.org/abs/2002.02126, has no weights in its layers either; it learns its input.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from engine.arrays import Array, read_only
from engine.datasets import attendance
from engine.graphs import Graph, batch
from engine.layers import GraphConvolution
from experiments.numbers import decimal
from experiments.shown import Shown, Table

HOPS = (1, 2, 3, 5, 9, 33, 99)
SHOWN = 3  # meetings that are recommended


class Hits(NamedTuple):
    """Shares of the attendances left out that are among the recommended."""

    of: int
    hops: Array  # (7,)
    popularity: float
    chance: float


def hit(scores: Array, place: int) -> float:
    """1 if the place is among the best; of equal scores, each is as likely to be."""
    better = int((scores > scores[place] + 1e-12).sum())
    equal = int((np.abs(scores - scores[place]) <= 1e-12).sum())
    return min(max((SHOWN - better) / equal, 0.0), 1.0)


@cache
def recommended() -> Hits:
    women, meetings, came = attendance()
    layer, params = GraphConvolution(1, use_bias=False), {"kernel": np.ones((1, 1))}
    nodes, knowns = len(women) + len(meetings), [np.delete(came, k, axis=0) for k in range(len(came))]
    # all that are left out at once: a graph each
    graph = batch([Graph(nodes, known + np.array([0, len(women)])).both_ways() for known in knowns])
    x, scores = np.zeros((len(came), nodes)), []
    x[np.arange(len(came)), came[:, 0]] = 1
    x = x.reshape(-1, 1)
    for hop in range(1, HOPS[-1] + 1):
        x, _ = layer.forward(params, x, graph=graph)
        if hop in HOPS:
            scores.append(x.reshape(len(came), nodes)[:, len(women) :])
    found, popular, chance = [], [], []
    for k, ((woman, meeting), known) in enumerate(zip(came, knowns, strict=True)):
        free = np.setdiff1d(np.arange(len(meetings)), known[known[:, 0] == woman, 1])
        place = int(np.searchsorted(free, meeting))
        found.append([hit(each[k, free], place) for each in scores])
        popular.append(hit(np.bincount(known[:, 1], minlength=len(meetings))[free], place))
        chance.append(hit(np.zeros(len(free)), place))
    return Hits(len(came), read_only(np.mean(found, axis=0)), float(np.mean(popular)), float(np.mean(chance)))


def show(_: None = None) -> Shown:
    """Hits by the number of hops."""
    found = recommended()
    numbers = {f"hops_{hop}": decimal(float(value), 2) for hop, value in zip(HOPS, found.hops, strict=True)} | {
        "of": str(found.of),
        "popularity": decimal(found.popularity, 2),
        "chance": decimal(found.chance, 2),
    }
    names = [f"{hop} hop" + "s" * (hop > 1) for hop in HOPS] + ["popularity", "chance"]
    values = [numbers[f"hops_{hop}"] for hop in HOPS] + [numbers["popularity"], numbers["chance"]]
    alt = ", ".join(f"{name} {value}" for name, value in zip(names, values, strict=True))
    return Shown(numbers=numbers, rows=[Table({"by": names, "hit@3": values}, alt=f"Share found: {alt}")])
