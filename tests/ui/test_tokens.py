"""The colours of assets/theme/tokens.css: they stand nowhere else, and words in them can be read."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
TOKENS = ROOT / "assets" / "theme" / "tokens.css"
COLOUR = r"#[0-9a-f]{6}"
PAIRS = dict(re.findall(rf"--([\w-]+): (light-dark\({COLOUR}, {COLOUR}\))", TOKENS.read_text(encoding="utf-8")))
THEME = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
WORDS = ("ink-2", "bad", "k-input", "k-weight", "k-activation", "k-gradient")


def luminance(colour: str) -> float:
    shares = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", WORDS)
def test_words_can_be_read(name: str, theme: str) -> None:
    colour = re.findall(COLOUR, PAIRS[name])[theme == "dark"]
    for ground in ("backgroundColor", "secondaryBackgroundColor"):
        assert contrast(colour, THEME[theme][ground]) >= 4.5


def test_contrast_is_known() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_each_has_a_colour_of_its_own() -> None:
    assert len(set(PAIRS.values())) == len(PAIRS)


def test_a_colour_stands_in_one_place() -> None:
    """But black and white, the ends of a brightness."""
    found = {
        path.name: colours
        for path in (ROOT / "assets").rglob("*.css")
        if path != TOKENS and (colours := re.findall(r"#(?!000\b|fff\b)[0-9a-fA-F]{3,8}\b", path.read_text("utf-8")))
    }
    assert not found
