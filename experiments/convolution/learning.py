"""A small convolutional network learns handwritten digits: what a learner sets, and what a picture of it shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, NamedTuple, Self

import numpy as np

from engine.arrays import Array, leaves, read_only
from engine.datasets import digits
from engine.layers import Conv2D, Dense, Flatten, ReLU
from engine.losses import softmax, softmax_cross_entropy
from engine.network import Sequential
from engine.optimizers import SGD, Adam, Optimizer
from engine.recording import Recording
from engine.training import Step, Training, accuracy, dead_units, update_ratios
from experiments.convolution.network import layer_scene
from experiments.scene import pack
from experiments.spec import Mended, Spec, choice, number

HELD_OUT = 360  # of the 1,797 digits, never trained on
RATES = tuple(float(f"{m}e{e}") for e in range(-4, 7) for m in (1, 3))[:-1]  # 0.0001 … 1,000,000
OPTIMIZERS = ("SGD", "momentum", "Adam")
# at SGD's 0.1 a layer dies within 400 steps: with momentum in 5 of 15 runs, with Adam in 11 (seeds 0 to 4, three sizes)
FIRST_RATES = {"momentum": 0.03, "Adam": 0.003}
STARTS = ("glorot_uniform", "he_normal", "zeros")
ENOUGH = 2000  # steps, after which a run stops by itself
TEST_EVERY = 25  # steps from one look at the held-out digits to the next
NAMES = ("Convolution 1", "Convolution 2", "Convolution 3", "Dense")


class Run(NamedTuple):
    """The settings of one of two runs that are compared."""

    optimizer: str
    learning_rate: float
    batch_size: int
    filters: int
    kernel_initializer: str


@dataclass(frozen=True)
class LearningSpec(Spec):
    optimizer: str = choice("SGD", OPTIMIZERS, "how a gradient becomes a step")
    learning_rate: float = choice(0.1, RATES, "how large a step is; it may be changed while the network learns")
    batch_size: int = choice(32, (8, 32, 128), "digits that are looked at before each step")
    filters: int = choice(8, (4, 8, 16), "of the first convolution; the next two have twice as many")
    kernel_initializer: str = choice("glorot_uniform", STARTS, "the weights before the first step")
    twin: bool = choice(False, (False, True), "a second network from the same seed, beside the first", surprise=False)
    twin_optimizer: str = choice("SGD", OPTIMIZERS, "optimizer of the second network")
    twin_learning_rate: float = choice(0.03, RATES, "learning rate of the second network")
    twin_batch_size: int = choice(32, (8, 32, 128), "batch size of the second network")
    twin_filters: int = choice(8, (4, 8, 16), "filters of the second network")
    twin_kernel_initializer: str = choice("glorot_uniform", STARTS, "first weights of the second network")
    seed: int = number(0, 0, 99, 1, "start of what is random: the first weights, the order of the digits")

    @classmethod
    def mend(cls, wanted: Mapping[str, Any], before: Self | None = None) -> Mended:
        """Another optimizer begins with its own first rate, unless the learner has set one."""
        spec, notes = super().mend(wanted, before)
        if before:
            names = ("learning_rate", "twin_learning_rate")
            unset = [n for n in names if getattr(spec, n) == getattr(before, n) == before.first_rate(n)]
            spec = replace(spec, **{name: spec.first_rate(name) for name in unset})
        return Mended(spec, notes)

    def first_rate(self, name: str) -> float:
        """What `learning_rate` or `twin_learning_rate` is at first: its default, or that of its optimizer."""
        default = next(field.default for field in self.fields() if field.name == name)
        return FIRST_RATES.get(getattr(self, name.replace("learning_rate", "optimizer")), default)

    @property
    def runs(self) -> tuple[Run, ...]:
        first, second = (Run(*(getattr(self, prefix + name) for name in Run._fields)) for prefix in ("", "twin_"))
        return (first, second) if self.twin else (first,)


class Split(NamedTuple):
    """Digits to learn from, and digits held out."""

    x: Array  # (N, 8, 8, 1)
    labels: Array  # (N,)
    held_out_x: Array
    held_out_labels: Array


@cache
def split() -> Split:
    """The same for every run: drawn once, shared and read-only."""
    images, labels = digits()
    order = np.random.default_rng(0).permutation(len(images))
    parts = [images[order[HELD_OUT:]], labels[order[HELD_OUT:]], images[order[:HELD_OUT]], labels[order[:HELD_OUT]]]
    return Split(*map(read_only, parts))


def network(filters: int = 8, kernel_initializer: str = "glorot_uniform") -> Sequential:
    """Three convolutions of 3 × 3, 8 × 8 → 6 × 6 → 4 × 4 → 2 × 2, and a dense layer that names the digit."""
    layers: list[Any] = []
    for width in (filters, 2 * filters, 2 * filters):
        layers += [Conv2D(width, 3, kernel_initializer=kernel_initializer), ReLU()]
    return Sequential((*layers, Flatten(), Dense(10, kernel_initializer=kernel_initializer)))


def training(run: Run, seed: int) -> Training:
    data = split()
    return Training(
        network(run.filters, run.kernel_initializer), optimizer(run), data.x, data.labels, run.batch_size, seed
    )


def optimizer(run: Run) -> Optimizer:
    if run.optimizer == "Adam":
        return Adam(run.learning_rate)
    return SGD(run.learning_rate, momentum=0.9 if run.optimizer == "momentum" else 0.0)


class Watched(NamedTuple):
    """The digit that is looked at while the network learns."""

    x: Array  # (8, 8, 1)
    label: int | None  # None: somebody's own drawing


def held_out(example: int) -> Watched:
    data = split()
    return Watched(data.held_out_x[example % HELD_OUT], int(data.held_out_labels[example % HELD_OUT]))


def held_out_digits() -> dict[str, Any]:
    """What a learner chooses from: the label of every held-out digit, and a picture of the first of each."""
    data = split()
    firsts = np.array([int(np.argmax(data.held_out_labels == digit)) for digit in range(10)])
    pictures = np.round(255 * data.held_out_x[firsts, ..., 0]).astype(np.uint8)
    return {"labels": data.held_out_labels.tolist(), "firsts": firsts.tolist(), "pictures": pictures}


def picture(net: Sequential, step: Step, watched: Watched) -> dict[str, Any]:
    """What is drawn of a step: the weights before it, their gradients, the move to come; and the watched digit's way.

    Gradients of weights are the batch's, those of activations the watched digit's own; without a label there are none.
    """
    params, gradients = step.before.params, None
    with np.errstate(over="ignore", invalid="ignore"):
        y, trace = net.forward(params, watched.x[None])
        if watched.label is not None:
            gradients, _ = net.gradients(params, trace, softmax_cross_entropy(y, np.array([watched.label]))[1])
        probabilities = softmax(y)[0]
    return {
        "steps": step.before.steps,
        "loss": _finite(step.loss),
        "diverged": step.diverged,
        "x": watched.x,
        "xGradient": None if gradients is None else gradients[0][0],
        "label": watched.label,
        "probabilities": probabilities,
        "layers": _layers(net, step, trace.activations, gradients),
    }


def _layers(
    net: Sequential, step: Step, activations: tuple[Array, ...], gradients: tuple[Array, ...] | None
) -> list[dict[str, Any]]:
    """Every layer that learns, with the watched digit's activation behind it."""
    params, grads, after = step.before.params, dict(leaves(step.grads)), dict(leaves(step.after.params))
    ratios, dead = update_ratios(step), dead_units(net, step.activations)
    learners = [index for index, layer in enumerate(net.layers) if layer.parameter_shapes(net.shapes((8, 8, 1))[index])]
    layers = []
    for name, index in zip(NAMES, learners, strict=True):
        path, w = f"{index}.kernel", params[index]["kernel"]
        last = index + 1 if index + 1 in dead else index  # its output behind the ReLU, if there is one
        layers.append(
            {
                "name": name,
                "weights": w,
                "gradient": grads[path],
                "update": after[path] - w,
                "activation": activations[last + 1][0],
                "activationGradient": None if gradients is None else gradients[last + 1][0],
                "norm": _norm(grads[path]),
                "ratio": _finite(ratios[path]),
                "dead": dead.get(last),
            }
        )
    return layers


def _norm(array: Array) -> float | None:
    with np.errstate(over="ignore", invalid="ignore"):
        return _finite(float(np.linalg.norm(array)))


def _finite(value: float) -> float | None:
    """JSON knows neither NaN nor infinity."""
    return float(value) if np.isfinite(value) else None


class LearningRun:
    """One or two networks that learn side by side, a step at a time, from one seed; and every way to look at them."""

    def __init__(self, spec: LearningSpec) -> None:
        self.recordings = [Recording(training(run, spec.seed)) for run in spec.runs]
        self.watched = held_out(0)
        self.losses: list[list[float]] = [[] for _ in self.recordings]
        self.tested: list[dict[int, float]] = [{} for _ in self.recordings]  # steps → share of held-out digits right
        self._told = 0  # losses that pictures have shown
        self._test()

    @property
    def steps(self) -> int:
        return self.recordings[0].steps

    @property
    def ended(self) -> bool:
        """Whether there is no use in going on."""
        return self.steps >= ENOUGH or any(recording.next.diverged for recording in self.recordings)

    def step(self) -> None:
        """Every network takes one step."""
        for recording, losses in zip(self.recordings, self.losses, strict=True):
            losses.append(recording.step().loss)
        self._test()

    def set_rate(self, run: int, learning_rate: float) -> None:
        self._recording(run).set_rate(learning_rate)
        self._test()

    def plan(self, rates: Sequence[Mapping[int, float]]) -> None:
        """Learning rates to come, of every network: from which step on which."""
        if len(rates) > len(self.recordings):
            raise ValueError(f"there are {len(self.recordings)} networks, not {len(rates)}")
        for recording, own in zip(self.recordings, rates, strict=False):
            recording.plan(own)

    def approach(self, steps: int) -> Iterator[None]:
        """Computes what an earlier step needs, a step of a network at a time."""
        for recording in self.recordings:
            yield from recording.approach(steps)

    def back_to(self, steps: int) -> None:
        for k, recording in enumerate(self.recordings):
            recording.back_to(steps)
            del self.losses[k][steps:]
            self.tested[k] = {at: share for at, share in self.tested[k].items() if at <= steps}

    def watch(self, wanted: Mapping[str, Any]) -> None:
        """Looks at a held-out digit, or at a drawing: 64 numbers from 0 to 1, with its label if there is one."""
        if "drawing" not in wanted:
            self.watched = held_out(int(wanted["example"]))
            return
        drawing = np.asarray(wanted["drawing"], np.float32)
        if drawing.shape != (64,) or not ((drawing >= 0) & (drawing <= 1)).all():
            raise ValueError(f"a drawing must be 64 numbers from 0 to 1, not {drawing.shape}")
        label = wanted.get("label")
        if label is not None and int(label) not in range(10):
            raise ValueError(f"a label must be 0 … 9, not {label}")
        self.watched = Watched(drawing.reshape(8, 8, 1), None if label is None else int(label))

    def picture(self, steps: int | None = None) -> dict[str, Any]:
        """What each network is now, or was after so many steps; and the losses since the last picture."""
        at = self.steps if steps is None else steps
        since = min(self._told, self.steps)
        runs = [
            picture(recording.training.network, recording.again(at), self.watched)
            | {
                "rates": recording.rates(at),
                "losses": np.array(losses[since:], np.float32),
                "heldOut": tested[max(before for before in tested if before <= at)],
                "tested": [[before, share] for before, share in tested.items()],
            }
            for recording, losses, tested in zip(self.recordings, self.losses, self.tested, strict=True)
        ]
        self._told = self.steps
        return {"steps": at, "taken": self.steps, "since": since, "ended": self.ended, "runs": runs}

    def scene(self, run: int, layer: int, steps: int) -> bytes:
        """The lens's scene of one of the layers at a step."""
        recording = self._recording(run)
        return pack(layer_scene(recording.training, recording.again(steps), layer))

    def _recording(self, run: int) -> Recording:
        if run not in range(len(self.recordings)):
            raise ValueError(f"there is no network {run}")
        return self.recordings[run]

    def _test(self) -> None:
        """Looks at the held-out digits now and then, and where the run ends."""
        data = split()
        for recording, tested in zip(self.recordings, self.tested, strict=True):
            if recording.steps % TEST_EVERY == 0 or self.ended:
                net, now = recording.training.network, recording.next.before
                with np.errstate(over="ignore", invalid="ignore"):
                    tested[now.steps] = accuracy(net, now, data.held_out_x, data.held_out_labels)
