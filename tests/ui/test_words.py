"""Words in which characters are marked: whatever they are, they stay words."""

from html import unescape

import pytest
from streamlit.testing.v1 import AppTest

from experiments.shown import Passage


def drawn(text: str, marks: list[int], alt: str = "a line") -> str:
    def page(text: str, marks: list[int], alt: str) -> None:
        from experiments.shown import Passage, Text
        from ui.shown import draw

        draw([Text([Passage("place 0: <1> of 2", text, marks)], alt)], "words")

    app = AppTest.from_function(page, kwargs={"text": text, "marks": marks, "alt": alt}).run()
    assert not app.exception
    return app.get("html")[0].proto.body


def test_marks_stand_on_their_characters() -> None:
    html = drawn("ab cd", [0, 2, 2, 1, 0])
    assert (
        '<span class="beside">a</span><mark>b </mark><span class="covered">c</span><span class="beside">d</span>'
        in html
    )


def test_words_are_never_markup() -> None:
    words = "<script>alert(1)</script>&amp;"
    html = drawn(words, [0] * len(words), alt='"><b>')
    assert "<script" not in html
    assert "<b>" not in html
    assert "&lt;1&gt; of 2" in html
    assert words in unescape(html)


def test_every_character_has_its_mark() -> None:
    assert Passage("", "ab", [0, 1]).marks == [0, 1]
    with pytest.raises(AssertionError):
        drawn("abc", [0, 1])
