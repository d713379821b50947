"""The learner's GRU in PyTorch and in Keras."""

from __future__ import annotations

from experiments.gru.spec import GRUSpec
from experiments.recurrent import code
from experiments.recurrent.clamps import clamps
from experiments.recurrent.code import Written

Z, RESET, N = range(3)


def pytorch(spec: GRUSpec) -> str:
    return code.pytorch(spec, _written(spec))


def keras(spec: GRUSpec) -> str:
    return code.keras(spec, _written(spec))


def _written(spec: GRUSpec) -> Written:
    return Written(
        name="GRU",
        torch="GRU" if spec.reset_after else None,  # nn.GRU resets after the product
        options="",
        keras=f", reset_after={spec.reset_after}",
        order=(RESET, Z, N),  # PyTorch has the reset gate first
        step=lambda functions: _step(spec, functions),
    )


def _step(spec: GRUSpec, functions: str) -> str:
    units, held = spec.units, dict(clamps(spec))

    def columns(array: str, gate: int) -> str:
        return f"{array}[:, {gate * units} : {(gate + 1) * units}]"

    def bias(part: int) -> str:
        return "" if not spec.use_bias else f" + b[{part}]" if spec.reset_after else " + b" if part == 0 else ""

    def gate(name: str, value: str) -> str:
        return f"{name} = {held[name]}  # held" if name in held else f"{name} = {value}"

    lines = [f"a = x_t @ W{bias(0)}"]
    if spec.reset_after:
        lines.append(f"u = past @ R{bias(1)}")
        candidate = f"{functions}.tanh({columns('a', N)} + r * {columns('u', N)})"
    else:
        lines.append("u = past @ R")
        candidate = f"{functions}.tanh({columns('a', N)} + (r * past) @ {columns('R', N)})"
    for name, index in (("z", Z), ("r", RESET)):
        lines.append(gate(name, f"{functions}.sigmoid({columns('a', index)} + {columns('u', index)})"))
    return "\n".join([*lines, gate("n", candidate), "h = z * h + (1 - z) * n"])
