"""A map of points, on the first screen, and a chart of lines, both with frames; a button brings more of them."""

import numpy as np
import streamlit as st

from ui.chart import line_chart, point_chart

st.set_page_config(layout="wide", page_title="Charts")
st.html("<style>.stMainBlockContainer { padding: 8px 16px; } header { display: none; }</style>")
state = st.session_state
state.setdefault("count", 5)
state.setdefault("offset", 0.0)
st.button("More", on_click=lambda: state.update(count=40))
st.button("Another", on_click=lambda: state.update(count=5, offset=0.5))

count = state["count"]
turn = np.linspace(0, 1, 40)[:count]
captions = [f"turn {k}" for k in range(count)]
corners = np.array([[0.0, 1.0], [1.0, 0.0], [0.0, -1.0]])
with st.container(key="stage"):
    point_chart(
        ["north", "east", "<i>south</i>"], corners * (1 + (1 + state["offset"]) * turn[:, None, None]),
        {"first": [0, 1], "second": [2]}, links=[(0, 2)], frames=captions, follow=True, run=str(state["offset"]),
        key="points", alt="Three points move out",
    )  # fmt: skip
lines = {"grows": turn[:, None] * np.arange(20.0), "stays": np.ones(20)}
line_chart(np.arange(20.0), lines, x="place", y="value", frames=captions, start=2, key="lines", alt="A line grows")
