"""Scenes by address: the same bytes as the page's own."""

import pytest

from experiments.convolution.scene import scene
from experiments.convolution.spec import ConvolutionSpec, DigitSpec
from experiments.live import payload
from experiments.scene import pack


@pytest.mark.parametrize("spec", [ConvolutionSpec(), ConvolutionSpec(angle=35, filters=4, edits="w4:2.5"), DigitSpec()])
def test_an_address_gives_the_scene_of_the_page(spec: ConvolutionSpec) -> None:
    lesson = "home" if isinstance(spec, DigitSpec) else "convolution"
    address = {f"{lesson}_{name}": value for name, value in spec.address().items()}
    assert payload(lesson, address) == pack(scene(spec))


def test_an_edit_comes_on_top_and_replaces_its_own_cell() -> None:
    assert payload("convolution", {"edit": "w4:1"}) == pack(scene(ConvolutionSpec(edits="w4:1")))
    both = {"convolution_edits": "w4:1,b0:-1", "edit": "w4:2"}
    assert payload("convolution", both) == pack(scene(ConvolutionSpec(edits="w4:2,b0:-1")))


@pytest.mark.parametrize("edit", ["", "w", "w4", "x4:1", "w9999:1", "w4:nan", "w4:1,w5:1", "<b>", "a" * 99_999])
def test_an_impossible_edit_changes_nothing(edit: str) -> None:
    assert payload("convolution", {"edit": edit}) in (
        pack(scene(ConvolutionSpec())),
        pack(scene(ConvolutionSpec(edits="w4:1,w5:1"))),
    )


def test_another_lessons_settings_are_not_taken() -> None:
    assert payload("convolution", {"home_kernel": "blur", "kernel": "blur"}) == pack(scene(ConvolutionSpec()))


def test_a_lesson_that_there_is_not_is_an_error() -> None:
    with pytest.raises(KeyError):
        payload("nothing", {})
