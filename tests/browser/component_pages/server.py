"""A small server for the components' tests: what the real one serves to browsers, and one script."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.routing import Route

from app import asset, live
from ui.sockets import send_at_once


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[None]:
    send_at_once()
    yield


app = st.App(
    os.environ.get("COMPONENT_PAGE", str(Path(__file__).parent / "lens_page.py")),
    routes=[Route("/assets/{version}/{path:path}", asset), Route("/live/{lesson}", live)],
    lifespan=lifespan,
)
