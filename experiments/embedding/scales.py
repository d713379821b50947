"""The fixed colour scales of the lesson: they follow the settings, never the numbers drawn."""

from __future__ import annotations

import numpy as np

from experiments.embedding.spec import EmbeddingSpec
from experiments.losses import HALF_SQUARES
from experiments.scene import Scale

REACH = {"glorot_uniform": 1.0, "uniform": 0.05, "orthogonal": 1.0}  # of a table's numbers as it begins, at most


def scales(spec: EmbeddingSpec) -> dict[str, Scale]:
    """The scale of each grid, by its name. A row of ∂L/∂W is a sum over the places where its word stands."""
    reach = REACH[spec.embeddings_initializer]
    slope = reach if spec.loss == HALF_SQUARES else 1.0
    words = spec.numbers()
    most = int(np.bincount(words[words > 0] if spec.mask_zero else words).max())
    return {"w": Scale(reach), "dy": Scale(slope), "dw": Scale(most * slope)}
