"""What a process finds when it starts; each test runs in one of its own."""

import os
import subprocess
import sys


def run(code: str) -> None:
    """In an environment that sets no number of threads, as where the app is started."""
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)


def test_warm_up_readies_every_kernel() -> None:
    run(
        """
from engine.warmup import KERNELS, not_ready, warm_up
assert not_ready() == tuple(f"{k.__name__} ({t})" for t in ("float64", "float32") for k in KERNELS), not_ready()
warm_up()
assert not_ready() == ()
signatures = [len(kernel.signatures) for kernel in KERNELS]
assert signatures == [2] * len(KERNELS), signatures

# nothing that a layer may be given needs another compilation: read-only, strided, with more axes, groups, strides
import numpy as np
from engine.layers import GRU, LSTM, Conv1D, Conv2D, Conv3D, Embedding, MaxPooling1D, MaxPooling2D, SimpleRNN
layers = [Conv1D(4, 3, 2, groups=2), Conv2D(1, 3), Conv3D(1, 2), MaxPooling2D(3, 2, 1, 2), MaxPooling1D()]
layers += [SimpleRNN(2, activation="relu", go_backwards=True), LSTM(2, clamp={"f": 1}), GRU(2, reset_after=False)]
shapes = (9, 2), (5, 5, 1), (3, 3, 3, 1), (5, 5, 3), (4, 1), (3, 2), (3, 2), (3, 2)
for dtype in (np.float32, np.float64):
    for layer, shape in zip(layers, shapes, strict=True):
        params, _ = layer.init(np.random.default_rng(0), shape, dtype)
        dy = np.zeros((2, *layer.output_shape(shape)), dtype)
        for array in (dy, *params.values()):
            array.flags.writeable = False
        for x in (np.zeros((2, *shape), dtype), np.zeros((2, *shape), dtype)[::-1]):
            x.flags.writeable = False
            _, trace = layer.forward(params, x)
            layer.backward(params, trace, dy)
    for sparse in (False, True):
        table = Embedding(4, 3, sparse_gradient=sparse)
        params, _ = table.init(np.random.default_rng(0), (2,), dtype)
        dy = np.zeros((5, 2, 3), dtype)
        dy.flags.writeable = False
        for x in (np.zeros((5, 2), np.uint8), np.zeros((5, 4), np.int32)[:, ::2], np.zeros((2, 5), np.int64).T):
            _, trace = table.forward(params, x)
            table.backward(params, trace, dy)
assert [len(kernel.signatures) for kernel in KERNELS] == signatures
"""
    )


def test_every_kernel_is_warmed() -> None:
    run(
        """
import importlib, pkgutil
import engine.kernels
from numba.core.dispatcher import Dispatcher
from engine.warmup import KERNELS
modules = [importlib.import_module(m.name) for m in pkgutil.iter_modules(engine.kernels.__path__, "engine.kernels.")]
found = {value for module in modules for value in vars(module).values() if isinstance(value, Dispatcher)}
assert found == set(KERNELS), found ^ set(KERNELS)
for kernel in found:
    assert not kernel.targetoptions.get("parallel")
    assert kernel.py_func.__code__.co_argcount <= 8, kernel
"""
    )


def test_blas_has_one_thread() -> None:
    run(
        """
import numpy, engine
from threadpoolctl import threadpool_info
libraries = [library for library in threadpool_info() if library["user_api"] == "blas"]
assert libraries and all(library["num_threads"] == 1 for library in libraries), libraries
"""
    )
