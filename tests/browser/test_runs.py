"""A page that runs more often than its browser has time to draw."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import WebSocketRoute

CLICKS = 8  # as EVERY of the page
RUN = 500  # milliseconds, within which the server has answered


def test_a_browser_that_is_behind_still_has_what_the_server_takes_it_to_have(
    open_page: Callable[..., Any], components: Callable[[str], str]
) -> None:
    """With a click it says what it keeps; what it has thrown away before the answer comes stops its page for good."""
    late: list[Callable[[], None]] = []
    behind = False

    def connect(browser: WebSocketRoute) -> None:
        def answer(message: str | bytes) -> None:
            if behind:
                late.append(lambda: browser.send(message))
            else:
                browser.send(message)

        browser.connect_to_server().on_message(answer)

    page = open_page(components("rerun_page.py"), ready="text=words", own=True).page
    page.route_web_socket("**/_stcore/stream", connect)
    page.reload()
    page.get_by_text("words").wait_for()
    behind = True
    for _ in range(CLICKS):
        page.get_by_role("button", name="Run").click()
        page.wait_for_timeout(RUN)
    behind = False
    for tell in late:
        tell()
    page.get_by_text(f"run {CLICKS}").wait_for()
    page.get_by_text("words").wait_for()
