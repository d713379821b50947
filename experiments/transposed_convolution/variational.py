"""TC6: what an autoencoder paints from random numbers, and whether asking its codes to be normal helps.

    plain         z = encoder(x)                                   L = ½ Σ (x̂ − x)²
    variational   (μ, log σ²) = encoder(x),   z = μ + σ ε          L = ½ Σ (x̂ − x)² + β KL(N(μ, σ²) ‖ N(0, 1))

Both have the same layers, but for the log variances, the same batches and as many steps. Sums are over the pixels of a
picture, in the units of TC4. With β = 1 the second is the bound of a model whose pictures are off by a standard
deviation of 1 in these units. Random numbers for the plain one are drawn with the mean and the covariance of its own
codes, which take a look at all that it has learned from. The default of β was chosen by digits that are not reported.

A picture is taken for a digit if its ten nearest digits, among those that are learned from, are all of one class. Real
digits that were held out are judged by the same rule.

Kingma and Welling 2014, "Auto-encoding variational Bayes", https://arxiv.org/abs/1312.6114
Higgins et al. 2017 (β), "beta-VAE", https://openreview.net/forum?id=Sy2fzU9gl
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from engine.arrays import Array
from engine.layers import GaussianSampling
from engine.losses import kl_to_standard_normal, mean_squared_error
from engine.network import Sequential
from engine.optimizers import Adam
from experiments.numbers import counted, decimal, spread, whole
from experiments.scene import Scale
from experiments.several import Share, parts
from experiments.shown import Bars, Beside, Codes, One, Part, Row, Sheet, Shown, Table
from experiments.spec import Spec, choice
from experiments.transposed_convolution.autoencoder import (
    BATCH,
    LEARNING_RATE,
    PLANE,
    SIZES,
    centred,
    decoder,
    encoder,
    error,
    pictures,
    plane,
    split,
)

PLAIN, VARIATIONAL = "plain", "variational"
KINDS = (PLAIN, VARIATIONAL)
SEEDS = range(5)
STEPS = 400
DRAWS, PAINTED = 500, 12  # pairs of random numbers that are judged, and that are shown
NEIGHBOURS = 10
IDLE = 0.05  # nats: a number below it says next to nothing
COLLAPSED = 0.1  # nats, of all numbers together
ANSWERS = "Ahead", "Behind", "No clear difference"  # in the order of the lesson's


@dataclass(frozen=True)
class VariationalSpec(Spec):
    numbers: int = choice(8, SIZES, "numbers that a digit becomes; with 2 there is a plane to walk through")
    beta: float = choice(0.3, (0.1, 0.3, 1.0, 3.0), "how much the divergence from N(0, 1) counts")


class Coder(NamedTuple):
    """Encoder and decoder, and between them the draw, if there is one."""

    down: Sequential
    up: Sequential
    numbers: int
    draws: bool

    def init(self, seed: int) -> tuple[Any, Any]:
        """Both kinds begin with the same decoder."""
        down, _ = self.down.init(np.random.default_rng((seed, 0)), (8, 8, 1))
        up, _ = self.up.init(np.random.default_rng((seed, 1)), (1, 1, self.numbers))
        return down, up

    def gradients(self, params: tuple[Any, Any], x: Array, beta: float, rng: np.random.Generator) -> tuple[Any, Any]:
        """Of L, by the weights."""
        down, up = params
        # codes = encoder(x),  z = μ + σ ε,  x̂ = decoder(z)
        codes, encoding = self.down.forward(down, x)
        z, drawing = SAMPLING.forward({}, codes, training=True, rng=rng) if self.draws else (codes, None)
        painted, decoding = self.up.forward(up, z)
        # L = ½ Σ (x̂ − x)²: the mean of squares, times half as many as a picture has pixels
        _, dpainted = mean_squared_error(painted, x)
        # x̂ = decoder(z)
        dz, dup = self.up.backward(up, decoding, dpainted * np.float32(x[0].size / 2))
        # z = μ + σ ε,  and β KL
        dcodes = dz
        if drawing is not None:
            dcodes = SAMPLING.backward({}, drawing, dz)[0] + np.float32(beta) * kl_to_standard_normal(codes)[1]
        # codes = encoder(x)
        _, ddown = self.down.backward(down, encoding, dcodes)
        return ddown, dup

    def codes(self, params: tuple[Any, Any], x: Array) -> Array:
        """(N, numbers), or twice as many, with the log variances."""
        return self.down.forward(params[0], x)[0][:, 0, 0]

    def paint(self, params: tuple[Any, Any], z: Array) -> Array:
        """(N, numbers) → (N, 8, 8)"""
        y, _ = self.up.forward(params[1], z.astype(np.float32)[:, None, None])
        return pictures(y, split().learned)[..., 0]


SAMPLING = GaussianSampling()


def coder(kind: str, numbers: int) -> Coder:
    draws = kind == VARIATIONAL
    return Coder(Sequential(encoder(numbers * (1 + draws))), Sequential(decoder()), numbers, draws)


class Seen(NamedTuple):
    """Of one network."""

    error: float  # mean squared, on held-out digits
    digits: float  # share of the random pictures that are taken for digits
    classes: int  # of these digits
    divergence: Array  # (numbers,)  KL of each, in nats, mean of the held-out digits; of the plain one 0
    drawn: Array  # (PAINTED, 8, 8)
    plane: Codes | None  # where 2 numbers are all there is


class Compared(NamedTuple):
    """The networks that are trained, by kind."""

    seen: dict[str, list[Seen]]
    real: float  # share of the held-out digits that are taken for digits

    @property
    def whole(self) -> bool:
        return all(self.seen.values())

    def of(self, name: str, kind: str) -> Array:
        """(seeds,)"""
        return np.array([getattr(each, name) for each in self.seen[kind]])


def trained(spec: VariationalSpec, kind: str, seed: int, number: int) -> Generator[Share, None, tuple[Any, Any]]:
    """Trains the network `number` of all, counted from 0, and returns its weights: `yield from` it."""
    net, learned = coder(kind, spec.numbers), split().learned
    x = centred(learned, learned)
    params, optimizer = net.init(seed), Adam(LEARNING_RATE)
    slots = optimizer.init(params)
    for step in range(STEPS):
        epoch, within = divmod(step, len(x) // BATCH)
        order = np.random.default_rng((seed, epoch)).permutation(len(x))[within * BATCH : (within + 1) * BATCH]
        grads = net.gradients(params, x[order], spec.beta, np.random.default_rng((seed, epoch, within)))
        params, slots = optimizer.update(params, grads, slots)
        yield (number + (step + 1) / STEPS) / (len(SEEDS) * len(KINDS)), None
    return params


def taken_for(painted: Array) -> Array:
    """(N,): the class of pictures (N, 8, 8) whose nearest learned digits are all of one, and −1."""
    data = split()
    learned = data.learned.reshape(len(data.learned), -1)
    # |a − b|² = |b|² − 2 a·b, but for a number of the picture's own
    distances = (learned**2).sum(axis=1) - 2 * painted.reshape(len(painted), -1) @ learned.T
    nearest = data.learned_labels[np.argpartition(distances, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]]
    return np.where((nearest == nearest[:, :1]).all(axis=1), nearest[:, 0], -1)


def seen(spec: VariationalSpec, kind: str, params: tuple[Any, Any], seed: int) -> Seen:
    net, data = coder(kind, spec.numbers), split()
    codes = net.codes(params, centred(data.tested, data.learned))
    means, log_variances = codes[:, : spec.numbers], codes[:, spec.numbers :]
    random = np.random.default_rng((seed, 2)).standard_normal((DRAWS, spec.numbers))
    divergence = np.zeros(spec.numbers)
    if net.draws:
        pairs = np.stack([means, log_variances], axis=-1).astype(np.float64)
        divergence = np.array([kl_to_standard_normal(pairs[:, k])[0] for k in range(spec.numbers)])
    else:
        own = net.codes(params, centred(data.learned, data.learned)).astype(np.float64)
        random = own.mean(axis=0) + random @ np.linalg.cholesky(np.cov(own.T)).T
    drawn = net.paint(params, random)
    found = taken_for(drawn)
    return Seen(
        error(net.paint(params, means), data.tested[..., 0]),
        float((found >= 0).mean()),
        len(set(found[found >= 0])),
        divergence,
        drawn[:PAINTED],
        plane(kind, f"variational_{kind}_point", means, data.labels, lambda z: net.paint(params, z))
        if spec.numbers == PLANE
        else None,
    )


def compared(spec: VariationalSpec) -> Iterator[tuple[float, Compared | None]]:
    """Trains a network of each kind, seed by seed: (share that is done, results when there are new ones)."""
    runs = [(seed, kind) for seed in SEEDS for kind in KINDS]
    found: dict[str, list[Seen]] = {kind: [] for kind in KINDS}
    real = float((taken_for(split().tested[..., 0]) >= 0).mean())
    for number, (seed, kind) in enumerate(runs):
        params = yield from trained(spec, kind, seed, number)
        found[kind].append(seen(spec, kind, params, seed))
        yield (number + 1) / len(runs), Compared({kind: list(of) for kind, of in found.items()}, real)


def show(spec: VariationalSpec) -> Iterator[Part]:
    """Pictures from random numbers, the plane where there is one, and how many are taken for digits."""
    return parts(compared(spec), _shown)


def _shown(result: Compared) -> Shown:
    rows: list[Row] = [_drawn(result)]
    planes: list[One] = [each[0].plane for each in result.seen.values() if each and each[0].plane is not None]
    if planes:
        rows.append(Beside(planes))
    if not result.whole:
        return Shown({}, rows)
    digits = {kind: 100 * result.of("digits", kind) for kind in KINDS}
    total = result.of("divergence", VARIATIONAL).sum(axis=1)
    numbers = {
        "seeds": counted(min(map(len, result.seen.values())), "seed"),
        "steps": whole(STEPS),
        "draws": whole(DRAWS),
        "real": decimal(100 * result.real, 0),
        "divergence": decimal(float(np.median(total)), 2),
        "numbers": whole(len(result.seen[VARIATIONAL][0].divergence)),
        "least": decimal(IDLE),
        "idle": whole(int((result.seen[VARIATIONAL][0].divergence < IDLE).sum())),
    }
    for kind in KINDS:
        numbers[kind] = decimal(float(np.median(digits[kind])), 0)
        numbers[f"{kind}_spread"] = spread(digits[kind], 0)
        numbers[f"{kind}_error"] = decimal(float(np.median(result.of("error", kind))), 4)
    table = Table(
        {
            "autoencoder": list(KINDS),
            "taken for digits, %": [numbers[f"{kind}_spread"] for kind in KINDS],
            "of so many classes": [spread(result.of("classes", kind), 0) for kind in KINDS],
            "squared error, held-out digits": [spread(result.of("error", kind), 4) for kind in KINDS],
            "divergence, nats": ["", spread(total, 2)],
        },
        f"Random pictures taken for digits: plain {numbers[PLAIN]} %, variational {numbers[VARIATIONAL]} %, "
        f"real digits {numbers['real']} %",
    )
    ahead = _ahead(digits)
    case = "Collapsed" if np.median(total) < COLLAPSED else ahead
    return Shown(numbers, [table, *rows, _divergences(result)], right={ANSWERS.index(ahead)}, case=case)


def _divergences(result: Compared) -> Bars:
    """What each number says, of the first seed's variational one."""
    nats = result.seen[VARIATIONAL][0].divergence
    names = [str(k) for k in range(len(nats))]
    said = ", ".join(f"z{name} {decimal(float(each))}" for name, each in zip(names, nats, strict=True))
    return Bars(
        names, {VARIATIONAL: nats}, "number of the code", "divergence, nats, first seed",
        f"Divergence of each number, in nats, first seed: {said}",
    )  # fmt: skip


def _ahead(digits: dict[str, Array]) -> str:
    """Ahead is whose worst seed is better than the other's best."""
    if digits[VARIATIONAL].min() > digits[PLAIN].max():
        return "Ahead"
    return "Behind" if digits[VARIATIONAL].max() < digits[PLAIN].min() else "No clear difference"


def _drawn(result: Compared) -> Sheet:
    painted = {kind: of[0].drawn for kind, of in result.seen.items() if of}
    return Sheet(
        [f"{kind}, random numbers" for kind in painted],
        [f"#{k}" for k in range(1, PAINTED + 1)],  # a bare number would be read as the digit
        [[[picture] for picture in drawn] for drawn in painted.values()],
        Scale(1, "brightness"),
        "activation",
        f"{PAINTED} pictures that the first seed's networks paint from random numbers",
    )
