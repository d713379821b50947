"""The Markdown of the lessons, as the pages read it."""

import pytest

from ui.contents import HOME, SECTIONS
from ui.prose import Answer, parse, read

TEXT = """# Title

Lead.

## Try this

point

## CV9: A question

About {n}.

### Predict

What is {n}?

- [ ] {a} :: too small
- [x] {b} :: right
- [ ] {c}

## Notes

Plain \\frac{1}{2}.
"""


def test_a_file_is_a_tree_of_its_headings() -> None:
    text = parse(TEXT)
    assert (text.title, text.text) == ("Title", "Lead.")
    assert [section.title for section in text.sections] == ["Try this", "CV9: A question", "Notes"]
    assert text["CV9"]["Predict"].title == "Predict"


def test_a_name_ends_at_its_colon() -> None:
    text = parse("# T\n\n## CV10: Ten\n\n## CV1: One\n\n## Notes of mine")
    assert text["CV1"].title == "CV1: One"
    with pytest.raises(KeyError):
        text["Notes"]


def test_a_missing_section_names_those_there_are() -> None:
    with pytest.raises(KeyError, match=r"CV8.*only.*Notes"):
        parse(TEXT)["CV8"]


def test_numbers_fill_their_places_and_leave_other_braces_alone() -> None:
    text = parse(TEXT).fill({"n": 7, "a": 1, "b": 7, "c": 9, "1": "wrong"})
    assert text["CV9"].text == "About 7."
    assert text["CV9"]["Predict"].question == "What is 7?"
    assert text["CV9"]["Predict"].answers == (
        Answer("1", False, "too small"),
        Answer("7", True, "right"),
        Answer("9", False, ""),
    )


def test_of_two_equal_answers_the_right_one_stays() -> None:
    answers = parse(TEXT).fill({"n": 7, "a": 7, "b": 7, "c": 7})["CV9"]["Predict"].answers
    assert answers == (Answer("7", True, "right"),)


@pytest.mark.parametrize("name", [HOME.name, *(entry.name for entries in SECTIONS.values() for entry in entries)])
def test_every_lesson_has_its_words_and_its_page(name: str) -> None:
    text = read(name)
    assert text.text
    assert text["Try this"].text


class Anything(dict):
    """Numbers for every placeholder, each another."""

    def get(self, name: str, default: object = None) -> str:
        return name


@pytest.mark.parametrize("entry", [entry for entries in SECTIONS.values() for entry in entries])
def test_every_lesson_is_complete(entry) -> None:
    assert entry.page.is_file()
    assert read(entry.name).title == entry.title
    assert read("home")["Lessons"][entry.name].text
    text = read(entry.name)
    claims = [section for section in text.sections if ":" in section.title]
    assert claims
    for claim in (claim.fill(Anything()) for claim in claims):
        assert len(claim["Predict"].answers) >= 3
        assert all(answer.why for answer in claim["Predict"].answers)
        assert claim["Reveal"].text
        assert claim["Where it stops"].text
    questions = text["Check yourself"].fill(Anything()).sections
    assert 3 <= len(questions) <= 5
    for question in questions:
        assert sum(answer.right for answer in question.answers) == 1
        assert all(answer.why for answer in question.answers)
    for part in ("When to use it", "Strengths", "Weaknesses", "Papers"):
        assert text["Notes"][part].text
