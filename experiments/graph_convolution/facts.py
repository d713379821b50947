"""The numbers beside the settings."""

from __future__ import annotations

from math import prod

from experiments.graph_convolution.spec import GAT, GAT2, GCN, ISO, GraphConvolutionSpec
from experiments.numbers import BYTES, whole


def facts(spec: GraphConvolutionSpec) -> list[tuple[str, str, str]]:
    """(label, value, how it comes about)"""
    graph, layer = spec.drawn.graph, spec.one()
    nodes, edges = graph.nodes, len(graph.edges)
    loops = nodes if spec.layer in (GCN, GAT, GAT2) and spec.self_loops else 0
    shapes = layer.parameter_shapes((1,))
    counts = " + ".join(f"{name} {'×'.join(map(str, shape))}" for name, shape in shapes.items())
    parameters = sum(map(prod, shapes.values())) * spec.hops
    work = layer.operation_count((1,)) * nodes + (edges + loops) * (spec.heads if spec.layer in (GAT, GAT2) else 1)
    own = "(1 + eps) x" if spec.layer == ISO else "x W"
    return [
        ("Output shape", f"({nodes}, 1)", "a row for every node, as x"),
        (
            "Messages",
            whole(edges + loops),
            f"{whole(edges // 2)} edges, both ways" + (f", and {nodes} to itself" if loops else ""),
        ),
        ("Parameters", whole(parameters), f"{spec.hops} × ({counts}), however large the graph"),
        ("Multiply–adds", whole(work * spec.hops), f"of {own}, and of the messages"),
        (
            "Memory",
            f"{whole(BYTES * (nodes * (spec.hops + 1) + parameters))} B",
            "numbers of all hops and weights, float32",
        ),
    ]
