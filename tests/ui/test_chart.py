"""Charts: what can be told apart."""

from typing import Any

import numpy as np
import pytest

import ui.chart
from ui.chart import DASHES, TICKED, line_chart


def test_more_lines_than_can_be_told_apart_are_refused() -> None:
    lines = {f"line {i}": [1.0, 2.0] for i in range(len(DASHES) + 1)}
    with pytest.raises(ValueError, match="at most 4 lines apart, not 5"):
        line_chart([0, 1], lines, x="x", y="y", key="chart", alt="Five lines")


def figure(monkeypatch: pytest.MonkeyPatch, at: Any, lines: Any, **more: Any) -> dict[str, Any]:
    """What a chart is made of."""
    given: list[dict[str, Any]] = []
    monkeypatch.setattr(ui.chart, "chart", lambda figure, **_: given.append(figure))
    line_chart(at, lines, x="x", y="y", key="chart", alt="A chart", **more)
    return given[0]


def test_rings_stand_on_the_first_line(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = figure(monkeypatch, [10, 20, 30], {"a": [1.0, 5.0, 2.0], "b": [0.0, 0.0, 9.0]}, marks=[1, 2])
    *_, rings = drawn["data"]
    np.testing.assert_array_equal(rings["x"], [20, 30])
    np.testing.assert_array_equal(rings["y"], [5, 2])
    assert len(figure(monkeypatch, [10, 20, 30], {"a": [1.0, 5.0, 2.0]})["data"]) == 1


def test_few_places_are_all_written_and_many_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    few, many = (
        figure(monkeypatch, np.arange(count), {"a": np.arange(count)})["layout"]["xaxis"]
        for count in (TICKED, TICKED + 1)
    )
    assert few["tickvals"] == list(range(TICKED))
    assert many["tickvals"] is None
    assert many["tickformat"] == ","
