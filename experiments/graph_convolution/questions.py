"""The numbers of the questions, from the learner's own settings."""

from __future__ import annotations

import numpy as np

from experiments.graph_convolution.spec import GraphConvolutionSpec
from experiments.numbers import decimal


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
        "share": decimal(1 / (heard + 1), 3),
        "share_without": decimal(1 / heard if heard else 0, 3),
        "share_root": decimal(float(1 / np.sqrt(heard + 1)), 3),
        "nodes": str(graph.nodes),
    }
