"""Real servers and a real browser. A page fails its test when the browser reports an error.

`serve(script)` starts a server for a script or for an `st.App` and gives its address; `open_page(address, …)` opens a
page of a given width and theme. Both are there for every test under tests/browser; `lens(scene)` opens a sample scene.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from benchmarks import server
from tests.browser.tabs import Opened, open_tab, quiet, rest

PAGES = Path(__file__).parent / "component_pages"


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[..., str]]:
    """serve("app.py", NAME="value") starts `streamlit run app.py` from the project's folder, once for all tests."""
    running: dict[tuple[object, ...], str] = {}
    with ExitStack() as servers:

        def start(script: str | Path, **environment: str) -> str:
            key = (str(script), *sorted(environment.items()))
            if key not in running:
                running[key] = servers.enter_context(server.serve(str(script), **environment)).address
            return running[key]

        yield start


@pytest.fixture(scope="session")
def components(serve: Callable[..., str]) -> Callable[[str], str]:
    """The address of one of the component pages."""
    return lambda page: serve(PAGES / "server.py", COMPONENT_PAGE=str(PAGES / page))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with ExitStack() as stack:
        try:
            chromium = stack.enter_context(server.chromium())
        except FileNotFoundError as error:
            pytest.skip(str(error))  # where CI is set, that fails: tests/conftest.py
        yield chromium


@pytest.fixture(scope="session")
def resting(browser: Browser) -> list[Opened]:
    """Tabs between two tests. What they have loaded of a server once they need not load again: that halves the time."""
    return []


FAILED = pytest.StashKey[bool]()


def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    if call.excinfo:
        item.stash[FAILED] = True


@pytest.fixture
def open_page(
    browser: Browser, resting: list[Opened], request: pytest.FixtureRequest
) -> Iterator[Callable[..., Opened]]:
    """open_page(address, width=1280, height=900, theme="light", ready=".lens[data-drawn]", **options)

    A page is always loaded anew. Its tab may have served another test, unless it is to be the test's own, as one with a
    context of its own is; that and the tabs of a test that fails are closed.
    """
    opened: list[Opened] = []
    closed: list[Opened] = []

    def visit(
        address: str, *, width: int = 1280, height: int = 900, theme: Any = "light", ready: str = "",
        reduced_motion: Any = "no-preference", permissions: Sequence[str] = (), own: bool = False, **context: object,
    ) -> Opened:  # fmt: skip
        own = own or bool(context)
        it = resting.pop() if resting and not own else open_tab(browser, **context)
        (closed if own else opened).append(it)
        it.page.set_viewport_size({"width": width, "height": height})
        it.page.emulate_media(color_scheme=theme, reduced_motion=reduced_motion)
        it.page.context.grant_permissions(permissions)
        it.page.goto(address)
        if ready:
            it.page.wait_for_selector(ready, timeout=30_000)
        return it

    yield visit
    errors = [error for it in opened + closed for error in it.errors]
    if errors or request.node.stash.get(FAILED, False):
        closed += opened
    else:
        for it in opened:
            rest(it)
        resting += opened
    for it in closed:
        it.page.context.close()
    assert not errors, f"the browser reported: {errors}"


@pytest.fixture
def open_lesson(open_page: Callable[..., Opened], serve: Callable[..., str]) -> Callable[..., Opened]:
    """open_lesson("dense", "dense_units=3", **options of open_page): drawn, and its script has run to its end."""

    def visit(name: str, query: str = "", **options: Any) -> Opened:
        it = open_page(f"{serve('app.py')}/{name}?{query}", ready=".lens[data-drawn]", **options)
        quiet(it)
        return it

    return visit


@pytest.fixture
def lens_address(components: Callable[[str], str]) -> str:
    return components("lens_page.py")


@pytest.fixture
def lens(open_page: Callable[..., Any], lens_address: str) -> Callable[..., Any]:
    """Opens a sample scene in the lens."""

    def visit(scene: str, query: str = "", **options: Any) -> Any:
        return open_page(f"{lens_address}/?scene={scene}{query}", ready=".lens[data-drawn]", **options)

    return visit
