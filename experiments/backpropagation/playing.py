"""The playground: the network of BP4 learns while it is watched, goes back some steps, and points may come and go."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from engine.arrays import Array
from engine.layers.layer import Params
from engine.layers.smooth import sigmoid
from experiments.backpropagation.optimizers import MAKERS
from experiments.backpropagation.playground import (
    PlaygroundSpec,
    axis,
    backward,
    forward,
    loss,
    right,
)

ENOUGH = 5000  # steps, after which a run stops by itself
KEPT = 50  # steps that one can go back
EVERY = 2  # of the cells of the plane, those that the small picture of a unit has
TONES = 127  # of a picture, on each side of 0
REACHES = {"relu": 3.0}  # of a hidden unit's picture, where it is not 1


class Before(NamedTuple):
    """What a step began with."""

    params: dict[str, Params]
    slots: Any


class PlayRun:
    """One network, a step at a time: all points are one batch."""

    def __init__(self, spec: PlaygroundSpec) -> None:
        self.spec = spec
        self.x, self.t = spec.points()
        self.optimizer = MAKERS[spec.optimizer](spec.learning_rate)
        self.params: dict[str, Params] = spec.start()
        self.slots = self.optimizer.init(self.params)
        self.steps = 0
        self.point = 0  # the example that is followed
        self.losses: list[float] = []
        self.kept: deque[Before] = deque(maxlen=KEPT)  # of the last steps
        self._told = 0  # losses that pictures have shown
        self._prepare()

    @property
    def ended(self) -> bool:
        """Whether there is no use in going on."""
        return self.steps >= ENOUGH or not len(self.t) or not np.isfinite(self.loss)

    def step(self) -> None:
        """The update that has been made ready: forward, loss and backward were done before it."""
        self.losses.append(self.loss)
        self.kept.append(Before(self.params, self.slots))
        self.params, self.slots = self.after, self.after_slots
        self.steps += 1
        self._prepare()

    def _prepare(self) -> None:
        """Forward, loss, backward and the update to come: what is drawn is what the next step does."""
        with np.errstate(over="ignore", invalid="ignore"):
            made = forward(self.spec, self.params, self.x)
            self.loss = loss(self.spec, self.params, made.outputs[-1], self.t)
            self.right = right(made.outputs[-1], self.t)
            self.grads = backward(self.spec, self.params, made, self.t)
            self.after, self.after_slots = self.optimizer.update(self.params, self.grads, self.slots)

    def watch(self, wanted: Mapping[str, Any]) -> None:
        """Follows another example, `point`, or learns on with other points of the learner's: `own`."""
        if "own" in wanted:
            self.spec = replace(self.spec, own=str(wanted["own"]))
            self.x, self.t = self.spec.points()
            self.point = min(self.point, max(0, len(self.t) - 1))
            self._prepare()
        if "point" in wanted:
            point = int(wanted["point"])
            if point not in range(len(self.t)):
                raise ValueError(f"there is no point {point}: there are {len(self.t)}")
            self.point = point

    def picture(self, steps: int | None = None) -> dict[str, Any]:
        """The plane, every unit over it, the weights with gradients and updates, and one example's way."""
        if steps is not None and steps != self.steps:
            raise ValueError(f"the playground shows only where it is, at step {self.steps}: not {steps}")
        since, self._told = min(self._told, self.steps), self.steps
        output, units = self._planes()
        return {
            "steps": self.steps,
            "back": len(self.kept),
            "ended": self.ended,
            "broken": not np.isfinite(self.loss),
            "loss": _finite(self.loss),
            "right": self.right,
            "since": since,
            "losses": np.array(self.losses[since:], np.float32),
            "points": self.x.astype(np.float32),
            "classes": self.t.astype(np.uint8),
            "output": output,
            "units": units,
            "layers": [self._layer(str(layer)) for layer in range(len(self.spec.widths))],
            "example": self._example() if len(self.t) else None,
        }

    def _planes(self) -> tuple[Array, list[Array]]:
        """2 p − 1 (CELLS, CELLS), and of each hidden layer (units, cells, cells), in tones; x₂ upwards."""
        across = axis()
        plane = np.stack(np.meshgrid(across, across[::-1]), axis=-1).reshape(-1, 2)
        with np.errstate(over="ignore", invalid="ignore"):
            *hidden, s = forward(self.spec, self.params, plane).outputs
            output = _tones(2 * sigmoid(s) - 1, 1.0).reshape(len(across), -1)
            reach = REACHES.get(self.spec.activation, 1.0)
            units = [_tones(a, reach).T.reshape(-1, len(across), len(across))[:, ::EVERY, ::EVERY] for a in hidden]
        return output, units

    def _layer(self, layer: str) -> dict[str, Array]:
        """Weights (inputs, units) and biases (units,), the gradient of each, and the step that it is about to make."""
        now, grads, after = self.params[layer], self.grads[layer], self.after[layer]
        found: dict[str, Array] = {}
        for name in ("kernel", "bias"):
            found |= {name: now[name], f"{name}Gradient": grads[name], f"{name}Update": after[name] - now[name]}
        return {name: array.astype(np.float32) for name, array in found.items()}

    def _example(self) -> dict[str, Any]:
        """One point through the network and back: the loss of this point alone, without the penalty."""
        alone = replace(self.spec, l1=0.0, l2=0.0)
        x, t = self.x[self.point : self.point + 1], self.t[self.point : self.point + 1]
        with np.errstate(over="ignore", invalid="ignore"):
            made = forward(alone, self.params, x)
            grads = backward(alone, self.params, made, t)
            p = float(sigmoid(made.outputs[-1])[0, 0])
            value = loss(alone, self.params, made.outputs[-1], t)
        return {
            "point": self.point,
            "x": x[0].astype(np.float32),
            "class": int(t[0]),
            "p": _finite(p),
            "loss": _finite(value),
            "outputs": [a[0].astype(np.float32) for a in made.outputs],  # of each layer: behind φ, and s
            # ∂L/∂z of each layer: what its bias gets of one point
            "gradients": [grads[layer]["bias"].astype(np.float32) for layer in self.params],
        }

    def set_rate(self, run: int, learning_rate: float) -> None:
        raise ValueError("learning_rate is a setting here: another begins anew")

    def plan(self, rates: Sequence[Mapping[int, float]]) -> None:
        raise ValueError("learning_rate is a setting here: there are none to come")

    def approach(self, steps: int) -> Iterator[None]:
        """Nothing is computed again: what one can go back to is kept."""
        return iter(())

    def back_to(self, steps: int) -> None:
        """The weights of one of the last steps, and the points that are there now."""
        if not 0 <= self.steps - steps <= len(self.kept):
            raise ValueError(f"the playground is at step {self.steps} and keeps {len(self.kept)} steps: not {steps}")
        while self.steps > steps:
            self.params, self.slots = self.kept.pop()
            self.steps -= 1
        del self.losses[steps:]
        self._prepare()

    def scene(self, run: int, layer: int, steps: int) -> bytes:
        raise ValueError("the playground has no lens")


def _tones(values: Array, reach: float) -> Array:
    """What is drawn has one of 255 colours; numbers are sent beside it."""
    return np.nan_to_num(np.clip(np.round(TONES * values / reach), -TONES, TONES)).astype(np.int8)


def _finite(value: float) -> float | None:
    """JSON knows neither NaN nor infinity."""
    return float(value) if np.isfinite(value) else None
