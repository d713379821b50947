"""The panel of a live training: the browser shows it, ui/trainings.py computes it, this mounts it."""

import streamlit as st

from ui import assets
from ui.component import component, parcel
from ui.settings import Settings

_mount = component(
    "training",
    "training/training.js",
    ("theme/tokens.css", "theme/controls.css", "lens/lens.css", "training/training.css"),
)


RATE = "learning_rate"  # how the names of settings end that act on a run under way


def training(title: str, settings: Settings, examples: int, *, key: str) -> None:
    """Mounts the panel for a lesson's settings.

    A run begins with them, and begins anew when they change; only learning rates act on a run that is under way: there
    is one for each run, `learning_rate`, and with a twin `twin_learning_rate`.
    """
    spec = settings.spec
    names = [RATE, f"twin_{RATE}"] if spec.twin else [RATE]
    fields = [settings.fields[name] for name in names]

    def moved() -> None:
        sent = st.session_state[key].get("rate")
        try:
            field, value = fields[int(sent["run"])], float(sent["value"])
        except (KeyError, TypeError, ValueError, OverflowError, IndexError):
            return  # anybody can send anything
        if value in field.options:
            settings.put(field.name, value)

    rates = [
        {"name": field.name, "label": field.name, "value": getattr(spec, field.name), "first": field.default}
        for field in fields
    ]
    header = {
        "title": title,
        "address": f"{assets.base()}/train/{settings.lesson}",
        "settings": spec.address(),
        "parameters": settings.address,
        "rates": rates,
        "options": list(fields[0].options),
        "examples": examples,
    }
    _mount(key=key, data=parcel(header), on_rate_change=moved)
