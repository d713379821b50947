"""Zachary's karate club, and networks that learn its two sides from a few members."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from engine.arrays import Array, read_only
from engine.datasets import karate_club
from engine.graphs import Graph
from engine.losses import softmax_cross_entropy
from engine.network import Sequential
from engine.optimizers import Adam
from engine.training import Drawn, Examples

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


def training(network: Sequential, seed: int) -> Drawn:
    """Every step sees the whole club."""
    everybody = Examples(names(), karate_club().side, graph=club())
    return Drawn(network, Adam(RATE), lambda _: everybody, seed, of_the_known)


def of_the_known(y: Array, side: Array) -> tuple[float, Array]:
    """The loss hears the known members only."""
    known, dy = np.array(KNOWN), np.zeros_like(y)
    loss, dy[known] = softmax_cross_entropy(y[known], side[known])
    return loss, dy


def right(answers: Array) -> int:
    """Of the 32 others, how many are given their side."""
    return int((answers == karate_club().side)[others()].sum())


def sided(network: Sequential, params: Any) -> Array:
    """(34,): the side that the network gives each member."""
    return np.asarray(network.forward(params, names(), graph=club())[0].argmax(axis=1))
