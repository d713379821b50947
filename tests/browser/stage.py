"""The lens as a test sees it: where its cells are drawn, what is selected, how its numbers are printed."""

from typing import Any

import numpy as np

PAD = 3  # pixels around every canvas

# the page's own elements live in shadow roots, which plain selectors of the browser do not enter
DEEP = """(selector) => [...document.querySelectorAll("*")]
  .flatMap((element) => (element.shadowRoot ? [...element.shadowRoot.querySelectorAll(selector)] : []))"""


def box(page: Any, grid: str, part: str = "canvas:not(.loupe)") -> Any:
    return page.locator(f'.grid[data-grid="{grid}"] > {part}').first


def centre(
    page: Any, grid: str, row: int, column: int, shape: tuple[int, int], part: str = "canvas:not(.loupe)"
) -> tuple[float, float]:
    """Where a cell is drawn, in the page's pixels."""
    canvas = box(page, grid, part)
    canvas.scroll_into_view_if_needed()
    at = canvas.bounding_box()
    height, width = (at["height"] - 2 * PAD) / shape[0], (at["width"] - 2 * PAD) / shape[1]
    return at["x"] + PAD + (column + 0.5) * width, at["y"] + PAD + (row + 0.5) * height


def selected(page: Any) -> str:
    return page.locator(".si").inner_text()


def three_digits(value: float) -> str:
    """As numbers on their own are printed, from 0.001 on."""
    return f"{value:.{2 - int(np.floor(np.log10(abs(value))))}f}".replace("-", "−")


def read(text: str) -> float:
    return float(text.replace("−", "-"))


def settle(page: Any) -> None:
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
