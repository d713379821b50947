"""Boards: cells of words with their headings, whatever the words are; rows side by side."""

from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest


def page() -> None:
    from experiments.shown import Beside, Board, Cell, Table
    from ui.shown import draw

    cells = [
        [Cell("L2", ["0.3 better", "than <i>"], 2), None],
        [Cell("no clear winner"), Cell("a&b", level=1, marked=True)],
    ]
    board = Board("<b>corner", ["40", "80"], ["0 %", "20 %"], cells, 'alt "1"', "gain", ["none", "<some>"], "won")
    draw([board, Beside([Table({"a": [1]}, "one"), Table({"b": [2]}, "two")])], "board")


def test_a_board_is_a_table_with_headings_and_its_words_are_never_markup() -> None:
    app = AppTest.from_function(page).run()
    assert not app.exception
    html = app.get("html")[0].proto.body
    assert html.count('scope="col"') == 3
    assert html.count('scope="row"') == 2
    assert '<td class="kind-2"><b>L2</b><small>0.3 better</small><small>than &lt;i&gt;</small></td>' in html
    assert '<td class="waits">to come</td>' in html
    assert '<td class="level-1 marked"><b>a&amp;b</b></td>' in html
    assert "<b>corner" not in html
    assert 'aria-label="alt &quot;1&quot;"' in html
    levels = '<span class="level-0">none</span><span class="level-1">&lt;some&gt;</span>'
    assert f'<p class="levels">gain {levels}<span class="marked">won</span></p>' in html


def test_rows_beside_each_other_are_all_drawn() -> None:
    app = AppTest.from_function(page).run()
    assert len(app.dataframe) == 2
    assert len(app.columns) == 2


def test_a_gap_in_a_line_is_left_out_of_its_scale(monkeypatch: Any) -> None:
    import ui.chart

    given: list[dict[str, Any]] = []
    monkeypatch.setattr(ui.chart, "chart", lambda figure, **_: given.append(figure))
    lines = {"a": [1.0, 2.0, np.nan], "b": [5.0, 9.0, 8.0]}
    ui.chart.line_chart([0, 1, 2], lines, x="x", y="y", key="k", alt="alt")
    layout = given[0]["layout"]
    assert np.isfinite(layout["yaxis"]["range"]).all()
    assert [(note["x"], note["y"]) for note in layout["annotations"]] == [(1, 2.0), (2, 8.0)]


@pytest.mark.parametrize(("ends", "named_above"), [((2.0, 2.1), True), ((2.0, 2.0), True), ((2.0, 5.0), False)])
def test_two_lines_that_end_close_are_named_above(ends: Any, named_above: bool, monkeypatch: Any) -> None:
    """Where they end, either name could be taken for the other's."""
    import ui.chart

    given: list[dict[str, Any]] = []
    monkeypatch.setattr(ui.chart, "chart", lambda figure, **_: given.append(figure))
    lines = {name: [9.0, end] for name, end in zip("ab", ends, strict=True)}
    ui.chart.line_chart([0, 1], lines, x="x", y="y", key="k", alt="alt")
    layout = given[0]["layout"]
    assert layout["showlegend"] == named_above
    assert len(layout["annotations"]) == (0 if named_above else 2)
