"""Long words that every eighth run has: enough of them for the browser to keep their message."""

import streamlit as st

EVERY = 8

count = st.session_state["count"] = st.session_state.get("count", -1) + 1
st.button("Run")
st.text(f"run {count}")
if count % EVERY == 0:
    st.text("words " * 4000)
