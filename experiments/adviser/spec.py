"""How a learner describes data to the adviser."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType
from typing import Any

from experiments.spec import Spec, choice

PICTURES, TEXTS, SERIES, TABLES, GRAPHS = "pictures", "texts", "series", "tables", "graphs"
ANYWHERE, PLACED, EVERY_PIXEL = "wherever it is", "where it is matters", "an answer for every pixel"
PHRASE, ORDER = "a phrase or a shape anywhere", "all before, in order"
NODES, WHOLE = "every node", "the whole graph"
MOST, FEW = "most of 30", "a few of 10,000"
OF_ITSELF = {
    PICTURES: ("asked",),
    TEXTS: ("clue", "length"),
    SERIES: ("clue", "length"),
    TABLES: ("columns",),
    GRAPHS: ("about",),
}


@dataclass(frozen=True)
class DataSpec(Spec):
    data: str = choice(PICTURES, (PICTURES, TEXTS, SERIES, TABLES, GRAPHS), "what an example is", adapts=True)
    examples: int = choice(1000, (100, 1000, 10_000, 100_000), "how many examples have an answer to learn from")
    asked: str = choice(ANYWHERE, (ANYWHERE, PLACED, EVERY_PIXEL), "what is to be said of a picture")
    clue: str = choice(ORDER, (PHRASE, ORDER), "what the answer depends on")
    length: int = choice(50, (10, 50, 500), "how many steps, or words, back the clue may lie")
    columns: str = choice(MOST, (MOST, FEW), "how many columns of the table say something")
    about: str = choice(NODES, (NODES, WHOLE), "what of a graph is to be said")

    @property
    def used(self) -> tuple[str, ...]:
        """`length` means nothing to who looks for a phrase."""
        own = OF_ITSELF.get(self.data, ())
        return ("data", "examples", *(name for name in own if name != "length" or self.clue == ORDER))


def descriptions() -> Iterator[DataSpec]:
    """Every description that differs from the others in a setting that matters."""
    fields = DataSpec.fields()
    seen = set()
    for values in product(*(field.options for field in fields)):
        spec = DataSpec(*values)
        key = tuple(getattr(spec, name) for name in spec.used)
        if key not in seen:
            seen.add(key)
            yield DataSpec(**{name: getattr(spec, name) for name in spec.used})


PRESETS: Mapping[tuple[str, str], Mapping[str, Any]] = MappingProxyType(
    {
        ("Photos of birds", "1,000 pictures, one name each"): {"data": PICTURES, "examples": 1000, "asked": ANYWHERE},
        ("Reviews", "10,000 texts: liked or not"): {"data": TEXTS, "examples": 10_000, "clue": PHRASE},
        ("Heartbeats", "1,000 recordings, 500 steps each"): {
            "data": SERIES, "examples": 1000, "clue": ORDER, "length": 500,
        },
        ("Gene activity", "100 patients, 10,000 columns"): {"data": TABLES, "examples": 100, "columns": FEW},
        ("Molecules", "1,000 graphs of atoms and bonds"): {"data": GRAPHS, "examples": 1000, "about": WHOLE},
    }
)  # fmt: skip
