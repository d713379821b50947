"""What recurrent layers promise beyond the contract: states, masks, dropout, clamped gates, first values, messages."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.arrays import leaves, rebuild
from engine.gradient_check import Verdict, directional_check
from engine.initializers import Scaled
from engine.layers import GRU, LSTM, Bidirectional, Dense, SimpleRNN
from engine.layers.recurrent import Chrono, Recurrent, RecurrentLayer
from engine.network import Sequential

LAYERS: tuple[RecurrentLayer, ...] = (SimpleRNN(3), LSTM(3), GRU(3), GRU(3, reset_after=False))
every_layer = pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: type(layer).__name__)


class Setting:
    """Parameters, a batch of five sequences of seven steps with two channels, initial states."""

    def __init__(self, layer: RecurrentLayer, dtype: type = np.float64, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        self.params, _ = layer.init(rng, (7, 2), dtype)
        self.params = rebuild(self.params, lambda _, a: a + rng.uniform(0.1, 0.5, a.shape).astype(dtype))
        self.x = rng.standard_normal((5, 7, 2)).astype(dtype)
        self.states = [rng.standard_normal((5, layer.units)).astype(dtype) for _ in layer.states]

    @property
    def with_states(self) -> Recurrent:
        return Recurrent(self.x, *self.states)


def some_mask(seed: int = 0) -> np.ndarray:
    mask = np.random.default_rng(seed).random((5, 7)) < 0.7
    mask[2] = False  # a sequence without a step
    return mask


# -------------------------------------------------------------------------------------------------- states, masks


@every_layer
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("backwards", [False, True])
def test_gradients_by_differences(layer: RecurrentLayer, seed: int, backwards: bool) -> None:
    """With initial states, gradients to the last, a mask, and both kinds of dropout."""
    layer = replace(layer, return_sequences=seed % 2 == 0, return_state=True, go_backwards=backwards)
    layer = replace(layer, dropout=0.3, recurrent_dropout=0.3)
    at = Setting(layer, seed=seed)
    keywords = {"mask": some_mask(seed), "training": True, "rng": np.random.default_rng(seed)}
    checks = directional_check(layer, at.params, at.with_states, np.random.default_rng(seed), **keywords)
    assert [c.name for c in checks] == ["x.sequence", *(f"x.{name}" for name in layer.states), *at.params]
    assert {c.verdict for c in checks} == {Verdict.AGREES}, checks


@every_layer
def test_a_sequence_in_two_parts_is_one_sequence(layer: RecurrentLayer) -> None:
    """The state that the first part leaves is where the second begins, and its gradient goes the other way."""
    layer = replace(layer, return_sequences=True, return_state=True)
    at = Setting(layer)
    whole, trace = layer.forward(at.params, at.with_states)
    dy = rebuild(whole, lambda _, a: np.random.default_rng(1).standard_normal(a.shape))
    dx, grads = layer.backward(at.params, trace, dy)

    first, trace_1 = layer.forward(at.params, Recurrent(at.x[:, :3], *at.states))
    second, trace_2 = layer.forward(at.params, first._replace(sequence=at.x[:, 3:]))
    dx_2, grads_2 = layer.backward(at.params, trace_2, dy._replace(sequence=dy.sequence[:, 3:]))
    dx_1, grads_1 = layer.backward(at.params, trace_1, dx_2._replace(sequence=dy.sequence[:, :3]))
    close = {"rtol": 1e-12, "atol": 1e-12}
    np.testing.assert_allclose(np.concatenate([first.sequence, second.sequence], axis=1), whole.sequence, **close)
    np.testing.assert_allclose(np.concatenate([dx_1.sequence, dx_2.sequence], axis=1), dx.sequence, **close)
    for name in layer.states:
        np.testing.assert_allclose(getattr(second, name), getattr(whole, name), **close)
        np.testing.assert_allclose(getattr(dx_1, name), getattr(dx, name), **close)
    for name, grad in grads.items():
        np.testing.assert_allclose(grads_1[name] + grads_2[name], grad, **close)


@every_layer
@pytest.mark.parametrize("sequences", [False, True])
def test_a_masked_step_is_as_if_it_were_not_there(layer: RecurrentLayer, sequences: bool) -> None:
    """Whatever stands in it, even NaN: the same answer as for the steps that are left, alone."""
    layer = replace(layer, return_sequences=sequences)
    at, mask = Setting(layer), some_mask()
    x = np.where(mask[:, :, None], at.x, np.nan)
    y, trace = layer.forward(at.params, x, mask=mask)
    dy = np.random.default_rng(1).standard_normal(y.shape) * (mask[:, :, None] if sequences else 1)
    dx, grads = layer.backward(at.params, trace, dy)
    total = {name: np.zeros_like(grad) for name, grad in grads.items()}
    close = {"rtol": 1e-12, "atol": 1e-12}
    for b in range(5):
        keep = mask[b]
        if not keep.any():
            assert (y[b] == 0).all()
            continue
        alone, its_trace = layer.forward(at.params, at.x[b : b + 1, keep])
        its_dx, its_grads = layer.backward(at.params, its_trace, dy[b : b + 1, keep] if sequences else dy[b : b + 1])
        np.testing.assert_allclose(y[b, keep] if sequences else y[b], alone[0], **close)
        np.testing.assert_allclose(dx[b, keep], its_dx[0], **close)
        total = {name: a + its_grads[name] for name, a in total.items()}
    assert (dx[~mask] == 0).all()
    for name, grad in grads.items():
        np.testing.assert_allclose(grad, total[name], **close)


@every_layer
def test_an_infinite_gradient_of_a_masked_step_passes_its_gates_by(layer: RecurrentLayer) -> None:
    """What enters the gates there has a gradient of 0, not of 0 · ∞; the state before gets all of it."""
    layer = replace(layer, return_sequences=True)
    at, mask = Setting(layer), np.array([True, False, True, True, True, True, False])[None].repeat(5, axis=0)
    y, trace = layer.forward(at.params, at.x, mask=mask)
    steps: Any = layer.backward_steps(at.params, trace, np.where(mask[:, :, None], np.ones_like(y), np.inf))
    da = steps.da.reshape(5, 7, -1)
    assert (da[~mask] == 0).all()
    assert not np.isfinite(da[:, [0, 5]]).all()


@every_layer
def test_a_masked_step_repeats_the_state(layer: RecurrentLayer) -> None:
    """Exactly, the initial one included."""
    layer = replace(layer, return_sequences=True)
    at, mask = Setting(layer), some_mask()
    y, trace = layer.forward(at.params, at.with_states, mask=mask)
    before = np.concatenate([at.states[0][:, None], y[:, :-1]], axis=1)
    assert (y[~mask] == before[~mask]).all()
    assert (y[mask] != before[mask]).all()
    assert (trace.h[:, 1:] == y).all()


@every_layer
def test_going_backwards_is_going_forwards_on_the_turned_sequence(layer: RecurrentLayer) -> None:
    layer = replace(layer, return_sequences=True)
    at, mask = Setting(layer), some_mask()
    y, _ = layer.forward(at.params, at.x[:, ::-1], mask=mask[:, ::-1])
    turned, trace = replace(layer, go_backwards=True).forward(at.params, at.x, mask=mask)
    assert (y == turned).all()
    assert (trace.mask == mask[:, ::-1]).all()


@every_layer
def test_the_last_step_is_the_last_of_all_steps(layer: RecurrentLayer) -> None:
    at = Setting(layer)
    last, _ = layer.forward(at.params, at.x)
    steps, _ = replace(layer, return_sequences=True).forward(at.params, at.x)
    with_state, _ = replace(layer, return_state=True).forward(at.params, at.x)
    assert (last == steps[:, -1]).all()
    assert (with_state.sequence == last).all()
    assert (with_state.h == last).all()
    assert (with_state.c is None) == (layer.states == ("h",))


def test_masks_go_on_from_layer_to_layer() -> None:
    """A layer that turns the steps turns the mask; a last step has none."""
    at, mask = Setting(LSTM(3)), some_mask()
    turning = Sequential([GRU(3, return_sequences=True, go_backwards=True), Dense(2), LSTM(3)])
    params, _ = turning.init(np.random.default_rng(0), (7, 2), np.float64)
    y, trace = turning.forward(params, at.x, mask=mask)
    first, _ = turning.layers[0].forward(params[0], at.x, mask=mask)
    dense, _ = turning.layers[1].forward(params[1], first)
    np.testing.assert_array_equal(y, turning.layers[2].forward(params[2], dense, mask=mask[:, ::-1])[0])
    assert trace.mask is None
    inside = Sequential([Sequential(turning.layers[:2]), turning.layers[2]])
    _, state = inside.init(np.random.default_rng(0), (7, 2), np.float64)
    nested, _ = inside.forward((params[:2], params[2]), at.x, state=state, mask=mask)
    np.testing.assert_array_equal(nested, y)
    _, trace = Sequential(turning.layers[:2]).forward(params[:2], at.x, mask=mask)
    np.testing.assert_array_equal(trace.mask, mask[:, ::-1])


# -------------------------------------------------------------------------------------------------------- dropout


@every_layer
def test_dropout_is_one_mask_for_all_steps(layer: RecurrentLayer) -> None:
    layer = replace(layer, units=400, dropout=0.25, recurrent_dropout=0.4)
    params, _ = layer.init(np.random.default_rng(0), (6, 300), np.float64)
    x = np.random.default_rng(1).standard_normal((4, 6, 300))
    _, trace = layer.forward(params, x, training=True, rng=np.random.default_rng(2))
    given = trace.given
    for factors, rate in ((given.drop_x, 0.25), (given.drop_h, 0.4)):
        assert set(np.unique(factors)) == {0, 1 / (1 - rate)}
        assert abs((factors == 0).mean() - rate) < 0.05  # 1,200 draws: a standard deviation is 0.014
        assert (factors[0] != factors[1]).any()
    np.testing.assert_array_equal(given.x, x * given.drop_x[:, None])
    again, _ = layer.forward(params, x, training=True, rng=np.random.default_rng(2))
    other, _ = layer.forward(params, x, training=True, rng=np.random.default_rng(3))
    y, _ = layer.forward(params, x, training=True, rng=np.random.default_rng(2))
    assert (y == again).all()
    assert (y != other).any()


@every_layer
def test_dropout_only_while_training(layer: RecurrentLayer) -> None:
    dropping = replace(layer, dropout=0.5, recurrent_dropout=0.5)
    at = Setting(layer)
    y, _ = layer.forward(at.params, at.x)
    assert (y == dropping.forward(at.params, at.x)[0]).all()
    assert (y == layer.forward(at.params, at.x, training=True)[0]).all()
    assert (y != dropping.forward(at.params, at.x, training=True, rng=np.random.default_rng(0))[0]).any()
    for part in (replace(layer, dropout=0.5), replace(layer, recurrent_dropout=0.5)):
        with pytest.raises(ValueError, match="dropout in training needs rng, a generator"):
            part.forward(at.params, at.x, training=True)


def test_recurrent_dropout_leaves_what_is_carried_on_alone() -> None:
    """A GRU that only keeps, keeps all of its state."""
    layer = GRU(3, clamp={"z": 1}, recurrent_dropout=0.5)
    at = Setting(layer)
    y, _ = layer.forward(at.params, at.with_states, training=True, rng=np.random.default_rng(0))
    assert (y == at.states[0]).all()


# -------------------------------------------------------------------------------------------------- clamped gates


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_cell_that_keeps_and_takes_nothing_in(dtype: type) -> None:
    """f = 1, i = 0: the cell is the initial one to the last bit, and its gradient passes all steps unchanged."""
    layer = LSTM(3, clamp={"f": 1, "i": 0}, return_sequences=True, return_state=True)
    at = Setting(layer, dtype)
    y, trace = layer.forward(at.params, at.with_states)
    assert (trace.c == at.states[1][:, None]).all()
    dc = np.random.default_rng(0).standard_normal((5, 3)).astype(dtype)
    steps = layer.backward_steps(at.params, trace, Recurrent(None, None, dc))
    assert (steps.dc == dc[:, None]).all()
    assert (steps.dh == 0).all()
    # the gates that are free still show it
    assert (y.sequence != y.sequence[:, :1]).any()


@pytest.mark.parametrize(
    ("clamp", "words"),
    [({"f": 0, "i": 1}, "lost"), ({"f": 1, "i": 0, "o": 0}, "hidden")],
)
def test_a_cell_that_loses_or_hides(clamp: dict[str, float], words: str) -> None:
    layer = LSTM(3, clamp=clamp, return_sequences=True)
    at = Setting(layer)
    y, trace = layer.forward(at.params, at.with_states)
    if words == "lost":  # each cell is the candidate of its own step
        assert (trace.c[:, 1:] == trace.gates[:, :, 2]).all()
    else:
        assert (y == 0).all()
        assert (trace.c == at.states[1][:, None]).all()


def test_an_update_gate_that_keeps_or_renews() -> None:
    at = Setting(GRU(3))
    y, _ = GRU(3, clamp={"z": 1}).forward(at.params, at.with_states)
    assert (y == at.states[0]).all()
    _, trace = GRU(3, clamp={"z": 0}).forward(at.params, at.with_states)
    assert (trace.h[:, 1:] == trace.gates[:, :, 2]).all()


@pytest.mark.parametrize("layer", [LSTM(3, return_sequences=True), GRU(3, return_sequences=True)])
def test_a_clamped_gate_has_its_value_and_no_gradient(layer: Any) -> None:
    at = Setting(layer)
    for index, gate in enumerate(layer.gates):
        clamped = replace(layer, clamp={gate: 0.25})
        y, trace = clamped.forward(at.params, at.x)
        assert (trace.gates[:, :, index] == 0.25).all()
        dy = np.ones_like(y)
        steps = clamped.backward_steps(at.params, trace, dy)
        assert (steps.da[:, :, index] == 0).all()
        _, grads = clamped.backward(at.params, trace, dy)
        columns = np.s_[..., index * 3 : index * 3 + 3]
        if not (isinstance(layer, GRU) and gate == "n"):
            assert all((grad[columns] == 0).all() for grad in grads.values())
        assert (grads["kernel"][:, [c for c in range(len(layer.gates) * 3) if c // 3 != index]] != 0).any()


def test_a_masked_step_is_not_clamped() -> None:
    """Nothing happens in it, so no gate has a value."""
    layer = LSTM(3, clamp={"f": 1})
    at, mask = Setting(layer), some_mask()
    _, trace = layer.forward(at.params, at.x, mask=mask)
    assert (trace.gates[~mask] == 0).all()
    assert (trace.gates[mask][:, 1] == 1).all()


# ----------------------------------------------------------------------------------- gradients at every step and gate


@every_layer
def test_a_weights_gradient_is_what_the_steps_add_up_to(layer: RecurrentLayer) -> None:
    layer = replace(layer, return_sequences=True)
    at = Setting(layer)
    y, trace = layer.forward(at.params, at.x)
    dy = np.random.default_rng(1).standard_normal(y.shape)
    _, grads = layer.backward(at.params, trace, dy)
    da = layer.backward_steps(at.params, trace, dy).da.reshape(5, 7, -1)
    np.testing.assert_allclose(grads["kernel"], np.einsum("btc,btf->cf", at.x, da), rtol=1e-12, atol=1e-13)
    bias = grads["bias"] if grads["bias"].ndim == 1 else grads["bias"][0]
    np.testing.assert_allclose(bias, np.einsum("btf->f", da), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("radius", [0.5, 0.9, 1.0, 1.1])
def test_a_linear_orthogonal_network_changes_its_gradient_by_exactly_the_radius_a_step(radius: float) -> None:
    layer = SimpleRNN(16, activation="linear", recurrent_initializer=Scaled("orthogonal", radius))
    params, _ = layer.init(np.random.default_rng(0), (100, 3), np.float64)
    x = np.random.default_rng(1).standard_normal((2, 100, 3))
    y, trace = layer.forward(params, x)
    steps = layer.backward_steps(params, trace, np.ones_like(y))
    norms = np.linalg.norm(steps.dh, axis=-1)
    np.testing.assert_allclose(norms, 4 * radius ** np.arange(100, -1, -1) * np.ones((2, 1)), rtol=1e-12)


# ---------------------------------------------------------------------------------------------------- first values


def test_first_values_of_an_lstm() -> None:
    shape = (7, 2)

    def bias(layer: LSTM) -> Any:
        return layer.init(np.random.default_rng(0), shape, np.float64)[0]["bias"].reshape(4, -1)

    def ones_and_f(f: float) -> Any:
        return np.array([[1], [f], [1], [1]]) * np.ones(5)

    assert (bias(LSTM(5)) == [[0], [1], [0], [0]] * np.ones(5)).all()
    assert (bias(LSTM(5, unit_forget_bias=False)) == 0).all()
    assert (bias(LSTM(5, forget_bias=3, bias_initializer="ones")) == ones_and_f(3)).all()
    i, f, g, o = bias(LSTM(2000, forget_bias=Chrono(200)))
    assert (i == -f).all()
    assert (g == 0).all()
    assert (o == 0).all()
    forgets_within = np.exp(f)  # U(1, 199)
    assert 1 <= forgets_within.min() < 2
    assert 198 < forgets_within.max() <= 199
    assert abs(forgets_within.mean() - 100) < 4  # 2,000 draws: a standard deviation is 1.3
    params, _ = LSTM(5).init(np.random.default_rng(0), shape, np.float64)
    np.testing.assert_allclose(params["recurrent_kernel"] @ params["recurrent_kernel"].T, np.eye(5), atol=1e-14)


def test_first_values_of_a_gru() -> None:
    def bias(layer: GRU) -> Any:
        return layer.init(np.random.default_rng(0), (7, 2), np.float64)[0]["bias"]

    assert (bias(GRU(5)) == 0).all()
    assert (bias(GRU(5, update_bias=2)) == [[2] * 5 + [0] * 10, [0] * 15]).all()
    assert (bias(GRU(5, update_bias=2, reset_after=False)) == [2] * 5 + [0] * 10).all()
    z = bias(GRU(500, update_bias=Chrono(50)))[0, :500]
    assert 0 <= z.min() < 0.5 < 3.5 < z.max() <= np.log(49)
    assert (bias(GRU(500, update_bias=Chrono(50)))[1] == 0).all()


def test_a_kernel_may_start_as_a_scaled_one() -> None:
    layer = SimpleRNN(6, recurrent_initializer=Scaled("orthogonal", 0.8), kernel_initializer="uniform")
    params, _ = layer.init(np.random.default_rng(0), (7, 2), np.float64)
    np.testing.assert_allclose(np.abs(np.linalg.eigvals(params["recurrent_kernel"])), 0.8, rtol=1e-12)
    assert np.abs(params["kernel"]).max() <= 0.05
    identity, _ = SimpleRNN(3, recurrent_initializer="identity").init(np.random.default_rng(0), (7, 2))
    assert (identity["recurrent_kernel"] == np.eye(3)).all()


# -------------------------------------------------------------------------------------------------------- extremes


@every_layer
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [1e4, 1e30])
def test_saturated_gates_are_finite(layer: RecurrentLayer, dtype: type, size: float) -> None:
    layer = replace(layer, return_sequences=True)
    at = Setting(layer, dtype)
    y, trace = layer.forward(at.params, (at.x * size).astype(dtype))
    assert np.isfinite(y).all()
    dx, grads = layer.backward(at.params, trace, np.ones_like(y))
    assert all(np.isfinite(a).all() for _, a in leaves((dx, grads)))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "layer",
    [
        SimpleRNN(5, activation="linear", recurrent_initializer=Scaled("orthogonal", 0.2)),
        LSTM(5, clamp={"f": 0.2}),
        GRU(5, clamp={"z": 0.2}),
        GRU(5, clamp={"z": 0.2}, reset_after=False),
    ],
)
def test_what_vanishes_ends_at_0(layer: RecurrentLayer, dtype: type) -> None:
    """Neither states nor gradients get stuck among the denormal numbers, with which a step takes many times as long."""
    params, _ = layer.init(np.random.default_rng(0), (1500, 2), dtype)
    x = np.zeros((5, 1500, 2), dtype)
    x[:, 0] = 1
    y, trace = layer.forward(params, x)
    steps = layer.backward_steps(params, trace, np.ones_like(y))
    for array in (trace.state, *steps):
        sizes = np.abs(array[array != 0])
        assert sizes.min() >= np.finfo(dtype).tiny
    assert (trace.h[:, 1] != 0).any()
    assert (trace.h[:, -1] == 0).all()
    assert (steps.dh[:, -1] == 1).all()
    assert (steps.dh[:, 0] == 0).all()


def test_relu_at_its_kink() -> None:
    """As the layer ReLU has it: the slope at 0 is 0, and a NaN passes in both directions."""
    layer = SimpleRNN(1, activation="relu", use_bias=False)
    params = {"kernel": np.ones((1, 1)), "recurrent_kernel": np.zeros((1, 1))}
    y, trace = layer.forward(params, np.array([0.0, -0.0, 2.0, -1.0, np.nan, np.inf]).reshape(6, 1, 1))
    np.testing.assert_array_equal(y[:, 0], [0, 0, 2, 0, np.nan, np.inf])
    dx, _ = layer.backward(params, trace, np.full((6, 1), 3.0))
    np.testing.assert_array_equal(dx[:, 0, 0], [0, 0, 3, 0, 3, 3])


# -------------------------------------------------------------------------------------------------------- messages


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: LSTM(0), "units must be at least 1, not 0"),
        (lambda: GRU(2.0), "units must be an integer, not 2.0"),
        (lambda: LSTM(3, dropout=1), "dropout must be below 1, not 1"),
        (lambda: LSTM(3, recurrent_dropout=-0.1), "recurrent_dropout must be at least 0, not -0.1"),
        (lambda: GRU(3, return_sequences=1), "return_sequences must be True or False, not 1"),
        (lambda: GRU(3, reset_after="yes"), "reset_after must be True or False, not 'yes'"),
        (
            lambda: SimpleRNN(3, activation="softmax"),
            "activation must be one of tanh, relu, sigmoid, linear, not 'soft",
        ),
        (lambda: SimpleRNN(3, recurrent_initializer="eye"), "an initializer must be one of zeros, ones, uniform"),
        (lambda: Scaled("eye", 1), "an initializer must be one of zeros, ones, uniform"),
        (lambda: Scaled("orthogonal", np.nan), "factor must be finite, not nan"),
        (lambda: LSTM(3, clamp={"z": 1}), "clamp must name one of the gates i, f, g, o, not 'z'"),
        (lambda: LSTM(3, clamp={"if": 1}), "clamp must name one of the gates i, f, g, o, not 'if'"),
        (lambda: LSTM(3, clamp={"f": 1.5}), "clamp of f must lie between 0 and 1, not 1.5"),
        (lambda: GRU(3, clamp={"n": -2}), "clamp of n must lie between -1 and 1, not -2"),
        (lambda: GRU(3, clamp={"n": "0"}), "clamp of n must be a number, not '0'"),
        (lambda: LSTM(3, forget_bias="high"), "forget_bias must be a number, not 'high'"),
        (lambda: LSTM(3, forget_bias=2, use_bias=False), "forget_bias=2.0 needs unit_forget_bias and use_bias"),
        (lambda: GRU(3, update_bias=2, use_bias=False), "update_bias=2.0 needs use_bias"),
        (lambda: Chrono(2), "longest must be at least 3, not 2"),
        (lambda: Bidirectional(Dense(2)), "layer must be SimpleRNN, LSTM or GRU, not Dense"),
        (lambda: Bidirectional(LSTM(2), "dot"), "merge_mode must be one of concat, sum, ave, mul, not 'dot'"),
        (lambda: Bidirectional(LSTM(2, return_state=True)), "layer must not have return_state"),
        (lambda: Bidirectional(LSTM(2, go_backwards=True)), "layer must not have go_backwards"),
    ],
)
def test_impossible_hyperparameters(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        make()


def test_clamps_are_kept_in_the_order_of_the_gates() -> None:
    assert LSTM(3, clamp={"o": 0, "f": 1}) == LSTM(3, clamp=(("f", 1.0), ("o", 0.0)))
    assert hash(LSTM(3, clamp={"o": 0, "f": 1})) == hash(LSTM(3, clamp={"f": 1, "o": 0}))


@every_layer
def test_impossible_inputs(layer: RecurrentLayer) -> None:
    name, at = type(layer).__name__, Setting(layer)
    for x, mask, message in (
        (at.x[:, :, 0], None, f"{name} takes examples of shape (steps, channels), not (7,)"),
        (at.x, np.ones((5, 6), bool), "mask must be bool of shape (5, 7), a flag a step, not bool (5, 6)"),
        (at.x, np.ones((5, 7)), "mask must be bool of shape (5, 7), a flag a step, not float64 (5, 7)"),
        (Recurrent(None, at.states[0]), None, f"{name} needs a sequence, not None"),
        (Recurrent(at.x, at.states[0][:4]), None, "h must have the shape (5, 3), not (4, 3)"),
        (Recurrent(at.x, at.states[0].astype(np.float32)), None, "h is float32, but x is float64: cast one of them"),
    ):
        with pytest.raises(ValueError, match=re.escape(message)):
            layer.forward(at.params, x, mask=mask)


def test_a_cell_state_only_where_there_is_a_cell() -> None:
    at = Setting(GRU(3))
    with pytest.raises(ValueError, match="GRU has the state h, and no c"):
        GRU(3).forward(at.params, Recurrent(at.x, None, at.states[0]))


@every_layer
def test_impossible_gradients(layer: RecurrentLayer) -> None:
    at = Setting(layer)
    y, trace = layer.forward(at.params, at.x)
    with pytest.raises(ValueError, match="with return_state=False, dy must be shaped like y"):
        layer.backward(at.params, trace, Recurrent(y))
    both = replace(layer, return_state=True)
    y, trace = both.forward(at.params, at.x)
    with pytest.raises(ValueError, match="with return_state=True, dy must be shaped like y"):
        both.backward(at.params, trace, y.sequence)
    with pytest.raises(ValueError, match="dy must have y's shape"):
        both.backward(at.params, trace, Recurrent(None, np.ones((4, 3))))


@every_layer
def test_the_trace_of_another_layer_is_refused(layer: RecurrentLayer) -> None:
    """Its buffers have other sizes: the kernels would write beside them."""
    at = Setting(layer)
    for other in (SimpleRNN(3), LSTM(3), GRU(3), replace(layer, units=4)):
        if type(other) is type(layer) and other.units == 3:
            continue
        params, _ = other.init(np.random.default_rng(0), (7, 2), np.float64)
        _, trace = other.forward(params, at.x)
        with pytest.raises(ValueError, match="the trace must be what forward of this very layer has left"):
            layer.backward(at.params, trace, np.ones((5, 3)))
