"""TC4: an autoencoder with a transposed decoder keeps more of a digit in few numbers than principal axes do.

    z = encoder(x),  d numbers;   x̂ = decoder(z);   L = mean (x̂ − x)²        principal axes: x̂ = x V_d V_dᵀ

Both see the digits less the mean digit of those that are learned from. Learning rate, steps and width were chosen on
a part of the digits that is neither learned from nor reported; what is reported has not been looked at before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from engine.arrays import Array
from engine.datasets import digits
from engine.layers import Conv2D, Conv2DTranspose, ReLU
from engine.losses import mean_squared_error
from engine.network import Sequential
from engine.optimizers import Adam
from engine.training import Training, steps
from experiments.numbers import counted, decimal, spread, whole
from experiments.scene import Scale
from experiments.several import parts
from experiments.shown import Codes, Maps, Part, Picture, Row, Sheet, Shown, Table

SEEDS = range(5)
SIZES = (2, 8, 16)  # numbers that a digit becomes
MAPPED = 120  # digits on the map
PLANE = 2  # of them are a place that can be walked to
STEPS = {2: 400, 8: 400, 16: 400}  # by size
EVERY = 50  # steps from one look at what is painted to the next
WIDTH, LEARNING_RATE, BATCH = 64, 0.005, 32
TESTED, CHOSEN_BY = 500, 300  # digits that are reported, and those by which the settings were chosen
GAIN = 2.0  # brightness is spread by 0.37; twice that suits the weights that a training begins with
SHOWN, BETWEEN = 8, 6  # digits in the table, pictures from one digit to the next
ACROSS, APART = 25, 3  # places a side that can be walked to, and from one to the next that stands in the table


class Split(NamedTuple):
    learned: Array  # (N, 8, 8, 1)
    chosen_by: Array
    tested: Array
    labels: Array  # (TESTED,)  of the tested
    learned_labels: Array  # (N,)


class Autoencoders(NamedTuple):
    """Mean squared errors on the tested digits, by size; (seeds done,) of the networks."""

    networks: dict[int, Array]
    axes: dict[int, float]
    painted: dict[int, Array]  # (SHOWN, 8, 8) of the first seed, as far as it has learned
    walk: Walk | None  # of the first seed's network with 2 numbers, once it is trained

    @property
    def whole(self) -> bool:
        return all(len(errors) for errors in self.networks.values())


class Walk(NamedTuple):
    """Through the plane of 2 numbers."""

    codes: Array  # (TESTED, 2)  where the tested digits lie
    plane: Codes
    path: Array  # (frames, 8, 8)  from the middle of the 0s to that of the 1s, …
    captions: tuple[str, ...]


def split() -> Split:
    """The same for all seeds, so that no digit that settings were chosen by is ever reported."""
    found = digits()
    order = np.random.default_rng((0, 44)).permutation(len(found.images))
    tested, chosen_by, learned = np.split(order, (TESTED, TESTED + CHOSEN_BY))
    images, labels = found.images, found.labels
    return Split(images[learned], images[chosen_by], images[tested], labels[tested], labels[learned])


def encoder(size: int) -> tuple[Conv2D | ReLU, ...]:
    """8 × 8 → 4 × 4 → 2 × 2 → `size` numbers, which nothing bends."""
    return (Conv2D(WIDTH // 2, 3, 2, "same"), ReLU(), Conv2D(WIDTH, 3, 2, "same"), ReLU(), Conv2D(size, 2))


def decoder() -> tuple[Conv2DTranspose | ReLU, ...]:
    """`size` numbers → 2 × 2 → 4 × 4 → 8 × 8. Strides divide the kernels: the stamps overlap evenly."""
    return (
        *(Conv2DTranspose(WIDTH, 2), ReLU()),
        *(Conv2DTranspose(WIDTH // 2, 4, 2, "same"), ReLU()),
        Conv2DTranspose(1, 4, 2, "same"),
    )


def centred(x: Array, learned: Array) -> Array:
    """What the network takes and gives: brightness less that of the mean digit, times GAIN."""
    return (x - learned.mean(axis=0)) * np.float32(GAIN)


def pictures(y: Array, learned: Array) -> Array:
    """Undoes `centred`."""
    return y / np.float32(GAIN) + learned.mean(axis=0)


def by_axes(size: int, data: Split) -> Array:
    """The tested digits, from their coordinates on as many principal axes of the learned ones."""
    flat = data.learned.reshape(len(data.learned), -1).astype(np.float64)
    mean = flat.mean(axis=0)
    axes = np.linalg.svd(flat - mean, full_matrices=False)[2][:size]
    tested = data.tested.reshape(len(data.tested), -1)
    return (((tested - mean) @ axes.T) @ axes + mean).reshape(data.tested.shape)


def error(found: Array, wanted: Array) -> float:
    return float(np.mean((found.astype(np.float64) - wanted) ** 2))


def training(size: int, seed: int, learned: Array) -> Training:
    x = centred(learned, learned)
    network = Sequential((*encoder(size), *decoder()))
    return Training(network, Adam(LEARNING_RATE), x, x, batch_size=BATCH, seed=seed, loss=mean_squared_error)


def autoencoders() -> Iterator[tuple[float, Autoencoders | None]]:
    """Trains a network for each size, seed by seed: (share that is done, results when there are new ones)."""
    data, runs = split(), [(seed, size) for seed in SEEDS for size in SIZES]
    errors: dict[int, list[float]] = {size: [] for size in SIZES}
    axes = {size: error(by_axes(size, data), data.tested) for size in SIZES}
    painted: dict[int, Array] = {}
    walk: Walk | None = None

    def result() -> Autoencoders:
        return Autoencoders({size: np.array(found) for size, found in errors.items()}, axes, dict(painted), walk)

    yield 0, result()
    for number, (seed, size) in enumerate(runs):
        it = training(size, seed, data.learned)
        progress = it.start()
        for step in steps(it, STEPS[size]):
            progress = step.after
            done = (number + progress.steps / STEPS[size]) / len(runs)
            look = seed == SEEDS[0] and progress.steps % EVERY == 0
            if look:
                painted[size] = _through(it.network, progress.params, data.tested[:SHOWN], data)[..., 0]
            yield done, result() if look else None
        errors[size].append(error(_through(it.network, progress.params, data.tested, data), data.tested))
        if seed == SEEDS[0] and size == PLANE:
            walk = walked(progress.params, data)
        yield (number + 1) / len(runs), result()


def _through(network: Sequential, params: Any, x: Array, data: Split) -> Array:
    return pictures(network.forward(params, centred(x, data.learned))[0], data.learned)


def walked(params: Any, data: Split) -> Walk:
    """Where the tested digits lie, what the decoder paints all over that plane, and on a way through it."""
    layers = encoder(PLANE)
    down, up = Sequential(layers), Sequential(decoder())
    codes = down.forward(params[: len(layers)], centred(data.tested, data.learned))[0][:, 0, 0]

    def paint(at: Array) -> Array:
        y, _ = up.forward(params[len(layers) :], at.astype(np.float32)[:, None, None])
        return pictures(y, data.learned)[..., 0]

    middles = np.array([np.median(codes[data.labels == label], axis=0) for label in range(10)])
    along = np.linspace(0, 9, 9 * BETWEEN + 1)
    way = np.stack([np.interp(along, range(10), middles[:, axis]) for axis in (0, 1)], axis=-1)
    captions = tuple(_caption(at) for at in along)
    drawn = plane("the network with 2 numbers", "autoencoder_point", codes, data.labels, paint)
    return Walk(codes, drawn, paint(way), captions)


def plane(label: str, link: str, codes: Array, labels: Array, paint: Callable[[Array], Array]) -> Codes:
    """What `paint` makes of places (N, 2) all over where codes (N, 2) lie; few lie beyond."""
    low, high = np.quantile(codes, (0.01, 0.99), axis=0)
    first, second = np.linspace(low, high, ACROSS).T
    table = paint(np.stack(np.meshgrid(first, second), axis=-1).reshape(-1, PLANE))
    return Codes(
        label,
        [str(name) for name in labels[:MAPPED]],
        codes[:MAPPED],
        (first, second),
        table.reshape(ACROSS, ACROSS, *table.shape[1:]),
        Scale(1, "brightness"),
        "activation",
        f"A plane of two numbers, {label}: where {MAPPED} held-out digits lie, and what is painted at the point",
        link,
    )


def _caption(at: float) -> str:
    label, share = divmod(round(at * BETWEEN), BETWEEN)
    return f"the middle of the {label}s" if share == 0 else f"from the {label}s to the {label + 1}s, {share}/{BETWEEN}"


def show(_: None = None) -> Iterator[Part]:
    """What is painted while it learns, then the walk and the errors."""
    return parts(autoencoders(), _shown)


def _shown(result: Autoencoders) -> Shown:
    rows: list[Row] = [_sheet(result)]
    if result.walk is not None:
        rows += _walk(result.walk)
    if not result.whole:
        return Shown({}, rows)
    numbers = {
        "seeds": counted(min(map(len, result.networks.values())), "seed"),
        "tested": whole(TESTED),
        "steps": whole(STEPS[SIZES[-1]]),
    }
    for size in SIZES:
        numbers[f"axes_{size}"] = decimal(result.axes[size], 4)
        numbers[f"network_{size}"] = decimal(float(np.median(result.networks[size])), 4)
        numbers[f"less_{size}"] = decimal(100 * (1 - float(np.median(result.networks[size])) / result.axes[size]), 0)
    table = Table(
        {
            "numbers a digit": [str(size) for size in SIZES],
            "principal axes": [decimal(result.axes[size], 4) for size in SIZES],
            "autoencoder": [spread(result.networks[size], 4) for size in SIZES],
        },
        "Mean squared error on held-out digits: "
        + "; ".join(f"{n} numbers, axes {numbers[f'axes_{n}']}, network {numbers[f'network_{n}']}" for n in SIZES),
    )
    return Shown(numbers, [table, *rows])


def _sheet(result: Autoencoders) -> Sheet:
    data = split()
    lines, places = ["held-out digit"], [[[x[..., 0]] for x in data.tested[:SHOWN]]]
    for size in SIZES:
        lines.append(f"{size} principal axes")
        places.append([[x[..., 0]] for x in by_axes(size, data)[:SHOWN]])
        if size in result.painted:
            lines.append(f"network, {size} numbers")
            places.append([[x] for x in result.painted[size]])
    return Sheet(
        lines,
        [str(label) for label in data.labels[:SHOWN]],
        places,
        Scale(1, "brightness"),
        "activation",
        f"{SHOWN} held-out digits, and what principal axes and networks make of them from {SIZES[0]} to {SIZES[-1]} "
        "numbers",
    )


def _walk(walk: Walk) -> list[Row]:
    first, second = (axis[::APART] for axis in walk.plane.axes)
    return [
        walk.plane,
        Sheet(
            [f"z₁ = {decimal(float(value), 1)}" for value in second[::-1]],
            [f"z₀ = {decimal(float(value), 1)}" for value in first],
            [[[picture] for picture in line] for line in walk.plane.table[::-APART, ::APART]],
            Scale(1, "brightness"),
            "activation",
            f"{len(first)} × {len(second)} digits painted from two numbers, z₀ to the right and z₁ upwards",
        ),
        Maps(
            [Picture("painted on the way", walk.path, Scale(1, "brightness"), "activation")],
            f"A way through the plane from the 0s to the 9s, in {len(walk.captions)} pictures",
            frames=walk.captions,
        ),
    ]
