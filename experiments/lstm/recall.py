"""LS4, second half: hundreds of steps. An LSTM recalls the first symbol, if its gates start so that they keep.

Where a forget gate starts with the bias b, σ(b) of the cell is kept at each step, and of the gradient too. Chrono
initialisation draws each unit's bias so that the units keep for different times, up to the length of the sequence, and
closes the input gates by as much.

Tallec and Ollivier 2018, "Can recurrent neural networks warp time?", https://arxiv.org/abs/1804.11188
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from engine.layers import LSTM, Dense
from engine.layers.recurrent import Chrono
from engine.losses import softmax_cross_entropy
from engine.network import Sequential
from engine.optimizers import Adam
from engine.training import Drawn, Step
from experiments.lstm import carousel
from experiments.numbers import counted, scientific, significant
from experiments.recurrent.race import CHRONO, Race, costs, curves, race
from experiments.recurrent.tasks import BETWEEN, QUIET, SYMBOLS, recall
from experiments.recurrent.walk import sigmoid
from experiments.several import parts
from experiments.shown import Part, Shown
from experiments.spec import Spec, choice

UNITS, STEPS = 16, 400
RATE, CLIP = 0.005, 1.0
BIASES = (1.0, 3.0, 5.0)  # beside chrono
ALL_OF_THEM, CHRONO_NOT_ONE, NONE, OTHERWISE = range(4)  # the lesson's answers
LEARNED = 0.9


@dataclass(frozen=True)
class RecallSpec(Spec):
    gap: int = choice(200, (50, 100, 200, 300), "steps of the sequence")
    between: str = choice(QUIET, BETWEEN, "what is read after the first symbol: faint noise, or other symbols")
    seeds: int = choice(3, (1, 3, 5), "runs of each network; more take longer", surprise=False)


def name(bias: float | None) -> str:
    return CHRONO if bias is None else f"bias {bias:.0f}"


def recalled(spec: RecallSpec) -> Iterator[tuple[float, Race | None]]:
    """LSTMs that differ in where their forget gates start: the share of right answers as they learn."""
    recipes = {name(bias): partial(training, bias, spec) for bias in (None, *BIASES)}
    return race(recipes, range(spec.seeds), STEPS, right)


def training(bias: float | None, spec: RecallSpec, seed: int) -> Drawn:
    layer = LSTM(UNITS, forget_bias=Chrono(spec.gap) if bias is None else bias)
    draw = partial(recall, steps=spec.gap, between=spec.between)
    return Drawn(
        Sequential((layer, Dense(SYMBOLS))), Adam(RATE, global_clipnorm=CLIP), draw, seed, softmax_cross_entropy
    )


def right(step: Step) -> float:
    """Share of right answers, on a batch not seen before."""
    return float((step.activations[-1].argmax(axis=1) == step.examples.target).mean())


def prediction(result: Race) -> set[int]:
    learned = {name: bool(np.median(lane.last) > LEARNED) for name, lane in result.lanes.items()}
    if all(learned.values()):
        return {ALL_OF_THEM}
    if not any(learned.values()):
        return {NONE}
    return {CHRONO_NOT_ONE if learned[CHRONO] and not learned[name(1.0)] else OTHERWISE}


def show(spec: RecallSpec) -> Iterator[Part]:
    """The race, above it what is left of a gradient in a cell that only keeps."""
    gradients = carousel.show()
    yield from parts(recalled(spec), partial(_shown, spec, gradients))


def _shown(spec: RecallSpec, gradients: Shown, result: Race) -> Shown:
    y = "share of right answers"
    rows = [curves(result, f"{y}, gap {spec.gap}"), costs(result, y, 2), *gradients.rows]
    if result.at[-1] < STEPS:
        return Shown({}, rows)
    reached = {key: significant(float(np.median(lane.last))) for key, lane in result.lanes.items()}
    return Shown(
        numbers={key.replace(" ", "_"): value for key, value in reached.items()}
        | {
            "gap": str(spec.gap),
            "seeds": counted(spec.seeds, "seed"),
            "steps": f"{STEPS:,}",
            "guessed": significant(1 / SYMBOLS),
            "kept_1": scientific(_kept(1, spec.gap)),
            "kept_5": significant(_kept(5, spec.gap)),
        },
        rows=rows,
        right=prediction(result),
    )


def _kept(bias: float, steps: int) -> float:
    """σ(b)ᵗ"""
    return sigmoid(bias) ** steps
