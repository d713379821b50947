"""Reads what a lesson says from assets/lessons/<name>.md. In Python stand labels only, and sentences made of numbers.

The file is plain Markdown, split at its headings. `{name}` stands for a number that the page fills in, and a list with
boxes is a question: `- [x] the right answer`, `- [ ] a wrong one :: why it is wrong`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

LESSONS = Path(__file__).resolve().parent.parent / "assets" / "lessons"
HEADING = re.compile(r"^(#{1,4}) +(.*)$", re.MULTILINE)
PLACE = re.compile(r"\{(\w+)\}")
ANSWER = re.compile(r"^- \[([x ])\] (.*?)(?: :: (.*))?$", re.MULTILINE)


@dataclass(frozen=True)
class Answer:
    text: str
    right: bool
    why: str  # shown to whoever chose it


@dataclass(frozen=True)
class Section:
    """A heading, the text under it, and the sections under that."""

    title: str
    text: str
    sections: tuple[Section, ...]

    def __getitem__(self, title: str) -> Section:
        """The section of this heading, or of this name before a colon: "CV1" finds "CV1: What does it look for?"."""
        for section in self.sections:
            if section.title == title or section.title.startswith(f"{title}:"):
                return section
        raise KeyError(f"{self.title!r} has no section {title!r}, only {[s.title for s in self.sections]}")

    def fill(self, numbers: Mapping[str, Any]) -> Section:
        """The same section with its `{name}`s replaced; other braces (LaTeX) stay as they are."""

        def put(text: str) -> str:
            return PLACE.sub(lambda match: str(numbers.get(match[1], match[0])), text)

        return Section(put(self.title), put(self.text), tuple(section.fill(numbers) for section in self.sections))

    @property
    def question(self) -> str:
        """The text without its answers."""
        return ANSWER.sub("", self.text).strip()

    @property
    def answers(self) -> tuple[Answer, ...]:
        """The answers in order. Where numbers make two alike, the right one stays, else the first.

        An answer whose number was not filled in does not apply to these settings, and is left out.
        """
        by_text: dict[str, Answer] = {}
        for box, text, why in ANSWER.findall(self.text):
            if PLACE.search(text):
                continue
            answer = Answer(text, box == "x", why)
            if text not in by_text or answer.right:
                by_text[text] = answer
        return tuple(by_text.values())


@cache
def read(name: str) -> Section:
    """The whole file of a lesson as a tree of sections."""
    return parse((LESSONS / f"{name}.md").read_text(encoding="utf-8"))


def parse(markdown: str) -> Section:
    marks = list(HEADING.finditer(markdown))
    ends = [mark.start() for mark in marks[1:]] + [len(markdown)]
    flat = [(len(m[1]), m[2].strip(), markdown[m.end() : end].strip()) for m, end in zip(marks, ends, strict=True)]

    def tree(first: int) -> tuple[Section, int]:
        level, title, text = flat[first]
        children, at = [], first + 1
        while at < len(flat) and flat[at][0] > level:
            child, at = tree(at)
            children.append(child)
        return Section(title, text, tuple(children)), at

    return tree(0)[0]
