"""The lens draws cells where they belong, on every screen and in both themes."""

from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.stage import PAD, box
from tests.scenes import SCENES
from ui import assets


def test_cells_have_the_colours_of_their_scale(lens: Any) -> None:
    scene = SCENES["photograph"]()
    page = lens("photograph").page
    x = next(grid for grid in scene.grids if grid.id == "x").values[..., 0]
    for row, column in ((2, 3), (40, 44), (20, 30), (47, 0)):
        colour = box(page, "x").evaluate(
            """(canvas, [row, column, shape, pad]) => {
              const ratio = canvas.width / canvas.getBoundingClientRect().width
              const cell = (canvas.width / ratio - 2 * pad) / shape
              const at = (i) => (pad + (i + 0.5) * cell) * ratio
              return [...canvas.getContext("2d").getImageData(at(column), at(row), 1, 1).data]
            }""",
            [row, column, 48, PAD],
        )
        level = round(255 * round(512 * x[row, column]) / 512)
        assert np.abs(np.array(colour[:3]) - level).max() <= 1, (row, column, colour, level)


def test_the_first_screen_holds_the_forward_lane(lens: Any) -> None:
    page = lens("photograph", width=1032, height=800).page  # a window of 1280 leaves the lens 1000
    top = page.locator(".lens").bounding_box()["y"]
    x, y, w = (box(page, grid).bounding_box() for grid in "xyw")
    loupe = box(page, "x", "canvas.loupe").bounding_box()
    assert min(x["width"], y["width"]) >= 230
    assert x["x"] < w["x"] < y["x"] < page.locator(".sum").bounding_box()["x"]
    assert loupe["y"] + loupe["height"] - top <= 485


def test_a_phone_has_both_pictures_side_by_side_and_a_loupe(lens: Any) -> None:
    page = lens("photograph", width=390, height=800).page
    x, y, w = (box(page, grid).bounding_box() for grid in "xyw")
    assert x["y"] == y["y"]
    assert x["x"] + x["width"] <= y["x"]
    assert x["width"] >= 144
    assert w["y"] > x["y"] + x["height"]
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    loupe = box(page, "x", "canvas.loupe").bounding_box()
    assert loupe["height"] >= 90


def test_pictures_grow_on_a_large_screen(lens: Any) -> None:
    page = lens("photograph", width=1920, height=1080).page
    assert 400 <= box(page, "x").bounding_box()["width"] <= 490


@pytest.mark.parametrize("scene", ["photograph", "colours", "digit", "rnn"])
@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (2560, 1440)])
def test_a_projector_has_larger_type_and_nothing_overlaps(scene: str, width: int, height: int, lens: Any) -> None:
    page = lens(scene, width=width, height=height).page
    assert page.locator(".sv").evaluate("e => getComputedStyle(e).fontSize") == "40px"
    assert page.locator(".gs").first.evaluate("e => getComputedStyle(e).fontSize") == "15px"
    if scene != "rnn":
        assert (box(page, "w").bounding_box()["width"] - 2 * PAD) / 3 >= 39
    parts = [it.bounding_box() for it in page.locator(".grid, .sum").all()]
    for i, a in enumerate(parts):
        for b in parts[i + 1 :]:
            beside = a["x"] + a["width"] <= b["x"] + 3 or b["x"] + b["width"] <= a["x"] + 3
            assert beside or a["y"] + a["height"] <= b["y"] or b["y"] + b["height"] <= a["y"], (a, b)
    for text in page.locator(".gn, .gs").all():
        at = text.bounding_box()
        own = text.locator("xpath=..").bounding_box()
        right = min((p["x"] for p in parts if p["x"] > own["x"] + 3 and p["y"] < at["y"] + 20), default=width)
        assert at["x"] + at["width"] <= right
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width


def test_tiny_cells_that_are_lit_have_one_outline(open_page: Any, lens_address: str) -> None:
    """Every other cell is lit: in large cells each has its own outline, in tiny ones they share one."""
    page = open_page(f"{lens_address}/_stcore/health").page
    drawn = page.evaluate(
        """async (base) => {
          const { paint } = await import(`${base}/drawing/paint.js`)
          const fill = Array(514).fill("#fff"), pixels = new Uint32Array(515).fill(0xffffffff)
          const palette = { bg: "#fff", line2: "#fff", signed: { fill, ink: fill, pixels } }
          const at = (i, j) => i * 8 + j, values = Float64Array.from({ length: 64 }, () => 1)
          const lit = Uint8Array.from({ length: 64 }, (_, k) => (k >> 3) % 2 === 0 && k % 2 === 0)
          return [4, 12].map((size) => {
            const canvas = document.createElement("canvas")
            const m = { rows: 8, cols: 8, at, values, scale: { kind: "signed", max: 1 } }
            paint(canvas, m, { width: size, height: size }, palette, { lit, edge: "#f00", edgeWidth: 1 })
            const middle = Math.round(size * 2.5)
            const line = canvas.getContext("2d").getImageData(0, middle, canvas.width, 1)
            return line.data.filter((v, k) => k % 4 === 1 && v < 200).length
          })
        }""",
        f"/assets/{assets.version()}",
    )
    assert drawn[0] <= 4 < drawn[1]


def test_light_and_dark_follow_the_page(lens: Any) -> None:
    assert lens("digit", theme="dark").page.locator(".lens").get_attribute("data-theme") == "dark"
    assert lens("digit", theme="light").page.locator(".lens").get_attribute("data-theme") == "light"


@pytest.mark.parametrize(("theme", "bad"), [("light", "rgb(156, 47, 0)"), ("dark", "rgb(255, 106, 61)")])
def test_what_is_wrong_has_a_colour_of_its_own(theme: str, bad: str, lens: Any) -> None:
    page = lens("wrong", theme=theme).page
    page.locator("[data-phase=backward]").click()
    said, gradient = page.locator(".ck.bad").first, page.locator(".sum .k-gradient").first
    assert said.evaluate("e => getComputedStyle(e).color") == bad
    assert gradient.evaluate("e => getComputedStyle(e).color") != bad


@pytest.mark.parametrize(("width", "theme"), [(390, "dark"), (1280, "light")])
@pytest.mark.parametrize("scene", ["digit", "colours", "rnn"])
def test_axe_finds_nothing(scene: str, width: int, theme: str, lens: Any) -> None:
    page = lens(scene, width=width, theme=theme).page
    page.get_by_role("button", name="Show as table").click()
    found = Axe().run(page, context=".stBidiComponent, [data-testid^=stBidi]").response
    assert any("<canvas" in node["html"] for rule in found["passes"] for node in rule["nodes"])  # it has looked inside
    assert [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found["violations"]] == []
