"""The questions of the Graph convolution page: their answers by the engine, and no answer twice."""

from fractions import Fraction

import numpy as np
import pytest

from engine.layers import GraphConvolution
from experiments.graph_convolution.questions import question_numbers
from experiments.graph_convolution.spec import START, GraphConvolutionSpec
from ui.prose import read

GRAPHS = ("0", "5,7", "0-1", "0-1,1-2", START, "0-1,0-2,0-3,0-4,0-5")


@pytest.mark.parametrize("graph", GRAPHS)
def test_no_answer_stands_twice_and_one_is_right(graph: str) -> None:
    text = read("graph_convolution")["Check yourself"].fill(question_numbers(GraphConvolutionSpec(graph=graph)))
    for question in text.sections:
        answers = [answer.text for answer in question.answers]
        assert len(set(answers)) == len(answers), question.title
        assert [answer.right for answer in question.answers].count(True) == 1


@pytest.mark.parametrize("graph", GRAPHS)
def test_the_answers_are_those_of_the_layer(graph: str) -> None:
    spec, numbers = GraphConvolutionSpec(graph=graph), question_numbers(GraphConvolutionSpec(graph=graph))
    node = spec.drawn.names.index(int(numbers["node"]))
    of = {}
    for loops in (True, False):
        layer = GraphConvolution(1, "row", loops)
        params, _ = layer.init(np.random.default_rng(0), (1,), np.float64)
        _, trace = layer.forward(params, spec.input(), graph=spec.drawn.graph)
        of[loops] = trace.weights[trace.graph.targets == node]
    assert int(numbers["with_itself"]) == len(of[True])
    assert int(numbers["heard"]) == len(of[False])
    assert [float(Fraction(numbers["share"]))] * len(of[True]) == pytest.approx(of[True], abs=5e-4)
    assert [float(Fraction(numbers["share_without"]))] * len(of[False]) == pytest.approx(of[False], abs=5e-4)
