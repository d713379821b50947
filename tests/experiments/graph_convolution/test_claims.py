"""The Graph convolution lesson: messages against the engine, its claims, its script against PyTorch."""

import contextlib
import io
import itertools
from typing import Any

import numpy as np
import pytest

from engine.graphs import NORMALIZATIONS
from engine.layers.graph_sage import AGGREGATORS
from experiments.graph_convolution import apart as neighbourhoods
from experiments.graph_convolution import smoothing
from experiments.graph_convolution.apart import apart
from experiments.graph_convolution.club import SEEDS, right
from experiments.graph_convolution.code import pytorch
from experiments.graph_convolution.edges import EDGES, NODES, parse, shrink
from experiments.graph_convolution.facts import facts
from experiments.graph_convolution.layout import layout
from experiments.graph_convolution.messages import messages, picture
from experiments.graph_convolution.recommend import recommended
from experiments.graph_convolution.sides import Sides, learned, propagated
from experiments.graph_convolution.smoothing import (
    PAIRNORM,
    PLAIN,
    RESIDUAL,
    likeness,
    network,
    smoothed,
)
from experiments.graph_convolution.smoothing import names as club_names
from experiments.graph_convolution.spec import LAYERS, SAGE, GraphConvolutionSpec
from tests.test_claims_table import spread, told

GRAPHS = "", "0-1,1-2,7", "3"
SETTINGS = [
    *(GraphConvolutionSpec(layer, graph=graph, hops=3) for layer in LAYERS for graph in GRAPHS),
    *(GraphConvolutionSpec(SAGE, aggregator=each, graph="0-1,1-2,7") for each in AGGREGATORS),
    *(
        GraphConvolutionSpec(normalization=each, self_loops=loops, graph="0-1,1-2,7")
        for each, loops in itertools.product(NORMALIZATIONS, (True, False))
    ),
    *(GraphConvolutionSpec(layer, self_loops=False, graph="0-1,1-2,7") for layer in ("GAT", "GATv2")),
]
every = pytest.mark.parametrize("spec", SETTINGS, ids=str)


@every
def test_messages_make_every_number(spec: GraphConvolutionSpec) -> None:
    """GC1: forward, and backward but for what goes through the attention."""
    found = messages(spec)
    assert found.checked
    for hop in found.hops:
        np.testing.assert_allclose(hop.summed, hop.y, atol=1e-12)
        if not spec.layer.startswith("GAT"):
            np.testing.assert_allclose(hop.through_attention, 0, atol=1e-10)
    assert (found.heard <= len(spec.drawn.names)).all()


def test_gcn_is_a_matrix_product() -> None:
    """GC1: y = Ã x W + b, with Ã written out."""
    spec = GraphConvolutionSpec(hops=1)
    (hop,) = messages(spec).hops
    a = spec.drawn.graph.adjacency + np.eye(7)
    root = 1 / np.sqrt(a.sum(axis=1))
    difference = np.abs(root[:, None] * a * root @ hop.x * hop.weights[0] + hop.bias - hop.y).max()
    assert difference < 1e-12
    assert told("GC1", "# messages in # cells") == [len(hop.edges), 49]


@every
def test_the_script_gives_the_numbers_of_the_page(spec: GraphConvolutionSpec) -> None:
    found, names = messages(spec), dict[str, Any]()
    with contextlib.redirect_stdout(io.StringIO()):
        exec(pytorch(spec), names)
    np.testing.assert_allclose(names["y"].detach().numpy()[:, 0], found.hops[-1].y, atol=1e-10)
    np.testing.assert_allclose(names["x"].grad.numpy()[:, 0], found.hops[0].dx, atol=1e-9)
    assert facts(spec)[0][1] == f"({len(found.hops[0].x)}, 1)"


def test_a_graph_is_read_as_people_write_it() -> None:
    assert parse("0-1, 2–1;\n7\n1 0\n3\t4").text == "0-1,1-2,3-4,7"
    assert shrink(b"5-4") == "4-5"
    for wrong, rule in {
        "a-b": "two whole numbers",
        "1-1": "two different nodes",
        "0-1000": "from 0 to 999",
        " ,": "at least one node",
        ",".join(map(str, range(NODES + 1))): "at most 500 nodes",
        ",".join(f"{a}-{b}" for a, b in itertools.combinations(range(50), 2)): f"at most {EDGES} edges",
    }.items():
        with pytest.raises(ValueError, match=rule):
            parse(wrong)
    with pytest.raises(ValueError, match="plain text"):
        shrink(b"\xff\xfe")


def test_five_hundred_nodes_are_drawn() -> None:
    spec = GraphConvolutionSpec(graph=",".join(f"{k}-{k + 1}" for k in range(NODES - 1)))
    assert messages(spec).checked is None
    assert len(picture(spec)) < 250_000
    at = layout(spec.drawn)
    assert at.min() == 0
    assert at.max() == 1


@pytest.fixture(scope="module")
def club() -> Sides:
    return [result for _, result in learned() if result is not None][-1]


def test_two_labels_are_enough(club: Sides) -> None:
    """GC2."""
    assert np.median(club.right) > 0.9 * 32
    assert told("GC2", "# of 32 (# to #)") == pytest.approx(spread(club.right), abs=1)
    assert told("GC2", "label propagation #") == [right(propagated())]
    # the two known ones matter most, by gradient as by degree
    assert set(np.argsort(-np.median(club.gradients, axis=0))[:2]) == {0, 33}
    assert told("GC2", "rank correlation #") == pytest.approx([float(np.median(club.agreement))], abs=0.15)


def test_three_hops_recommend_better_than_popularity() -> None:
    """GC4."""
    found = recommended()
    one, three, last = found.hops[0], found.hops[2], found.hops[-1]
    assert three > found.popularity > found.chance
    assert one == pytest.approx(found.chance)
    said = told("GC4", "3 hops #, popularity #, chance #")
    assert said == pytest.approx([three, found.popularity, found.chance], abs=0.006)
    assert told("GC4", "1 hop #, which is chance; 99 hops #") == pytest.approx([one, last], abs=0.006)


def test_what_cannot_be_told_apart() -> None:
    """GC5."""
    found = apart()
    assert found.shares < 1e-12
    told_apart = {
        layer: sum(found.differences[layer, name] > neighbourhoods.SAME for name in neighbourhoods.NEIGHBOURS)
        for layer in neighbourhoods.LAYERS
    }
    assert list(told_apart.values()) == told(
        "GC5", "mean #, max #, sum #, attention #, GIN #; one-hot mean #, GIN # of 5"
    )
    more_often = next(iter(neighbourhoods.NEIGHBOURS))
    for layer in ("mean", "max", "attention"):
        assert found.differences[layer, more_often] < neighbourhoods.SAME
    assert found.differences["GIN", more_often] > 0.01


def test_members_become_alike_with_depth() -> None:
    """GC6: before training, all seeds."""

    def at(kind: str, depth: int) -> list[float]:
        deep, found = network(kind, depth), []
        for seed in SEEDS:
            params, _ = deep.init(np.random.default_rng(seed), (len(club_names()),), np.float64)
            found.append(likeness(deep, params))
        return found

    plain = [float(np.median(at(PLAIN, depth))) for depth in (1, 4, 16, 32)]
    assert plain == sorted(plain)
    assert told("GC6", "cosine # at 1 layer, # at 32") == pytest.approx([plain[0], plain[-1]], abs=0.02)
    assert told("GC6", "PairNorm # (") == pytest.approx([float(np.median(at(PAIRNORM, 32)))], abs=0.05)


def test_the_residual_network_beats_the_plain_one_at_32_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    """GC6: three seeds, for the time that it takes."""
    for name, value in {"DEPTHS": (32,), "KINDS": (PLAIN, RESIDUAL), "SEEDS": range(3)}.items():
        monkeypatch.setattr(smoothing, name, value)
    found = [result for _, result in smoothed() if result is not None][-1]
    plain, residual = np.median(found.right[:, :, 0], axis=0)
    low, high = told("GC6", "right of 32 at 32 layers plain #, residual #")
    assert residual - plain > (high - low) / 2 > 0
