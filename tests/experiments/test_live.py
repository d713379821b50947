"""Pictures by address: the same bytes as the page's own."""

import tracemalloc
from dataclasses import replace

import pytest

from experiments.convolution.scene import scene
from experiments.convolution.spec import ConvolutionSpec, DigitSpec
from experiments.live import payload
from experiments.scene import pack
from experiments.simple_rnn.vanishing import VanishingSpec, picture


@pytest.mark.parametrize("spec", [ConvolutionSpec(), ConvolutionSpec(angle=35, filters=4, edits="w4:2.5"), DigitSpec()])
def test_an_address_gives_the_scene_of_the_page(spec: ConvolutionSpec) -> None:
    lesson = "home" if isinstance(spec, DigitSpec) else "convolution"
    address = {f"{lesson}_{name}": value for name, value in spec.address().items()}
    assert payload(lesson, address) == pack(scene(spec))


@pytest.mark.parametrize("spec", [VanishingSpec(), VanishingSpec(length=100, spectral_radius=1.2, activation="tanh")])
def test_an_address_gives_the_gradients_of_the_page(spec: VanishingSpec) -> None:
    address = {f"vanishing_{name}": value for name, value in spec.address().items()}
    assert payload("vanishing", address) == picture(spec)
    assert payload(
        "vanishing", address | {"vanishing_length": "501", "grid": "w", "cell": "0", "value": "1"}
    ) == picture(replace(spec, length=30))  # what is impossible has its default, and there is nothing to edit


def test_an_edit_comes_on_top_and_replaces_its_own_cell() -> None:
    edit = {"grid": "w", "cell": "4", "value": "2.5"}
    assert payload("convolution", edit) == pack(scene(ConvolutionSpec(edits="w4:2.5")))
    both = {"convolution_edits": "w4:1,b0:-1", **edit}
    assert payload("convolution", both) == pack(scene(ConvolutionSpec(edits="w4:2.5,b0:-1")))


@pytest.mark.parametrize(
    "wrong",
    [
        {"grid": "x"},
        {"grid": "w4:1,w"},
        {"grid": ""},
        {"cell": "-1"},
        {"cell": "9"},  # there are 0 … 8
        {"cell": "9999999"},
        {"cell": "four"},
        {"cell": "9" * 99_999},
        {"value": "5"},  # beyond the limit
        {"value": "nan"},
        {"value": "inf"},
        {"value": "1,w5:1"},
        {"value": "<b>"},
        {"value": "1" * 99_999},
    ],
    ids=lambda wrong: str(wrong)[:30],
)
def test_an_impossible_edit_changes_nothing(wrong: dict[str, str]) -> None:
    edit = {"convolution_edits": "w4:1", "grid": "w", "cell": "4", "value": "2.5"}
    assert payload("convolution", edit | wrong) == pack(scene(ConvolutionSpec(edits="w4:1")))


@pytest.mark.parametrize("missing", ["grid", "cell", "value"])
def test_half_an_edit_changes_nothing(missing: str) -> None:
    edit = {"grid": "w", "cell": "4", "value": "2.5"}
    del edit[missing]
    assert payload("convolution", edit) == pack(scene(ConvolutionSpec()))


def test_another_lessons_settings_are_not_taken() -> None:
    assert payload("convolution", {"home_kernel": "blur", "kernel": "blur"}) == pack(scene(ConvolutionSpec()))


def test_a_lesson_that_there_is_not_is_an_error() -> None:
    with pytest.raises(KeyError):
        payload("nothing", {})


def test_a_scene_needs_little_memory() -> None:
    """The costliest check by differences that is still made."""
    settings = {
        "channels": "3",
        "kernel_size": "7",
        "strides": "3",
        "padding": "1",
        "dilation_rate": "3",
        "loss": "Σ y",
    }
    address = {f"convolution_{name}": value for name, value in settings.items()}
    payload("convolution", address)
    tracemalloc.start()
    try:
        payload("convolution", address)
        assert tracemalloc.get_traced_memory()[1] < 40e6
    finally:
        tracemalloc.stop()
