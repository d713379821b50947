from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest

from engine.arrays import leaves
from engine.layers import (
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling1D,
    GlobalMaxPooling1D,
    Layer,
    MaxPooling1D,
    ReLU,
    Reshape,
    UpSampling1D,
)
from engine.losses import softmax_cross_entropy
from engine.network import Sequential
from engine.skips import Concatenate, Residual


class NoisyTrace(NamedTuple):
    x: np.ndarray
    state: dict[str, np.ndarray]


@dataclass(frozen=True)
class Noisy(Layer):
    """Adds noise in training, and counts in its state how often; asks for more keywords than any layer here."""

    uses = frozenset({"state", "training", "rng"})

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        return input_shape

    def operation_count(self, input_shape: tuple[int, ...]) -> int:
        return 0

    def init(self, rng: np.random.Generator, input_shape: Any, dtype: Any = np.float32) -> tuple[dict, dict]:
        return {}, {"runs": np.zeros((), dtype)}

    def forward(self, params: dict, x: np.ndarray, *, state: Any, training: bool, rng: Any) -> Any:
        if not training:
            return x.copy(), NoisyTrace(x, state)
        if rng is None:
            raise ValueError("noise in training needs rng")
        return x + rng.standard_normal(x.shape), NoisyTrace(x, {"runs": state["runs"] + 1})

    def backward(self, params: dict, trace: NoisyTrace, dy: np.ndarray) -> tuple[np.ndarray, dict]:
        return dy.copy(), {}


def small() -> tuple[Sequential, Any, np.ndarray]:
    network = Sequential([Conv2D(3, 3), ReLU(), Flatten(), Dense(4)])
    params, _ = network.init(np.random.default_rng(0), (5, 5, 2), np.float64)
    return network, params, np.random.default_rng(1).standard_normal((2, 5, 5, 2))


def test_it_is_its_layers_one_after_the_other() -> None:
    network, params, x = small()
    y, trace = network.forward(params, x)
    activation, activations = x, [x]
    for layer, p in zip(network.layers, params, strict=True):
        activation, _ = layer.forward(p, activation)
        activations.append(activation)
    assert [a.tobytes() for a in trace.activations] == [a.tobytes() for a in activations]
    assert trace.activations[0] is x
    assert trace.activations[-1] is y
    kinds = ["ConvolutionTrace", "ActivationTrace", "FlattenTrace", "DenseTrace"]
    assert [type(t).__name__ for t in trace.children] == kinds
    assert tuple(a.shape[1:] for a in trace.activations) == network.shapes((5, 5, 2))


def test_gradients_of_every_activation() -> None:
    network, params, x = small()
    y, trace = network.forward(params, x)
    dy = np.random.default_rng(2).standard_normal(y.shape)
    dactivations, grads = network.gradients(params, trace, dy)
    assert [a.shape for a in dactivations] == [a.shape for a in trace.activations]
    dx, same = network.backward(params, trace, dy)
    assert dx.tobytes() == dactivations[0].tobytes()
    assert [a.tobytes() for _, a in leaves(same)] == [a.tobytes() for _, a in leaves(grads)]
    # the one before the last is Dense's own dx
    np.testing.assert_allclose(dactivations[-2], dy @ params[-1]["kernel"].T, rtol=1e-14)


def test_counts_add_up() -> None:
    network, _, _ = small()
    assert network.parameter_count((5, 5, 2)) == (18 * 3 + 3) + (27 * 4 + 4)
    assert network.operation_count((5, 5, 2)) == 9 * 3 * 18 + 27 + 0 + 27 * 4
    assert list(network.parameter_shapes((5, 5, 2))) == ["0.kernel", "0.bias", "3.kernel", "3.bias"]


def test_children_draw_from_generators_of_their_own() -> None:
    shape = (5, 5, 2)
    with_three, _ = Sequential([Conv2D(3, 3), Flatten(), Dense(4)]).init(np.random.default_rng(0), shape)
    without_bias, _ = Sequential([Conv2D(3, 3, kernel_initializer="zeros"), Flatten(), Dense(4)]).init(
        np.random.default_rng(0), shape
    )
    np.testing.assert_array_equal(with_three[2]["kernel"], without_bias[2]["kernel"])
    twice, _ = Sequential([Dense(4), Dense(4)]).init(np.random.default_rng(0), (4,))
    assert (twice[0]["kernel"] != twice[1]["kernel"]).all()


def test_keywords_go_to_those_who_use_them() -> None:
    network = Sequential([ReLU(), Noisy(), Sequential([Noisy(), ReLU()]), Noisy()])
    params, state = network.init(np.random.default_rng(0), (3,), np.float64)
    x = np.ones((2, 3))
    y, trace = network.forward(params, x, state=state)
    assert (y == x).all()
    assert trace.state == state

    def train(seed: int) -> Any:
        return network.forward(params, x, state=state, training=True, rng=np.random.default_rng(seed))

    y, trace = train(0)
    assert [int(runs) for _, runs in leaves(trace.state)] == [1, 1, 1]
    assert [int(runs) for _, runs in leaves(state)] == [0, 0, 0]
    assert y.tobytes() == train(0)[0].tobytes() != train(1)[0].tobytes()
    noises = trace.activations[2] - trace.activations[1], trace.activations[4] - trace.activations[3]
    assert (noises[0] != noises[1]).all()
    with pytest.raises(ValueError, match=r"layer 1 \(Noisy\): noise in training needs rng"):
        network.forward(params, x, state=state, training=True)


@dataclass(frozen=True)
class Masked(Noisy):
    """Leaves out what is masked, and adds what the graph says."""

    uses = frozenset({"mask", "graph"})

    def forward(self, params: dict, x: np.ndarray, *, mask: Any, graph: Any) -> Any:  # type: ignore[override]
        return x * mask + graph, NoisyTrace(x, {})


def test_mask_and_graph_are_handed_on() -> None:
    network = Sequential([ReLU(), Sequential([Masked(), ReLU()])])
    params, state = network.init(np.random.default_rng(0), (3,), np.float64)
    y, _ = network.forward(params, np.ones((1, 3)), state=state, mask=np.array([[1.0, 0, 1]]), graph=10.0)
    assert y.tolist() == [[11, 10, 11]]


@pytest.mark.parametrize(
    "layer",
    [Flatten(), Reshape((3, 4)), GlobalMaxPooling1D(), GlobalAveragePooling1D(), MaxPooling1D(2), UpSampling1D(2)],
)
def test_a_mask_ends_where_the_steps_end(layer: Layer) -> None:
    """Four steps of three numbers: some of these leave an axis of four or three that counts something else."""
    mask, x = np.array([[True, True, False, False]]), np.ones((1, 4, 3))
    for network in (Sequential([ReLU(), layer]), Sequential([Concatenate([layer, layer])])):
        params, _ = network.init(np.random.default_rng(0), x.shape[1:], np.float64)
        assert network.forward(params, x, mask=mask)[1].mask is None
    for network in (Sequential([ReLU(), Dense(2)]), Sequential([Residual(ReLU())])):
        params, _ = network.init(np.random.default_rng(0), x.shape[1:], np.float64)
        assert network.forward(params, x, mask=mask)[1].mask is mask


def test_it_learns() -> None:
    """Two hundred steps of plain gradient descent on a task that one layer cannot do: exclusive or."""
    network = Sequential([Dense(8, kernel_initializer="he_normal"), ReLU(), Dense(2)])
    params, _ = network.init(np.random.default_rng(0), (2,), np.float64)
    x, labels = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 1, 1, 0])
    losses = []
    for _ in range(200):
        logits, trace = network.forward(params, x)
        loss, dlogits = softmax_cross_entropy(logits, labels)
        _, grads = network.backward(params, trace, dlogits)
        params = tuple({k: p[k] - 0.5 * g[k] for k in p} for p, g in zip(params, grads, strict=True))
        losses.append(loss)
    assert losses[-1] < 0.05 < 0.5 < losses[0]
    assert (logits.argmax(axis=1) == labels).all()


def test_errors_say_where() -> None:
    with pytest.raises(ValueError, match="at least one layer"):
        Sequential([])
    with pytest.raises(ValueError, match="takes layers, not 'relu'"):
        Sequential([ReLU(), "relu"])  # type: ignore[list-item]
    network, params, x = small()
    with pytest.raises(ValueError, match=r"layer 0 \(Conv2D\): a window that spans"):
        network.output_shape((2, 2, 2))
    with pytest.raises(ValueError, match=r"layer 3 \(Dense\): Dense needs kernel of shape \(48, 4\)"):
        network.forward(params, np.zeros((2, 6, 6, 2)))
    with pytest.raises(ValueError, match=r"params must have one entry a layer \(4\), not 3"):
        network.forward(params[1:], x)
    with pytest.raises(ValueError, match=r"state must have one entry a layer \(4\), not 1"):
        network.forward(params, x, state=({},))
