"""The playground of a small network: the browser shows it, ui/trainings.py computes it, this mounts it."""

from typing import Any

import streamlit as st

from ui import assets, lesson
from ui.component import component, parcel
from ui.prose import Section
from ui.settings import Settings

_mount = component(
    "playground",
    "playground/playground.js",
    ("theme/tokens.css", "theme/controls.css", "playground/playground.css"),
)

FIRST = ("data", "layers", "activation")  # what a learner reaches for first; the others wait
OWN = "own"  # the setting that the plane writes


@lesson.live
def playground(text: Section, settings: Settings) -> Any:
    """A part of a lesson: its heading, the settings, and the panel. A run begins anew with other settings; points of
    the learner's own come and go while it learns.
    """
    lesson.heading(text)
    lesson.try_this(text["Try this"], {})
    spec, key = settings.read(), f"{settings.lesson}.playground"
    with settings.row():
        for name in FIRST:
            settings.segments(name)
        settings.slider("units")
        with settings.more():
            for name in spec.used:
                if name not in FIRST:
                    settings.segments(name)
            settings.number("seed")
        settings.buttons()
    lesson.changes(settings.notes)

    def moved() -> None:
        sent = st.session_state[key].get(OWN)
        if isinstance(sent, dict) and isinstance(sent.get(OWN), str):  # anybody can send anything
            settings.put(OWN, sent[OWN])

    header = {
        "title": text.title,
        "address": f"{assets.base()}/train/{settings.lesson}",
        "settings": spec.address(),
        "parameters": settings.address,
    }
    _mount(key=key, data=parcel(header), on_own_change=moved)
    settings.settle()
    return spec
