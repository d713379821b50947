"""Every page with all of its experiments fits and axe finds nothing in it: on a wall, a laptop and a phone."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.tabs import Opened, quiet
from ui.contents import SECTIONS

PAGES = ["", *(lesson.name for lessons in SECTIONS.values() for lesson in lessons)]
FOLLOWS = "theme => getComputedStyle(document.querySelector('.stApp')).colorScheme === theme"
WITHIN = "all => all.every(root => root.scrollWidth <= root.clientWidth)"


def every_experiment(it: Opened) -> None:
    """All are asked for without a guess; what trains is stopped, so that the page rests."""
    for toggle in it.page.get_by_text("Show me without a guess").all():
        toggle.click()
        quiet(it)
    stop = it.page.get_by_role("button", name="Stop", exact=True)
    while stop.count():
        stop.evaluate_all("all => all[0]?.click()")  # one may end by itself before a mouse has come to it
        quiet(it)


@pytest.mark.parametrize("page", PAGES)
def test_it_fits_and_axe_finds_nothing(open_page: Callable[..., Opened], serve: Callable[..., str], page: str) -> None:
    it = open_page(f"{serve('app.py')}/{page}", ready=".lens[data-drawn], .surface[data-drawn], .facts")
    quiet(it)
    every_experiment(it)
    for width, theme in ((1920, "light"), (1280, "dark"), (390, "light")):
        it.page.set_viewport_size({"width": width, "height": 900})
        it.page.emulate_media(color_scheme=theme)
        it.page.wait_for_function(FOLLOWS, arg=theme)
        quiet(it)
        assert it.page.evaluate("document.documentElement.scrollWidth") <= width
        assert it.page.locator(".surface, .unrolled").evaluate_all(WITHIN)
        found = Axe().run(it.page)
        assert found.violations_count == 0, found.generate_report()
