"""DO6: the same idea in other networks; what differs is the shape of the mask. Here for some steps of training each.

    dense, plain       a factor a number             y = x ∘ m,  m (B, *S)
    spatial            a factor a channel            the same at all places: m (B, 1, …, C)
    recurrent          a factor a channel            the same at all steps: m (B, 1, C), of the input and of the state
    DropConnect        a factor a weight             y = x (W ∘ m)
    Gaussian noise     a number that is added        y = x + n,  n ~ N(0, stddev²)

In a picture and in a sequence a number is much like its neighbours: who silences it alone takes hardly anything away.

Tompson et al. 2015 (spatial), https://arxiv.org/abs/1411.4280
Gal and Ghahramani 2016 (recurrent), https://arxiv.org/abs/1512.05287
Wan et al. 2013 (DropConnect), https://proceedings.mlr.press/v28/wan13.html
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.datasets import recording
from engine.layers import LSTM, Conv2D, DropConnect, Dropout, GaussianNoise, SpatialDropout2D
from engine.layers.dropout import Dropping
from experiments.digits import held_out
from experiments.numbers import decimal, significant, whole
from experiments.scene import Role, Scale
from experiments.shown import Maps, Picture, Shown
from experiments.spec import Spec, choice, number

FILTERS, PICTURES = 6, 400
STEPS, CHANNELS, UNITS = 16, 4, 6
LINES = 2  # of maps
DRAWS = 8  # steps of training, each with masks of its own
PIXELS, OVER_TIME, INTO_UNITS = "row ↓, column →", "channel ↓, time →", "input ↓, unit →"  # the axes of what is drawn


@dataclass(frozen=True)
class KindsSpec(Spec):
    rate: float = choice(0.3, (0.1, 0.3, 0.5, 0.8), "the share that is silenced, on average, of whatever it is")
    stddev: float = choice(0.2, (0.1, 0.2, 0.5), "of GaussianNoise: how far a number is moved, where ink is 1")
    seed: int = number(0, 0, 99, 1, "start of what is random: masks, noise, weights", surprise=False)

    @property
    def used(self) -> tuple[str, ...]:
        return ("rate", "stddev")

    def rng(self, purpose: int) -> np.random.Generator:
        return np.random.default_rng((self.seed, purpose))


class Kinds(NamedTuple):
    """Masks at one rate, 0 where something is silenced, and noise."""

    maps: Array  # (H, W, FILTERS)  of one digit
    plain: Array  # (DRAWS, H, W, FILTERS)  mask
    spatial: Array  # (DRAWS, H, W, FILTERS)  mask, alike at all places of a map
    sequence: Array  # (STEPS, CHANNELS)  pieces of a recording
    each_step: Array  # (DRAWS, STEPS, CHANNELS)  mask
    variational: Array  # (DRAWS, STEPS, CHANNELS)  mask of the LSTM's input, alike at all steps
    states: Array  # (DRAWS, STEPS, UNITS)  h of the LSTM
    recurrent: Array  # (DRAWS, STEPS, UNITS)  mask of its state, alike at all steps
    kernel: Array  # (CHANNELS, UNITS)
    rows: Array  # (DRAWS, CHANNELS)  mask of plain dropout in front of it
    connect: Array  # (DRAWS, CHANNELS, UNITS)  mask
    digit: Array  # (8, 8)
    noise: Array  # (DRAWS, 8, 8)
    guessed: float  # correlation of a silenced number of a map with the mean of its kept neighbours
    guessed_spatial: int  # silenced numbers that have a kept neighbour, with whole channels silenced


def kinds(spec: KindsSpec) -> Kinds:
    """Each kind for some steps, from the same seed. The examples of a batch stand for steps: each has its own mask."""
    layer, (a, b, c, d, e, f, g) = Dropout(spec.rate), spec.rng(4).spawn(7)
    maps = feature_maps(spec)
    plain, spatial = mask(layer, maps.shape, a), mask(SpatialDropout2D(spec.rate), maps.shape, b)
    sequence, digit = pieces(), held_out().x[0, :, :, 0]
    lstm = LSTM(UNITS, dropout=spec.rate, recurrent_dropout=spec.rate)
    params, _ = lstm.init(spec.rng(5), sequence.shape, np.float64)
    _, trace = lstm.forward(params, np.repeat(sequence[None], DRAWS, axis=0), training=True, rng=c)
    connect = DropConnect(UNITS, spec.rate, use_bias=False)
    weights, _ = connect.init(spec.rng(6), (CHANNELS,), np.float64)
    connected = [connect.forward(weights, sequence, training=True, rng=e)[1].drop for _ in range(DRAWS)]
    _, moved = GaussianNoise(spec.stddev).forward({}, np.repeat(digit[None], DRAWS, axis=0), training=True, rng=g)
    return Kinds(
        maps[0],
        plain[:DRAWS],
        spatial[:DRAWS],
        sequence,
        mask(layer, (DRAWS, STEPS, CHANNELS), d),
        _at_all_steps(trace.given.drop_x),
        trace.h[:, 1:],
        _at_all_steps(trace.given.drop_h),
        weights["kernel"],
        mask(layer, (DRAWS, CHANNELS), f),
        np.array(connected),
        digit,
        moved.noise,
        guess(maps, plain),
        int(neighbours(spatial)[spatial == 0].sum()),
    )


def mask(layer: Dropping, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """What the layer makes of ones."""
    return layer.forward({}, np.ones(shape), training=True, rng=rng)[0]


def _at_all_steps(drop: Array) -> Array:
    """(B, C) → (B, STEPS, C)."""
    return np.repeat(drop[:, None], STEPS, axis=1)


def feature_maps(spec: KindsSpec) -> Array:
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


def show(spec: KindsSpec) -> Shown:
    """A digit's maps, a sequence, a kernel and a digit, each under its kinds of dropout, step by step."""
    result = kinds(spec)
    numbers = {
        "draws": str(DRAWS),
        "pictures": whole(PICTURES),
        "guessed": decimal(result.guessed),
        "guessed_spatial": whole(result.guessed_spatial),
        "step_masks": whole(len(np.unique(result.each_step[0] != 0, axis=0))),
        "steps": str(STEPS),
        "stddev": decimal(spec.stddev, 1),
        "moved": significant(float(result.noise.std())),
        "moved_mean": significant(float(result.noise.mean())),
    }
    factor, start = 1 / (1 - spec.rate), telling(result)
    return Shown(numbers, [*films(result, factor, start), _noise(result, start)])


def films(result: Kinds, factor: float, start: int = 0) -> list[Maps]:
    """What masks leave of a digit's maps, of a sequence and of a kernel."""
    return [film(result, factor, start) for film in (_pictures, _sequences, _weights)]


def _films(pictures: list[Picture], words: list[str], start: int) -> Maps:
    """`words` say what is silenced in each step."""
    frames = [f"step {step}: {what}" for step, what in enumerate(words, 1)]
    names = ", ".join(picture.label.split("\n")[0] for picture in pictures)
    return Maps(pictures, f"{names}. In {frames[start]}", frames, start)


def _off(masks: Array) -> list[int]:
    """How many are silenced in each step."""
    return [int((mask == 0).sum()) for mask in masks]


def telling(result: Kinds) -> int:
    """The first of the steps in which as many kinds as ever silence some and keep some."""
    few = (result.spatial[:, 0, 0], result.variational[:, 0], result.recurrent[:, 0], result.rows, result.connect)
    share = np.array([(mask == 0).reshape(DRAWS, -1).mean(axis=1) for mask in few])
    return int(((share > 0) & (share < 1)).sum(axis=0).argmax())


def _tiled(maps: Array) -> Array:
    """(…, H, W, C) → (…, 2 H, C / 2 W): the maps in two lines."""
    h, w, c = maps.shape[-3:]
    lines = np.moveaxis(maps, -1, -3).reshape(*maps.shape[:-3], LINES, c // LINES, h, w)
    return np.moveaxis(lines, -3, -2).reshape(*maps.shape[:-3], LINES * h, c // LINES * w)


def _pictures(result: Kinds, factor: float, start: int) -> Maps:
    h, w, c = result.maps.shape
    corners = np.array([[h * (k // (c // LINES)), w * (k % (c // LINES)), h, w] for k in range(c)])
    reach = Scale(1.5 * factor)
    pictures = [
        Picture(f"{c} maps of a digit\n{PIXELS}", _tiled(result.maps), Scale(1.5), "activation", marks=corners),
        _masked(f"plain: number by number\n{PIXELS}", result.maps, result.plain, reach, _tiled, corners),
        _masked(f"spatial: whole maps\n{PIXELS}", result.maps, result.spatial, reach, _tiled, corners),
    ]
    off = zip(_off(result.plain), _off(result.spatial[:, 0, 0]), strict=True)
    words = [
        f"plain dropout silences {single} of {result.maps.size} numbers, spatial dropout {all_} of {c} maps"
        for single, all_ in off
    ]
    return _films(pictures, words, start)


def _sequences(result: Kinds, factor: float, start: int) -> Maps:
    reach, inputs, state = Scale(factor), result.sequence, result.states
    pictures = [
        Picture(f"a sequence\n{OVER_TIME}", inputs.T, Scale(1), "input"),
        _masked(f"plain: a mask a time\n{OVER_TIME}", inputs, result.each_step, reach, _upright),
        _masked(f"LSTM dropout: one mask\n{OVER_TIME}", inputs, result.variational, reach, _upright),
        _masked("recurrent_dropout: of h\nunit ↓, time →", state, result.recurrent, reach, _upright),
    ]
    off = zip(_off(result.each_step), _off(result.variational[:, 0]), _off(result.recurrent[:, 0]), strict=True)
    words = [
        f"plain dropout silences {single} of {inputs.size} numbers, the LSTM {x} of {CHANNELS} channels of its input "
        f"and {h} of {UNITS} units of its state, at all times"
        for single, x, h in off
    ]
    return _films(pictures, words, start)


def _masked(
    label: str,
    values: Array,
    mask: Array,
    scale: Scale,
    laid: Callable[[Array], Array] = lambda cells: cells,
    marks: Array | None = None,
    role: Role = "activation",
) -> Picture:
    """What the masks leave. Struck is what they silence: a 0 that they keep is a value like any other."""
    return Picture(label, laid(values * mask), scale, role, left_out=laid(mask == 0), marks=marks, struck="silenced")


def _upright(sequences: Array) -> Array:
    """(DRAWS, STEPS, C) → (DRAWS, C, STEPS): time to the right."""
    return np.swapaxes(sequences, 1, 2)


def _weights(result: Kinds, factor: float, start: int) -> Maps:
    reach, rows = Scale(factor), np.repeat(result.rows[:, :, None], UNITS, axis=2)
    pictures = [
        Picture(f"kernel\n{INTO_UNITS}", result.kernel, Scale(1), "weight"),
        _masked(f"dropout: whole rows\n{INTO_UNITS}", result.kernel, rows, reach, role="weight"),
        _masked(f"DropConnect: single weights\n{INTO_UNITS}", result.kernel, result.connect, reach, role="weight"),
    ]
    words = [
        f"dropout silences {inputs} of {CHANNELS} inputs, DropConnect {weights} of {result.kernel.size} weights"
        for inputs, weights in zip(_off(result.rows), _off(result.connect), strict=True)
    ]
    return _films(pictures, words, start)


def _noise(result: Kinds, start: int) -> Maps:
    ink = Scale(1, "brightness")
    pictures = [
        Picture(f"a digit\n{PIXELS}", result.digit, ink, "input"),
        Picture(f"noise\n{PIXELS}", result.noise, Scale(1), "input"),
        Picture(f"GaussianNoise: digit + noise\n{PIXELS}", result.digit + result.noise, ink, "activation"),
    ]
    moved = [significant(float(np.abs(noise).max())) for noise in result.noise]
    return _films(pictures, [f"every number is moved, by up to {most}" for most in moved], start)
