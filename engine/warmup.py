"""Compile the kernels before a learner waits for them.

Compiled code is kept on disk, but another processor, or a first start, has none. An app calls `warm_up` in a
background thread and says meanwhile what `not_ready` names.
"""

import numpy as np

from engine.arrays import Shape
from engine.kernels.convolution import convolve, convolve_dw, convolve_dx
from engine.kernels.embedding import add_rows
from engine.kernels.pooling import max_pool
from engine.kernels.recurrent import gru, gru_backward, lstm, lstm_backward, simple_rnn, simple_rnn_backward
from engine.layers import GRU, LSTM, Conv2D, Embedding, Layer, MaxPooling2D, SimpleRNN

KERNELS = (
    *(convolve, convolve_dx, convolve_dw, max_pool, add_rows),
    *(simple_rnn, simple_rnn_backward, lstm, lstm_backward, gru, gru_backward),
)
WARMED: tuple[tuple[Layer, Shape], ...] = (
    (Conv2D(filters=1, kernel_size=2), (3, 3, 1)),
    (MaxPooling2D(), (2, 2, 1)),
    (Embedding(1, 1), (1,)),
    *((layer, (1, 1)) for layer in (SimpleRNN(1), LSTM(1), GRU(1))),
)  # layers that run all KERNELS
DTYPES = (np.float64, np.float32)  # what is inspected first, then what trains


def warm_up() -> None:
    """Run every kernel once in both precisions. Compiling takes seconds, loading compiled code milliseconds."""
    rng = np.random.default_rng(0)
    for dtype in DTYPES:
        for layer, shape in WARMED:
            params, _ = layer.init(rng, shape, dtype)
            x = np.zeros((1, *shape), np.int64 if isinstance(layer, Embedding) else dtype)
            y, trace = layer.forward(params, x)
            layer.backward(params, trace, y)


def not_ready() -> tuple[str, ...]:
    """Names of the kernels that are not compiled yet, such as "convolve (float64)", in the order of `warm_up`."""
    return tuple(
        f"{kernel.__name__} ({dtype.__name__})"
        for dtype in DTYPES
        for kernel in KERNELS
        # a dispatcher's signatures are what it has compiled or loaded; their first argument is always an array
        if not any(str(signature[0].dtype) == dtype.__name__ for signature in kernel.signatures)
    )
