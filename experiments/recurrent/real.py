"""The real sequences that the recurrent lessons share: recordings, an English text, and what a learner brings along."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from engine import series, texts
from engine.datasets import RECORDINGS, english, recording
from experiments.recurrent.forecast import Series, prepared
from experiments.recurrent.language import Corpus, corpus
from experiments.spec import Spec, choice, text

CHAPTER = "specialnames"  # the longest of Python's handbook
ENGLISH, OWN_SERIES, OWN_TEXT = "English text", "your own series", "your own text"
BROUGHT = MappingProxyType(
    {
        "series": (
            OWN_SERIES,
            f"{series.SHORTEST} to {series.LONGEST:,} numbers, below each other or as CSV; of several columns the last",
            series.shrink,
        ),
        "words": (OWN_TEXT, f"{texts.SHORTEST:,} to {texts.LONGEST:,} characters", texts.shrink),
    }
)  # setting → what it is called, what is wanted, how it becomes the setting
DATA = (*RECORDINGS, ENGLISH, OWN_SERIES, OWN_TEXT)


@dataclass(frozen=True)
class RealSpec(Spec):
    data: str = choice(
        RECORDINGS[0],
        DATA,
        "a nerve cell, an electrode on a head, Google's shares from 2004 to 2008, a chapter of Python's handbook",
    )
    series: str = text("your own series")
    words: str = text("your own text")
    seeds: int = choice(3, (1, 3, 5), "runs of each network; more take longer", surprise=False)

    @property
    def used(self) -> tuple[str, ...]:
        """What a learner brings along has ways of its own to come by."""
        return "data", "seeds"

    def __post_init__(self) -> None:
        if self.series:
            series.read(self.series)
        if self.words:
            texts.read(self.words)
        for own, given in ((OWN_SERIES, self.series), (OWN_TEXT, self.words)):
            if self.data == own and not given:
                raise ValueError(f"there is no {own.removeprefix('your own ')} of your own yet")

    @property
    def is_text(self) -> bool:
        return self.data in (ENGLISH, OWN_TEXT)

    @property
    def corpus(self) -> Corpus:
        return corpus(texts.read(self.words) if self.data == OWN_TEXT else english(CHAPTER))

    @property
    def values(self) -> Series:
        values = series.read(self.series) if self.data == OWN_SERIES else recording(self.data)
        return prepared(self.data, values)
