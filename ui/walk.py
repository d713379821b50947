"""The part of a lesson that lets gradients walk back through unrolled networks, while its sliders are dragged."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import streamlit as st

from ui import lesson
from ui.prose import Section
from ui.settings import Settings
from ui.unrolled import unrolled

Presets: TypeAlias = Mapping[tuple[str, str], Mapping[str, Any]]  # (label, help) → setting → value
SLIDERS = "spectral_radius", "forget_bias", "update_bias", "length", "input_scale"
SEGMENTS = "activation", "recurrent_initializer", "global_clipnorm"
SEED = "seed"


@lesson.live
def walk_back(text: Section, settings: Settings, picture: Callable[[Any], bytes], presets: Presets) -> None:
    """A part of a lesson: its heading, what to try, the settings, and the picture.

    `picture` draws a specification, a pure function that also answers /live/<name of the settings>; `presets` are
    settings worth a look, each behind a button.
    """
    lesson.heading(text)
    spec = settings.read()
    with st.container(key=f"{settings.lesson}-walk", gap="xsmall"):
        lesson.try_this(text["Try this"], {})
        with lesson.row("shown"):
            st.markdown("**Show me**", width="content")
            settings.presets(presets)
            settings.buttons()
        _settings(settings)
        lesson.changes(settings.notes)
        with settings.row("sliders"):
            for name in SLIDERS:
                settings.slider(name)
        texts = {section.title: section.text for section in text.sections}
        unrolled(
            picture(spec), text.title, key=f"{settings.lesson}.unrolled",
            texts=texts, link=settings.key("look"), live=settings.live,
        )  # fmt: skip


def _settings(settings: Settings) -> None:
    """What is not dragged."""
    with settings.row():
        for name in SEGMENTS:
            settings.segments(name)
        with settings.more():
            for name in settings.fields:
                if name not in (*SEGMENTS, *SLIDERS, SEED):
                    settings.segments(name)
            settings.number(SEED)
