"""A live slider that moves maps and a chart, inside a fragment."""

import time

import numpy as np
import streamlit as st

from experiments.scene import Scale
from experiments.shown import Picture
from ui.chart import chart
from ui.live_slider import live_slider
from ui.maps import maps

st.set_page_config(layout="wide", page_title="Controls")
st.html("<style>.stMainBlockContainer { padding: 8px 16px; } header { display: none; }</style>")
state = st.session_state
state.setdefault("rho_now", 0.6)
state.setdefault("heard", [])
st.button("Reset", on_click=lambda: state.update(rho_now=0.6))


@st.fragment
def moving() -> None:
    def heard(value: float, final: bool) -> None:
        state["rho_now"] = value
        state["heard"].append(final)

    rho = state["rho_now"]
    live_slider(
        "spectral radius", min=0.5, max=1.5, step=0.01, value=rho, key="rho", on_change=heard,
    )  # fmt: skip
    time.sleep(float(st.query_params.get("slow", 0)))
    t = np.arange(31.0)
    st.text(f"value {rho:.2f} heard {len(state['heard'])} final {sum(state['heard'])}")
    struck = np.zeros((6, 6), bool)
    struck[1, 2] = True
    steps = np.stack([np.outer(np.cos(np.arange(6) + k), np.sin(np.arange(6.0))) * rho for k in range(12)])
    maps(
        [
            Picture("gradient", steps, Scale(1.5), "gradient"),
            Picture("kept", steps[0], Scale(1.5), "activation", struck),
            Picture(
                "picture", np.linspace(0, 1, 576).reshape(24, 24), Scale(1, "brightness"), "input",
                marks=np.array([[2, 3, 6, 8], [14, 12, 1, 1]]),
            ),
        ],
        key="maps", alt="A gradient walking back through time", frames=[f"step {k}" for k in range(12)],
    )  # fmt: skip
    figure = {
        "data": [{"x": t, "y": rho**t, "mode": "lines", "line": {"color": "--k-gradient"}, "name": "gradient"}],
        "layout": {"xaxis": {"title": "steps back"}, "yaxis": {"title": "size", "type": "log"}},
    }
    chart(figure, key="chart", alt=f"The gradient after 30 steps is {rho**30:.2g} of what it was", height=300)


moving()
