"""Zachary's karate club, and networks that learn its two sides from a few members."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np

from engine.arrays import Array, read_only
from engine.datasets import karate_club
from engine.graphs import Graph
from engine.losses import softmax_cross_entropy
from engine.network import Sequential
from engine.optimizers import Adam

KNOWN = (0, 33)  # the instructor and the president: whose sides they are
RATE = 0.01
SEEDS = range(5)


@cache
def club() -> Graph:
    return Graph(len(karate_club().side), karate_club().edges).both_ways()


@cache
def others() -> Array:
    """Members whose side is not told."""
    return read_only(np.setdiff1d(np.arange(club().nodes), KNOWN))


@cache
def names() -> Array:
    """x, (34, 34): every member is known by name only."""
    return read_only(np.eye(club().nodes))


def training(network: Sequential, seed: int, steps: int) -> Iterator[Any]:
    """Parameters after every step, those of the start first. The loss hears the known members only."""
    params, _ = network.init(np.random.default_rng(seed), (club().nodes,), np.float64)
    optimizer = Adam(RATE)
    slots = optimizer.init(params)
    known = np.array(KNOWN)
    yield params
    for _ in range(steps):
        y, trace = network.forward(params, names(), graph=club())
        _, dknown = softmax_cross_entropy(y[known], karate_club().side[known])
        dy = np.zeros_like(y)
        dy[known] = dknown
        _, grads = network.backward(params, trace, dy)
        params, slots = optimizer.update(params, grads, slots)
        yield params


def right(answers: Array) -> int:
    """Of the 32 others, how many are given their side."""
    return int((answers == karate_club().side)[others()].sum())


def sided(network: Sequential, params: Any) -> Array:
    """(34,): the side that the network gives each member."""
    return np.asarray(network.forward(params, names(), graph=club())[0].argmax(axis=1))
