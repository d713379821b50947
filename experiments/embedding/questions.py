"""The numbers of the lesson's questions, from the learner's own settings: right answers and tempting wrong ones.

A wrong answer is there only where the reason that the lesson gives for it holds.
"""

from __future__ import annotations

import numpy as np

from experiments.embedding.spec import EmbeddingSpec
from experiments.numbers import whole


def question_numbers(spec: EmbeddingSpec) -> dict[str, str]:
    """Name → text, for the placeholders of the lesson's questions."""
    x = spec.numbers()
    words = x[x > 0] if spec.mask_zero else x
    rows, columns, places = spec.input_dim, spec.output_dim, len(x)
    often = int(np.bincount(words).max())
    counts = {
        "rows": rows,
        "places": places,
        "words": len(words),
        "different": len(np.unique(words)),
        "parameters": rows * columns,
        "parameters_sentence": places * columns,
        "parameters_sum": rows + columns,
        "numbers": places * columns,
        "numbers_table": rows * columns,
        "terms": often,
        "terms_one": 1,
        "terms_product": places,
        "products": places * rows * columns,
        "products_row": rows * columns,
    }
    if often == 1:
        del counts["terms_one"]  # it is the right answer then
    often_word = spec.vocabulary[int(np.bincount(words).argmax())]
    return {name: whole(count) for name, count in counts.items()} | {"often": often_word}
