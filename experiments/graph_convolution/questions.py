"""The numbers of the questions, from the learner's own settings."""

from __future__ import annotations

from experiments.graph_convolution.spec import GraphConvolutionSpec


def question_numbers(spec: GraphConvolutionSpec) -> dict[str, str]:
    """Of the node with the most neighbours; of equals, the first."""
    graph, names = spec.drawn.graph, spec.drawn.names
    degrees = graph.degrees
    node = int(degrees.argmax())
    heard = int(degrees[node])
    return {
        "node": str(names[node]),
        "heard": str(heard),
        "with_itself": str(heard + 1),
        "share": f"1/{heard + 1}",
        "share_without": f"1/{heard}" if heard else "0",
        "share_root": f"1/√{heard + 1}" if heard else "1/√2",
        "nodes": str(graph.nodes),
    }
