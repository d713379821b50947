"""The front door: a layer to touch at once, and the lessons that exist."""

import streamlit as st

from engine.warmup import not_ready
from experiments.convolution.scene import scene
from experiments.convolution.spec import DigitSpec
from experiments.scene import pack
from ui import lesson
from ui.contents import SECTIONS
from ui.lens import lens_of
from ui.prose import read
from ui.settings import Settings

text = read("home")
settings = Settings("home", DigitSpec)


@lesson.live
def microscope() -> None:
    spec = settings.read()
    with lesson.waiting_for(not_ready()):
        drawn = scene(spec)
    lesson.try_this(text["Try this"], drawn.roles)
    lens_of(settings, pack(drawn))


with lesson.first_screen():
    with lesson.header(text):
        settings.buttons()
    lesson.changes(settings.notes)
    microscope()

lesson.heading(text["Lessons"])
for section, lessons in SECTIONS.items():
    st.subheader(section, anchor=False)
    lesson.muted(text["Lessons"][section].text)
    for entry in lessons:
        st.page_link(entry.page, label=f"**{entry.title}**")
        lesson.muted(text["Lessons"][entry.name].text)
