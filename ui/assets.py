"""The files that browsers load: those of assets/ and Plotly's JavaScript from its Python package.

All are read once, so that nothing else can be asked for. Their address carries a hash of all their contents: a browser
may keep each for good, and still never runs an old one beside a new one.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

import streamlit as st

ASSETS = Path(__file__).resolve().parent.parent / "assets"
MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
PLOTLY = "plotly.min.js"


@cache
def files() -> Mapping[str, bytes]:
    """Path below assets/ → contents."""
    found = {path.relative_to(ASSETS).as_posix(): path for path in ASSETS.rglob("*") if path.suffix in MEDIA_TYPES}
    plotly = find_spec("plotly")  # finds the package without importing it
    assert plotly is not None
    assert plotly.origin is not None
    found[PLOTLY] = Path(plotly.origin).parent / "package_data" / PLOTLY
    return MappingProxyType({name: found[name].read_bytes() for name in sorted(found)})


@cache
def compressed(name: str) -> bytes:
    """A file as gzip. Plotly's takes a fifth of a second, once."""
    return gzip.compress(files()[name])


@cache
def version() -> str:
    """A hash of all contents."""
    digest = hashlib.sha256()
    for name, content in files().items():
        digest.update(name.encode() + hashlib.sha256(content).digest())
    return digest.hexdigest()[:12]


def base() -> str:
    """What stands before every address when the app is served under a path of its own: "" or "/lab"."""
    path = st.get_option("server.baseUrlPath").strip("/")
    return f"/{path}" if path else ""


def address(name: str) -> str:
    """Where a browser finds a file."""
    return f"{base()}/assets/{version()}/{name}"


def preload() -> str:
    """Every module but Plotly, as a header `Link` names them."""
    modules = [name for name in files() if name.endswith(".js") and name != PLOTLY]
    return ", ".join(f"<{address(name)}>; rel=modulepreload" for name in modules)
