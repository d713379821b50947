"""A long run that shows its chart only once it may: what stands there until then is the chart of before."""

from collections.abc import Iterator
from threading import Event

import streamlit as st

from experiments.shown import Lines, Part, Shown
from ui.assets import ASSETS
from ui.long_run import long_run
from ui.shown import draw

st.set_page_config(layout="wide", page_title="A long run")
st.html(ASSETS / "theme" / "page.css")
may = st.session_state.setdefault("may", {"first": Event(), "second": Event()})
chosen = st.radio("Settings", ["first", "second"])
st.button("Let it show", on_click=may[chosen].set)


def parts(name: str) -> Iterator[Part]:
    while not may[name].wait(0.05):
        yield Part(0.0, None)
    yield Part(1.0, Shown({}, [Lines([0, 1], {name: [0.0, 1.0]}, "x", "y", f"of the {name}")]))


def told(shown: Shown) -> None:
    draw(shown.rows, "told", chosen)


with st.container(key="place"):
    long_run("run", parts(chosen), chosen, told)
