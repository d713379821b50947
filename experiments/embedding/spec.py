"""Everything that a learner can set on the Embedding page."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from engine.arrays import Array
from engine.datasets import court
from engine.layers import Embedding
from experiments import edits
from experiments.losses import HALF_SQUARES, LOSS, PLAIN_SUM, RANDOM_GRADIENT
from experiments.spec import Spec, choice, number, text

GIVEN = "the old king lives in the palace"  # unless the learner writes: "the" stands twice in it
LONGEST = 8  # words
CHARACTERS = 80
PADDING = "·"  # the word that is none, where mask_zero is on
WORD = re.compile(r"[a-z]+")
NAMES = {"w": "the table"}  # of what may be changed by hand
INPUT_DIM = "rows of the table: it knows so many words, in a fixed order; with mask_zero the first row is no word"


@dataclass(frozen=True)
class EmbeddingSpec(Spec):
    sentence: str = text("your own sentence", ())
    input_dim: int = choice(10, (8, 10, 12, 26), INPUT_DIM, adapts=True)
    output_dim: int = choice(4, (1, 2, 3, 4, 6, 8), "columns of the table: the numbers that stand for a word")
    embeddings_initializer: str = choice(
        "glorot_uniform", ("glorot_uniform", "uniform", "orthogonal"), "how the table begins"
    )
    mask_zero: bool = choice(
        False, (False, True), "number 0 is no word, but fills a short sentence up; later layers pass it over"
    )
    sparse_gradient: bool = choice(False, (False, True), "of ∂L/∂W keep only the rows of words that occur")
    loss: str = choice(HALF_SQUARES, (HALF_SQUARES, PLAIN_SUM, RANDOM_GRADIENT), LOSS)
    seed: int = number(0, 0, 99, 1, "start of what is random: the table, the random gradient", surprise=False)
    edits: str = text("the numbers that you changed", ("input_dim", "output_dim", "embeddings_initializer", "seed"))

    def __post_init__(self) -> None:
        if len(self.sentence) > CHARACTERS:
            raise ValueError(f"a sentence has at most {CHARACTERS} characters here, not {len(self.sentence):,}")
        self.numbers()
        self.table()

    @property
    def layer(self) -> Embedding:
        return Embedding(
            self.input_dim, self.output_dim, self.embeddings_initializer, self.mask_zero, self.sparse_gradient
        )

    @property
    def vocabulary(self) -> tuple[str, ...]:
        """The word of each row."""
        words = court().words
        return (PADDING, *words[: self.input_dim - 1]) if self.mask_zero else words[: self.input_dim]

    @property
    def words(self) -> tuple[str, ...]:
        """The sentence, word by word."""
        return tuple(WORD.findall((self.sentence or GIVEN).lower()))

    def numbers(self) -> Array:
        """x, (places,): the row of each word; with mask_zero filled up with 0."""
        if not 1 <= len(self.words) <= LONGEST:
            raise ValueError(f"a sentence has 1 to {LONGEST} words here, not {len(self.words)}")
        row = {word: index for index, word in enumerate(self.vocabulary)}
        if unknown := [word for word in self.words if word not in row]:
            raise ValueError(f"the table has no row for {unknown[0]!r}. Its words are {' '.join(self.vocabulary)}")
        rows = [row[word] for word in self.words]
        return np.array(rows + [0] * (LONGEST - len(rows) if self.mask_zero else 0))

    def rng(self) -> np.random.Generator:
        return np.random.default_rng(self.seed)

    def table(self) -> Array:
        """W, (input_dim, output_dim): drawn from the seed, then the learner's own edits."""
        w = self.layer.init(self.rng(), (), np.float64)[0]["embeddings"]
        edits.apply(self.edits, {"w": w}, NAMES)
        return w

    def with_edit(self, name: str, cell: int, value: float) -> str:
        """The edits with one more or one replaced; what is no number of the table changes nothing."""
        return edits.changed(self.edits, "w", name, cell, value)
