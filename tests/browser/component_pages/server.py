"""A small server for the components' tests: what the real one serves to browsers, and one script."""

import os
from pathlib import Path

import streamlit as st
from starlette.routing import Route

from app import asset

app = st.App(
    os.environ.get("COMPONENT_PAGE", str(Path(__file__).parent / "lens_page.py")),
    routes=[Route("/assets/{version}/{path:path}", asset)],
)
