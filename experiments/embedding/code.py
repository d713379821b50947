"""The learner's layer as a script for PyTorch and for Keras that gives the lens's own numbers.

Tests run both for many settings and compare outputs and gradients.
"""

from __future__ import annotations

import textwrap

from experiments.embedding.spec import EmbeddingSpec
from experiments.losses import HALF_SQUARES, PLAIN_SUM


def pytorch(spec: EmbeddingSpec) -> str:
    """A script; afterwards y and gradient hold the numbers of the page, and with sparse_gradient rows."""
    sparse = ", sparse=True" if spec.sparse_gradient else ""
    gradient = "embedding.weight.grad"
    if spec.sparse_gradient:
        gradient = f"{gradient}.coalesce()  # only the rows of words that occur\nrows = gradient.indices()[0]"
    shown = "gradient.values()" if spec.sparse_gradient else "gradient"
    rows = 'print("rows", rows.numpy())\n' if spec.sparse_gradient else ""
    return f"""import numpy as np
import torch
from torch import nn

{_data(spec)}
embedding = nn.Embedding({spec.input_dim}, {spec.output_dim}{sparse}, dtype=torch.float64)
with torch.no_grad():
    embedding.weight.copy_(torch.tensor(table))

x = torch.tensor([[row[word] for word in sentence.split()]])
y = embedding(x)
{_loss(spec, "x != 0")}
loss.backward()
gradient = {gradient}

print("y", y.detach()[0].numpy())
{rows}print("∂L/∂W", {shown}.numpy())
"""


def keras(spec: EmbeddingSpec) -> str:
    """A script; afterwards y and gradient hold the numbers of the page."""
    mask = ", mask_zero=True" if spec.mask_zero else ""
    return f"""import os

os.environ["KERAS_BACKEND"] = "torch"
import keras
import numpy as np
import torch

{_data(spec)}
embedding = keras.layers.Embedding({spec.input_dim}, {spec.output_dim}{mask}, dtype="float64")
embedding.build()
embedding.set_weights([table])

x = torch.tensor([[row[word] for word in sentence.split()]])
y = embedding(x)
{_loss(spec, "embedding.compute_mask(x)")}
(gradient,) = torch.autograd.grad(loss, [embedding.trainable_variables[0].value])

print("y", y.detach().numpy()[0])
print("∂L/∂W", gradient.numpy())
"""


def _data(spec: EmbeddingSpec) -> str:
    """The vocabulary, the sentence as it is looked up, and the table as it is."""
    vocabulary = spec.vocabulary
    sentence = " ".join(vocabulary[row] for row in spec.numbers())
    numbers = ", ".join(repr(value) for value in spec.table().ravel().tolist())
    table = textwrap.fill(numbers, 100, initial_indent="    ", subsequent_indent="    ")
    return f"""vocabulary = "{" ".join(vocabulary)}".split()
row = {{word: index for index, word in enumerate(vocabulary)}}
sentence = "{sentence}"
table = np.array([
{table}
]).reshape({spec.table().shape})
"""


def _loss(spec: EmbeddingSpec, mask: str) -> str:
    cells = {HALF_SQUARES: "y**2 / 2", PLAIN_SUM: "y"}.get(spec.loss, "y * torch.tensor(dy)")
    draw = ""
    if spec.loss not in (HALF_SQUARES, PLAIN_SUM):
        shape = (len(spec.numbers()), spec.output_dim)
        draw = f"dy = np.round(np.random.default_rng({spec.seed}).uniform(-1, 1, {shape}), 2)\n"
    if not spec.mask_zero:
        return f"{draw}loss = ({cells}).sum()"
    return f"{draw}words = ({mask})[..., None]  # what is no word is passed over\nloss = ({cells} * words).sum()"
