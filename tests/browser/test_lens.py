"""The lens in a real browser: the same numbers as Python's, drawn where they belong, and silent while pointed at."""

import base64
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from experiments.scene import FUNCTIONS, evaluate, pack, terms, values
from tests.scenes import SCENES
from ui import assets

READY = ".lens[data-drawn]"
PAD = 3
PAGES = Path(__file__).parent / "component_pages"

STUDY = (PAGES / "study.js").read_text()

# the page's own elements live in shadow roots, which plain selectors of the browser do not enter
DEEP = """(selector) => [...document.querySelectorAll("*")]
  .flatMap((element) => (element.shadowRoot ? [...element.shadowRoot.querySelectorAll(selector)] : []))"""


@pytest.fixture
def address(components: Callable[[str], str]) -> str:
    return components("lens_page.py")


@pytest.fixture
def lens(open_page: Callable[..., Any], address: str) -> Callable[..., Any]:
    """Opens a sample scene in the lens."""

    def visit(scene: str, query: str = "", **options: Any) -> Any:
        return open_page(f"{address}/?scene={scene}{query}", ready=READY, **options)

    return visit


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


# ------------------------------------------------------------------ the numbers


@pytest.mark.parametrize("name", list(SCENES))
def test_the_browser_has_the_same_bytes_and_the_same_sums(name: str, open_page: Any, address: str) -> None:
    scene = SCENES[name]()
    page = open_page(f"{address}/_stcore/health").page
    payload = base64.b64encode(pack(scene)).decode()
    study = page.evaluate(STUDY, {"base": f"/assets/{assets.version()}", "payload": payload})
    liars = 0
    for frame, there in enumerate(study["frames"]):
        for grid in scene.grids:
            assert there["grids"][grid.id] == np.ascontiguousarray(values(scene, grid.id, frame)).tobytes().hex()
        for step, mine in zip(scene.steps, there["steps"], strict=True):
            results = np.array([float(text.replace("Infinity", "inf")) for text in mine["results"]])
            sizes = np.nan_to_num([float(text.replace("Infinity", "inf")) for text in mine["sizes"]])
            expected = np.asarray(evaluate(scene, step, frame), np.float64)
            np.testing.assert_array_less(np.abs(np.nan_to_num(results - expected)), 1e-12 * sizes + 1e-300)
            assert (np.isnan(results) == np.isnan(expected)).all()
            liars += mine["agree"].count(False)
    assert liars == (1 if name == "wrong" else 0)
    for group in study["turned"]:
        assert group["back"] == [group["there"]] * len(group["back"])


def test_python_and_browser_count_the_same_terms(open_page: Any, address: str) -> None:
    scene = SCENES["strided"]()
    page = open_page(f"{address}/_stcore/health").page
    study = page.evaluate(
        STUDY, {"base": f"/assets/{assets.version()}", "payload": base64.b64encode(pack(scene)).decode()}
    )
    groups = [group for step in scene.steps for group in getattr(step, "groups", ())]
    assert [group["count"] for group in study["turned"]] == [len(terms(group.index).cell) for group in groups]


def test_every_named_function_has_its_twin(open_page: Any, address: str) -> None:
    page = open_page(f"{address}/_stcore/health").page
    found = page.evaluate(
        """async (base) => {
          const { FUNCTIONS } = await import(`${base}/lens/functions.js`)
          const at = [[0.3, 0.7], [-1.2, 2.5], [2.0, -0.4]]
          return Object.fromEntries(Object.entries(FUNCTIONS).map(([name, { f, slope }]) => {
            const slopes = at.map((x) => slope.map((s, i) => {
              const up = [...x], down = [...x]
              up[i] += 1e-6
              down[i] -= 1e-6
              return s(...x) - (f(...up) - f(...down)) / 2e-6
            }))
            return [name, { values: at.map((x) => f(...x)), slopes: slopes.flat(), arguments: slope.length }]
          }))
        }""",
        f"/assets/{assets.version()}",
    )
    assert set(found) == set(FUNCTIONS)
    a, b = np.array([0.3, -1.2, 2.0]), np.array([0.7, 2.5, -0.4])
    for name, twin in found.items():
        with np.errstate(invalid="ignore"):
            expected = FUNCTIONS[name](*(a, b)[: twin["arguments"]])
        mine = np.array([np.nan if v is None else v for v in twin["values"]], float)
        np.testing.assert_allclose(mine, expected, rtol=1e-14)
        slopes = np.array([0.0 if v is None else v for v in twin["slopes"]], float)
        np.testing.assert_allclose(np.nan_to_num(slopes), 0, atol=1e-7, err_msg=name)


# ------------------------------------------------------------------ the drawing


def test_cells_have_the_colours_of_their_scale(lens: Any) -> None:
    scene = SCENES["photograph"]()
    page = lens("photograph").page
    x = next(grid for grid in scene.grids if grid.id == "x").values[..., 0]
    for row, column in ((2, 3), (40, 44), (20, 30), (47, 0)):
        colour = box(page, "x").evaluate(
            """(canvas, [row, column, shape, pad]) => {
              const ratio = canvas.width / canvas.getBoundingClientRect().width
              const cell = (canvas.width / ratio - 2 * pad) / shape
              const at = (i) => (pad + (i + 0.5) * cell) * ratio
              return [...canvas.getContext("2d").getImageData(at(column), at(row), 1, 1).data]
            }""",
            [row, column, 48, PAD],
        )
        level = round(255 * round(512 * x[row, column]) / 512)
        assert np.abs(np.array(colour[:3]) - level).max() <= 1, (row, column, colour, level)


def test_the_first_screen_holds_the_forward_lane(lens: Any) -> None:
    page = lens("photograph", width=1032, height=800).page  # a window of 1280 leaves the lens 1000
    top = page.locator(".lens").bounding_box()["y"]
    x, y, w = (box(page, grid).bounding_box() for grid in "xyw")
    loupe = box(page, "x", "canvas.loupe").bounding_box()
    assert min(x["width"], y["width"]) >= 230
    assert x["x"] < w["x"] < y["x"] < page.locator(".sum").bounding_box()["x"]
    assert loupe["y"] + loupe["height"] - top <= 485


def test_a_phone_has_both_pictures_side_by_side_and_a_loupe(lens: Any) -> None:
    page = lens("photograph", width=390, height=800).page
    x, y, w = (box(page, grid).bounding_box() for grid in "xyw")
    assert x["y"] == y["y"]
    assert x["x"] + x["width"] <= y["x"]
    assert x["width"] >= 144
    assert w["y"] > x["y"] + x["height"]
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    loupe = box(page, "x", "canvas.loupe").bounding_box()
    assert loupe["height"] >= 90


def test_pictures_grow_on_a_large_screen(lens: Any) -> None:
    page = lens("photograph", width=1920, height=1080).page
    assert 400 <= box(page, "x").bounding_box()["width"] <= 490


@pytest.mark.parametrize("scene", ["photograph", "colours", "digit", "rnn"])
@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (2560, 1440)])
def test_a_projector_has_larger_type_and_nothing_overlaps(scene: str, width: int, height: int, lens: Any) -> None:
    page = lens(scene, width=width, height=height).page
    assert page.locator(".sv").evaluate("e => getComputedStyle(e).fontSize") == "40px"
    assert page.locator(".gs").first.evaluate("e => getComputedStyle(e).fontSize") == "15px"
    if scene != "rnn":
        assert (box(page, "w").bounding_box()["width"] - 2 * PAD) / 3 >= 39
    parts = [it.bounding_box() for it in page.locator(".grid, .sum").all()]
    for i, a in enumerate(parts):
        for b in parts[i + 1 :]:
            beside = a["x"] + a["width"] <= b["x"] + 3 or b["x"] + b["width"] <= a["x"] + 3
            assert beside or a["y"] + a["height"] <= b["y"] or b["y"] + b["height"] <= a["y"], (a, b)
    for text in page.locator(".gn, .gs").all():
        at = text.bounding_box()
        own = text.locator("xpath=..").bounding_box()
        right = min((p["x"] for p in parts if p["x"] > own["x"] + 3 and p["y"] < at["y"] + 20), default=width)
        assert at["x"] + at["width"] <= right
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width


# ------------------------------------------------------------------ pointing


def test_pointing_shows_arithmetic_that_ends_in_the_number(lens: Any) -> None:
    scene = SCENES["digit"]()
    it = lens("digit")
    page = it.page
    page.mouse.move(*centre(page, "y", 2, 4, (6, 6)))
    assert selected(page) == "y[2, 4]"
    value = next(grid for grid in scene.grids if grid.id == "y").values[2, 4, 0]
    assert page.locator(".sv").inner_text() == three_digits(value)
    assert page.locator(".term").count() == 10
    assert "ends in the number shown" in page.locator(".sum").inner_text()
    page.mouse.move(5, 5)
    settle(page)
    assert selected(page) == "y[3, 3]"  # leaving returns to the selection


def test_a_sum_that_misses_its_cell_is_said_in_words(lens: Any) -> None:
    page = lens("wrong").page
    assert selected(page) == "y[3, 3]"
    assert re.search(r"The terms give .+, the cell holds", page.locator(".ck.bad").inner_text())
    page.locator("[data-phase=backward]").click()
    assert "disagrees" in page.locator(".ck.bad").inner_text()


def test_gradient_check_is_beside_the_gradient(lens: Any) -> None:
    page = lens("digit").page
    page.locator("[data-phase=backward]").click()
    assert re.search(r"numerical gradient .+ agrees", page.locator(".sum").inner_text())


def test_a_gradient_without_a_check_says_why(lens: Any) -> None:
    page = lens("unchecked").page
    page.locator("[data-phase=backward]").click()
    assert selected(page).startswith("∂L/∂x")
    assert page.locator(".sum .ck").last.inner_text() == "not checked here: it would take too long"


def test_not_a_number_is_shown_and_explained(lens: Any) -> None:
    page = lens("nan").page
    assert page.locator(".sv").inner_text() == "NaN"
    assert "not a number: a is not a number already" in page.locator(".sum").inner_text()


def test_a_number_leads_to_the_next_and_back(lens: Any) -> None:
    page = lens("rnn").page
    assert selected(page) == "h₁[1]"  # tanh of …
    page.locator(".fac").first.click()
    assert selected(page) == "a[1]"  # a sum of …
    page.locator(".fac").nth(1).click()
    assert selected(page).startswith("W[")
    page.get_by_role("button", name="back to a").click()
    assert selected(page) == "a[1]"
    box(page, "a").focus()
    page.keyboard.press("Backspace")
    assert selected(page) == "h₁[1]"


def test_map_and_product_of_three_and_choice(lens: Any) -> None:
    page = lens("rnn").page
    text = page.locator(".sum").inner_text()
    assert "tanh(" in text
    assert "slope ∂h₁/∂a = 1 − tanh²" in text
    page.locator("[data-phase=backward]").click()
    assert page.locator(".term .fac").count() == 3  # ∂W = x · ∂h · s
    pool = lens("pool").page
    assert pool.locator(".won", has_text="taken").count() == 1
    assert "taken from 4 cells" in pool.locator(".sum").inner_text()


def test_many_terms_open_in_place(lens: Any) -> None:
    page = lens("photograph").page
    page.locator("[data-phase=backward]").click()
    page.mouse.click(*centre(page, "dw", 0, 1, (3, 3)))
    assert page.locator(".term").count() == 9
    assert "sum of 2116 terms" in page.locator(".sum").inner_text()
    page.get_by_role("button", name="and 2107 more").click()
    assert page.locator(".term").count() == 2116


def test_an_input_shows_where_it_goes(lens: Any) -> None:
    page = lens("digit").page
    page.mouse.click(*centre(page, "x", 4, 4, (8, 8)))
    assert "goes into 9 cells of y" in page.locator(".sum").inner_text()
    assert page.locator(".term").count() == 9


def test_the_loupe_can_be_pointed_at_and_stands_still(lens: Any) -> None:
    page = lens("photograph", width=1032).page
    loupe = box(page, "y", "canvas.loupe")
    at = loupe.bounding_box()
    page.mouse.move(at["x"] + 10, at["y"] + 10)
    first = selected(page)
    page.mouse.move(at["x"] + at["width"] - 10, at["y"] + 10)
    second = selected(page)
    page.mouse.move(at["x"] + 10, at["y"] + 10)
    assert selected(page) == first != second
    page.mouse.click(at["x"] + 10, at["y"] + 10)
    assert selected(page) == first


def test_nothing_is_sent_while_pointing_pressing_scrubbing_and_playing(lens: Any) -> None:
    it = lens("photograph")
    page = it.page
    page.wait_for_timeout(500)
    before = len(it.sent)
    for row in range(0, 46, 5):
        page.mouse.move(*centre(page, "y", row, row, (46, 46)))
    page.mouse.click(*centre(page, "y", 20, 20, (46, 46)))
    page.locator("[data-phase=backward]").click()
    page.get_by_role("button", name="One step on").click()
    page.get_by_role("button", name="Play").click()
    page.wait_for_timeout(300)
    page.get_by_role("button", name="Pause").click()
    page.locator(".player input").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(500)
    assert it.sent[before:] == []


def test_lines_that_do_not_add_up_are_called_rounded(lens: Any) -> None:
    """The printed products against the printed total, over cells of both kinds; digits are the column's own."""
    page = lens("strided").page
    seen = set()
    box(page, "y").focus()
    page.keyboard.press("Control+Home")
    for _ in range(14):
        page.keyboard.press("ArrowRight")
        if selected(page).startswith("y[0, 3"):
            page.keyboard.press("ArrowDown")
            page.keyboard.press("Home")
        lines = page.locator(".terms tr.term td:nth-last-child(2)").all_inner_texts()
        lines += page.locator(".ft tr:not(.total) td:last-child").all_inner_texts()
        total = page.locator(".total td:last-child").inner_text()
        if any("×" in text for text in [*lines, total]):
            continue
        assert total == page.locator(".sv").inner_text()
        places = len(total.split(".")[1])
        adds_up = f"{sum(map(read, lines)):.{places}f}" == f"{read(total):.{places}f}"
        assert ("the lines are rounded" in page.locator(".sum .ck").first.inner_text()) is not adds_up
        seen.add(adds_up)
    assert seen == {True, False}


def test_a_number_reads_the_same_in_head_total_sentence_and_check(lens: Any) -> None:
    page = lens("photograph").page
    page.locator("[data-phase=backward]").click()
    page.mouse.click(*centre(page, "dw", 0, 1, (3, 3)))
    head = page.locator(".sv").inner_text()
    assert page.locator(".total td:last-child").inner_text() == head
    assert f" is {head}: the sum of 2116 terms" in page.locator(".lens-line").inner_text()
    assert f"numerical gradient {head} agrees" in page.locator(".sum").inner_text()
    largest = page.locator(".terms tr.term td:nth-last-child(2)").first.inner_text()
    assert len(largest.lstrip("−0.").replace(".", "")) >= 3


# ------------------------------------------------------------------ keyboard, touch, screen reader


def test_the_keyboard_alone_reaches_every_cell(lens: Any) -> None:
    page = lens("strided").page
    x = box(page, "x")
    x.focus()
    page.keyboard.press("Control+Home")
    seen = {selected(page)}
    for row in range(9):
        for _ in range(7):
            page.keyboard.press("ArrowRight" if row % 2 == 0 else "ArrowLeft")
            seen.add(selected(page))
        page.keyboard.press("PageDown")
        seen.add(selected(page))
        page.keyboard.press("PageUp")
        page.keyboard.press("ArrowDown")
        seen.add(selected(page))
    assert len([cell for cell in seen if cell.endswith(", 0]")]) == 72
    assert any(cell.endswith(", 1]") for cell in seen)
    page.keyboard.press("b")
    assert page.locator("[data-phase=backward]").get_attribute("aria-pressed") == "true"
    page.keyboard.press("f")
    assert page.locator("[data-phase=forward]").get_attribute("aria-pressed") == "true"


def test_tab_returns_to_the_cell_that_was_selected(lens: Any) -> None:
    page = lens("digit").page
    page.mouse.click(*centre(page, "w", 1, 2, (3, 3)))
    page.mouse.click(*centre(page, "y", 4, 1, (6, 6)))
    page.keyboard.press("Shift+Tab")  # b, seen for the first time
    assert selected(page) == "b"
    page.keyboard.press("Shift+Tab")
    assert selected(page) == "w[1, 2]"
    for _ in range(2):
        page.keyboard.press("Tab")
    assert selected(page) == "y[4, 1]"


def test_a_new_direction_takes_the_keyboard_along(lens: Any) -> None:
    page = lens("digit").page
    focused = f"({DEEP})('canvas:focus').map((canvas) => canvas.closest('.grid').dataset.grid)"
    box(page, "y").focus()
    page.keyboard.press("b")
    assert page.evaluate(focused) == ["dx"]
    page.locator("[data-phase=forward]").click()
    assert page.evaluate(focused) == ["y"]
    page.locator(".player input").focus()
    page.locator("[data-phase=backward]").click()
    assert page.evaluate(focused) == []  # it was not in a grid


@pytest.mark.parametrize("how", ["button", "key"])
def test_a_new_direction_is_scrolled_to_and_the_panel_stays(how: str, lens: Any) -> None:
    page = lens("photograph", height=600, reduced_motion="reduce").page

    def in_view(part: Any) -> bool:
        at = part.bounding_box()
        return at["y"] >= 0 and at["y"] + at["height"] <= 600

    assert not in_view(box(page, "dx"))
    page.wait_for_timeout(300)
    if how == "key":
        box(page, "y").evaluate("canvas => canvas.focus({ preventScroll: true })")
        page.keyboard.press("b")
    else:
        page.locator("[data-phase=backward]").click()
    settle(page)
    assert in_view(box(page, "dx"))
    assert in_view(page.locator(".sum .head"))
    assert in_view(page.locator(".sum .ck").first)


def test_the_plane_that_takes_part_is_drawn(lens: Any) -> None:
    """Two groups: filters 2 and 3 see channel 1 alone."""
    page = lens("strided").page
    shown = page.locator('.grid[data-grid="x"] .tb[aria-pressed=true]')
    page.locator("[data-phase=backward]").click()
    page.locator('.grid[data-grid="dw"] .tb').first.click()
    page.mouse.click(*centre(page, "dw", 2, 1, (3, 3)))
    assert shown.get_attribute("aria-label") == "x: show channel 0"
    page.locator('.grid[data-grid="dw"] .tb').nth(3).click()
    assert selected(page) == "∂L/∂w[2, 1, 3]"
    assert shown.get_attribute("aria-label") == "x: show channel 1"
    page.locator('.grid[data-grid="x"] .tb').first.click()  # the learner's hand goes before
    assert selected(page) == "∂L/∂w[2, 1, 3]"
    assert shown.get_attribute("aria-label") == "x: show channel 0"


def test_tiny_cells_that_are_lit_have_one_outline(open_page: Any, address: str) -> None:
    """Every other cell is lit: in large cells each has its own outline, in tiny ones they share one."""
    page = open_page(f"{address}/_stcore/health").page
    drawn = page.evaluate(
        """async (base) => {
          const { paint } = await import(`${base}/drawing/paint.js`)
          const fill = Array(514).fill("#fff"), pixels = new Uint32Array(515).fill(0xffffffff)
          const palette = { bg: "#fff", line2: "#fff", signed: { fill, ink: fill, pixels } }
          const at = (i, j) => i * 8 + j, values = Float64Array.from({ length: 64 }, () => 1)
          const lit = Uint8Array.from({ length: 64 }, (_, k) => (k >> 3) % 2 === 0 && k % 2 === 0)
          return [4, 12].map((size) => {
            const canvas = document.createElement("canvas")
            const m = { rows: 8, cols: 8, at, values, scale: { kind: "signed", max: 1 } }
            paint(canvas, m, { width: size, height: size }, palette, { lit, edge: "#f00", edgeWidth: 1 })
            const middle = Math.round(size * 2.5)
            const line = canvas.getContext("2d").getImageData(0, middle, canvas.width, 1)
            return line.data.filter((v, k) => k % 4 === 1 && v < 200).length
          })
        }""",
        f"/assets/{assets.version()}",
    )
    assert drawn[0] <= 4 < drawn[1]


def test_the_panel_is_one_tab_stop(lens: Any) -> None:
    page = lens("digit").page
    assert page.locator('.fac[tabindex="0"]').count() == 1
    page.locator('.fac[tabindex="0"]').focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert selected(page).startswith("w[")


def test_a_screen_reader_hears_the_same_numbers(lens: Any) -> None:
    page = lens("digit").page
    box(page, "y").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(400)
    live = page.locator("[aria-live=polite]").inner_text()
    assert live.startswith("y at row 3, column 4 is ")
    assert "the sum of 10 terms. Largest: x at row" in live
    assert box(page, "x").get_attribute("aria-label") == "x, input, 8 rows by 8 columns by 1 channel. Arrow keys move."
    page.get_by_role("button", name="Show as table").click()
    table = page.locator(".lens-table table")
    assert table.locator("tbody tr").count() == 6
    assert table.locator('td[aria-current="true"]').count() == 1


def test_a_tap_selects(lens: Any) -> None:
    it = lens("photograph", width=390, has_touch=True, is_mobile=True)
    page = it.page
    page.touchscreen.tap(*centre(page, "y", 10, 12, (46, 46)))
    assert selected(page) == "y[10, 12]"
    loupe = box(page, "y", "canvas.loupe")
    at = loupe.bounding_box()
    page.touchscreen.tap(at["x"] + at["width"] - 12, at["y"] + 12)
    row, column = map(int, re.findall(r"\d+", selected(page)))
    assert (row, column) != (10, 12)
    assert abs(row - 10) <= 2
    assert abs(column - 12) <= 4


def test_reduced_motion_plays_slowly(lens: Any) -> None:
    page = lens("digit", reduced_motion="reduce").page
    page.get_by_role("button", name="Play").click()
    start = page.locator(".pos").inner_text()
    page.wait_for_timeout(500)
    assert page.locator(".pos").inner_text() == start
    page.wait_for_timeout(700)
    assert page.locator(".pos").inner_text() != start


def test_frames_are_scrubbed_with_the_lens_open(lens: Any) -> None:
    it = lens("recorded")
    page = it.page
    before = selected(page), page.locator(".sv").inner_text()
    page.locator(".player input").focus()
    page.keyboard.press("End")
    assert page.locator(".pos").inner_text() == "training step 19 of 19"
    after = selected(page), page.locator(".sv").inner_text()
    assert before[0] == after[0]
    assert before[1] != after[1]
    assert "ends in the number shown" in page.locator(".sum").inner_text()


# ------------------------------------------------------------------ link, edit, redraw


def test_the_address_keeps_what_is_selected(lens: Any) -> None:
    it = lens("digit")
    page = it.page
    page.locator("[data-phase=backward]").click()
    page.mouse.click(*centre(page, "dw", 1, 2, (3, 3)))
    page.wait_for_function("new URLSearchParams(location.search).get('look') === 'backward.dw.5'")
    assert "scene=digit" in page.url
    page.reload()
    page.wait_for_selector(READY)
    assert selected(page) == "∂L/∂w[1, 2]"
    assert page.locator("[data-phase=backward]").get_attribute("aria-pressed") == "true"


@pytest.mark.parametrize("value", ["nonsense", "backward.dw.99999", "sideways.dw.0", "backward.<b>.0", "forward.y.-1"])
def test_an_impossible_address_is_not_followed(value: str, lens: Any) -> None:
    assert selected(lens("digit", f"&look={value}").page) == "y[3, 3]"


def test_an_edit_goes_to_the_server_and_comes_back(lens: Any) -> None:
    page = lens("digit").page
    page.mouse.click(*centre(page, "w", 1, 1, (3, 3)))
    field = page.locator(".edit .field")
    field.fill("1.5")
    field.press("Enter")
    page.get_by_text("edits 1 final 1").wait_for()
    assert page.locator(".sv").inner_text() in ("1.50", "2")
    page.mouse.click(*centre(page, "y", 3, 3, (6, 6)))
    assert "ends in the number shown" in page.locator(".sum").inner_text()
    page.mouse.click(*centre(page, "w", 1, 1, (3, 3)))
    field.fill("seven")
    field.press("Enter")
    assert "A number from −2 to 2" in page.locator(".rule").inner_text()
    assert field.input_value() == "1.5"


def test_dragging_an_edit_sends_one_at_a_time_and_ends_with_the_last(lens: Any) -> None:
    it = lens("digit")
    page = it.page
    page.mouse.click(*centre(page, "w", 0, 1, (3, 3)))
    slider = page.locator(".edit input[type=range]").bounding_box()
    before = len(it.sent)
    page.mouse.move(slider["x"] + slider["width"] / 2, slider["y"] + slider["height"] / 2)
    page.mouse.down()
    for step in range(40):
        page.mouse.move(slider["x"] + slider["width"] / 2 + step, slider["y"] + slider["height"] / 2)
    page.mouse.up()
    page.get_by_text(re.compile(r"edits \d+ final 1")).wait_for()
    page.wait_for_timeout(300)
    text = page.get_by_text(re.compile(r"edits \d+ final")).inner_text()
    count = int(re.findall(r"\d+", text)[0])
    assert 1 <= count <= 41
    assert len(it.sent) - before == count  # each value is one message, none was queued beside another
    held = float(page.locator(".edit .field").input_value().replace("−", "-"))
    shown = float(page.locator(".sv").inner_text().replace("−", "-"))
    assert held == pytest.approx(shown, abs=0.5)
    assert held > 0.4


def test_arrow_keys_move_an_edit(lens: Any) -> None:
    page = lens("digit").page
    page.mouse.click(*centre(page, "w", 0, 0, (3, 3)))
    page.locator(".edit input[type=range]").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_text("edits 2 final 1").wait_for()
    assert page.locator(".edit .field").input_value() == "−0.95"


def test_new_data_is_drawn_in_place(lens: Any) -> None:
    it = lens("digit")
    page = it.page
    page.mouse.click(*centre(page, "y", 1, 2, (6, 6)))
    box(page, "y").evaluate("canvas => (canvas.marked = true)")
    page.mouse.click(*centre(page, "w", 1, 0, (3, 3)))
    page.locator(".edit .field").fill("0.5")
    drawn = int(page.locator(".lens").get_attribute("data-drawn"))
    page.locator(".edit .field").press("Enter")
    page.wait_for_function(f"(drawn) => +({DEEP})('.lens')[0].dataset.drawn > drawn", arg=drawn)
    assert selected(page) == "w[1, 0]"
    assert box(page, "y").evaluate("canvas => canvas.marked === true")


# ------------------------------------------------------------------ everyone


def test_light_and_dark_follow_the_page(lens: Any) -> None:
    assert lens("digit", theme="dark").page.locator(".lens").get_attribute("data-theme") == "dark"
    assert lens("digit", theme="light").page.locator(".lens").get_attribute("data-theme") == "light"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scene", ["digit", "colours", "rnn"])
def test_axe_finds_nothing(scene: str, width: int, theme: str, lens: Any) -> None:
    page = lens(scene, width=width, theme=theme).page
    page.get_by_role("button", name="Show as table").click()
    found = Axe().run(page, context=".stBidiComponent, [data-testid^=stBidi]").response
    assert any("<canvas" in node["html"] for rule in found["passes"] for node in rule["nodes"])  # it has looked inside
    assert [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found["violations"]] == []
