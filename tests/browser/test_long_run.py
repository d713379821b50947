"""A long run in a real browser: what stands where it has nothing to show yet."""

from collections.abc import Callable
from typing import Any


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
