"""Writes the index of a step as its formula is written.

    o, t = indices("o t")
    rule({o: 24}, {t: 3}, read((48,), 2 * o + t - 1), read((3,), t))

says: for each target cell o and each t of the loop there is one term, x[2·o + t − 1] · w[t]. An empty loop is one term.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from experiments.scene import Group, Read, Window


@dataclass(frozen=True)
class Index:
    """(Σ coefficient · letter + offset) / divisor: a place along one axis."""

    letters: tuple[tuple[str, int], ...]
    offset: int = 0
    divisor: int = 1

    def __add__(self, other: Index | int) -> Index:
        if isinstance(other, int):
            return Index(self.letters, self.offset + other)
        return Index(self.letters + other.letters, self.offset + other.offset)

    def __sub__(self, other: Index | int) -> Index:
        return self + other * -1

    def __mul__(self, factor: int) -> Index:
        return Index(
            tuple((letter, coefficient * factor) for letter, coefficient in self.letters), self.offset * factor
        )

    __rmul__ = __mul__

    def __truediv__(self, divisor: int) -> Index:
        """Where it does not divide, there is no term."""
        return Index(self.letters, self.offset, divisor)


def indices(letters: str) -> tuple[Index, ...]:
    return tuple(Index(((letter, 1),)) for letter in letters.split())


def read(shape: tuple[int, ...], *places: Index) -> tuple[tuple[int, ...], tuple[Index, ...]]:
    """A factor of this shape, read at one place an axis."""
    if len(shape) != len(places):
        raise ValueError(f"a factor of shape {shape} is read at {len(shape)} places, not {len(places)}")
    return shape, places


def rule(
    target: Mapping[Index, int], loop: Mapping[Index, int], *reads: tuple[tuple[int, ...], tuple[Index, ...]]
) -> Window:
    """One term for each target index and each loop index: the product of what is read."""
    target_letters, loop_letters = ([index.letters[0][0] for index in side] for side in (target, loop))

    def row(place: Index, letters: list[str]) -> tuple[int, ...]:
        return tuple(sum(c for letter, c in place.letters if letter == wanted) for wanted in letters)

    return Window(
        target=tuple(target.values()),
        loop=tuple(loop.values()),
        reads=tuple(
            Read(
                shape=shape,
                target=tuple(row(place, target_letters) for place in places),
                loop=tuple(row(place, loop_letters) for place in places),
                offset=tuple(place.offset for place in places),
                divisor=tuple(place.divisor for place in places),
            )
            for shape, places in reads
        ),
    )


def same(grid: str, shape: tuple[int, ...]) -> Group:
    """The very cell of another grid of the same shape."""
    letters = indices(" ".join("abcdef"[: len(shape)]))
    return Group((grid,), rule(dict(zip(letters, shape, strict=True)), {}, read(shape, *letters)))
