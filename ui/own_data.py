"""Data of the learner's own: from a file, or pasted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from ui import lesson
from ui.settings import Settings

KINDS = ("Paste", "Upload")
TYPES = ("csv", "txt", "tsv", "md")
KEPT = "It stands in the address: whoever has the link sees it. Nothing is stored."

Brought = tuple[str, str, Callable[[bytes], str]]  # what it is called, what is wanted, and how it becomes a setting


def own_data(
    settings: Settings,
    name: str,
    label: str,
    wanted: str,
    chosen: dict[str, Any],
    shrink: Callable[[bytes], str],
    example: Callable[[], str] | None = None,
) -> None:
    """A popover with two ways to data. It becomes the setting `name`, together with the settings of `chosen`.

    With an `example`, a CSV, there is a third: to use that, or to save and change it. `shrink` gives the data as text,
    or raises ValueError with what is wrong; `wanted` says what can be brought.
    """
    state, count, problem = st.session_state, _key(settings, name, "count"), _key(settings, name, "problem")
    turn = state.get(count, 0)  # new widgets for the next: the server keeps none, and the popover closes

    def take(data: bytes) -> None:
        try:
            settings.put(name, shrink(data))
        except ValueError as error:
            state[problem] = f"It is not taken over: {error}."
            return
        state.pop(problem, None)
        for setting, value in chosen.items():
            settings.put(setting, value)
        state[count] = turn + 1

    def file_came() -> None:
        file = state.get(_key(settings, name, f"file.{turn}"))
        if file is not None:
            take(file.getvalue())

    def words_came() -> None:
        words = state.get(_key(settings, name, f"words.{turn}"))
        if words:
            take(words.encode())

    with st.popover(label, key=_key(settings, name, f"more.{turn}")):
        kind = st.segmented_control("It comes by", KINDS, default=KINDS[0], key=_key(settings, name, "kind"))
        if kind == "Paste":
            st.text_area(wanted, key=_key(settings, name, f"words.{turn}"), on_change=words_came)
        elif kind == "Upload":
            st.file_uploader(wanted, TYPES, key=_key(settings, name, f"file.{turn}"), on_change=file_came)
        if example is not None:
            with st.container(horizontal=True):
                use = _key(settings, name, f"example.{turn}")
                st.button("Use an example", key=use, on_click=lambda: take(example().encode()))
                st.download_button("Save the example", example, "example.csv", "text/csv", on_click="ignore")
        lesson.changes([state[problem]] if problem in state else [])
        st.caption(KEPT)


def own_sequences(settings: Settings, brought: Mapping[str, Brought]) -> Any:
    """The settings of an experiment on real sequences, and ways to bring others: (setting → what it is)."""

    def bring() -> None:
        for name, (kind, wanted, shrink) in brought.items():
            own_data(settings, name, kind.capitalize(), wanted, {"data": kind}, shrink)

    return lesson.controls(settings, bring)


def _key(settings: Settings, name: str, what: str) -> str:
    return settings.session_key(f"{name}.{what}")
