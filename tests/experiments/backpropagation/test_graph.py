"""BP1: the graph of single operations, forward and backward."""

import dataclasses
import math
from itertools import combinations, pairwise

import numpy as np
import pytest
import torch

from experiments.backpropagation import graph
from experiments.backpropagation.graph import agreement, run
from experiments.backpropagation.scene import scene
from experiments.backpropagation.spec import ACTIVATIONS, CROSS_ENTROPY, LOSSES, GraphSpec
from experiments.scene import evaluate, pack, values
from tests.test_claims_table import told

SETTINGS = [(activation, loss) for activation in ACTIVATIONS for loss in LOSSES]


@pytest.mark.parametrize(("activation", "loss"), SETTINGS)
@pytest.mark.parametrize("seed", range(5))
def test_the_steps_of_the_lens_give_every_node(activation: str, loss: str, seed: int) -> None:
    shown = scene(GraphSpec(activation, loss, seed))
    for step in shown.steps:
        np.testing.assert_allclose(evaluate(shown, step), values(shown, step.target), rtol=1e-12, atol=1e-15)
    made = {step.target for step in shown.steps}
    assert all(grid.id in made or grid.note for grid in shown.grids)
    assert pack(shown)


@pytest.mark.parametrize(("activation", "loss"), SETTINGS)
def test_the_drawing_has_every_number_once(activation: str, loss: str) -> None:
    shown = scene(GraphSpec(activation, loss))
    assert shown.graph is not None
    sizes = {grid.id: grid.values.size for grid in shown.grids}
    drawn = [(node.grid, node.cell) for node in shown.graph.nodes]
    drawn += [(node.gradient, node.cell) for node in shown.graph.nodes if node.gradient]
    assert sorted(drawn) == sorted((id_, cell) for id_, size in sizes.items() for cell in range(size))


@pytest.mark.parametrize(("activation", "loss"), SETTINGS)
def test_the_drawing_runs_from_left_to_right(activation: str, loss: str) -> None:
    """What a number is made of stands to its left, or above or below it; and no two stand in one place."""
    shown = scene(GraphSpec(activation, loss))
    assert shown.graph is not None
    place = {(node.grid, node.cell): node.at for node in shown.graph.nodes}
    assert min(math.dist(a, b) for a, b in combinations(place.values(), 2)) > 0.7
    edges = set()
    for step in (step for step in shown.steps if step.phase == "forward"):
        for group in getattr(step, "groups", None) or step.arguments:  # type: ignore[union-attr]
            for cell, (first, end) in enumerate(pairwise(group.index.start)):
                for factor, cells in zip(group.factors, group.index.cells, strict=True):
                    edges |= {((factor, int(at)), (step.target, cell)) for at in cells[first:end]}
    assert len(edges) > 20
    assert all(place[source][0] <= place[target][0] for source, target in edges)


@pytest.mark.parametrize(("activation", "loss"), SETTINGS)
@pytest.mark.parametrize("seed", range(5))
def test_every_gradient_passes_the_gradient_check(activation: str, loss: str, seed: int) -> None:
    """BP1."""
    found = agreement(GraphSpec(activation, loss, seed))
    assert found is not None
    assert found.wrong == 0
    assert found.worst < 1e-7
    assert found.gradients + found.small == (25 if loss == CROSS_ENTROPY else 24)
    assert told("BP1", "the # or # gradients") == [24, 25]


@pytest.mark.parametrize(("activation", "loss"), SETTINGS)
@pytest.mark.parametrize("seed", range(5))
def test_only_what_a_resting_relu_leaves_is_too_small_to_compare(activation: str, loss: str, seed: int) -> None:
    spec = GraphSpec(activation, loss, seed)
    found, values = agreement(spec), run(spec).values
    assert found is not None
    gradients = [array for name, array in values.items() if name.startswith("d")]
    assert found.small == sum(int((array == 0).sum()) for array in gradients)
    assert found.small == 0 or activation == "relu"


def test_a_wrong_gradient_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    right = graph.backward

    def wrong(spec: GraphSpec, values: graph.Values) -> graph.Values:
        found = right(spec, values)
        return found | {"dv": found["dv"] * 1.001}

    monkeypatch.setattr(graph, "backward", wrong)
    found = agreement(GraphSpec())
    assert found is not None
    assert found.wrong == 2


@pytest.mark.parametrize(("activation", "loss"), SETTINGS)
def test_pytorch_gives_the_same(activation: str, loss: str) -> None:
    spec = GraphSpec(activation, loss, seed=3)
    found = run(spec).values
    x, w, b, v, c = (torch.tensor(found[name], requires_grad=True) for name in "xwbvc")
    phi = {"relu": torch.relu, "sigmoid": torch.sigmoid, "tanh": torch.tanh}[activation]
    s, t = phi(x @ w + b) @ v + c, torch.tensor(found["t"])
    value = torch.nn.functional.binary_cross_entropy_with_logits(s, t) if loss == CROSS_ENTROPY else (s - t) ** 2 / 2
    value.backward()
    assert float(value.detach()) == pytest.approx(float(found["L"]), rel=1e-12)
    for name, leaf in zip("xwbvc", (x, w, b, v, c), strict=True):
        np.testing.assert_allclose(found[f"d{name}"], leaf.grad, rtol=1e-12, atol=1e-15)


def test_at_the_kink_differences_are_left_out() -> None:
    spec = GraphSpec("relu", edits="b0:0,x0:0,x1:0")
    assert agreement(spec) is None
    assert all(grid.unchecked for grid in scene(spec).grids if grid.role == "gradient")


def test_numbers_are_changed_by_hand() -> None:
    spec = GraphSpec()
    changed = dataclasses.replace(spec, edits=spec.with_edit("w", 3, 2.5))
    assert changed.given()["w"].ravel()[3] == 2.5
    with pytest.raises(ValueError, match="the target must be between 0 and 1, not 3"):
        GraphSpec(edits="t0:3")
