"""TC1: every number of the stamps, once more by other ways."""

import random

import numpy as np
import pytest

from engine.gradient_check import Verdict, verdicts
from experiments.losses import LOSSES
from experiments.scene import evaluate, values
from experiments.transposed_convolution.facts import facts
from experiments.transposed_convolution.scene import differences, scene, scene_of, stamps
from experiments.transposed_convolution.spec import TransposedSpec

SETTINGS = [
    TransposedSpec(),
    *(TransposedSpec(loss=loss, filters=2, padding="same", cells="random") for loss in LOSSES),
    TransposedSpec(channels=2, filters=4, groups=2, strides=3, kernel_size=5, kernel="random", output_padding="2"),
    TransposedSpec(strides=2, dilation_rate=2, kernel="slope", padding="1", output_padding="1", use_bias=False),
    TransposedSpec(strides=3, kernel_size=1, kernel="ones", padding="same", cells="even"),
    TransposedSpec(edits="b0:1,w4:2.5,x3:-2", loss=LOSSES[3], seed=3),
    *(TransposedSpec().surprise(random.Random(seed)) for seed in range(10)),
]


@pytest.mark.parametrize("spec", SETTINGS, ids=str)
def test_the_steps_of_the_lens_give_the_engines_cells(spec: TransposedSpec) -> None:
    """In every frame."""
    shown = scene(spec)
    assert shown.frames is not None
    for step in shown.steps:
        for frame in range(shown.frames.count):
            wanted = values(shown, step.target, frame)
            size = max(1.0, float(np.abs(wanted).max()))
            np.testing.assert_allclose(evaluate(shown, step, frame), wanted, rtol=1e-12, atol=1e-12 * size)


def test_a_planted_wrong_step_is_noticed() -> None:
    spec = TransposedSpec(kernel="slope")
    m = stamps(spec)
    shown = scene_of(spec, m._replace(y=m.y[:, ::-1].copy()), differences(spec, m))  # as if the kernel were turned
    y = next(step for step in shown.steps if step.target == "y")
    assert np.abs(evaluate(shown, y) - values(shown, "y")).max() > 0.1


@pytest.mark.parametrize("spec", SETTINGS, ids=str)
def test_every_gradient_passes_the_gradient_check(spec: TransposedSpec) -> None:
    m = stamps(spec)
    for name, numeric in differences(spec, m).items():
        assert not np.any(verdicts(getattr(m, name), numeric, m.loss) == Verdict.DISAGREES), name


def test_a_planted_wrong_gradient_fails_the_check() -> None:
    spec = TransposedSpec()
    m = stamps(spec)
    wrong = m.dx.copy()
    wrong[1, 1] += 1e-3
    assert np.sum(verdicts(wrong, differences(spec, m)["dx"], m.loss) == Verdict.DISAGREES) == 1


@pytest.mark.parametrize("spec", SETTINGS, ids=str)
def test_each_input_cell_paints_its_kernel_and_nothing_else(spec: TransposedSpec) -> None:
    """TC1: from frame to frame, what is new is the kernel times that cell, at its place; the last frame is y."""
    m = stamps(spec)
    k, s, d, groups = spec.kernel_size, spec.strides, spec.dilation_rate, spec.groups
    before = m.windows.pads[0][0]
    rows = m.y.shape[0]
    last = np.zeros_like(m.y) if m.b is None else np.zeros_like(m.y) + m.b
    for cell, painted in enumerate(m.painted):
        row, column = divmod(cell, spec.side)
        for t0, t1, f, c in np.ndindex(k, k, spec.filters // groups, spec.channels):
            i, j = row * s + t0 * d - before, column * s + t1 * d - before
            if 0 <= i < rows and 0 <= j < rows:
                group = c // (spec.channels // groups)
                last[i, j, group * (spec.filters // groups) + f] += m.x[row, column, c] * m.w[t0, t1, f, c]
        np.testing.assert_allclose(painted, last, rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(m.painted[-1], m.y)


@pytest.mark.parametrize("spec", SETTINGS, ids=str)
def test_the_formula_gives_the_size(spec: TransposedSpec) -> None:
    label, shape, formula = facts(spec)[0]
    assert label == "Output shape"
    left, right = formula.split(" = ")
    assert eval(left.replace("×", "*").replace("−", "-")) == int(right) == int(shape[1:].split(",")[0])


def test_the_number_that_is_looked_at_first_grows_with_the_stamps_that_overlap_it() -> None:
    """Where none overlap, it is the largest of the first stamp."""
    for spec, moves in ((TransposedSpec(), True), (TransposedSpec(strides=3), False)):
        m, (grid, cell) = stamps(spec), scene(spec).phases[0].start
        course = m.painted.reshape(len(m.painted), -1)[:, cell]
        assert grid == "painted"
        assert course[0] != 0
        assert (len(set(course)) > 1) == moves
