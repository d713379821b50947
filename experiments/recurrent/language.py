"""A model of the characters of a text: at every character, how likely is each to come next?

    L = mean of −log₂ p(next character), in bits        unigram entropy = −Σ p log₂ p of how often each occurs

Who knows only how often each character occurs cannot get below the unigram entropy. A network that is asked for the
next character, gets one drawn from its answer, and is asked again, writes: softmax(z / τ), with the temperature τ. Low
ones take what is likeliest, high ones take anything.

Karpathy 2015, "The unreasonable effectiveness of recurrent neural networks",
https://karpathy.github.io/2015/05/21/rnn-effectiveness
Graves 2013, "Generating sequences with recurrent neural networks", https://arxiv.org/abs/1308.0850
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from engine.arrays import Array
from engine.layers.recurrent import Recurrent, RecurrentLayer
from engine.losses import sequence_cross_entropy, softmax
from engine.network import Sequential
from engine.optimizers import Adam
from engine.training import Drawn, Examples, Step
from experiments.numbers import counted, decimal, spread
from experiments.recurrent.race import KERAS, Looks, looked_at, network
from experiments.shown import Lines, Passage, Table, Text

WINDOW, BATCH = 40, 32
RATE, CLIP = 0.01, 1.0
MOST = 80  # different characters; what is rarer than these is written as RARE
RARE = "□"
TRAINED = 0.9  # of the text; the rest judges
EVERY = 50
TEMPERATURES = (0.3, 0.7, 1.0, 1.5)
WHILE_LEARNING = TEMPERATURES[1]  # at which also what was written earlier is shown
WRITTEN = 160  # characters


class Corpus(NamedTuple):
    alphabet: str
    codes: Array  # (N,)  the place of each character in the alphabet
    end: int  # of the part that trains

    @property
    def unigram(self) -> float:
        """−Σ p log₂ p over the whole text, in bits."""
        p = np.bincount(self.codes, minlength=len(self.alphabet)) / len(self.codes)
        return float(-(p[p > 0] * np.log2(p[p > 0])).sum())


class Look(NamedTuple):
    bits: float
    params: Any  # of the network that writes, None of others


class Models(NamedTuple):
    """Of every network, from every seed."""

    corpus: Corpus
    steps: list[int]
    bits: dict[str, Array]  # network → (looks, seeds)  on the part that was not trained on
    parameters: dict[str, int]
    seconds: dict[str, float]  # of a step of training, the median
    written: list[tuple[int, dict[float, str]]]  # after so many steps, by temperature: the first network's, first seed


def corpus(text: str) -> Corpus:
    often = Counter(text).most_common()
    kept = [character for character, _ in often[: MOST if len(often) <= MOST else MOST - 1]]
    alphabet = "".join(sorted(kept)) + (RARE if len(often) > MOST else "")
    place = {character: k for k, character in enumerate(alphabet)}
    codes = np.array([place.get(character, len(alphabet) - 1) for character in text])
    return Corpus(alphabet, codes, int(TRAINED * len(codes)))


def training(text: Corpus, cell: str, units: int, seed: int) -> Drawn:
    size = len(text.alphabet)
    return Drawn(
        network(cell, units, size, KERAS, WINDOW, sequences=True),
        Adam(RATE, global_clipnorm=CLIP),
        partial(_pieces, text),
        seed,
        sequence_cross_entropy,
    )


def _pieces(text: Corpus, rng: np.random.Generator) -> Examples:
    at = rng.integers(0, text.end - WINDOW, BATCH)[:, None] + np.arange(WINDOW + 1)
    codes = text.codes[at]
    return Examples(np.eye(len(text.alphabet), dtype=np.float32)[codes[:, :-1]], codes[:, 1:])


def bits(text: Corpus, net: Sequential, params: Any) -> float:
    """Of the part that was not trained on, read in one go."""
    codes = text.codes[text.end :]
    x = np.eye(len(text.alphabet), dtype=np.float32)[codes[None, :-1]]
    loss, _ = sequence_cross_entropy(net.forward(params, x)[0], codes[None, 1:])
    return float(loss / np.log(2))


def write(text: Corpus, net: Sequential, params: Any, temperature: float, rng: np.random.Generator) -> str:
    """Goes on from a full stop, character by character: each is drawn from softmax(z / τ)."""
    cell, head = net.layers
    assert isinstance(cell, RecurrentLayer)
    one: Any = replace(cell, return_sequences=False, return_state=True)
    hot, start = np.eye(len(text.alphabet), dtype=np.float32), max(text.alphabet.find("."), 0)
    code, state, written = start, Recurrent(None), list[str]()
    for _ in range(WRITTEN):
        state, _ = one.forward(params[0], state._replace(sequence=hot[[[code]]]))
        z, _ = head.forward(params[1], state.h)
        p = softmax(z[0].astype(np.float64) / temperature)
        code = int(rng.choice(len(p), p=p / p.sum()))
        written.append(text.alphabet[code])
    return "".join(written)


def models(
    text: Corpus, cells: Sequence[str], seeds: Sequence[int], units: int, count: int, *, writes: bool = False
) -> Iterator[tuple[float, Models | None]]:
    """Trains all side by side: (share that is done, what they know when they are asked)."""
    runs = {(cell, seed): training(text, cell, units, seed) for cell, seed in product(cells, seeds)}
    first = cells[0], seeds[0]
    parameters = {cell: runs[cell, seeds[0]].network.parameter_count((WINDOW, len(text.alphabet))) for cell in cells}

    def look(run: tuple[str, int], step: Step) -> Look:
        params = step.after.params
        return Look(bits(text, runs[run].network, params), params if writes and run == first else None)

    written: list[tuple[int, dict[float, str]]] = []
    for done, looks in looked_at(runs, count, EVERY, look):
        if looks is not None and (params := looks.seen[first][-1].params) is not None:
            passages = {}
            # from the same random numbers; each takes a turn, of which others wait for the end
            for tau in TEMPERATURES:
                passages[tau] = write(text, runs[first].network, params, tau, np.random.default_rng(0))
                yield done, None
            written = [*written, (looks.steps[-1], passages)]
        yield done, None if looks is None else _result(text, parameters, looks, written)


def _result(
    text: Corpus, parameters: dict[str, int], looks: Looks[Look], written: list[tuple[int, dict[float, str]]]
) -> Models:
    of = looks.by_seed
    return Models(
        text,
        looks.steps,
        {cell: np.array([[each.bits for each in seen] for seen in seeds]).T for cell, seeds in of.items()},
        parameters,
        looks.seconds,
        written,
    )


def learning(result: Models) -> Lines:
    """Bits a character as training goes on, beside the unigram entropy."""
    lines = {cell: np.median(values, axis=1) for cell, values in result.bits.items()}
    unigram = result.corpus.unigram
    words = ", ".join(f"{cell} {decimal(float(line[-1]))}" for cell, line in lines.items())
    return Lines(
        result.steps,
        lines | {"unigram entropy": np.full(len(result.steps), unigram)},
        x="steps of training",
        y="bits a character, held out",
        alt=f"Bits a character after {result.steps[-1]:,} steps: {words}; unigram entropy {decimal(unigram)}",
    )


def table(result: Models) -> Table:
    last = {cell: values[-1] for cell, values in result.bits.items()}
    return Table(
        {
            "network": [*last, "unigram entropy"],
            "bits a character, median (smallest to largest)": [
                *(spread(values) for values in last.values()),
                decimal(result.corpus.unigram),
            ],
            "parameters": [*(f"{count:,}" for count in result.parameters.values()), "–"],
            "ms a step, measured": [*(decimal(1000 * spent, 1) for spent in result.seconds.values()), "–"],
        },
        alt=f"Bits a character, {counted(len(next(iter(last.values()))), 'seed')}: "
        + ", ".join(f"{cell} {spread(values)}" for cell, values in last.items())
        + f"; unigram entropy {decimal(result.corpus.unigram)}",
    )


def writing(result: Models) -> Text:
    """What was written last, at every temperature, and at the start and half-way at one of them."""
    steps, last = result.written[-1]
    passages = [_passage(f"τ = {tau}", text) for tau, text in last.items()]
    earlier = dict.fromkeys([0, len(result.written) // 2])
    passages += [
        _passage(f"after {result.written[k][0]:,} steps, τ = {WHILE_LEARNING}", result.written[k][1][WHILE_LEARNING])
        for k in earlier
        if k < len(result.written) - 1
    ]
    return Text(passages, f"Written after {steps:,} steps of training, at {len(last)} temperatures")


def _passage(label: str, text: str) -> Passage:
    return Passage(label, text, [0] * len(text))
