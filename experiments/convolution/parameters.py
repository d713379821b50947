"""CV3: sharing one kernel over all places cuts the parameters. Counted, against a dense layer of the same shapes."""

from __future__ import annotations

from dataclasses import replace
from math import prod
from typing import NamedTuple

import numpy as np

from engine.arrays import Shape
from engine.layers import Conv2D, Dense, Flatten
from engine.network import Sequential
from experiments.convolution.spec import ConvolutionSpec
from experiments.numbers import decimal, ends, whole
from experiments.shown import Lines, Shown, Table

LITTLE, MUCH, VAST = 0, 1, 2  # the lesson's answers: how many times more parameters the dense layer needs
SEPARABLE = "depthwise-separable"
SIDES = (8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)


class Cost(NamedTuple):
    label: str
    output_shape: Shape
    parameters: int
    operations: int  # multiply–adds of one example


class Comparison(NamedTuple):
    rows: tuple[Cost, ...]  # the learner's layer, its variations, the dense layer
    sides: tuple[int, ...]
    convolution: tuple[int, ...]  # parameters at each side
    separable: tuple[int, ...]  # empty where it would save nothing
    dense: tuple[int, ...]

    @property
    def by_label(self) -> dict[str, Cost]:
        return {row.label: row for row in self.rows}

    @property
    def ratio(self) -> float:
        """Dense against convolution, at the learner's side."""
        return self.by_label["dense"].parameters / self.by_label["your layer"].parameters


def compare(spec: ConvolutionSpec, side: int) -> Comparison:
    """Costs of the learner's layer on a side × side picture, and of what does the same job otherwise."""
    layer, channels = spec.layer, spec.channels
    shape, two = (side, side, channels), separable(layer, channels)
    variations = {
        "your layer": layer,
        "strides 2": replace(layer, strides=2),
        "same padding": replace(layer, padding="same"),
        "dilation_rate 2": replace(layer, dilation_rate=2),
        **({SEPARABLE: two} if _saves(two, layer, shape) else {}),
        "dense": dense(layer, shape),
    }
    rows = []
    for label, variation in variations.items():
        if variation == layer and label != "your layer":
            continue  # no variation: it is what the learner has set
        try:
            output_shape = variation.output_shape(shape)
        except ValueError:
            continue  # this variation does not fit this picture
        if label == "dense":
            output_shape = layer.output_shape(shape)
        rows.append(Cost(label, output_shape, variation.parameter_count(shape), variation.operation_count(shape)))
    sides = tuple(s for s in SIDES if _fits(layer, (s, s, channels)))
    shapes = [(s, s, channels) for s in sides]
    return Comparison(
        rows=tuple(rows),
        sides=sides,
        convolution=tuple(layer.parameter_count(shape) for shape in shapes),
        separable=tuple(two.parameter_count(shape) for shape in shapes) if SEPARABLE in variations else (),
        dense=tuple(dense(layer, shape).parameter_count(shape) for shape in shapes),
    )


def prediction(result: Comparison) -> set[int]:
    """Which of the lesson's answers is right here: below 100 times, to 10,000, above."""
    return {LITTLE if result.ratio < 100 else MUCH if result.ratio <= 10_000 else VAST}


def show(spec: ConvolutionSpec) -> Shown:
    """The costs as a table, and the parameters over the side of the picture."""
    result = compare(spec, spec.input_shape[0])
    ours, full = result.by_label["your layer"], result.by_label["dense"]
    columns: dict[str, list[str] | list[int]] = {
        "layer": [row.label for row in result.rows],
        "output shape": [str(row.output_shape) for row in result.rows],
        "parameters": [row.parameters for row in result.rows],
        "multiply–adds": [row.operations for row in result.rows],
    }
    costs = [f"{c.label} {whole(c.parameters)} and {whole(c.operations)}" for c in (ours, full)]
    lines = {"dense": result.dense, "convolution": result.convolution}
    if result.separable:
        lines[SEPARABLE] = result.separable
    growth = [f"{name} {ends(np.array(counts), 0)}" for name, counts in lines.items()]
    return Shown(
        numbers={
            "dense": whole(full.parameters),
            "convolution": whole(ours.parameters),
            "ratio": decimal(result.ratio, 0 if result.ratio >= 10 else 1),
            "dense_operations": whole(full.operations),
            "operations": whole(ours.operations),
        },
        rows=[
            Table(columns, alt=f"Parameters and multiply–adds: {'; '.join(costs)}"),
            Lines(
                result.sides,
                lines,
                x="side of the picture, pixels",
                y="parameters",
                alt=f"Parameters at {result.sides[0]} to {result.sides[-1]} pixels a side: {'; '.join(growth)}",
                log=True,
            ),
        ],
        right=prediction(result),
        case="Separable" if result.separable else "Not separable",
    )


def separable(layer: Conv2D, channels: int) -> Sequential:
    """A kernel for each channel, then a 1 × 1 convolution that mixes them: depthwise-separable."""
    depthwise = replace(layer, filters=channels, groups=channels, use_bias=False)
    return Sequential((depthwise, Conv2D(layer.filters, 1, use_bias=layer.use_bias)))


def _saves(two: Sequential, layer: Conv2D, shape: Shape) -> bool:
    """Whether a separable pair makes sense: there are channels to mix, and it needs fewer parameters."""
    return shape[-1] > 1 and two.parameter_count(shape) < layer.parameter_count(shape)


def dense(layer: Conv2D, input_shape: Shape) -> Sequential:
    """Every output from every input, with the shapes of the convolution."""
    return Sequential((Flatten(), Dense(prod(layer.output_shape(input_shape)), use_bias=layer.use_bias)))


def _fits(layer: Conv2D, shape: Shape) -> bool:
    try:
        layer.output_shape(shape)
    except ValueError:
        return False
    return True
