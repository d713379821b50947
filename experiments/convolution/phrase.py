"""CV2, the text: how many characters of a phrase match at each place, and what of it matches when written otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from experiments.convolution.axes import DimensionsSpec, Run, one_hot, over_text, strongest_places, written_otherwise
from experiments.numbers import whole
from experiments.scene import Scale
from experiments.shown import Lines, Maps, Passage, Picture, Shown, Text

LISTED, BESIDE = 8, 12  # places of the text that are shown, and characters before and after them


class Phrase(NamedTuple):
    run: Run
    answers: Array  # (characters,)  how many match, if the phrase begins here
    found: Array  # (n,)  where all match
    strongest: Array  # (≤ LISTED,)  places that do not overlap
    otherwise: Mapping[str, tuple[str, int]]  # the phrase written otherwise, and the best place for the kernel on it


def find_phrase(spec: DimensionsSpec) -> Phrase:
    """How many characters match at every place of the text."""
    run, length = over_text(spec.phrase, spec.text), len(spec.phrase)
    answers = run.answers()
    otherwise = {}
    for name, words in written_otherwise(spec.phrase).items():
        alone = over_text(spec.phrase, words, before=length - 1).answers()
        otherwise[name] = words, int(alone.argmax()) - (length - 1)
    places = strongest_places(answers, apart=length, least=min(1, answers.max()))[:LISTED]
    return Phrase(run, answers, np.flatnonzero(answers == length), places, otherwise)


def phrase_shown(result: Phrase, spec: DimensionsSpec) -> Shown:
    answers, length, found = result.answers, len(spec.phrase), len(result.found)
    elsewhere = whole(answers[answers < length].max())
    distinct = list(dict.fromkeys(spec.phrase))
    kernel = Picture(
        f"kernel: a row each for {' '.join(distinct).replace('   ', ' ␣ ')}",
        one_hot(spec.phrase, distinct).T,
        Scale(1),
        "weight",
    )
    listed = [_passage(f"place {whole(at)}", spec.text, int(at), spec.phrase) for at in result.strongest]
    otherwise = [_passage(name, words, at, spec.phrase) for name, (words, at) in result.otherwise.items()]
    return Shown(
        numbers={
            "found": whole(found),
            "length": whole(length),
            "elsewhere": elsewhere,
            "ordinary": whole(np.median(answers)),
        },
        rows=[
            Maps([kernel], f"{length} characters of the phrase, {len(distinct)} of them different, as ones"),
            Lines(
                at=np.arange(len(answers)),
                lines={"answer": answers},
                x="place in the text",
                y="characters that match",
                marks=result.found,
                alt=f"{whole(len(answers))} places: {found} answer {length}, the others at most {elsewhere}",
            ),
            Text(listed, f"The {len(listed)} strongest places: {_answers(listed)}"),
            Text(otherwise, f"The phrase written otherwise: {_answers(otherwise)}"),
        ],
        case="Text that has the phrase" if found else "Text without the phrase",
    )


def _passage(name: str, words: str, at: int, phrase: str) -> Passage:
    """The words around a place of the kernel: what it covers, and what of that matches."""
    start, stop = max(0, at - BESIDE), min(len(words), at + len(phrase) + BESIDE)
    covered = range(at, at + len(phrase))
    marks = [(1 + (words[i] == phrase[i - at])) if i in covered else 0 for i in range(start, stop)]
    return Passage(f"{name}: {marks.count(2)} of {len(phrase)}", words[start:stop], marks)


def _answers(passages: list[Passage]) -> str:
    return "; ".join(passage.label for passage in passages)
