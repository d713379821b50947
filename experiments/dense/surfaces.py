"""DN1: every neuron sees every input, and draws a straight line. With a hidden layer the lines are bent together.

Two inputs, two classes. XOR: the classes lie in opposite corners, so neither input alone says anything. Spirals: two
arms wind around each other.

(dense → ReLU) × depth → dense → softmax cross-entropy
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from engine.arrays import Array
from engine.layers import Dense, Layer, ReLU
from engine.losses import softmax
from engine.network import Sequential
from engine.optimizers import Adam
from engine.training import Examples, Training, accuracy
from experiments.numbers import counted, decimal, spread, whole
from experiments.points import REACH, SPIRALS, XOR, points
from experiments.scene import Scale
from experiments.several import parts
from experiments.shown import Maps, Part, Picture, Shown, Table
from experiments.spec import Spec, choice

SEEDS = range(5)
STEPS, EVERY = 400, 20  # of training, and from one picture to the next
LEARNED, HELD_OUT = 200, 1000  # points
DEPTHS = {"no hidden layer": 0, "one hidden layer": 1, "two hidden layers": 2}
LEARNED_IT = 0.95  # of right answers
CELLS = 41  # of a picture, a side
NOISE = {XOR: 0.0, SPIRALS: 0.05}  # XOR stays apart: four units can name every point right


@dataclass(frozen=True)
class SurfacesSpec(Spec):
    points: str = choice(XOR, (XOR, SPIRALS), "which points are to be told apart")
    width: int = choice(16, (2, 4, 16, 32), "units of each hidden layer")


class Surfaces(NamedTuple):
    """By network, of the seeds that are done."""

    spec: SurfacesSpec
    right: dict[str, Array]  # (seeds,)  share of right answers on points held out
    learned: Examples  # of the first seed
    surfaces: dict[str, Array]  # (frames, CELLS, CELLS)  of the first seed: p(orange) − p(blue)

    @property
    def answers(self) -> set[int]:
        """The fewest hidden layers that are enough, by the median; the last answer: none of these."""
        enough = [depth for name, depth in DEPTHS.items() if np.median(self.right[name]) > LEARNED_IT]
        return {min(enough, default=len(DEPTHS))}


def drawn(kind: str, count: int, *seed: int) -> Examples:
    """So many points of the plane, and which class each is."""
    x, labels = points(kind, count, NOISE[kind], np.random.default_rng(seed))
    return Examples(x.astype(np.float32), labels)


def network(depth: int, width: int) -> Sequential:
    layers: list[Layer] = []
    for _ in range(depth):
        layers += [Dense(width, kernel_initializer="he_normal"), ReLU()]
    return Sequential((*layers, Dense(2)))


def training(spec: SurfacesSpec, depth: int, seed: int) -> Training:
    x, labels, *_ = drawn(spec.points, LEARNED, seed, 1)
    return Training(network(depth, spec.width), Adam(0.02), x, labels, batch_size=LEARNED, seed=seed)


def surfaces(spec: SurfacesSpec) -> Iterator[tuple[float, Surfaces | None]]:
    """All depths from each seed: (share that is done, results when a seed is done)."""
    right: dict[str, list[float]] = {name: [] for name in DEPTHS}
    films: dict[str, Array] = {}
    total = len(SEEDS) * len(DEPTHS)
    for seed in SEEDS:
        held = drawn(spec.points, HELD_OUT, seed, 2)
        for number, (name, depth) in enumerate(DEPTHS.items(), seed * len(DEPTHS)):
            recipe = training(spec, depth, seed)
            progress, film = recipe.start(), []
            for taken in range(STEPS + 1):
                if seed == SEEDS[0] and (taken % EVERY == 0 or taken == STEPS):
                    film.append(surface(recipe.network, progress.params))
                if taken < STEPS:
                    progress = recipe.step(progress).after
                yield (number + taken / (STEPS + 1)) / total, None
            right[name].append(accuracy(recipe.network, progress, held.x, held.target))
            films.setdefault(name, np.array(film))
        done = {name: np.array(shares) for name, shares in right.items()}
        yield (seed + 1) / len(SEEDS), Surfaces(spec, done, drawn(spec.points, LEARNED, SEEDS[0], 1), films)


def surface(net: Sequential, params: Any) -> Array:
    """(CELLS, CELLS): p(orange) − p(blue) over the plane, the second input upwards."""
    across = np.linspace(-REACH, REACH, CELLS, dtype=np.float32)
    plane = np.stack(np.meshgrid(across, across[::-1]), axis=-1).reshape(-1, 2)
    p = softmax(net.forward(params, plane)[0])
    return (p[:, 1] - p[:, 0]).reshape(CELLS, CELLS).astype(np.float64)


def show(spec: SurfacesSpec) -> Iterator[Part]:
    """How each network divides the plane as it learns, and how many points it names from each seed."""
    return parts(surfaces(spec), _shown)


def _shown(result: Surfaces) -> Shown:
    seeds = len(next(iter(result.right.values())))
    rows: list[Maps | Table] = [_films(result), _table(result)]
    keys = dict(zip(("none", "one", "two"), result.right.values(), strict=True))
    numbers = {key: spread(right, 3) for key, right in keys.items()} | {
        "seeds": counted(seeds, "seed"),
        "learned": whole(LEARNED),
        "width": whole(result.spec.width),
        "points": result.spec.points,
        "steps": whole(STEPS),
    }
    case = "XOR in words" if result.spec.points == XOR else "Spirals in words"
    return Shown(numbers, rows, right=result.answers, case=case)


def _films(result: Surfaces) -> Maps:
    scale = Scale(1)
    points, missing = _points(result.learned)
    frames = len(next(iter(result.surfaces.values())))
    still = np.repeat(points[None], frames, axis=0)
    pictures = [Picture("the points", still, scale, "input", left_out=missing)]
    pictures += [Picture(name, film, scale, "activation") for name, film in result.surfaces.items()]
    words = ", ".join(f"{name} {decimal(float(right[0]), 3)}" for name, right in result.right.items())
    captions = [f"after {min(frame * EVERY, STEPS)} steps" for frame in range(frames)]
    return Maps(
        pictures,
        f"The plane of both inputs as each network divides it, first seed. Right answers on other points: {words}",
        frames=captions,
        start=frames - 1,
    )


def _points(learned: Examples) -> tuple[Array, Array]:
    """The plane with −1 and 1 where points of the two classes are, and which cells have none."""
    plane = np.zeros((CELLS, CELLS))
    place = np.clip(np.round((learned.x + REACH) / (2 * REACH) * (CELLS - 1)).astype(int), 0, CELLS - 1)
    plane[CELLS - 1 - place[:, 1], place[:, 0]] = 2 * learned.target - 1
    return plane, plane == 0


def _table(result: Surfaces) -> Table:
    spec = result.spec
    columns = {
        "network": list(result.right),
        "parameters": [whole(network(depth, spec.width).parameter_count((2,))) for depth in DEPTHS.values()],
        "right answers": [spread(right, 3) for right in result.right.values()],
        "by seed": [", ".join(decimal(float(share), 3) for share in right) for right in result.right.values()],
    }
    words = "; ".join(f"{name} {spread(right, 3)}" for name, right in result.right.items())
    return Table(columns, f"Share of right answers on points held out: {words}")
