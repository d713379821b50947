"""The live slider, the maps and the chart in a real browser."""

import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe

from ui.component import LOADER

READY = ".chart[data-drawn]"


@pytest.fixture
def controls(open_page: Callable[..., Any], components: Callable[[str], str]) -> Callable[..., Any]:
    """Opens the page with a slider that moves maps and a chart."""
    address = components("controls_page.py")
    return lambda query="", **options: open_page(f"{address}/{query}", ready=READY, **options)


def heard(page: Any) -> tuple[float, int, int]:
    """The value on the server, how many values arrived, how many of them were final."""
    text = page.get_by_text(re.compile(r"^value .+ heard")).inner_text()
    value, count, final = re.findall(r"[\d.]+", text)
    return float(value), int(count), int(final)


def drag(page: Any, steps: int, by: float) -> None:
    box = page.locator(".live input").bounding_box()
    x, y = box["x"] + 9 + (box["width"] - 18) * 0.1, box["y"] + box["height"] / 2  # the thumb at 0.6
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(steps):
        page.mouse.move(x + (step + 1) * by, y)
        page.wait_for_timeout(16)
    page.wait_for_timeout(50)


def test_a_dragged_slider_sends_while_dragged_and_ends_with_final(controls: Any) -> None:
    it = controls()
    page = it.page
    before = len(it.sent)
    drag(page, 30, 8)
    page.get_by_text(re.compile(r"heard [1-9]\d* final 0")).wait_for()  # it has moved before it was let go
    page.mouse.up()
    page.get_by_text(re.compile(r"final 1$")).wait_for()
    page.wait_for_timeout(300)
    value, count, final = heard(page)
    assert count >= 3
    assert final == 1
    assert len(it.sent) - before == count
    assert f"{value:.2f}" == page.locator(".live output").inner_text()
    assert page.locator(".live_slider").get_attribute("data-value") == str(value)


def test_a_slow_server_is_never_behind(controls: Any) -> None:
    it = controls("?slow=0.3")
    page = it.page
    before, start = len(it.sent), time.monotonic()
    drag(page, 40, 6)
    page.mouse.up()
    dragged = time.monotonic() - start
    page.get_by_text(re.compile(r"final 1$")).wait_for()
    page.wait_for_timeout(800)
    value, count, _ = heard(page)
    assert (
        len(it.sent) - before == count <= dragged / 0.3 + 3
    )  # an answer takes 0.3 s; the last value comes once more, as final
    assert f"{value:.2f}" == page.locator(".live output").inner_text()


def test_a_key_press_sends_its_value_at_once_and_as_final_after_a_rest(controls: Any) -> None:
    it = controls()
    page = it.page
    before = len(it.sent)
    page.evaluate(
        """() => {
          window.seen = new Set() // the first text stands for a quarter of a second only
          const look = () => window.seen.add(document.body.innerText.match(/value .*/)?.[0])
          new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true })
        }"""
    )
    page.locator(".live input").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_text("value 0.61 heard 2 final 1").wait_for()
    page.wait_for_timeout(300)
    assert "value 0.61 heard 1 final 0" in page.evaluate("[...seen]")
    assert len(it.sent) - before == 2


def test_the_slider_is_moved_from_outside(controls: Any) -> None:
    page = controls().page
    page.locator(".live input").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_text("value 0.61 heard 2 final 1").wait_for()
    page.get_by_role("button", name="Reset", exact=True).click()
    page.get_by_text("value 0.60").wait_for()
    assert page.locator(".live output").inner_text() == "0.60"


def test_a_call_that_is_overtaken_takes_nothing_away(controls: Any) -> None:
    """Streamlit ends a call that new data has overtaken, also when the next one has drawn already."""
    module = """
      export const mount = ({ data }) => said.push(`mount ${data}`)
      export const unmount = () => said.push("unmount")"""
    loader = LOADER.format(address="data:text/javascript," + quote(module), name="any")
    said = controls().page.evaluate(
        """async (loader) => {
          const rested = () => new Promise((resolve) => setTimeout(resolve, 100))
          window.said = []
          const { default: call } = await import(URL.createObjectURL(new Blob([loader], { type: "text/javascript" })))
          const parentElement = document.body.appendChild(document.createElement("div"))
          call({ parentElement, data: 1 })() // before the module has come
          const end = call({ parentElement, data: 2 })
          await rested()
          call({ parentElement, data: 3 })() // it is known already
          await rested()
          said.push("removed")
          parentElement.remove()
          end()
          await rested()
          return said
        }""",
        loader,
    )
    assert said == ["mount 2", "removed", "unmount"]


def test_maps_say_what_they_show_and_play_without_the_server(controls: Any) -> None:
    it = controls()
    page = it.page
    maps = page.locator(".map canvas")
    assert maps.nth(0).get_attribute("aria-label").startswith("gradient, step 0: 6 by 6, from ")
    assert maps.nth(1).get_attribute("aria-label").endswith("1 left out")
    before = len(it.sent)
    page.get_by_role("button", name="One step on").click()
    assert page.locator(".caption").inner_text() == "step 1"
    assert "step 1" in maps.nth(0).get_attribute("aria-label")
    page.get_by_role("button", name="Play").click()
    page.wait_for_timeout(1200)
    page.get_by_role("button", name="Pause").click()
    assert page.locator(".caption").inner_text() in [f"step {k}" for k in range(2, 12)]
    at = maps.nth(2).bounding_box()
    page.mouse.move(at["x"] + at["width"] - 4, at["y"] + at["height"] - 4)
    assert page.locator(".map .value").nth(2).inner_text() == "[23, 23] 1.00"
    assert len(it.sent) == before


@pytest.mark.parametrize("width", [390, 1280])
def test_pointing_moves_nothing(controls: Any, width: int) -> None:
    page = controls(width=width).page
    maps = page.locator(".map")
    before = [box.bounding_box() for box in maps.all()]
    for canvas in page.locator(".map canvas").all():
        canvas.hover()
        assert page.locator(".map .value:not(:empty)").count() == 1
        assert [box.bounding_box() for box in maps.all()] == before


def test_places_are_framed_and_counted(controls: Any) -> None:
    page = controls().page
    picture = page.locator(".map canvas").nth(2)
    assert picture.get_attribute("aria-label").endswith(", 2 places marked")
    assert "marked" not in page.locator(".map canvas").nth(0).get_attribute("aria-label")
    colours = picture.evaluate(
        """(canvas, places) => {
          const ratio = canvas.width / canvas.getBoundingClientRect().width, cell = (canvas.width / ratio - 4) / 24
          const at = ([row, column]) => [column, row].map((v) => Math.round((2 + v * cell) * ratio))
          return places.map((place) => [...canvas.getContext("2d").getImageData(...at(place), 1, 1).data].slice(0, 3))
        }""",
        # the ground of a number, in a large place and beside a small one; inside that one; beside both
        [[2.4, 3.2], [14.1, 13.3], [14.5, 12.5], [11.5, 20.5]],
    )
    assert colours.pop(0) == colours.pop(0) == [255, 255, 255]
    for row, column, colour in ((14, 12, colours[0]), (11, 20, colours[1])):
        assert abs(colour[0] - 255 * (24 * row + column) / 575) <= 2
    left = picture.evaluate(  # a thin line around the small place
        """(canvas) => {
          const ratio = canvas.width / canvas.getBoundingClientRect().width, cell = (canvas.width / ratio - 4) / 24
          const x = Math.round((2 + 12 * cell - 4) * ratio), y = Math.round((2 + 14.5 * cell) * ratio)
          return Math.max(...canvas.getContext("2d").getImageData(x, y, 4, 1).data.filter((_, k) => k % 4 === 0))
        }"""
    )
    assert left > 200


def test_the_chart_keeps_its_zoom_on_new_data(controls: Any) -> None:
    page = controls().page
    chart = page.locator(".chart")
    assert chart.get_attribute("role") == "figure"
    assert "of what it was" in chart.get_attribute("aria-label")
    plot = chart.locator(".plot")
    area = chart.locator(".nsewdrag").first.bounding_box()
    page.mouse.move(area["x"] + area["width"] * 0.3, area["y"] + area["height"] * 0.3)
    page.mouse.down()
    page.mouse.move(area["x"] + area["width"] * 0.6, area["y"] + area["height"] * 0.7, steps=5)
    page.mouse.up()
    zoomed = plot.evaluate("p => p.layout.xaxis.range")
    assert zoomed[1] - zoomed[0] < 15
    drawn, last = chart.get_attribute("data-drawn"), plot.evaluate("p => p.data[0].y[30]")
    page.locator(".live input").focus()
    page.keyboard.press("End")
    page.wait_for_function("drawn => +document.querySelector('.chart').dataset.drawn > drawn", arg=int(drawn))
    assert plot.evaluate("p => p.layout.xaxis.range") == zoomed
    assert plot.evaluate("p => p.data[0].y[30]") > last


def test_chart_colours_follow_the_theme(controls: Any) -> None:
    colours = [
        controls(theme=theme).page.locator(".chart .plot").evaluate("p => [p.data[0].line.color, p.layout.font.color]")
        for theme in ("light", "dark")
    ]
    assert colours == [["#b3174f", "#1b1d22"], ["#ff82a8", "#eceae5"]]


@pytest.mark.parametrize(("width", "theme"), [(390, "dark"), (1280, "light")])
def test_axe_finds_nothing(width: int, theme: str, controls: Any) -> None:
    page = controls(width=width, theme=theme).page
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    found = Axe().run(page, context=".stBidiComponent, [data-testid^=stBidi]").response
    assert any("canvas" in node["html"] for rule in found["passes"] for node in rule["nodes"])  # it has looked inside
    assert [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found["violations"]] == []
