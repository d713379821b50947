"""What one layer slides over: text, a recording, a photograph, a clip. For each a layer, a kernel and an input.

    text        Conv1D    a character is a vector with a single 1, and the kernel a phrase written so: it counts matches
    recording   Conv1D    a preset of two dimensions, summed over its rows
    photograph  Conv2D    a preset
    clip        Conv3D    a preset over time and columns: what moves draws a slanted stripe, frame below frame

Adelson and Bergen 1985, "Spatiotemporal energy models for the perception of motion", doi:10.1364/JOSAA.2.000284
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.datasets import PHOTOGRAPHS, RECORDINGS, english, recording, small_photograph
from engine.layers import Conv1D, Conv2D, Conv3D
from engine.layers.convolution import Convolution
from experiments.convolution.presets import PRESETS
from experiments.spec import Spec, choice, text

DATA = TEXT, RECORDING, PHOTOGRAPH, CLIP = "text", "recording", "photograph", "clip"
CHAPTER = "comparisons"  # of Python's handbook: what is searched, unless the learner writes
LONGEST = MappingProxyType({"phrase": 40, "sentence": 200})  # characters
DETECTORS = {"spike": ("Laplacian", -1), "rise": ("edge", 1), "wave": ("Gabor", 1)}  # preset and sign
RIGHTWARDS, LEFTWARDS = "rightwards", "leftwards"
SIDE = 48  # pixels a side of a frame; the photograph is as high, and wider
STEPS = (1,) * 10 + (0,) * 6 + (-1,) * 10  # pixels to the right, from each frame of the clip to the next
DEPTH = 5  # frames, and columns, that the kernel of the clip sees


@dataclass(frozen=True)
class DimensionsSpec(Spec):
    data: str = choice(TEXT, DATA, "what the layer slides over")
    phrase: str = choice("for example", (), "what to look for, 2 to 40 characters", surprise=False)
    sentence: str = text("your own text to search, up to 200 characters; empty: a chapter of Python's handbook")
    series: str = choice(
        RECORDINGS[0], RECORDINGS, "of a nerve cell, of an electrode on a head, or Google's shares from 2004 to 2008"
    )
    detector: str = choice("spike", tuple(DETECTORS), "the form that the kernel looks for")
    kernel_size: int = choice(21, (5, 11, 21, 41), "samples that the kernel sees at a time")
    photograph: str = choice(PHOTOGRAPHS[0], PHOTOGRAPHS, "what the kernel slides over; a clip pans across it")
    movement: str = choice(RIGHTWARDS, (RIGHTWARDS, LEFTWARDS), "the movement that the kernel looks for")

    def __post_init__(self) -> None:
        for name, longest in LONGEST.items():
            if (length := len(getattr(self, name))) > longest:
                raise ValueError(f"a {name} has at most {longest} characters, not {length}")
        if len(self.phrase.strip()) < 2:
            raise ValueError("a phrase has at least 2 characters, spaces at its ends aside")
        if not (self.sentence + self.phrase).isprintable():
            raise ValueError("there is a character in it that cannot be printed")

    @property
    def used(self) -> tuple[str, ...]:
        """The settings that matter for these data."""
        return {
            TEXT: ("phrase", "sentence"),
            RECORDING: ("series", "detector", "kernel_size"),
            PHOTOGRAPH: ("photograph",),
            CLIP: ("photograph", "movement"),
        }[self.data]

    @property
    def text(self) -> str:
        return self.sentence or english(CHAPTER)


class Run(NamedTuple):
    """A layer of one filter without bias, and what it slides over."""

    layer: Convolution
    kernel: Array  # (*kernel_size, C, 1)
    x: Array  # (*S, C)

    def answers(self) -> Array:
        """(*O,)"""
        y, _ = self.layer.forward({"kernel": self.kernel}, self.x[None])
        return y[0, ..., 0]


def over_text(phrase: str, words: str, before: int = 0) -> Run:
    """The kernel may hang over the end of the text, and over its beginning by `before` characters."""
    alphabet = sorted(set(words + phrase))
    layer = Conv1D(1, len(phrase), padding=((before, len(phrase) - 1),), use_bias=False)
    return Run(layer, one_hot(phrase, alphabet)[..., None], one_hot(words, alphabet))


def one_hot(words: str, alphabet: Sequence[str]) -> Array:
    """(characters, alphabet): 1 where the character is this one of the alphabet."""
    return np.eye(len(alphabet))[[alphabet.index(character) for character in words]]


def written_otherwise(phrase: str) -> dict[str, str]:
    """The phrase as a reader would still know it. None of these holds the phrase itself."""
    inner, lead = phrase.strip(), len(phrase) - len(phrase.lstrip())
    middle = lead + (inner.find(" ") if " " in inner else len(inner) // 2)
    variants = {
        "in capitals": phrase.upper(),
        "a longer gap": f"{phrase[:middle]} {phrase[middle:]}",
        "another order": " ".join(reversed(phrase.split())),
    }
    return {name: words for name, words in variants.items() if words.strip() != inner or name == "a longer gap"}


def over_recording(spec: DimensionsSpec) -> Run:
    preset, sign = DETECTORS[spec.detector]
    # what a kernel of two axes answers to a picture of equal rows, the sum of its rows answers to one of them
    kernel = sign * PRESETS[preset].make(spec.kernel_size, 0.0).sum(axis=0)
    return Run(Conv1D(1, spec.kernel_size, use_bias=False), kernel[:, None, None], recording(spec.series)[:, None])


def over_photograph(spec: DimensionsSpec) -> Run:
    kernel = PRESETS["edge"].make(3, 0.0)
    return Run(Conv2D(1, 3, use_bias=False), kernel[..., None, None], small_photograph(spec.photograph, SIDE))


def over_clip(spec: DimensionsSpec) -> Run:
    """The picture goes right, rests, and goes back."""
    moved, wide = np.cumsum([0, *STEPS]), small_photograph(spec.photograph, SIDE)
    # the picture goes right while the camera goes left
    x = np.stack([wide[:, left : left + SIDE] for left in moved.max() - moved])
    slanted = PRESETS["Gabor"].make(DEPTH, np.radians(-45 if spec.movement == RIGHTWARDS else 45))
    slanted = slanted - slanted.mean(axis=0)  # what rests is the same in all frames: it cancels
    kernel = slanted[:, None, :] * PRESETS["blur"].make(3, 0.0).sum(axis=1)[:, None]  # (frames, rows, columns)
    return Run(Conv3D(1, kernel.shape, use_bias=False), kernel[..., None, None], x)


def strongest_places(answers: Array, apart: int, least: float) -> Array:
    """Places from the largest answer on, none within `apart` of one before."""
    free, places = answers >= least, []
    for at in np.argsort(-answers, kind="stable"):
        if free[at]:
            places.append(at)
            free[max(0, at - apart + 1) : at + apart] = False
    return np.array(places, int)
