"""The fixed colour scales: typical sizes, told before anything is computed."""

from itertools import product

import numpy as np
import pytest

from experiments.convolution.microscope import microscope
from experiments.convolution.presets import PRESETS, RANDOM
from experiments.convolution.scales import scales
from experiments.convolution.spec import DIGIT, LOSSES, ConvolutionSpec


@pytest.mark.parametrize(("kernel", "picture"), [*product((*PRESETS, RANDOM), (ConvolutionSpec().picture, DIGIT))])
def test_the_largest_number_of_a_grid_is_about_the_end_of_its_scale(kernel: str, picture: str) -> None:
    for loss in LOSSES:
        spec = ConvolutionSpec(kernel=kernel, picture=picture, loss=loss)
        m, found = microscope(spec), scales(spec)
        for name in ("w", "y", "dy", "dx", "dw"):
            share = np.abs(getattr(m, name)).max() / found[name].max
            assert 0.1 < share < 4, (loss, name)  # measured: 0.12 to 3.8


def test_a_scale_follows_the_settings_and_not_the_numbers() -> None:
    plain, edited = scales(ConvolutionSpec()), scales(ConvolutionSpec(edits="w0:4"))
    assert plain == edited
    assert plain["dw"].max == 200
    assert scales(ConvolutionSpec(loss="one cell of y"))["dw"].max == 1
