import time
from dataclasses import replace

import numpy as np
import pytest
import torch

import engine.layers
from benchmarks.cases import LAYERS, LOGITS, OPTIMIZERS, WEIGHTS
from benchmarks.engine import (
    OURS,
    Pair,
    compare,
    layer_pair,
    loss_pair,
    measure,
    optimizer_pair,
    training_pair,
)


def lesson_pairs() -> list[Pair]:
    """All pairs of the table at the size of a lesson."""
    rng = np.random.default_rng(1)
    layers = [layer_pair(what, *lesson, rng) for what, (lesson, _) in LAYERS.items()]
    optimizers = [optimizer_pair(what, optimizer, *WEIGHTS[0], rng) for what, optimizer in OPTIMIZERS.items()]
    return [*layers, loss_pair(LOGITS[0], rng), *optimizers, training_pair()]


def test_every_layer_has_a_line() -> None:
    timed = {type(layer).__name__ for sizes in LAYERS.values() for layer, _ in sizes}
    assert timed == set(engine.layers.__all__) - {"Layer"}
    assert all(type(lesson) is type(large) for (lesson, _), (large, _) in LAYERS.values())


@pytest.mark.parametrize("pair", lesson_pairs(), ids=lambda pair: pair.what)
def test_both_compute_the_same(pair: Pair) -> None:
    pair.check()


def test_nothing_wrong_is_timed() -> None:
    pair = layer_pair("Dense", *LAYERS["Dense"][0], np.random.default_rng(2))
    (layout,) = pair.theirs
    right = pair.theirs[layout]

    def wrong() -> tuple[torch.Tensor, ...]:
        y, dx, dw, db = right()
        return y, dx, dw, db * 1.01

    with pytest.raises(ValueError, match="output 3 differs from PyTorch's, contiguous"):
        measure([replace(pair, theirs={layout: wrong})], 1)


def test_all_take_turns_and_the_faster_layout_counts() -> None:
    pair = replace(training_pair(), our_outputs=list, their_outputs=lambda _: [])
    pair = replace(pair, ours=lambda: None, theirs={"fast": lambda: (), "slow": lambda: time.sleep(0.02)})
    (row,) = measure([pair], 3)
    assert row.layout == "fast"
    assert row.count == 3
    assert row.theirs < 0.01
    row = compare(pair, {OURS: [3.0, 1.0, 8.0], "fast": [2.0, 2.0, 9.0], "slow": [4.0, 4.0, 4.0]})
    assert (row.ours, row.theirs, row.ratio) == (3.0, 2.0, 1.5)
