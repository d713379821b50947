"""CV1 and CV8: every number of the microscope, once more by other ways."""

import random
from typing import Any

import numpy as np
import pytest

from engine.arrays import Array
from engine.gradient_check import Verdict, verdicts
from experiments.convolution.backward import SAME, TURNED, backward_as_forward, prediction
from experiments.convolution.backward import show as show_backward
from experiments.convolution.differences import differences
from experiments.convolution.microscope import microscope
from experiments.convolution.scene import scene, scene_of
from experiments.convolution.spec import LOSSES, ConvolutionSpec
from experiments.scene import Scene, Sum, evaluate, terms, values

SETTINGS = [
    ConvolutionSpec(),
    *(ConvolutionSpec(loss=loss, filters=2, padding="same") for loss in LOSSES),
    ConvolutionSpec(channels=3, filters=6, groups=3, strides=2, padding="same", kernel_size=5, kernel="random"),
    ConvolutionSpec(picture="handwritten digit", example=7, padding="2", strides=3, dilation_rate=2, filters=4),
    ConvolutionSpec(picture="handwritten digit", kernel_size=1, kernel="identity", padding="1", strides=3),
    ConvolutionSpec(edits="b0:1,w4:2.5", use_bias=True, loss=LOSSES[3], seed=3),
    *(ConvolutionSpec().surprise(random.Random(seed)) for seed in range(12)),
]


@pytest.mark.parametrize("spec", SETTINGS, ids=str)
def test_the_steps_of_the_lens_give_the_engines_cells(spec: ConvolutionSpec) -> None:
    """Within 1e-12 of the sum of the sizes of the terms."""
    picture = scene(spec)
    for step in picture.steps:
        assert isinstance(step, Sum)
        difference = np.abs(evaluate(picture, step) - values(picture, step.target))
        assert np.all(difference <= 1e-12 * _absolute(picture, step))


def _absolute(picture: Scene, step: Sum) -> Array:
    """Σ |terms| of every cell."""
    size = len(values(picture, step.target))
    total = np.zeros(size)
    for group in step.groups:
        listed = terms(group.index)
        product = np.full(len(listed.cell), abs(group.coefficient))
        for factor, cells in zip(group.factors, listed.cells, strict=True):
            product = product * np.abs(values(picture, factor)[cells])
        total += np.bincount(listed.cell, product, size)
    return total


def test_a_planted_wrong_step_is_noticed() -> None:
    spec = ConvolutionSpec()
    m = microscope(spec)
    flipped = m._replace(dw=m.dw[::-1].copy())  # as if the correlation were a convolution
    picture = scene_of(spec, flipped, differences(spec, m))
    dw = next(step for step in picture.steps if step.target == "dw")
    assert np.abs(evaluate(picture, dw) - values(picture, "dw")).max() > 1


@pytest.mark.parametrize("spec", SETTINGS, ids=str)
def test_every_gradient_passes_the_gradient_check(spec: ConvolutionSpec) -> None:
    m = microscope(spec)
    numeric = differences(spec, m)
    if spec.kernel_size <= 3 and spec.dilation_rate == 1:
        assert numeric.dx is not None
        assert numeric.dw is not None
    for analytic, by_differences in ((m.dx, numeric.dx), (m.dw, numeric.dw), (m.db, numeric.db), (m.dy, numeric.dy)):
        if by_differences is not None:
            assert not np.any(verdicts(analytic, by_differences, m.loss) == Verdict.DISAGREES)


@pytest.mark.parametrize("spec", SETTINGS[:4], ids=str)
def test_the_check_uses_nothing_of_the_backward_pass(spec: ConvolutionSpec) -> None:
    """With junk for every analytic gradient the numerical ones are the same, and are what the lens is given."""
    m = microscope(spec)
    junk = m._replace(dx=m.dx + 7, dw=m.dw * 3, db=m.db - 1, dy=m.dy + 2, loss=1e9)
    numeric = differences(spec, junk)
    for mine, theirs in zip(numeric, differences(spec, m), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    picture = scene_of(spec, junk, numeric)
    shown = {grid.id: grid.numeric for grid in picture.grids if grid.numeric is not None}
    assert set(shown) == {"dx", "dw", "db", "dy"}
    for name, array in shown.items():
        np.testing.assert_array_equal(array.ravel(), getattr(numeric, name).ravel())
    assert picture.loss == junk.loss


def test_a_wrong_loss_gradient_is_found() -> None:
    """The check is of L itself: ∂L/∂y twice as large is wrong in every cell of every gradient."""
    spec = ConvolutionSpec()
    m = microscope(spec)
    numeric = differences(spec, m)
    assert np.mean(verdicts(2 * m.dy, numeric.dy, m.loss) == Verdict.DISAGREES) > 0.9
    assert np.mean(verdicts(2 * m.dx, numeric.dx, m.loss) == Verdict.DISAGREES) > 0.5


def test_the_default_view_is_checked_in_every_cell() -> None:
    spec = ConvolutionSpec()
    numeric = differences(spec, microscope(spec))
    assert numeric.dx is not None
    assert numeric.dw is not None
    assert numeric.db is not None


@pytest.mark.parametrize("spec", SETTINGS, ids=str)
def test_a_gradient_has_its_differences_or_the_reason_why_not(spec: ConvolutionSpec) -> None:
    gradients = [grid for grid in scene(spec).grids if grid.role == "gradient"]
    assert all((grid.numeric is None) is (grid.unchecked is not None) for grid in gradients)


def test_a_costly_check_is_left_out() -> None:
    spec = ConvolutionSpec(kernel_size=7, dilation_rate=3, filters=8, channels=3)
    assert {grid.id for grid in scene(spec).grids if grid.unchecked} == {"dx", "dw"}


def test_a_planted_wrong_gradient_fails_the_check() -> None:
    spec = ConvolutionSpec()
    m = microscope(spec)
    numeric = differences(spec, m)
    wrong = m.dx.copy()
    wrong[20, 20] += 1e-4
    assert np.sum(verdicts(wrong, numeric.dx, m.loss) == Verdict.DISAGREES) == 1


@pytest.mark.parametrize("spec", SETTINGS, ids=str)
def test_both_gradients_are_convolutions(spec: ConvolutionSpec) -> None:
    """CV8."""
    result = backward_as_forward(spec)
    size = max(1.0, float(np.abs(result.m.dw).max()))
    assert result.turned.difference <= 1e-10
    assert result.dw_difference <= 1e-12 * size


def test_the_pictures_of_the_claim_are_the_claim() -> None:
    """CV8: with several filters and channels, what is drawn as the result is compared with what is drawn beside it."""
    spec = ConvolutionSpec(filters=3, channels=3, kernel="random", loss=LOSSES[3])
    m = microscope(spec)
    for row, own, agrees in zip(show_backward(spec).rows, (m.dx, m.dx, m.dw[..., 0]), (True, False, True), strict=True):
        *_, result, beside, difference = row.pictures
        np.testing.assert_array_equal(beside.values, own[:, :, 0])
        np.testing.assert_array_equal(difference.values, result.values - beside.values)
        assert np.all(np.abs(difference.values) < 1e-10) == agrees


@pytest.mark.parametrize("spec", SETTINGS, ids=str)
def test_the_kernel_as_it_is_gives_the_gradient_only_if_it_is_symmetric(spec: ConvolutionSpec) -> None:
    """CV8: what is told about the kernel is what its convolution shows."""
    result = backward_as_forward(spec)
    assert (result.unturned.difference <= 1e-10) is (result.symmetry == 1)
    if result.symmetry == -1:
        np.testing.assert_allclose(result.unturned.dx, -result.m.dx, atol=1e-10)
    assert prediction(result) == ({TURNED, SAME} if result.symmetry == 1 else {TURNED})


@pytest.mark.parametrize(
    ("settings", "symmetry"),
    [
        ({"kernel": "Laplacian"}, 1),
        ({"kernel": "edge"}, -1),
        ({"kernel": "edge", "filters": 4}, -1),
        ({"kernel": "emboss"}, 0),
        ({"kernel": "Laplacian", "edits": "w0:1"}, 0),
    ],
    ids=str,
)
def test_what_half_a_turn_does_to_a_kernel(settings: dict[str, Any], symmetry: int) -> None:
    """CV8: the difference can be made to vanish, to be the sign alone, and to be another picture."""
    assert backward_as_forward(ConvolutionSpec(**settings)).symmetry == symmetry


def test_without_turning_the_kernel_the_gradient_is_another() -> None:
    """CV8's claim can fail: an emboss kernel is not its own mirror image."""
    result = backward_as_forward(ConvolutionSpec(kernel="emboss", angle=30))
    assert result.turned.difference < 1e-10
    assert result.unturned.difference > 3.5  # measured: 7.3


def test_edits_change_only_their_cells() -> None:
    plain, edited = ConvolutionSpec().weights(), ConvolutionSpec(edits="w4:2.5,b0:-1").weights()
    changed = np.flatnonzero(plain.kernel != edited.kernel)
    assert changed.tolist() == [4]
    assert edited.kernel.flat[4] == 2.5
    assert edited.bias.tolist() == [-1]


@pytest.mark.parametrize("edits", ["w4:999", "w0:5"])
def test_a_number_out_of_range_is_named_with_its_range(edits: str) -> None:
    name, value = edits.split(":")
    with pytest.raises(ValueError, match=f"{name} must be between −4 and 4, not {value}"):
        ConvolutionSpec(edits=edits)


@pytest.mark.parametrize("edits", ["w9:1", "b1:1", "w0:nan", "w0", "v0:1", "w0:1;w1:2", "w0:1e3"])
def test_impossible_edits_are_refused(edits: str) -> None:
    with pytest.raises(ValueError, match=r"weight|cell"):
        ConvolutionSpec(edits=edits)


@pytest.mark.parametrize(
    ("settings", "rule"),
    [
        ({"picture": "handwritten digit", "kernel_size": 5, "dilation_rate": 3}, "does not fit into"),
        ({"groups": 3, "channels": 3, "filters": 4}, "groups must divide filters"),
        ({"groups": 3, "filters": 3}, "groups must divide the channels"),
        ({"kernel_size": 1, "kernel": "edge"}, "needs a kernel_size of at least 2, not 1"),
        ({"picture": "handwritten digit", "channels": 3}, "channels must be 1, not 3"),
    ],
)
def test_impossible_settings_name_the_rule(settings: dict, rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        ConvolutionSpec(**settings)
