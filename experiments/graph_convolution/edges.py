"""A graph as people write it: `0-1, 1-2, 5`, two nodes that are joined, or a node by itself. Both ways, always."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.graphs import Graph
from engine.packed import opened

NODES, EDGES, LARGEST = 500, 1000, 999
LONGEST = 20_000  # characters: twice what so many nodes and edges take
KEPT = 32  # graphs that were read: a page asks for its own many times
WANTED = f"Edges, one a line or with commas between: 0-1, 1-2. Up to {NODES} nodes (0 … {LARGEST}) and {EDGES} edges"
_SEPARATORS = re.compile(r"[,;\n]+")
# space and dashes never match the same characters: else a long run of tabs would be tried in every way to cut it
_EDGE = re.compile(r"(\d{1,9})(?:(?:\s*[-–→]{1,2}\s*|\s+)(\d{1,9}))?", re.ASCII)


class Drawn(NamedTuple):
    """What was written."""

    names: tuple[int, ...]  # of the nodes, ascending
    pairs: tuple[tuple[int, int], ...]  # of names, the smaller first, each once

    @property
    def places(self) -> Array:
        """(2, E): the ends of every edge, by their place among the names."""
        return np.searchsorted(self.names, np.array(self.pairs, np.int64).reshape(-1, 2).T)

    @property
    def graph(self) -> Graph:
        """Nodes by their place among the names."""
        return _graph(self)

    @property
    def text(self) -> str:
        """As it stands in the address: edges, then the nodes that have none."""
        joined = {name for pair in self.pairs for name in pair}
        return ",".join([f"{a}-{b}" for a, b in self.pairs] + [str(name) for name in self.names if name not in joined])


@lru_cache(maxsize=KEPT)
def _graph(drawn: Drawn) -> Graph:
    return Graph(len(drawn.names), drawn.places.T).both_ways()


@lru_cache(maxsize=KEPT)
def parse(text: str) -> Drawn:
    """ValueError with what is wrong."""
    if len(text) > LONGEST:
        raise ValueError(f"a graph must have at most {LONGEST:,} characters, not {len(text):,}")
    names: set[int] = set()
    pairs: set[tuple[int, int]] = set()
    for piece in filter(None, map(str.strip, _SEPARATORS.split(text))):
        match = _EDGE.fullmatch(piece)
        if match is None:
            raise ValueError(f"an edge must be two whole numbers such as 3-5, not {piece[:20]!r}")
        found = [int(name) for name in match.groups() if name is not None]
        if max(found) > LARGEST:
            raise ValueError(f"a node must be a number from 0 to {LARGEST}, not {max(found)}")
        if len(found) == 2 and found[0] == found[1]:
            raise ValueError(f"an edge must join two different nodes, not {piece}; self_loops is a setting")
        names.update(found)
        if len(found) == 2:
            pairs.add((min(found), max(found)))
    if not names:
        raise ValueError("a graph must have at least one node")
    if len(names) > NODES:
        raise ValueError(f"a graph must have at most {NODES} nodes here, not {len(names)}")
    if len(pairs) > EDGES:
        raise ValueError(f"a graph must have at most {EDGES} edges here, not {len(pairs)}")
    return Drawn(tuple(sorted(names)), tuple(sorted(pairs)))


def shrink(data: bytes) -> str:
    """What somebody pasted or the file of a spreadsheet, as it stands in the address."""
    return parse(_as_edges(opened(data, "an edge list must be plain text"))).text


def _as_edges(text: str) -> str:
    """A table of two columns, with or without a heading, has an edge a line: there 0,1 are not two nodes alone."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    rows = lines[1:] if len(lines) > 1 and not any(map(str.isdigit, lines[0])) else lines
    cells = [[cell.strip() for cell in row.replace(";", ",").split(",")] for row in rows]
    table = len(lines) > 1 and all(len(row) == 2 and all(map(str.isdigit, row)) for row in cells)
    return "\n".join(map("-".join, cells) if table else rows)
