"""Graphs: nodes, and edges that say which node hears which.

    A[i, j] = weight of the edge from j to i, 0 where there is none        D_i = Σ_j A[i, j]

    symmetric    D^-1/2 A D^-1/2, so A[i, j] / √(D_i D_j)
    row          D^-1 A, so A[i, j] / D_i: the weights of what a node hears sum to 1
    none         A

Where D_i is 0, so is its inverse: an isolated node hears nothing, and no number becomes infinite. An edge that is given
several times is one edge whose weight is their sum. An edge goes one way; `both_ways` makes a graph without directions.

`batch` puts graphs side by side, as one graph without an edge between them: A is made of blocks. One pass of a layer is
a pass over all of them.

Kipf and Welling 2017 (symmetric, with self loops), https://arxiv.org/abs/1609.02907
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from engine.arrays import Array, read_only
from engine.checks import check_choice, check_integer, check_number

NORMALIZATIONS = ("symmetric", "row", "none")


@dataclass(frozen=True, eq=False)
class Graph:
    """`Graph(4, [(0, 1), (1, 2)])`: nodes 0 … 3, of which 1 hears 0 and 2 hears 1.

    Edges are kept by target, then by source, each once. All arrays are read-only copies.
    """

    nodes: int
    edges: Any = ()  # given as pairs (source, target); kept as an array (E, 2) int64
    weights: Any = None  # given a number an edge, or None for 1 each; kept as an array (E,) float64, above 0
    sizes: tuple[int, ...] | None = None  # nodes of each graph of a batch, in order; all nodes are one graph if None

    def __post_init__(self) -> None:
        object.__setattr__(self, "nodes", check_integer("nodes", self.nodes, least=0))
        pairs = _pairs(self.edges, self.nodes)
        weights = _weights(self.weights, len(pairs))
        # an edge given twice is one edge: A[target, source] is the sum
        places, which = np.unique(pairs[:, 1] * self.nodes + pairs[:, 0], return_inverse=True)
        targets, sources = np.divmod(places, max(self.nodes, 1))
        object.__setattr__(self, "edges", read_only(np.stack([sources, targets], axis=1)))
        object.__setattr__(self, "weights", read_only(np.bincount(which, weights, len(places))))
        object.__setattr__(self, "sizes", _sizes(self.sizes, self.nodes))
        crossing = self.graph_of[self.sources] != self.graph_of[self.targets]
        if crossing.any():
            source, target = self.edges[crossing.argmax()]
            raise ValueError(f"an edge must stay in its graph, and ({source}, {target}) leads to another")

    @property
    def sources(self) -> Array:
        """(E,): who is heard."""
        return self.edges[:, 0]

    @property
    def targets(self) -> Array:
        """(E,): who hears, ascending."""
        return self.edges[:, 1]

    @property
    def graphs(self) -> int:
        """How many graphs the batch has."""
        return len(self.sizes or ())

    @cached_property
    def graph_of(self) -> Array:
        """(N,): the index of each node's graph."""
        return read_only(np.repeat(np.arange(self.graphs), np.array(self.sizes, np.int64)))

    @property
    def degrees(self) -> Array:
        """(N,): D, the sum of the weights that each node hears with."""
        return np.bincount(self.targets, self.weights, self.nodes)

    @property
    def adjacency(self) -> Array:
        """(N, N): A, with the targets as rows."""
        a = np.zeros((self.nodes, self.nodes))
        a[self.targets, self.sources] = self.weights
        return a

    @cached_property
    def with_self_loops(self) -> "Graph":
        """A + I: every node hears itself, by 1 more than before."""
        return self.add_self_loops(1.0)

    def add_self_loops(self, weight: float) -> "Graph":
        """A + weight · I"""
        weight = check_number("weight", weight, above=0)
        loops = np.repeat(np.arange(self.nodes), 2).reshape(-1, 2)
        edges = np.concatenate([self.edges, loops])
        return Graph(self.nodes, edges, np.concatenate([self.weights, np.full(self.nodes, weight)]), self.sizes)

    def both_ways(self) -> "Graph":
        """max(A, Aᵀ): where one hears the other, the other hears it too, as strongly."""
        a = {(s, t): w for (s, t), w in zip(self.edges.tolist(), self.weights.tolist(), strict=True)}
        both = {(s, t): max(w, a.get((t, s), 0.0)) for (s, t), w in a.items()}
        both |= {(t, s): w for (s, t), w in both.items()}
        return Graph(self.nodes, list(both), list(both.values()), self.sizes)

    def normalized_weights(self, normalization: str) -> Array:
        """(E,): the weights of the edges as the normalization makes them."""
        check_choice("normalization", normalization, NORMALIZATIONS)
        if normalization == "none":
            return self.weights.copy()
        d = self.degrees
        if normalization == "row":
            return self.weights / d[self.targets]
        # a source that hears nobody has D = 0, and its inverse is taken as 0
        root = np.where(d > 0, 1 / np.sqrt(np.where(d > 0, d, 1)), 0)
        return self.weights * root[self.targets] * root[self.sources]


def batch(graphs: Sequence[Graph]) -> Graph:
    """One graph of them all. The nodes of graph g come after those of the graphs before it."""
    if not graphs:
        raise ValueError("a batch must have at least one graph")
    starts = np.cumsum([0, *(graph.nodes for graph in graphs)])
    edges = np.concatenate([graph.edges + start for graph, start in zip(graphs, starts, strict=False)])
    sizes = tuple(size for graph in graphs for size in graph.sizes or ())
    return Graph(int(starts[-1]), edges, np.concatenate([graph.weights for graph in graphs]), sizes)


def sums(values: Array, of: Array, count: int) -> Array:
    """(K, …) → (count, …): row r is the sum of all values_k with of_k = r; 0 where there are none."""
    flat = values.reshape(len(of), int(np.prod(values.shape[1:])))
    chosen = csr_array((np.ones(len(of), values.dtype), (of, np.arange(len(of)))), (count, len(of)))
    return np.ascontiguousarray(chosen @ flat).reshape(count, *values.shape[1:])


def largest(values: Array, of: Array, count: int) -> tuple[Array, Array]:
    """(K, …) → two arrays (count, …): the largest values_k with of_k = r, and its k, the first of equals.

    Where there are none: 0, and the k that does not exist, K.
    """
    y = np.full((count, *values.shape[1:]), -np.inf, values.dtype)
    np.maximum.at(y, of, values)
    k = np.arange(len(of)).reshape(-1, *(1,) * (values.ndim - 1))
    winners = np.full(y.shape, len(of))
    # NaN is the largest of all, and is no number's equal
    np.minimum.at(winners, of, np.where((values == y[of]) | np.isnan(values), k, len(of)))
    return np.where(winners < len(of), y, 0).astype(values.dtype), winners


def largest_dvalues(dy: Array, winners: Array, shape: tuple[int, ...]) -> Array:
    """(K, …): the gradient of `largest` by the values: all of dy to the winners. A value wins in one row only."""
    dvalues = np.zeros((shape[0] + 1, *shape[1:]), dy.dtype)  # and a row for what nobody won
    np.put_along_axis(dvalues, winners, dy, axis=0)
    return dvalues[:-1].copy()


def _pairs(edges: Any, nodes: int) -> npt.NDArray[np.int64]:
    pairs = np.asarray(edges)
    if pairs.size == 0:
        pairs = np.zeros((0, 2), np.int64)
    if pairs.ndim != 2 or pairs.shape[1] != 2:
        raise ValueError(f"edges must be pairs (source, target), an array (E, 2), not {pairs.shape}")
    if not np.issubdtype(pairs.dtype, np.integer):
        raise ValueError(f"edges must be whole numbers, not {pairs.dtype}")
    if pairs.size and not 0 <= pairs.min() <= pairs.max() < nodes:
        wrong = pairs.min() if pairs.min() < 0 else pairs.max()
        raise ValueError(f"an edge must join nodes 0 … {nodes - 1}, as there are {nodes}, not {wrong}")
    return pairs.astype(np.int64)


def _weights(weights: Any, edges: int) -> npt.NDArray[np.float64]:
    if weights is None:
        return np.ones(edges)
    given = np.array(weights, np.float64)
    if given.shape != (edges,):
        raise ValueError(f"weights must have one number an edge, ({edges},), not {given.shape}")
    wrong = ~(np.isfinite(given) & (given > 0))
    if wrong.any():
        raise ValueError(f"weights must be finite and above 0, not {given[wrong.argmax()]}")
    return given


def _sizes(sizes: Sequence[int] | None, nodes: int) -> tuple[int, ...]:
    if sizes is None:
        return (nodes,)
    checked = tuple(check_integer("sizes", size, least=0) for size in sizes)
    if sum(checked) != nodes:
        raise ValueError(f"sizes must sum to the {nodes} nodes, not to {sum(checked)}")
    return checked
