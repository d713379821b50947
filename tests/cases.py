"""One row a layer, at least. `tests/engine/test_contract.py` takes every row through the same promises.

Output shape, parameters and operations stand here as numbers worked out by hand, not as calls of the code under test.
"""

from dataclasses import dataclass

import numpy as np

from engine.arrays import Array, Shape
from engine.layers import (
    AveragePooling2D,
    Conv1D,
    Conv2D,
    Conv3D,
    Dense,
    Embedding,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    Layer,
    MaxPooling2D,
    ReLU,
)
from engine.network import Sequential


@dataclass(frozen=True)
class Case:
    name: str
    layer: Layer
    input_shape: Shape
    output_shape: Shape
    parameters: int
    operations: int  # of one example
    wrong_shapes: tuple[Shape, ...] = ()  # examples that the layer must refuse
    whole_numbers: int | None = None  # x is made of whole numbers below this one, and has no derivative
    exact_alone: bool = True  # the same bits alone and in a batch; matrix products may sum in another order


CASES = (
    Case("conv2d", Conv2D(1, 3), (6, 7, 1), (4, 5, 1), 10, 20 * 9, wrong_shapes=((6, 7), (2, 7, 1), (1, 6, 7, 1))),
    Case("conv2d filters", Conv2D(5, (2, 3)), (5, 6, 3), (4, 4, 5), 6 * 3 * 5 + 5, 16 * 5 * 6 * 3),
    Case("conv2d same", Conv2D(2, 3, padding="same"), (5, 4, 2), (5, 4, 2), 9 * 4 + 2, 20 * 2 * 9 * 2),
    Case("conv2d same strides", Conv2D(2, 3, 2, "same"), (6, 5, 1), (3, 3, 2), 9 * 2 + 2, 9 * 2 * 9),
    Case(
        "conv2d all",
        Conv2D(6, (3, 2), (2, 3), ((1, 2), (0, 3)), (1, 2), groups=2, use_bias=False),
        (7, 8, 4),
        (4, 3, 6),
        6 * 2 * 6,
        4 * 3 * 6 * 6 * 2,
        wrong_shapes=((7, 8, 3),),
    ),
    Case("conv2d depthwise", Conv2D(4, 2, groups=4), (4, 4, 4), (3, 3, 4), 4 * 4 + 4, 9 * 4 * 4),
    Case("conv1d", Conv1D(3, 3), (9, 2), (7, 3), 3 * 2 * 3 + 3, 7 * 3 * 3 * 2, wrong_shapes=((9,), (2, 2))),
    Case("conv1d causal", Conv1D(2, 2, padding="causal", dilation_rate=3), (8, 2), (8, 2), 2 * 2 * 2 + 2, 8 * 2 * 4),
    Case(
        "conv3d",
        Conv3D(2, 2, padding=((0, 1), (1, 0), (0, 0))),
        (3, 4, 3, 2),
        (3, 4, 2, 2),
        8 * 2 * 2 + 2,
        24 * 2 * 8 * 2,
        wrong_shapes=((3, 4, 3), (1, 4, 1, 2)),
    ),
    Case("max pooling", MaxPooling2D(), (6, 5, 3), (3, 2, 3), 0, 3 * 2 * 3 * 4, wrong_shapes=((6, 5), (1, 5, 3))),
    # 3 × 3 windows, 2 apart, on 5 × 5: along an axis 3 windows, of which the outer ones lose a cell: 2 + 3 + 2
    Case("max pooling overlap", MaxPooling2D(3, 2, "same"), (5, 5, 2), (3, 3, 2), 0, 7 * 7 * 2),
    Case("max pooling pads", MaxPooling2D(2, 1, 1), (3, 3, 2), (4, 4, 2), 0, 6 * 6 * 2),
    Case("average pooling", AveragePooling2D(), (6, 5, 3), (3, 2, 3), 0, 72, wrong_shapes=((6, 5), (1, 5, 3))),
    Case("average pooling overlap", AveragePooling2D((3, 2), (2, 1), "same"), (5, 3, 2), (3, 3, 2), 0, 7 * 5 * 2),
    Case("average pooling pads", AveragePooling2D(2, 1, ((1, 0), (0, 1))), (3, 3, 2), (3, 3, 2), 0, 5 * 5 * 2),
    Case("global max pooling", GlobalMaxPooling2D(), (4, 5, 3), (3,), 0, 60, wrong_shapes=((4, 5), (0, 5, 3))),
    Case("global average pooling", GlobalAveragePooling2D(), (4, 5, 3), (3,), 0, 60, wrong_shapes=((4, 5),)),
    Case("flatten", Flatten(), (2, 3, 4), (24,), 0, 0),
    Case("dense", Dense(4), (6,), (4,), 28, 24, wrong_shapes=((), (0,)), exact_alone=False),
    Case("dense steps", Dense(3, use_bias=False), (5, 2), (5, 3), 6, 30, exact_alone=False),
    Case("embedding", Embedding(5, 3), (4,), (4, 3), 15, 0, whole_numbers=5),
    Case("embedding of one word", Embedding(3, 2, "glorot_normal"), (), (2,), 6, 0, whole_numbers=3),
    Case("embedding by rows", Embedding(9, 2, sparse_gradient=True), (2, 3), (2, 3, 2), 18, 0, whole_numbers=9),
    Case("embedding mask", Embedding(4, 2, mask_zero=True), (3,), (3, 2), 8, 0, whole_numbers=4),
    Case("relu", ReLU(), (3, 4, 2), (3, 4, 2), 0, 24),
    Case(
        "sequential of words",
        Sequential([Embedding(6, 3), Flatten(), Dense(2)]),
        (4,),
        (2,),
        18 + 12 * 2 + 2,
        24,
        whole_numbers=6,
        exact_alone=False,
    ),
    Case(
        "sequential",
        Sequential([Conv2D(3, 3), ReLU(), MaxPooling2D(), Flatten(), Dense(2)]),
        (6, 6, 2),
        (2,),
        18 * 3 + 3 + 12 * 2 + 2,
        16 * 3 * 18 + 48 + 48 + 0 + 24,
        wrong_shapes=((6, 6), (2, 6, 2)),
        exact_alone=False,
    ),
)


def generic(rng: np.random.Generator, shape: Shape, dtype: type = np.float64) -> Array:
    """Numbers from −2 to 2, evenly spaced and shuffled: no two are equal and none is 0, so no kink is near."""
    n = int(np.prod(shape))
    return ((rng.permutation(n) + 0.25) / n * 4 - 2).reshape(shape).astype(dtype)
