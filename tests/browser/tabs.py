"""Tabs of the browser: what a page does in one is written down, and nothing of it is left for the next test."""

import re
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, WebSocket


def is_error(message: ConsoleMessage) -> bool:
    """An error of ours. Streamlit first looks for its server beside a deep link, and is not found there."""
    return message.type == "error" and not re.search(r"/\w+/_stcore/[\w-]+$", message.location["url"])


@dataclass
class Opened:
    """A page, and what it did that a test wants to know."""

    page: Page
    sent: list[bytes | str] = field(
        default_factory=list
    )  # by the browser, over Streamlit's socket: each asks for a run
    errors: list[str] = field(default_factory=list)

    def listen(self, socket: WebSocket) -> None:
        """A training panel has a socket of its own, and may say at any time that it has drawn."""
        if "/_stcore/" in socket.url:
            socket.on("framesent", lambda frame: self.sent.append(frame))


def open_tab(browser: Browser, **context: Any) -> Opened:
    it = Opened(browser.new_context(**context).new_page())
    it.page.on("pageerror", lambda error: it.errors.append(str(error)))
    it.page.on("console", lambda message: is_error(message) and it.errors.append(message.text))
    it.page.on("websocket", it.listen)
    return it


def rest(it: Opened) -> None:
    """Leaves the page, and nothing of it but what its server said may be kept."""
    it.page.unroute_all()
    it.page.evaluate("() => { localStorage.clear(); sessionStorage.clear() }")
    it.page.context.clear_cookies()
    it.page.context.clear_permissions()
    it.page.goto("about:blank")
    it.page.mouse.move(0, 0)
    it.sent.clear()
    it.errors.clear()


def quiet(it: Opened) -> None:
    """Waits until the page's script has run to its end and the browser has painted."""
    it.page.wait_for_function("() => document.querySelector('.stApp').dataset.testScriptState === 'notRunning'")
    it.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def guess(it: Opened, claim: str) -> Locator:
    """The claim's experiment, once it has been asked for without a guess."""
    card = it.page.locator(f".st-key-experiment-{claim.lower()}")
    card.get_by_text("Show me without a guess").click()
    return card
