"""The way of a gradient back: its lengths against finite differences and against products of Jacobians."""

from dataclasses import replace

import numpy as np
import pytest

from engine.clipping import clip_by_global_norm
from engine.layers import GRU, LSTM, SimpleRNN
from engine.layers.recurrent import Recurrent
from experiments.recurrent.walk import INITIALIZERS, Walk, drawn, lengths, recurrent_weights, square_weights, walk

UNITS, CHANNELS, STEPS = 5, 3, 6
NETWORKS = {
    "RNN": (SimpleRNN(UNITS), "h"),
    "LSTM's cell": (LSTM(UNITS, forget_bias=2.0), "c"),
    "LSTM's h": (LSTM(UNITS, forget_bias=2.0), "h"),
    "GRU": (GRU(UNITS, update_bias=1.0), "h"),
    "GRU, reset before": (GRU(UNITS, update_bias=1.0, reset_after=False), "h"),
}


def start(layer, seed: int = 0):
    """Weights, a sequence, and a direction of length 1."""
    rng = np.random.default_rng(seed)
    params, _ = layer.init(rng, (STEPS, CHANNELS), np.float64)
    v = rng.standard_normal((1, UNITS))
    return params, rng.standard_normal((1, STEPS, CHANNELS)), v / np.linalg.norm(v)


@pytest.mark.parametrize(("layer", "of"), NETWORKS.values(), ids=NETWORKS.keys())
@pytest.mark.parametrize("at", [0, 2, 5])
def test_what_arrives_at_a_step_agrees_with_finite_differences(layer, of: str, at: int) -> None:
    """L as a function of one state alone: the network goes on from it, whatever came before. h shows what c holds."""
    params, x, v = start(layer)
    whole, states = replace(layer, return_state=True), {name: np.zeros((1, UNITS)) for name in layer.states}
    shown = np.zeros((1, UNITS))  # the output gate of the step before
    if at:
        y, trace = whole.forward(params, x[:, :at])
        states = {name: getattr(y, name) for name in layer.states}
        shown = trace.gates[:, -1, 3] if isinstance(layer, LSTM) else shown

    def loss(change) -> float:
        changed = states | {of: states[of] + change}
        if of == "c":
            changed["h"] = shown * np.tanh(changed["c"])
        y, _ = whole.forward(params, Recurrent(x[:, at:], **changed))
        return float(np.sum(v * getattr(y, of)))

    eps = 1e-5
    numeric = [(loss(eps * e) - loss(-eps * e)) / (2 * eps) for e in np.eye(UNITS)]
    assert walk(layer, params, x, v, of=of).gradient[at] == pytest.approx(np.linalg.norm(numeric), rel=1e-7)


@pytest.mark.parametrize(("layer", "of"), NETWORKS.values(), ids=NETWORKS.keys())
def test_it_starts_with_length_1_and_each_step_multiplies_it(layer, of: str) -> None:
    back = walk(layer, *start(layer), of=of)
    assert back.gradient.shape == back.passes.shape == back.predicted.shape == back.factor.shape == (STEPS + 1,)
    assert back.gradient[-1] == pytest.approx(1)
    np.testing.assert_allclose(back.factor[:-1] * back.gradient[1:], back.gradient[:-1])
    assert np.isnan(back.factor[-1])
    assert np.isnan(back.passes[-1])
    assert np.isnan(back.predicted).all()  # nobody has said a rate
    np.testing.assert_allclose(replace(back, rate=0.5).predicted, 0.5 ** np.arange(STEPS, -1, -1))


def test_what_passes_is_the_gate_of_the_step_that_comes() -> None:
    lstm = LSTM(UNITS, forget_bias=2.0)
    params, x, v = start(lstm)
    _, trace = lstm.forward(params, x)
    np.testing.assert_allclose(walk(lstm, params, x, v, of="c").passes[:-1], trace.gates[0, :, 1].mean(axis=1))
    gru = GRU(UNITS)
    params, x, v = start(gru)
    _, trace = gru.forward(params, x)
    np.testing.assert_allclose(walk(gru, params, x, v).passes[:-1], trace.gates[0, :, 0].mean(axis=1))


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "linear"])
def test_the_slope_of_an_rnn_is_the_derivative_of_its_activation(activation: str) -> None:
    rnn = SimpleRNN(UNITS, activation=activation)
    params, x, v = start(rnn)
    _, trace = rnn.forward(params, x)
    a = trace.a[0]
    slope = {
        "tanh": 1 / np.cosh(a) ** 2,
        "relu": a > 0,
        "linear": np.ones_like(a),
        "sigmoid": np.exp(-a) / (1 + np.exp(-a)) ** 2,
    }[activation]
    back = walk(rnn, params, x, v)
    assert back.gate == f"slope of {activation}"
    np.testing.assert_allclose(back.passes[:-1], slope.mean(axis=1))


def test_clipping_multiplies_all_by_what_makes_the_weights_gradient_short_enough() -> None:
    rnn = SimpleRNN(UNITS)
    params, x, v = start(rnn)
    _, trace = rnn.forward(params, x)
    _, grads = rnn.backward(params, trace, v)
    length = np.sqrt(sum(np.sum(g * g) for g in grads.values()))
    free = walk(rnn, params, x, v)
    assert free.kept == 1
    for most in (0.1, 10 * length):
        back = walk(rnn, params, x, v, clip=most)
        assert back.total == pytest.approx(length)
        after = clip_by_global_norm(grads, most)  # what an optimizer does
        np.testing.assert_allclose(after["kernel"], back.kept * grads["kernel"])
        np.testing.assert_array_equal(back.gradient, free.gradient)  # what is drawn is multiplied, what is here is not


@pytest.mark.parametrize("total", [np.inf, np.nan])
def test_a_gradient_without_a_length_is_clipped_to_nan(total: float) -> None:
    """As the engine's clipping does."""
    assert np.isnan(Walk("RNN", "h", np.ones(3), "slope", np.ones(3), total=total, clip=1.0).kept)


def test_what_is_drawn_is_what_clipping_leaves() -> None:
    back = Walk("RNN", "h", np.array([1.0, 3.0]), "slope", np.ones(2), rate=0.5, total=8.0, clip=2.0)
    bytes_ = drawn([back])
    for array in (back.gradient, back.gradient / 4, np.array([0.125, 0.25])):
        assert array.tobytes() in bytes_


def test_without_a_gradient_nothing_is_clipped() -> None:
    assert Walk("RNN", "h", np.zeros(3), "slope", np.ones(3), total=0.0, clip=1.0).kept == 1


def test_lengths_of_what_is_too_small_to_be_squared() -> None:
    np.testing.assert_allclose(lengths(np.array([[3e-200, 4e-200], [3e200, -4e200]])), [5e-200, 5e200])
    assert (lengths(np.zeros((2, 3))) == 0).all()


@pytest.mark.parametrize("name", INITIALIZERS)
def test_square_weights_have_a_spectral_radius_of_1(name: str) -> None:
    drawn_ = square_weights(np.random.default_rng(3), name, 16)
    assert np.abs(np.linalg.eigvals(drawn_)).max() == pytest.approx(1)
    norm = np.linalg.norm(drawn_, 2)
    assert norm > 1.2 if name == "gaussian" else norm == pytest.approx(1)


def test_every_gate_has_a_matrix_of_its_own_and_of_the_radius() -> None:
    blocks = np.split(recurrent_weights(np.random.default_rng(0), "gaussian", 8, 4, 0.7), 4, axis=1)
    assert [np.abs(np.linalg.eigvals(block)).max() for block in blocks] == pytest.approx([0.7] * 4)
    assert len({block.tobytes() for block in blocks}) == 4


def test_what_is_drawn_names_every_array() -> None:
    rnn = SimpleRNN(UNITS)
    bytes_ = drawn([walk(rnn, *start(rnn))], ["exact"], {"radius": "0.60"})
    assert bytes_.startswith(b"LENS")
    for name in (
        b'"arrives":{"$"',
        b'"predicted":{"$"',
        b'"factor":{"$"',
        b'"passes":{"$"',
        b'"before":null',
        b'"exact"',
    ):
        assert name in bytes_
