"""The learner's LSTM in PyTorch and in Keras."""

from __future__ import annotations

from experiments.lstm.spec import LSTMSpec
from experiments.recurrent import code
from experiments.recurrent.clamps import clamps
from experiments.recurrent.code import Written


def pytorch(spec: LSTMSpec) -> str:
    return code.pytorch(spec, _written(spec))


def keras(spec: LSTMSpec) -> str:
    return code.keras(spec, _written(spec))


def _written(spec: LSTMSpec) -> Written:
    return Written("LSTM", "LSTM", "", "", (0, 1, 2, 3), lambda functions: _step(spec, functions))


def _step(spec: LSTMSpec, functions: str) -> str:
    units, held = spec.units, dict(clamps(spec))
    lines = [f"a = x_t @ W + past @ R{' + b' if spec.use_bias else ''}"]
    for k, gate in enumerate(spec.gates):
        function = "tanh" if gate == "g" else "sigmoid"
        free = f"{functions}.{function}(a[:, {k * units} : {(k + 1) * units}])"
        lines.append(f"{gate} = {held[gate]}  # held" if gate in held else f"{gate} = {free}")
    return "\n".join([*lines, "c = f * c + i * g", f"h = o * {functions}.tanh(c)"])
