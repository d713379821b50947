"""The learner's layer as a script for PyTorch and for Keras that gives the lens's own numbers.

After each script y, loss and gradients (of x, kernel, recurrent kernel, and bias if there is one) are those of the
page, in Keras's layout. Where a library has no such layer, as for a gate that is held, the steps are written out.
Dropout is drawn by the page: its factors stand in the script. Tests run both for many settings.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engine.arrays import Array
from experiments.losses import HALF_SQUARES, ONE_CELL, PLAIN_SUM
from experiments.recurrent.clamps import clamps
from experiments.recurrent.run import run
from experiments.recurrent.sequences import WORD
from experiments.recurrent.spec import GRADIENT


@dataclass(frozen=True)
class Written:
    """How a layer is said in other libraries."""

    name: str  # in Keras
    torch: str | None  # the module of torch.nn; None: there is none for these settings
    options: str  # of the module of torch.nn, beyond sizes and bias
    keras: str  # arguments of the Keras layer, beyond those that all have
    order: tuple[int, ...]  # PyTorch's gates, by their numbers in Keras
    step: Callable[[str], str]  # the body of `step(x, h, …)`, with the functions of a library


def pytorch(spec: Any, written: Written) -> str:
    """A script for PyTorch."""
    if written.torch and not _held(spec):
        body, gradients = _module(spec, written), _module_gradients(spec, written)
    else:
        body, gradients = _loop(spec, written, "torch"), "[x.grad[0], *(p.grad for p in parameters)]"
    return f"""import numpy as np
import torch
from torch import nn

{_data(spec)}
{body}
{_loss(spec)}
loss.backward()
gradients = {gradients}

print("y", y.detach().numpy()[0])
print("∂L/∂W", gradients[1].numpy())
"""


def keras(spec: Any, written: Written) -> str:
    """A script for Keras, on PyTorch."""
    single = "" if exact_in_keras(spec) else "  # its matrix products are in float32 all the same: seven digits agree"
    if _held(spec):
        body = _loop(spec, written, "keras.ops")
        gradients = "torch.autograd.grad(loss, [x, *parameters])"
    else:
        body = _keras_layer(spec, written)
        gradients = "list(torch.autograd.grad(loss, [x, *(v.value for v in layer.trainable_variables)]))"
        if spec.recurrent_dropout:
            gradients += "\ngradients[2] = gradients[2] * torch.tensor(kept_h)[:, None]"
    return f"""import os

os.environ["KERAS_BACKEND"] = "torch"
import keras
import numpy as np
import torch

keras.config.set_floatx("float64"){single}

{_data(spec)}
{body}
{_loss(spec)}
gradients = {gradients}

print("y", y.detach().numpy()[0])
print("∂L/∂W", gradients[1].numpy())
"""


def exact_in_keras(spec: Any) -> bool:
    """LSTM and GRU with reset_after run as one operation of PyTorch; in others Keras multiplies itself, in float32."""
    return bool(_held(spec)) or spec.gates == "ifgo" or getattr(spec, "reset_after", False)


def _held(spec: Any) -> tuple[tuple[str, float], ...]:
    return clamps(spec) if len(spec.gates) > 1 else ()


# ------------------------------------------------------------------------------------------------------------- data


def _data(spec: Any) -> str:
    """Input, weights, factors of dropout and first state, as they are."""
    made = run(spec)
    params, names = made.params, ["kernel", "recurrent_kernel", "bias"]
    lines = [f"sequence = {literal(made.x)}  # {_read_as(spec)}"]
    lines += [f"{name} = {literal(params[name])}" for name in names if name in params]
    if spec.dropout:
        lines.append(f"kept_x = {literal(made.drop_x)}  # dropout of x: the same at every step")
    if spec.recurrent_dropout:
        lines.append(f"kept_h = {literal(made.drop_h)}  # dropout of the state, where it meets the recurrent kernel")
    lines += [f"{name}0 = {literal(state)}" for name, state in zip(spec.layer.states, made.initial, strict=False)]
    return "\n".join(lines) + "\n"


def _read_as(spec: Any) -> str:
    return f"{spec.text!r}, a letter a row" if spec.sequence == WORD else f"{spec.sequence}, a step a row"


def literal(array: Array) -> str:
    """The array as Python writes it."""
    numbers = ", ".join(repr(value) for value in array.ravel().tolist())
    shape = "" if array.ndim == 1 else f".reshape({array.shape})"
    if len(numbers) <= 80:
        return f"np.array([{numbers}]){shape}"
    return (
        "np.array([\n" + textwrap.fill(numbers, 100, initial_indent="    ", subsequent_indent="    ") + f"\n]){shape}"
    )


def _input(spec: Any) -> str:
    """x as it enters, in the order of the steps."""
    kept = " * torch.tensor(kept_x)" if spec.dropout else ""
    return f"x{'.flip(1)' if spec.go_backwards else ''}{kept}"


def _loss(spec: Any) -> str:
    shape = spec.layer.output_shape(spec.input_shape)
    if spec.loss == HALF_SQUARES:
        return "loss = (y**2).sum() / 2"
    if spec.loss == PLAIN_SUM:
        return "loss = y.sum()"
    if spec.loss == ONE_CELL:
        return f"loss = y[0, {', '.join(str(n - 1) for n in shape[:-1])}{', ' if shape[:-1] else ''}0]"
    draw = f"dy = np.round(np.random.default_rng([{spec.seed}, {GRADIENT}]).uniform(-1, 1, {shape}), 2)"
    return f"{draw}\nloss = (y[0] * torch.tensor(dy)).sum()"


# ---------------------------------------------------------------------------------------------------------- modules


def _module(spec: Any, written: Written) -> str:
    """A layer of torch.nn with the weights of the page: its gates are rows, in an order of their own."""
    (_, channels), units = spec.input_shape, spec.units
    gates, order = len(spec.gates), written.order

    def turned(name: str) -> str:
        value = f"torch.tensor({name})"
        if order != tuple(range(gates)):
            value = f"{value}.reshape(-1, {gates}, {units})[:, {list(order)}].reshape(-1, {gates * units})"
        return value

    recurrent = turned("recurrent_kernel" if not spec.recurrent_dropout else "recurrent_kernel * kept_h[:, None]")
    lines = [
        f"layer = nn.{written.torch}({channels}, {units}, bias={spec.use_bias}, batch_first=True{written.options}, "
        "dtype=torch.float64)",
        "with torch.no_grad():",
        f"    layer.weight_ih_l0.copy_({turned('kernel')}.T)",
        f"    layer.weight_hh_l0.copy_({recurrent}.T)",
    ]
    if spec.use_bias:
        two = run(spec).params["bias"].ndim > 1
        lines.append(f"    layer.bias_ih_l0.copy_({turned('bias')}{'[0]' if two else '.ravel()'})")
        lines.append(f"    layer.bias_hh_l0.copy_({turned('bias')}[1])" if two else "    layer.bias_hh_l0.zero_()")
    states = [f"torch.tensor({name}0)[None, None]" for name in spec.layer.states] if spec.initial() else []
    first = f", ({', '.join(states)})" if len(states) > 1 else "".join(f", {state}" for state in states)
    return "\n".join(
        [
            *lines,
            "",
            "x = torch.tensor(sequence)[None].requires_grad_()  # a batch of one",
            f"states, _ = layer({_input(spec)}{first})",
            f"y = states{'' if spec.return_sequences else '[:, -1]'}",
        ]
    )


def _module_gradients(spec: Any, written: Written) -> str:
    """The gradients of a module, in Keras's layout."""
    gates, units = len(spec.gates), spec.units
    back = [written.order.index(k) for k in range(gates)]
    turn = ""
    if back != list(range(gates)):
        turn = f".reshape(-1, {gates}, {units})[:, {back}].reshape(-1, {gates * units})"
    kept = " * torch.tensor(kept_h)[:, None]" if spec.recurrent_dropout else ""
    found = ["x.grad[0]", f"layer.weight_ih_l0.grad.T{turn}", f"layer.weight_hh_l0.grad.T{turn}{kept}"]
    if spec.use_bias:
        two = run(spec).params["bias"].ndim > 1
        biases = [f"layer.bias_{which}_l0.grad" for which in (("ih", "hh") if two else ("ih",))]
        found.append(f"torch.stack([{', '.join(biases)}]){turn}" if two else biases[0] + turn)
    return "[\n" + "".join(f"    {each},\n" for each in found) + "]"


def _keras_layer(spec: Any, written: Written) -> str:
    _, channels = spec.input_shape
    weights = ["kernel", "recurrent_kernel * kept_h[:, None]" if spec.recurrent_dropout else "recurrent_kernel"]
    weights += ["bias"] if spec.use_bias else []
    flags = {name: getattr(spec, name) for name in ("use_bias", "return_sequences", "go_backwards")}
    options = "".join(f", {name}={value}" for name, value in flags.items())
    states = [f"torch.tensor({name}0)[None]" for name in spec.layer.states] if spec.initial() else []
    first = f", initial_state=[{', '.join(states)}]" if states else ""
    kept = " * torch.tensor(kept_x)" if spec.dropout else ""
    return "\n".join(
        [
            f"layer = keras.layers.{written.name}({spec.units}{options}{written.keras})",
            f"layer.build((None, None, {channels}))",
            f"layer.set_weights([{', '.join(weights)}])",
            "",
            "x = torch.tensor(sequence[None], requires_grad=True)  # a batch of one",
            f"y = layer(x{kept}{first})",
        ]
    )


# ------------------------------------------------------------------------------------------------------------- steps


def _loop(spec: Any, written: Written, functions: str) -> str:
    """The steps written out, for what a library does not have."""
    params = ["kernel", "recurrent_kernel", *(["bias"] if spec.use_bias else [])]
    letters = {"kernel": "W", "recurrent_kernel": "R", "bias": "b"}
    lines = [f"{letters[name]} = torch.tensor({name}).requires_grad_()" for name in params]
    lines += [f"parameters = [{', '.join(letters[name] for name in params)}]", ""]
    states = spec.layer.states
    for name in states:
        value = (
            f"torch.tensor({name}0)[None]" if spec.initial() else f"torch.zeros(1, {spec.units}, dtype=torch.float64)"
        )
        lines.append(f"{name} = {value}")
    entering = _input(spec) if _input(spec) == "x" else f"({_input(spec)})"
    before = "h" if not spec.recurrent_dropout else "h * torch.tensor(kept_h)"
    lines += [
        "x = torch.tensor(sequence)[None].requires_grad_()  # a batch of one",
        "states = []",
        f"for x_t in {entering}.unbind(1):",
        f"    past = {before}",
        textwrap.indent(written.step(functions), "    "),
        "    states.append(h)",
        f"y = {'torch.stack(states, 1)' if spec.return_sequences else 'h'}",
    ]
    return "\n".join(lines)
