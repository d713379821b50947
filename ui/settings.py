"""The settings of a lesson: what the learner has set, kept alike in the widgets, the session and the address.

    settings = Settings("convolution", ConvolutionSpec)

    @lesson.live
    def microscope():
        spec = settings.read()              # a fragment runs again by itself, and reads again
        settings.slider("angle")
        …
        settings.settle()
        return spec

    with settings.row():
        settings.segments("filters")
        settings.select("kernel")
    spec = microscope()

A specification says what may be chosen (its `fields()`), what goes together (`offered`), and mends what does not
(`mend`); nothing here knows a layer. Names in the address begin with the lesson's: /convolution?convolution_filters=4.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ui import assets
from ui.component import component
from ui.live_slider import live_slider

LINE = 300  # pixels: some forty characters
_keep = component("address", "address/address.js")


class Settings:
    """Reads the settings at the start of a run, mends them, and draws their widgets."""

    def __init__(self, lesson: str, spec_type: Any) -> None:
        self.lesson = lesson
        self._late = False  # what is drawn now stands where it is not seen yet
        self.spec_type = spec_type
        self.fields = {field.name: field for field in spec_type.fields()}
        st.session_state[self.session_key("settled")] = self.read()

    def key(self, name: str) -> str:
        """The name of a setting in the session and in the address."""
        return f"{self.lesson}_{name}"

    def session_key(self, name: str) -> str:
        """The name in the session of what is no setting; its dot keeps the two apart."""
        return f"{self.lesson}.{name}"

    def read(self) -> Any:
        """The specification that the learner wants now, made possible; the session follows it.

        A widget's value is assigned only where it differs: what is assigned goes to the browser, and would undo a click
        that is on its way here.
        """
        state, before = st.session_state, st.session_state.get(self.session_key("spec"))
        if not state.pop(self.session_key("put"), False):
            state[self.session_key("moving")] = False  # something else has changed: nothing is held any more
        held = {name: state.get(self.key(name)) for name in self.fields}
        self.spec, notes = self.spec_type.mend(self._wanted(held, before), before)
        if before != self.spec or notes:
            state[self.session_key("notes")] = notes
        state[self.session_key("spec")] = self.spec
        for name, value in held.items():
            if value != getattr(self.spec, name):
                state[self.key(name)] = getattr(self.spec, name)
        return self.spec

    @property
    def notes(self) -> tuple[str, ...]:
        """What had to be changed to make the settings possible, until the next change."""
        return st.session_state.get(self.session_key("notes"), ())

    def _wanted(self, held: dict[str, Any], before: Any) -> dict[str, Any]:
        """What the learner asks for: by the address on a first visit, else by what the widgets hold."""
        if before is None:
            return {name: st.query_params[self.key(name)] for name in self.fields if self.key(name) in st.query_params}
        # a widget that was not drawn, on another page or for another picture, has lost its value: the last one holds
        return {name: getattr(before, name) if value is None else value for name, value in held.items()}

    @property
    def address(self) -> dict[str, str | None]:
        """Every parameter of the address and its value; None where the setting has its default.

        The browser writes it (assets/drawing/address.js) when it draws what belongs to it. Were it written from here,
        the next click could still carry the address of before, and would be taken for the wish to go back.
        """
        different = self.spec.address()
        return {self.key(name): different.get(name) for name in self.fields}

    def row(self, name: str = "settings") -> DeltaGenerator:
        """Where widgets stand side by side and wrap: those that a learner reaches for first. On a phone `settings` come
        below the picture, any other row stays where it is."""
        return st.container(horizontal=True, vertical_alignment="bottom", gap="small", key=f"{self.lesson}-{name}")

    @contextmanager
    def more(self, name: str = "more", label: str = "More settings") -> Iterator[None]:
        """Where the others wait, out of the way. Drawn late, they begin with what they are given each time."""
        with st.popover(label, key=self.session_key(name)):
            self._late = True
            yield
            self._late = False

    def segments(self, name: str) -> None:
        """A few options, all in view. Those that are impossible now are not offered.

        As every widget here it has the value as its default too: a browser that first draws it when a second run has
        replaced the first gets nothing else.
        """
        options, value = self.spec.offered(name), getattr(self.spec, name)
        shown = self._widget(name)
        st.segmented_control(name, options, default=value, required=True, format_func=_written, **shown)

    def select(self, name: str, width: int = 170) -> None:
        """Many options, or long ones."""
        options, value = self.spec.offered(name), getattr(self.spec, name)
        shown = self._widget(name)
        st.selectbox(name, options, options.index(value), width=width, format_func=_written, **shown)

    def text(self, name: str, longest: int, width: int = LINE, placeholder: str | None = None) -> None:
        """Words of the learner's own; `placeholder` is what holds without them."""
        value, shown = getattr(self.spec, name), self._widget(name)
        st.text_input(name, value, max_chars=longest, width=width, placeholder=placeholder, **shown)

    def checkbox(self, name: str) -> None:
        st.checkbox(name, getattr(self.spec, name), **self._widget(name))

    def number(self, name: str) -> None:
        """A number to type, or to step through."""
        field = self.fields[name]
        low, high = field.options[0], field.options[-1]
        value, shown = getattr(self.spec, name), self._widget(name)
        st.number_input(name, low, high, value, step=field.step, width=130, **shown)

    def slider(self, name: str, unit: str = "", leads: bool = False) -> None:
        """Our own slider: its value arrives while it is dragged. The one that `leads` the page has its arrow keys.
        Of a setting that is not used now, its place stays empty."""
        field = self.fields[name]
        live_slider(
            name,
            min=field.options[0],
            max=field.options[-1],
            step=field.step,
            value=getattr(self.spec, name),
            key=self.session_key(f"{name}.slider"),
            on_change=lambda value, final: self.put(name, field.nearest(value), final=final),
            unit=unit,
            moves=self.key(name),
            help=field.help,
            leads=leads,
            idle=name not in self.spec.used,
        )

    @property
    def live(self) -> dict[str, Any]:
        """Where the browser asks for pictures while something is dragged, and the settings to ask with and to keep."""
        return {"address": f"{assets.base()}/live/{self.lesson}", "settings": self.address, "prefix": f"{self.lesson}_"}

    def keep(self) -> None:
        """Where no lens and no training keeps the address: this does, without being seen."""
        _keep(key=self.session_key("address"), data=self.address)

    def buttons(self) -> None:
        """Reset, and Surprise me."""
        st.button(
            "Reset", type="tertiary", key=self.session_key("reset"), on_click=lambda: self._put_all(self.spec_type())
        )
        st.button("Surprise me", type="tertiary", key=self.session_key("surprise"), on_click=self._surprise)

    def presets(self, presets: Mapping[tuple[str, str], Mapping[str, Any]]) -> None:
        """Buttons that set several at once: (label, help) → setting → value. One that holds now looks pressed."""
        with st.container(horizontal=True, width="content", gap="xsmall", key=self.session_key("presets")):
            for (label, words), values in presets.items():
                held = all(getattr(self.spec, name) == value for name, value in values.items())
                st.button(
                    label, type="primary" if held else "secondary", key=self.session_key(f"{label}.preset"),
                    help=words, on_click=self._put_some, args=(values,),
                )  # fmt: skip

    def _put_some(self, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            self.put(name, value)

    def undo(self, name: str, what: str) -> None:
        """A short button that gives one setting its default again; not there while it has it."""
        default = self.fields[name].default
        if getattr(self.spec, name) != default:
            st.button(
                "Undo", type="tertiary", help=what, key=self.session_key(f"{name}.undo"),
                on_click=lambda: self.put(name, default),
            )  # fmt: skip

    def _surprise(self) -> None:
        self._put_all(self.spec.surprise(random.Random()))

    def _widget(self, name: str) -> dict[str, Any]:
        if self._late:
            st.session_state[self.key(name)] = getattr(self.spec, name)
        return {"key": self.key(name), "help": self.fields[name].help}

    def put(self, name: str, value: Any, *, final: bool = True) -> None:
        """In a callback: sets what has no Streamlit widget."""
        st.session_state[self.key(name)] = value
        st.session_state[self.session_key("moving")] = not final
        st.session_state[self.session_key("put")] = True

    def _put_all(self, spec: Any) -> None:
        for name in self.fields:
            self.put(name, getattr(spec, name))

    def settle(self) -> None:
        """At the end of the fragment that draws what moves: the rest of the page follows, once nothing moves."""
        state = st.session_state
        if not state[self.session_key("moving")] and state[self.session_key("settled")] != self.spec:
            st.rerun()


def _written(option: Any) -> str:
    """50,000 as in the text beside it."""
    return f"{option:,}" if type(option) is int else str(option)
