"""A text of the learner's own: from a file or pasted, checked, and small enough for an address."""

from functools import lru_cache

from engine.packed import opened, pack, unpack

SHORTEST, LONGEST = 1000, 8000  # characters
FEWEST = 5  # different characters


def shrink(data: bytes) -> str:
    """What stands in a file, or was pasted, as packed text. Lines and gaps are joined by single spaces."""
    words = " ".join(opened(data, "this is no text in UTF-8").split())
    _check(words)
    return pack(words.encode())


@lru_cache(maxsize=64)
def read(text: str) -> str:
    """What `shrink` has written."""
    try:
        words = unpack(text, 4 * LONGEST).decode()
    except UnicodeDecodeError as error:
        raise ValueError("this is no text") from error
    _check(words)
    return words


def _check(words: str) -> None:
    if not SHORTEST <= len(words) <= LONGEST:
        raise ValueError(f"a text has {SHORTEST:,} to {LONGEST:,} characters here, not {len(words):,}")
    if not words.isprintable():
        raise ValueError("there is a character in it that cannot be printed")
    if (different := len(set(words))) < FEWEST:
        raise ValueError(f"a text has at least {FEWEST} different characters here, not {different}")
