"""The code that ran: the source of the functions behind the picture, and the same layer elsewhere."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import streamlit as st


def source(functions: Mapping[str, Callable[..., Any]]) -> None:
    """The very functions that computed what is on the page, a tab each."""
    st.header("The code that ran", anchor="code")
    for tab, function in zip(st.tabs(list(functions)), functions.values(), strict=True):
        with tab:
            function = getattr(function, "py_func", function)  # of a compiled kernel: what was compiled
            st.code(inspect.cleandoc("\n" + inspect.getsource(function)), language="python", wrap_lines=True)


def elsewhere(lesson: str, scripts: Mapping[str, str]) -> None:
    """The same layer in other libraries, to read, copy, or take along as a script or a notebook."""
    st.header("The same layer elsewhere", anchor="elsewhere")
    for tab, (library, script) in zip(st.tabs(list(scripts)), scripts.items(), strict=True):
        with tab:
            st.code(script, language="python", wrap_lines=True)
            name = f"{lesson}_{library.lower()}"
            with st.container(horizontal=True):
                _download("Script", f"{name}.py", "text/x-python", partial(str, script))
                title = f"{lesson.capitalize()} in {library}"
                _download("Notebook", f"{name}.ipynb", "application/x-ipynb+json", partial(notebook, script, title))


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
