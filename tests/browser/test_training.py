"""A network that learns in the browser: train, pause, step back, open the lens, break it, draw a digit."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from experiments.convolution.learning import LearningSpec, training
from tests.browser.stage import read
from ui import assets

READY = ".training[data-drawn]"


@pytest.fixture
def learn(open_page: Callable[..., Any], serve: Callable[..., str]) -> Callable[..., Any]:
    """Opens the Convolution lesson at its training, or where the page itself goes; the query has no question mark."""

    def visit(query: str = "", arrive: bool = False, **options: Any) -> Any:
        it = open_page(f"{serve('app.py')}/convolution?{query}", ready=READY, **options)
        if not arrive:
            it.page.locator(".training").evaluate("e => e.scrollIntoView()")
        return it

    return visit


def steps(page: Any) -> int:
    return int(page.locator(".training").get_attribute("data-steps"))


def button(page: Any, name: str) -> Any:
    return page.locator(".training").get_by_role("button", name=name, exact=True)


def wait_for_steps(page: Any, at_least: int) -> None:
    page.wait_for_function(
        """(n) => [...document.querySelectorAll('*')].some((e) => e.shadowRoot
          && [...e.shadowRoot.querySelectorAll('.training')].some((t) => +t.dataset.steps >= n))""",
        arg=at_least,
    )


def trained(page: Any, at_least: int) -> int:
    """Trains until so many steps are drawn, and pauses."""
    button(page, "Train").click()
    wait_for_steps(page, at_least)
    button(page, "Pause").click()
    page.wait_for_timeout(300)
    return steps(page)


def open_lens(page: Any, layer: str) -> Any:
    """Opens the lens on a layer of the first network."""
    button(page, layer).first.click()
    page.locator(".training .lens[data-drawn]").wait_for()
    page.get_by_role("region", name=f"{layer}, forward and backward", exact=True).wait_for()
    return page.locator(".training .lens")


def boxes(elements: Any) -> list[dict[str, float]]:
    """Where elements stand, read at one moment: a page may be scrolling."""
    return elements.evaluate_all("all => all.map((e) => e.getBoundingClientRect().toJSON())")


def drawn_words(page: Any) -> list[str]:
    """What was written on the curves when they were drawn last; nothing is drawn otherwise than by a new step."""
    return page.evaluate(
        """() => { const words = [], { fillText } = CanvasRenderingContext2D.prototype
          CanvasRenderingContext2D.prototype.fillText = function (text, ...at) {
            words.push(text)
            fillText.call(this, text, ...at)
          }
          for (const e of document.querySelectorAll('*'))
            e.shadowRoot?.querySelector('.training [data-band=update]')?.click()
          CanvasRenderingContext2D.prototype.fillText = fillText
          return words }"""
    )


def test_it_trains_pauses_and_goes_on(learn: Callable[..., Any]) -> None:
    page = learn().page
    assert steps(page) == 0
    at = trained(page, 12)
    page.wait_for_timeout(400)
    assert steps(page) == at
    assert f"After {at} steps: loss " in page.locator(".training .say").inner_text()
    page.locator(".training .bar .player .ib").nth(1).click()
    wait_for_steps(page, at + 1)
    assert trained(page, at + 5) >= at + 5


def test_three_steps_back_the_lens_shows_the_gradients_of_that_step(learn: Callable[..., Any]) -> None:
    page = learn("cnn_filters=4&cnn_seed=3").page
    at = trained(page, 8) - 3
    for _ in range(3):
        page.locator(".training .bar .player .ib").first.click()
        page.wait_for_timeout(250)
    assert steps(page) == at
    button(page, "Convolution 1").click()
    page.locator(".training .lens[data-drawn]").wait_for()
    page.locator(".training .lens [data-phase=backward]").click()
    held = read(page.locator(".training .sv").inner_text())
    it = training(LearningSpec(filters=4, seed=3).runs[0], 3)
    progress = it.start()
    for _ in range(at):
        progress = it.step(progress).after
    true = it.step(progress).grads[0]["kernel"]
    assert held == pytest.approx(true.flat[int(np.argmax(np.abs(true)))], rel=6e-3)
    text = page.locator(".training .sum").inner_text()
    assert "ends in the number shown" in text
    assert "checked by differences" in text
    page.locator(".training .bar .player .ib").first.click()  # the lens goes along
    page.get_by_text(f"Step {at - 1}: where these numbers come from").wait_for()
    own = page.locator(".training .opened > .bar .player")  # where the panel's own is off the screen
    own.get_by_role("button", name="One step on").click()
    page.get_by_text(f"Step {at}: where these numbers come from").wait_for()
    assert own.inner_text() == f"step {at} of {at + 3}"


def at_step(page: Any, words: str) -> None:
    """The panel stands at it; the lens says it too, where it is open."""
    page.locator(".training .pos", has_text=words).first.wait_for()


def test_it_can_go_on_from_an_earlier_step_at_another_rate(learn: Callable[..., Any]) -> None:
    page = learn().page
    at = trained(page, 10)
    page.locator(".training .bar .player .ib").first.click()
    button(page, "Go on from here").click()
    at_step(page, f"step {at - 1} of {at - 1}")
    slider = page.locator(".training .rate input")
    slider.press("ArrowLeft")
    page.wait_for_function("() => location.search.includes('cnn_learning_rate=0.03')")
    assert steps(page) == at - 1  # a rate does not begin anew
    assert trained(page, at + 2) >= at + 2


def test_a_second_key_press_is_not_undone_by_the_answer_to_the_first(learn: Callable[..., Any]) -> None:
    page = learn().page
    slider = page.locator(".training .rate input")
    for pause, key, way in ((260, "ArrowLeft", -1), (300, "ArrowRight", 1), (360, "ArrowLeft", -1)):
        before, places = int(slider.input_value()), []
        slider.press(key)
        page.wait_for_timeout(pause)
        slider.press(key)
        for _ in range(12):
            page.wait_for_timeout(100)
            places.append(int(slider.input_value()))
        assert places == [before + 2 * way] * 12
    page.wait_for_function("() => location.search.includes('cnn_learning_rate=0.01')")


def test_buttons_pressed_before_the_first_picture_wait(
    open_page: Callable[..., Any], serve: Callable[..., str]
) -> None:
    it = open_page("about:blank", own=True)
    it.page.route_web_socket("**/train/cnn", lambda socket: None)  # a server that never answers
    it.page.goto(f"{serve('app.py')}/convolution")
    it.page.locator(".training .bar .player .ib").nth(1).click()
    it.page.locator(".training .bar .player .ib").first.click()
    assert not it.errors


def test_a_full_server_says_so(open_page: Callable[..., Any], serve: Callable[..., str]) -> None:
    it = open_page("about:blank", own=True)
    it.page.route_web_socket("**/train/cnn", lambda socket: socket.close(code=1013))
    it.page.goto(f"{serve('app.py')}/convolution")
    it.page.get_by_text("This server holds as many trainings as it can").first.wait_for()


def test_going_on_from_an_earlier_step_brings_its_rate_back(learn: Callable[..., Any]) -> None:
    page = learn().page
    at = trained(page, 6)
    page.locator(".training .rate input").press("End")
    page.wait_for_function("() => location.search.includes('cnn_learning_rate=1000000.0')")
    page.locator(".training .bar .player .ib").nth(1).click()
    wait_for_steps(page, at + 1)
    page.locator(".training .bar .player .ib").first.click()
    page.locator(".training .bar .player .ib").first.click()
    page.wait_for_timeout(300)
    button(page, "Go on from here").click()
    page.wait_for_function("() => !location.search.includes('cnn_learning_rate')")  # the first rate again, a default
    assert page.locator(".training .rate output").inner_text() == "0.1"


def test_a_rate_that_breaks_it_is_explained_and_one_press_leads_back(learn: Callable[..., Any]) -> None:
    page = learn("cnn_learning_rate=1000000.0").page
    button(page, "Train").click()
    broken = page.locator(".training .broken")
    broken.wait_for()
    assert "at a learning rate of 1,000,000 its steps were so large that in step" in broken.inner_text()
    button(page, "Start again with the first learning rate").click()
    broken.wait_for(state="hidden")
    assert trained(page, 10) >= 10
    assert "∞" not in page.locator(".training .say").inner_text()


def test_after_a_break_one_press_leads_back_to_the_rate_that_was_sound(learn: Callable[..., Any]) -> None:
    page = learn("cnn_look=forward.0.98").page
    wait_for_steps(page, 98)
    page.locator(".training .rate input").press("End")
    page.wait_for_function("() => location.search.includes('cnn_learning_rate=1000000.0')")
    button(page, "Train").click()
    page.locator(".training .broken").wait_for()
    broke_at = steps(page)
    label = page.locator(".training .plot canvas").first.get_attribute("aria-label")
    assert f"broken in step {broke_at + 1}" in label
    assert "✕ broken" in drawn_words(page)
    assert page.locator(".training .say").inner_text().startswith(f"After {broke_at} steps")
    assert "is broken" in page.locator(".training [role=status].vh").inner_text()
    button(page, "Go back to before the break").click()
    page.locator(".training .broken").wait_for(state="hidden")
    page.wait_for_function("() => !location.search.includes('cnn_learning_rate')")
    assert steps(page) == 98
    assert page.locator(".training .rate output").inner_text() == "0.1"
    page.wait_for_timeout(200)
    assert "broken" not in page.locator(".training .plot canvas").first.get_attribute("aria-label")
    assert trained(page, 120) >= 120
    assert page.locator(".training .broken").is_hidden()
    assert "∞" not in page.locator(".training .say").inner_text()


def test_rates_that_were_passed_on_the_way_to_a_break_are_passed_on_the_way_back(learn: Callable[..., Any]) -> None:
    page = learn("cnn_look=forward.0.30").page
    wait_for_steps(page, 30)
    for _ in range(2):
        page.locator(".training .rate input").press("ArrowRight")
        page.locator(".training .bar .player .ib").nth(1).click()
        page.wait_for_timeout(300)
    page.locator(".training .rate input").press("End")
    button(page, "Train").click()
    page.locator(".training .broken").wait_for()
    button(page, "Go back to before the break").click()
    at_step(page, "step 30 of 30")
    page.wait_for_function("() => !location.search.includes('cnn_learning_rate')")
    assert trained(page, 40) >= 40


def test_after_a_break_both_networks_begin_again_with_their_first_rates(learn: Callable[..., Any]) -> None:
    page = learn("cnn_twin=true&cnn_learning_rate=1000000.0&cnn_twin_learning_rate=1000000.0").page
    button(page, "Train").click()
    page.locator(".training .broken").wait_for()
    assert button(page, "Go back to before the break").is_hidden()  # no rate has been sound
    button(page, "Start again with the first learning rate").click()
    page.wait_for_function("() => !location.search.includes('learning_rate')")
    assert page.locator(".training .rate output").all_inner_texts() == ["0.1", "0.03"]
    assert trained(page, 10) >= 10


def test_a_click_on_another_optimizer_brings_a_rate_at_which_it_learns(learn: Callable[..., Any]) -> None:
    page = learn("cnn_filters=4").page
    optimizer = page.locator(".st-key-cnn_optimizer")
    optimizer.get_by_text("Adam", exact=True).click()
    page.wait_for_function("() => location.search.includes('cnn_learning_rate=0.003')")
    assert page.locator(".training .rate output").inner_text() == "0.003"
    page.locator(".training .rate input").press("ArrowRight")
    page.wait_for_function("() => location.search.includes('cnn_learning_rate=0.01')")
    optimizer.get_by_text("momentum", exact=True).click()
    page.wait_for_function("() => location.search.includes('cnn_optimizer=momentum')")
    page.wait_for_timeout(500)
    assert page.locator(".training .rate output").inner_text() == "0.01"  # the learner's own stays


def test_a_dead_layer_is_told_with_a_way_out(learn: Callable[..., Any]) -> None:
    page = learn("cnn_optimizer=Adam").page
    button(page, "Train").click()
    trouble = page.locator(".training .broken")
    trouble.wait_for()
    button(page, "Pause").click()
    assert re.search(r"Convolution 3 (is|are) dead", trouble.inner_text())
    assert button(page, "Go back to before the break").is_hidden()
    button(page, "Start again with the first learning rate").click()
    trouble.wait_for(state="hidden")
    page.wait_for_function("() => location.search.includes('cnn_learning_rate=0.003')")
    assert trained(page, 20) >= 20
    assert trouble.is_hidden()


def test_a_layer_that_was_dead_before_the_first_step_blames_its_first_weights(learn: Callable[..., Any]) -> None:
    page = learn("cnn_kernel_initializer=zeros").page
    text = page.locator(".training .broken").inner_text()
    assert "Convolution 1, Convolution 2 and Convolution 3 are dead" in text
    assert "kernel_initializer" in text
    assert button(page, "Start again with the first learning rate").is_hidden()


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1920, 1080)])
def test_after_train_curves_and_networks_are_in_view_together(
    width: int, height: int, learn: Callable[..., Any]
) -> None:
    page = learn(width=width, height=height).page
    page.locator("#watch-it-learn").evaluate("e => e.scrollIntoView()")
    trained(page, 4)
    page.wait_for_timeout(800)
    for part in (".train", ".plot canvas", ".networks"):
        places = [box.bounding_box() for box in page.locator(f".training {part}").all()]
        assert min(box["y"] for box in places) >= 0
        assert max(box["y"] + box["height"] for box in places) <= height
    panel, networks = page.locator(".training").bounding_box(), page.locator(".training .layers").bounding_box()
    last = page.locator(".training .layer").last.bounding_box()
    assert last["x"] + last["width"] <= panel["x"] + panel["width"]
    assert last["x"] + last["width"] >= networks["x"] + 0.85 * networks["width"]  # and the width is used


def test_nothing_of_the_panel_hangs_out_on_a_phone(learn: Callable[..., Any]) -> None:
    page = learn("cnn_twin=true", width=390, height=844).page
    trained(page, 4)
    for box in page.locator(".training :is(.bar > *, .layer, canvas, .answer, .rate)").all():
        at = box.bounding_box()
        assert at is None or (at["x"] >= 0 and at["x"] + at["width"] <= 390.5)
    pace, words = (page.locator(f".training .pace > {part}").bounding_box() for part in (".seg", ".muted"))
    button(page, "Convolution 2").first.click()
    page.locator(".training .lens[data-drawn]").wait_for()
    page.wait_for_timeout(500)
    opened = page.locator(".training .opened").bounding_box()
    assert opened["x"] + opened["width"] <= 390
    assert page.locator(".training .opened .grid").first.bounding_box()["x"] >= 0
    filters = [each.bounding_box() for each in page.locator(".training .opened .axis button").all()]
    assert len(filters) >= 16
    assert all(at["x"] >= 0 and at["x"] + at["width"] <= 390 for at in filters)
    assert abs((pace["y"] + pace["height"] / 2) - (words["y"] + words["height"] / 2)) < 6  # on one line
    assert words["x"] > pace["x"] + pace["width"]


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1280, 800), (1920, 1080)])
def test_every_sum_of_the_lens_stands_inside_its_panel(width: int, height: int, learn: Callable[..., Any]) -> None:
    page = learn(width=width, height=height).page
    trained(page, 8)
    page.locator(".training [data-band=backward]").click()
    for layer in ("Convolution 1", "Convolution 2", "Convolution 3", "Dense"):
        opened = open_lens(page, layer)
        for part in (".terms td", ".terms svg", ".ft", ".ft td"):
            panel, *found = boxes(opened.locator(f".sum, .sum {part}"))
            assert found, f"{layer}: {part}"
            assert all(panel["left"] <= at["left"] < at["right"] <= panel["right"] + 0.5 for at in found), (
                f"{layer}: {part}"
            )
        cells = opened.locator(".sum .terms td").evaluate_all("all => all.map((e) => e.scrollWidth - e.clientWidth)")
        assert max(cells) <= 0, f"{layer}: a number hangs out of its column"


def test_no_rule_of_the_panel_reaches_into_the_lens(learn: Callable[..., Any]) -> None:
    page = learn().page
    trained(page, 4)
    page.locator(".training [data-band=backward]").click()
    open_lens(page, "Convolution 2")
    reaching = page.locator(".training .lens").evaluate(
        """lens => { const root = lens.getRootNode(), found = []
          const rules = [...root.styleSheets, ...root.adoptedStyleSheets].flatMap((sheet) => [...sheet.cssRules])
          const own = rules.map((rule) => rule.selectorText)
            .filter((text) => /\\.(training|broken|opened|look|answer|pad)\\b/.test(text))
          for (const text of own)
            if ([...lens.querySelectorAll('*')].some((element) => element.matches(text))) found.push(text)
          return { rules: own.length, found } }"""
    )
    assert reaching["rules"] > 40
    assert not reaching["found"]


@pytest.mark.parametrize("query", ["", "cnn_filters=4&cnn_batch_size=128"])
def test_names_of_the_lens_do_not_run_into_each_other_on_a_phone(query: str, learn: Callable[..., Any]) -> None:
    page = learn(query, width=390, height=844).page
    for layer in ("Convolution 1", "Convolution 3", "Dense"):
        names = boxes(open_lens(page, layer).locator(".gn"))
        assert len(names) >= 8
        for k, a in enumerate(names):
            for b in names[:k]:
                beside = a["right"] <= b["left"] or b["right"] <= a["left"]
                assert beside or a["bottom"] <= b["top"] + 1 or b["bottom"] <= a["top"] + 1


def focused(page: Any, test: str) -> Any:
    """What an expression in `e` says of the focused element of the panel."""
    return page.locator(".training").evaluate(
        f"(root) => {{ const e = root.getRootNode().activeElement; return {test} }}"
    )


def test_the_ten_digits_are_one_tab_stop(learn: Callable[..., Any]) -> None:
    page = learn().page
    digits = page.locator(".training .digits button")
    assert digits.evaluate_all("all => all.filter((e) => e.tabIndex === 0).map((e) => e.ariaLabel)") == ["a 6"]
    digits.nth(6).focus()
    for key, label in (("ArrowRight", "a 7"), ("End", "a 9"), ("ArrowRight", "a 9"), ("ArrowLeft", "a 8")):
        page.keyboard.press(key)
        assert focused(page, "e.ariaLabel") == label
    page.keyboard.press("Enter")
    page.get_by_text(re.compile(r"held-out digit \d+, a 8")).wait_for()
    assert digits.evaluate_all("all => all.filter((e) => e.tabIndex === 0).map((e) => e.ariaLabel)") == ["a 8"]
    assert steps(page) == 0  # the arrows were not the panel's


def test_the_keyboard_goes_into_the_lens_and_back(learn: Callable[..., Any]) -> None:
    page = learn("cnn_filters=4").page
    for leave in ("Escape", "Enter"):
        button(page, "Convolution 2").focus()
        page.keyboard.press("Enter")
        page.locator(".training .lens[data-drawn]").wait_for()
        page.wait_for_timeout(600)
        assert focused(page, "e.closest('.grid')?.dataset.grid") == "a"
        page.keyboard.press("Control+Home")
        page.keyboard.press("ArrowRight")
        assert "row 0, column 1" in page.locator(".training .sw").inner_text()
        if leave == "Enter":
            button(page, "Close the lens").focus()
        page.keyboard.press(leave)
        assert page.locator(".training .opened").is_hidden()
        assert focused(page, "e.textContent") == "Convolution 2"


@pytest.mark.parametrize("band", ["backward", "update"])
def test_the_lens_opens_in_the_direction_of_the_panel(band: str, learn: Callable[..., Any]) -> None:
    page = learn("cnn_filters=4").page
    trained(page, 3)
    page.locator(f".training [data-band={band}]").click()
    button(page, "Convolution 2").click()
    lens = page.locator(".training .lens")
    page.locator(".training .lens[data-drawn]").wait_for()
    assert lens.locator("[data-phase=backward]").get_attribute("aria-pressed") == "true"
    assert "are the digits " in page.locator(".training .opened > .muted").inner_text()
    assert "rest is what the 24 that are not drawn add" in page.locator(".training .opened > .muted").inner_text()
    page.locator(".training [data-band=forward]").click()
    button(page, "Convolution 1").click()
    lens.locator("[data-phase=forward][aria-pressed=true]").wait_for()


def test_the_address_gives_the_same_run_again(learn: Callable[..., Any]) -> None:
    page = learn("cnn_filters=4").page
    at = trained(page, 20)
    page.locator(".training [data-band=backward]").click()
    page.locator(".training .digits button").nth(3).click()
    page.get_by_text(re.compile(r"held-out digit \d+, a 3")).wait_for()
    page.locator(".training .bar .player .ib").first.click()
    page.wait_for_function(
        "(look) => new RegExp(`cnn_look=${look}`).test(location.search)", arg=rf"backward\.\d+\.{at - 1}$"
    )
    said, name = (page.locator(f".training {part}").inner_text() for part in (".say", ".look .name"))
    again = learn(page.url.split("?")[1]).page
    wait_for_steps(again, at - 1)
    again.wait_for_timeout(400)
    assert steps(again) == at - 1
    assert loss(again.locator(".training .say").inner_text()) == loss(said)
    assert again.locator(".training .look .name").inner_text() == name
    assert again.locator(".training [data-band=backward]").get_attribute("aria-pressed") == "true"
    assert button(again, "Train").is_visible()  # it rests


def shown(page: Any) -> list[str]:
    """The numbers of the step that is shown."""
    return [loss(page.locator(".training .say").inner_text()), *page.locator(".training .layer dd").all_inner_texts()]


def test_the_link_of_a_run_whose_rate_was_changed_leads_to_the_same_numbers(learn: Callable[..., Any]) -> None:
    it = learn("cnn_filters=4&cnn_optimizer=Adam", permissions=["clipboard-read", "clipboard-write"])
    page = it.page
    button(page, "Train").click()
    wait_for_steps(page, 8)
    page.locator(".training .rate input").press("ArrowLeft")
    changed = steps(page)
    wait_for_steps(page, changed + 12)
    button(page, "Pause").click()
    page.wait_for_timeout(400)
    page.locator(".training .rate input").press("End")  # of the step to come
    page.wait_for_function("() => /_\\d+r1e6$/.test(new URLSearchParams(location.search).get('cnn_look'))")
    button(page, "Copy link").click()
    button(page, "Copied").wait_for()
    link = page.evaluate("() => navigator.clipboard.readText()")
    assert re.search(r"cnn_look=forward\.0\.\d+\.0r1e-1_\d+r3e-2_\d+r1e6(&|$)", link)
    again = learn(link.split("?")[1]).page
    wait_for_steps(again, steps(page))
    again.wait_for_timeout(400)
    assert steps(again) == steps(page)
    assert shown(again) == shown(page)
    page.locator(".training .bar .player .ib").first.click()  # before the last change: another rate than the settings'
    page.wait_for_function("() => /_\\d+r3e-2$/.test(new URLSearchParams(location.search).get('cnn_look'))")
    earlier = learn(page.url.split("?")[1]).page
    wait_for_steps(earlier, steps(page))
    earlier.wait_for_timeout(400)
    assert shown(earlier) == shown(page)
    assert earlier.locator(".training .rate output").inner_text() == "0.03"
    earlier.wait_for_function("() => location.search.includes('cnn_learning_rate=0.03')")


def test_a_link_leads_to_what_is_selected_in_the_lens(learn: Callable[..., Any]) -> None:
    page = learn("cnn_filters=4&cnn_twin=true", permissions=["clipboard-read", "clipboard-write"]).page
    trained(page, 12)
    button(page, "Convolution 2").last.click()
    lens = page.locator(".training .lens")
    page.locator(".training .lens[data-drawn]").wait_for()
    lens.locator("[data-phase=backward]").click()
    lens.locator('.grid[data-grid="db"] canvas').first.click()
    lens.locator('.grid[data-grid="db"] canvas').first.press("ArrowRight")
    where = lens.locator(".si").inner_text(), lens.locator(".sv").inner_text()
    assert where[0].startswith("∂L/∂b[")
    lens.get_by_role("button", name="Copy link").click()
    lens.get_by_role("button", name="Copied").wait_for()
    link = page.evaluate("() => navigator.clipboard.readText()")
    again = learn(link.split("?")[1], arrive=True).page
    again.locator(".training .lens[data-drawn]").wait_for()
    again.wait_for_timeout(1500)
    assert steps(again) == steps(page)
    arrived = again.locator(".training .lens")
    assert (arrived.locator(".si").inner_text(), arrived.locator(".sv").inner_text()) == where
    assert 0 <= boxes(again.locator(".training .opened"))[0]["top"] < 300
    again.get_by_role("button", name="Close the lens").click()
    again.wait_for_function("() => !location.search.includes('.db.')")


def test_a_link_leads_to_the_part_of_the_page_that_it_was_copied_from(learn: Callable[..., Any]) -> None:
    page = learn("cnn_filters=4", permissions=["clipboard-read", "clipboard-write"]).page
    trained(page, 6)
    button(page, "Copy link").click()
    button(page, "Copied").wait_for()
    panel = learn(page.url.split("?")[1], arrive=True).page
    panel.wait_for_timeout(1500)
    assert 0 <= boxes(panel.locator(".training"))[0]["top"] < 200
    page.get_by_role("button", name="Copy link").first.click()  # of the lens of the page
    page.get_by_role("button", name="Copied").first.wait_for()
    assert re.search(r"cnn_look=.*convolution_look=", page.url)
    top = learn(page.url.split("?")[1], arrive=True).page
    top.wait_for_timeout(1500)
    assert boxes(top.locator(".training"))[0]["top"] > 400


@pytest.mark.parametrize(
    "lens",
    ["0.9.backward.dw.0", "0.1.sideways.dw.0", "0.1.backward.constructor.0", "0.1.backward.dw.99999", "0.1"],
)
def test_a_lens_that_cannot_be_opens_as_if_by_hand_or_not_at_all(lens: str, learn: Callable[..., Any]) -> None:
    page = learn(f"cnn_look=backward.0.3..{lens}").page
    wait_for_steps(page, 3)
    opened = page.locator(".training .lens [data-phase=backward]")
    if lens.startswith("0.1"):
        opened.wait_for()
        assert opened.get_attribute("aria-pressed") == "true"
    else:
        page.wait_for_timeout(1000)
        assert opened.count() == 0


def loss(said: str) -> str:
    return re.search(r"loss ([\d.]+)", said)[1]  # type: ignore[index]


def test_a_far_step_of_an_address_is_trained_to_when_asked(learn: Callable[..., Any]) -> None:
    page = learn("cnn_look=update.0.700&cnn_filters=4&cnn_batch_size=8").page
    page.wait_for_timeout(500)
    assert steps(page) == 0
    button(page, "Train to step 700").click()
    page.wait_for_timeout(200)
    button(page, "Pause").wait_for()
    button(page, "Train").wait_for(timeout=140_000)
    assert steps(page) == 700
    assert button(page, "Train to step 700").is_hidden()


@pytest.mark.parametrize(
    "look", ["sideways.0.0", "forward.9999.0", "forward.0.99999", "forward.0.20.0r2e-1", "forward.0.20.0r1e-1*0r1e-1"]
)
def test_a_look_that_cannot_be_is_as_on_a_fresh_page(look: str, learn: Callable[..., Any]) -> None:
    """One for each thing that a page knows: its bands, digits, steps, rates, networks."""
    page = learn(f"cnn_look={look}").page
    assert steps(page) == 0
    assert page.locator(".training .look .name").inner_text().startswith("held-out digit 1,")
    assert page.locator(".training [data-band=forward]").get_attribute("aria-pressed") == "true"


def test_what_cannot_be_is_read_as_nothing(open_page: Callable[..., Any], serve: Callable[..., str]) -> None:
    page = open_page(f"{serve('app.py')}/_stcore/health").page

    def read_look(look: str) -> Any:
        known = {"bands": ["forward", "backward"], "examples": 100, "longest": 2000, "options": [0.1, 0.3, 0.03]}
        return page.evaluate(
            """async ([module, look, known]) => {
              history.replaceState(null, "", `?cnn_look=${look}`)
              return (await import(module)).readLook("cnn_look", known)
            }""",
            [assets.address("training/link.js"), look, known | {"networks": 1}],
        )

    lens = {"run": 0, "layer": 1, "phase": "backward", "grid": "dw", "cell": "0"}
    assert read_look("backward.7.20.0r1e-1_9r3e-2.0.1.backward.dw.0") == {
        "band": "backward", "wanted": {"example": 7}, "steps": 20, "rates": [[[0, 0.1], [9, 0.03]]], "lens": lens,
    }  # fmt: skip
    fresh = {"band": "forward", "wanted": None, "steps": 0, "rates": [], "lens": None}
    too_many = "_".join(f"{k}r{1 + 2 * (k % 2)}e-1" for k in range(300))
    for look in (
        "sideways.0.0", "forward.9999.0", "forward.0.99999", "forward.d12.x", "....", "%00", "forward.0.20.0r2e-1",
        "forward.0.20.0r1e-1*0r1e-1", "forward.0.20.5r1e-1", "forward.0.20.0r1e-1_9r3e-2_4r1e-1",
        "forward.0.20.0r1e-1_x", "forward.0.20.r", f"forward.0.20.{too_many}",
    ):  # fmt: skip
        assert read_look(look) == fresh, look
    for opened in ("1.1.backward.dw.0", "0.x.y.z.w"):
        assert read_look(f"forward.0.3..{opened}") == fresh | {"steps": 3}, opened


def test_a_picture_changes_texts_and_pixels_and_makes_no_elements(learn: Callable[..., Any]) -> None:
    """What a picture costs the browser, told without a clock: new elements and canvas sizes are laid out again."""
    page = learn().page
    trained(page, 5)
    page.locator(".training").evaluate(
        """root => { root.made = 0
          const element = (node) => node.nodeType === 1 && node.localName !== 'svg'
          new MutationObserver((all) => all.forEach(({ type, addedNodes }) => {
            root.made += type === 'attributes' ? 1 : [...addedNodes].filter(element).length
          })).observe(root, { childList: true, subtree: true, attributeFilter: ['width', 'height', 'aria-label'] })
        }"""
    )
    button(page, "Train").click()
    wait_for_steps(page, 30)
    assert page.locator(".training").evaluate("root => root.made") == 0


def test_maps_stand_in_full_rows(learn: Callable[..., Any]) -> None:
    """8 maps of 6 × 6 are 4 × 2: a ninth place would show what is no map."""
    at = learn().page.locator(".training .layer").nth(1).locator("canvas").last.bounding_box()
    assert at["width"] == 2 * at["height"]


def test_copy_link_copies_what_is_looked_at(learn: Callable[..., Any]) -> None:
    page = learn(permissions=["clipboard-read", "clipboard-write"]).page
    page.locator(".training [data-band=update]").click()
    button(page, "Copy link").click()
    button(page, "Copied").wait_for()
    assert "cnn_look=update.0.0" in page.evaluate("() => navigator.clipboard.readText()")


def test_a_link_that_is_copied_while_it_trains_tells_the_step_that_is_shown(learn: Callable[..., Any]) -> None:
    page = learn("cnn_look=forward.0.3", permissions=["clipboard-read", "clipboard-write"]).page
    button(page, "Train").click()
    wait_for_steps(page, 20)
    told, shown_then = page.locator(".training").evaluate(
        """async (root) => { const steps = root.dataset.steps
          const copy = [...root.querySelectorAll('button')].find((b) => b.textContent === 'Copy link')
          copy.click()
          await new Promise((done) => setTimeout(done, 200))
          return [await navigator.clipboard.readText(), steps] }"""
    )
    assert f"cnn_look=forward.0.{shown_then}" in told
    button(page, "Pause").wait_for()  # it goes on


def test_only_a_rest_is_read_out(learn: Callable[..., Any]) -> None:
    page = learn().page
    page.locator(".training [role=status].vh").evaluate(
        "e => { e.said = []; new MutationObserver(() => e.said.push(e.textContent)).observe(e, { childList: true }) }"
    )
    at = trained(page, 15)
    said = page.locator(".training [role=status].vh").evaluate("e => e.said")
    assert len(said) == 1
    assert said[0].startswith(f"After {at} steps: loss ")


def test_bands_and_numbers_are_explained(learn: Callable[..., Any]) -> None:
    page = learn().page
    told = set()
    for name in ("forward", "backward", "update"):
        page.locator(f".training [data-band={name}]").click()
        told.add(page.locator(".training .shown > .muted").inner_text())
    assert len(told) == 3
    help_ = page.locator(".training .help")
    help_.locator("summary").click()
    for name in ("‖∂L/∂w‖", "update / w", "dead"):
        title = page.locator(".training .layer dl div", has_text=name).first.get_attribute("title")
        assert title
        assert title in help_.inner_text()


def test_a_connection_that_is_lost_is_opened_again(learn: Callable[..., Any]) -> None:
    page = learn().page
    at = trained(page, 6)
    page.evaluate(
        """() => { const { send } = WebSocket.prototype
          WebSocket.prototype.send = function (data) {
            if (!this.url.includes('/train/')) return send.call(this, data)
            WebSocket.prototype.send = send
            this.close()
          } }"""
    )
    button(page, "Train").click()
    page.get_by_text("The server does not answer").first.wait_for()
    at_step(page, "step 0 of 0")
    assert trained(page, at) >= at


def test_twins_learn_side_by_side(learn: Callable[..., Any]) -> None:
    page = learn("cnn_twin=true&cnn_twin_optimizer=Adam&cnn_twin_learning_rate=0.003").page
    assert page.locator(".training .network").count() == 2
    trained(page, 10)
    text = page.locator(".training .say").inner_text()
    a, b = re.findall(r"loss ([\d.]+)", text)
    assert a != b
    assert page.locator(".training .player input").count() == 1  # one cursor for both
    assert page.locator(".training .lines").inner_text().split() == ["A", "B"]
    assert page.locator(".training .rate span").all_inner_texts() == ["A learning_rate", "B learning_rate"]
    rows = [page.locator(f".st-key-cnn-{row}").inner_text().split()[0] for row in ("settings", "twin")]
    assert rows == ["A", "B"]


def test_other_settings_begin_anew(learn: Callable[..., Any]) -> None:
    page = learn().page
    trained(page, 6)
    page.locator(".st-key-cnn-settings").get_by_role("button", name="More settings").click()
    page.locator(".st-key-cnn_batch_size [role=radio]").first.click()
    page.wait_for_function(
        """() => [...document.querySelectorAll('*')].some((e) => e.shadowRoot
          && [...e.shadowRoot.querySelectorAll('.training')].some((t) => t.dataset.steps === '0'))"""
    )
    assert "cnn_batch_size=8" in page.url


def test_a_drawn_digit_is_read(learn: Callable[..., Any]) -> None:
    page = learn().page
    trained(page, 10)
    button(page, "Draw a digit").click()
    sheet = page.locator(".training .sheet")
    at = sheet.bounding_box()
    page.mouse.move(at["x"] + 80, at["y"] + 20)
    page.mouse.down()
    page.mouse.move(at["x"] + 80, at["y"] + 140, steps=8)
    page.mouse.up()
    page.get_by_text("your drawing", exact=True).wait_for()
    assert re.search(r"reads a \d, \d+ % sure", page.locator(".training .answer").inner_text())
    button(page, "Clear").click()
    assert "Draw a digit here." in page.locator(".training .pad").inner_text()
    button(page, "Next digit").click()
    page.get_by_text("held-out digit 2").wait_for()


def draw(page: Any) -> None:
    """A one, on the pad that is open."""
    at = page.locator(".training .sheet").bounding_box()
    page.mouse.move(at["x"] + 80, at["y"] + 20)
    page.mouse.down()
    page.mouse.move(at["x"] + 80, at["y"] + 140, steps=8)
    page.mouse.up()
    page.get_by_text("your drawing", exact=True).wait_for()


def test_who_draws_sees_what_is_read(learn: Callable[..., Any]) -> None:
    page = learn(height=800).page
    trained(page, 6)
    page.wait_for_timeout(800)
    button(page, "Draw a digit").click()
    draw(page)
    for part in (".sheet", ".answer", ".networks", ".plot canvas"):
        found = boxes(page.locator(f".training {part}"))
        assert min(at["top"] for at in found) >= 0
        assert max(at["bottom"] for at in found) <= 800
    page.get_by_text(re.compile(r"reads a \d, \d+ % sure")).first.wait_for()
    assert page.locator(".training .pad .rule").inner_text() == page.locator(".training .answer > span").inner_text()
    button(page, "Clear").click()
    page.locator(".training .bar .player .ib").nth(1).click()
    page.wait_for_timeout(300)
    assert page.locator(".training .pad .rule").inner_text() == "Draw a digit here."


def test_a_drawing_that_has_no_label_says_so_once_and_moves_nothing(learn: Callable[..., Any]) -> None:
    page = learn().page
    page.locator(".training [data-band=backward]").click()
    before = [(at["left"], at["right"]) for at in boxes(page.locator(".training .layer"))]
    button(page, "Draw a digit").click()
    draw(page)
    page.locator(".training .tensor.none").first.wait_for()
    assert [(at["left"], at["right"]) for at in boxes(page.locator(".training .layer"))] == before
    assert page.locator(".training").inner_text().count("no loss") == 1
    page.locator(".training [data-band=forward]").click()
    assert "no loss" not in page.locator(".training").inner_text()


def test_a_second_network_that_is_added_fits_as_one_that_was_there(learn: Callable[..., Any]) -> None:
    there = learn("cnn_twin=true", height=800).page
    page = learn(height=800).page
    page.locator(".st-key-cnn_twin label").first.click()
    page.locator(".training .network").nth(1).wait_for()

    def sizes(of: Any) -> list[tuple[float, float]]:
        return [(at["width"], at["height"]) for at in boxes(of.locator(".networks canvas"))]

    soon(page, lambda: sizes(page) == sizes(there))
    trained(page, 4)
    soon(page, lambda: max(at["bottom"] for at in boxes(page.locator(".training .networks canvas"))) <= 800)


def soon(page: Any, holds: Callable[[], bool]) -> None:
    """Within some seconds: how long a page takes to settle depends on what else the machine does."""
    for _ in range(50):
        if holds():
            return
        page.wait_for_timeout(100)
    assert holds()


def test_a_record_that_has_ended_says_so(learn: Callable[..., Any]) -> None:
    page = learn("cnn_look=forward.0.2000&cnn_filters=4&cnn_batch_size=8").page
    button(page, "Train to step 2000").click()
    page.get_by_text("The record ends at 2,000 steps.").first.wait_for(timeout=120_000)
    assert button(page, "Train").is_disabled()
    page.locator(".training .bar .player .ib").first.click()
    at_step(page, "step 1999 of 2000")
    button(page, "Go on from here").click()
    at_step(page, "step 1999 of 1999")
    assert button(page, "Train").is_enabled()
    assert "The record ends" not in page.locator(".training .say").inner_text()


@pytest.mark.parametrize("width", [1280, 1920])
def test_columns_stand_still_and_hold_their_words(width: int, learn: Callable[..., Any]) -> None:
    page = learn("cnn_twin=true&cnn_filters=16", width=width).page
    page.locator(".training").evaluate(
        """root => { root.places = new Set()
          const place = (e) => [e.getBoundingClientRect().left, e.offsetWidth]
          const look = () => root.places.add(JSON.stringify([...root.querySelectorAll('.layer')].map(place)))
          look()
          new MutationObserver(look).observe(root, { attributeFilter: ['data-drawn'] }) }"""
    )
    trained(page, 8)
    for band in ("backward", "update", "forward"):
        page.locator(f".training [data-band={band}]").click()
        page.wait_for_timeout(150)
        words = boxes(
            page.locator(".training .layer").locator(
                "b:visible, .shape:visible, dt:visible, dd:visible, canvas:visible"
            )
        )
        columns = boxes(page.locator(".training .layer"))
        assert [at["left"] for at in columns[:5]] == [at["left"] for at in columns[5:]]  # of both networks
        for at in words:
            mine = max((c for c in columns if c["left"] <= at["left"] + 1), key=lambda c: c["left"])
            assert at["right"] <= mine["right"] + 12, band  # the gap to the next is 16
    assert page.locator(".training").evaluate("root => root.places.size") == 1


def test_a_step_of_training_sends_no_run_of_the_page(learn: Callable[..., Any]) -> None:
    it = learn()
    it.page.wait_for_timeout(1000)
    it.sent.clear()
    trained(it.page, 10)
    assert it.sent == []


@pytest.mark.parametrize(("width", "theme"), [(390, "light"), (1280, "dark")])
def test_axe_finds_nothing(width: int, theme: str, learn: Callable[..., Any]) -> None:
    page = learn(width=width, theme=theme).page
    trained(page, 4)
    button(page, "Convolution 2").click()
    page.locator(".training .lens[data-drawn]").wait_for()
    found = Axe().run(page, context=".stBidiComponent, [data-testid^=stBidi]").response
    assert [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found["violations"]] == []
