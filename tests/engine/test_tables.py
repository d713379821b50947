"""Tables of a learner's own: read as they are meant, refused with a reason, safe as part of an address."""

import numpy as np
import pytest

from engine import packed, tables

RNG = np.random.default_rng(0)
X = np.round(RNG.standard_normal((120, 3)) * [1, 100, 0.01], 4)
NAMES = ["cat" if row[0] > 0 else "dog" for row in X]
ROWS = [[*map(str, row), name] for row, name in zip(X.tolist(), NAMES, strict=True)]


def close(given: str) -> None:
    table = tables.read(tables.shrink(given.encode()))
    low, size = X.min(axis=0), np.ptp(X, axis=0)
    np.testing.assert_allclose(table.x, (X - low) / size, atol=0.5 / tables.FINEST + 1e-12)
    np.testing.assert_array_equal(table.labels, [["cat", "dog"].index(name) for name in NAMES])
    assert table.classes == 2


@pytest.mark.parametrize(
    "given",
    [
        "\n".join(",".join(row) for row in ROWS),
        "a,b,c,animal\r\n" + "\r\n".join(", ".join(row) for row in ROWS),
        "a;b;c;Tier\n" + "\n".join(";".join(row).replace(".", ",") for row in ROWS),
        "\ufeff" + "\n\n".join("\t".join(row) for row in ROWS) + "\n",
        "\n".join(",".join(f'"{cell}"' for cell in row).replace("-", "−") for row in ROWS),
        "\n".join(";".join(row) + ";" for row in ROWS),
        "sep=;\r\n" + "\r\n".join(";".join(row) for row in ROWS),
    ],
    ids=["csv", "heading", "semicolons", "tabs", "quoted", "closed lines", "mark named"],
)
def test_a_table_is_read_as_it_is_meant(given: str) -> None:
    close(given)


def test_a_spreadsheets_own_encoding_is_read() -> None:
    given = "\n".join(";".join(row) for row in ROWS)
    assert tables.shrink(given.encode("utf-16")) == tables.shrink(given.encode())


def test_a_column_that_never_changes_is_0() -> None:
    rows = "\n".join(f"7,{k},{k % 2}" for k in range(100))
    table = tables.read(tables.shrink(rows.encode()))
    assert (table.x[:, 0] == 0).all()
    np.testing.assert_allclose(table.x[:, 1], np.arange(100) / 99, atol=0.01)


def test_rows_alike_in_all_numbers_count_once() -> None:
    """Else the test would hold what was learned from."""
    rows = [f"{k},{k * k % 7},{name}" for k, name in zip(range(110), "ab" * 55, strict=True)]
    again = [*rows, *(row[:-1] + "b" for row in rows)]
    table, once = (tables.read(tables.shrink("\n".join(each).encode())) for each in (again, rows))
    np.testing.assert_array_equal(table.x, once.x)
    np.testing.assert_array_equal(table.labels, once.labels)
    with pytest.raises(ValueError, match="only 60 of its 240 rows differ"):
        tables.shrink("\n".join([f"{k % 60},{k % 2}" for k in range(240)]).encode())


def many(line: str, count: int = 100) -> str:
    return "\n".join([line] * count)


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        (b"", "nothing in it"),
        (b"\xff\xfe\x00", "this is no text in UTF-8: a CSV file that is saved so can be read"),
        ((many("1,ä") + "\n").encode("cp1252"), "this is no text in UTF-8"),
        (b"1,a\n" * 300_000, "at most 1 megabyte"),
        (b"one two\n", "line 1, .one two., is one cell: cells must be parted by semicolons"),
        (b"a,b\n", "nothing below its heading"),
        (b"1,a\n2,b\n" * 20, "100 to 1,000 rows here, not 40"),
        (many("1,a").encode(), "2 to 10 classes, not 1"),
        ("\n".join(f"1,{k}" for k in range(100)).encode(), "2 to 10 classes, not 100"),
        ((many("1,a") + "\n1,b").encode(), "'b' has 1"),
        ((many("1,a") + "\n1").encode(), "line 101, '1', has 1 cell: every row must have 2, as the first"),
        ((many("1,a") + "\n1,").encode(), "line 101 does not say its class"),
        ((many("1,a") + "\nx,b").encode(), "'x', in line 101, is no number"),
        ((many("1,a\n") + "\nx,b").encode(), "'x', in line 201, is no number"),
        ((many("1,a") + "\n1_000,b").encode(), "'1_000', in line 101, is no number"),
        (b"a,b,c\n" + b"1" * 140_000 + b",1,x", "line 2 cannot be read"),
        ((many('1,a') + '\n"1,a\n' + many("1,a", 60_000)).encode(), "quote left open"),
        (('"a,b\n' + many("1,a")).encode(), "quote left open"),
        ((many("1,a") + '\n1,"b\n' + many("1,a")).encode(), "quote left open"),
        ((many("1,a") + "\nnan,b").encode(), "too large or missing"),
        ((many("," .join(["1"] * 61) + ",a", 95) + "\n" + many(",".join(["1"] * 61) + ",b", 95)).encode(), "not 61"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_with_its_reason(given: bytes, rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        tables.shrink(given)


def test_what_is_too_long_for_an_address_is_refused() -> None:
    rows = "\n".join(",".join(map(str, row)) + f",{k % 2}" for k, row in enumerate(RNG.standard_normal((900, 20))))
    with pytest.raises(ValueError, match="shorten it"):
        tables.shrink(rows.encode())


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\0\0", bytes([100, 0, 1, 2]),
        bytes([100, 0, 1, 3]) + bytes([0, 1] * 50) + bytes(100),  # a class that no row has
        bytes([100, 0, 1, 2]) + bytes([0, 1] * 50) + bytes([255] * 100),  # no step of a column
        bytes([40, 0, 1, 2]) + bytes([0, 1] * 20) + bytes(40),
        bytes([100, 0, 0, 2]) + bytes([0, 1] * 50),
    ],
)  # fmt: skip
def test_an_address_that_was_tampered_with_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="table"):
        tables.read(packed.pack(data))


def test_an_address_may_not_have_a_class_of_fewer_rows_than_a_file() -> None:
    labels = bytes([0] * 50 + [1] * 49 + [2])
    with pytest.raises(ValueError, match="each class of a table needs at least 5 rows, and '2' has 1"):
        tables.read(packed.pack(bytes([100, 0, 1, 3]) + labels + bytes(range(100))))


def test_what_is_read_is_shared_and_read_only() -> None:
    table = tables.read(tables.shrink("\n".join(",".join(row) for row in ROWS).encode()))
    assert not table.x.flags.writeable
    assert not table.labels.flags.writeable
