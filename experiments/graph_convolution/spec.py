"""Everything that a learner can set on the Graph convolution page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from engine.arrays import Array
from engine.graphs import NORMALIZATIONS
from engine.layers import GIN, GATv2, GraphAttention, GraphConvolution, GraphSAGE
from engine.layers.graph_layer import GraphLayer
from engine.layers.graph_sage import AGGREGATORS
from engine.network import Sequential
from experiments.graph_convolution.edges import Drawn, parse
from experiments.spec import Spec, choice, number, text

GCN, GAT, GAT2, SAGE, ISO = "GCN", "GAT", "GATv2", "SAGE", "GIN"
LAYERS = (GCN, GAT, GAT2, SAGE, ISO)
START = "0-1,0-2,1-2,1-3,3-4,3-5,4-5,5-6"


@dataclass(frozen=True)
class GraphConvolutionSpec(Spec):
    """One number a node, so that every sum can be read."""

    layer: str = choice(GCN, LAYERS, "how a node takes what its neighbours say")
    hops: int = choice(2, (1, 2, 3, 4), "layers one after the other, each with weights of its own")
    normalization: str = choice(NORMALIZATIONS[0], NORMALIZATIONS, "what an edge of a GCN counts")
    self_loops: bool = choice(True, (True, False), "whether a node of a GCN, a GAT or a GATv2 hears itself too")
    aggregator: str = choice(AGGREGATORS[0], AGGREGATORS, "what a SAGE makes of its neighbours")
    heads: int = choice(2, (1, 2, 4), "how often a GAT looks, each time with weights of its own; their mean is taken")
    seed: int = number(0, 0, 99, 1, "the numbers of the nodes, and the weights")
    graph: str = text("your own graph")

    def __post_init__(self) -> None:
        if self.graph:
            parse(self.graph)

    @property
    def used(self) -> tuple[str, ...]:
        return {
            GCN: ("normalization", "self_loops"),
            GAT: ("heads", "self_loops"),
            GAT2: ("heads", "self_loops"),
            SAGE: ("aggregator",),
            ISO: (),
        }[self.layer]

    @property
    def adds_itself(self) -> bool:
        """Whether a node's own number comes in beside the edges."""
        return self.layer in (SAGE, ISO)

    @property
    def drawn(self) -> Drawn:
        return parse(self.graph or START)

    def one(self) -> GraphLayer:
        """The layer, with a number a node."""
        if self.layer == GCN:
            return GraphConvolution(1, self.normalization, self.self_loops)
        if self.layer in (GAT, GAT2):
            attention = GraphAttention if self.layer == GAT else GATv2
            return attention(1, self.heads, concatenate=False, self_loops=self.self_loops)
        return GraphSAGE(1, self.aggregator) if self.layer == SAGE else GIN(eps=0.1)

    def network(self) -> Sequential:
        return Sequential([self.one()] * self.hops)

    def input(self) -> Array:
        """x, (N, 1). A node keeps its number while others come and go."""
        return np.round(np.array([_number(self.seed, name) for name in self.drawn.names]), 1)[:, None]


@lru_cache(maxsize=4096)
def _number(seed: int, name: int) -> float:
    return float(np.random.default_rng((seed, name)).uniform(-2, 2))
