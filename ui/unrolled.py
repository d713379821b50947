"""The gradient's way back through unrolled networks: the browser draws it, this mounts it.

It knows arrays and names, never a layer. The picture is bytes, a pure function of the settings; while a slider is
dragged the browser fetches it by address, with no run of the page.
"""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from ui import lesson
from ui.component import component, parcel
from ui.prose import Section
from ui.settings import Settings

_mount = component("unrolled", "unrolled/unrolled.js", ("theme/tokens.css", "theme/controls.css", "unrolled/unrolled.css"))

SLIDERS = "spectral_radius", "forget_bias", "update_bias", "length", "input_scale"
SEGMENTS = "activation", "recurrent_initializer", "global_clipnorm"
SEED = "seed"


@lesson.live
def unrolled(text: Section, settings: Settings, picture: Callable[[Any], bytes], shown: Mapping[str, Any]) -> None:
    """A part of a lesson: its heading, what to try, the settings, and the picture.

    `picture` draws a specification; `shown` are specifications worth a look, by the words of their buttons.
    """
    lesson.heading(text, anchor="vanish")
    spec = settings.read()
    with st.container(key=f"{settings.lesson}-walk", gap="xsmall"):
        lesson.try_this(text["Try this"], {})
        with settings.row("shown"):
            st.markdown("**Show me**", width="content")
            settings.examples(shown)
            settings.buttons()
        _settings(settings)
        lesson.changes(settings.notes)
        with settings.row("sliders"):
            for name in SLIDERS:
                settings.slider(name)
        draw(picture(spec), text, key=f"{settings.lesson}.unrolled", link=settings.key("look"), live=settings.live)


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


def draw(
    picture: bytes, text: Section, *, key: str, link: str | None = None, live: Mapping[str, Any] | None = None
) -> None:
    """The picture alone; the texts that it tells are sections of `text`. `link` and `live`: as of a lens."""
    texts = {section.title: section.text for section in text.sections}
    _mount(key=key, data=parcel({"title": text.title, "link": link, "live": live, "texts": texts, "picture": picture}))
