"""Make the golden arrays: `python -m tests.golden.make`.

The truth is PyTorch's, in float64, gradients by its autograd. Where padding is a word, the layer is Keras 3's own on
PyTorch, so that `same` and `causal` mean what Keras means. Average pooling is always PyTorch's: Keras on PyTorch
averages in float32 globally, and repeats the border of an uneven `same` where its other backends leave padding out.
Nothing of `engine` is imported.

A file holds, for each case, `<case>.<array>` and, under `cases`, the layer's name and arguments as JSON.
"""

import json
import os
from pathlib import Path
from typing import Any

os.environ["KERAS_BACKEND"] = "torch"

import keras  # reads the variable above
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812

FOLDER = Path(__file__).parent

# name → (layer, shape of x, arguments)
Cases = dict[str, tuple[str, tuple[int, ...], dict[str, Any]]]

CONVOLUTIONS: Cases = {
    "plain": ("Conv2D", (2, 6, 7, 1), {"filters": 1, "kernel_size": 3}),
    "channels": ("Conv2D", (2, 5, 6, 3), {"filters": 5, "kernel_size": [2, 3]}),
    "same": ("Conv2D", (2, 5, 6, 2), {"filters": 3, "kernel_size": 3, "padding": "same"}),
    "same even": ("Conv2D", (2, 5, 6, 2), {"filters": 2, "kernel_size": 4, "padding": "same"}),
    "same stride": ("Conv2D", (2, 6, 5, 2), {"filters": 2, "kernel_size": 3, "strides": 2, "padding": "same"}),
    "same strides": (
        "Conv2D",
        (2, 8, 7, 1),
        {"filters": 2, "kernel_size": [2, 5], "strides": [3, 2], "padding": "same"},
    ),
    "same stride beyond": ("Conv2D", (2, 7, 8, 2), {"filters": 2, "kernel_size": 1, "strides": 3, "padding": "same"}),
    "same dilation": (
        "Conv2D",
        (2, 6, 5, 1),
        {"filters": 2, "kernel_size": 3, "dilation_rate": [1, 3], "padding": "same"},
    ),
    "groups": ("Conv2D", (2, 5, 5, 4), {"filters": 6, "kernel_size": 3, "groups": 2, "use_bias": False}),
    "depthwise": ("Conv2D", (2, 5, 4, 3), {"filters": 6, "kernel_size": 3, "groups": 3, "padding": 1}),
    "pads": ("Conv2D", (2, 4, 3, 2), {"filters": 2, "kernel_size": 3, "padding": [[3, 0], [1, 4]]}),
    "everything": (
        "Conv2D",
        (2, 8, 9, 4),
        {
            "filters": 4,
            "kernel_size": [3, 2],
            "strides": [2, 3],
            "dilation_rate": [2, 3],
            "groups": 2,
            "padding": [[1, 2], [0, 3]],
        },
    ),
    "sequence": ("Conv1D", (2, 11, 2), {"filters": 3, "kernel_size": 3, "strides": 2}),
    "sequence same": ("Conv1D", (2, 11, 2), {"filters": 2, "kernel_size": 4, "strides": 3, "padding": "same"}),
    "causal": ("Conv1D", (2, 9, 2), {"filters": 2, "kernel_size": 3, "dilation_rate": 2, "padding": "causal"}),
    "causal stride": ("Conv1D", (2, 9, 2), {"filters": 2, "kernel_size": 4, "strides": 2, "padding": "causal"}),
    "volume": ("Conv3D", (2, 4, 5, 4, 2), {"filters": 2, "kernel_size": [2, 3, 2], "strides": [1, 2, 1]}),
    "volume same": ("Conv3D", (2, 3, 4, 5, 2), {"filters": 2, "kernel_size": 2, "strides": 2, "padding": "same"}),
}

TRANSPOSED: Cases = {
    f"transposed {name}": (f"Conv{len(shape) - 2}DTranspose", shape, arguments)
    for name, shape, arguments in (
        ("plain", (2, 3, 4, 1), {"filters": 1, "kernel_size": 3}),
        ("strides", (2, 3, 4, 2), {"filters": 3, "kernel_size": [3, 2], "strides": 2}),
        ("gaps", (2, 3, 2, 2), {"filters": 2, "kernel_size": 2, "strides": [3, 4]}),
        ("valid more", (2, 3, 2, 2), {"filters": 2, "kernel_size": 3, "strides": [3, 2], "output_padding": [2, 1]}),
        ("same", (2, 4, 3, 2), {"filters": 3, "kernel_size": [3, 4], "padding": "same"}),
        ("same strides", (2, 4, 3, 2), {"filters": 2, "kernel_size": [3, 4], "strides": 2, "padding": "same"}),
        ("same far", (2, 2, 3, 2), {"filters": 2, "kernel_size": [1, 5], "strides": [2, 3], "padding": "same"}),
        (
            "same more",
            (2, 4, 3, 2),
            {"filters": 2, "kernel_size": [3, 4], "strides": [3, 2], "padding": "same", "output_padding": [2, 1]},
        ),
        ("same dilation", (2, 4, 3, 2), {"filters": 2, "kernel_size": 3, "dilation_rate": [1, 2], "padding": "same"}),
        (
            "everything",
            (2, 4, 3, 4),
            {
                "filters": 6,
                "kernel_size": [3, 2],
                "strides": [2, 3],
                "padding": [[1, 1], [2, 2]],
                "output_padding": [1, 2],
                "dilation_rate": [2, 3],
                "groups": 2,
            },
        ),
        ("depthwise", (2, 4, 3, 3), {"filters": 3, "kernel_size": 3, "groups": 3, "padding": 1, "use_bias": False}),
        ("sequence", (2, 5, 2), {"filters": 3, "kernel_size": 3, "strides": 2, "padding": "same"}),
        ("volume", (2, 2, 3, 2, 2), {"filters": 2, "kernel_size": [2, 3, 2], "strides": [1, 2, 2]}),
    )
}

POOLINGS: Cases = {
    f"{kind} {name}": (f"{kind}Pooling2D", shape, arguments)
    for kind in ("Max", "Average")
    for name, shape, arguments in (
        ("plain", (2, 6, 7, 2), {"pool_size": 2}),
        ("overlap", (2, 6, 7, 3), {"pool_size": 3, "strides": [2, 1]}),
        ("gaps", (2, 8, 8, 2), {"pool_size": 2, "strides": 3}),
        ("same", (2, 6, 5, 2), {"pool_size": 3, "strides": 2, "padding": "same"}),
        ("same wide", (2, 5, 8, 2), {"pool_size": [2, 4], "strides": [1, 3], "padding": "same"}),
        ("pads", (2, 4, 5, 2), {"pool_size": [2, 3], "strides": 1, "padding": 1}),
    )
} | {f"global {kind}": (f"Global{kind}Pooling2D", (2, 4, 5, 3), {}) for kind in ("Max", "Average")}


def first(a: torch.Tensor) -> torch.Tensor:
    """Channels first, as PyTorch wants them."""
    return a.movedim(-1, 1)


def each(value: Any, rank: int) -> list[Any]:
    """One value a spatial axis."""
    return value if isinstance(value, list) else [value] * rank


def pads(arguments: dict[str, Any], size: tuple[int, ...]) -> list[list[int]]:
    """(before, after) a spatial axis; `same` as TensorFlow's documentation gives it."""
    padding, rank = arguments.get("padding", 0), len(size)
    if padding == "same":
        windows, strides = each(arguments["pool_size"], rank), each(arguments["strides"], rank)
        lacking = [max(k - (s if n % s == 0 else n % s), 0) for n, k, s in zip(size, windows, strides, strict=True)]
        return [[n // 2, n - n // 2] for n in lacking]
    return [[padding, padding]] * rank if isinstance(padding, int) else padding


def by_torch(name: str, arguments: dict[str, Any], x: torch.Tensor, weights: list[torch.Tensor]) -> torch.Tensor:
    rank = x.ndim - 2
    flat = [side for pair in reversed(pads(arguments, tuple(x.shape[1:-1]))) for side in pair]
    if name.endswith("Transpose"):
        kernel, *bias = weights
        y = getattr(F, f"conv_transpose{rank}d")(
            first(x),
            kernel.movedim((-1, -2), (0, 1)).contiguous(),
            bias[0] if bias else None,
            each(arguments.get("strides", 1), rank),
            [before for before, _ in pads(arguments, tuple(x.shape[1:-1]))],
            each(arguments.get("output_padding", 0), rank),
            arguments.get("groups", 1),
            each(arguments.get("dilation_rate", 1), rank),
        )
    elif name.startswith("Conv"):
        kernel, *bias = weights
        convolve = getattr(F, f"conv{rank}d")
        y = convolve(
            F.pad(first(x), flat),
            kernel.movedim((-1, -2), (0, 1)),
            bias[0] if bias else None,
            each(arguments.get("strides", 1), rank),
            0,
            each(arguments.get("dilation_rate", 1), rank),
            arguments.get("groups", 1),
        )
    elif name == "GlobalAveragePooling2D":
        return x.mean(dim=(1, 2))
    elif name == "MaxPooling2D":
        y = F.max_pool2d(F.pad(first(x), flat, value=-torch.inf), arguments["pool_size"], arguments["strides"])
    else:
        # the mean over cells that are no padding: sums of x and of ones, each by an average pooling
        total, cells = (
            F.avg_pool2d(F.pad(first(a), flat), arguments["pool_size"], arguments.get("strides"))
            for a in (x, torch.ones_like(x))
        )
        y = total / cells
    return y.movedim(1, -1)


def by_keras(name: str, arguments: dict[str, Any], x: torch.Tensor, weights: list[torch.Tensor]) -> torch.Tensor:
    layer = getattr(keras.layers, name)(**arguments, dtype="float64")
    layer.build(x.shape)
    y, _ = layer.stateless_call(weights, [], x)
    return y


def weights_of(name: str, arguments: dict[str, Any], x: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
    if not name.startswith("Conv"):
        return {}
    size, rank = arguments["kernel_size"], x.ndim - 2
    window = [size] * rank if isinstance(size, int) else size
    channels, filters = x.shape[-1] // arguments.get("groups", 1), arguments["filters"]
    sizes = (channels, filters)
    if name.endswith("Transpose"):
        sizes = filters // arguments.get("groups", 1), x.shape[-1]
    weights = {"kernel": rng.standard_normal((*window, *sizes))}
    if arguments.get("use_bias", True):
        weights["bias"] = rng.standard_normal(filters)
    return weights


def make(file: str, cases: Cases) -> None:
    rng = np.random.default_rng(0)
    layers = {case: [name, arguments] for case, (name, _, arguments) in cases.items()}
    arrays: dict[str, Any] = {"cases": json.dumps(layers)}
    for case, (name, shape, arguments) in cases.items():
        x = rng.permutation(int(np.prod(shape))).reshape(shape) / 16.0  # no two equal: every maximum has one winner
        params = weights_of(name, arguments, x, rng)
        inputs = {key: torch.tensor(value, requires_grad=True) for key, value in {"x": x, **params}.items()}
        in_words = isinstance(arguments.get("padding", "valid"), str)
        layer = by_keras if in_words and "Average" not in name else by_torch
        y = layer(name, arguments, inputs["x"], list(inputs.values())[1:])
        dy = rng.standard_normal(tuple(y.shape))
        y.backward(torch.tensor(dy))
        found = {"x": x, **params, "y": y.detach().numpy(), "dy": dy}
        found |= {f"d{key}": value.grad.numpy() for key, value in inputs.items()}
        arrays |= {f"{case}.{key}": value for key, value in found.items()}
    np.savez_compressed(FOLDER / file, **arrays)


def make_cross_entropy(file: str) -> None:
    rng = np.random.default_rng(0)
    arrays: dict[str, np.ndarray] = {}
    for case, scale in (("small", 1.0), ("large", 400.0)):  # e^400 overflows even float64 when squared
        logits, labels = scale * rng.standard_normal((6, 5)), rng.integers(0, 5, 6)
        z = torch.tensor(logits, requires_grad=True)
        loss = F.cross_entropy(z, torch.tensor(labels))
        loss.backward()
        arrays |= {f"{case}.logits": logits, f"{case}.labels": labels}
        arrays |= {f"{case}.loss": loss.detach().numpy(), f"{case}.dlogits": z.grad.numpy()}
    np.savez_compressed(FOLDER / file, **arrays)


if __name__ == "__main__":
    make("convolution.npz", CONVOLUTIONS)
    make("transposed_convolution.npz", TRANSPOSED)
    make("pooling.npz", POOLINGS)
    make_cross_entropy("cross_entropy.npz")
