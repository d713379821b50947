"""The L1 and L2 lesson as a learner uses it, in Chromium, on the real server."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from experiments.l1_l2.spec import SurfaceSpec
from experiments.l1_l2.surface import axis, minimum, parts

PICTURE = ".surface[data-drawn]"

# how many pixels of a canvas have another colour than most
PAINTED = """canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
  const counts = new Map()
  for (const colour of new Uint32Array(data.buffer)) counts.set(colour, (counts.get(colour) ?? 0) + 1)
  return canvas.width * canvas.height - Math.max(...counts.values())
}"""


@pytest.fixture
def l1_l2(open_page: Callable[..., Any], serve: Callable[..., str]) -> Callable[..., Any]:
    """Opens the lesson; the query without its question mark."""

    def visit(query: str = "", **options: Any) -> Any:
        it = open_page(f"{serve('app.py')}/l1_l2?{query}", ready=PICTURE, **options)
        it.page.wait_for_function("() => document.querySelector('.stApp').dataset.testScriptState === 'notRunning'")
        return it

    return visit


def state(it: Any, name: str) -> str:
    return str(it.page.locator(PICTURE).get_attribute(f"data-{name}"))


def wait_for(it: Any, name: str, value: str) -> None:
    it.page.wait_for_selector(f'.surface[data-{name}="{value}"]')


def table(it: Any) -> list[list[float]]:
    rows = it.page.locator(f"{PICTURE} tbody tr").all()
    return [[float(cell.replace("−", "-")) for cell in row.locator("td").all_inner_texts()] for row in rows]


def slider(it: Any) -> Any:
    return it.page.locator(".live_slider", has_text="strength").locator("input")


def test_the_first_picture_is_the_minimum_and_says_so(l1_l2: Callable[..., Any]) -> None:
    it = l1_l2()
    assert state(it, "at") == "minimum"
    loss, *pulls = table(it)
    assert loss[2] == pytest.approx(loss[0] + loss[1], abs=0.02)
    assert all(pull[2] == 0 and pull[0] == -pull[1] for pull in pulls)
    assert "w₂ is exactly 0" in it.page.locator(".surface .found").inner_text()


def test_whoever_points_sees_both_pulls_there(l1_l2: Callable[..., Any]) -> None:
    """And a press stays, in the address too."""
    it = l1_l2()
    box = it.page.locator(f"{PICTURE} canvas").first.bounding_box()
    it.page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.3 * box["height"])
    it.page.wait_for_function("() => document.querySelector('.stApp')")
    it.page.mouse.down()
    it.page.mouse.up()
    row, column = map(int, state(it, "at").split("."))
    here, spec = np.array([axis()[column], axis()[row]]), SurfaceSpec()
    expected = parts(here, spec.data(), spec.by)
    for k, pull in enumerate(table(it)[1:]):
        assert pull[0] == pytest.approx(-expected.data_gradient[k], rel=6e-3)
        assert pull[1] == pytest.approx(-expected.penalty_gradient[k], rel=6e-3)
    it.page.wait_for_url(lambda url: f"reg_look={row}.{column}" in url)
    again = l1_l2(it.page.url.split("?")[1])
    assert state(again, "at") == f"{row}.{column}"
    again.page.get_by_role("button", name="Back to the minimum").click()
    wait_for(again, "at", "minimum")


def test_a_link_beyond_the_picture_looks_at_its_edge(l1_l2: Callable[..., Any]) -> None:
    it = l1_l2("reg_look=999.999")
    assert it.page.get_by_role("slider", name="look at w₁").get_attribute("aria-valuetext") == "3.00"


def test_the_keyboard_looks_too(l1_l2: Callable[..., Any]) -> None:
    it = l1_l2("reg_look=24.30")
    it.page.get_by_role("slider", name="look at w₁").press("ArrowRight")
    wait_for(it, "at", "24.31")


def test_arrow_keys_move_lambda_from_anywhere_and_never_from_a_field(l1_l2: Callable[..., Any]) -> None:
    it = l1_l2("reg_strength=1")
    it.page.keyboard.press("ArrowRight")
    it.page.wait_for_url(lambda url: "reg_strength=1.02" in url)
    wait_for(it, "strength", "1.02")
    it.page.keyboard.press("ArrowLeft")
    wait_for(it, "strength", "1")
    it.page.evaluate("document.body.append(Object.assign(document.createElement('input'), { id: 'field' }))")
    it.page.locator("#field").press("ArrowRight")
    it.page.keyboard.press("Space")
    assert slider(it).input_value() == "1"
    assert it.page.locator("#field").input_value() == " "
    it.page.locator("#field").evaluate("field => field.remove()")
    it.page.locator(".st-key-experiment-rg4").scroll_into_view_if_needed()
    it.page.keyboard.press("ArrowRight")  # λ is scrolled away
    assert slider(it).input_value() == "1"


def test_with_shift_an_arrow_key_moves_lambda_ten_steps(l1_l2: Callable[..., Any]) -> None:
    it = l1_l2("reg_strength=1")
    it.page.keyboard.press("Shift+ArrowRight")
    wait_for(it, "strength", "1.2")
    slider(it).press("Shift+ArrowLeft")
    wait_for(it, "strength", "1")


def test_page_keys_move_lambda_by_a_tenth_of_its_way_and_the_slider_says_so(l1_l2: Callable[..., Any]) -> None:
    it = l1_l2("reg_strength=1")
    assert "Page Up and Page Down" in str(slider(it).get_attribute("aria-description"))
    for key, strength in (("PageUp", "1.6"), ("PageUp", "2.2"), ("PageDown", "1.6")):
        slider(it).press(key)
        wait_for(it, "strength", strength)


def test_space_plays_lambda_until_it_is_pressed_again(l1_l2: Callable[..., Any]) -> None:
    it = l1_l2("reg_strength=1")
    it.page.keyboard.press("Space")
    it.page.wait_for_function("() => document.documentElement.hasAttribute('data-moving')")
    for _ in range(100):
        if float(state(it, "strength")) > 1.3:
            break
        it.page.wait_for_timeout(50)
    it.page.keyboard.press("Space")
    rested = float(slider(it).input_value())
    assert 1.3 < rested < 6
    it.page.wait_for_url(lambda url: f"reg_strength={rested:g}" in url)
    assert float(slider(it).input_value()) == rested


def test_keys_take_another_penalty_and_without_one_nothing_of_it_is_left(l1_l2: Callable[..., Any]) -> None:
    """And nothing moves: the pictures stand where they stood."""
    it = l1_l2()
    place = it.page.locator(f"{PICTURE} canvas").first.bounding_box()
    it.page.keyboard.press("2")
    it.page.wait_for_url(lambda url: "reg_penalty=L2" in url)
    it.page.keyboard.press("0")
    it.page.wait_for_url(lambda url: "reg_penalty=none" in url)
    it.page.wait_for_selector(".surface.alone")
    assert not slider(it).is_visible()
    assert it.page.get_by_text("no penalty: λ changes nothing").is_visible()
    assert not it.page.get_by_text("struck through: exactly 0").is_visible()
    assert not it.page.get_by_text("; filled: where the penalty").is_visible()
    assert it.page.locator(f"{PICTURE} canvas").first.bounding_box() == place
    it.page.keyboard.press("3")
    it.page.wait_for_url(lambda url: "reg_penalty=elastic+net" in url)
    it.page.keyboard.press("1")
    it.page.wait_for_url(lambda url: "reg_penalty" not in url)
    slider(it).wait_for()
    assert not it.page.get_by_text("no penalty: λ changes nothing").is_visible()


def test_dragged_lambda_redraws_while_it_is_held_and_no_run_of_the_page_is_needed(l1_l2: Callable[..., Any]) -> None:
    """How often a second: `benchmarks.page`."""
    it = l1_l2()
    range_, box = slider(it), slider(it).bounding_box()
    y = box["y"] + box["height"] / 2
    it.page.mouse.move(box["x"] + 0.3 * box["width"], y)
    it.page.mouse.down()
    sent = len(it.sent)
    for place in (0.5, 0.8, 0.2):
        it.page.mouse.move(box["x"] + place * box["width"], y, steps=10)
        wait_for(it, "strength", f"{float(range_.input_value()):g}")
    assert len(it.sent) == sent
    it.page.mouse.up()
    strength = float(range_.input_value())
    it.page.wait_for_url(lambda url: f"reg_strength={strength}" in url)
    found = minimum(SurfaceSpec(strength=strength))
    told = it.page.locator(".surface .when").inner_text()
    assert f"w₁ = {found[0]:.3g}"[:9] in told.replace("−", "-")


def test_l2_leaves_no_zero(l1_l2: Callable[..., Any]) -> None:
    it = l1_l2()
    it.page.get_by_role("radio", name="L2", exact=True).or_(
        it.page.get_by_role("button", name="L2", exact=True)
    ).click()
    it.page.wait_for_function("() => document.querySelector('.facts').innerText.includes('0 of 2')")
    it.page.wait_for_url(lambda url: "reg_penalty=L2" in url)
    assert "neither is 0" in it.page.locator(".surface .found").inner_text()


def test_a_copied_link_opens_the_same_view(l1_l2: Callable[..., Any]) -> None:
    it = l1_l2("reg_strength=2&reg_look=24.30", permissions=["clipboard-read", "clipboard-write"])
    it.page.get_by_role("button", name="Copy link").click()
    it.page.get_by_role("button", name="Copied").wait_for()
    link = str(it.page.evaluate("() => navigator.clipboard.readText()"))
    again = l1_l2(link.split("?")[1])
    assert (state(again, "at"), state(again, "strength")) == ("24.30", "2")
    assert table(again) == table(it)


def test_the_path_of_10_000_features_streams_in(l1_l2: Callable[..., Any]) -> None:
    it = l1_l2()
    card = it.page.locator(".st-key-experiment-rg3")
    card.get_by_text("Show me without a guess").click()
    card.get_by_text("20 of 20 found, 0 others").first.wait_for(timeout=140_000)
    card.get_by_text("Where it stops").wait_for(timeout=140_000)
    all_ = card.get_by_role("img", name="a dot where it is not 0")
    assert ", 20 not 0" in str(all_.get_attribute("aria-label"))
    assert all_.evaluate(PAINTED) > 500  # as cells alone, 20 weights would be 80 pixels
