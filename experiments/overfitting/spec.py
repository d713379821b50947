"""Everything that a learner can set in the lab: what is learned from, by whom, and what is done against overfitting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from experiments.datasets import DATA, DIGITS, check_data
from experiments.overfitting.data import Parts, most_samples, parts
from experiments.overfitting.techniques import Techniques
from experiments.spec import Spec, choice, number, text

DATA_HELP = (
    "1,797 digits of 8 × 8 pixels; 569 tumours, 30 measurements each; 178 wines, 13 measurements; or a CSV of yours"
)


@dataclass(frozen=True)
class LabSpec(Spec):
    table: str = text("your own table")  # before the data: once it is there, they can be it, and the samples adapt
    data: str = choice(DIGITS, DATA, DATA_HELP, adapts=True, surprise=False)
    samples: int = choice(80, (20, 40, 80, 160, 320), "examples that you have: ¾ are learned from, ¼ validate")
    width: int = choice(64, (8, 64, 256), "units of each hidden layer")
    layers: int = choice(2, (1, 2, 3), "hidden layers")
    wrong_labels: float = choice(0.2, (0.0, 0.2, 0.4), "share of the examples that you have that are labelled wrong")
    noise: float = choice(0.0, (0.0, 0.5, 1.0), "added to every input, in its standard deviations")
    dropout: float = choice(0.0, (0.0, 0.2, 0.5, 0.8), "share of hidden units that are silenced at every step")
    l1: float = choice(0.0, (0.0, 0.0003, 0.001, 0.003), "λ of λ Σ|w|")
    l2: float = choice(0.0, (0.0, 0.001, 0.01, 0.1), "λ of λ Σ w²")
    label_smoothing: float = choice(0.0, (0.0, 0.1, 0.3), "share of each label that is dealt out to all classes")
    early_stopping: bool = choice(
        False, (False, True), "stop when the validation loss has not fallen for 50 steps, and keep the best"
    )
    augmentation: bool = choice(
        False, (False, True), "digits shifted by up to a pixel, tables with noise, anew at every step"
    )
    batch_norm: bool = choice(False, (False, True), "batch normalization before every ReLU")
    seed: int = number(0, 0, 99, 1, "which examples, weights and batches", surprise=False)

    def __post_init__(self) -> None:
        check_data(self.data, self.table)
        most = most_samples(self.data, self.table)
        if self.samples > most:
            raise ValueError(f"there are {most} examples here, without those for the test")

    @property
    def by(self) -> Techniques:
        return Techniques(
            self.dropout,
            self.l1,
            self.l2,
            self.early_stopping,
            self.augmentation,
            self.label_smoothing,
            self.batch_norm,
        )

    @property
    def parts(self) -> Parts:
        return parts(self.data, self.samples, self.seed, self.wrong_labels, self.noise, self.table)


def _situation(samples: int, width: int, layers: int = 2, wrong_labels: float = 0.0, noise: float = 0.0) -> Any:
    return {"samples": samples, "width": width, "layers": layers, "wrong_labels": wrong_labels, "noise": noise}


PRESETS: Mapping[tuple[str, str], Mapping[str, Any]] = MappingProxyType(
    {
        ("Tiny data, big network", "40 examples, every label right, 2 × 256 units"): _situation(40, 256),
        ("Noisy labels", "two of five labels are wrong"): _situation(80, 64, wrong_labels=0.4),
        ("Noisy inputs", "as much noise as signal"): _situation(80, 64, noise=1.0),
        ("Small network", "8 hidden units, every label right"): _situation(80, 8, layers=1),
    }
)  # (label, help) → what is learned from, and by whom; data and techniques are the learner's
