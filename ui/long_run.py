"""An experiment that takes its time: it shows how far it is and what it has, and can be stopped and resumed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

import streamlit as st

from ui.job import Job
from ui.shown import Shown, draw

EVERY = 0.5  # seconds from one look to the next
BEFORE = '<span class="of-before"></span>'  # dims what stands before it: page.css


class Part(Protocol):
    @property
    def done(self) -> float: ...
    @property
    def shown(self) -> Shown | None: ...


def long_run(key: str, parts: Iterator[Part], settings: Any, reveal: Callable[[Shown], None]) -> None:
    """Begins at once, draws what there is every half second, and all of it once at the end.

    What comes without numbers cannot be told of yet: its rows are drawn, and nothing is revealed.

    A run is kept as long as the learner stays; with other settings these parts begin instead. Until they have something
    to show, the rows of before stay, dimmed: nothing jumps.
    """
    state = st.session_state
    before, job = state.get(f"{key}.run", (None, None))
    if job is None or before != settings or state.pop(f"{key}.again", False):
        if job is not None:
            job.stop()
            if job.part is not None and job.part.shown is not None:
                state[f"{key}.before"] = before, job.part.shown
        job = Job(parts)
        job.go()
        state[f"{key}.run"] = settings, job

    @st.fragment(run_every=EVERY if job.going else None)
    def look() -> None:
        job.ask()
        part = job.part
        with st.container():  # also where it is over: what follows keeps its place
            if not job.ended:
                _progress(key, job, part)
        if job.failed:
            st.markdown(":material/error: This experiment has failed. Its reason stands in the server's log.")
            if st.button("Try again", key=f"{key}.retry"):
                state[f"{key}.again"] = True
                st.rerun()
        with st.container(key=f"{key}-rows"):
            if part is not None and part.shown is not None:
                state.pop(f"{key}.before", None)
                if part.shown.numbers:
                    reveal(part.shown)
                else:
                    draw(part.shown.rows, key, settings)
            elif f"{key}.before" in state:
                of, shown = state[f"{key}.before"]
                draw(shown.rows, key, of)
                st.html(BEFORE)
        if job.ended and state.get(f"{key}.over") is not job:
            state[f"{key}.over"] = job
            st.rerun()  # once more, without the clock

    look()


def _progress(key: str, job: Job[Part], part: Part | None) -> None:
    """How far it is, and the way to stop it or to go on."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"{key}-progress"):
        st.progress(
            part.done if part else 0.0,
            text="Training, at most two at a time on this server" if job.going else "Stopped",
        )
        name, action = ("Stop", job.stop) if job.going else ("Go on", job.go)
        if st.button(name, on_click=action, key=f"{key}.stop"):
            st.rerun()  # with the clock, or without
