"""Losses: functions (prediction, target) → (loss, gradient), of sequences also (prediction, target, mask).

The loss is the mean over the batch, so the gradient already holds the 1/B: what `backward` takes as dy. Of sequences it
is the mean over all their steps; where the mask (B, T) is False a step does not count, and its gradient is 0.

Softmax cross-entropy, for labels t that sum to 1 in each row:

    p_k = e^{z_k} / Σ_j e^{z_j}        L = −1/B Σ_b Σ_k t_k log p_k        dz = (p − t) / B

Label smoothing takes a share s of the label and deals it out to all K classes: t ← (1 − s) t + s/K. The loss is then
least at p = t, not at a certainty that only endless logits could express.

Mean squared error and, for quantiles of levels q, the pinball loss, both over all n numbers that count:

    L = 1/n Σ (y − t)²                                    dy = 2 (y − t) / n
    L = 1/n Σ max(q (t − y), (q − 1)(t − y))              dy = −q / n where t > y, (1 − q) / n where t < y

A mean makes the first smallest, a quantile the second: of what may come, the share q lies below y.

Less is asked of far outliers, with e = y − t and again over all n numbers that count:

    absolute    L = 1/n Σ |e|                                        dy = sign(e) / n, 0 where e = 0
    Huber       L = 1/n Σ ½ e² where |e| ≤ δ, else δ (|e| − ½ δ)     dy = e / n, kept within ± δ / n

For two classes, t from 0 to 1 and a logit z each, p = σ(z); and for two classes called −1 and 1, with the margin t y:

    binary cross-entropy   L = −1/n Σ (t log p + (1 − t) log (1 − p))        dz = (p − t) / n
    hinge                  L = 1/n Σ max(1 − t y, 0)                         dy = −t / n where t y < 1, else 0

Of codes that are drawn from N(μ, e^ℓ), the divergence from N(0, 1), added up over the numbers of a code:

    Kullback–Leibler   L = 1/B Σ ½ (μ² + e^ℓ − 1 − ℓ)        dμ = μ / B        dℓ = ½ (e^ℓ − 1) / B

The logarithms are never taken of p, which may round to 0 or 1:  −log p = log(1 + e⁻ᶻ) = max(−z, 0) + log(1 + e^(−|z|)).

Bridle 1990, "Probabilistic interpretation of feedforward classification network outputs",
doi:10.1007/978-3-642-76153-9_28
Szegedy et al. 2016 (label smoothing), "Rethinking the Inception architecture", https://arxiv.org/abs/1512.00567
Huber 1964, "Robust estimation of a location parameter", doi:10.1214/aoms/1177703732
Cortes and Vapnik 1995 (hinge), "Support-vector networks", doi:10.1007/BF00994018
Kingma and Welling 2014 (divergence), "Auto-encoding variational Bayes", https://arxiv.org/abs/1312.6114
Koenker and Bassett 1978 (quantiles), "Regression quantiles", doi:10.2307/1913643
"""

from collections.abc import Sequence

import numpy as np

from engine.arrays import Array, Shape
from engine.checks import check_dtype, check_float, check_mask, check_number


def softmax(logits: Array) -> Array:
    """p (…, C) of logits (…, C): positive, and 1 in sum."""
    with np.errstate(invalid="ignore"):
        e = np.exp(logits - logits.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True)


def softmax_cross_entropy(logits: Array, labels: Array, *, label_smoothing: float = 0.0) -> tuple[float, Array]:
    """Loss, and its gradient by the logits (B, C). Labels: class indices (B,), or rows that sum to 1, (B, C).

    A training with smoothed labels takes `partial(softmax_cross_entropy, label_smoothing=0.1)` for its loss.
    """
    if logits.ndim != 2 or 0 in logits.shape:
        raise ValueError(f"logits must have the shape (B, C), not {logits.shape}")
    check_float("logits", logits)
    targets = smoothed(_targets(logits, labels), label_smoothing)
    # an infinite logit gives NaN: that is to be seen, not to be warned of
    with np.errstate(invalid="ignore"):
        # log p = z − log Σ e^z;  less the largest z, which changes nothing and keeps e^z finite
        z = logits - logits.max(axis=1, keepdims=True)
        log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
        # L = −1/B Σ t log p;  where t = 0 the term is 0, also for p = 0
        loss = -float(np.where(targets == 0, 0, targets * log_p).sum()) / len(logits)
        # dz = (p − t) / B
        return loss, (np.exp(log_p) - targets) / len(logits)


def smoothed(targets: Array, label_smoothing: float) -> Array:
    """Rows that sum to 1, (B, C), a share of each dealt out to all classes."""
    check_number("label_smoothing", label_smoothing, least=0, most=1)
    # t ← (1 − s) t + s/K
    return targets if label_smoothing == 0 else (1 - label_smoothing) * targets + label_smoothing / targets.shape[-1]


def sequence_cross_entropy(
    logits: Array, labels: Array, mask: Array | None = None, *, label_smoothing: float = 0.0
) -> tuple[float, Array]:
    """Softmax cross-entropy at every step that counts. logits (B, T, C), labels (B, T)."""
    if logits.ndim != 3 or labels.shape != logits.shape[:2]:
        raise ValueError(
            f"logits must have the shape (B, T, C) and labels (B, T), not {logits.shape} and {labels.shape}"
        )
    counted, dlogits = _counted(labels.shape, mask), np.zeros_like(logits)
    loss, dlogits[counted] = softmax_cross_entropy(logits[counted], labels[counted], label_smoothing=label_smoothing)
    return loss, dlogits


def mean_squared_error(y: Array, target: Array, mask: Array | None = None) -> tuple[float, Array]:
    """y and target (B, …); with a mask (B, T), y is (B, T, …)."""
    _check_alike(y, target)
    counted, dy = _counted(y.shape[:2] if mask is not None else y.shape, mask), np.zeros_like(y)
    # L = 1/n Σ (y − t)²
    error = y[counted] - target[counted]
    # dy = 2 (y − t) / n
    dy[counted] = 2 * error / error.size
    return float((error * error).mean()), dy


def mean_absolute_error(y: Array, target: Array, mask: Array | None = None) -> tuple[float, Array]:
    """y and target (B, …); with a mask (B, T), y is (B, T, …)."""
    _check_alike(y, target)
    counted, dy = _counted(y.shape[:2] if mask is not None else y.shape, mask), np.zeros_like(y)
    # L = 1/n Σ |e|
    error = y[counted] - target[counted]
    # dy = sign(e) / n
    dy[counted] = np.sign(error) / error.size
    return float(np.abs(error).mean()), dy


def huber(y: Array, target: Array, mask: Array | None = None, *, delta: float = 1.0) -> tuple[float, Array]:
    """y and target (B, …); with a mask (B, T), y is (B, T, …)."""
    check_number("delta", delta, above=0)
    _check_alike(y, target)
    counted, dy = _counted(y.shape[:2] if mask is not None else y.shape, mask), np.zeros_like(y)
    # L = 1/n Σ ½ e² where |e| ≤ δ, else δ (|e| − ½ δ):  with e kept within ± δ, both are kept · (e − ½ kept)
    error = y[counted] - target[counted]
    kept = np.clip(error, -delta, delta)
    # dy = e / n, kept within ± δ / n
    dy[counted] = kept / error.size
    return float((kept * (error - kept / 2)).mean()), dy


def binary_cross_entropy(logits: Array, target: Array, mask: Array | None = None) -> tuple[float, Array]:
    """Loss, and its gradient by the logits (B, …). Target: shares from 0 to 1, shaped alike; with a mask (B, T, …)."""
    _check_alike(logits, target, "logits")
    if not ((target >= 0) & (target <= 1)).all():
        raise ValueError(f"target must lie between 0 and 1, not {target.min()} … {target.max()}")
    counted, dlogits = _counted(logits.shape[:2] if mask is not None else logits.shape, mask), np.zeros_like(logits)
    z, t = logits[counted], target[counted]
    e = np.exp(-np.abs(z))
    # −t log p − (1 − t) log (1 − p) = max(z, 0) − t z + log(1 + e^(−|z|));
    with np.errstate(invalid="ignore"):
        loss = float((np.where(z > 0, (1 - t) * z, -t * z) + np.log1p(e)).mean())
    # dz = (p − t) / n
    dlogits[counted] = (np.where(z < 0, e, 1) / (1 + e) - t) / z.size
    return loss, dlogits


def hinge(y: Array, target: Array, mask: Array | None = None) -> tuple[float, Array]:
    """y and target (B, …), whose numbers are −1 and 1; with a mask (B, T), y is (B, T, …)."""
    _check_alike(y, target)
    if not (np.abs(target) == 1).all():
        raise ValueError(f"target must be −1 or 1, not {target[np.abs(target) != 1][0]}")
    counted, dy = _counted(y.shape[:2] if mask is not None else y.shape, mask), np.zeros_like(y)
    # L = 1/n Σ max(1 − t y, 0)
    t = target[counted]
    short = 1 - t * y[counted]
    # dy = −t / n where t y < 1
    dy[counted] = np.where(short <= 0, 0, -t) / t.size
    return float(np.maximum(short, 0).mean()), dy


def pinball(y: Array, target: Array, levels: Sequence[float]) -> tuple[float, Array]:
    """y (B, …, Q) has a quantile a level, target (B, …, 1) what has come."""
    for level in levels:
        check_number("a level", level, above=0, below=1)
    if y.shape[-1:] != (len(levels),) or target.shape != (*y.shape[:-1], 1):
        raise ValueError(
            f"y must end with {len(levels)} quantiles, and target with one number, not {y.shape}, {target.shape}"
        )
    check_float("y", y)
    check_dtype("target", target, y.dtype, of="y")
    q, below = np.array(levels, y.dtype), target - y  # t − y
    # L = 1/n Σ max(q (t − y), (q − 1)(t − y))
    loss = float(np.maximum(q * below, (q - 1) * below).mean())
    # dy = −q / n,  (1 − q) / n
    return loss, (np.where(below < 0, 1 - q, np.where(below > 0, -q, 0)) / y.size).astype(y.dtype)


def kl_to_standard_normal(x: Array) -> tuple[float, Array]:
    """x (B, *S, 2C): of each code first all μ, then all ℓ = log σ², as `GaussianSampling` takes it."""
    check_float("x", x)
    if x.ndim < 2 or x.shape[-1] % 2 or not x.size:
        raise ValueError(f"x must be (B, *S, 2C), means and log variances, not {x.shape}")
    mean, log_variance = np.split(x, 2, axis=-1)
    variance = np.exp(log_variance)
    # L = 1/B Σ ½ (μ² + e^ℓ − 1 − ℓ)
    loss = float((mean**2 + variance - 1 - log_variance).sum() / (2 * len(x)))
    # dμ = μ / B,  dℓ = ½ (e^ℓ − 1) / B
    return loss, np.concatenate([mean, (variance - 1) / 2], axis=-1) / np.asarray(len(x), x.dtype)


def _counted(shape: Shape, mask: Array | None) -> Array:
    """What counts: the mask, or all."""
    if mask is None:
        return np.ones(shape, np.bool_)
    check_mask(mask, shape)
    if not mask.any():
        raise ValueError("mask must count at least one step")
    return mask


def _check_alike(y: Array, target: Array, name: str = "y") -> None:
    check_float(name, y)
    if y.shape != target.shape or not y.size:
        raise ValueError(f"target must have {name}'s shape {y.shape}, and at least one number, not {target.shape}")
    check_dtype("target", target, y.dtype, of=name)


def _targets(logits: Array, labels: Array) -> Array:
    """Labels as rows that sum to 1."""
    batch, classes = logits.shape
    if np.issubdtype(labels.dtype, np.integer) and labels.shape == (batch,):
        if labels.size and not 0 <= labels.min() <= labels.max() < classes:
            raise ValueError(f"labels must be 0 … {classes - 1}, not {labels.min()} … {labels.max()}")
        return np.eye(classes, dtype=logits.dtype)[labels]
    if labels.shape != logits.shape:
        raise ValueError(
            f"labels must be {batch} class indices or have the logits' shape {logits.shape}, "
            f"not {labels.dtype} of shape {labels.shape}"
        )
    check_dtype("labels", labels, logits.dtype, of="logits")
    if not (labels >= 0).all() or not np.allclose(labels.sum(axis=1), 1):
        raise ValueError("labels must be at least 0 and sum to 1 in each row")
    return labels
