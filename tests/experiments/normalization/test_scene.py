"""The lens on five norms: every step against the engine, every gradient against differences."""

import re
from dataclasses import replace

import numpy as np
import pytest

from engine.gradient_check import Verdict, verdicts
from experiments.normalization.scene import scene
from experiments.normalization.spec import BATCH, INFERENCE, MODES, NORMS, RMS, SHAPE, NormSpec
from experiments.scene import Scene, evaluate, pack, terms, values
from ui.prose import read

SETTINGS = tuple(
    NormSpec(norm, mode, gamma=gamma, beta=beta, epsilon=epsilon, neighbours=neighbours, seed=seed)
    for norm in NORMS
    for mode in MODES
    for seed, (gamma, beta, epsilon, neighbours) in enumerate(
        ((1.0, 0.0, 0.001, 0.0), (-1.5, 0.7, 0.1, 2.0), (0.3, -2.0, 1e-6, -3.0))
    )
)
every_setting = pytest.mark.parametrize("spec", SETTINGS, ids=repr)


def grid(shown: Scene, id_: str) -> np.ndarray:
    return next(g.values for g in shown.grids if g.id == id_)


@every_setting
def test_the_steps_of_the_lens_give_the_engines_cells(spec: NormSpec) -> None:
    shown = scene(spec)
    for step in shown.steps:
        np.testing.assert_allclose(evaluate(shown, step), values(shown, step.target), rtol=1e-12, atol=1e-12)
    assert pack(shown)


@every_setting
def test_every_number_is_given_or_the_target_of_one_step(spec: NormSpec) -> None:
    shown = scene(spec)
    targets = [step.target for step in shown.steps]
    assert len(targets) == len(set(targets))
    given = {"x", "t", "g", "b"} | ({"mu", "var"} if spec.keeps_statistics else set())
    assert {g.id for g in shown.grids} - set(targets) == given & {g.id for g in shown.grids}


@every_setting
def test_the_loss_is_half_the_squared_distance_from_the_target(spec: NormSpec) -> None:
    """And ∂L/∂y is its slope: along it, L changes by its squared length."""
    shown = scene(spec)
    y, t, dy = grid(shown, "y"), grid(shown, "t"), grid(shown, "dy")
    assert shown.loss == pytest.approx(((y - t) ** 2).sum() / 2)
    moved = (((y + 1e-6 * dy - t) ** 2).sum() / 2 - shown.loss) / 1e-6
    assert moved == pytest.approx((dy**2).sum(), rel=1e-4)


@every_setting
def test_the_gradients_agree_with_differences(spec: NormSpec) -> None:
    shown = scene(spec)
    for g in shown.grids:
        if g.role == "gradient" and g.unchecked is None:
            assert g.numeric is not None, g.id
            assert (verdicts(g.values, g.numeric, shown.loss) != Verdict.DISAGREES).all(), g.id


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("epsilon", [1e-6, 0.1, 1.0])
def test_mean_0_and_variance_a_little_below_1(norm: str, seed: int, epsilon: float) -> None:
    """σ² / (σ² + ε) of x̂; of RMS norm the mean square, and its mean is not 0."""
    shown = scene(NormSpec(norm, seed=seed, epsilon=epsilon))
    x_hat, variance = grid(shown, "xh"), grid(shown, "var")
    rows = {
        "batch": x_hat.reshape(-1, 4).T,
        "layer": x_hat,
        "RMS": x_hat,
        "instance": x_hat.transpose(0, 2, 1),
        "group": x_hat.reshape(3, 4, 2, 2).transpose(0, 2, 1, 3).reshape(3, 2, 8),
    }[norm]
    np.testing.assert_allclose((rows**2).mean(axis=-1), variance / (variance + epsilon), rtol=1e-12)
    mean = np.abs(rows.mean(axis=-1)).max()
    assert mean > 0.01 if norm == RMS else mean < 1e-12


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("mode", MODES)
def test_only_batch_norm_in_training_sees_the_neighbours(norm: str, mode: str) -> None:
    """Example 0, with neighbours that move."""
    spec = NormSpec(norm, mode)
    one, other = (grid(scene(replace(spec, neighbours=shift)), "y")[0] for shift in (0.0, 3.0))
    if norm == BATCH and mode != INFERENCE:
        assert np.abs(one - other).min() > 0.01
    else:
        assert one.tobytes() == other.tobytes()


@every_setting
def test_it_opens_where_the_numbers_that_share_a_mean_are_lit(spec: NormSpec) -> None:
    """RMS norm has none, so their mean square; at inference nothing is averaged, and it opens on the output."""
    shown = scene(spec)
    forward, _ = shown.phases
    start, cell = forward.start
    assert start == ("y" if spec.keeps_statistics else "mu" if spec.norm != RMS else "var")
    (step,) = (step for step in shown.steps if step.target == start)
    index = terms(step.groups[0].index)
    lit = index.cells[0][index.cell == cell]
    if not spec.keeps_statistics:
        assert set(lit.tolist()) == set(spec.rows(np.arange(grid(shown, "x").size).reshape(SHAPE))[0].tolist())


@every_setting
@pytest.mark.parametrize("page", ["batch_normalization", "layer_normalization"])
def test_what_is_to_be_tried_is_there_by_every_norm(page: str, spec: NormSpec) -> None:
    """The page takes the colour of a symbol in brackets from its grid; RMS norm has no μ."""
    symbols = set(re.findall(r"\[(.+?)\]", read(page)["Try this"].text))
    assert symbols
    assert symbols <= {g.symbol for g in scene(spec).grids}
