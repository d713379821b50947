"""The panel of a live training: the browser shows it, ui/trainings.py computes it, this mounts it."""

from typing import Any

import streamlit as st

from ui import assets, lesson
from ui.component import component, parcel
from ui.prose import Section
from ui.settings import Settings

_mount = component(
    "training",
    "training/training.js",
    ("theme/tokens.css", "theme/controls.css", "lens/lens.css", "training/training.css"),
)


RATE = "learning_rate"  # how the names of settings end that act on a run under way
TWIN = "twin"  # the setting that adds a second network, and how the names of its settings begin
FIRST = ("optimizer", TWIN)  # what a learner reaches for first; the others wait
FEW = 6  # options that are all in view; more are a number to type


@lesson.live
def training(text: Section, settings: Settings, digits: dict[str, Any]) -> None:
    """A part of a lesson: its heading, the settings of the training, and the panel.

    A run begins with the settings, and begins anew when they change; only learning rates act on a run that is under
    way: there is one for each run, `learning_rate`, and with a twin `twin_learning_rate`.
    """
    lesson.heading(text)
    lesson.try_this(text["Try this"], {})
    spec, key = settings.read(), f"{settings.lesson}.training"
    _rows(settings)
    lesson.changes(settings.notes)
    names = [RATE, f"{TWIN}_{RATE}"] if spec.twin else [RATE]
    fields = [settings.fields[name] for name in names]

    def moved() -> None:
        sent = st.session_state[key].get("rates")
        if not isinstance(sent, list):
            return  # anybody can send anything
        for field, value in zip(fields, sent, strict=False):
            if value in field.options:
                settings.put(field.name, float(value))

    rates = [{"name": name, "value": getattr(spec, name), "first": spec.first_rate(name)} for name in names]
    header = {
        "title": text.title,
        "address": f"{assets.base()}/train/{settings.lesson}",
        "settings": spec.address(),
        "parameters": settings.address,
        "rates": rates,
        "options": list(fields[0].options),
        "digits": digits,
        "link": settings.key("look"),
        "words": {section.title: section.text for section in text.sections},
    }
    _mount(key=key, data=parcel(header), on_rates_change=moved)


def _rows(settings: Settings) -> None:
    """Every setting but the rates, which stand in the panel; those of a second network in a row of their own."""
    twin = settings.spec.twin
    own, second = _names(settings, twin=False), _names(settings, twin=True)
    with settings.row():
        if twin:
            st.markdown("**A**", width="content")
        _row(settings, own, "more", "More settings")
        settings.buttons()
    if twin:
        with settings.row(TWIN):
            st.markdown("**B**", width="content")
            _row(settings, second, "more.twin", "More settings of B")


def _names(settings: Settings, *, twin: bool) -> list[str]:
    """The settings of one of two networks, without its rate."""
    return [name for name in settings.fields if name.startswith(f"{TWIN}_") == twin and not name.endswith(RATE)]


def _row(settings: Settings, names: list[str], key: str, label: str) -> None:
    """The first settings in view, the others behind a button."""
    first = [name for name in names if name.removeprefix(f"{TWIN}_") in FIRST]
    for name in first:
        _draw(settings, name)
    with settings.more(key, label):
        for name in names:
            if name not in first:
                _draw(settings, name)


def _draw(settings: Settings, name: str) -> None:
    if name == TWIN:
        settings.checkbox(name)
    elif len(settings.fields[name].options) <= FEW:
        settings.segments(name)
    else:
        settings.number(name)
