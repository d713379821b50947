"""RN1: the state feeds itself. The same letter at two steps, with the loop and without."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from experiments.numbers import scientific, significant
from experiments.recurrent.sequences import WORD
from experiments.recurrent.spec import ZEROS
from experiments.scene import Scale
from experiments.shown import Maps, Picture, Shown
from experiments.simple_rnn.spec import SimpleRNNSpec

SAME, ANOTHER = 0, 1  # the lesson's answers
NOTHING = 1e-12  # below this two states are the same
FUNCTIONS: Mapping[str, Callable[[Array], Array]] = {
    "tanh": np.tanh,
    "relu": lambda a: np.maximum(a, 0),
    "linear": lambda a: a,
}


class Loop(NamedTuple):
    letters: tuple[str, ...]  # read at each step
    x: Array  # (T, C)
    h: Array  # (T, U)
    by_hand: float  # largest difference from the formula, computed step by step
    alone: Array  # (T, U)  every step as if it were the first
    twice: tuple[int, int]  # steps that read the same
    difference: float  # between the states after them


def repeated(spec: SimpleRNNSpec) -> tuple[SimpleRNNSpec, tuple[int, int]]:
    """The learner's layer on a word that has a letter twice, and the two steps: its own word, or the given one."""
    plain = replace(spec, go_backwards=False, dropout=0.0, recurrent_dropout=0.0, initial_state=ZEROS)
    for each in (plain, replace(plain, sequence=WORD, word="", edits="")):
        text = each.text if each.sequence == WORD else ""
        pairs = [(i, j) for j in range(len(text)) for i in range(j) if text[i] == text[j]]
        if pairs:
            return each, pairs[0]
    raise AssertionError("the given word has a letter twice")


def loop(spec: SimpleRNNSpec) -> Loop:
    spec, twice = repeated(spec)
    params, x, _ = spec.given()
    layer = replace(spec.layer, return_sequences=True)
    h = layer.forward(params, x[None])[0][0]
    alone = layer.forward(params, x[:, None])[0][:, 0]
    difference = float(np.abs(h[twice[0]] - h[twice[1]]).max())
    return Loop(tuple(spec.text), x, h, float(np.abs(h - unrolled(spec)).max()), alone, twice, difference)


def unrolled(spec: SimpleRNNSpec) -> Array:
    """h_t = φ(x_t W + h_{t−1} R + b), a step after the other: (T, U)."""
    params, x, _ = spec.given()
    states = [np.zeros(spec.units)]
    for x_t in x:
        a = x_t @ params["kernel"] + states[-1] @ params["recurrent_kernel"] + params.get("bias", 0.0)
        states.append(FUNCTIONS[spec.activation](a))
    return np.array(states[1:])


def show(spec: SimpleRNNSpec) -> Shown:
    """The states step by step, with the loop and without, and how far apart the two steps are."""
    result = loop(spec)
    steps, (first, second) = len(result.letters), result.twice
    to_come = np.arange(steps)[None, None, :] > np.arange(steps)[:, None, None]  # (frames, 1, columns)

    def growing(label: str, values: Array, kind: str = "activation") -> Picture:
        frames = np.repeat(values.T[None], steps, axis=0)
        return Picture(label, frames, Scale(1), kind, left_out=np.broadcast_to(to_come, frames.shape))  # type: ignore[arg-type]

    word = "".join(result.letters)
    same = "the same" if result.difference <= NOTHING else f"{significant(result.difference)} apart"
    return Shown(
        numbers=told(spec)
        | {
            "difference": significant(result.difference),
            "by_hand": "exactly" if result.by_hand == 0 else f"to {scientific(result.by_hand)}",
        },
        rows=[
            Maps(
                [
                    growing("x, a letter a row", result.x, "input"),
                    growing("h, with the loop", result.h),
                    growing("h, each step alone", result.alone),
                ],
                alt=f"States of {word}, step by step; after steps {first} and {second} they are {same}",
                frames=[f"step {t} reads {letter}" for t, letter in enumerate(result.letters)],
                start=steps - 1,
            )
        ],
        right={SAME if result.difference <= NOTHING else ANOTHER},
        case="No loop" if result.difference <= NOTHING else "Loop",
    )


def told(spec: SimpleRNNSpec) -> dict[str, str]:
    """What the question asks about."""
    spec, (first, second) = repeated(spec)
    return {"word": spec.text, "letter": spec.text[first], "first": str(first), "second": str(second)}
