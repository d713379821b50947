"""Pictures of the learner's own, and experiments that take their time, on the real page."""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.pictures import shrink

READY = ".lens[data-drawn]"


@pytest.fixture
def convolution(open_page: Callable[..., Any], serve: Callable[..., str]) -> Callable[..., Any]:
    def visit(query: str = "", **options: Any) -> Any:
        it = open_page(f"{serve('app.py')}/convolution?{query}", ready=READY, **options)
        it.page.wait_for_function("() => document.querySelector('.stApp').dataset.testScriptState === 'notRunning'")
        return it

    return visit


def picture() -> bytes:
    """A white disc on black."""
    rows, columns = np.mgrid[:200, :200]
    disc = ((rows - 100) ** 2 + (columns - 100) ** 2 < 60**2).astype(np.uint8) * 255
    file = io.BytesIO()
    Image.fromarray(disc).save(file, "PNG")
    return file.getvalue()


def test_an_uploaded_picture_is_convolved_and_stands_in_the_address(convolution: Callable[..., Any]) -> None:
    page = convolution().page
    page.get_by_role("button", name="Your own picture").click()
    page.locator("input[type=file]").set_input_files({"name": "d.png", "mimeType": "image/png", "buffer": picture()})
    page.wait_for_url("**convolution_picture=your+own**")
    page.locator("[data-testid=stPopoverBody]").wait_for(state="hidden")
    assert f"convolution_own={shrink(picture()).replace('=', '%3D')}" in page.url
    again = convolution(page.url.split("?")[1]).page
    brightness = """() => { const canvas = [...document.querySelectorAll('*')].flatMap((e) => e.shadowRoot
        ? [...e.shadowRoot.querySelectorAll('.grid[data-grid=x] canvas')] : [])[0], g = canvas.getContext('2d')
        return [0.5, 0.06].map((at) => g.getImageData(canvas.width * at, canvas.height * at, 1, 1).data[0]) }"""
    middle, corner = again.evaluate(brightness)
    assert middle > 240
    assert corner < 15


def test_a_file_that_is_no_picture_is_named_and_nothing_is_lost(convolution: Callable[..., Any]) -> None:
    page = convolution("convolution_strides=2").page
    page.get_by_role("button", name="Your own picture").click()
    for data, words in (
        (b"no picture", "cannot be read as a picture"),
        (b"", "the file is empty"),
        (picture()[:200], "cannot be read as a picture"),
    ):
        page.locator("input[type=file]").set_input_files({"name": "d.png", "mimeType": "image/png", "buffer": data})
        page.locator("[data-testid=stPopoverBody] .changes", has_text=words).wait_for()
        assert "convolution_strides=2" in page.url
        assert "your+own" not in page.url


def test_a_drawing_is_convolved(convolution: Callable[..., Any]) -> None:
    page = convolution().page
    page.get_by_role("button", name="Your own picture").click()
    page.get_by_role("radio", name="Draw").click()
    sheet = page.locator(".pad-sheet .sheet")
    sheet.wait_for()
    page.get_by_role("button", name="Use this drawing").click()
    page.locator(".pad-sheet").get_by_text("Nothing is drawn yet.").wait_for()
    at = sheet.bounding_box()
    page.mouse.move(at["x"] + 40, at["y"] + 40)
    page.mouse.down()
    page.mouse.move(at["x"] + 200, at["y"] + 200, steps=8)
    page.mouse.up()
    page.get_by_role("button", name="Use this drawing").click()
    page.wait_for_url("**convolution_picture=your+own**")


def test_a_long_experiment_shows_what_it_has_stops_and_goes_on(convolution: Callable[..., Any]) -> None:
    page = convolution().page
    card = page.locator(".st-key-experiment-cv7")
    card.get_by_text("Show me without a guess").click()
    card.get_by_role("button", name="Stop").click()
    card.get_by_role("button", name="Go on").click()
    card.get_by_text("means over").wait_for(timeout=140_000)
    card.get_by_role("button", name="Stop").wait_for(state="detached", timeout=120_000)
    assert "means over 5 seeds" in card.inner_text()
