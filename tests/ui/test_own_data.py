"""Data of the learner's own, on a page of nothing else."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from engine import series, texts

PAGE = """
from experiments.recurrent.real import BROUGHT, RealSpec
from ui.own_data import own_sequences
from ui.settings import Settings
import streamlit as st

settings = Settings("own", RealSpec)

spec = own_sequences(settings, BROUGHT)
st.markdown(f"data: {spec.data}")
"""
VALUES = np.cumsum(np.random.default_rng(0).standard_normal(300))
WORDS = "It was the best of times, it was the worst of times. " * 20


def messages(app: AppTest) -> list[str]:
    return [html.proto.body for html in app.get("html") if "changes" in html.proto.body]


@pytest.mark.parametrize(
    ("name", "given", "chosen"),
    [("series", "\n".join(map(str, VALUES)), "your own series"), ("words", WORDS, "your own text")],
)
def test_what_is_pasted_is_taken_over_and_chosen(name: str, given: str, chosen: str) -> None:
    app = AppTest.from_string(PAGE, default_timeout=30).run()
    assert app.markdown[0].value == "data: membrane potential"
    app.text_area(key=f"own.{name}.words.0").set_value(given).run()
    assert not app.exception
    assert app.markdown[0].value == f"data: {chosen}"
    assert not messages(app)
    spec = app.session_state["own.spec"]
    if name == "series":
        np.testing.assert_allclose(spec.values.values, VALUES, atol=1e-3)
    else:
        assert texts.read(spec.words) == WORDS.strip()
    assert app.text_area(key=f"own.{name}.words.1").value == ""


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        ("series", "1\n2\nthree", "&#x27;three&#x27;, at place 3, is no number"),
        ("series", "1 2 3", "200 to 1,000 numbers here, not 3"),
        ("words", "<b>short</b>", "1,000 to 8,000 characters here, not 12"),
    ],
)
def test_what_is_wrong_is_said_and_changes_nothing(name: str, given: str, words: str) -> None:
    app = AppTest.from_string(PAGE, default_timeout=30).run()
    app.text_area(key=f"own.{name}.words.0").set_value(given).run()
    assert not app.exception
    assert app.markdown[0].value == "data: membrane potential"
    assert len(messages(app)) == 1
    assert words in messages(app)[0]
    assert "not taken over" in messages(app)[0]


def test_an_address_that_was_tampered_with_is_named() -> None:
    app = AppTest.from_string(PAGE, default_timeout=30)
    app.query_params["own_series"] = series.shrink("\n".join(map(str, VALUES)).encode())[:-20]
    app.query_params["own_data"] = "your own series"
    app.run()
    assert not app.exception
    assert app.markdown[0].value == "data: membrane potential"
    assert "not packed here" in messages(app)[0]


def test_an_address_brings_the_data_along() -> None:
    app = AppTest.from_string(PAGE, default_timeout=30)
    app.query_params["own_series"] = series.shrink("\n".join(map(str, VALUES)).encode())
    app.query_params["own_data"] = "your own series"
    app.run()
    assert app.markdown[0].value == "data: your own series"
    assert not messages(app)
