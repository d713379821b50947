"""docs/claims.md, the measured effects: computed again. Those of trained networks are in test_trained_claims.py."""

import numpy as np
import pytest

from engine.datasets import CROPS, PHOTOGRAPHS
from experiments.convolution.axes import CLIP, LEFTWARDS, PHOTOGRAPH, RECORDING, RIGHTWARDS, DimensionsSpec
from experiments.convolution.backward import backward_as_forward
from experiments.convolution.dimensions import find_edges, find_movement, find_pattern
from experiments.convolution.parameters import SIDES, compare
from experiments.convolution.patterns import patterns
from experiments.convolution.phrase import find_phrase
from experiments.convolution.shift import shift
from experiments.convolution.spec import ConvolutionSpec
from tests.test_claims_table import told


@pytest.mark.parametrize("kernel", ["edge", "corner", "Gabor", "Laplacian"])
def test_cosine_of_kernel_and_patch(kernel: str) -> None:
    found = [patterns(ConvolutionSpec(picture=picture, kernel=kernel)) for picture in CROPS]
    medians = [np.median([p.fit for p in found]), np.median([p.typical_fit for p in found])]
    assert told("CV1", f"{kernel} #, #") == pytest.approx(medians, abs=0.006)


def test_what_the_lens_computes() -> None:
    spec = ConvolutionSpec()
    assert told("CV1", "all # sums of the output") == [np.prod(spec.layer.output_shape(spec.input_shape))]
    least = min(
        patterns(ConvolutionSpec(picture=picture, kernel=kernel)).fit
        for picture in CROPS
        for kernel in ("edge", "corner", "emboss")
    )
    assert told("CV1", "fit at least #") == pytest.approx([least], abs=0.006)


def test_what_one_layer_finds() -> None:
    phrase = find_phrase(DimensionsSpec())
    below = phrase.answers[phrase.answers < 11].max()
    assert told("CV2", "the answer is # of # exactly at the # places") == [11, len("for example"), len(phrase.found)]
    assert told("CV2", "among # places, # at") == [len(phrase.answers), below]
    assert told("CV2", "in the median #.") == [np.median(phrase.answers)]
    assert told("CV2", "Recording: # places") == [len(find_pattern(DimensionsSpec(data=RECORDING)).places)]
    edges = find_edges(DimensionsSpec(data=PHOTOGRAPH))
    assert told("CV2", "the strongest answer, #,") == pytest.approx([edges.answers.max()], abs=0.006)


def test_a_movement_against_the_other() -> None:
    energies = []
    for photograph in PHOTOGRAPHS:
        found = find_movement(DimensionsSpec(data=CLIP, photograph=photograph))
        energies.append((found.size(RIGHTWARDS) / found.size(LEFTWARDS)) ** 2)
    assert told("CV2", "have # (china) and # (flower) times the energy") == pytest.approx(energies, abs=0.06)


def test_parameters_and_work() -> None:
    plain, wide = compare(ConvolutionSpec(), 48), compare(ConvolutionSpec(channels=3, filters=8), 48)
    mine, dense = plain.by_label["your layer"], plain.by_label["dense"]
    assert told("CV3", "# parameters against # of a dense layer") == [mine.parameters, dense.parameters]
    assert told("CV3", "shapes: # times as many") == pytest.approx([plain.ratio], abs=0.5)
    assert told("CV3", "from # to # pixels a side # to #, the convolution stays at #") == [
        SIDES[0], SIDES[-1], plain.dense[0], plain.dense[-1], *set(plain.convolution),
    ]  # fmt: skip
    assert told("CV3", "# multiply–adds") == [mine.operations]
    assert told("CV3", "it needs # instead of #") == [
        wide.by_label["depthwise-separable"].parameters, wide.by_label["your layer"].parameters,
    ]  # fmt: skip


def test_what_moves_along() -> None:
    plain, strided = shift(ConvolutionSpec()), shift(ConvolutionSpec(strides=2))
    assert told("CV5", "# of # cells agree bit for bit over # places") == [
        plain.agreeing.sum(), plain.compared.sum(), len(plain.shifts),
    ]  # fmt: skip
    assert told("CV5", "the pooled answer varies by #. It") == [np.ptp(plain.pooled)]
    odd = ~strided.whole
    share, size = (strided.agreeing / strided.compared)[odd].max(), np.abs(strided.difference[odd]).max()
    assert told("CV5", "at most # % of the cells") == pytest.approx([100 * share], abs=0.6)
    assert told("CV5", "differ by up to #,") == pytest.approx([size], abs=0.06)
    assert told("CV5", "and the pooled answer varies by #") == pytest.approx([np.ptp(strided.pooled)], abs=0.006)


def test_the_kernel_turned_and_as_it_is() -> None:
    plain, emboss = (backward_as_forward(ConvolutionSpec(**s)) for s in ({}, {"kernel": "emboss", "angle": 30}))
    sizes = [np.abs(plain.m.dx).max(), plain.dw_difference, np.abs(plain.m.dw).max()]
    assert told("CV8", "(numbers up to #), ∂L/∂w # (up to #)") == pytest.approx(sizes, abs=0.6)
    differences = [emboss.unturned.difference, np.abs(emboss.m.dx).max()]
    assert told("CV8", "is wrong by # (numbers up to #)") == pytest.approx(differences, abs=0.06)
