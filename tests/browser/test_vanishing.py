"""The vanishing-gradient picture as a learner uses it, in Chromium, on the real server."""

import re
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from experiments.lstm.carousel import BIASES, carried
from experiments.simple_rnn.vanishing import VanishingSpec, walks
from ui import assets

PICTURE = ".st-key-vanishing-unrolled .unrolled[data-drawn]"


@pytest.fixture
def vanishing(open_page: Callable[..., Any], serve: Callable[..., str]) -> Callable[..., Any]:
    """Opens the lesson at its second part; the query without its question mark."""

    def visit(query: str = "", **options: Any) -> Any:
        it = open_page(f"{serve('app.py')}/simple_rnn?{query}", ready=PICTURE, **options)
        it.page.wait_for_function("() => document.querySelector('.stApp').dataset.testScriptState === 'notRunning'")
        it.page.locator(f"{PICTURE} canvas").evaluate("canvas => canvas.scrollIntoView({ block: 'center' })")
        return it

    return visit


def at(it: Any) -> int:
    """The time step that is looked at."""
    return int(it.page.locator(PICTURE).get_attribute("data-at"))


def cells(it: Any, network: str) -> list[str]:
    """The main numbers of a row of the table."""
    row = it.page.locator(f"{PICTURE} tbody tr", has=it.page.get_by_text(network, exact=True))
    return [text.split("\n")[0] for text in row.locator("td > span").all_inner_texts()]


def number(text: str) -> float:
    raised = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")
    digits, _, power = text.partition("×10")
    return float(digits.translate(raised)) * 10 ** int(power.translate(raised) or 0)


def slider(it: Any, name: str) -> Any:
    return it.page.locator(".st-key-vanishing-sliders .live_slider", has_text=name).locator("input")


def room(it: Any, networks: int = 3) -> dict[str, Any]:
    """Where nodes stand, as room.js says it: the middles of all nodes of each row, in the page's pixels."""
    box = it.page.locator(f"{PICTURE} canvas").bounding_box()
    places = it.page.locator(PICTURE).evaluate(
        """async (root, { address, width, networks }) => {
          const { room } = await import(address), steps = +root.querySelector(".player input").max
          const r = room(width, networks, steps, 13, 0.62 * 13 * 4)
          const each = (length, place) => Array.from({ length }, (_, i) => place(i))
          return { x: each(steps + 1, r.x), y: each(networks, r.row), beads: r.beads }
        }""",
        {"address": assets.address("unrolled/room.js"), "width": box["width"], "networks": networks},
    )
    return {"box": box, **places}


def colour(it: Any, x: float, y: float) -> list[int]:
    """What is seen at a place of the picture, in its own pixels, on a white page."""
    return it.page.locator(f"{PICTURE} canvas").evaluate(
        """(canvas, place) => {
          const ratio = canvas.width / canvas.getBoundingClientRect().width
          const [x, y] = place.map((v) => Math.round(v * ratio))
          const [r, g, b, a] = canvas.getContext("2d").getImageData(x, y, 1, 1).data
          return [r, g, b].map((v) => Math.round((v * a) / 255 + 255 - a))
        }""",
        [x, y],
    )


def test_the_numbers_are_the_engines(vanishing: Callable[..., Any]) -> None:
    it = vanishing("vanishing_look=7")
    for back in walks(VanishingSpec()):
        arrives, predicted, factor, passes, *_ = cells(it, back.name)
        assert number(arrives) == pytest.approx(back.gradient[7], rel=5e-3)
        assert number(predicted) == pytest.approx(back.predicted[7], rel=5e-3)
        assert number(factor) == pytest.approx(back.factor[7], rel=5e-3)
        assert number(passes) == pytest.approx(back.passes[7], rel=5e-3)
    assert "23 steps before the loss" in it.page.locator(f"{PICTURE} .when").inner_text()
    assert it.page.locator(f"{PICTURE} .told li").count() == 3


def test_what_has_vanished_looks_vanished(vanishing: Callable[..., Any]) -> None:
    """A node is filled in proportion, on a scale that does not follow the numbers."""
    it = vanishing("vanishing_look=0")
    r = room(it)
    assert r["beads"]
    paper, full = np.array([255, 255, 255]), np.array([179, 23, 79])  # --bg and --k-gradient
    for k, back in enumerate(walks(VanishingSpec())):
        for t in (2, 11, 25, 30):
            share = min(1, back.gradient[t])
            expected = paper + (full - paper) * share
            assert np.abs(np.array(colour(it, r["x"][t], r["y"][k])) - expected).max() <= 3, (back.name, t)


def test_beyond_1_a_node_grows_and_at_the_end_of_the_scale_it_says_so(vanishing: Callable[..., Any]) -> None:
    it = vanishing("vanishing_spectral_radius=1.5&vanishing_look=30")
    r, gradient = room(it), walks(VanishingSpec(spectral_radius=1.5))[0].gradient
    assert gradient[0] > 1e4 > gradient[10] > 1
    reach = [1.5 ** (30 - t) for t in range(31)]
    np.testing.assert_allclose(gradient, reach)
    above = [colour(it, r["x"][t], r["y"][0] - 16) != [255, 255, 255] for t in (0, 29)]
    assert above == [True, False]
    border = [colour(it, r["x"][t], r["y"][0] - 17) for t in (2, 12)]
    assert border[0] == [179, 23, 79]  # full: more than 10⁴
    assert border[1] != border[0]


def test_a_dragged_slider_redraws_without_a_run_of_the_page(vanishing: Callable[..., Any]) -> None:
    it, spec = vanishing(), VanishingSpec()
    for name in ("spectral_radius", "forget_bias", "update_bias", "length", "input_scale"):
        handle = slider(it, name)
        handle.scroll_into_view_if_needed()
        box = handle.bounding_box()
        x, y = box["x"] + box["width"] * 0.4, box["y"] + box["height"] / 2
        it.page.mouse.move(x, y)
        it.page.mouse.down()
        it.page.wait_for_timeout(400)
        before, sent = int(it.page.locator(PICTURE).get_attribute("data-drawn")), len(it.sent)
        for step in range(25):
            it.page.mouse.move(x + 2 * step, y)
            it.page.wait_for_timeout(16)
        it.page.wait_for_timeout(200)
        assert int(it.page.locator(PICTURE).get_attribute("data-drawn")) >= before + 5, name
        assert len(it.sent) == sent, name
        it.page.mouse.up()
        it.page.wait_for_url(f"**vanishing_{name}=*")
        field = next(field for field in VanishingSpec.fields() if field.name == name)
        spec = replace(spec, **{name: field.nearest(float(handle.input_value()))})
        it.page.wait_for_function("() => document.querySelector('.stApp').dataset.testScriptState === 'notRunning'")
        for back in walks(spec):
            assert number(cells(it, back.name)[0]) == pytest.approx(back.gradient[at(it)], rel=5e-3), name


def test_two_sliders_one_after_the_other_both_count(vanishing: Callable[..., Any]) -> None:
    """The second moves before the page has heard of the first."""
    it = vanishing()
    asked: list[str] = []
    it.page.on("request", lambda request: "/live/vanishing" in request.url and asked.append(request.url))
    for name in ("spectral_radius", "forget_bias"):
        slider(it, name).evaluate(
            "range => { range.value = range.max; range.dispatchEvent(new Event('input', { bubbles: true })) }"
        )
    deadline = time.monotonic() + 5
    while not any("forget_bias=8" in url for url in asked) and time.monotonic() < deadline:
        it.page.wait_for_timeout(20)
    assert "vanishing_spectral_radius=1.5" in next(url for url in asked if "forget_bias=8" in url)


def test_the_picture_is_scrubbed_and_the_step_stands_in_the_address(vanishing: Callable[..., Any]) -> None:
    it = vanishing()
    assert at(it) == 12
    r = room(it)
    left, top = r["box"]["x"], r["box"]["y"]
    sent = len(it.sent)
    it.page.mouse.move(left + r["x"][5], top + 200)
    assert at(it) == 5  # looked at
    it.page.mouse.move(left + 300, top - 60)
    assert at(it) == 12  # and left
    it.page.mouse.move(left + r["x"][20], top + 200)
    it.page.mouse.down()
    for t in (21, 23, 18):
        it.page.mouse.move(left + r["x"][t], top + 200)
        assert at(it) == t
    it.page.mouse.up()
    it.page.keyboard.press("ArrowLeft")
    assert at(it) == 17
    it.page.wait_for_url("**vanishing_look=17**")
    assert len(it.sent) == sent
    it.page.reload()
    it.page.wait_for_selector(PICTURE)
    assert at(it) == 17


def test_the_gradient_walks_back_and_rests_on_its_way(vanishing: Callable[..., Any]) -> None:
    it = vanishing("vanishing_length=12")
    r, region = room(it), it.page.get_by_role("region", name="Watch gradients vanish")
    region.get_by_role("button", name="Play").click()
    it.page.wait_for_timeout(600)
    region.get_by_role("button", name="Pause").click()
    there = at(it)
    assert 2 < there < 12
    empty, reached = colour(it, r["x"][there - 1], r["y"][1]), colour(it, r["x"][there + 1], r["y"][1])
    assert empty == [255, 255, 255] != reached  # the LSTM's: what is still to come is blank
    region.get_by_role("button", name="Play").click()
    it.page.locator(f"{PICTURE}[data-at='0']").wait_for()
    region.get_by_role("button", name="Play").wait_for()
    region.get_by_role("button", name="One step on").click()
    assert at(it) == 1
    assert colour(it, r["x"][0], r["y"][1]) != [255, 255, 255]


def test_the_keyboard_does_it_all(vanishing: Callable[..., Any]) -> None:
    it = vanishing()
    steps = it.page.locator(f"{PICTURE} .player input")
    steps.focus()
    for key, step in (("End", 30), ("ArrowLeft", 29), ("Home", 0), ("ArrowRight", 1)):
        it.page.keyboard.press(key)
        assert at(it) == step
    assert steps.get_attribute("aria-valuetext") == "time step 1"
    it.page.keyboard.press("Space")
    it.page.get_by_role("button", name="Pause (space)").first.wait_for()
    it.page.keyboard.press("Space")
    live = it.page.locator(f"{PICTURE} [aria-live=polite]")
    it.page.wait_for_timeout(600)
    assert re.fullmatch(
        r"Time step \d+, .* before the loss\. Gradient that arrives: .* in the RNN, .* in the GRU\.", live.inner_text()
    )
    assert "RNN, ∂L/∂h: 1.00 at step 30, 2.21×10⁻⁷ at step 0" in it.page.locator(f"{PICTURE} canvas").get_attribute(
        "aria-label"
    )


def test_settings_stand_in_the_address_and_presets_set_them(vanishing: Callable[..., Any]) -> None:
    it = vanishing("vanishing_seed=3")
    it.page.get_by_role("button", name="cure: clipping").click()
    it.page.wait_for_url("**vanishing_global_clipnorm=1**")
    assert "vanishing_seed=3" in it.page.url
    it.page.get_by_text(re.compile("^Clipped at 1:")).wait_for()
    back = walks(VanishingSpec(spectral_radius=1.3, global_clipnorm="1", seed=3))[0]
    assert number(cells(it, "RNN")[0]) == pytest.approx(back.kept * back.gradient[12], rel=5e-3)
    again = vanishing(it.page.url.split("?")[1])
    assert cells(again, "RNN") == cells(it, "RNN")
    again.page.locator(".st-key-row-shown").get_by_role("button", name="Reset").click()
    again.page.wait_for_url(lambda url: "vanishing_g" not in url and "vanishing_seed" not in url)


def test_a_broken_address_is_mended(vanishing: Callable[..., Any]) -> None:
    it = vanishing("vanishing_length=9999&vanishing_look=9999")
    assert at(it) == 30
    assert "length must be from 2 to 500, not '9999'" in it.page.locator(".changes").inner_text()


def test_on_a_phone_the_radius_is_dragged_with_the_whole_picture_in_view(vanishing: Callable[..., Any]) -> None:
    it = vanishing(width=390, height=844, has_touch=True)
    radius, length = (slider(it, name).bounding_box() for name in ("spectral_radius", "length"))
    picture, rest = (
        it.page.locator(place).bounding_box() for place in (f"{PICTURE} canvas", ".st-key-vanishing-settings")
    )
    assert radius["y"] < picture["y"] < length["y"] < rest["y"]
    assert picture["y"] + picture["height"] - radius["y"] < 600  # on the smaller phones, too
    r = room(it)
    it.page.touchscreen.tap(r["box"]["x"] + r["x"][22], r["box"]["y"] + 60)
    assert at(it) == 22


def test_with_reduced_motion_it_plays_slowly(vanishing: Callable[..., Any]) -> None:
    it = vanishing("vanishing_length=12", reduced_motion="reduce")
    it.page.get_by_role("region", name="Watch gradients vanish").get_by_role("button", name="Play").click()
    it.page.wait_for_timeout(1200)
    assert at(it) in (11, 12)


def test_500_steps_are_stripes_without_seams(vanishing: Callable[..., Any]) -> None:
    it = vanishing("vanishing_length=500&vanishing_spectral_radius=1.0&vanishing_look=0")
    r = room(it)
    assert not r["beads"]
    xs = np.arange(r["x"][20], r["x"][480], 1.0)
    assert {tuple(colour(it, float(x), r["y"][0])) for x in xs[::7]} == {
        (179, 23, 79)
    }  # the RNN's gradient is 1 all along


FURTHER = "Shift and an arrow key: 10 steps. Page Up and Page Down, while it has the focus: a tenth of its way"


def test_a_slider_says_what_it_sets(vanishing: Callable[..., Any]) -> None:
    it = vanishing()
    named = {field.name: field.help for field in VanishingSpec.fields()}
    for name in ("spectral_radius", "input_scale"):
        says = f"{named[name]}. {FURTHER}"
        assert slider(it, name).get_attribute("aria-description") == says
        assert it.page.locator(".st-key-vanishing-sliders .name", has_text=name).get_attribute("title") == says


DRAWN = """async (_, { chart, place, walks, width }) => {
  const { drawChart } = await import(chart), { room } = await import(place)
  const canvas = document.createElement("canvas"), g = canvas.getContext("2d"), found = [], palette = { role: {} }
  canvas.width = canvas.height = 2000
  g.fillText = function (text, x, y) {
    const { width } = this.measureText(text), size = parseFloat(this.font.match(/([.\\d]+)px/)[1])
    const place = { text, left: x, right: x + width, top: y - 0.7 * size, bottom: y + 0.2 * size }
    if (/^[▲▼]|^b = /.test(text)) found.push(place)
  }
  for (const walk of walks) for (const of of ["arrives", "predicted"]) walk[of] = Float64Array.from(walk[of])
  const r = room(width, walks.length, walks[0].arrives.length - 1, 13, 40)
  drawChart(g, { walks, room: r, palette, front: 0, at: 40 })
  return found
}"""


def test_no_name_of_a_line_is_written_over_another(vanishing: Callable[..., Any]) -> None:
    """LS4's four lines: two leave the scale, where a list says how far."""
    each = [carried(bias).listening[0] for bias in BIASES]
    walks = [{"name": w.name, "arrives": w.gradient.tolist(), "predicted": w.predicted.tolist()} for w in each]
    files = {"chart": assets.address("unrolled/chart.js"), "place": assets.address("unrolled/room.js")}
    picture = vanishing().page.locator(PICTURE)
    for width in (1000, 358):
        found = picture.evaluate(DRAWN, files | {"walks": walks, "width": width})
        assert len(found) > len(walks)
        for one, other in combinations(found, 2):
            beside = one["right"] <= other["left"] or other["right"] <= one["left"]
            assert beside or one["bottom"] <= other["top"] or other["bottom"] <= one["top"], (width, one, other)
