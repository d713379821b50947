"""The code that ran: the source of the functions behind the picture, and the same layer elsewhere."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any

import streamlit as st

from ui.lesson import prose

LONG = 10_000  # characters of a script


@st.fragment
def source(functions: Mapping[str, Callable[..., Any]]) -> None:
    """The very functions that computed what is on the page, one at a time."""
    with prose("code"):
        st.header("The code that ran", anchor="code")
        names = list(functions)
        chosen = st.segmented_control("function", names, default=names[0], required=True, key="code")
        st.code(_text(functions[chosen]), language="python", wrap_lines=True)


@cache
def _text(function: Callable[..., Any]) -> str:
    function = getattr(function, "py_func", function)  # of a compiled kernel: what was compiled
    return inspect.cleandoc("\n" + inspect.getsource(function))


@st.fragment
def elsewhere(lesson: str, scripts: Mapping[str, str], title: str | None = None) -> None:
    """The same layer in other libraries, to read, copy, or take along as a script or a notebook."""
    with prose("elsewhere"):
        st.header("The same layer elsewhere", anchor="elsewhere")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            names = list(scripts)
            library = st.segmented_control("library", names, default=names[0], required=True, key="elsewhere")
            script, name = scripts[library], f"{lesson}_{library.lower()}"
            _download("Script", f"{name}.py", "text/x-python", partial(str, script))
            heading = f"{title or lesson.capitalize()} in {library}"
            _download("Notebook", f"{name}.ipynb", "application/x-ipynb+json", partial(notebook, script, heading))
        # each word in colour is an element: thousands of them hold up the browser
        st.code(script, language="python" if len(script) < LONG else None, wrap_lines=True)


def _download(label: str, file: str, kind: str, make: Callable[[], str]) -> None:
    """A file that is made when it is wanted: of files that are made in every run, quick changes leave dead links."""
    st.download_button(label, make, file, kind, key=file, on_click="ignore")


def notebook(script: str, title: str) -> str:
    """A Jupyter notebook (nbformat 4.5): a cell a paragraph of the script."""
    cells: list[dict[str, Any]] = [
        {"id": f"cell-{i}", "cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": part}
        for i, part in enumerate(script.strip().split("\n\n"))
    ]
    heading = {"id": "title", "cell_type": "markdown", "metadata": {}, "source": f"# {title}"}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [heading, *cells]}, indent=1)
