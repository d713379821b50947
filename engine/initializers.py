"""First values of parameters: functions of (rng, shape, dtype), under their Keras names.

    fan_in  = numbers that one output sums        fan_out = outputs that one input goes to
    for a kernel (*K, C, F):  fan_in = ΠK · C,    fan_out = ΠK · F

With groups a kernel is (*K, C / groups, F): fan_in is what an output really sums; fan_out counts all filters, as in
Keras. The numbers are drawn in float64 and then cast, so both precisions start alike.

Glorot and Bengio 2010 (variance 2 / (fan_in + fan_out)), https://proceedings.mlr.press/v9/glorot10a.html
He et al. 2015 (2 / fan_in, for ReLU), https://arxiv.org/abs/1502.01852
LeCun et al. 1998 (1 / fan_in), http://yann.lecun.com/exdb/publis/pdf/lecun-98b.pdf
Saxe et al. 2014 (orthogonal), https://arxiv.org/abs/1312.6120
Le, Jaitly and Hinton 2015 (identity, for the recurrent weights of ReLUs), https://arxiv.org/abs/1504.00941
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import prod, sqrt
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from engine.arrays import Array, Shape
from engine.checks import check_number

Initializer: TypeAlias = Callable[[np.random.Generator, Shape, npt.DTypeLike], Array]

# Standard deviation of a normal distribution cut off at ±2
CUT_OFF_SD = 0.87962566103423978


def fans(shape: Shape) -> tuple[int, int]:
    """(fan_in, fan_out) of a kernel (*K, C, F); a vector counts as C = F."""
    window = prod(shape[:-2])
    return window * shape[-2 if len(shape) > 1 else -1], window * shape[-1]


def zeros(rng: np.random.Generator, shape: Shape, dtype: npt.DTypeLike = np.float32) -> Array:
    return np.zeros(shape, dtype)


def ones(rng: np.random.Generator, shape: Shape, dtype: npt.DTypeLike = np.float32) -> Array:
    return np.ones(shape, dtype)


def uniform(rng: np.random.Generator, shape: Shape, dtype: npt.DTypeLike = np.float32) -> Array:
    """Between −0.05 and 0.05, whatever the shape."""
    return _uniform(rng, shape, dtype, variance=0.05**2 / 3)


def normal(rng: np.random.Generator, shape: Shape, dtype: npt.DTypeLike = np.float32) -> Array:
    """With the standard deviation 0.05, whatever the shape; `Normal` has any."""
    return Normal()(rng, shape, dtype)


def identity(rng: np.random.Generator, shape: Shape, dtype: npt.DTypeLike = np.float32) -> Array:
    """A matrix with ones on its diagonal."""
    if len(shape) != 2:
        raise ValueError(f"identity makes matrices, not arrays of shape {shape}")
    return np.eye(*shape, dtype=dtype)


def glorot_uniform(rng: np.random.Generator, shape: Shape, dtype: npt.DTypeLike = np.float32) -> Array:
    return _uniform(rng, shape, dtype, variance=2 / sum(fans(shape)))


def glorot_normal(rng: np.random.Generator, shape: Shape, dtype: npt.DTypeLike = np.float32) -> Array:
    return _cut_off_normal(rng, shape, dtype, variance=2 / sum(fans(shape)))


def he_uniform(rng: np.random.Generator, shape: Shape, dtype: npt.DTypeLike = np.float32) -> Array:
    return _uniform(rng, shape, dtype, variance=2 / fans(shape)[0])


def he_normal(rng: np.random.Generator, shape: Shape, dtype: npt.DTypeLike = np.float32) -> Array:
    return _cut_off_normal(rng, shape, dtype, variance=2 / fans(shape)[0])


def lecun_uniform(rng: np.random.Generator, shape: Shape, dtype: npt.DTypeLike = np.float32) -> Array:
    return _uniform(rng, shape, dtype, variance=1 / fans(shape)[0])


def lecun_normal(rng: np.random.Generator, shape: Shape, dtype: npt.DTypeLike = np.float32) -> Array:
    return _cut_off_normal(rng, shape, dtype, variance=1 / fans(shape)[0])


def orthogonal(rng: np.random.Generator, shape: Shape, dtype: npt.DTypeLike = np.float32) -> Array:
    """As a matrix (all axes but the last, last): orthonormal columns, or rows where there are fewer."""
    rows, columns = prod(shape[:-1]), shape[-1]
    q, r = np.linalg.qr(rng.standard_normal((max(rows, columns), min(rows, columns))))
    q *= np.sign(np.diag(r))  # makes the decomposition unique, hence q uniformly distributed
    return (q if rows >= columns else q.T).reshape(shape).astype(dtype)


INITIALIZERS = MappingProxyType(
    {
        f.__name__: f
        for f in (
            zeros,
            ones,
            uniform,
            normal,
            identity,
            glorot_uniform,
            glorot_normal,
            he_uniform,
            he_normal,
            lecun_uniform,
            lecun_normal,
            orthogonal,
        )
    }
)


@dataclass(frozen=True)
class Scaled:
    """Another initialiser's numbers, times a factor.

    A square orthogonal matrix times ρ has the spectral radius ρ: that is the size of all its eigenvalues, and of all
    its singular values too, so that it makes every vector exactly ρ times as long.
    """

    name: str
    factor: float

    def __post_init__(self) -> None:
        initializer(self.name)
        check_number("factor", self.factor)

    def __call__(self, rng: np.random.Generator, shape: Shape, dtype: npt.DTypeLike = np.float32) -> Array:
        return (INITIALIZERS[self.name](rng, shape, np.float64) * self.factor).astype(dtype)


@dataclass(frozen=True)
class Normal:
    """Normal numbers of one standard deviation, whatever the shape: Keras's RandomNormal."""

    stddev: float = 0.05

    def __post_init__(self) -> None:
        object.__setattr__(self, "stddev", check_number("stddev", self.stddev, least=0))

    def __call__(self, rng: np.random.Generator, shape: Shape, dtype: npt.DTypeLike = np.float32) -> Array:
        return (self.stddev * rng.standard_normal(shape)).astype(dtype)


Chosen: TypeAlias = str | Scaled | Normal  # what a layer may be given


def initializer(name: Chosen) -> Initializer:
    """The initialiser of that name. ValueError names the known ones."""
    if isinstance(name, Scaled | Normal):
        return name
    if name not in INITIALIZERS:
        raise ValueError(f"an initializer must be one of {', '.join(INITIALIZERS)}, not {name!r}")
    return INITIALIZERS[name]


def _uniform(rng: np.random.Generator, shape: Shape, dtype: npt.DTypeLike, variance: float) -> Array:
    # U(−a, a) has the variance a² / 3
    limit = sqrt(3 * variance)
    return rng.uniform(-limit, limit, shape).astype(dtype)


def _cut_off_normal(rng: np.random.Generator, shape: Shape, dtype: npt.DTypeLike, variance: float) -> Array:
    z = rng.standard_normal(shape)
    while (far := np.abs(z) > 2).any():
        z[far] = rng.standard_normal(far.sum())
    return (z * (sqrt(variance) / CUT_OFF_SD)).astype(dtype)
