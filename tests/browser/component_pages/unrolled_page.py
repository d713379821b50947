"""The gradient's way back, with its settings, as on its page."""

import streamlit as st

from experiments.simple_rnn.vanishing import PRESETS, VanishingSpec, picture
from ui.assets import ASSETS
from ui.prose import read
from ui.settings import Settings
from ui.walk import walk_back

st.set_page_config(layout="wide", page_title="Unrolled")
st.html(ASSETS / "theme" / "tokens.css")
st.html(ASSETS / "theme" / "page.css")
st.html("<style>.stMainBlockContainer { padding-top: 8px; } header { display: none; }</style>")
st.session_state["runs"] = st.session_state.get("runs", 0) + 1
settings = Settings("vanishing", VanishingSpec)
walk_back(read("simple_rnn")["Watch gradients vanish"], settings, picture, PRESETS)
st.text(f"runs {st.session_state['runs']}")
