"""RG4: large weights are overconfidence. A logistic regression on 100 of 569 tumours (real), by λ of L2.

    p = σ(x·w + b)        L = −1/n Σ (t log p + (1 − t) log(1 − p)) + λ Σ w²

Its bias is not penalised: with all weights held at 0 it says how common the answer is. The minimum is found by Newton's
method; twice the weights is twice the logit, and surer of the same answers.

Street, Wolberg and Mangasarian 1993, "Nuclear feature extraction for breast tumor diagnosis", doi:10.24432/C5DW2B
"""

from __future__ import annotations

from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.datasets import tumours
from experiments.numbers import counted, decimal, ends, significant
from experiments.scene import Scale
from experiments.shown import Lines, Maps, Picture, Shown, Table

SEEDS = range(5)
LEARNED = 100  # examples; the others are held out
STRENGTHS = 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0, 100.0
NEWTON = 200  # steps at most
RESTS = 1e-9
BINS = 5  # of what was said, 0 … 1
SHOWN = 0, 3, 7  # λs of the reliability diagram
PLANE = 41  # cells a side of the decision surface
DEGREE = 5  # of its two features
LEAST = 1e-15  # a probability of 0 would cost infinitely much
ASKED_NUMBERS = MappingProxyType({"learned": str(LEARNED)})  # of the question


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
    """(seeds, λ) each, but for what was said and what was true, (λ, seeds · held out)."""

    held_out: Array  # log-loss
    learned: Array  # log-loss on the examples that were learned from
    accuracy: Array  # held out
    length: Array  # ‖w‖
    said: Array  # probability of malignant, of every held-out example of every seed
    true: Array
    prior: Array  # (seeds,) log-loss of a model that says only how common malignant is

    @property
    def best(self) -> int:
        """The λ whose median held-out log-loss is lowest."""
        return int(np.median(self.held_out, axis=0).argmin())


def confidence() -> Confidence:
    """Every λ on five draws of the examples."""
    rows, said, true, priors = [], [], [], []
    for seed in SEEDS:
        (x, t), (new_x, new_t) = split(seed)
        fits = [logistic(x, t, strength) for strength in STRENGTHS]
        p = np.array([probability(fit, new_x) for fit in fits])
        rows.append(
            [
                (log_loss(q, new_t), log_loss(probability(fit, x), t), float(((q > 0.5) == new_t).mean()), norm(fit))
                for fit, q in zip(fits, p, strict=True)
            ]
        )
        said.append(p)
        true.append(new_t)
        priors.append(log_loss(np.full(len(new_t), t.mean()), new_t))
    held_out, learned, accuracy, length = np.array(rows).transpose(2, 0, 1)
    return Confidence(
        held_out, learned, accuracy, length, np.concatenate(said, axis=1), np.concatenate(true), np.array(priors)
    )


def norm(fit: Fit) -> float:
    return float(np.linalg.norm(fit.w))


def split(seed: int) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """What is learned from and what is held out; the scale comes from what is learned from."""
    table = tumours()
    order = np.random.default_rng(seed).permutation(len(table.malignant))
    chosen, out = order[:LEARNED], order[LEARNED:]
    mean, size = table.x[chosen].mean(axis=0), table.x[chosen].std(axis=0)
    x, t = (table.x - mean) / size, table.malignant.astype(np.float64)
    return (x[chosen], t[chosen]), (x[out], t[out])


def reliability(said: Array, true: Array) -> tuple[Array, Array, Array]:
    """In each bin of what was said: its mean, how often it was true, how many. NaN where nothing was said."""
    places = np.minimum((said * BINS).astype(int), BINS - 1)
    count = np.bincount(places, minlength=BINS)
    with np.errstate(invalid="ignore"):
        return (
            np.bincount(places, said, BINS) / count,
            np.bincount(places, true, BINS) / count,
            count,
        )


def calibration_error(said: Array, true: Array) -> float:
    """The mean distance of what was said from how often it was true."""
    mean, share, count = reliability(said, true)
    return float(np.nansum(np.abs(mean - share) * count) / count.sum())


def surfaces() -> list[Array]:
    """(rows, columns) a λ: the probability over mean radius and mean texture, from powers of both up to the fifth."""
    (x, t), _ = split(SEEDS[0])
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
    medians, best = np.median(found.held_out, axis=0), found.best
    errors = [calibration_error(row, found.true) for row in found.said]
    numbers = {
        **ASKED_NUMBERS,
        "weakest": name(0),
        "best": name(best),
        "strongest": name(len(STRENGTHS) - 1),
        "weak_loss": decimal(float(medians[0])),
        "best_loss": decimal(float(medians[best])),
        "strong_loss": decimal(float(medians[-1])),
        "prior_loss": decimal(float(np.median(found.prior))),
        "weak_accuracy": f"{decimal(100 * float(np.median(found.accuracy[:, 0])), 0)} %",
        "best_accuracy": f"{decimal(100 * float(np.median(found.accuracy[:, best])), 0)} %",
        "weak_length": significant(float(np.median(found.length[:, 0]))),
        "best_length": significant(float(np.median(found.length[:, best]))),
        "weak_error": decimal(errors[0]),
        "best_error": decimal(errors[best]),
        "weak_sure": sure(found, 0),
        "best_sure": sure(found, best),
        "seeds": counted(len(found.held_out), "seed"),
    }
    curve = {"held out": medians, "learned from": np.median(found.learned, axis=0)}
    alt = f"Log-loss by λ: held out {numbers['weak_loss']} at {name(0)}, lowest {numbers['best_loss']} at {name(best)}"
    losses = Lines(STRENGTHS, curve, "λ", "log-loss (median)", alt, log=True)
    return Shown(numbers, [losses, _reliability(found), _maps(), _table(found, errors)])


def sure(found: Confidence, index: int) -> str:
    """Of the wrong answers, how many were given with more than 99 %."""
    said = found.said[index]
    wrong = ((said > 0.5) != found.true) & (np.maximum(said, 1 - said) > 0.99)
    return f"{int(wrong.sum())} of {int(((said > 0.5) != found.true).sum())}"


def name(index: int) -> str:
    return f"{STRENGTHS[index]:g}".replace("e-05", "×10⁻⁵").replace("1×", "")


def _reliability(found: Confidence) -> Lines:
    middles = (np.arange(BINS) + 0.5) / BINS
    lines = {f"λ = {name(index)}": reliability(found.said[index], found.true)[1] for index in (0, found.best)}
    alt = "Reliability: how often it was malignant, by what was said; on the diagonal both are the same"
    lines["as often as said"] = middles
    return Lines(middles, lines, "probability that was said", "how often it was true", alt)


def _maps() -> Maps:
    pictures = [
        Picture(f"λ = {name(index)}", surface, Scale(1, "magnitude"), "activation")
        for index, surface in zip(SHOWN, surfaces(), strict=True)
    ]
    alt = "Probability of malignant over mean radius (to the right) and mean texture (upwards), by λ"
    return Maps(pictures, alt)


def _table(found: Confidence, errors: list[float]) -> Table:
    columns = {
        "λ": [name(index) for index in range(len(STRENGTHS))],
        "log-loss, held out": [ends(column) for column in found.held_out.T],
        "accuracy, held out": [ends(column) for column in found.accuracy.T],
        "‖w‖": [ends(column, 1) for column in found.length.T],
        "calibration error": [decimal(error) for error in errors],
    }
    return Table(columns, f"The range over {counted(len(SEEDS), 'seed')}")
