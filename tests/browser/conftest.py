"""Real servers and a real browser. A page fails its test when the browser reports an error.

`serve(script)` starts a server for a script or for an `st.App` and gives its address; `open_page(address, …)` opens a
page of a given width and theme. Both are there for every test under tests/browser.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
PAGES = Path(__file__).parent / "component_pages"
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
START = 60  # seconds a server may take


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """serve("app.py", NAME="value") starts `streamlit run app.py` from the project's folder, once for all tests."""
    running: dict[tuple[object, ...], tuple[str, subprocess.Popen[bytes]]] = {}

    def start(script: str | Path, **environment: str) -> str:
        key = (str(script), *sorted(environment.items()))
        if key not in running:
            port, log = free_port(), tmp_path_factory.mktemp("server") / "log"
            command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
            command += ["--server.address", "127.0.0.1", "--server.fileWatcherType", "none"]
            with log.open("wb") as out:
                process = subprocess.Popen(
                    command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT,
                    env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
                )  # fmt: skip
            address = f"http://127.0.0.1:{port}"
            running[key] = (address, process)
            wait_for(address, process, log)
        return running[key][0]

    yield start
    for _, process in running.values():
        process.terminate()
        process.wait(10)


def wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START
    while time.monotonic() < end:
        try:
            with urlopen(f"{address}/_stcore/health", timeout=2):
                return
        except OSError:
            assert process.poll() is None, f"the server ended:\n{log.read_text()}"
            time.sleep(0.1)
    raise TimeoutError(f"no answer within {START} s:\n{log.read_text()}")


@pytest.fixture(scope="session")
def components(serve: Callable[..., str]) -> Callable[[str], str]:
    """The address of one of the component pages."""
    return lambda page: serve(PAGES / "server.py", COMPONENT_PAGE=str(PAGES / page))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not found and not os.environ.get("CI"):
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield chromium
        chromium.close()


def is_error(message: ConsoleMessage) -> bool:
    """An error of ours. Streamlit first looks for its server beside a deep link, and is not found there."""
    return message.type == "error" and not re.search(r"/\w+/_stcore/[\w-]+$", message.location["url"])


@dataclass
class Opened:
    """A page, and what it did that a test wants to know."""

    page: Page
    sent: list[bytes | str] = field(default_factory=list)  # WebSocket frames from the browser
    errors: list[str] = field(default_factory=list)


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Opened]]:
    """open_page(address, width=1280, height=900, theme="light", ready=".lens[data-drawn]", **context)"""
    opened: list[Opened] = []

    def visit(
        address: str, *, width: int = 1280, height: int = 900, theme: str = "light", ready: str = "", **context: object
    ) -> Opened:
        made = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=theme, **context  # type: ignore[arg-type]
        )  # fmt: skip
        it = Opened(made.new_page())
        opened.append(it)
        it.page.on("pageerror", lambda error: it.errors.append(str(error)))
        it.page.on("console", lambda message: is_error(message) and it.errors.append(message.text))
        it.page.on("websocket", lambda socket: socket.on("framesent", lambda frame: it.sent.append(frame)))
        it.page.goto(address)
        if ready:
            it.page.wait_for_selector(ready, timeout=30_000)
        return it

    yield visit
    errors = [error for it in opened for error in it.errors]
    for it in opened:
        it.page.context.close()
    assert not errors, f"the browser reported: {errors}"
