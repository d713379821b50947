"""DO6: the same idea in other networks; what differs is the shape of the mask.

    dense, plain       a factor a number             y = x ∘ m,  m (B, *S)
    spatial            a factor a channel            the same at all places: m (B, 1, …, C)
    recurrent          a factor a channel            the same at all steps: m (B, 1, C)
    DropConnect        a factor a weight             y = x (W ∘ m)

In a picture and in a sequence a number is much like its neighbours: who silences it alone takes hardly anything away.

Tompson et al. 2015 (spatial), https://arxiv.org/abs/1411.4280
Gal and Ghahramani 2016 (recurrent), https://arxiv.org/abs/1512.05287
Wan et al. 2013 (DropConnect), https://proceedings.mlr.press/v28/wan13.html
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.datasets import recording
from engine.layers import LSTM, Conv2D, DropConnect, SpatialDropout2D
from engine.layers.dropout import Dropping
from experiments.dropout.digits import held_out
from experiments.dropout.spec import DropoutSpec
from experiments.numbers import decimal, whole
from experiments.scene import Scale
from experiments.shown import Maps, Picture, Shown

FILTERS, PICTURES = 6, 400
STEPS, CHANNELS, UNITS = 16, 4, 6


class Kinds(NamedTuple):
    """Masks at one rate: 0 where something is silenced."""

    maps: Array  # (H, W, FILTERS)  of one digit
    plain: Array  # (H, W, FILTERS)  mask
    spatial: Array  # (H, W, FILTERS)  mask, alike at all places of a map
    sequence: Array  # (STEPS, CHANNELS)  pieces of a recording
    each_step: Array  # (STEPS, CHANNELS)  mask
    variational: Array  # (STEPS, CHANNELS)  mask of the LSTM, alike at all steps
    kernel: Array  # (CHANNELS, UNITS)
    connect: Array  # (CHANNELS, UNITS)  mask
    guessed: float  # correlation of a silenced number of a map with the mean of its kept neighbours
    guessed_spatial: int  # silenced numbers that have a kept neighbour, with whole channels silenced


def kinds(spec: DropoutSpec) -> Kinds:
    """Each kind once, from the same seed."""
    layer, (a, b, c, d, e) = spec.layer, spec.rng(4).spawn(5)
    maps = feature_maps(spec)
    plain = mask(layer, maps.shape, a)
    spatial = mask(SpatialDropout2D(spec.rate), maps.shape, b)
    sequence = pieces()
    lstm = LSTM(UNITS, dropout=spec.rate)
    params, _ = lstm.init(spec.rng(5), sequence.shape, np.float64)
    _, trace = lstm.forward(params, sequence[None], training=True, rng=c)
    connect = DropConnect(UNITS, spec.rate, use_bias=False)
    weights, _ = connect.init(spec.rng(6), (CHANNELS,), np.float64)
    _, connected = connect.forward(weights, sequence, training=True, rng=e)
    return Kinds(
        maps[0],
        plain[0],
        spatial[0],
        sequence,
        mask(layer, (1, STEPS, CHANNELS), d)[0],
        np.broadcast_to(trace.given.drop_x[0], sequence.shape),
        weights["kernel"],
        connected.drop,
        guess(maps, plain),
        int(neighbours(spatial)[spatial == 0].sum()),
    )


def mask(layer: Dropping, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """What the layer makes of ones."""
    return layer.forward({}, np.ones(shape), training=True, rng=rng)[0]


def feature_maps(spec: DropoutSpec) -> Array:
    """(PICTURES, 6, 6, FILTERS): digits behind a convolution whose weights are drawn from the seed."""
    x = held_out().x[:PICTURES].astype(np.float64)
    convolution = Conv2D(FILTERS, 3)
    params, _ = convolution.init(spec.rng(7), x.shape[1:], np.float64)
    return convolution.forward(params, x)[0]


def pieces() -> Array:
    """(STEPS, CHANNELS): an EEG, its channels shifted pieces of it, between −1 and 1."""
    signal = recording("EEG")[: STEPS * CHANNELS].astype(np.float64)
    signal = signal - signal.mean()
    return (signal / np.abs(signal).max()).reshape(CHANNELS, STEPS).T


def neighbours(masks: Array) -> Array:
    """How many of the up to four neighbours in the same map are kept, for each number. (B, H, W, C)"""
    return _around((masks != 0).astype(np.float64))


def guess(maps: Array, masks: Array) -> float:
    """Correlation, over the silenced numbers, with the mean of the neighbours that are kept; NaN if there are none."""
    kept = (masks != 0).astype(np.float64)
    count = _around(kept)
    there = (masks == 0) & (count > 0)
    if there.sum() < 2:
        return float("nan")
    mean = _around(maps * kept)[there] / count[there]
    return float(np.corrcoef(maps[there], mean)[0, 1])


def _around(values: Array) -> Array:
    """Σ over the cells above, below, left and right; beyond the edge there is nothing. (B, H, W, C)"""
    padded = np.pad(values, ((0, 0), (1, 1), (1, 1), (0, 0)))
    return padded[:, :-2, 1:-1] + padded[:, 2:, 1:-1] + padded[:, 1:-1, :-2] + padded[:, 1:-1, 2:]


def show(spec: DropoutSpec) -> Shown:
    """A digit's maps, a sequence and a kernel, each under two kinds of mask."""
    result = kinds(spec)
    off = (result.plain == 0).mean(axis=(0, 1))
    numbers = {
        "filters": str(FILTERS),
        "places": whole(result.plain[:, :, 0].size),
        "plain_numbers": whole((result.plain == 0).sum()),
        "all_numbers": whole(result.plain.size),
        "channels": whole((result.spatial[0, 0] == 0).sum()),
        "guessed": "none is silenced" if np.isnan(result.guessed) else decimal(result.guessed),
        "guessed_spatial": whole(result.guessed_spatial),
        "step_masks": whole(len(np.unique(result.each_step != 0, axis=0))),
        "variational_masks": whole(len(np.unique(result.variational != 0, axis=0))),
        "steps": str(STEPS),
        "weights": whole((result.connect == 0).sum()),
        "all_weights": whole(result.connect.size),
        "rate": decimal(spec.rate),
    }
    words = ", ".join(decimal(float(share)) for share in off)
    factor = 1 / (1 - spec.rate)
    return Shown(numbers, [_pictures(result, words, Scale(1.5 * factor)), _sequences(result, factor), _weights(result)])


def _tiled(maps: Array) -> Array:
    """(H, W, C) → (H, C·W): the maps side by side."""
    return maps.transpose(0, 2, 1).reshape(len(maps), -1)


def _pictures(result: Kinds, words: str, reach: Scale) -> Maps:
    pictures = [
        Picture(f"{FILTERS} maps of a digit", _tiled(result.maps), Scale(1.5), "activation"),
        Picture("plain: number by number", _tiled(result.maps * result.plain), reach, "activation"),
        Picture("spatial: whole maps", _tiled(result.maps * result.spatial), reach, "activation"),
    ]
    silenced = ", ".join(map(str, np.flatnonzero(result.spatial[0, 0] == 0))) or "none"
    return Maps(pictures, f"Plain dropout silences {words} of the maps; spatial dropout the maps {silenced} as a whole")


def _sequences(result: Kinds, factor: float) -> Maps:
    reach = Scale(factor)
    pictures = [
        Picture("a sequence, steps →", result.sequence.T, Scale(1), "input"),
        Picture("plain: a mask a step", (result.sequence * result.each_step).T, reach, "activation"),
        Picture("LSTM: one mask for all steps", (result.sequence * result.variational).T, reach, "activation"),
    ]
    silenced = ", ".join(map(str, np.flatnonzero(result.variational[0] == 0))) or "none"
    return Maps(pictures, f"The LSTM silences the channels {silenced} at all {STEPS} steps, plain dropout others each")


def _weights(result: Kinds) -> Maps:
    units = np.ones((CHANNELS, UNITS)) * (result.each_step[0][:, None] != 0)
    pictures = [
        Picture("kernel", result.kernel, Scale(1), "weight"),
        Picture("units dropped: whole rows", result.kernel * units, Scale(1), "weight"),
        Picture("DropConnect: single weights", result.kernel * (result.connect != 0), Scale(1), "weight"),
    ]
    return Maps(pictures, f"DropConnect silences {(result.connect == 0).sum()} of {result.connect.size} weights")
