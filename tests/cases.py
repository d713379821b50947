"""One row a layer, at least. `tests/engine/test_contract.py` takes every row through the same promises.

Output shape, parameters and operations stand here as numbers worked out by hand, not as calls of the code under test.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.arrays import Array, Shape, rebuild
from engine.graphs import Graph
from engine.layers import (
    ELU,
    GELU,
    GIN,
    GRU,
    LSTM,
    SELU,
    AveragePooling1D,
    AveragePooling2D,
    AveragePooling3D,
    BatchNormalization,
    Bidirectional,
    Conv1D,
    Conv1DTranspose,
    Conv2D,
    Conv2DTranspose,
    Conv3D,
    Conv3DTranspose,
    Dense,
    DepthwiseConv2D,
    DropConnect,
    Dropout,
    Embedding,
    Flatten,
    GATv2,
    GaussianNoise,
    GaussianSampling,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalAveragePooling3D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    GlobalMaxPooling3D,
    GraphAttention,
    GraphConvolution,
    GraphPooling,
    GraphSAGE,
    GroupNormalization,
    HardSigmoid,
    InstanceNormalization,
    Layer,
    LayerNormalization,
    LeakyReLU,
    LogSoftmax,
    MaxPooling1D,
    MaxPooling2D,
    MaxPooling3D,
    MultiHeadAttention,
    PairNorm,
    PositionalEncoding,
    PReLU,
    ReLU,
    Reshape,
    RMSNormalization,
    SeparableConv2D,
    Sigmoid,
    SiLU,
    SimpleRNN,
    Softmax,
    Softplus,
    Softsign,
    SpatialDropout1D,
    SpatialDropout2D,
    SpatialDropout3D,
    Tanh,
    UpSampling1D,
    UpSampling2D,
    UpSampling3D,
)
from engine.network import Sequential
from engine.skips import Concatenate, Residual
from engine.transformer import transformer_block


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
    neighbours: bool = False  # what comes out of an example depends on the others of its batch
    training: bool = False  # the promises are asked in training mode
    drawn: bool = True  # its parameters begin with random numbers
    graph: Graph | None = None  # of the nodes of a batch; fewer nodes have the part of it that is theirs

    def keywords(self, dtype: npt.DTypeLike = np.float64, nodes: int = 3) -> dict[str, Any]:
        """What forward is given besides: a state that is not the one it begins with, the mode, the graph."""
        given: dict[str, Any] = {"training": True} if self.training else {}
        if self.graph is not None:
            given["graph"] = first_nodes(self.graph, nodes)
        if "state" in self.layer.uses:
            _, state = self.layer.init(np.random.default_rng(0), self.input_shape, dtype)
            given["state"] = rebuild(state, lambda _, a: a * 0.8 + np.linspace(0.1, 0.4, a.size).astype(dtype))
        return given

    def forward(self, params: Any, x: Array) -> tuple[Array, Any]:
        floats = np.issubdtype(x.dtype, np.floating)
        return self.layer.forward(params, x, **self.keywords(x.dtype if floats else np.float64, len(x)))


def first_nodes(graph: Graph, nodes: int) -> Graph:
    """The first nodes of a graph, and the edges between them."""
    inside = (graph.edges < nodes).all(axis=1)
    sizes = np.bincount(graph.graph_of[:nodes]).tolist() if graph.graphs > 1 else None
    return Graph(nodes, graph.edges[inside], graph.weights[inside], sizes)


STEPS, NOT_STEPS = (4, 2), ((4,), (0, 2), (4, 0), (4, 2, 1))  # 4 steps of 2 channels, and what is no sequence


def recurrent(
    name: str, layer: Layer, output_shape: Shape, parameters: int, operations: int, input_shape: Shape = STEPS
) -> Case:
    return Case(name, layer, input_shape, output_shape, parameters, operations, NOT_STEPS, exact_alone=False)


# everybody hears node 1, some twice, and node 0 is heard by nobody but by itself
HEARD = Graph(3, [(1, 0), (2, 0), (1, 2), (1, 2), (2, 1), (0, 0)], [1, 0.5, 1, 0.7, 2, 0.3])
APART = Graph(3, sizes=(1, 1, 1))  # three graphs of a node each


def of_nodes(
    name: str, layer: Layer, output: int, parameters: int, operations: int, drawn: bool = True, graph: Graph = HEARD
) -> Case:
    """A node has 4 channels."""
    wrong, alone = ((), (0,), (2, 4)), graph is APART
    return Case(
        name,
        layer,
        (4,),
        (output,),
        parameters,
        operations,
        wrong,
        exact_alone=False,
        neighbours=not alone,
        drawn=drawn,
        graph=graph,
    )


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
    # 3 × 3 windows, 2 channels with 3 kernels of 4 taps each
    Case(
        "depthwise", DepthwiseConv2D(2, depth_multiplier=3), (4, 4, 2), (3, 3, 6), 24 + 6, 9 * 24, ((4, 4), (1, 4, 2))
    ),
    Case("separable", SeparableConv2D(5, 2), (4, 4, 2), (3, 3, 5), 8 + 10 + 5, 9 * (8 + 10), ((4, 4), (1, 4, 2))),
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
    # 3 × 4 cells, 2 apart, each paints 3 × 3: (3 − 1) · 2 + 3 by (4 − 1) · 2 + 3
    Case("transposed", Conv2DTranspose(4, 3, 2), (3, 4, 2), (7, 9, 4), 9 * 4 * 2 + 4, 24 * 9 * 4, ((3, 4), (0, 4, 2))),
    Case("transposed same", Conv2DTranspose(2, 3, 2, "same"), (3, 2, 3), (6, 4, 2), 9 * 2 * 3 + 2, 18 * 9 * 2),
    # no gaps: a cell that nothing paints would not know of a NaN in x. They are in the golden arrays
    Case("transposed plain", Conv2DTranspose(2, (2, 3), 2, use_bias=False), (2, 2, 1), (4, 5, 2), 12, 4 * 6 * 2),
    # (2 − 1) · 1 + 3 − 1 + 0 by (3 − 1) · 2 + 2 − 1 + 1; 4 channels in 2 groups paint a filter each
    Case(
        "transposed everything",
        Conv2DTranspose(2, 2, (1, 2), ((1, 0), (0, 1)), (0, 1), (2, 1), groups=2),
        (2, 3, 4),
        (3, 6, 2),
        4 * 1 * 4 + 2,
        24 * 4 * 1,
        wrong_shapes=((2, 3, 3),),
    ),
    Case("transposed 1d", Conv1DTranspose(3, 4, 2, 1), (5, 2), (10, 3), 4 * 3 * 2 + 3, 10 * 4 * 3, ((5,), (0, 2))),
    Case("transposed 3d", Conv3DTranspose(2, 2, 2), (1, 2, 2, 2), (2, 4, 4, 2), 8 * 2 * 2 + 2, 8 * 8 * 2),
    Case("max pooling", MaxPooling2D(), (6, 5, 3), (3, 2, 3), 0, 3 * 2 * 3 * 4, wrong_shapes=((6, 5), (1, 5, 3))),
    # 3 × 3 windows, 2 apart, on 5 × 5: along an axis 3 windows, of which the outer ones lose a cell: 2 + 3 + 2
    Case("max pooling overlap", MaxPooling2D(3, 2, "same"), (5, 5, 2), (3, 3, 2), 0, 7 * 7 * 2),
    Case("max pooling pads", MaxPooling2D(2, 1, 1), (3, 3, 2), (4, 4, 2), 0, 6 * 6 * 2),
    Case("average pooling", AveragePooling2D(), (6, 5, 3), (3, 2, 3), 0, 72, wrong_shapes=((6, 5), (1, 5, 3))),
    Case("average pooling overlap", AveragePooling2D((3, 2), (2, 1), "same"), (5, 3, 2), (3, 3, 2), 0, 7 * 5 * 2),
    Case("average pooling pads", AveragePooling2D(2, 1, ((1, 0), (0, 1))), (3, 3, 2), (3, 3, 2), 0, 5 * 5 * 2),
    Case("global max pooling", GlobalMaxPooling2D(), (4, 5, 3), (3,), 0, 60, wrong_shapes=((4, 5), (0, 5, 3))),
    Case("global average pooling", GlobalAveragePooling2D(), (4, 5, 3), (3,), 0, 60, wrong_shapes=((4, 5),)),
    Case("max pooling dilated", MaxPooling2D(2, 1, "valid", 2), (5, 4, 2), (3, 2, 2), 0, 3 * 2 * 2 * 4),
    # taps 2 apart on 5 cells with one of padding a side: 5 windows along an axis, of which the outer two lose a tap
    Case("average pooling dilated", AveragePooling2D(2, 1, 1, 2), (5, 5, 2), (5, 5, 2), 0, 8 * 8 * 2),
    Case("max pooling 1d", MaxPooling1D(3), (7, 2), (2, 2), 0, 2 * 2 * 3, wrong_shapes=((7,), (2, 2), (7, 7, 2))),
    Case("max pooling 1d causal", MaxPooling1D(2, 1, "causal"), (4, 2), (4, 2), 0, 7 * 2),
    Case("max pooling 3d", MaxPooling3D(2), (2, 4, 5, 2), (1, 2, 2, 2), 0, 4 * 2 * 8, wrong_shapes=((2, 4, 5),)),
    Case("average pooling 1d", AveragePooling1D(3), (7, 2), (2, 2), 0, 2 * 2 * 3, wrong_shapes=((7,), (2, 2))),
    Case("average pooling 3d", AveragePooling3D(2, 1), (2, 3, 3, 2), (1, 2, 2, 2), 0, 64, wrong_shapes=((2, 3, 3),)),
    Case("global max pooling 1d", GlobalMaxPooling1D(), (5, 3), (3,), 0, 15, wrong_shapes=((5,), (0, 3))),
    Case("global max pooling 3d", GlobalMaxPooling3D(), (2, 2, 3, 2), (2,), 0, 24, wrong_shapes=((2, 3, 2),)),
    Case("global average pooling 1d", GlobalAveragePooling1D(), (5, 3), (3,), 0, 15, wrong_shapes=((5,), (0, 3))),
    Case("up sampling", UpSampling2D((2, 3)), (2, 3, 2), (4, 9, 2), 0, 0, wrong_shapes=((2, 3), (0, 3, 2))),
    Case("up sampling bilinear", UpSampling2D((2, 3), "bilinear"), (2, 3, 2), (4, 9, 2), 0, 2 * (4 * 3 + 4 * 9) * 2),
    Case("up sampling 1d", UpSampling1D(3), (4, 2), (12, 2), 0, 0, wrong_shapes=((4,), (0, 2))),
    Case("up sampling 3d", UpSampling3D((1, 2, 2)), (2, 3, 2, 1), (2, 6, 4, 1), 0, 0, wrong_shapes=((2, 3, 2),)),
    Case("global average pooling 3d", GlobalAveragePooling3D(), (2, 2, 3, 2), (2,), 0, 24, wrong_shapes=((2, 3, 2),)),
    Case("flatten", Flatten(), (2, 3, 4), (24,), 0, 0),
    Case("reshape", Reshape((4, -1)), (2, 3, 4), (4, 6), 0, 0, wrong_shapes=((5,), (0, 4))),
    Case("dense", Dense(4), (6,), (4,), 28, 24, wrong_shapes=((), (0,)), exact_alone=False),
    Case("dense steps", Dense(3, use_bias=False), (5, 2), (5, 3), 6, 30, exact_alone=False),
    Case("embedding", Embedding(5, 3), (4,), (4, 3), 15, 0, whole_numbers=5),
    Case("embedding of one word", Embedding(3, 2, "glorot_normal"), (), (2,), 6, 0, whole_numbers=3),
    Case("embedding by rows", Embedding(9, 2, sparse_gradient=True), (2, 3), (2, 3, 2), 18, 0, whole_numbers=9),
    Case("embedding mask", Embedding(4, 2, mask_zero=True), (3,), (3, 2), 8, 0, whole_numbers=4),
    # 3 units, 2 channels: a gate has 2 · 3 + 3 · 3 = 15 weights and 3 biases, and multiplies each weight once a step
    recurrent("simple rnn", SimpleRNN(3), (3,), 18, 4 * 15),
    recurrent("simple rnn steps", SimpleRNN(3, return_sequences=True), (4, 3), 18, 4 * 15),
    recurrent("simple rnn relu", SimpleRNN(3, activation="relu", use_bias=False), (3,), 15, 4 * 15),
    recurrent("simple rnn linear", SimpleRNN(3, activation="linear", go_backwards=True), (3,), 18, 4 * 15),
    recurrent("simple rnn sigmoid", SimpleRNN(3, activation="sigmoid", return_sequences=True), (4, 3), 18, 4 * 15),
    # besides, three products a unit: what is written, kept and shown; what z keeps, what it renews, what r lets pass
    recurrent("lstm", LSTM(3), (3,), 4 * 18, 4 * (4 * 15 + 9)),
    recurrent("lstm steps", LSTM(3, return_sequences=True, go_backwards=True), (4, 3), 4 * 18, 4 * (4 * 15 + 9)),
    recurrent("lstm clamped", LSTM(3, clamp={"f": 1, "g": -0.5}, use_bias=False), (3,), 4 * 15, 4 * (4 * 15 + 9)),
    recurrent("gru", GRU(3), (3,), 3 * 18 + 9, 4 * (3 * 15 + 9)),
    recurrent("gru steps", GRU(3, return_sequences=True, use_bias=False), (4, 3), 3 * 15, 4 * (3 * 15 + 9)),
    recurrent("gru reset before", GRU(3, reset_after=False, go_backwards=True), (3,), 3 * 18, 4 * (3 * 15 + 9)),
    recurrent("gru clamped", GRU(3, clamp={"r": 0.5}, return_sequences=True), (4, 3), 3 * 18 + 9, 4 * (3 * 15 + 9)),
    recurrent("one unit", LSTM(1), (1,), 12, 2 * (4 * 2 + 3), input_shape=(2, 1)),
    recurrent("five channels", GRU(6, return_sequences=True), (3, 6), 3 * 66 + 36, 3 * (3 * 66 + 18), (3, 5)),
    recurrent("bidirectional", Bidirectional(LSTM(3)), (6,), 8 * 18, 8 * (4 * 15 + 9)),
    recurrent("bidirectional steps", Bidirectional(GRU(3, return_sequences=True)), (4, 6), 126, 8 * (3 * 15 + 9)),
    recurrent("bidirectional mul", Bidirectional(SimpleRNN(3, return_sequences=True), "mul"), (4, 3), 36, 8 * 15),
    recurrent("bidirectional ave", Bidirectional(SimpleRNN(3), "ave"), (3,), 36, 8 * 15),
    recurrent("bidirectional sum", Bidirectional(SimpleRNN(3, return_sequences=True), "sum"), (4, 3), 36, 8 * 15),
    Case("dropout", Dropout(0.3), (3, 4, 2), (3, 4, 2), 0, 24),
    Case("spatial dropout 1d", SpatialDropout1D(0.3), (5, 2), (5, 2), 0, 10, wrong_shapes=((5,), (1, 5, 2))),
    Case("spatial dropout 2d", SpatialDropout2D(0.3), (3, 4, 2), (3, 4, 2), 0, 24, wrong_shapes=((4, 2), (1, 3, 4, 2))),
    Case("spatial dropout 3d", SpatialDropout3D(0.3), (2, 3, 4, 2), (2, 3, 4, 2), 0, 48, wrong_shapes=((3, 4, 2),)),
    # 24 weights are multiplied by the mask, then the 24 products
    Case("dropconnect", DropConnect(4, 0.3), (6,), (4,), 28, 48, wrong_shapes=((), (0,)), exact_alone=False),
    Case("dropconnect steps", DropConnect(3, 0.3, use_bias=False), (5, 2), (5, 3), 6, 36, exact_alone=False),
    Case("gaussian noise", GaussianNoise(0.3), (3, 4, 2), (3, 4, 2), 0, 24),
    # of every μ and ℓ one number: 36 multiply–adds and as many exponentials
    Case("gaussian sampling", GaussianSampling(), (3, 4, 6), (3, 4, 3), 0, 72, wrong_shapes=((), (3,), (4, 1))),
    # gamma and beta of 2 or 6 channels; at inference a multiply–add a number
    Case("batch norm", BatchNormalization(), (3, 4, 2), (3, 4, 2), 4, 24, ((), (0,), (2, 0)), drawn=False),
    Case("batch norm trains", BatchNormalization(), (3, 2), (3, 2), 4, 6, neighbours=True, training=True, drawn=False),
    Case(
        "batch norm bare",
        BatchNormalization(0.9, 1e-5, center=False, scale=False),
        (4,),
        (4,),
        0,
        4,
        neighbours=True,
        training=True,
    ),
    # mean, variance, x̂ and y
    Case("layer norm", LayerNormalization(), (3, 6), (3, 6), 12, 72, ((), (0,)), drawn=False),
    Case("layer norm bare", LayerNormalization(1e-5, center=False, scale=False), (6,), (6,), 0, 24),
    Case("rms norm", RMSNormalization(), (3, 6), (3, 6), 6, 54, ((), (0,)), drawn=False),
    Case("group norm", GroupNormalization(3), (2, 4, 6), (2, 4, 6), 12, 192, ((4,), (0, 6)), drawn=False),
    Case("group norm scale", GroupNormalization(2, center=False), (3, 4), (3, 4), 4, 48, drawn=False),
    Case("instance norm", InstanceNormalization(scale=False), (3, 4, 2), (3, 4, 2), 2, 96, ((),), drawn=False),
    # 3 channels, 2 heads of 2: kernels of 3 · 4, biases of 4, 4 and 3; 4 steps: 4 · 4 · 12, and 2 · 4 · 4 · 4 of pairs
    Case("attention", MultiHeadAttention(2, 2), (4, 3), (4, 3), 59, 320, ((4,), (0, 3), (2, 4, 3)), exact_alone=False),
    Case("attention causal", MultiHeadAttention(1, 3, True, False), (4, 3), (4, 3), 36, 240, exact_alone=False),
    Case("positional encoding", PositionalEncoding(), (4, 5), (4, 5), 0, 20, ((4,), (0, 3), (2, 4, 3))),
    Case("relu", ReLU(), (3, 4, 2), (3, 4, 2), 0, 24),
    Case("leaky relu", LeakyReLU(), (3, 4, 2), (3, 4, 2), 0, 24),
    Case("leaky relu, rising on the left", LeakyReLU(-0.5), (5,), (5,), 0, 5),
    Case("prelu", PReLU("uniform"), (3, 4, 2), (3, 4, 2), 2, 24, wrong_shapes=((),)),
    Case("elu", ELU(), (3, 4, 2), (3, 4, 2), 0, 24),
    Case("elu alpha", ELU(0.4), (5,), (5,), 0, 5),
    Case("selu", SELU(), (3, 4, 2), (3, 4, 2), 0, 24),
    Case("gelu", GELU(), (3, 4, 2), (3, 4, 2), 0, 24),
    Case("gelu approximate", GELU(approximate=True), (3, 4, 2), (3, 4, 2), 0, 24),
    Case("silu", SiLU(), (3, 4, 2), (3, 4, 2), 0, 24),
    Case("softplus", Softplus(), (3, 4, 2), (3, 4, 2), 0, 24),
    Case("softsign", Softsign(), (3, 4, 2), (3, 4, 2), 0, 24),
    Case("sigmoid", Sigmoid(), (3, 4, 2), (3, 4, 2), 0, 24),
    Case("hard sigmoid", HardSigmoid(), (3, 4, 2), (3, 4, 2), 0, 24),
    Case("tanh", Tanh(), (3, 4, 2), (3, 4, 2), 0, 24),
    Case("softmax", Softmax(), (3, 4), (3, 4), 0, 12, wrong_shapes=((), (3, 0))),
    Case("log softmax", LogSoftmax(), (3, 4), (3, 4), 0, 12, wrong_shapes=((), (3, 0))),
    # of a node: x W; what its edges cost comes on top
    of_nodes("graph convolution", GraphConvolution(3), 3, 15, 12),
    of_nodes("graph convolution row", GraphConvolution(3, "row", use_bias=False), 3, 12, 12),
    of_nodes("graph convolution bare", GraphConvolution(2, "none", self_loops=False), 2, 10, 8),
    # 2 heads of 3 units: 4 · 6 of the kernel, 6 of each attention vector
    of_nodes("graph attention", GraphAttention(3, 2), 6, 24 + 12 + 6, 36),
    of_nodes("graph attention mean", GraphAttention(3, 2, concatenate=False), 3, 24 + 12 + 3, 36),
    of_nodes(
        "graph attention slope", GraphAttention(3, self_loops=False, negative_slope=0.5, use_bias=False), 3, 18, 18
    ),
    of_nodes("gatv2", GATv2(3, 2), 6, 48 + 6 + 6, 54),
    of_nodes("gatv2 mean", GATv2(3, 2, concatenate=False, use_bias=False), 3, 48 + 6, 54),
    of_nodes("graph sage", GraphSAGE(3), 3, 24 + 3, 24),
    of_nodes("graph sage max", GraphSAGE(3, "max"), 3, 24 + 3, 24),
    of_nodes("graph sage sum", GraphSAGE(3, "sum", use_bias=False), 3, 24, 24),
    of_nodes("gin", GIN(0.2), 4, 1, 4, drawn=False),
    of_nodes("gin fixed", GIN(0.2, learn_eps=False), 4, 0, 4),
    of_nodes("graph pooling sum", GraphPooling("sum"), 4, 0, 4, graph=APART),
    of_nodes("graph pooling mean", GraphPooling("mean"), 4, 0, 4, graph=APART),
    of_nodes("graph pooling max", GraphPooling("max"), 4, 0, 4, graph=APART),
    of_nodes("pair norm", PairNorm(2.0), 4, 0, 12),
    of_nodes(
        "sequential of nodes", Sequential([GraphConvolution(3), ReLU(), GIN(), Dense(2)]), 2, 15 + 1 + 8, 12 + 3 + 3 + 6
    ),
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
    # 12 cells: 2 · 9 · 2 multiply–adds of the body, 2 tanh, 2 sums
    Case(
        "residual",
        Residual(Sequential([Conv2D(2, 3, padding="same"), Tanh()])),
        (3, 4, 2),
        (3, 4, 2),
        36 + 2,
        12 * (36 + 2 + 2),
        wrong_shapes=((3, 4),),
    ),
    # 4 channels, a hidden layer of 6, 3 steps: two norms, an attention 4 wide, 2 Dense, GELU, 2 sums of x
    Case(
        "transformer block, pre-norm",
        transformer_block(4, 2, 6),
        (3, 4),
        (3, 4),
        2 * 8 + 4 * 16 + 12 + 2 * 24 + 10,
        2 * 48 + 4 * 48 + 2 * 36 + 2 * 72 + 18 + 2 * 12,
        wrong_shapes=((4,), (3, 5)),
        exact_alone=False,
    ),
    Case(
        "transformer block, post-norm",
        transformer_block(4, 1, 6, norm="post", use_causal_mask=True),
        (3, 4),
        (3, 4),
        2 * 8 + 4 * 16 + 12 + 2 * 24 + 10,
        2 * 48 + 4 * 48 + 2 * 36 + 2 * 72 + 18 + 2 * 12,
        exact_alone=False,
    ),
    Case(
        "concatenate",
        Concatenate([Conv2D(3, 1), Conv2D(1, 3, padding=1), Sigmoid()]),
        (3, 4, 2),
        (3, 4, 6),
        6 + 3 + 18 + 1,
        12 * (6 + 18 + 2),
        wrong_shapes=((3, 4),),
    ),
    Case(
        "sequential in training",
        Sequential([Dense(4, use_bias=False), BatchNormalization(), ReLU(), LayerNormalization()]),
        (3,),
        (4,),
        12 + 8 + 8,
        12 + 4 + 4 + 16,
        exact_alone=False,
        neighbours=True,
        training=True,
    ),
    recurrent(
        "sequential steps",
        Sequential([GRU(3, return_sequences=True), Bidirectional(SimpleRNN(2)), Dense(1)]),
        (1,),
        63 + 2 * 12 + 5,
        4 * (3 * 15 + 9) + 8 * 10 + 4,
    ),
)


def generic(rng: np.random.Generator, shape: Shape, dtype: type = np.float64) -> Array:
    """Numbers from −2 to 2, evenly spaced and shuffled: no two are equal and none is 0, so no kink is near."""
    n = int(np.prod(shape))
    return ((rng.permutation(n) + 0.25) / n * 4 - 2).reshape(shape).astype(dtype)
