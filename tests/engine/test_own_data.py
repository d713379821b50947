"""Series and texts of a learner's own: read as they are meant, refused with a reason, safe as part of an address."""

import re
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode

import numpy as np
import pytest

from engine import packed, series, tables, texts

RNG = np.random.default_rng(0)
VALUES = np.round(np.cumsum(RNG.standard_normal(300)), 3)


def close(packed_series: str, values: np.ndarray = VALUES) -> None:
    np.testing.assert_allclose(series.read(packed_series), values, atol=float(np.ptp(values)) / series.FINEST)


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(map(str, VALUES)),
        "price\r\n" + "\r\n".join(map(str, VALUES)),
        "day,price\n" + "\n".join(f"2024-01-0{k % 9},{v}" for k, v in enumerate(VALUES)),
        "Tag;Kurs\n" + "\n".join(f"{k};{str(v).replace('.', ',')}" for k, v in enumerate(VALUES)),
        "\n".join(f"{k}\t{v}" for k, v in enumerate(VALUES)),
        " ".join(map(str, VALUES)),
        ", ".join(map(str, VALUES)) + ",",
        "\ufeff" + "\n\n".join(f'"{v}"' for v in VALUES),
        "day,price,\n" + "\n".join(f"{k},{v}," for k, v in enumerate(VALUES)),
        "Tag;Kurs;\n" + "\n".join(f"{k};{str(v).replace('.', ',')}; " for k, v in enumerate(VALUES)),
        "day\tprice\t\n" + "\n".join(f"{k}\t{v}\t" for k, v in enumerate(VALUES)),
        "\n".join(f"{v}," for v in VALUES),
        "\n".join(f"{str(v).replace('.', ',')};" for v in VALUES),
    ],
    ids=[
        "column",
        "heading",
        "csv",
        "semicolons",
        "tabs",
        "blanks",
        "one line",
        "quoted",
        "csv, closed",
        "semicolons, closed",
        "tabs, closed",
        "column, closed",
        "decimal commas, closed",
    ],
)
def test_numbers_are_read_as_they_are_meant(text: str) -> None:
    close(series.shrink(text.encode()))


@pytest.mark.parametrize("order", ["le", "be"])
@pytest.mark.parametrize("kind", [series, texts])
def test_what_a_spreadsheet_saves_as_unicode_is_read(kind, order: str) -> None:
    """UTF-16, which says by its first two bytes in which order it is."""
    given = "Tag\tKurs\r\n" + "\r\n".join(f"{k}\t{v}" for k, v in enumerate(VALUES))
    marked = ("\ufeff" + given).encode(f"utf-16-{order}")
    np.testing.assert_array_equal(list(kind.read(kind.shrink(marked))), list(kind.read(kind.shrink(given.encode()))))


HUNDREDTHS = np.round(np.cumsum(np.random.default_rng(0).standard_normal(220)), 2)
SHORT = [f"{value:.2f}" for value in HUNDREDTHS]
COMMAS = [text.replace(".", ",") for text in SHORT]


@pytest.mark.parametrize(
    "given",
    [
        "\n".join(SHORT),
        "\n".join(COMMAS),
        "value\n" + "\n".join(COMMAS),
        "\n".join(f"{2000 + k} {text}" for k, text in enumerate(COMMAS)),
        "\n".join(f"{k},{text}" for k, text in enumerate(SHORT)),
        "\n".join(f"{k};{text}" for k, text in enumerate(COMMAS)),
        "\n".join(f'"a;b";{text}' for text in COMMAS),
        "\n".join(f'"{k}","{text}"' for k, text in enumerate(COMMAS)),
        "; ".join(COMMAS),
        " ".join(COMMAS),
        ", ".join(SHORT),
        "\n".join(text.replace("-", "−") for text in SHORT),
    ],
)
def test_commas_are_read_as_they_are_meant(given: str) -> None:
    close(series.shrink(given.encode()), HUNDREDTHS)


@pytest.mark.parametrize("quote", ["", '"'])
def test_commas_between_thousands(quote: str) -> None:
    values = 40_000 + 100 * HUNDREDTHS
    given = "\n".join(f"{quote}{value:,.2f}{quote}" for value in values)
    close(series.shrink(given.encode()), values)


def test_two_columns_of_whole_numbers_stay_two() -> None:
    """Where the first counts the lines, the comma parts cells."""
    whole = np.random.default_rng(1).integers(0, 500, 220)
    given = "\n".join(f"{k},{value}" for k, value in enumerate(whole, 1))
    np.testing.assert_allclose(series.read(series.shrink(given.encode())), whole, atol=0.01)


def test_the_longest_fit_an_address() -> None:
    noise = "\n".join(map(str, RNG.standard_normal(series.LONGEST) * 1e6))
    assert len(series.shrink(noise.encode())) < packed.LONGEST
    english = ("The quick brown fox jumps over the lazy dog while nobody looks, and vexes %d jolly wizards. " * 90)[
        :8000
    ]
    assert len(texts.shrink(english.encode())) < packed.LONGEST


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "there is nothing in it"),
        (b" \n \n", "there is nothing in it"),
        (b"\xff\xfe\x00", "this is no text: a CSV file, or numbers below each other, can be read"),
        (b"\xff\xfe\x00\xd8", "this is no text: a CSV file, or numbers below each other, can be read"),
        ("\n".join(f"{k}\t{v}" for k, v in enumerate(VALUES)).encode() + b"\n300\t", "at place 301, is no number"),
        ("\n".join(f"{k},{v}" for k, v in enumerate(VALUES)).encode() + b"\n300,", "at place 301, is no number"),
        ("\n".join([*map(str, VALUES), "tomorrow"]).encode(), "'tomorrow', at place 301, is no number"),
        (b"a\nb\n1", "'b', at place 2, is no number"),
        (b"1 2 three 4", "'three', at place 3, is no number"),
        (b"1\n2\n3", "a series has 200 to 1,000 numbers here, not 3"),
        (b"\n".join([b"1", b"2"] * 501), "a series has 200 to 1,000 numbers here, not 1,002"),
        ("\n".join([*map(str, VALUES), "nan"]).encode(), "number 301 is missing or infinite"),
        ("\n".join(["inf", *map(str, VALUES)]).encode(), "number 1 is missing or infinite"),
        ("\n".join(["1e13", *map(str, VALUES)]).encode(), "a number is at most 1e+12 in size here, not 1e+13"),
        (b"\n".join([b"7"] * 300), "never change"),
        ("\n".join(map(str, range(300))).encode(), "never change, or always by the same"),
        ("\n".join(str(0.1 * k) for k in range(300)).encode(), "always by the same"),
        ("\n".join([*map(str, VALUES), "1e12"]).encode(), "never change"),  # beside it, nothing else is seen
        (b"1\n" * 600_000, "at most 1 megabyte, not 1.2"),
    ],
)
def test_what_is_no_series_is_refused_with_a_reason(data: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        series.shrink(data)


def test_a_series_that_was_read_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        series.read(series.shrink("\n".join(map(str, VALUES)).encode()))[0] = 1


WORDS = "Call me Ishmael — some years ago, never mind how long precisely. " * 20


def test_a_text_comes_back_with_single_blanks() -> None:
    given = WORDS.replace(" ", " \n\t", 3)
    assert texts.read(texts.shrink(given.encode())) == WORDS.strip()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"too short", "a text has 1,000 to 8,000 characters here, not 9"),
        (WORDS.encode() * 20, "a text has 1,000 to 8,000 characters here, not 25,"),
        (b"\xff" * 2000, "this is no text in UTF-8"),
        ((WORDS + "\x00").encode(), "cannot be printed"),
        (b"aaab" * 400, "at least 5 different characters here, not 2"),
        (b"x" * 1_200_000, "at most 1 megabyte, not 1.2"),
        ("".join(chr(0x4E00 + k) for k in RNG.integers(0, 9000, 8000)).encode(), "an address has room for 6,000"),
    ],
)
def test_what_is_no_text_is_refused_with_a_reason(data: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        texts.shrink(data)


@pytest.mark.parametrize("kind", [series, tables, texts])
def test_a_file_is_refused_from_the_first_byte_that_is_too_many(kind) -> None:
    whole = b" " * packed.LARGEST_FILE
    with pytest.raises(ValueError, match=r"nothing in it|a text has"):
        kind.shrink(whole)
    with pytest.raises(ValueError, match=r"it must have at most 1 megabyte, not 1\.0"):
        kind.shrink(whole + b" ")


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).decode()


@pytest.mark.parametrize("read", [series.read, texts.read])
@pytest.mark.parametrize(
    "text",
    ["", "no", "ä" * 8, "A" * 7000, b64(b"plain"), b64(zlib.compress(bytes(10**7))), b64(zlib.compress(b"abc")),
     b64(zlib.compress(b"\xff" * 5000)), b64(zlib.compress(WORDS.encode())[:-4])],
)  # fmt: skip
def test_what_was_not_packed_here_is_refused(read, text: str) -> None:
    with pytest.raises(ValueError, match=r"packed here|no series|no text|numbers here|characters here|room|missing"):
        read(text)


@pytest.mark.parametrize(("kind", "given"), [(series, "\n".join(map(str, VALUES))), (texts, WORDS)])
@pytest.mark.parametrize("more", [b"x", zlib.compress(b"another")])
def test_what_stands_behind_the_packed_is_refused(kind, given: str, more: bytes) -> None:
    text = kind.shrink(given.encode())
    kind.read(text)
    with pytest.raises(ValueError, match="not packed here"):
        kind.read(b64(urlsafe_b64decode(text) + more))
