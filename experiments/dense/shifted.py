"""DN4: a dense layer has a weight for every place. Digits that it has learned in the middle are moved, real digits.

8 × 8 pixels stand on a canvas of 14 × 14, so that nothing is cut off within 3 pixels. Both networks learn the same
digits, in the middle of the canvas, from the same seed, in as many steps.

dense          flatten → dense → ReLU → dense
convolution    convolution → ReLU → global max → dense

Where it stops: the dense network once more, shown the same digits at places of all shifts, in more steps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from engine.arrays import Array
from engine.datasets import digits
from engine.layers import Conv2D, Dense, Flatten, GlobalMaxPooling2D, ReLU
from engine.losses import softmax
from engine.network import Sequential
from engine.optimizers import Adam
from engine.training import Training
from experiments.examples import Examples, shared
from experiments.numbers import counted, decimal, ends, spread, whole
from experiments.scene import Scale
from experiments.several import parts, trained
from experiments.shown import Bars, Beside, Lines, Maps, Part, Picture, Shown, Table
from experiments.spec import Spec, choice

SEEDS = range(5)
STEPS, LEARNED, HELD_OUT = 150, 600, 300
MORE_STEPS, PLACES = 600, 4  # of the network that is shown digits at all places: so many places a digit
CANVAS, MARGIN = 14, 3
SHIFTS = range(MARGIN + 1)
AROUND = [(down, right) for down, right in product((-1, 0, 1), repeat=2) if down or right]  # directions of a shift
DENSE, CONVOLUTION = "dense", "convolution + global max"
ANYWHERE = "dense, shown all places"
SHORT = "dense", "convolution"  # in the captions of the film
NETWORKS = {
    DENSE: Sequential((Flatten(), Dense(64, kernel_initializer="he_normal"), ReLU(), Dense(10))),
    CONVOLUTION: Sequential(
        (
            Conv2D(24, 5, padding="same", kernel_initializer="he_normal"),
            ReLU(),
            GlobalMaxPooling2D(),
            Dense(10),
        )
    ),
}
KINDS = {**NETWORKS, ANYWHERE: NETWORKS[DENSE]}
WAYS = {"across": (0, 1), "down": (1, 0), "diagonal": (1, 1)}
FALLS, STAYS, RISES = range(3)  # the lesson's answers: what becomes of the dense network


@dataclass(frozen=True)
class ShiftedSpec(Spec):
    digit: int = choice(3, tuple(range(10)), "which digit is moved: the first of these that is held out")
    way: str = choice("across", tuple(WAYS), "where it is moved, up to 3 pixels both ways")


class Film(NamedTuple):
    """One digit on its way, and what the networks of the first seed say."""

    places: list[tuple[int, int]]  # pixels down, right
    canvases: Array  # (frames, CANVAS, CANVAS)
    answers: dict[str, Array]  # (frames, 10)  probabilities


class Shifted(NamedTuple):
    spec: ShiftedSpec
    right: dict[str, Array]  # network → (seeds, shifts), share of right answers, mean over the directions
    film: Film

    @property
    def answers(self) -> set[int]:
        """What becomes of the dense network's right answers at the largest shift, by the median."""
        lost = np.median(self.right[DENSE][:, 0] - self.right[DENSE][:, -1])
        return {FALLS if lost > 0.1 else RISES if lost < -0.1 else STAYS}


@cache
def held_out() -> Examples:
    """The same for every run; shared and read-only."""
    images, labels = digits()
    order = np.random.default_rng(0).permutation(len(images))[:HELD_OUT]
    return shared(images[order], labels[order])


def placed(images: Array, down: int, right: int) -> Array:
    """(N, CANVAS, CANVAS, 1): on an empty canvas, so many pixels from its middle."""
    canvas = np.zeros((len(images), CANVAS, CANVAS, 1), np.float32)
    top, left, side = MARGIN + down, MARGIN + right, images.shape[1]
    canvas[:, top : top + side, left : left + side] = images
    return canvas


def training(name: str, seed: int) -> Training:
    """The same digits for all networks, none of them held out, in the middle or at places drawn from all."""
    images, labels = digits()
    rest = np.random.default_rng(0).permutation(len(images))[HELD_OUT:]
    chosen = np.random.default_rng((seed, 5)).permutation(rest)[:LEARNED]
    x, named = placed(images[chosen], 0, 0), labels[chosen]
    if name == ANYWHERE:
        chosen = np.tile(chosen, PLACES)
        moves = np.random.default_rng((seed, 6)).integers(-MARGIN, MARGIN + 1, (len(chosen), 2))
        x = np.concatenate([placed(images[[k]], *move) for k, move in zip(chosen, moves, strict=True)])
        named = labels[chosen]
    return Training(KINDS[name], Adam(0.02), x, named, batch_size=32, seed=seed)


def shifted(spec: ShiftedSpec) -> Iterator[tuple[float, Shifted | None]]:
    """All networks from each seed: (share that is done, results when a seed is done)."""
    right: dict[str, list[Array]] = {name: [] for name in KINDS}
    first: dict[str, Any] = {}
    total = len(SEEDS) * len(KINDS)
    for number, (seed, name) in enumerate(product(SEEDS, KINDS)):
        count = MORE_STEPS if name == ANYWHERE else STEPS
        after = yield from trained(training(name, seed), count, number, total)
        first.setdefault(name, after.params)
        right[name].append(shares(KINDS[name], after.params))
        if len({len(rows) for rows in right.values()}) == 1:
            result = Shifted(spec, {kind: np.array(rows) for kind, rows in right.items()}, film(spec, first))
            yield (number + 1) / total, result


def shares(network: Sequential, params: Any) -> Array:
    """(shifts,): share of right answers on digits held out, a shift of 0 … 3 pixels in all directions."""
    images, labels = held_out()
    found = []
    for shift in SHIFTS:
        ways = AROUND if shift else AROUND[:1]
        said = [
            network.forward(params, placed(images, shift * down, shift * right))[0].argmax(axis=1)
            for down, right in ways
        ]
        found.append(float((np.array(said) == labels).mean()))
    return np.array(found)


def film(spec: ShiftedSpec, params: dict[str, Any]) -> Film:
    """From 3 pixels one way to 3 pixels the other, and what both networks make of it."""
    down, right = WAYS[spec.way]
    places = [(step * down, step * right) for step in range(-MARGIN, MARGIN + 1)]
    images, labels = held_out()
    one = images[labels == spec.digit][:1]
    canvases = np.concatenate([placed(one, *place) for place in places])
    answers = {name: softmax(net.forward(params[name], canvases)[0]) for name, net in NETWORKS.items()}
    return Film(places, canvases[..., 0], answers)


def show(spec: ShiftedSpec) -> Iterator[Part]:
    """One digit that is moved, and right answers by shift."""
    return parts(shifted(spec), _shown)


def _shown(result: Shifted) -> Shown:
    seeds = len(result.right[DENSE])
    rows: list[Beside | Lines | Table] = [_film(result), _curves(result), _table(result)]
    parameters = {name: net.parameter_count((CANVAS, CANVAS, 1)) for name, net in NETWORKS.items()}
    numbers = {
        "seeds": counted(seeds, "seed"),
        "learned": whole(LEARNED),
        "steps": whole(STEPS),
        "more_steps": whole(MORE_STEPS),
        "places": whole(PLACES),
        "dense_parameters": whole(parameters[DENSE]),
        "conv_parameters": whole(parameters[CONVOLUTION]),
    }
    for key, name in (("dense", DENSE), ("conv", CONVOLUTION), ("anywhere", ANYWHERE)):
        numbers |= {f"{key}_{shift}": spread(result.right[name][:, shift]) for shift in SHIFTS}
    return Shown(numbers, rows, right=result.answers)


def _film(result: Shifted) -> Beside:
    film, middle = result.film, MARGIN
    frames = []
    for k, (down, right) in enumerate(film.places):
        said = ", ".join(f"{name} {int(p[k].argmax())}" for name, p in zip(SHORT, film.answers.values(), strict=True))
        frames.append(f"{_where(down, right)}: {said}")
    words = "; ".join(frames)
    canvas = Picture(f"a {result.spec.digit}", film.canvases, Scale(1, "brightness"), "input")
    return Beside(
        [
            Maps([canvas], f"A {result.spec.digit}, moved. {words}", frames=frames, start=middle),
            Bars(
                [str(digit) for digit in range(10)],
                film.answers,
                x="digit",
                y="probability",
                alt=f"What both networks of the first seed say. {words}",
                frames=frames,
                start=middle,
            ),
        ]
    )


def _where(down: int, right: int) -> str:
    words = [f"{abs(n)} {word}" for n, word in ((down, "down" if down > 0 else "up"),
                                                (right, "right" if right > 0 else "left")) if n]  # fmt: skip
    return " and ".join(words) or "in the middle"


def _curves(result: Shifted) -> Lines:
    words = "; ".join(
        f"{name} {', '.join(decimal(float(share)) for share in np.median(rows, axis=0))}"
        for name, rows in result.right.items()
    )
    return Lines(
        SHIFTS,
        {name: np.median(rows, axis=0) for name, rows in result.right.items()},
        x="pixels that the digits are moved",
        y="share of right answers",
        alt=f"Right answers at shifts of 0 to {MARGIN} pixels, median of the seeds: {words}",
        bands={name: (rows.min(axis=0), rows.max(axis=0)) for name, rows in result.right.items()},
    )


def _table(result: Shifted) -> Table:
    columns: dict[str, list[str]] = {"network": list(result.right)}
    for shift in SHIFTS:
        columns[counted(shift, "pixel")] = [spread(rows[:, shift]) for rows in result.right.values()]
    words = "; ".join(f"{name} {ends(rows[:, -1])}" for name, rows in result.right.items())
    return Table(columns, f"Right answers when moved by {MARGIN} pixels, over the seeds: {words}")
