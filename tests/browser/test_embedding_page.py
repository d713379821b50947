"""The Embedding page as a learner uses it, in Chromium, on the real server: point, drag, train, share."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from experiments.embedding.lookup import lookup
from experiments.embedding.spec import EmbeddingSpec
from tests.browser.stage import centre
from tests.browser.tabs import guess, quiet
from tests.browser.test_convolution_page import drawn, redrawn, shown


@pytest.fixture
def embedding(open_lesson: Callable[..., Any]) -> Callable[..., Any]:
    """Opens the lesson; the query without its question mark."""
    return partial(open_lesson, "embedding")


def write(it: Any, sentence: str) -> None:
    field = it.page.get_by_role("textbox", name="sentence")
    field.fill(sentence)
    field.press("Enter")


def test_the_first_screen_is_a_sentence_looked_up(embedding: Callable[..., Any]) -> None:
    """Cold, nothing touched: words, table and vectors lie within the first 800 pixels, in this order."""
    it = embedding(height=800)
    lefts = []
    for grid in ("x", "w", "y"):
        box = it.page.locator(f'.grid[data-grid="{grid}"] > canvas').first.bounding_box()
        assert box["y"] + box["height"] < 800
        lefts.append(box["x"])
    assert lefts == sorted(lefts)
    assert "names 4 cells of y" in it.page.locator(".sum").inner_text()  # a word is chosen, and its row is lit


def test_on_a_phone_words_come_before_the_table(embedding: Callable[..., Any]) -> None:
    it = embedding(width=390, height=844)
    x, w = (it.page.locator(f'.grid[data-grid="{grid}"] > canvas').first.bounding_box() for grid in ("x", "w"))
    assert x["x"] < w["x"]
    assert max(x["y"], w["y"]) + 100 < 844
    assert it.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_word_that_is_pointed_at_lights_its_row(embedding: Callable[..., Any]) -> None:
    it = embedding()
    sent, run = len(it.sent), lookup(EmbeddingSpec())
    it.page.mouse.click(*centre(it.page, "x", 2, 0, (7, 1)))
    panel = it.page.locator(".sum").inner_text()
    assert all(f"takes W[king, {column}]" in panel for column in range(4))
    it.page.mouse.click(*centre(it.page, "y", 2, 3, (7, 4)))
    assert shown(it) == pytest.approx(run.y[2, 3], abs=6e-3)
    assert "ends in the number shown" in it.page.locator(".sum").inner_text()
    assert len(it.sent) == sent


def test_the_product_is_the_same_number(embedding: Callable[..., Any]) -> None:
    it = embedding()
    it.page.get_by_role("button", name="One-hot × W").click()
    it.page.mouse.click(*centre(it.page, "p", 2, 3, (7, 4)))
    assert shown(it) == pytest.approx(lookup(EmbeddingSpec()).y[2, 3], abs=6e-3)
    panel = it.page.locator(".sum").inner_text()
    assert "sum of 10 terms" in panel
    assert "ends in the number shown" in panel


def test_backward_only_picked_rows_have_a_gradient(embedding: Callable[..., Any]) -> None:
    it = embedding()
    it.page.get_by_role("button", name="Backward").click()
    panel = it.page.locator(".sum").inner_text()
    assert "sum of 2 terms" in panel  # "the" stands twice
    assert "agrees" in panel
    assert shown(it) == pytest.approx(lookup(EmbeddingSpec()).dw[0, 0], abs=6e-3)
    it.page.mouse.click(*centre(it.page, "dw", 9, 0, (10, 4)))
    panel = it.page.locator(".sum").inner_text()
    assert "the sum is empty, so it is exactly 0" in panel
    assert "numerical gradient is 0 too" in panel


def test_a_sentence_of_ones_own_and_a_word_that_is_not_there(embedding: Callable[..., Any]) -> None:
    it = embedding()
    before = drawn(it)
    write(it, "young queen")
    redrawn(it, before)
    assert it.page.locator('.grid[data-grid="y"] .tails span').all_inner_texts() == ["young", "queen"]
    it.page.wait_for_url("**embedding_sentence=young+queen**")
    write(it, "the dragon")
    it.page.locator(".changes", has_text="the table has no row for 'dragon'").wait_for()
    quiet(it)
    assert it.page.locator('.grid[data-grid="y"] .tails span').count() == 7  # the sentence that was given


def test_a_number_is_dragged_without_a_run_of_the_page(embedding: Callable[..., Any]) -> None:
    it = embedding("embedding_look=forward.w.0")
    slider = it.page.locator(".sum .edit input[type=range]")
    box = slider.bounding_box()
    before, sent, y = drawn(it), len(it.sent), box["y"] + box["height"] / 2
    it.page.mouse.move(box["x"] + box["width"] * 0.5, y)
    it.page.mouse.down()
    for step in range(12):
        it.page.mouse.move(box["x"] + box["width"] * (0.5 + 0.03 * step), y)
        it.page.wait_for_timeout(60)
    assert drawn(it) - before >= 5
    assert len(it.sent) == sent
    it.page.mouse.up()
    it.page.wait_for_url("**embedding_edits=w0**")


def test_a_link_shows_exactly_this(embedding: Callable[..., Any]) -> None:
    it = embedding("embedding_sentence=the+king&embedding_output_dim=2&embedding_edits=w4:2.5&embedding_mask_zero=true")
    it.page.mouse.click(*centre(it.page, "dw", 1, 0, (10, 2)))
    it.page.wait_for_url("**embedding_look=backward.dw.**")
    again = embedding(it.page.url.split("?")[1])
    assert again.page.locator(".si").inner_text() == it.page.locator(".si").inner_text() == "∂L/∂W[the, 0]"
    assert shown(again) == shown(it)
    assert again.page.locator('.grid[data-grid="m"]').count() == 1


def test_training_moves_the_map_which_is_scrubbed_in_the_browser(embedding: Callable[..., Any]) -> None:
    it = embedding()
    card = guess(it, "EM2")
    card.get_by_text("Over 5 seeds").wait_for(timeout=140_000)
    chart = card.locator(".chart").first
    it.page.wait_for_function(
        "() => document.querySelector('.st-key-experiment-em2 .chart')?.dataset.frame === '120'", timeout=30_000
    )
    quiet(it)
    place = "p => { const t = p.data.find((t) => t.name === 'places'); return [t.x[0], t.y[0]] }"
    end, sent = chart.locator(".plot").evaluate(place), len(it.sent)
    card.get_by_role("slider", name="frame").first.fill("0")
    it.page.wait_for_function("() => document.querySelector('.st-key-experiment-em2 .chart').dataset.frame === '0'")
    start = chart.locator(".plot").evaluate(place)
    assert max(map(abs, start)) < 0.2 < max(map(abs, end))  # from a heap in the middle
    maps = "[...document.querySelectorAll('.st-key-experiment-em2 .chart')].slice(0, 2)"
    frames = f"{maps}.map((chart) => chart.dataset.frame)"
    it.page.wait_for_function(f"() => {frames}.join() === '0,0'")  # the people's map has moved along
    card.get_by_role("button", name="One step on").nth(1).click()
    it.page.wait_for_function(f"() => {frames}.join() === '1,1'")
    assert len(it.sent) == sent


def test_another_training_is_in_the_address(embedding: Callable[..., Any]) -> None:
    it = embedding()
    card = guess(it, "EM2")
    card.get_by_text("Over 5 seeds").wait_for(timeout=140_000)
    card.locator(".st-key-embedding_words_output_dim").get_by_text("2", exact=True).click()
    card.get_by_text("two directions out of 2, which hold 100 %").wait_for(timeout=140_000)
    it.page.wait_for_url("**embedding_words_output_dim=2**")


def test_each_kind_of_category_has_its_story(embedding: Callable[..., Any]) -> None:
    it = embedding()
    card = guess(it, "EM3")
    card.get_by_text("no two days are closer than the weekend's").wait_for(timeout=140_000)
    card.get_by_text("parcels", exact=True).click()
    card.get_by_text("the week closes to a ring").wait_for(timeout=140_000)
    card.get_by_text("meetings", exact=True).click()
    card.get_by_text("by popularity alone").wait_for(timeout=140_000)


def test_the_count_follows_its_settings(embedding: Callable[..., Any]) -> None:
    it = embedding()
    card = guess(it, "EM4")
    card.get_by_text("50,000 × 300 = 15,000,000 numbers, 60 MB").wait_for()
    card.locator(".st-key-embedding_size_input_dim").get_by_text("250,000", exact=True).click()
    card.get_by_text("250,000 × 300 = 75,000,000 numbers, 300 MB").wait_for()
    it.page.wait_for_url("**embedding_size_input_dim=250000**")
