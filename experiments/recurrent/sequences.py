"""Short sequences to read step by step: a word, a pulse, a recording."""

from __future__ import annotations

import numpy as np

from engine.arrays import Array
from engine.datasets import recording

SEQUENCES = WORD, PULSE, EEG = "a word", "one pulse", "EEG"
GIVEN = "hello"  # unless the learner writes: its two l are the same letter at two steps
SHORTEST, LONGEST = 2, 12  # steps
LETTERS = 8  # different ones: each is a row
EVERY = 8  # samples of the recording from one step to the next


def check_word(word: str) -> None:
    if not SHORTEST <= len(word) <= LONGEST:
        raise ValueError(f"a word has {SHORTEST} to {LONGEST} letters here, not {len(word)}")
    if not word.isprintable():
        raise ValueError("there is a character in it that cannot be printed")
    if (different := len(set(word))) > LETTERS:
        raise ValueError(f"a word has at most {LETTERS} different letters here, not {different}")


def alphabet(word: str) -> tuple[str, ...]:
    """Its letters, in the order in which they come."""
    return tuple(dict.fromkeys(word))


def one_hot(word: str) -> Array:
    """(letters, alphabet): 1 where the letter is this one of the alphabet."""
    letters = alphabet(word)
    return np.eye(len(letters))[[letters.index(letter) for letter in word]]


def pulse(steps: int) -> Array:
    """(steps, 1): 1, then nothing any more."""
    return np.eye(steps, 1)


def eeg(steps: int) -> Array:
    """(steps, 1): the beginning of the recording, in standard deviations from its mean."""
    whole = recording("EEG")
    return np.round((whole[: steps * EVERY : EVERY, None] - whole.mean()) / whole.std(), 2)
