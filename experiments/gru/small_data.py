"""GR3: as good as an LSTM, and better on little data? Both model the characters of a text, of which they get little or
much; the same part that neither has seen judges. Each pair starts from the same seed and reads the same pieces.

Chung et al. 2014, "Empirical evaluation of gated recurrent neural networks", https://arxiv.org/abs/1412.3555
Jozefowicz, Zaremba and Sutskever 2015, "An empirical exploration of recurrent network architectures",
https://proceedings.mlr.press/v37/jozefowicz15.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.datasets import english
from experiments.numbers import counted, decimal, spread
from experiments.recurrent.language import Corpus, Models, corpus, models
from experiments.recurrent.race import GRU_, LSTM_
from experiments.recurrent.real import CHAPTER
from experiments.several import parts
from experiments.shown import Lines, Part, Shown, Table

SEEDS = range(5)
SIZES = {"small": 2000, "larger": 50000}  # characters that are learned from
UNITS, STEPS = 32, 300
GRU_AHEAD, LSTM_AHEAD, MIXED = range(3)  # the lesson's answers


class Compared(NamedTuple):
    """Bits a character on the part that judges."""

    over: dict[str, Models]  # sets that are done
    size: str  # the set that is run
    running: Models

    def difference(self, size: str) -> Array:
        """(seeds,): the LSTM's bits less the GRU's; above 0 the GRU is ahead."""
        bits = self.over[size].bits
        return bits[LSTM_][-1] - bits[GRU_][-1]


def part(size: str) -> Corpus:
    """So many characters of the text to learn from, and its last tenth to judge by."""
    whole, count = corpus(english(CHAPTER)), SIZES[size]
    count = min(count, whole.end)
    return whole._replace(codes=np.concatenate([whole.codes[:count], whole.codes[whole.end :]]), end=count)


def compare() -> Iterator[tuple[float, Compared | None]]:
    """Trains both from five seeds on either set: (share that is done, results when there are new ones)."""
    over: dict[str, Models] = {}
    for number, size in enumerate(SIZES):
        for done, result in models(part(size), (LSTM_, GRU_), SEEDS, UNITS, STEPS):
            if result is not None and done == 1:
                over = over | {size: result}
            news = None if result is None else Compared(over, size, result)
            yield (number + done) / len(SIZES), news


def prediction(result: Compared) -> set[int]:
    """On the small set, if all seeds agree."""
    ahead = result.difference("small") > 0
    return {GRU_AHEAD if ahead.all() else MIXED if ahead.any() else LSTM_AHEAD}


def show(_: None = None) -> Iterator[Part]:
    """Lines of both on the set that is run, and a table of the sets that are done."""
    return parts(compare(), _shown)


def _shown(result: Compared) -> Shown:
    done = [result._replace(size=size, running=looks) for size, looks in result.over.items() if size != result.size]
    rows: list[Lines | Table] = [_lines(each) for each in (*done, result)]
    if result.over:
        rows.append(_table(result))
    if len(result.over) < len(SIZES):
        return Shown({}, rows)
    small, larger = (result.difference(size) for size in SIZES)
    return Shown(
        numbers={
            "small": f"{SIZES['small']:,}",
            "larger": f"{SIZES['larger']:,}",
            "small_ahead": _ahead(small),
            "larger_ahead": _ahead(larger),
            "small_difference": spread(small),
            "larger_difference": spread(larger),
            "seeds": counted(len(SEEDS), "seed"),
            "steps": f"{STEPS:,}",
        },
        rows=rows,
        right=prediction(result),
    )


def _ahead(difference: Array) -> str:
    """How many seeds had the GRU ahead."""
    return f"{int((difference > 0).sum())} of {len(difference)}"


def _lines(result: Compared) -> Lines:
    running = result.running
    lines = {name: np.median(bits, axis=1) for name, bits in running.bits.items()}
    words = ", ".join(f"{name} {decimal(float(line[-1]))}" for name, line in lines.items())
    y = f"bits a character, learned from {SIZES[result.size]:,}"
    alt = f"{y}: after {running.steps[-1]:,} steps, median of {counted(len(SEEDS), 'seed')}, {words}"
    return Lines(running.steps, lines, x="steps of training", y=y, alt=alt)


def _table(result: Compared) -> Table:
    sizes = list(result.over)
    last = {size: {name: bits[-1] for name, bits in result.over[size].bits.items()} for size in sizes}
    return Table(
        {
            "characters to learn from": [SIZES[size] for size in sizes],
            "LSTM, bits a character": [spread(last[size][LSTM_]) for size in sizes],
            "GRU": [spread(last[size][GRU_]) for size in sizes],
            "LSTM less GRU, by seed": [", ".join(decimal(float(v)) for v in result.difference(size)) for size in sizes],
            "GRU ahead": [_ahead(result.difference(size)) for size in sizes],
        },
        alt="LSTM less GRU, bits a character: "
        + "; ".join(f"{SIZES[size]:,} characters {spread(result.difference(size))}" for size in sizes),
    )
