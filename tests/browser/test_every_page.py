"""Every page with all of its experiments fits and axe finds nothing in it: on a wall, a laptop and a phone."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.tabs import Opened, quiet
from ui.contents import HOME, SECTIONS, Lesson

FOLLOWS = "theme => getComputedStyle(document.querySelector('.stApp')).colorScheme === theme"
WITHIN = "all => all.every(root => root.scrollWidth <= root.clientWidth)"


def every_experiment(it: Opened, count: int) -> None:
    """All are asked for without a guess; what trains is stopped, so that the page rests."""
    asked = it.page.get_by_text("Show me without a guess")
    for place in range(count):
        asked.nth(place).click()
        quiet(it)
    stop = it.page.get_by_role("button", name="Stop", exact=True)
    while stop.count():
        stop.evaluate_all("all => all[0]?.click()")  # one may end by itself before a mouse has come to it
        quiet(it)


@pytest.mark.parametrize(
    "page", [HOME, *(lesson for lessons in SECTIONS.values() for lesson in lessons)], ids=lambda page: page.name
)
def test_it_fits_and_axe_finds_nothing(
    open_page: Callable[..., Opened], serve: Callable[..., str], page: Lesson
) -> None:
    it = open_page(
        f"{serve('app.py')}/{'' if page is HOME else page.name}",
        ready=".lens[data-drawn], .surface[data-drawn], .facts",
    )
    quiet(it)
    every_experiment(it, page.page.read_text(encoding="utf-8").count("lesson.experiment("))
    for width, theme in ((1920, "light"), (1280, "dark"), (390, "light")):
        it.page.set_viewport_size({"width": width, "height": 900})
        it.page.emulate_media(color_scheme=theme)
        it.page.wait_for_function(FOLLOWS, arg=theme)
        quiet(it)
        assert it.page.evaluate("document.documentElement.scrollWidth") <= width
        assert it.page.locator(".surface, .unrolled").evaluate_all(WITHIN)
        found = Axe().run(it.page)
        assert found.violations_count == 0, found.generate_report()
