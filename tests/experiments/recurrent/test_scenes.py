"""RN1, LS3 and GR1: every number that the lens shows of a recurrent layer, once more by other ways."""

import dataclasses
import random
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from engine.arrays import Array
from engine.gradient_check import Verdict, verdicts
from experiments.gru.scene import scene as gru
from experiments.gru.spec import GRUSpec
from experiments.live import LESSONS, payload
from experiments.losses import LOSSES
from experiments.lstm.scene import scene as lstm
from experiments.lstm.spec import LSTMSpec
from experiments.recurrent.differences import Passes, differences
from experiments.recurrent.run import run
from experiments.recurrent.spec import RANDOM, RecurrentSpec
from experiments.scene import FUNCTIONS, Map, Scene, Sum, evaluate, pack, terms, values
from experiments.simple_rnn.scene import scene as simple_rnn
from experiments.simple_rnn.spec import SimpleRNNSpec

SCENES: dict[type, Any] = {SimpleRNNSpec: simple_rnn, LSTMSpec: lstm, GRUSpec: gru}
EVERYWHERE: tuple[dict[str, Any], ...] = (
    {},
    {"word": "banana", "units": 4, "return_sequences": True, "loss": LOSSES[3]},
    {"sequence": "one pulse", "steps": 12, "units": 1, "loss": LOSSES[0]},
    {"sequence": "EEG", "go_backwards": True, "initial_state": RANDOM, "loss": LOSSES[2], "seed": 3},
    {"dropout": 0.5, "recurrent_dropout": 0.5, "initial_state": "ones", "seed": 5, "go_backwards": True},
    {"recurrent_dropout": 0.25, "use_bias": False, "units": 6},
    {"edits": "W0:2.5,R1:-1,b2:0.5,x3:-0.75"},
)
THEIRS: dict[type, tuple[dict[str, Any], ...]] = {
    SimpleRNNSpec: (
        {"activation": "linear", "spectral_radius": 1.5, "recurrent_initializer": "glorot_uniform"},
        {"activation": "relu", "recurrent_initializer": "identity", "spectral_radius": 0.5, "use_bias": False},
    ),
    LSTMSpec: (
        {"clamp_f": "1", "clamp_i": "0", "initial_state": "ones"},
        {"clamp_o": "0.5", "clamp_g": "-1", "forget_bias": 3.0, "recurrent_dropout": 0.5},
        {"unit_forget_bias": False},
    ),
    GRUSpec: (
        {"reset_after": False, "initial_state": RANDOM, "recurrent_dropout": 0.5},
        {"reset_after": False, "clamp_r": "0.5", "update_bias": 2.0},
        {"clamp_z": "1", "initial_state": "ones"},
        {"clamp_n": "1", "clamp_r": "0"},
        {"clamp_n": "-1", "reset_after": False, "return_sequences": True},
    ),
}


def drawn(kind: type, seed: int) -> Any:
    """Random settings, a gate held in some."""
    rng = random.Random(seed)
    spec = kind().surprise(rng)
    held = {f.name: rng.choice(f.options) for f in kind.fields() if f.name.startswith("clamp_") and rng.random() < 0.3}
    return dataclasses.replace(spec, **held)


SETTINGS = [
    spec
    for kind in SCENES
    for spec in (
        *(kind(**settings) for settings in (*EVERYWHERE, *THEIRS[kind])),
        *(drawn(kind, seed) for seed in range(10)),
    )
]
every_setting = pytest.mark.parametrize("spec", SETTINGS, ids=str)
every_lesson = pytest.mark.parametrize("kind", SCENES)


def scene(spec: RecurrentSpec) -> Scene:
    made: Scene = SCENES[type(spec)](spec)
    return made


def allowance(picture: Scene, step: Sum | Map) -> Array:
    """Σ |terms| of every cell; the functions that follow a sum here have slopes of at most 1."""
    size = len(values(picture, step.target))
    if isinstance(step, Map):
        return np.maximum(1, np.abs(values(picture, step.target)))
    total = np.zeros(size)
    for group in step.groups:
        listed = terms(group.index)
        product = np.full(len(listed.cell), abs(group.coefficient))
        for factor, cells, through in zip(
            group.factors, listed.cells, group.through or (None,) * len(group.factors), strict=True
        ):
            read = values(picture, factor)[cells]
            product = product * np.abs(FUNCTIONS[through](read) if through else read)
        total += np.bincount(listed.cell, product, size)
    return total + (1 if step.after else 0)


@every_setting
def test_the_steps_of_the_lens_give_the_engines_cells(spec: RecurrentSpec) -> None:
    """Within 1e-12 of the sum of the sizes of the terms."""
    picture = scene(spec)
    for step in picture.steps:
        assert isinstance(step, Sum | Map)
        difference = np.abs(evaluate(picture, step) - values(picture, step.target))
        assert np.all(difference <= 1e-12 * allowance(picture, step)), step.target


@every_setting
def test_the_grids_are_the_engines(spec: RecurrentSpec) -> None:
    """State, output and gradients of the scene are what the layer's own forward and backward give."""
    made, shown = run(spec), {grid.id: grid.values for grid in scene(spec).grids}
    np.testing.assert_array_equal(shown["h"], made.h)
    np.testing.assert_array_equal(shown["y"], made.y)
    np.testing.assert_array_equal(shown["dx"], made.dx)
    for name, key in {"dW": "kernel", "dR": "recurrent_kernel", "db": "bias"}.items():
        if key in made.grads:
            np.testing.assert_array_equal(shown[name].ravel(), made.grads[key].ravel())


@every_setting
def test_every_gradient_passes_the_gradient_check(spec: RecurrentSpec) -> None:
    picture = scene(spec)
    gradients = [grid for grid in picture.grids if grid.role == "gradient"]
    assert len(gradients) >= 6
    for grid in gradients:
        assert (grid.numeric is None) is (grid.unchecked is not None)
        if grid.numeric is not None:
            found = verdicts(grid.values, grid.numeric, picture.loss or 0.0)
            assert not np.any(found == Verdict.DISAGREES), grid.id


@every_setting
def test_every_number_has_a_step_or_says_where_it_is_from(spec: RecurrentSpec) -> None:
    picture = scene(spec)
    made = {step.target for step in picture.steps}
    for grid in picture.grids:
        assert grid.id in made or grid.note or grid.role == "weight", grid.id
    ids = {grid.id for grid in picture.grids}
    for spot in picture.diagram.spots if picture.diagram else ():
        assert set(spot.grids.values()) <= ids


@every_lesson
def test_the_default_view_is_checked_in_every_cell(kind: type) -> None:
    assert all(grid.numeric is not None for grid in scene(kind()).grids if grid.role == "gradient")


@every_lesson
def test_the_check_uses_nothing_of_the_backward_pass(kind: type) -> None:
    """With junk for every analytic gradient the numerical ones are the same."""
    spec = kind(initial_state=RANDOM)
    made = run(spec)
    zeros = {name: 7 + 0 * gradient for name, gradient in made.grads.items()}
    junk = made._replace(dx=made.dx + 7, dy=made.dy * 3, grads=zeros, steps=None, dinitial=(), loss=1e9)
    ours, theirs = (differences(spec, each, Passes(spec, each)) for each in (made, junk))
    for one, other in zip(ours[1:5], theirs[1:5], strict=True):
        np.testing.assert_array_equal(one, other)
    for name, gradient in ours.params.items():
        np.testing.assert_array_equal(gradient, theirs.params[name])
        assert np.abs(gradient - zeros[name]).max() > 1


@every_lesson
@pytest.mark.parametrize("target", ["dW", "dR", "dx", "dh", "h"])
def test_a_planted_wrong_cell_is_noticed(kind: type, target: str) -> None:
    picture = scene(kind())
    grids = tuple(
        dataclasses.replace(grid, values=grid.values + 1e-3) if grid.id == target else grid for grid in picture.grids
    )
    wrong = dataclasses.replace(picture, grids=grids)
    step = next(step for step in wrong.steps if step.target == target)
    difference = np.abs(evaluate(wrong, step) - values(wrong, target))
    assert difference.max() > 5e-4


def test_a_relu_on_its_kink_is_not_checked_and_says_so() -> None:
    spec = SimpleRNNSpec(sequence="one pulse", activation="relu", edits="W0:0,W1:0,W2:0")
    gradients = [grid for grid in scene(spec).grids if grid.role == "gradient"]
    assert all(grid.numeric is None and "kink" in (grid.unchecked or "") for grid in gradients)


@every_lesson
def test_letters_name_the_steps_in_the_order_in_which_they_are_read(kind: type) -> None:
    grids = {grid.id: grid for grid in scene(kind(word="stone", go_backwards=True, dropout=0.5)).grids}
    assert grids["x"].names["time step"] == tuple("stone")
    assert grids["x"].names["channel"] == tuple("stone")
    for id_ in ("h", "xd", "dh"):
        assert grids[id_].names["time step"] == tuple("enots")
    assert scene(kind(sequence="EEG")).grids[0].names is None


@every_lesson
def test_the_lens_begins_at_the_last_step_and_backward_at_the_first(kind: type) -> None:
    forward, backward = scene(kind()).phases
    assert forward.start == ("h", (len("hello") - 1) * kind().units)
    assert backward.start == ("dh", 0)
    assert forward.along == backward.along == "time step"


@every_lesson
def test_a_lens_is_asked_for_by_its_address(kind: type) -> None:
    (name,) = (name for name, (spec, _) in LESSONS.items() if spec is kind)
    assert payload(name, {f"{name}_units": "2"}) == pack(SCENES[kind](kind(units=2)))


def test_a_sequence_that_cannot_be_read_names_the_rule() -> None:
    for word, rule in (("a", "2 to 12 letters"), ("abcdefghi", "at most 8 different"), ("ab\n", "cannot be printed")):
        with pytest.raises(ValueError, match=rule):
            SimpleRNNSpec(word=word)
    with pytest.raises(ValueError, match="no cell 99 in the recurrent kernel"):
        LSTMSpec(edits="R99:1")


def test_the_spectral_radius_is_that_of_the_recurrent_kernel() -> None:
    for initializer in ("orthogonal", "glorot_uniform", "identity"):
        for wanted in (0.0, 0.35, 2.0):
            spec = SimpleRNNSpec(recurrent_initializer=initializer, spectral_radius=wanted, units=4)
            eigenvalues = np.linalg.eigvals(spec.given().params["recurrent_kernel"])
            assert np.abs(eigenvalues).max() == pytest.approx(wanted, abs=1e-12)


READ: dict[type, dict[str, set[str]]] = {
    LSTMSpec: {gate: {"x", "h₋₁"} for gate in "ifgo"},
    GRUSpec: {"z": {"x", "h₋₁"}, "r": {"x", "h₋₁"}, "m": {"r", "h₋₁"}, "n": {"x", "m"}},
}
PASSED = "x"  # the LSTM's line begins with h₋₁ and takes x on its way


@pytest.mark.parametrize("kind", READ)
def test_the_diagram_leads_to_each_gate_what_its_formula_reads(kind: type) -> None:
    diagram = scene(kind()).diagram
    assert diagram is not None

    def spot(point: tuple[float, float]) -> str | None:
        near = (s for s in diagram.spots if max(abs(s.at[0] - point[0]), abs(s.at[1] - point[1])) < 0.45)
        return next((s.grids["forward"] + ("₋₁" if s.moved else "") for s in near), None)

    def sources(point: tuple[float, float]) -> set[str]:
        """Back along the wires to the first number."""
        found: set[str] = set()
        for a in (a for wire in diagram.wires for a, b in pairwise(wire) if b == point):
            name = spot(a)
            found |= ({name} if name else set()) | (sources(a) if name in (None, PASSED) else set())
        return found

    entering: dict[str | None, set[str]] = {}
    for wire in diagram.wires:
        entering[spot(wire[-1])] = entering.get(spot(wire[-1]), set()) | sources(wire[-1])
    assert {gate: entering[gate] for gate in READ[kind]} == READ[kind]
