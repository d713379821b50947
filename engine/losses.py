"""Losses: functions (prediction, target) → (loss, gradient).

The loss is the mean over the batch, so the gradient already holds the 1/B: what `backward` takes as dy.

Softmax cross-entropy, for labels t that sum to 1 in each row:

    p_k = e^{z_k} / Σ_j e^{z_j}        L = −1/B Σ_b Σ_k t_k log p_k        dz = (p − t) / B

Bridle 1990, "Probabilistic interpretation of feedforward classification network outputs",
doi:10.1007/978-3-642-76153-9_28
"""

import numpy as np

from engine.arrays import Array
from engine.checks import check_dtype, check_float


def softmax(logits: Array) -> Array:
    """p (…, C) of logits (…, C): positive, and 1 in sum."""
    with np.errstate(invalid="ignore"):
        e = np.exp(logits - logits.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True)


def softmax_cross_entropy(logits: Array, labels: Array) -> tuple[float, Array]:
    """Loss, and its gradient by the logits (B, C). Labels: class indices (B,), or rows that sum to 1, (B, C)."""
    if logits.ndim != 2 or 0 in logits.shape:
        raise ValueError(f"logits must have the shape (B, C), not {logits.shape}")
    check_float("logits", logits)
    targets = _targets(logits, labels)
    # an infinite logit gives NaN: that is to be seen, not to be warned of
    with np.errstate(invalid="ignore"):
        # log p = z − log Σ e^z;  less the largest z, which changes nothing and keeps e^z finite
        z = logits - logits.max(axis=1, keepdims=True)
        log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
        # L = −1/B Σ t log p;  where t = 0 the term is 0, also for p = 0
        loss = -float(np.where(targets == 0, 0, targets * log_p).sum()) / len(logits)
        # dz = (p − t) / B
        return loss, (np.exp(log_p) - targets) / len(logits)


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
