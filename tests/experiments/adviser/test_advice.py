"""WW1: what is advised, the networks that it makes, and the notes' table."""

import re
from pathlib import Path

import numpy as np
import pytest

from engine.arrays import leaves
from engine.graphs import Graph
from engine.layers import Dropout, GraphConvolution
from experiments.adviser.advice import CLASSES, ROWS, TAUGHT, WORDS, advise, facts, reached, show, start, table
from experiments.adviser.spec import GRAPHS, NODES, PRESETS, TEXTS, DataSpec, descriptions
from tests.test_claims_table import told
from ui.contents import lesson_named
from ui.prose import read

ALL = list(descriptions())
MADE = {
    "Convolution": {"Conv1D", "Conv2D"}, "Simple RNN": {"SimpleRNN"}, "Graph convolution": {"GraphConvolution"},
    "Batch normalization": {"BatchNormalization"}, "Layer normalization": {"LayerNormalization"},
    "Pooling": {"MaxPooling2D"}, "Global pooling": {"GlobalAveragePooling2D", "GlobalMaxPooling1D"},
    "Transposed convolution": {"Conv2DTranspose"}, "Read-out": {"GraphPooling"},
}  # fmt: skip
PENALTIES = {"L1", "L2"}


def test_every_row_of_the_notes_is_an_answer() -> None:
    found = reached()
    assert [each.row for each in found] == list(ROWS)
    assert all(each.by for each in found)
    for each in found:
        for spec in each.by:
            assert set(advise(spec).all) & set(each.row.answers)
    assert told("WW1", "# descriptions") == [len(ALL)]
    counts = told("WW1", "CNN to #, RNN #, LSTM #, GRU #, Dropout #, L1 or L2 #")
    assert counts == [len(each.by) for each in found]
    assert told("WW1", "all # rows") == [len(ROWS)]


def test_the_rows_are_those_of_the_page() -> None:
    rows = re.findall(r"^\| \[(.+?)\]", read("adviser")["The table"].text, re.MULTILINE)
    assert rows == [row.technique for row in ROWS]
    assert show(DataSpec()).right == {0}


def test_both_penalties_are_advised() -> None:
    assert {advise(spec).regularizer for spec in ALL} == {"Dropout", "L1", "L2"}


def test_every_technique_has_its_words_and_is_advised_somewhere() -> None:
    text = read("adviser")["Advice"]
    advised = {name for spec in ALL for name in advise(spec).all}
    assert advised == set(TAUGHT) == {section.title for section in text.sections}
    for section in text.sections:
        assert section.text
        assert section["Where it fails"].text


def test_every_link_leads_to_a_lesson_and_an_experiment_that_are_there() -> None:
    source = (Path(__file__).parents[3] / "assets" / "lessons" / "adviser.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\(/(\w+)(?:#(\w+))?\)", source)
    assert len(links) > 50
    for name, claim in links:
        assert lesson_named(name), name
        assert not claim or read(name)[claim.upper()], (name, claim)


@pytest.mark.parametrize("spec", ALL, ids=str)
def test_every_network_runs_and_is_made_of_what_is_advised(spec: DataSpec) -> None:
    network, shape = start(spec)
    rng = np.random.default_rng(0)
    params, state = network.init(rng, shape, np.float64)
    x = rng.integers(0, WORDS, (3, *shape)) if spec.data == TEXTS else rng.standard_normal((3, *shape))
    graph = Graph(3, [(0, 1), (1, 2)]) if spec.data == GRAPHS else None
    y, trace = network.forward(params, x, state=state, training=True, rng=rng, graph=graph)
    assert y.shape[1:] == network.output_shape(shape)
    network.backward(params, trace, np.ones_like(y))
    assert sum(a.size for _, a in leaves(params)) == network.parameter_count(shape)
    kinds = {type(layer).__name__ for layer in network.layers}
    for name in advise(spec).all:
        assert name in PENALTIES or kinds & MADE.get(name, {name}), name
    assert any(isinstance(layer, Dropout) for layer in network.layers) == (advise(spec).regularizer == "Dropout")
    assert table(spec).columns["parameters"] == [
        layer.parameter_count(before) for layer, before in zip(network.layers, network.shapes(shape)[:-1], strict=True)
    ]


def test_a_picture_has_its_classes_and_a_graph_one_layer_a_hop() -> None:
    assert start(DataSpec()).network.output_shape((28, 28, 1)) == (CLASSES,)
    hops = [layer for layer in start(DataSpec(data=GRAPHS)).network.layers if isinstance(layer, GraphConvolution)]
    assert len(hops) == 2


def test_molecules_have_an_answer_each_and_not_an_atom() -> None:
    spec = DataSpec(**PRESETS["Molecules", "1,000 graphs of atoms and bonds"])
    network, shape = start(spec)
    params, state = network.init(np.random.default_rng(0), shape, np.float64)
    two = Graph(5, [(0, 1), (1, 2), (3, 4)], sizes=(3, 2))
    y, _ = network.forward(params, np.ones((5, *shape)), state=state, training=False, graph=two)
    assert y.shape == (2, 2)
    assert "Read-out" in advise(spec).all
    assert [how for _, _, how in facts(spec)] == [
        "of one node", "of one graph", "of this network", "of a graph of one node",
    ]  # fmt: skip
    assert "Read-out" not in advise(DataSpec(data=GRAPHS, about=NODES)).all


def test_settings_that_mean_nothing_are_not_asked_and_change_nothing() -> None:
    for spec in ALL:
        for other in ALL:
            same = {name: getattr(spec, name) for name in spec.used}
            if all(getattr(other, name) == value for name, value in same.items()):
                assert other == spec
    assert len(set(ALL)) == len(ALL)


def test_presets_are_descriptions() -> None:
    for values in PRESETS.values():
        assert set(values) <= set(DataSpec(**values).used)
