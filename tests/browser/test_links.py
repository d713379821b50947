"""Links in a text: to another lesson in the same tab, to a paper in one of its own."""

from collections.abc import Callable
from typing import Any

from tests.browser.tabs import quiet

ADVICE = ".st-key-advice a[href^='/']"


def test_a_link_to_a_lesson_stays_in_its_tab(open_page: Callable[..., Any], serve: Callable[..., str]) -> None:
    it = open_page(f"{serve('app.py')}/adviser", ready=ADVICE)
    quiet(it)
    it.page.wait_for_selector("html[data-links]", state="attached")  # until then Streamlit opens it in a tab of its own
    link = it.page.locator(ADVICE).first
    lesson = link.get_attribute("href")
    link.click()
    it.page.wait_for_url(f"**{lesson}", wait_until="commit")
    assert len(it.page.context.pages) == 1


def test_a_link_to_a_paper_opens_a_tab(open_page: Callable[..., Any], serve: Callable[..., str]) -> None:
    it = open_page(f"{serve('app.py')}/adviser", ready=ADVICE, own=True)
    it.page.context.route("https://**", lambda route: route.abort())
    paper = it.page.locator(".stMain a[href^='https://']").first
    with it.page.context.expect_page():
        paper.click()
    assert "/adviser" in it.page.url
