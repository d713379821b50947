"""The engine's computations in PyTorch: the same numbers in, the same numbers out.

A twin is a function without arguments that gives PyTorch's tensors: it is what is timed. There is one for each memory
layout that PyTorch has for the shape. The functions `…_as_ours` lay its tensors out as the engine does, to compare.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812  as everybody calls it
from torch import Tensor

from benchmarks.graphs import graph_function
from engine.arrays import Array, Shape, leaves
from engine.layers import (
    ELU,
    GELU,
    GRU,
    LSTM,
    SELU,
    BatchNormalization,
    Bidirectional,
    Dense,
    DepthwiseConv2D,
    DropConnect,
    Dropout,
    Flatten,
    GaussianNoise,
    GaussianSampling,
    HardSigmoid,
    Layer,
    LayerNormalization,
    LeakyReLU,
    LogSoftmax,
    MultiHeadAttention,
    PositionalEncoding,
    PReLU,
    ReLU,
    Reshape,
    RMSNormalization,
    SeparableConv2D,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Softsign,
    SpatialDropout1D,
    SpatialDropout2D,
    SpatialDropout3D,
    Tanh,
    UpSampling2D,
)
from engine.layers.convolution import Convolution
from engine.layers.convolution_transpose import ConvolutionTranspose
from engine.layers.dropout import SpatialDropout
from engine.layers.global_pooling import GlobalMaxPooling, GlobalPooling
from engine.layers.graph_layer import GraphLayer
from engine.layers.layer_normalization import Grouped
from engine.layers.pooling import MaxPooling, Pooling
from engine.layers.recurrent import RecurrentLayer
from engine.layers.up_sampling import UpSampling
from engine.optimizers import SGD, Adagrad, Adam, AdamW, Optimizer, RMSprop
from engine.training import Progress, Training

Twin: TypeAlias = Callable[[], tuple[Tensor, ...]]
Twins: TypeAlias = Mapping[str, Twin]  # name of a layout → twin

CONTIGUOUS = "contiguous"
CHANNELS_LAST = {2: torch.channels_last, 3: torch.channels_last_3d}  # spatial axes → layout; one axis has none


def layer_twins(layer: Layer, params: Mapping[str, Array], x: Array, dy: Array, training: bool = False) -> Twins:
    """Forward and backward of a layer: (y, dx, a gradient for each parameter). In training PyTorch draws by itself."""
    function, spatial = _function(layer, x.shape[1:], training), _is_spatial(layer)

    def twin(layout: torch.memory_format) -> Twin:
        tensors = [_channels_first(a, layout) if spatial and a.ndim > 2 else torch.tensor(a) for a in (x, dy)]
        inputs = [given.requires_grad_() for given in (tensors[0], *_weights(params, layout))]

        def forward_backward() -> tuple[Tensor, ...]:
            y = function(*inputs)
            return (y, *torch.autograd.grad(y, inputs, tensors[1]))

        return forward_backward

    return _layouts(twin, x.ndim - 2 if spatial else 0)


def embedding_twins(embeddings: Array, x: Array, dy: Array) -> Twins:
    """Forward and backward of a table: (y, its gradient). Words have no derivative."""
    table, words, gradient = torch.tensor(embeddings, requires_grad=True), torch.tensor(x), torch.tensor(dy)

    def forward_backward() -> tuple[Tensor, ...]:
        y = F.embedding(words, table)
        return (y, *torch.autograd.grad(y, table, gradient))

    return {CONTIGUOUS: forward_backward}


def layer_as_ours(layer: Layer, computed: Sequence[Tensor]) -> tuple[Array, ...]:
    y, dx, *grads = (tensor.detach().numpy() for tensor in computed)
    if _is_spatial(layer):
        y, dx = np.moveaxis(y, 1, -1), np.moveaxis(dx, 1, -1)
    return (y, dx, *map(_weight_as_ours, grads))


def loss_twins(logits: Array, labels: Array) -> Twins:
    """Softmax cross-entropy: (loss, its gradient by the logits)."""
    z, target = torch.tensor(logits, requires_grad=True), torch.tensor(labels)

    def loss_and_gradient() -> tuple[Tensor, ...]:
        loss = F.cross_entropy(z, target)
        return (loss, *torch.autograd.grad(loss, z))

    return {CONTIGUOUS: loss_and_gradient}


def optimizer_twins(optimizer: Optimizer, params: Any, grads: Any) -> Twins:
    """One step: all parameters after it. PyTorch writes into its weights, so a second call is its second step."""
    weights = [torch.tensor(w, requires_grad=True) for _, w in leaves(params)]
    for weight, (_, grad) in zip(weights, leaves(grads), strict=True):
        weight.grad = torch.tensor(grad)
    peer = _optimizer(optimizer, weights)

    def step() -> tuple[Tensor, ...]:
        peer.step()
        return tuple(weights)

    return {CONTIGUOUS: step}


def training_twins(training: Training, start: Progress) -> Twins:
    """One step of training on the batch that comes next: (loss, all parameters after it). It writes as well."""
    chosen, labels = torch.tensor(training.batch(start.steps)), torch.tensor(training.labels)
    shapes = training.network.shapes(training.x.shape[1:])
    # the rows of our dense kernel have their channels last
    functions = [
        (lambda x: x.movedim(1, -1).flatten(1)) if isinstance(layer, Flatten) else _function(layer, shape)
        for layer, shape in zip(training.network.layers, shapes, strict=False)
    ]

    def twin(layout: torch.memory_format) -> Twin:
        x = _channels_first(training.x, layout)
        weights = [_weights(params, layout) for params in start.params]
        flat = [weight.requires_grad_() for of_layer in weights for weight in of_layer]
        optimizer = _optimizer(training.optimizer, flat)

        def step() -> tuple[Tensor, ...]:
            optimizer.zero_grad()
            y = x[chosen]
            for function, of_layer in zip(functions, weights, strict=True):
                y = function(y, *of_layer)
            loss = F.cross_entropy(y, labels[chosen])
            loss.backward()
            optimizer.step()
            return (loss, *flat)

        return step

    return _layouts(twin, training.x.ndim - 2)


def training_as_ours(computed: Sequence[Tensor]) -> tuple[Array, ...]:
    loss, *weights = (tensor.detach().numpy() for tensor in computed)
    return (loss, *map(_weight_as_ours, weights))


def _layouts(twin: Callable[[torch.memory_format], Twin], spatial_axes: int) -> Twins:
    twins = {CONTIGUOUS: twin(torch.contiguous_format)}
    if spatial_axes in CHANNELS_LAST:
        twins["channels_last"] = twin(CHANNELS_LAST[spatial_axes])
    return twins


def _is_spatial(layer: Layer) -> bool:
    """Whether it matters to PyTorch which axis holds the channels."""
    convolutions = Convolution | ConvolutionTranspose | DepthwiseConv2D | SeparableConv2D
    maps = Pooling | GlobalPooling | UpSampling | SpatialDropout | BatchNormalization | Grouped
    return isinstance(layer, convolutions | maps)


def _channels_first(array: Array, layout: torch.memory_format) -> Tensor:
    """(B, *S, C) → (B, C, *S)."""
    return torch.tensor(np.moveaxis(array, -1, 1)).contiguous(memory_format=layout)


def _weights(params: Mapping[str, Array], layout: torch.memory_format) -> list[Tensor]:
    """(*K, C, F) → (F, C, *K), (C, units) → (units, C), a bias as it is."""
    tensors = [torch.tensor(np.moveaxis(w, (-1, -2), (0, 1)) if w.ndim > 1 else w) for _, w in leaves(params)]
    return [w.contiguous(memory_format=layout) if w.ndim > 3 else w.contiguous() for w in tensors]


def _weight_as_ours(weight: Array) -> Array:
    return np.moveaxis(weight, (0, 1), (-1, -2)) if weight.ndim > 1 else weight


def _function(layer: Layer, input_shape: Shape, training: bool = False) -> Callable[..., Tensor]:
    """The layer as a function (x, *weights) → y."""
    if isinstance(layer, Convolution):
        windows = layer.windows(input_shape)
        if any(before != after for before, after in windows.pads):
            raise ValueError(f"PyTorch pads both sides alike, not {windows.pads}")
        pads = [before for before, _ in windows.pads]
        convolve: Callable[..., Tensor] = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}[len(layer.axes)]
        return lambda x, w, b: convolve(x, w, b, windows.strides, pads, windows.dilation, layer.groups)
    if isinstance(layer, DepthwiseConv2D):
        return lambda x, w, b: F.conv2d(x, _depthwise(w), b, layer.strides, groups=x.shape[1])
    if isinstance(layer, SeparableConv2D):
        return lambda x, w, p, b: F.conv2d(F.conv2d(x, _depthwise(w), None, layer.strides, groups=x.shape[1]), p, b)
    if isinstance(layer, ConvolutionTranspose):
        at = layer.windows(input_shape)
        crops = [before for before, _ in at.pads]
        if at.pads != tuple((crop, crop) for crop in crops) or layer.output_padding is not None:
            raise ValueError(f"PyTorch cuts off both sides alike, not {at.pads}")
        paint: Callable[..., Tensor] = (F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d)[len(crops) - 1]
        return lambda x, w, b: paint(x, w, b, at.strides, crops, 0, layer.groups, at.dilation)
    if isinstance(layer, Pooling):
        rank, largest = len(layer.axes), isinstance(layer, MaxPooling)
        pool = getattr(F, f"{'max' if largest else 'avg'}_pool{rank}d")
        return lambda x: pool(x, layer.pool_size, layer.strides)
    if isinstance(layer, GlobalPooling):
        rank, largest = len(layer.axes), isinstance(layer, GlobalMaxPooling)
        adaptive = getattr(F, f"adaptive_{'max' if largest else 'avg'}_pool{rank}d")
        return lambda x: adaptive(x, 1).flatten(1)
    if isinstance(layer, UpSampling):
        mode = layer.interpolation if isinstance(layer, UpSampling2D) else "nearest"
        return lambda x: F.interpolate(x, scale_factor=tuple(map(float, layer.sizes)), mode=mode)
    if isinstance(layer, RecurrentLayer | Bidirectional):
        return _recurrent(layer)
    if isinstance(layer, BatchNormalization | Grouped | LayerNormalization | RMSNormalization):
        return _normalization(layer)
    if isinstance(layer, MultiHeadAttention):
        return _attention(layer)
    if isinstance(layer, PositionalEncoding):
        return lambda x: x + torch.from_numpy(layer.encoding(input_shape)).to(x.dtype)
    if isinstance(layer, GraphLayer):
        return graph_function(layer)
    if "rng" in layer.uses:
        return _random(layer, training)
    if isinstance(layer, LeakyReLU):
        return lambda x: F.leaky_relu(x, layer.negative_slope)
    if isinstance(layer, ELU):
        return lambda x: F.elu(x, layer.alpha)
    if isinstance(layer, GELU):
        return lambda x: F.gelu(x, approximate="tanh" if layer.approximate else "none")
    if isinstance(layer, PReLU):
        return lambda x, alpha: F.prelu(x.flatten(0, -2), alpha).view_as(x)  # its channels stand second
    functions: dict[type[Layer], Callable[..., Tensor]] = {
        Dense: F.linear,
        Flatten: lambda x: x.flatten(1),
        Reshape: lambda x: x.reshape(len(x), *layer.output_shape(input_shape)),
        ReLU: F.relu,
        SELU: F.selu,
        SiLU: F.silu,
        Softplus: F.softplus,
        Softsign: F.softsign,
        Sigmoid: torch.sigmoid,
        HardSigmoid: F.hardsigmoid,
        Tanh: torch.tanh,
        Softmax: lambda x: torch.softmax(x, -1),
        LogSoftmax: lambda x: torch.log_softmax(x, -1),
    }
    return functions[type(layer)]


def _depthwise(w: Tensor) -> Tensor:
    """(m, C, *K), as `_weights` gives it → (C·m, 1, *K)"""
    return w.transpose(0, 1).flatten(0, 1)[:, None]


def _normalization(layer: Layer) -> Callable[..., Tensor]:
    """With γ, and with β where the layer has one; batch norm in training, from a fresh state in every call."""
    if isinstance(layer, BatchNormalization):
        share, eps = 1 - layer.momentum, layer.epsilon

        def of_batch(x: Tensor, gamma: Tensor, beta: Tensor) -> Tensor:
            return F.batch_norm(x, torch.zeros_like(beta), torch.ones_like(beta), gamma, beta, True, share, eps)

        return of_batch
    if isinstance(layer, Grouped):
        return lambda x, gamma, beta: F.group_norm(x, layer.group_count(x.shape[1]), gamma, beta, layer.floor)
    if isinstance(layer, RMSNormalization):
        return lambda x, gamma: F.rms_norm(x, gamma.shape, gamma, layer.epsilon)
    assert isinstance(layer, LayerNormalization)
    return lambda x, gamma, beta: F.layer_norm(x, gamma.shape, gamma, beta, layer.epsilon)


def _attention(layer: MultiHeadAttention) -> Callable[..., Tensor]:
    """With biases; keys have none."""

    def heads(x: Tensor) -> Tensor:
        return x.unflatten(-1, (layer.num_heads, layer.key_dim)).transpose(1, 2)

    def apply(x: Tensor, wq: Tensor, wk: Tensor, wv: Tensor, wo: Tensor, bq: Tensor, bv: Tensor, bo: Tensor) -> Tensor:
        q, k, v = heads(F.linear(x, wq, bq)), heads(F.linear(x, wk)), heads(F.linear(x, wv, bv))
        o = F.scaled_dot_product_attention(q, k, v, is_causal=layer.use_causal_mask)
        return F.linear(o.transpose(1, 2).flatten(2), wo, bo)

    return apply


def _random(layer: Layer, training: bool) -> Callable[..., Tensor]:
    """What draws in training, and is the identity, or a Dense, at inference."""
    if isinstance(layer, GaussianNoise):
        return lambda x: x + layer.stddev * torch.randn_like(x) if training else x.clone()
    if isinstance(layer, GaussianSampling):
        return lambda x: _sampled(x) if training else x.chunk(2, -1)[0].clone()
    if isinstance(layer, DropConnect):
        return lambda x, w, b: F.linear(x, F.dropout(w, layer.rate, training), b)
    drops: dict[type[Layer], Callable[..., Tensor]] = {
        Dropout: F.dropout,
        SpatialDropout1D: F.dropout1d,
        SpatialDropout2D: F.dropout2d,
        SpatialDropout3D: F.dropout3d,
    }
    drop, rate = drops[type(layer)], layer.rate  # type: ignore[attr-defined]
    return lambda x: drop(x, rate, training)


def _sampled(x: Tensor) -> Tensor:
    mean, log_variance = x.chunk(2, -1)
    return mean + torch.exp(log_variance / 2) * torch.randn_like(mean)


def _recurrent(layer: RecurrentLayer | Bidirectional) -> Callable[..., Tensor]:
    """Begins with zero states. PyTorch has a second bias, and the gates of a GRU in another order."""
    both = isinstance(layer, Bidirectional)
    one = layer.layer if isinstance(layer, Bidirectional) else layer

    def apply(x: Tensor, *weights: Tensor) -> Tensor:
        flat = []
        for w, r, b in zip(*[iter(weights)] * 3, strict=True):
            biases = b.unbind(1) if b.ndim == 2 else (b, torch.zeros_like(b))
            flat += [_reset_first(weight) if isinstance(one, GRU) else weight for weight in (w, r, *biases)]
        h = x.new_zeros(1 + both, len(x), one.units)
        settings = flat, True, 1, 0.0, False, both, True
        if isinstance(one, LSTM):
            states, last, _ = torch.lstm(x, (h, h), *settings)
        else:
            states, last = (torch.gru if isinstance(one, GRU) else torch.rnn_tanh)(x, h, *settings)
        return states if one.return_sequences else last.movedim(0, 1).flatten(1)

    return apply


def _reset_first(weights: Tensor) -> Tensor:
    """z, r, n → r, z, n"""
    z, r, n = weights.chunk(3)
    return torch.cat((r, z, n))


def _optimizer(optimizer: Optimizer, weights: Sequence[Tensor]) -> torch.optim.Optimizer:
    if isinstance(optimizer, SGD):
        return torch.optim.SGD(
            weights, optimizer.learning_rate, optimizer.momentum, nesterov=optimizer.nesterov and optimizer.momentum > 0
        )
    if isinstance(optimizer, Adagrad):
        start = optimizer.initial_accumulator_value
        return torch.optim.Adagrad(
            weights, optimizer.learning_rate, initial_accumulator_value=start, eps=optimizer.epsilon
        )
    if isinstance(optimizer, RMSprop):
        rates = optimizer.learning_rate, optimizer.rho, optimizer.epsilon
        return torch.optim.RMSprop(weights, *rates, momentum=optimizer.momentum, centered=optimizer.centered)
    assert isinstance(optimizer, Adam)
    betas = optimizer.beta_1, optimizer.beta_2
    if isinstance(optimizer, AdamW):
        decay = optimizer.weight_decay or 0.0
        return torch.optim.AdamW(weights, optimizer.learning_rate, betas, optimizer.epsilon, decay)
    return torch.optim.Adam(weights, optimizer.learning_rate, betas, optimizer.epsilon)
