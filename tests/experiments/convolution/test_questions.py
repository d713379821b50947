"""Check yourself: the right answers are the engine's, whatever the settings; every placeholder is filled."""

import random
from typing import Any

import numpy as np
import pytest

from experiments.convolution.microscope import microscope
from experiments.convolution.questions import GREY, question_numbers
from experiments.convolution.scene import convolution_steps
from experiments.convolution.spec import ConvolutionSpec
from experiments.scene import terms
from ui.prose import read

SETTINGS = [ConvolutionSpec(), *(ConvolutionSpec().surprise(random.Random(seed)) for seed in range(20))]


@pytest.mark.parametrize("spec", SETTINGS, ids=str)
def test_the_right_answers_are_the_engines(spec: ConvolutionSpec) -> None:
    m, numbers = microscope(spec), question_numbers(spec)
    y, _, dw, *_ = convolution_steps(m.windows, spec.channels, spec.filters, spec.groups, spec.use_bias)
    side, _, channels = m.x.shape
    pixel = ((side // 2) * side + side // 2) * channels  # the middle, first channel
    listed = terms(y.groups[0].index)
    of_first_filter = listed.cell % spec.filters == 0
    weight = 0  # w[0, 0] of the first channel and filter
    assert numbers["pixel"] == str(side // 2)
    assert numbers["rows"] == f"{m.y.shape[0]:,}"
    assert numbers["parameters"] == f"{m.w.size + (0 if m.b is None else m.b.size):,}"
    assert numbers["uses"] == f"{np.sum(of_first_filter & (listed.cells[0] == pixel)):,}"
    assert numbers["terms"] == f"{np.sum(terms(dw.groups[0].index).cell == weight):,}"


@pytest.mark.parametrize("kernel", ["edge", "blur", "emboss", "random"])
def test_the_answer_to_an_even_picture_is_what_the_layer_gives(kernel: str) -> None:
    spec = ConvolutionSpec(kernel=kernel, filters=2, edits="b0:-0.3,w0:2")
    w, b = spec.weights()
    y, _ = spec.layer.forward({"kernel": w, "bias": b}, np.full((1, *spec.input_shape), GREY))
    assert question_numbers(spec)["even_answer"] == f"{y[0, 20, 20, 0]:.2f}".replace("-", "−")


@pytest.mark.parametrize("spec", SETTINGS, ids=str)
def test_every_question_keeps_one_right_and_a_wrong_answer(spec: ConvolutionSpec) -> None:
    text = read("convolution")["Check yourself"].fill(question_numbers(spec))
    for question in text.sections:
        assert sum(answer.right for answer in question.answers) == 1
        assert len(question.answers) >= 2
        assert "{" not in question.question
        assert not any("{" in answer.why for answer in question.answers)


@pytest.mark.parametrize(
    ("settings", "untold"),
    [
        ({"use_bias": False}, "Do not forget the biases"),
        ({"use_bias": True}, "There are no biases"),
        ({"groups": 1}, "With groups"),
        ({"dilation_rate": 1}, "dilation_rate apart"),
        ({"padding": "valid"}, "The padding counts"),
        ({"strides": 1}, "With strides the kernel jumps"),
        ({"strides": 3, "kernel_size": 2}, "The places overlap"),
        ({"strides": 2, "kernel_size": 1, "kernel": "identity", "padding": "1"}, "windows overlap"),
        ({"filters": 1}, "Every filter has"),
    ],
)
def test_a_reason_is_told_only_where_it_holds(settings: dict[str, Any], untold: str) -> None:
    """The lesson never explains a mistake by strides, padding, groups or biases that are not there."""
    text = read("convolution")["Check yourself"]
    assert untold in str(text), "the sentence has changed: this test would find nothing"
    filled = text.fill(question_numbers(ConvolutionSpec(**settings)))
    assert not any(untold in answer.why for question in filled.sections for answer in question.answers)
