"""The learner's SimpleRNN in PyTorch and in Keras."""

from __future__ import annotations

from experiments.recurrent import code
from experiments.recurrent.code import Written
from experiments.simple_rnn.spec import SimpleRNNSpec


def pytorch(spec: SimpleRNNSpec) -> str:
    return code.pytorch(spec, _written(spec))


def keras(spec: SimpleRNNSpec) -> str:
    return code.keras(spec, _written(spec))


def _written(spec: SimpleRNNSpec) -> Written:
    return Written(
        name="SimpleRNN",
        torch=None if spec.activation == "linear" else "RNN",  # nn.RNN knows tanh and relu
        options=f', nonlinearity="{spec.activation}"',
        keras=f', activation="{spec.activation}"',
        order=(0,),
        step=lambda functions: f"h = x_t @ W + past @ R{' + b' if spec.use_bias else ''}",
    )
