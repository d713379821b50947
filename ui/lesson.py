"""The frame that every lesson page shares: title, what to try, live facts, experiments, code, notes, questions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from html import escape
from typing import Any

import streamlit as st

from ui.component import component
from ui.contents import Lesson
from ui.long_run import Part, long_run
from ui.prose import Answer, Section
from ui.settings import Settings
from ui.shown import Shown, draw

_present = component("present", "present/present.js", ("theme/tokens.css", "theme/controls.css"))
_copy_link = component("copy_link", "copy_link/copy_link.js", ("theme/tokens.css", "theme/controls.css"))


def first_screen() -> AbstractContextManager[Any]:
    """What a learner sees before scrolling: title, settings, facts, lens. Little air, and on a phone the lens first."""
    return st.container(key="stage", gap="xsmall")


CLAIM = re.compile(r"([A-Z]+\d+):")  # how the heading of an experiment begins
UNGUESSED = Answer("Show me without a guess", right=False, why="")

live = st.fragment  # around what is drawn again while something is dragged, and nothing else


@contextmanager
def header(text: Section) -> Iterator[None]:
    """Title, where the parts of the page are, and the one sentence that says what the layer does; inside, tools are
    drawn at the right.
    """
    with st.container(horizontal=True, vertical_alignment="center", key="title"):
        st.title(text.title, anchor=False, width="content")
        _contents(text)
        tools = st.container(
            horizontal=True, horizontal_alignment="right", vertical_alignment="center", width="content", key="tools"
        )
    st.html(f'<p class="lead">{escape(text.text)}</p>')
    with tools:
        yield
        _present(key="present")


def copy_link() -> None:
    """A tool of the header, where no picture has it."""
    _copy_link(key="copy_link")


def _contents(text: Section) -> None:
    """Links to the parts of a page that has several; the experiments are one."""
    parts: dict[str, str] = {}
    for section in text.sections:
        if not section.title.startswith("Try "):  # it stands in another part, and has no heading
            parts.setdefault("Experiments" if CLAIM.match(section.title) else section.title, _anchor(section))
    if len(parts) > 1:
        links = " ".join(f'<a href="#{place}">{escape(title)}</a>' for title, place in parts.items())
        st.html(f'<nav class="parts" aria-label="On this page"><span>On this page</span> {links}</nav>')


def _anchor(text: Section) -> str:
    """Where a part of the page is reached: an experiment by its claim, any other part by its heading."""
    claim = CLAIM.match(text.title)
    return (claim[1] if claim else text.title).lower().replace(" ", "-")


def prose(key: str) -> AbstractContextManager[Any]:
    """Around what is read, not shown: a presenter's view leaves it out (theme/page.css)."""
    return st.container(key=f"prose-{key}")


def facts(rows: Iterable[Sequence[str]]) -> None:
    """Numbers that follow every setting: (label, value, how it comes about)."""
    cells = "".join(
        f"<div><dt>{escape(label)}</dt><dd>{escape(value)}<small>{escape(detail)}</small></dd></div>"
        for label, value, detail in rows
    )
    st.html(f'<dl class="facts" aria-live="polite">{cells}</dl>')


def row(key: str) -> AbstractContextManager[Any]:
    """Things side by side, that wrap where there is no room. theme/page.css speaks of all of them, by `row-`."""
    return st.container(horizontal=True, vertical_alignment="center", key=f"row-{key}")


def try_this(text: Section, roles: Mapping[str, str]) -> None:
    """What to touch first. A symbol in brackets, [∂L/∂w], takes the colour of its role, as the grid of this symbol."""
    marked = re.sub(r"\[(.+?)\]", lambda m: f'<b class="{roles[m[1]]}">{m[1]}</b>', escape(text.text))
    st.html(f'<p class="try"><b>Try this:</b> {marked}</p>')


def heading(text: Section) -> None:
    """A part of the page: its heading, and the sentence under it."""
    st.header(text.title, anchor=_anchor(text))
    muted(text.text)


def advice(text: Section, advised: Mapping[str, Mapping[str, Lesson | None]]) -> None:
    """Side by side: under each heading the techniques, each with its lesson, the reason and where it fails."""
    heading(text)
    with st.container(key="advice"):
        for column, (title, techniques) in zip(st.columns(len(advised)), advised.items(), strict=True):
            with column:
                muted(title)
                for name, entry in techniques.items():
                    st.markdown(f"**{name}**" if entry is None else f"**[{name}](/{entry.name})**")
                    st.markdown(text[name].text)
                    st.markdown(f"**Where it fails.** {text[name]['Where it fails'].text}")


def muted(words: str) -> None:
    """A sentence that stands back."""
    st.html(f'<p class="muted">{escape(words)}</p>')


def waiting_for(kernels: Sequence[str]) -> AbstractContextManager[Any]:
    """Around the first computation of a page: says what is being compiled, if anything is."""
    if not kernels:
        return nullcontext()
    return st.spinner(f"Compiling {', '.join(kernels)}. Only at the first start on this processor; some seconds each.")


def changes(notes: Iterable[str]) -> None:
    """Says which settings were impossible, and what they are now."""
    if notes := list(notes):
        # escaped: a note repeats what somebody typed, or wrote into a link
        items = "".join(f"<li>{escape(note)}</li>" for note in notes)
        st.html(f'<ul class="changes" role="status">{items}</ul>')


@st.fragment
def experiment(
    claim: str,
    text: Section,
    show: Callable[[Any], Shown] | Callable[[Any], Iterator[Part]],
    spec: Any = None,
    controls: Callable[[], Any] | None = None,
) -> None:
    """Predict, run, reveal. `show` runs once the learner has guessed, or asked to see.

    What it gives is drawn and fills the text; only the numbers of the question itself are filled before. What takes
    long gives part after part, and begins anew where `spec` is another; nothing of it is computed before it begins.
    An experiment on settings of its own gives their `controls`, which read and draw them.
    """
    st.header(text.title.removeprefix(claim).strip(" :"), anchor=_anchor(text))
    muted(text.text)
    with st.container(border=True, key=f"experiment-{claim.lower()}"):
        if controls is not None:
            spec = controls()
        question = text["Predict"]
        chosen = _choose(f"**Predict.** {question.question}", question.answers, f"{claim}.prediction", UNGUESSED)
        if chosen is None:
            return
        given = show(spec)
        if isinstance(given, Iterator):
            long_run(claim, given, spec, lambda shown: _reveal(claim, text, chosen, shown, spec))
        else:
            _reveal(claim, text, chosen, given, spec)


def watched(key: str, parts: Iterator[Part], spec: Any) -> None:
    """What computes while it is looked at, from the moment the page opens: its rows, as they come."""
    with st.container(key=f"watched-{key}"):
        long_run(key, parts, spec, lambda shown: draw(shown.rows, key, spec))


def controls(settings: Settings, extra: Callable[[], None] | None = None) -> Any:
    """The settings of an experiment's own: those that its specification says are `used` now, and what else there is."""
    settings.read()
    with settings.row():
        for name in settings.spec.used:
            settings.segments(name)
        if extra is not None:
            extra()
        settings.keep()
    changes(settings.notes)
    return settings.spec


def _reveal(claim: str, text: Section, chosen: Answer, shown: Shown, spec: Any) -> None:
    """What happened, why, and where it stops."""
    told = text.fill(shown.numbers)
    if chosen is not UNGUESSED:
        right = chosen.right if shown.right is None else text["Predict"].answers.index(chosen) in shown.right
        _verdict(right, next(answer.why for answer in told["Predict"].answers if answer.text == chosen.text))
    draw(shown.rows, claim, spec)
    st.markdown(told["Reveal"].text)
    if shown.case is not None:
        st.markdown(told[shown.case].text)
    st.markdown(f"**Where it stops.** {told['Where it stops'].text}")


def _choose(question: str, answers: Sequence[Answer], key: str, *others: Answer) -> Answer | None:
    """A question and its answers to click at, none chosen at first."""
    by_text = {answer.text: answer for answer in (*answers, *others)}
    chosen = st.pills(question, list(by_text), key=key)
    return None if chosen is None else by_text[chosen]


def _verdict(right: bool, why: str) -> None:
    st.markdown(f":material/check: **Right.** {why}" if right else f":material/close: **Not quite.** {why}")


@st.fragment
def questions(lesson: str, text: Section) -> None:
    """Check yourself: questions whose numbers follow the learner's own settings."""
    with prose("questions"):
        heading(text)
        for number, question in enumerate(text.sections, 1):
            answers = sorted(question.answers, key=lambda answer: _order(answer.text))
            numbers = "|".join(answer.text for answer in answers)  # with other numbers it is another question
            with st.container(border=True):
                chosen = _choose(f"**{number}. {question.question}**", answers, f"{lesson}.question.{number}.{numbers}")
                if chosen:
                    _verdict(chosen.right, chosen.why)


def _order(text: str) -> tuple[float, str]:
    """Numbers by size, so that the place of an answer says nothing about it; then words."""
    digits = "".join(c for c in text.replace("−", "-").split(" ")[0] if c.isdigit() or c in ".-")
    try:
        return float(digits), text
    except ValueError:
        return float("inf"), text


def notes(text: Section) -> None:
    """What is read: such as what it is, when to use it, strengths and weaknesses, and the papers."""
    with prose(_anchor(text)):
        st.header(text.title, anchor=_anchor(text))
        st.markdown(text.text)
        for section in text.sections:
            st.markdown(f"**{section.title}**\n\n{section.text}")
