"""The Convolution page as a learner uses it, in Chromium, on the real server."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from experiments.convolution.microscope import microscope
from experiments.convolution.spec import ConvolutionSpec
from tests.browser.tabs import quiet

READY = ".lens[data-drawn]"


@pytest.fixture
def convolution(open_lesson: Callable[..., Any]) -> Callable[..., Any]:
    """Opens the lesson; the query without its question mark."""
    return partial(open_lesson, "convolution")


def drawn(it: Any) -> int:
    return int(it.page.locator(READY).first.get_attribute("data-drawn"))


def redrawn(it: Any, before: int) -> None:
    it.page.locator(f"{READY}:not([data-drawn='{before}'])").wait_for()
    quiet(it)


def shown(it: Any) -> float:
    """The big number of the panel."""
    return float(it.page.locator(".sv").inner_text().replace("−", "-"))


def test_the_first_screen_is_a_picture_convolved(convolution: Callable[..., Any]) -> None:
    """Cold, nothing touched: picture, kernel and feature map lie within the first 800 pixels."""
    it = convolution(height=800)
    for grid in ("x", "w", "y"):
        box = it.page.locator(f'.grid[data-grid="{grid}"] > canvas').first.bounding_box()
        assert box["y"] + box["height"] < 800
        assert box["width"] > (100 if grid == "w" else 230)
    assert it.page.locator(".sum").inner_text().count("\n") > 10  # arithmetic stands there already


def test_on_a_phone_the_pictures_are_on_the_first_screen(convolution: Callable[..., Any]) -> None:
    it = convolution(width=390, height=844)
    for grid in ("x", "y"):
        box = it.page.locator(f'.grid[data-grid="{grid}"] > canvas').first.bounding_box()
        assert box["y"] + 100 < 844
        assert box["width"] >= 138
    assert it.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_number_pointed_at_is_the_engines(convolution: Callable[..., Any]) -> None:
    it = convolution("convolution_look=forward.y.0")
    m = microscope(ConvolutionSpec())
    assert shown(it) == pytest.approx(m.y[0, 0, 0], abs=6e-3)
    sent = len(it.sent)
    it.page.locator('.grid[data-grid="y"] > canvas').first.focus()
    for _ in range(5):
        it.page.keyboard.press("ArrowRight")
    it.page.keyboard.press("ArrowDown")
    assert it.page.locator(".si").inner_text() == "y[1, 5]"
    assert shown(it) == pytest.approx(m.y[1, 5, 0], abs=6e-3)
    assert "ends in the number shown" in it.page.locator(".sum").inner_text()
    assert len(it.sent) == sent


def test_backward_shows_the_gradient_with_its_check(convolution: Callable[..., Any]) -> None:
    it = convolution()
    it.page.locator("[data-phase=backward]").click()
    it.page.locator('.grid[data-grid="dw"] > canvas').first.focus()
    it.page.keyboard.press("Control+Home")
    m = microscope(ConvolutionSpec())
    assert it.page.locator(".si").inner_text() == "∂L/∂w[0, 0]"
    assert shown(it) == pytest.approx(m.dw[0, 0, 0, 0], abs=0.06)
    panel = it.page.locator(".sum").inner_text()
    assert re.search(r"numerical gradient −1[78].* agrees to \d×10⁻", panel)
    assert "sum of 2116 terms" in panel
    it.page.locator('.grid[data-grid="dx"] > canvas').first.focus()
    assert "agrees to" in it.page.locator(".sum").inner_text()


def test_our_slider_moves_the_picture_and_then_the_address(convolution: Callable[..., Any]) -> None:
    it = convolution("convolution_look=forward.w.5")
    slider = it.page.get_by_role("slider", name="angle")
    slider.focus()
    before = drawn(it)
    it.page.keyboard.press("ArrowRight")
    redrawn(it, before)
    w = ConvolutionSpec(angle=5).weights().kernel[1, 2, 0, 0]
    assert shown(it) == pytest.approx(w, abs=6e-3)
    it.page.wait_for_url("**convolution_angle=5**")


def test_a_weight_is_edited_and_the_edit_is_in_the_address(convolution: Callable[..., Any]) -> None:
    it = convolution("convolution_look=forward.w.4")
    before = drawn(it)
    field = it.page.locator(".sum").get_by_role("textbox")
    field.fill("2.5")
    field.press("Enter")
    redrawn(it, before)
    assert shown(it) == 2.5
    it.page.wait_for_url("**convolution_edits=w4%3A2.5**")
    again = convolution(it.page.url.split("?")[1])
    assert shown(again) == 2.5


def test_a_setting_changes_the_picture_the_facts_and_the_code(convolution: Callable[..., Any]) -> None:
    it = convolution()
    before = drawn(it)
    it.page.locator(".st-key-convolution_strides").get_by_text("2", exact=True).click()
    redrawn(it, before)
    assert "(23, 23, 1)" in it.page.locator(".facts").inner_text()
    it.page.wait_for_url("**convolution_strides=2**")
    it.page.get_by_text("stride=2").first.wait_for()


def test_a_popover_opened_late_shows_what_is_set(convolution: Callable[..., Any]) -> None:
    """Its controls are drawn when it opens, long after their values came."""
    it = convolution("convolution_filters=3")
    it.page.locator(".st-key-convolution_strides").get_by_text("2", exact=True).click()
    it.page.wait_for_url("**convolution_strides=2**")
    quiet(it)
    it.page.locator(".st-key-convolution-settings").get_by_role("button", name="More settings").click()
    chosen = it.page.locator(".st-key-convolution_filters [aria-checked=true]")
    chosen.wait_for()
    assert chosen.inner_text() == "3"
    assert it.page.get_by_role("checkbox", name="use_bias").is_checked()
    assert "convolution_filters=3" in it.page.url


def test_a_dragged_slider_draws_without_a_run_of_the_page(convolution: Callable[..., Any]) -> None:
    it = convolution()
    box = it.page.get_by_role("slider", name="angle").bounding_box()
    before, sent, y = drawn(it), len(it.sent), box["y"] + box["height"] / 2
    it.page.mouse.move(box["x"] + 20, y)
    it.page.mouse.down()
    for step in range(12):
        it.page.mouse.move(box["x"] + 20 + 12 * step, y)
        it.page.wait_for_timeout(60)
    assert drawn(it) - before >= 5
    assert len(it.sent) == sent
    it.page.mouse.up()
    it.page.wait_for_url("**convolution_angle=**")


def test_a_lost_server_is_told_and_asked_again(convolution: Callable[..., Any]) -> None:
    it = convolution()
    box = it.page.get_by_role("slider", name="angle").bounding_box()
    it.page.route("**/live/**", lambda route: route.abort())
    it.page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2)
    it.page.mouse.down()
    it.page.mouse.move(box["x"] + 60, box["y"] + box["height"] / 2)
    it.page.locator(".lens-line", has_text="The server does not answer").wait_for()
    assert it.errors  # Chromium's own about the request, none of ours
    assert all("net::ERR_FAILED" in error for error in it.errors)
    it.errors.clear()
    it.page.unroute("**/live/**")
    before = drawn(it)
    it.page.mouse.move(box["x"] + 90, box["y"] + box["height"] / 2)
    it.page.locator(f"{READY}:not([data-drawn='{before}'])").wait_for()
    assert "does not answer" not in it.page.locator(".lens-line").inner_text()
    it.page.mouse.up()
    it.page.wait_for_url("**convolution_angle=**")


@pytest.mark.parametrize("apart", [30, 100, 200])
def test_quick_clicks_are_all_heard(apart: int, convolution: Callable[..., Any]) -> None:
    """The page, its address and the last click of every control agree, however fast the clicks come."""
    it = convolution()
    clicks = [("kernel_size", "5"), ("strides", "2"), ("padding", "same"), ("strides", "3"), ("kernel_size", "7"),
              ("padding", "1"), ("strides", "1"), ("kernel_size", "2"), ("padding", "2"), ("strides", "2")]  # fmt: skip
    for name, value in clicks:
        it.page.locator(f".st-key-convolution_{name} [role=radio]").get_by_text(value, exact=True).click()
        it.page.wait_for_timeout(apart)
    it.page.wait_for_timeout(1500)
    quiet(it)
    for name, value in dict(clicks).items():
        chosen = it.page.locator(f".st-key-convolution_{name} [role=radio][aria-checked=true]")
        assert chosen.inner_text() == value
        assert f"convolution_{name}={value}" in it.page.url
    assert it.page.get_by_text("⌊(48 + 4 − 2) / 2⌋ + 1 = 26").count() == 1


def test_settings_are_kept_when_the_learner_comes_back_from_another_page(convolution: Callable[..., Any]) -> None:
    it = convolution("convolution_strides=2")
    it.page.get_by_role("link", name="Start here").click()
    it.page.get_by_role("heading", name="Point at any number").wait_for()
    assert "convolution_strides" not in it.page.url
    it.page.locator(".stSidebar").get_by_role("link", name="Convolution", exact=True).click()
    it.page.get_by_text("(23, 23, 1)").first.wait_for()
    it.page.wait_for_url("**convolution_strides=2**")


def test_a_broken_address_is_mended_in_the_address_too(convolution: Callable[..., Any]) -> None:
    it = convolution("convolution_filters=99&convolution_strides=2")
    assert "filters must be 1, 2, 3, 4, 6 or 8, not '99'" in it.page.locator(".changes").inner_text()
    it.page.wait_for_function("() => !location.search.includes('99')")
    assert "convolution_strides=2" in it.page.url


def test_guessing_reveals_the_experiment(convolution: Callable[..., Any]) -> None:
    it = convolution()
    card = it.page.locator(".st-key-experiment-cv5")
    card.get_by_text("moves along, by one place").click()
    card.get_by_text("Right.", exact=True).wait_for()
    card.locator(".maps[data-drawn]").wait_for()
    assert "moved by 1: " in card.locator(".caption").inner_text()  # unmoved, there is nothing to see
    sent = len(it.sent)
    card.locator("input[type=range]").focus()
    it.page.keyboard.press("End")
    assert "moved by 16: " in card.locator(".caption").inner_text()
    assert len(it.sent) == sent


@pytest.mark.parametrize(("width", "stacked"), [(1280, False), (390, True)])
def test_pictures_of_a_place_stay_together(convolution: Callable[..., Any], width: int, stacked: bool) -> None:
    """CV4: a line a layer, trained and not, a column a filter; the patches never part, are framed, have one scale."""
    card = convolution(width=width).page.locator(".st-key-experiment-cv4")
    card.get_by_text("Show me without a guess").click()
    card.locator(".sheet[data-drawn]").wait_for()
    assert card.locator(".sheet tbody").count() == 6
    assert card.locator(".sheet .gscale i").count() == 1
    inside = card.locator(".sheet").bounding_box()
    lefts = []
    for line in card.locator(".sheet tbody").all():
        places = [
            [canvas.bounding_box() for canvas in place.locator("canvas").all()] for place in line.locator("td").all()
        ]
        assert [len(place) for place in places] == [3] * 4
        assert len({place[0]["y"] for place in places}) == 1
        for place in places:
            assert len({box["x" if stacked else "y"] for box in place}) == 1
            assert all(box["x"] + box["width"] <= inside["x"] + inside["width"] for box in place)
        lefts.append([place[0]["x"] for place in places])
    assert all(places == lefts[0] for places in lefts)
    first = card.locator(".sheet canvas").first
    assert first.evaluate("e => getComputedStyle(e).borderTopWidth") == "1px"
    first.hover(position={"x": 2, "y": 2})
    said = card.locator(".sheet .value").inner_text()
    assert re.fullmatch(r"Layer 1, trained: 3 × 3, filter 0 \[0, 0\] [01]\.\d+|.* \[0, 0\] [01]", said)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_symbol_in_the_text_has_the_colour_of_its_grid(convolution: Callable[..., Any], theme: str) -> None:
    it = convolution(theme=theme)
    for text, grid in ((".try .activation", "y"), (".try .gradient", "dw")):
        name = it.page.locator(f'.grid[data-grid="{grid}"] .sym')
        colours = [part.first.evaluate("e => getComputedStyle(e).color") for part in (it.page.locator(text), name)]
        assert colours[0] == colours[1]
        assert colours[0] != it.page.locator(".try").first.evaluate("e => getComputedStyle(e).color")


def test_a_presenter_has_large_type_no_prose_and_a_key_from_part_to_part(convolution: Callable[..., Any]) -> None:
    it = convolution(width=1920, height=1080)
    page, before = it.page, shown(it)
    size = page.locator(".lens .gn").first.evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
    page.get_by_role("button", name="Present").click()
    page.wait_for_function("() => new URLSearchParams(location.search).get('present') === '1'")
    assert page.locator(".lens .gn").first.evaluate("e => parseFloat(getComputedStyle(e).fontSize)") > 1.2 * size
    for prose in (".stSidebar", ".lead", ".st-key-prose-notes", ".st-key-prose-questions", ".st-key-prose-code"):
        assert not page.locator(prose).first.is_visible(), prose
    assert shown(it) == before
    page.wait_for_timeout(800)  # larger type makes a longer page: what is scrolled to must have come to rest
    for part in ("Watch it learn", "What does the kernel look for?"):
        page.keyboard.press("PageDown")
        page.wait_for_function(
            "(text) => { const e = [...document.querySelectorAll('h2')].find((e) => e.textContent.includes(text));"
            " return e && Math.abs(e.getBoundingClientRect().top) < 2 }",
            arg=part,
        )
    page.get_by_role("button", name="Leave presenter view").click()
    page.wait_for_function("() => !location.search.includes('present')")
    assert page.locator(".lead").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 1920


def test_what_is_chosen_with_stands_in_one_line(convolution: Callable[..., Any]) -> None:
    row = convolution().page.locator(".st-key-convolution-settings")
    kinds = (
        ".stSelectbox > div:last-child > div",
        '[data-variant="segmented_control"]',
        '[data-testid="stPopoverButton"]',
    )
    boxes = [box.bounding_box() for kind in kinds for box in row.locator(kind).all()]
    assert len(boxes) == 14
    assert max(box["y"] for box in boxes) - min(box["y"] for box in boxes) < 1
    assert max(box["height"] for box in boxes) - min(box["height"] for box in boxes) < 1


def test_a_presenter_goes_on_by_keys_and_leaves_by_escape(convolution: Callable[..., Any]) -> None:
    """From the button that was pressed, from a grid, and from a slider."""
    page = convolution(width=1920, height=1080).page
    page.get_by_role("button", name="Present", exact=True).click()
    page.keyboard.press(" ")
    page.get_by_role("button", name="Pause").wait_for()
    page.keyboard.press("Escape")
    backward, leave = page.locator("[data-phase=backward]"), page.get_by_role("button", name="Leave presenter view")
    for keys in ((), ("b", "ArrowRight")):
        page.get_by_role("button", name="Present", exact=True).click()
        leave.wait_for()
        for key in keys:
            page.keyboard.press(key)
        page.keyboard.press("Escape")
        leave.wait_for(state="detached")
        page.wait_for_function("() => !location.search.includes('present')")
    assert backward.get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="Present", exact=True).click()
    page.locator(".st-key-stage input[type=range]").first.focus()
    page.keyboard.press("Escape")
    leave.wait_for(state="detached")


def test_a_presenters_link_opens_as_it_was(convolution: Callable[..., Any]) -> None:
    page = convolution("present=1&convolution_angle=30", width=1280, height=720).page
    page.get_by_role("button", name="Leave presenter view").wait_for()
    assert not page.locator(".stSidebar").is_visible()
    box = page.locator('.grid[data-grid="y"] > canvas').first.bounding_box()
    assert box["y"] + box["height"] <= 720
