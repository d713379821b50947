"""The server: Layer Lab's pages (mapped in ui/navigation.py), the files that browsers load, and the security headers.

Start it with `make run` or `streamlit run app.py`.
"""

import asyncio
import os
import re
import threading
import time
from base64 import b64encode
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from hashlib import sha256
from importlib import import_module
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.warmup import warm_up
from experiments.live import LESSONS, payload
from experiments.trainings import begin
from ui import assets
from ui.sockets import send_at_once
from ui.trainings import Trainings

HERE = Path(__file__).resolve().parent
AT_ONCE = os.cpu_count() or 1  # scenes: no more, for the memory and for others' turns
SCENES = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="scene")
TURN = asyncio.Semaphore(AT_ONCE)  # in the order in which they asked
CLOSED = 499  # as nginx calls a request whose client has gone
FIRST_PAGE = 3.0  # seconds, in which nothing is prepared that a first page does not need
FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}  # the address changes with the content


def content_security_policy() -> str:
    """Nothing but our own files, and the scripts that stand inside Streamlit's own page, known by their hashes."""
    page = (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    inline = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    hashes = " ".join(f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in inline)
    return (
        f"default-src 'self'; script-src 'self' blob: {hashes}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
        "frame-ancestors 'self'; form-action 'self'; object-src 'none'; base-uri 'self'"
    )


SECURITY = {
    b"content-security-policy": content_security_policy().encode(),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"same-origin",
}


def asset(request: Request) -> Response:
    """One of the files that browsers load, under the version that it belongs to."""
    name = request.path_params["path"]
    if request.path_params["version"] != assets.version() or name not in assets.files():
        return Response("no such file", status_code=404)
    media_type = assets.MEDIA_TYPES[Path(name).suffix]
    headers = FOREVER | {"Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(assets.compressed(name), media_type=media_type, headers=headers | {"Content-Encoding": "gzip"})
    return Response(assets.files()[name], media_type=media_type, headers=headers)


async def live(request: Request) -> Response:
    """A scene at the settings of the query: what a lens draws while a slider is dragged."""
    lesson = request.path_params["lesson"]
    if lesson not in LESSONS:
        return Response("no such lesson", status_code=404)
    async with TURN:
        if await request.is_disconnected():  # while it waited: nobody would look at the picture
            return Response(status_code=CLOSED)
        content = await asyncio.get_running_loop().run_in_executor(SCENES, payload, lesson, request.query_params)
    # "identity": compressing numbers costs more time than it saves
    headers = {"Cache-Control": "no-store", "Content-Encoding": "identity"}
    return Response(content, media_type="application/octet-stream", headers=headers)


class Headers:
    """Adds SECURITY to every response. A page also names our modules, so that a browser fetches them beside Streamlit's
    own and not one after another when the first component appears."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = [*message["headers"], *SECURITY.items()]
                is_page = any(name == b"content-type" and value.startswith(b"text/html") for name, value in given)
                message["headers"] = [*given, (b"link", assets.preload().encode())] if is_page else given
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[None]:
    """Compiles the kernels in the background, so that the first page shows at once."""
    send_at_once()
    threading.Thread(target=_prepare, name="warm-up", daemon=True).start()
    yield


def _prepare() -> None:
    warm_up()
    time.sleep(FIRST_PAGE)
    import_module("pandas")  # st.dataframe would, while a learner waits
    assets.compressed(assets.PLOTLY)


app = st.App(
    HERE / "ui" / "navigation.py",
    routes=[
        Route(assets.base() + "/assets/{version}/{path:path}", asset),
        Route(assets.base() + "/live/{lesson}", live),
        WebSocketRoute(assets.base() + "/train/{lesson}", Trainings(begin).endpoint),
    ],
    middleware=[Middleware(Headers), Middleware(GZipMiddleware, minimum_size=1024, compresslevel=1)],
    lifespan=lifespan,
)
