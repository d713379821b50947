"""Charts with frames in a real browser: played, stepped, scrubbed, and followed while more frames come."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe


@pytest.fixture
def charts(open_page: Callable[..., Any], components: Callable[[str], str]) -> Callable[..., Any]:
    address = components("charts_page.py")

    def visit(**options: Any) -> Any:
        it = open_page(address, ready=".chart[data-drawn]", **options)
        it.page.wait_for_function("document.querySelectorAll('.chart[data-frame]').length === 2")
        return it

    return visit


def at(page: Any, frame: int, chart: int = 0) -> None:
    """Waits until a chart shows this frame."""
    page.wait_for_function(
        "([chart, frame]) => document.querySelectorAll('.chart')[chart].dataset.frame === String(frame)",
        arg=[chart, frame],
    )


def drawn(page: Any, chart: int, trace: int) -> Any:
    return page.locator(".chart .plot").nth(chart).evaluate("(p, k) => [...p.data[k].x, ...p.data[k].y]", trace)


def test_it_plays_to_the_newest_frame_and_on_when_more_come(charts: Any) -> None:
    page = charts().page
    at(page, 4)
    assert page.locator(".pos").first.inner_text() == "turn 4"
    page.get_by_role("button", name="More").click()
    at(page, 39)
    assert drawn(page, 0, 1) == pytest.approx([0, 2, 2, 0])  # the first group at its end
    assert drawn(page, 0, 0)[:2] == [0, 0]  # and what joins north and south


def test_another_run_begins_at_its_first_frame(charts: Any) -> None:
    """Though that frame is the same: both runs start from the same numbers."""
    page = charts().page
    at(page, 4)
    page.evaluate(
        """() => {
          window.seen = []
          const chart = document.querySelector(".chart")
          new MutationObserver(() => seen.push(chart.dataset.frame)).observe(chart, { attributeFilter: ["data-frame"] })
        }"""
    )
    page.get_by_role("button", name="Another").click()
    page.wait_for_function("seen.at(-1) === '4' && seen.includes('0')")


def test_after_a_failed_drawing_the_next_one_comes(charts: Any) -> None:
    it = charts()
    page = it.page
    at(page, 4)
    page.evaluate(
        """() => {
          const { react } = Plotly
          Plotly.react = () => { Plotly.react = react; throw new Error("fails once") }
        }"""
    )
    page.get_by_role("button", name="One step back").first.click()
    page.wait_for_timeout(100)
    at(page, 4)
    page.get_by_role("button", name="One step back").first.click()
    at(page, 2)
    assert len(it.errors) == 1
    assert "fails once" in it.errors.pop()


def test_who_has_stepped_back_is_left_alone(charts: Any) -> None:
    it = charts()
    page = it.page
    at(page, 4)
    page.get_by_role("button", name="One step back").first.click()
    at(page, 3)
    before = len(it.sent)
    page.get_by_role("button", name="More").click()
    page.wait_for_function("document.querySelector('.chart').dataset.drawn === '2'")
    page.wait_for_timeout(300)
    at(page, 3)
    page.get_by_role("button", name="Play").first.click()
    at(page, 39)
    assert len(it.sent) == before + 1  # the button; playing says nothing to the server


def test_without_following_a_chart_rests_where_it_starts(charts: Any) -> None:
    page = charts().page
    at(page, 2, chart=1)
    page.get_by_role("button", name="More").click()
    page.wait_for_function("document.querySelectorAll('.chart')[1].dataset.drawn === '2'")
    at(page, 2, chart=1)
    slider = page.get_by_role("slider", name="frame").nth(1)
    slider.fill("30")
    at(page, 30, chart=1)
    assert slider.get_attribute("aria-valuetext") == "turn 30"
    grows = drawn(page, 1, 0)[20:]
    assert grows[-1] == pytest.approx(19 * 30 / 39)
    assert drawn(page, 1, 1)[20:] == [1] * 20


def test_reduced_motion_shows_the_newest_frame_at_once(charts: Any) -> None:
    page = charts(reduced_motion="reduce").page
    at(page, 4)
    page.get_by_role("button", name="More").click()
    page.wait_for_function("document.querySelector('.chart').dataset.drawn === '2'")
    at(page, 39)
    assert page.get_by_role("button", name="Pause").count() == 0


def test_a_name_is_text(charts: Any) -> None:
    page = charts().page
    at(page, 4)
    assert "<i>south</i>" in page.locator(".chart").first.locator(".textpoint").all_text_contents()


def test_keys_step_and_play_the_chart_of_the_first_screen_and_none_from_a_field(charts: Any) -> None:
    page = charts().page
    at(page, 4)
    page.keyboard.press("ArrowLeft")
    at(page, 3)
    page.keyboard.press("ArrowLeft")
    at(page, 2)
    page.keyboard.press("ArrowRight")
    at(page, 3)
    page.keyboard.press(" ")
    at(page, 4)
    at(page, 2, chart=1)
    page.evaluate("document.body.append(Object.assign(document.createElement('input'), { id: 'field' }))")
    page.locator("#field").press("ArrowLeft")
    page.keyboard.press("Control+ArrowLeft")
    page.keyboard.press("Space")
    page.wait_for_timeout(100)
    at(page, 4)
    assert page.locator("#field").input_value() == " "


def test_type_grows_when_the_presenters_view_is_entered(charts: Any) -> None:
    """--presented as theme/page.css sets it; the place that was reached is kept."""
    page = charts().page
    at(page, 4)
    page.add_style_tag(content="html[data-present] { --presented: 1.25; }")
    written = """size => [...document.querySelectorAll('.chart .xtick text')].map(it => getComputedStyle(it).fontSize)
        .every((found, _, all) => all.length > 2 && parseFloat(found) === size)"""
    page.wait_for_function(written, arg=13)
    page.evaluate("document.documentElement.toggleAttribute('data-present', true)")
    page.wait_for_function(written, arg=16.25)
    page.evaluate("document.documentElement.toggleAttribute('data-present', false)")
    page.wait_for_function(written, arg=13)
    at(page, 4)


@pytest.mark.parametrize(("width", "theme"), [(390, "dark"), (1280, "light")])
def test_axe_finds_nothing(width: int, theme: str, charts: Any) -> None:
    page = charts(width=width, theme=theme).page
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    found = Axe().run(page, context=".chart").response
    assert any("input" in node["html"] for rule in found["passes"] for node in rule["nodes"])  # it has looked inside
    assert [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found["violations"]] == []
