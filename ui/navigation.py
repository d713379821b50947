"""What every visitor runs first: the look of all pages, the map at the side, then the page itself. app.py serves it.

It lives here and not beside pages/, where Streamlit's old page discovery would show a deep link without the map.
"""

import gc

import streamlit as st

from ui.assets import ASSETS
from ui.contents import HOME, SECTIONS
from ui.links import stay_here

MARK = ASSETS / "theme" / "mark.svg"

st.set_page_config(page_title="Layer Lab", page_icon=str(MARK), layout="wide", initial_sidebar_state=212)
st.logo(str(MARK), size="large")
st.html(ASSETS / "theme" / "tokens.css")
st.html(ASSETS / "theme" / "page.css")


@st.cache_resource
def settle_memory(page: str) -> None:
    """Once a page, after its first run. Streamlit collects garbage after every run, holding the GIL; what the imports
    of a page left behind never becomes garbage, and frozen it is not searched each time."""
    gc.collect()
    gc.freeze()


home = st.Page(HOME.page, title=HOME.title, default=True)
sections = {name: [st.Page(entry.page, title=entry.title) for entry in entries] for name, entries in SECTIONS.items()}
path = [home, *(each for pages in sections.values() for each in pages)]
page = st.navigation(path, position="hidden")
with st.sidebar:  # drawn here: Streamlit's own list of sections is no valid list for a screen reader
    st.page_link(home)
    for name, pages in sections.items():
        st.caption(name)
        for each in pages:
            st.page_link(each)

page.run()
before, after = path[: path.index(page)][-1:], path[path.index(page) + 1 :][:1]
with st.container(horizontal=True, horizontal_alignment="distribute", key="path"):
    for way in before:
        st.page_link(way, label=f"Back: {way.title}", icon=":material/arrow_back:")
    for way in after:
        st.page_link(way, label=f"Next: {way.title}", icon=":material/arrow_forward:", icon_position="right")
stay_here()
settle_memory(page.url_path)
