"""What the server gives to browsers: its files under their own version, compressed, with the headers that protect."""

import asyncio
import gzip
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from app import SECURITY, Headers, asset, live
from ui import assets


def get(path: str, version: str | None = None, encoding: str = "identity") -> Response:
    """What /assets/<version>/<path> answers."""
    given = {"version": version or assets.version(), "path": path}
    headers = [(b"accept-encoding", encoding.encode())]
    return asset(Request({"type": "http", "path_params": given, "headers": headers}))


@pytest.mark.parametrize("name", ["lens/lens.js", "theme/tokens.css", "theme/mark.svg", assets.PLOTLY])
def test_a_file_is_served_for_good_and_compressed(name: str) -> None:
    plain, zipped = get(name), get(name, encoding="br, gzip")
    assert plain.status_code == zipped.status_code == 200
    assert plain.body == assets.files()[name]
    assert "immutable" in plain.headers["cache-control"]
    assert zipped.headers["content-encoding"] == "gzip"
    assert gzip.decompress(zipped.body) == plain.body


def test_an_address_leads_to_its_file() -> None:
    assert assets.address("lens/lens.js") == f"/assets/{assets.version()}/lens/lens.js"


@pytest.mark.parametrize(
    "path",
    [
        "lens/nothing.js",
        "../app.py",
        "/etc/passwd",
        "lens",
        "",
        "lessons/convolution.md",
        "a" * 5000 + ".js",
        "lens/lens.js\0",
    ],
)
def test_nothing_else_is_served(path: str) -> None:
    assert get(path).status_code == 404


def test_an_old_version_is_not_served_under_its_old_address() -> None:
    assert get("lens/lens.js", version="0123456789ab").status_code == 404


def headers(content_type: bytes) -> dict[bytes, bytes]:
    """Those of an answer of ours."""
    sent: list[dict[str, Any]] = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", content_type)]})
        await send({"type": "http.response.body", "body": b""})

    async def send(message: Any) -> None:
        sent.append(message)

    async def answer() -> None:
        await Headers(inner)({"type": "http"}, None, send)  # type: ignore[arg-type]

    with ThreadPoolExecutor(1) as other:  # the browser tests leave Playwright's event loop running in this thread
        other.submit(asyncio.run, answer()).result()
    return dict(sent[0]["headers"])


def test_every_answer_carries_the_headers() -> None:
    assert headers(b"text/css") == {b"content-type": b"text/css"} | SECURITY
    policy = SECURITY[b"content-security-policy"].decode()
    assert "'unsafe-eval'" not in policy
    assert "script-src 'self' blob: 'sha256-" in policy
    for rule in ("frame-ancestors 'self'", "form-action 'self'", "object-src 'none'", "base-uri 'self'"):
        assert f"{rule};" in f"{policy};"
    assert SECURITY[b"x-content-type-options"] == b"nosniff"


def asked(lesson: str, *, gone: bool) -> Response:
    """What /live/<lesson> answers, to a browser that has gone meanwhile or not."""

    async def receive() -> dict[str, str]:
        if not gone:
            await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    request = Request({"type": "http", "path_params": {"lesson": lesson}, "headers": [], "query_string": b""}, receive)
    with ThreadPoolExecutor(1) as other:
        return other.submit(asyncio.run, live(request)).result()


def test_nothing_is_computed_for_a_browser_that_has_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.payload", lambda *_: pytest.fail("computed"))
    assert asked("convolution", gone=True).status_code == 499


@pytest.mark.parametrize(
    ("lesson", "status"), [("convolution", 200), ("home", 200), ("vanishing", 200), ("nothing", 404)]
)
def test_a_scene_by_address_is_never_kept(lesson: str, status: int) -> None:
    answer = asked(lesson, gone=False)
    assert answer.status_code == status
    if status == 200:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.body.startswith(b"LENS")


def test_a_page_names_every_module_that_it_may_load() -> None:
    named = re.findall(r"<([^>]+)>; rel=modulepreload", headers(b"text/html; charset=utf-8")[b"link"].decode())
    modules = {path.relative_to(assets.ASSETS).as_posix() for path in assets.ASSETS.rglob("*.js")}
    assert set(named) == {assets.address(name) for name in modules}


def test_the_version_follows_every_file(monkeypatch: pytest.MonkeyPatch) -> None:
    before = assets.version()
    for name in ("lens/lens.js", assets.PLOTLY):
        changed = dict(assets.files()) | {name: b"other"}
        monkeypatch.setattr(assets, "files", lambda changed=changed: changed)
        assets.version.cache_clear()
        assert assets.version() != before
        monkeypatch.undo()
        assets.version.cache_clear()
    assert assets.version() == before
