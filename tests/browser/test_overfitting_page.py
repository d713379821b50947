"""The overfitting lab as a learner uses it, in Chromium, on the real server."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from experiments.numbers import decimal
from experiments.overfitting import bench
from experiments.overfitting.data import example
from experiments.overfitting.spec import LabSpec
from experiments.overfitting.techniques import EVERY
from tests.experiments.runs import last

CURVES = '.chart[data-drawn][aria-label^="Cross-entropy after"]'
ENDED = f'.chart[data-drawn][aria-label^="Cross-entropy after {bench.STEPS} steps"]'
MAP = ".st-key-experiment-rg6"


@pytest.fixture
def lab(open_page: Callable[..., Any], serve: Callable[..., str]) -> Callable[..., Any]:
    """Opens the lesson; the query without its question mark."""

    def visit(query: str = "", ready: str = ENDED, **options: Any) -> Any:
        it = open_page(f"{serve('app.py')}/overfitting?{query}", ready=ready, **options)
        it.page.wait_for_function("() => document.querySelector('.stApp').dataset.testScriptState === 'notRunning'")
        return it

    return visit


def told(spec: LabSpec) -> str:
    """What the chart says at the end, of the same training."""
    over = last(bench.bench(spec)).over
    words = "; ".join(
        f"{name}: {decimal(each.looks[-1].learned.loss)} on what is learned from and "
        f"{decimal(each.looks[-1].validation.loss)} on the validation part"
        for name, each in over.items()
    )
    return f"Cross-entropy after {bench.STEPS} steps. {words}"


def says(it: Any) -> str:
    return str(it.page.locator(ENDED).get_attribute("aria-label"))


def test_it_trains_by_itself_and_shows_what_was_computed(lab: Callable[..., Any]) -> None:
    it = lab()
    assert says(it) == told(LabSpec())
    it.page.get_by_text("Training, at most two").wait_for(state="detached")
    slider = it.page.locator('.chart[aria-label^="Reliability on the test"]').locator('input[type="range"]')
    assert slider.get_attribute("aria-valuetext") == f"after {bench.STEPS} steps"
    slider.evaluate("slider => { slider.value -= 1; slider.dispatchEvent(new Event('input')) }")
    it.page.wait_for_function(
        "(frame) => document.querySelector('.chart[aria-label^=\"Reliability\"]').dataset.frame === frame",
        arg=str(bench.STEPS // EVERY - 1),
    )


def test_pointing_at_a_step_shows_it_in_every_chart(lab: Callable[..., Any]) -> None:
    it = lab()
    it.page.get_by_text("Training, at most two").wait_for(state="detached")
    charts, latest = it.page.locator(".chart[data-frame]"), bench.STEPS // EVERY
    assert charts.count() == 4

    def at(frame: int) -> None:
        it.page.wait_for_function(
            "(frame) => [...document.querySelectorAll('.chart')].every(chart => +chart.dataset.frame === frame)",
            arg=frame,
        )

    at(latest)
    for chart, share in ((0, 0.5), (2, 0.25)):
        charts.nth(chart).scroll_into_view_if_needed()
        box = charts.nth(chart).locator(".nsewdrag").first.bounding_box()
        it.page.mouse.move(box["x"] + share * box["width"], box["y"] + box["height"] / 2, steps=3)
        at(round(share * latest))
    assert f"after {round(0.25 * latest) * EVERY} steps" in it.page.locator(".pos").all_inner_texts()


def test_while_it_trains_anew_nothing_jumps(lab: Callable[..., Any]) -> None:
    it = lab()
    it.page.get_by_text("Training, at most two").wait_for(state="detached")
    it.page.evaluate(
        """() => {
          const place = document.querySelector("[class*='st-key-watched-']")
          window.least = window.before = place.offsetHeight
          const look = () => {
            least = Math.min(least, place.offsetHeight)
            requestAnimationFrame(look)
          }
          look()
        }"""
    )
    it.page.get_by_role("button", name="Noisy labels").click()
    it.page.wait_for_selector(f'.chart[aria-label="{told(LabSpec(wrong_labels=0.4))}"]')
    least, height = it.page.evaluate("[least, before]")
    assert least >= height - 2


def test_on_a_phone_what_is_switched_on_stands_right_below_the_curves(lab: Callable[..., Any]) -> None:
    """They begin on the first screen, and both are in view together; the situation and the other charts come below."""
    page = lab(width=390, height=844).page
    page.get_by_text("Training, at most two").wait_for(state="detached")
    reliability = '.chart[aria-label^="Reliability on the test"]'
    places = CURVES, ".st-key-lab-techniques", ".st-key-lab-settings", reliability
    curves, techniques, settings, second = (page.locator(place).first.bounding_box() for place in places)
    assert curves["y"] < 844 - 200
    assert techniques["y"] + techniques["height"] - curves["y"] <= 844
    assert curves["y"] + curves["height"] <= techniques["y"]
    assert techniques["y"] + techniques["height"] <= settings["y"] < second["y"]


def test_on_a_phone_charts_of_before_stand_back_too(lab: Callable[..., Any]) -> None:
    page = lab(width=390, height=844).page
    page.get_by_text("Training, at most two").wait_for(state="detached")
    seen = page.evaluate(
        """() => {
          const rows = document.querySelector(".st-key-lab-bench-rows")
          const columns = [...rows.querySelectorAll(".stColumn")]
          const shown = () => columns.map((column) => +getComputedStyle(column).opacity)
          const before = shown(), mark = document.createElement("div")
          mark.innerHTML = '<span class="of-before"></span>'
          rows.append(mark)
          const after = shown()
          mark.remove()
          return [before, after]
        }"""
    )
    assert seen == [[1] * 4, [0.35] * 4]


def test_a_copied_link_brings_the_settings_back(lab: Callable[..., Any]) -> None:
    it = lab("lab_dropout=0.5&map_across=noise", permissions=["clipboard-read", "clipboard-write"])
    it.page.get_by_text("batch_norm").first.click()
    it.page.wait_for_url(lambda url: "lab_batch_norm=true" in url)
    it.page.get_by_role("button", name="Copy link").click()
    it.page.get_by_role("button", name="Copied").wait_for()
    link = str(it.page.evaluate("() => navigator.clipboard.readText()"))
    assert "undefined" not in link
    again = lab(link.split("?")[1]).page
    assert again.get_by_role("checkbox", name="batch_norm").is_checked()
    assert again.locator(".st-key-lab_dropout").get_by_role("radio", name="0.5").is_checked()
    assert again.locator(MAP).get_by_role("radio", name="noise").is_checked()


def test_a_change_trains_anew_and_its_address_is_shared(lab: Callable[..., Any]) -> None:
    it = lab()
    before = says(it)
    it.page.get_by_role("button", name="Noisy labels").click()
    it.page.wait_for_url(lambda url: "lab_wrong_labels=0.4" in url)
    it.page.get_by_text("early_stopping").click()
    it.page.wait_for_url(lambda url: "lab_early_stopping=true" in url)
    spec = LabSpec(wrong_labels=0.4, early_stopping=True)
    expected = told(spec)
    it.page.wait_for_selector(f'.chart[aria-label="{expected}"]')
    assert expected != before
    assert says(lab(it.page.url.split("?")[1])) == expected


def test_a_table_of_ones_own_comes_and_is_in_the_address(lab: Callable[..., Any]) -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((150, 3))
    rows = "\n".join(",".join(f"{v:.3f}" for v in row) + f",{'up' if row[0] > row[1] else 'down'}" for row in x)
    it = lab()
    it.page.get_by_role("button", name="Your own table").click()
    area = it.page.locator("textarea")
    area.fill("1,2\n3")
    area.press("Control+Enter")
    it.page.get_by_text("It is not taken over: line 2, '3', has 1 cell: every row").wait_for()
    area.fill("x,y,z,way\n" + rows)
    area.press("Control+Enter")
    it.page.wait_for_url(lambda url: "lab_data=your+own+table" in url and "lab_table=" in url)
    it.page.wait_for_function("() => document.querySelector('.facts').innerText.includes('70 test')")
    again = lab(it.page.url.split("?")[1])
    assert "70 test" in again.page.locator(".facts").inner_text()


def test_an_example_of_a_table_is_used_or_saved(lab: Callable[..., Any]) -> None:
    it = lab()
    it.page.get_by_role("button", name="Your own table").click()
    with it.page.expect_download() as saved:
        it.page.get_by_role("button", name="Save the example").click()
    assert saved.value.path().read_text(encoding="utf-8") == example()
    it.page.get_by_role("button", name="Use an example").click()
    it.page.wait_for_url(lambda url: "lab_data=your+own+table" in url and "lab_table=" in url)
    it.page.wait_for_function("() => document.querySelector('.facts').innerText.includes('98 test')")


def test_the_map_comes_in_cell_by_cell_rests_and_goes_on(lab: Callable[..., Any]) -> None:
    it = lab("map_across=width")
    card = it.page.locator(MAP)
    card.get_by_text("Show me without a guess").click()
    cells = card.locator(".board td:not(.waits)")
    card.locator(".board td.waits").nth(8).wait_for()
    cells.first.wait_for(timeout=120_000)
    assert "clearly better than doing nothing" in cells.first.inner_text()
    card.get_by_role("button", name="Stop").click()
    card.get_by_text("Stopped").wait_for()
    it.page.wait_for_timeout(1500)
    done, bar = cells.count(), card.get_by_role("progressbar").get_attribute("aria-valuenow")
    it.page.wait_for_timeout(1500)
    assert (cells.count(), card.get_by_role("progressbar").get_attribute("aria-valuenow")) == (done, bar)
    card.get_by_role("button", name="Go on").click()
    cells.nth(done).wait_for(timeout=120_000)
    found = Axe().run(it.page, context=MAP).response
    assert [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found["violations"]] == []
