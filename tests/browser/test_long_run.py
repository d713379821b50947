"""A long run in a real browser: what stands where it has nothing to show yet."""

from collections.abc import Callable
from typing import Any

from tests.browser.tabs import quiet


def test_while_it_runs_anew_the_chart_of_before_stays_dimmed_and_nothing_jumps(
    open_page: Callable[..., Any], components: Callable[[str], str]
) -> None:
    page = open_page(components("long_run_page.py"), ready=".st-key-run-progress").page
    first, second = (page.locator(f'.chart[data-drawn][aria-label="of the {name}"]') for name in ("first", "second"))
    rows = page.locator(".st-key-run-rows")
    page.get_by_role("button", name="Let it show").click()
    first.wait_for()
    page.locator(".st-key-run-progress").wait_for(state="detached")
    assert rows.evaluate("rows => getComputedStyle(rows).opacity") == "1"
    rows.evaluate(
        """rows => {
          window.before = window.least = rows.offsetHeight
          const look = () => (least = Math.min(least, rows.offsetHeight))
          new MutationObserver(look).observe(rows, { subtree: true, childList: true, attributes: true })
        }"""
    )
    page.get_by_text("second", exact=True).click()
    page.wait_for_function("() => getComputedStyle(document.querySelector('.st-key-run-rows')).opacity === '0.35'")
    assert first.is_visible()
    page.get_by_role("button", name="Let it show").click()
    second.wait_for()
    page.wait_for_function("() => getComputedStyle(document.querySelector('.st-key-run-rows')).opacity === '1'")
    before, least = page.evaluate("[before, least]")
    assert before > 100
    assert least >= before - 2


def test_a_run_that_was_stopped_rests_until_it_goes_on(
    open_page: Callable[..., Any], components: Callable[[str], str]
) -> None:
    it = open_page(components("long_run_page.py"), ready=".st-key-run-progress")
    page, chart = it.page, it.page.locator('.chart[data-drawn][aria-label="of the first"]')
    for _ in range(2):
        page.get_by_role("button", name="Stop", exact=True).click()
        page.get_by_text("Stopped", exact=True).wait_for()
        page.get_by_role("button", name="Go on").click()
        page.get_by_text("Training, at most two").wait_for()
    page.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_text("Stopped", exact=True).wait_for()
    page.get_by_role("button", name="Let it show").click()
    quiet(it)
    assert page.get_by_text("Stopped", exact=True).is_visible()
    assert not chart.count()
    page.get_by_role("button", name="Go on").click()
    chart.wait_for()
