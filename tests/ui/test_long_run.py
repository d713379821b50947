"""What a long experiment shows before it has all its numbers."""

import time

import pytest
from streamlit.testing.v1 import AppTest

PAGE = """
from experiments.shown import Part, Shown, Table
from ui.long_run import long_run
import streamlit as st

rows = [Table({"network": ["dense"]}, "one network")]
long_run("claim", iter([Part(0.5, Shown(NUMBERS, rows))]), None, lambda shown: st.markdown(f"told of {shown.numbers}"))
"""


@pytest.mark.parametrize(("numbers", "told", "tables"), [({}, 0, 1), ({"seeds": "1 seed"}, 1, 0)])
def test_without_numbers_rows_are_drawn_and_nothing_is_told(numbers: dict[str, str], told: int, tables: int) -> None:
    app = AppTest.from_string(PAGE.replace("NUMBERS", repr(numbers))).run()
    end = time.monotonic() + 10
    while not app.session_state["claim.run"][1].ended:
        assert time.monotonic() < end
        time.sleep(0.05)
    app.run()
    assert not app.exception
    assert len(app.markdown) == told
    assert len(app.dataframe) == tables
