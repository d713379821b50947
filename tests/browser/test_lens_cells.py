"""What the lens prints in cells and rows: no number that would mislead."""

from typing import Any

import pytest

from tests.browser.stage import centre, read
from ui import assets


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (-0.54, 2, "−0.54"),
        (-0.54, 0, "−0.5"),  # never −1
        (0.02, 1, "2e−2"),  # never 0.0
        (-0.0003, 2, "−3e−4"),
        (0.05, 1, "0.1"),
        (12.4, 2, "12"),
        (3.0, 0, "3"),
        (-12345.0, 2, "−1e4"),
        (0.0, 2, "0.00"),
    ],
)
def test_a_number_in_a_cell_is_never_another_number(
    value: float, places: int, text: str, open_page: Any, lens_address: str
) -> None:
    module = assets.address("drawing/numbers.js")
    page = open_page(f"{lens_address}/_stcore/health").page
    call = "async ([module, value, places]) => (await import(module)).short(value, places)"
    assert page.evaluate(call, [module, value, places]) == text


def test_a_use_is_an_equation(lens: Any) -> None:
    """x goes into y: the row says x · w = what it adds."""
    page = lens("digit").page
    page.mouse.click(*centre(page, "x", 3, 4, (8, 8)))
    own = read(page.locator(".sv").inner_text())
    rows = page.locator("table.uses tbody tr").all()
    assert len(rows) == 9
    for row in rows:
        cells = [
            cell for cell in row.inner_text().replace("×", " ").replace("=", " ").split() if not cell.endswith("]")
        ]
        x, w, added = (read(cell) for cell in cells if cell[0] in "−0123456789.")
        assert x == pytest.approx(own, abs=0.006)  # as the cell prints it
        assert added == pytest.approx(x * w, abs=0.01)


def test_cells_beyond_the_scale_are_counted(lens: Any) -> None:
    page = lens("digit").page
    texts = page.locator(".gscale").all_inner_texts()
    assert all("◥" not in text or int(text.split("◥")[1]) > 0 for text in texts)


def test_a_pause_shows_all_that_is_known(lens: Any) -> None:
    page = lens("digit").page
    page.get_by_role("button", name="Play").click()
    page.wait_for_timeout(600)
    blank = "() => { const c = [...document.querySelectorAll('*')].flatMap(e => e.shadowRoot ? [...e.shadowRoot.querySelectorAll('.grid[data-grid=y] canvas')] : [])[0]; const p = c.getContext('2d').getImageData(c.width - 12, c.height - 12, 1, 1).data; return [...p] }"  # noqa: E501
    assert page.evaluate(blank)[3] == 0
    page.get_by_role("button", name="Pause").click()
    assert page.evaluate(blank)[3] == 255
