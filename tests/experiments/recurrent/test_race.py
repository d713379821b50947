"""Networks side by side: each is trained as it would be alone, and its curve is the mean of its steps."""

from functools import partial

import numpy as np
import pytest

from engine.layers.recurrent import Chrono
from engine.losses import mean_squared_error
from engine.optimizers import Adam
from engine.training import Drawn, steps
from experiments.recurrent.race import BLOCK, CELLS, CHRONO, KERAS, Race, costs, curves, layer, network, race
from experiments.recurrent.tasks import adding

COUNT = 2 * BLOCK + 3


def recipe(cell: str, seed: int) -> Drawn:
    net = network(cell, 4, 1, CHRONO, 6)
    return Drawn(net, Adam(0.01, global_clipnorm=1.0), partial(adding, steps=6, batch=4), seed, mean_squared_error)


def raced() -> list[tuple[float, Race | None]]:
    return list(race({cell: partial(recipe, cell) for cell in CELLS}, (3, 4), COUNT, lambda step: step.loss))


def test_each_is_trained_as_if_it_were_alone() -> None:
    result = raced()[-1][1]
    assert result is not None
    assert list(result.at) == [BLOCK, 2 * BLOCK, COUNT]
    for cell, lane in result.lanes.items():
        assert lane.curves.shape == (2, 3)
        for seed, curve in zip((3, 4), lane.curves, strict=True):
            losses = [step.loss for step in steps(recipe(cell, seed), COUNT)]
            assert curve == pytest.approx([np.mean(losses[k : k + BLOCK]) for k in (0, BLOCK, 2 * BLOCK)], rel=1e-12)
        net = recipe(cell, 3).network
        assert (lane.parameters, lane.operations) == (net.parameter_count((6, 2)), net.operation_count((6, 2)))
        assert lane.seconds > 0


def test_curves_grow_together() -> None:
    parts = raced()
    shares = [done for done, _ in parts]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    news = [result for _, result in parts if result is not None]
    assert [len(result.at) for result in news] == [1, 2, 3]
    lines = curves(news[0], "error")
    assert list(lines.at) == [BLOCK]
    assert "median of 2 seeds" in lines.alt
    for cell, lane in news[0].lanes.items():
        assert lines.lines[cell] == pytest.approx([lane.curves[:, 0].mean()])  # of two, the median is the mean
    table = costs(news[-1], "error")
    assert table.columns["parameters"] == [lane.parameters for lane in news[-1].lanes.values()]


def test_gates_start_as_they_are_said_to() -> None:
    for cell, name in (("LSTM", "forget_bias"), ("GRU", "update_bias")):
        assert getattr(layer(cell, 4, CHRONO, 50), name) == Chrono(50)
        assert getattr(layer(cell, 4, CHRONO, 2), name) == Chrono(3)
        assert not isinstance(getattr(layer(cell, 4, KERAS, 50), name), Chrono)
    assert layer("RNN", 4, CHRONO, 50) == layer("RNN", 4, KERAS, 50)
    assert layer("GRU", 4, KERAS, 50, sequences=True).return_sequences
