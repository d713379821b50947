"""Recurrent layers written out in PyTorch, a step and an example at a time; autograd does all of backward.

It is written from the equations, not from the engine: no state is kept in one array, no gate in a slice of another.
"""

from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine.arrays import leaves, rebuild
from engine.layers import GRU, LSTM, SimpleRNN
from engine.layers.recurrent import Recurrent, RecurrentLayer

PHI = {"tanh": torch.tanh, "relu": torch.relu, "sigmoid": torch.sigmoid, "linear": lambda a: a}


class Steps(NamedTuple):
    """What every step leaves, in the order of the steps."""

    states: list[tuple[Tensor, ...]]  # T + 1 times (h,) or (h, c), each (B, units)
    entering: list[dict[str, Tensor]]  # T times gate → (B, units), what enters it


def steps(
    layer: RecurrentLayer, params: Any, x: Tensor, state: tuple[Tensor, ...], mask: Any, drop_x: Any, drop_h: Any
) -> Steps:
    order = list(reversed(range(x.shape[1]))) if layer.go_backwards else list(range(x.shape[1]))
    states, entering = [state], []
    for t in order:
        keep = torch.tensor(mask[:, t])[:, None]
        state, a = step(layer, params, x[:, t] * drop_x, states[-1], drop_h, keep)
        states.append(state)
        entering.append(a)
        for tensor in (*states[-1], *a.values()):
            tensor.retain_grad()
    return Steps(states, entering)


def step(layer: RecurrentLayer, params: Any, x: Tensor, state: tuple[Tensor, ...], drop: Any, keep: Tensor) -> Any:
    """The next state, and what enters the gates; where `keep` is False the state stays."""
    units = layer.units
    w, r = (dict(zip(layer.gates, params[k].split(units, dim=-1), strict=True)) for k in ("kernel", "recurrent_kernel"))
    zero = torch.zeros(2, len(layer.gates) * units, dtype=x.dtype)
    bias = params.get("bias", zero)
    # a second bias is that of the recurrent product
    first, second = bias if bias.ndim == 2 else (bias, zero[0])
    b, b2 = (dict(zip(layer.gates, one.split(units), strict=True)) for one in (first, second))
    clamp = dict(getattr(layer, "clamp", ()))

    def gate(name: str, a: Tensor) -> Tensor:
        free = torch.tanh(a) if name in "gn" else torch.sigmoid(a)
        return torch.full_like(a, clamp[name]) if name in clamp else free

    h = state[0] * drop
    if isinstance(layer, SimpleRNN):
        a = {"h": x @ w["h"] + h @ r["h"] + b["h"]}
        return (torch.where(keep, PHI[layer.activation](a["h"]), state[0]),), a
    if isinstance(layer, LSTM):
        a = {name: x @ w[name] + h @ r[name] + b[name] for name in "ifgo"}
        i, f, g, o = (gate(name, a[name]) for name in "ifgo")
        c = torch.where(keep, f * state[1] + i * g, state[1])
        return (torch.where(keep, o * torch.tanh(c), state[0]), c), a
    assert isinstance(layer, GRU)
    a = {name: x @ w[name] + h @ r[name] + b[name] + b2[name] for name in "zr"}
    z, reset = gate("z", a["z"]), gate("r", a["r"])
    past = reset * (h @ r["n"] + b2["n"]) if layer.reset_after else (reset * h) @ r["n"]
    a["n"] = x @ w["n"] + b["n"] + past
    return (torch.where(keep, z * state[0] + (1 - z) * gate("n", a["n"]), state[0]),), a


class Found(NamedTuple):
    y: Any  # as the layer gives it, a `Recurrent` with return_state
    dx: Any  # shaped like x
    grads: Any
    dstates: tuple[np.ndarray, ...]  # dh, dc: (B, T + 1, units)
    dentering: dict[str, np.ndarray]  # gate → (B, T, units)


def forward_backward(layer: RecurrentLayer, params: Any, x: Any, mask: Any, drop_x: Any, drop_h: Any, dy: Any) -> Found:
    """What `layer` should give; `dy` is a function of y's shape tree, as the layer gives it."""

    def variable(_: str, array: np.ndarray) -> Any:
        return torch.tensor(array, requires_grad=True)

    given = rebuild(x if isinstance(x, Recurrent) else Recurrent(x), variable)
    weights = rebuild(params, variable)
    batch = len(given.sequence)
    zero = np.zeros((batch, layer.units))
    first = tuple(variable("", zero) if s is None else s for s in given[1 : 1 + len(layer.states)])
    mask = np.ones(given.sequence.shape[:2], bool) if mask is None else mask
    done = steps(layer, weights, given.sequence, first, mask, torch.tensor(drop_x), torch.tensor(drop_h))
    hs = [state[0] for state in done.states]
    sequence = torch.stack(hs[1:], dim=1) if layer.return_sequences else hs[-1]
    y = Recurrent(sequence, *done.states[-1]) if layer.return_state else sequence
    outer = dict(leaves(dy))
    loss = sum((tensor * torch.tensor(outer[path])).sum() for path, tensor in leaves(y) if path in outer)
    loss.backward()

    def gradient(_: str, tensor: Tensor) -> Any:
        return (torch.zeros_like(tensor) if tensor.grad is None else tensor.grad).numpy()

    dx = rebuild(given, gradient)
    dstates = tuple(
        np.stack([gradient("", state[row]) for state in done.states], axis=1) for row in range(len(layer.states))
    )
    dentering = {name: np.stack([gradient("", a[name]) for a in done.entering], axis=1) for name in done.entering[0]}
    return Found(
        rebuild(y, lambda _, tensor: tensor.detach().numpy()),
        dx if isinstance(x, Recurrent) else dx.sequence,
        rebuild(weights, gradient),
        dstates,
        dentering,
    )
