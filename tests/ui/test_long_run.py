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


OTHER = """
from itertools import repeat
from experiments.shown import Part, Shown, Table
from ui.long_run import long_run
import streamlit as st

def parts(name):
    if name == "new":
        yield from repeat(Part(0.0, None))
    yield Part(1.0, Shown({}, [Table({"network": [name]}, name)]))

chosen = st.radio("which", ["old", "new"])
long_run("claim", parts(chosen), chosen, lambda shown: None)
"""


def test_what_was_shown_stays_until_there_is_something_new() -> None:
    app = AppTest.from_string(OTHER).run()
    end = time.monotonic() + 10
    while not app.session_state["claim.run"][1].ended:
        assert time.monotonic() < end
        time.sleep(0.05)
    app.run()
    app.radio[0].set_value("new").run()
    app.session_state["claim.run"][1].stop()
    assert not app.exception
    assert [str(table.value.iloc[0, 0]) for table in app.dataframe] == ["old"]


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
