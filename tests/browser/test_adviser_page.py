"""The adviser as a learner uses it, in Chromium, on the real server: describe, share, follow a reason to its place."""

from collections.abc import Callable
from typing import Any

import pytest

from experiments.adviser.advice import advise
from experiments.adviser.spec import ORDER, SERIES, TEXTS, DataSpec
from tests.browser.tabs import Opened, quiet

ADVISED = "all => all.map(link => link.innerText)"


@pytest.fixture
def adviser(open_page: Callable[..., Opened], serve: Callable[..., str]) -> Callable[..., Opened]:
    """Opens the page; the query without its question mark."""

    def visit(query: str = "", **options: Any) -> Opened:
        it = open_page(f"{serve('app.py')}/adviser?{query}", ready=".facts", **options)
        quiet(it)
        return it

    return visit


def advised(it: Opened) -> list[str]:
    """The techniques, each a link to its lesson."""
    return it.page.locator(".st-key-advice strong > a").evaluate_all(ADVISED)


def test_another_description_has_another_advice_and_its_link_says_the_same(adviser: Callable[..., Opened]) -> None:
    it = adviser()
    assert advised(it) == list(advise(DataSpec()).all)
    it.page.get_by_role("button", name="Heartbeats", exact=True).click()
    it.page.wait_for_url(lambda url: "adviser_data=series" in url and "adviser_length=500" in url)
    quiet(it)
    heartbeats = list(advise(DataSpec(data=SERIES, examples=1000, clue=ORDER, length=500)).all)
    assert advised(it) == heartbeats
    assert heartbeats[0] == "LSTM"
    assert advised(adviser(it.page.url.split("?")[1])) == heartbeats
    it.page.get_by_role("radio", name="10", exact=True).click()
    it.page.wait_for_url(lambda url: "adviser_length=10" in url)
    quiet(it)
    assert advised(it)[0] == "Simple RNN"


def test_every_advice_on_a_phone_says_where_it_fails_and_leads_to_an_experiment(adviser: Callable[..., Opened]) -> None:
    it = adviser("adviser_data=texts&adviser_length=10", width=390, height=844, theme="dark")
    names = advised(it)
    assert names == list(advise(DataSpec(data=TEXTS, length=10)).all)
    place = it.page.locator(".st-key-advice")
    fails = place.get_by_text("Where it fails.")
    assert fails.count() == len(names)
    assert it.page.evaluate("document.documentElement.scrollWidth") <= 390
    reason = place.get_by_role("link", name="Its gradient vanishes").get_attribute("href")
    assert reason == "/simple_rnn#rn3"
    it.page.goto(it.page.url.split("/adviser")[0] + reason)
    it.page.locator("#rn3").wait_for()
    it.page.wait_for_function("() => Math.abs(rn3.getBoundingClientRect().top) < innerHeight")
