"""Numbers that a learner has changed by hand, as a text for an address: "w4:2.5,b0:-1" sets cell 4 of w and 0 of b."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from engine.arrays import Array

LIMIT = 4.0
LONGEST = 20_000  # characters: more than every weight of the largest layer needs


@lru_cache(maxsize=64)
def parse(edits: str, names: str) -> Mapping[tuple[str, int], float]:
    """("w4:2.5,b0:-1", "wb") → {("w", 4): 2.5, ("b", 0): −1.0}. `names` are the letters that may be changed."""
    if len(edits) > LONGEST:
        raise ValueError(f"changed weights take at most {LONGEST:,} characters, not {len(edits):,}")
    parsed: dict[tuple[str, int], float] = {}
    pattern = re.compile(rf"([{names}])(\d{{1,4}}):(-?\d{{1,9}}(?:\.\d{{1,4}})?)", re.ASCII)
    for part in filter(None, edits.split(",")):
        match = pattern.fullmatch(part)
        if not match:
            raise ValueError(f"a changed weight is written like {names[0]}0:2.5, not {part[:20]!r}")
        cell, value = (match[1], int(match[2])), float(match[3])
        if abs(value) > LIMIT:
            raise ValueError(f"{match[1]}{cell[1]} must be between −{LIMIT:g} and {LIMIT:g}, not {value:g}")
        if cell in parsed:
            raise ValueError(f"{match[1]}{cell[1]} is changed twice")
        parsed[cell] = value
    return MappingProxyType(parsed)


def changed(edits: str, names: str, name: str, cell: int, value: float) -> str:
    """The edits with one more or one replaced, at most four decimals; what has no such name changes nothing."""
    if name not in tuple(names):
        return edits
    cells = {**parse(edits, names), (name, cell): round(value, 4)}
    return ",".join(f"{n}{c}:{v:.4f}".rstrip("0").rstrip(".") for (n, c), v in sorted(cells.items()))


def apply(edits: str, arrays: Mapping[str, Array], words: Mapping[str, str]) -> None:
    """Writes the edits into the arrays, which are the caller's own. `words` say what each letter is: "the kernel"."""
    for (name, cell), value in parse(edits, "".join(words)).items():
        target = arrays[name]
        if cell >= target.size:
            raise ValueError(f"there is no cell {cell} in {words[name]} to change")
        target.flat[cell] = value
