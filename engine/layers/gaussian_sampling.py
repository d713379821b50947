"""Gaussian sampling: draws a code from the distribution that an encoder names, so that a gradient passes the draw.

    x = (μ, ℓ)        ℓ = log σ²        σ = e^{ℓ/2}
    y = μ + σ ε       ε ~ N(0, 1) in training, 0 at inference
    dμ = dy           dℓ = ½ σ ε dy

The draw is an input beside the others, ε, and not a step between them: y is a smooth function of μ and σ (the
reparameterization trick). What a variational autoencoder adds to its loss, the divergence of these distributions from
N(0, 1), is `engine.losses.kl_to_standard_normal`, of the same x.

Shapes: x (B, *S, 2C): first all μ, then all ℓ; y, ε (B, *S, C). The same generator gives the same ε in both precisions,
up to rounding.

Kingma and Welling 2014, "Auto-encoding variational Bayes", https://arxiv.org/abs/1312.6114
"""

from dataclasses import dataclass
from math import prod
from typing import NamedTuple

import numpy as np

from engine.arrays import Array, Shape
from engine.checks import check_gradient
from engine.layers.layer import Layer, Params


class GaussianSamplingTrace(NamedTuple):
    noise: Array  # (B, *S, C)  ε; 0 at inference
    deviation: Array  # (B, *S, C)  σ


@dataclass(frozen=True)
class GaussianSampling(Layer):
    """(B, *S, 2C) → (B, *S, C)."""

    uses = frozenset({"training", "rng"})

    def output_shape(self, input_shape: Shape) -> Shape:
        if not input_shape or input_shape[-1] < 2 or input_shape[-1] % 2:
            raise ValueError(f"GaussianSampling takes examples of shape (*S, 2C), not {input_shape}")
        return (*input_shape[:-1], input_shape[-1] // 2)

    def operation_count(self, input_shape: Shape) -> int:
        """A multiply–add and an exponential a number."""
        return 2 * prod(self.output_shape(input_shape))

    def forward(
        self, params: Params, x: Array, *, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, GaussianSamplingTrace]:
        self.check(params, x)
        mean, log_variance = np.split(x, 2, axis=-1)
        noise = np.zeros_like(mean)
        if training:
            if rng is None:
                raise ValueError("sampling in training needs rng, a generator")
            noise = rng.standard_normal(mean.shape).astype(x.dtype)
        # σ = e^{ℓ/2}
        deviation = np.exp(log_variance / 2)
        # y = μ + σ ε
        return mean + deviation * noise, GaussianSamplingTrace(noise, deviation)

    def backward(self, params: Params, trace: GaussianSamplingTrace, dy: Array) -> tuple[Array, Params]:
        noise, deviation = trace
        check_gradient(dy, noise.shape, noise.dtype)
        # y = μ + σ ε,  σ = e^{ℓ/2}
        return np.concatenate([dy, dy * deviation * noise / 2], axis=-1), {}
