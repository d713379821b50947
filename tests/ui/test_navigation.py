"""The map of the lessons, and the path through them, from the front door to the adviser."""

from html import escape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ui.contents import HOME, SECTIONS, Lesson
from ui.prose import read

ROOT = Path(__file__).parent.parent.parent
LESSONS = [lesson for lessons in SECTIONS.values() for lesson in lessons]


def links(lesson: Lesson) -> list[str]:
    """The words of the links below a page, in order."""
    app = AppTest.from_file(ROOT / "ui" / "navigation.py", default_timeout=120).run()
    if lesson is not HOME:
        app.switch_page(str(lesson.page)).run()
    assert not app.exception
    labels = [element.proto.label for element in app.get("page_link")]
    return [label for label in labels if label.startswith(("Back: ", "Next: "))]


def test_from_the_front_door_the_path_leads_to_the_first_lesson() -> None:
    assert links(HOME) == [f"Next: {LESSONS[0].title}"]
    names = [lesson.name for lesson in LESSONS]
    assert names.index("backpropagation") < names.index("convolution") < names.index("adviser")


def test_the_front_door_says_of_every_section_why_it_comes_there() -> None:
    app = AppTest.from_file(ROOT / "ui" / "navigation.py", default_timeout=120).run()
    assert not app.exception
    assert [heading.value for heading in app.subheader] == list(SECTIONS)
    shown = "".join(element.proto.body for element in app.get("html"))
    words = [read("home")["Lessons"][section].text for section in SECTIONS]
    assert all(shown.count(escape(sentence)) == 1 for sentence in words)
    assert [shown.index(escape(sentence)) for sentence in words] == sorted(shown.index(escape(w)) for w in words)


@pytest.mark.parametrize("at", [0, 5, len(LESSONS) - 1])
def test_below_a_lesson_are_the_one_before_and_the_one_after(at: int) -> None:
    titles = [HOME.title, *(lesson.title for lesson in LESSONS)]
    after = [f"Next: {LESSONS[at + 1].title}"] if at + 1 < len(LESSONS) else []
    assert links(LESSONS[at]) == [f"Back: {titles[at]}", *after]
