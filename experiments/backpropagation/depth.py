"""BP2: what reaches the early layers of a deep dense network, forward and backward.

    z_l = a_{l−1} W_l        a_l = φ(z_l)
    ∂L/∂z_l = ∂L/∂a_l ∘ φ′(z_l)        ∂L/∂a_{l−1} = ∂L/∂z_l W_lᵀ        ∂L/∂W_l = a_{l−1}ᵀ ∂L/∂z_l

Each layer multiplies the gradient by its weights and by the slope of its activation. L = ⟨r, a_D⟩ with r drawn from the
seed, of length 1, so that the gradient starts at 1 and what is left of it at layer l is ‖∂L/∂a_l‖.

Glorot and Bengio 2010, https://proceedings.mlr.press/v9/glorot10a.html
He, Zhang, Ren and Sun 2015, https://arxiv.org/abs/1502.01852
Hendrycks and Gimpel 2016, "Gaussian error linear units", https://arxiv.org/abs/1606.08415
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from engine import layers
from engine.arrays import Array
from engine.gradient_check import numerical_gradient, verdicts
from engine.layers import Dense
from experiments.numbers import decimal, scientific, significant
from experiments.shown import Beside, Lines, Shown
from experiments.spec import Spec, choice, number

WIDTH, EXAMPLES = 64, 32
SEEDS = range(5)
ACTIVATIONS = SIGMOID, TANH, RELU, GELU = "sigmoid", "tanh", "relu", "gelu"
SMALL, XAVIER, HE, LARGE = "too small", "Xavier", "He", "too large"
# the variance of a weight, times the width
VARIANCES: Mapping[str, float] = MappingProxyType({SMALL: 0.25, XAVIER: 1.0, HE: 2.0, LARGE: 8.0})
SCALE = 1e-20, 1e12  # of all pictures, whatever is drawn
LOST, KEPT = 1e6, 10.0  # what counts as lost, and as kept, at DEPTH
DEPTH = 20

INITIALIZER = (
    "the variance of a weight before any training: of 64 inputs, 1/64 for Xavier and 2/64 for He; a quarter of "
    "Xavier's for too small, eight times Xavier's for too large"
)


@dataclass(frozen=True)
class DepthSpec(Spec):
    activation: str = choice(SIGMOID, ACTIVATIONS, "the function φ of every layer")
    initializer: str = choice(XAVIER, tuple(VARIANCES), INITIALIZER)
    depth: int = number(DEPTH, 2, 50, 1, "dense layers of width 64, one behind the other")
    seed: int = number(0, 0, 99, 1, "start of what is random: input, weights, the direction of the loss")

    @property
    def used(self) -> tuple[str, ...]:
        """What is chosen among a few; depth is dragged, the seed typed."""
        return "activation", "initializer"


class Activation(NamedTuple):
    of: Callable[[Array], Array]
    slope: Callable[[Array], Array]


PHI: Mapping[str, Activation] = MappingProxyType(
    {
        name: Activation(layer.function, layer.slope)
        for name, layer in zip(
            ACTIVATIONS, (layers.Sigmoid(), layers.Tanh(), layers.ReLU(), layers.GELU()), strict=True
        )
    }
)


class Depth(NamedTuple):
    """Sizes a layer, 0 the input: root mean squares of activations, lengths of gradients."""

    sizes: Array  # (D + 1,) of a_l
    gradients: Array  # (D + 1,) ‖∂L/∂a_l‖
    weights: Array  # (D,) ‖∂L/∂W_l‖, layer 1 first
    slopes: Array  # (D,) root mean square of φ′(z_l)

    @property
    def left(self) -> float:
        """The share of ‖∂L/∂a‖ that reaches the first layer's output, of what starts at the last."""
        return float(self.gradients[1] / self.gradients[-1])

    @property
    def ratio(self) -> float:
        """‖∂L/∂W‖ of the first layer by that of the last."""
        return float(self.weights[0] / self.weights[-1])


def _drawn(spec: DepthSpec) -> tuple[Array, list[Array], Array]:
    """Input, kernels, and r. Each kernel has a stream of its own: another depth leaves the first ones as they are."""
    x = np.random.default_rng((spec.seed, 0)).standard_normal((EXAMPLES, WIDTH))
    size = np.sqrt(VARIANCES[spec.initializer] / WIDTH)
    kernels = [
        size * np.random.default_rng((spec.seed, 1, layer)).standard_normal((WIDTH, WIDTH))
        for layer in range(spec.depth)
    ]
    r = np.random.default_rng((spec.seed, 2)).standard_normal((EXAMPLES, WIDTH))
    return x, kernels, r / np.linalg.norm(r)


class Passes(NamedTuple):
    """Through the whole network, untrained."""

    activations: list[Array]  # x, then of every layer, (B, WIDTH) each
    gradients: list[Array]  # ∂L/∂a of each of them, ∂L/∂x first
    kernels: list[Array]  # ∂L/∂W of every layer
    slopes: list[Array]  # φ′(z) of every layer


def passes(activation: str, x: Array, kernels: list[Array], r: Array) -> Passes:
    """Forward, and backward from ∂L/∂a = r of the last layer."""
    dense, phi = Dense(WIDTH, use_bias=False), PHI[activation]
    activations, sums, traces = [x], [], []
    for kernel in kernels:
        # z = a W,  a = φ(z)
        z, trace = dense.forward({"kernel": kernel}, activations[-1])
        sums.append(z)
        traces.append(trace)
        activations.append(phi.of(z))
    gradients, weights, slopes = [r], [], []
    for kernel, z, trace in zip(reversed(kernels), reversed(sums), reversed(traces), strict=True):
        # a = φ(z),  z = a W
        slope = phi.slope(z)
        da, grads = dense.backward({"kernel": kernel}, trace, gradients[-1] * slope)
        gradients.append(da)
        weights.append(grads["kernel"])
        slopes.append(slope)
    return Passes(activations, gradients[::-1], weights[::-1], slopes[::-1])


def depth(spec: DepthSpec) -> Depth:
    """The sizes of all that passes through."""
    activations, gradients, weights, slopes = passes(spec.activation, *_drawn(spec))
    return Depth(
        np.array([_size(a) for a in activations]),
        np.array([float(np.linalg.norm(da)) for da in gradients]),
        np.array([float(np.linalg.norm(dw)) for dw in weights]),
        np.array([_size(slope) for slope in slopes]),
    )


def _size(values: Array) -> float:
    """Root mean square."""
    return float(np.sqrt(np.mean(values * values)))


def checked(spec: DepthSpec) -> tuple[int, int]:
    """(derivatives, wrong): ∂L/∂x of one example against central differences."""
    x, kernels, r = _drawn(spec)
    r = r[:1]

    def loss(first: Array) -> float:
        return float((r * passes(spec.activation, first, kernels, r).activations[-1]).sum())

    dx = passes(spec.activation, x[:1], kernels, r).gradients[0]
    return dx.size, int((verdicts(dx, numerical_gradient(loss, x[:1]), loss(x[:1])) == 1).sum())


@lru_cache(maxsize=32)
def _seeds(activation: str, initializer: str, layers: int) -> tuple[Depth, ...]:
    return tuple(depth(DepthSpec(activation, initializer, layers, seed)) for seed in SEEDS)


def shares(activation: str, initializer: str, layers: int = DEPTH) -> Array:
    """What reaches the first layer, a seed each."""
    return np.array([found.left for found in _seeds(activation, initializer, layers)])


def ratios(activation: str, initializer: str, layers: int = DEPTH) -> Array:
    """‖∂L/∂W‖ of the first layer by that of the last, a seed each."""
    return np.array([found.ratio for found in _seeds(activation, initializer, layers)])


def show(spec: DepthSpec) -> Shown:
    """Sizes a layer, on scales that never move."""
    found = depth(spec)
    layers = np.arange(spec.depth + 1)
    faint = {name: depth(replace(spec, initializer=name)).gradients for name in VARIANCES if name != spec.initializer}
    lost, kept = shares(SIGMOID, XAVIER), shares(RELU, HE)
    flat = depth(DepthSpec(RELU, SMALL, DEPTH, spec.seed))
    numbers = {
        "activation": spec.activation,
        "initializer": spec.initializer,
        "depth": str(spec.depth),
        "left": significant(found.left),
        "ratio": significant(found.ratio),
        "slope": significant(float(np.median(found.slopes))),
        "activation_size": significant(float(found.sizes[-1])),
        "lost": scientific(float(np.median(1 / lost))),
        "lost_least": scientific(float((1 / lost).min())),
        "kept": decimal(float(np.median(kept))),
        "kept_low": decimal(float(kept.min())),
        "kept_high": decimal(float(kept.max())),
        "flat_ratio": decimal(flat.ratio),
        "flat_left": scientific(flat.left),
        "flat_size": scientific(float(flat.sizes[-1])),
    }
    gradients = Lines(
        layers, {spec.initializer: found.gradients} | faint, "layer (0 is the input)", "‖∂L/∂a‖",
        f"Length of ∂L/∂a a layer, {spec.activation}: of 1 at layer {spec.depth}, {numbers['left']} is left at layer 1 "
        f"with {spec.initializer}", span=SCALE,
    )  # fmt: skip
    sizes = Lines(
        layers, {"activations": found.sizes}, "layer (0 is the input)", "size of an activation",
        f"Root mean square of the activations a layer: {numbers['activation_size']} at the last", span=SCALE,
    )  # fmt: skip
    weights = Lines(
        layers[1:], {"weights": found.weights}, "layer", "‖∂L/∂W‖",
        f"Length of ∂L/∂W a layer: that of the first is {numbers['ratio']} of that of the last", span=SCALE,
    )  # fmt: skip
    return Shown(numbers, [gradients, Beside([sizes, weights])])
