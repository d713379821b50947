from pathlib import Path

import pytest

from benchmarks import report
from benchmarks.report import (
    DOCUMENT,
    Comparison,
    Figure,
    asked_to_be_quick,
    comparison_table,
    duration,
    machine,
    number,
    publish,
    put,
    table,
)


def test_a_figure_of_many_measurements_has_a_p95() -> None:
    many = Figure.of("a", "ms", [float(i) for i in range(1, 101)], "≤ 60")
    assert many.median == 50.5
    assert many.p95 == pytest.approx(95.05)
    assert Figure.of("a", "ms", [1.0, 9.0, 2.0]).p95 is None
    with pytest.raises(ValueError, match="nothing was measured: a"):
        Figure.of("a", "ms", [])


def test_the_table() -> None:
    lines = table([Figure("a", "ms", 60, 12.345, 99.96, "p95 ≤ 100"), Figure("b", "", 3, 0.0)]).splitlines()
    assert lines[2:] == ["| a | 60 | 12.3 ms | 100 ms | p95 ≤ 100 |", "| b | 3 | 0 |  |  |"]


def test_numbers_have_three_digits() -> None:
    assert [number(v) for v in (0, 0.04567, 3.14159, 48.26, 487.7)] == ["0", "0.0457", "3.14", "48.3", "488"]


def test_only_what_stands_between_the_markers_is_replaced(tmp_path: Path) -> None:
    document = tmp_path / "x.md"
    document.write_text("# A\n<!-- a:begin -->\nold\n<!-- a:end -->\nB\n<!-- b:begin -->\n<!-- b:end -->\n")
    put("a", "new", document)
    put("a", "newer", document)
    assert document.read_text() == "# A\n<!-- a:begin -->\nnewer\n<!-- a:end -->\nB\n<!-- b:begin -->\n<!-- b:end -->\n"
    with pytest.raises(ValueError, match="must have the markers"):
        put("c", "new", document)


def test_the_document_has_its_markers() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for name in ("page", "engine", "classroom"):
        assert f"<!-- {name}:begin -->" in text.split(f"<!-- {name}:end -->")[0]


def test_a_comparison_says_the_faster_layout_and_the_ratio() -> None:
    rows = [Comparison("a", "2 × 3", 21, 0.5e-3, 2e-3, "channels_last"), Comparison("b", "4", 21, 3.0, 0.25)]
    assert comparison_table(rows).splitlines()[2:] == [
        "| a | 2 × 3 | 21 | 500 µs | 2 ms, channels_last | 0.25 |",
        "| b | 4 | 21 | 3 s | 250 ms | 12 |",
    ]
    assert [duration(s) for s in (1.5e-6, 1e-3, 0.25, 2.0)] == ["1.5 µs", "1 ms", "250 ms", "2 s"]


def test_a_quick_look_leaves_the_document_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    written = []
    monkeypatch.setattr(report, "put", lambda *what: written.append(what))
    for arguments, expected in ((["x", "--quick"], []), (["x"], [("a", "text")])):
        monkeypatch.setattr("sys.argv", arguments)
        publish("a", "text", asked_to_be_quick(None))
        assert written == expected


def test_the_machine_is_said_without_its_clock() -> None:
    said = machine("numpy")
    assert "cores; Python 3." in said
    assert "numpy 2" in said
    assert "@" not in said
