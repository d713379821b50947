"""RG4: large weights are overconfidence. A logistic regression on 100 of 569 tumours (real), by λ of L2. Another 100
choose λ, and what is told is measured on the 369 that neither learning nor choosing has seen.

    p = σ(x·w + b)        L = −1/n Σ (t log p + (1 − t) log(1 − p)) + λ Σ w²

Its bias is not penalised: with all weights held at 0 it says how common the answer is. The minimum is found by Newton's
method; twice the weights is twice the logit, and surer of the same answers.

Street, Wolberg and Mangasarian 1993, "Nuclear feature extraction for breast tumor diagnosis", doi:10.24432/C5DW2B
"""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.datasets import tumours
from experiments.calibration import reliability
from experiments.numbers import counted, decimal, ends, significant, spread
from experiments.scene import Scale
from experiments.shown import Lines, Maps, Picture, Shown, Table

SEEDS = range(5)
TUMOURS, LEARNED, CHOOSING = 569, 100, 100  # examples; the others are held out from both
MEASUREMENTS = 30  # of each
STRENGTHS = 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0, 100.0
NEWTON = 200  # steps at most
RESTS = 1e-9
SURE = 0.99  # who says more is sure
BINS = 5  # of what was said, 0 … 1
SHOWN = 0, 3, 7  # λs of the reliability diagram
PLANE = 41  # cells a side of the decision surface
DEGREE = 5  # of its two features
LEAST = 1e-15  # a probability of 0 would cost infinitely much
ASKED_NUMBERS = MappingProxyType(
    {
        "tumours": str(TUMOURS),
        "measurements": str(MEASUREMENTS),
        "learned": str(LEARNED),
        "choosing": str(CHOOSING),
        "held_out": str(TUMOURS - LEARNED - CHOOSING),
        "sure": decimal(100 * SURE, 0),
    }
)  # of the question


class Fit(NamedTuple):
    w: Array  # (features,)
    bias: float


def logistic(x: Array, target: Array, strength: float) -> Fit:
    """Newton's method, the step halved until the loss falls."""
    n, features = x.shape
    inputs = np.concatenate([x, np.ones((n, 1))], axis=1)
    penalty = np.append(np.full(features, strength), 0.0)
    v = np.zeros(features + 1)

    def loss(v: Array) -> float:
        z = inputs @ v
        return float((np.logaddexp(0, z) - target * z).mean() + (penalty * v * v).sum())

    now = loss(v)
    for _ in range(NEWTON):
        p = sigmoid(inputs @ v)
        # ∂L/∂v = 1/n xᵀ(p − t) + 2λ v,    ∂²L/∂v² = 1/n xᵀ diag(p (1 − p)) x + 2λ
        gradient = inputs.T @ (p - target) / n + 2 * penalty * v
        curvature = (inputs.T * (p * (1 - p))) @ inputs / n + np.diag(2 * penalty + 1e-12)
        step = np.linalg.solve(curvature, gradient)
        share = 1.0
        while loss(v - share * step) > now and share > 1e-8:
            share /= 2
        v = v - share * step
        before, now = now, loss(v)
        if before - now < RESTS:
            break
    return Fit(v[:-1], float(v[-1]))


def sigmoid(z: Array) -> Array:
    return np.asarray(np.exp(-np.logaddexp(0, -z)))


def probability(fit: Fit, x: Array) -> Array:
    return sigmoid(x @ fit.w + fit.bias)


def log_loss(p: Array, target: Array) -> float:
    said = np.clip(np.where(target == 1, p, 1 - p), LEAST, 1)
    return float(-np.log(said).mean())


class Confidence(NamedTuple):
    """(seeds, λ) each, but for what was said, (seeds, λ, held out), and what was true, (seeds, held out)."""

    held_out: Array  # log-loss
    choosing: Array  # log-loss on the examples that choose λ
    learned: Array  # log-loss on the examples that were learned from
    accuracy: Array  # held out
    length: Array  # ‖w‖
    said: Array  # probability of malignant
    true: Array
    prior: Array  # (seeds,) log-loss of a model that says only how common malignant is

    @property
    def chosen(self) -> Array:
        """(seeds,) the λ with the lowest log-loss on the examples that choose."""
        return np.asarray(self.choosing.argmin(axis=1))

    def at_chosen(self, values: Array) -> Array:
        """(seeds, …) of what is (seeds, λ, …)."""
        return np.asarray(values[np.arange(len(values)), self.chosen])


@cache  # no setting changes it: one for all learners
def confidence() -> Confidence:
    """Every λ on five draws of the examples."""
    rows, said, true, priors = [], [], [], []
    for seed in SEEDS:
        (x, t), (between, between_t), (new_x, new_t) = split(seed)
        fits = [logistic(x, t, strength) for strength in STRENGTHS]
        p = np.array([probability(fit, new_x) for fit in fits])
        rows.append(
            [
                (
                    log_loss(q, new_t),
                    log_loss(probability(fit, between), between_t),
                    log_loss(probability(fit, x), t),
                    float(((q > 0.5) == new_t).mean()),
                    float(np.linalg.norm(fit.w)),
                )
                for fit, q in zip(fits, p, strict=True)
            ]
        )
        said.append(p)
        true.append(new_t)
        priors.append(log_loss(np.full(len(new_t), t.mean()), new_t))
    held_out, choosing, learned, accuracy, length = np.array(rows).transpose(2, 0, 1)
    return Confidence(held_out, choosing, learned, accuracy, length, np.array(said), np.array(true), np.array(priors))


def split(seed: int) -> tuple[tuple[Array, Array], tuple[Array, Array], tuple[Array, Array]]:
    """What is learned from, what chooses λ, what is held out; the scale comes from what is learned from."""
    table = tumours()
    order = np.random.default_rng(seed).permutation(len(table.malignant))
    learned, choosing, held_out = np.split(order, [LEARNED, LEARNED + CHOOSING])
    mean, size = table.x[learned].mean(axis=0), table.x[learned].std(axis=0)
    x, t = (table.x - mean) / size, table.malignant.astype(np.float64)
    return (x[learned], t[learned]), (x[choosing], t[choosing]), (x[held_out], t[held_out])


def calibration_errors(said: Array, true: Array) -> Array:
    """(seeds,) of (seeds, examples) each. Of all together, what one model says too often would make up for another."""
    return np.array([reliability(*each, BINS).error for each in zip(said, true, strict=True)])


@cache  # no setting changes it: one for all learners
def surfaces() -> list[Array]:
    """(rows, columns) a λ: the probability over mean radius and mean texture, from powers of both up to the fifth."""
    (x, t), *_ = split(SEEDS[0])
    axis = np.linspace(-2.5, 2.5, PLANE)
    plane = np.stack(np.meshgrid(axis, axis[::-1]), axis=-1).reshape(-1, 2)
    learned = powers(x[:, :2])
    mean, size = learned.mean(axis=0), learned.std(axis=0)
    fits = [logistic((learned - mean) / size, t, STRENGTHS[index]) for index in SHOWN]
    return [probability(fit, (powers(plane) - mean) / size).reshape(PLANE, PLANE) for fit in fits]


def powers(x: Array) -> Array:
    """x₁ⁱ x₂ʲ with 1 ≤ i + j ≤ 5."""
    pairs = [(i, total - i) for total in range(1, DEGREE + 1) for i in range(total, -1, -1)]
    return np.stack([x[:, 0] ** i * x[:, 1] ** j for i, j in pairs], axis=1)


def show(_: None = None) -> Shown:
    found = confidence()
    weak = [values[:, 0] for values in (found.held_out, found.accuracy, found.length)]
    best = [found.at_chosen(values) for values in (found.held_out, found.accuracy, found.length)]
    weak_said, best_said = found.said[:, 0], found.at_chosen(found.said)
    weak_errors, best_errors = (calibration_errors(said, found.true) for said in (weak_said, best_said))
    numbers = {
        **ASKED_NUMBERS,
        "weakest": name(0),
        "best": " to ".join(dict.fromkeys(name(index) for index in (found.chosen.min(), found.chosen.max()))),
        "strongest": name(len(STRENGTHS) - 1),
        "weak_loss": middle(weak[0]),
        "best_loss": middle(best[0]),
        "strong_loss": middle(found.held_out[:, -1]),
        "prior_loss": middle(found.prior),
        "weak_accuracy": f"{middle(100 * weak[1], 0)} %",
        "best_accuracy": f"{middle(100 * best[1], 0)} %",
        "weak_length": significant(float(np.median(weak[2]))),
        "best_length": significant(float(np.median(best[2]))),
        "weak_error": spread(weak_errors, 3),
        "best_error": spread(best_errors, 3),
        "calmer": str(int((best_errors < weak_errors).sum())),
        "weak_sure": "{} of {}".format(*surely_wrong(weak_said, found.true)),
        "best_sure": "{} of {}".format(*surely_wrong(best_said, found.true)),
        "seeds": counted(len(found.held_out), "seed"),
    }
    curve = {"held out": np.median(found.held_out, axis=0), "learned from": np.median(found.learned, axis=0)}
    ringed, loss = np.unique(found.chosen), numbers["weak_loss"]
    alt = (
        f"Log-loss by λ: held out {loss} at {name(0)}, {numbers['best_loss']} at the λ that was chosen. "
        f"Ringed is what was chosen: {', '.join(map(name, ringed))}"
    )
    range_ = {"held out, all seeds": (found.held_out.min(axis=0), found.held_out.max(axis=0))}
    losses = Lines(STRENGTHS, curve, "λ", "log-loss (median)", alt, across=True, marks=ringed, bands=range_)
    return Shown(numbers, [losses, _reliability(found), _maps(), _table(found)])


def middle(values: Array, digits: int = 2) -> str:
    return decimal(float(np.median(values)), digits)


def surely_wrong(said: Array, true: Array) -> tuple[int, int]:
    """Of the wrong answers, how many were given with more than 99 %, and how many there are."""
    wrong = (said > 0.5) != true
    return int((wrong & (np.maximum(said, 1 - said) > SURE)).sum()), int(wrong.sum())


def name(index: int) -> str:
    return f"{STRENGTHS[index]:g}".replace("e-05", "×10⁻⁵").replace("1×", "")


def _reliability(found: Confidence) -> Lines:
    """Of all held-out examples of all seeds."""
    middles = (np.arange(BINS) + 0.5) / BINS
    weak = reliability(found.said[:, 0], found.true, BINS)
    lines = {
        f"λ = {name(0)}": weak.apart,
        "the λ that was chosen": reliability(found.at_chosen(found.said), found.true, BINS).apart,
        "as often as said": np.zeros(BINS),
    }
    alt = (
        f"Reliability, λ = {name(0)}: of what was called malignant with {100 * weak.said[-1]:.1f} % on average, "
        f"{100 * weak.true[-1]:.1f} % were"
    )
    return Lines(middles, lines, "said probability, middle of each fifth", "more often true than said", alt)


def _maps() -> Maps:
    pictures = [
        Picture(f"λ = {name(index)}", surface, Scale(1, "magnitude"), "activation")
        for index, surface in zip(SHOWN, surfaces(), strict=True)
    ]
    alt = "Probability of malignant over mean radius (to the right) and mean texture (upwards), by λ"
    return Maps(pictures, alt)


def _table(found: Confidence) -> Table:
    columns = {
        "λ": [name(index) for index in range(len(STRENGTHS))],
        "log-loss, held out": [ends(column) for column in found.held_out.T],
        "accuracy, held out": [ends(column) for column in found.accuracy.T],
        "‖w‖": [f"{significant(column.min())} to {significant(column.max())}" for column in found.length.T],
        "calibration error": [ends(calibration_errors(said, found.true), 3) for said in found.said.transpose(1, 0, 2)],
        "seeds that chose it": [str(int((found.chosen == index).sum())) for index in range(len(STRENGTHS))],
    }
    return Table(columns, f"By λ, the range over {counted(len(SEEDS), 'seed')}")
