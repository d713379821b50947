"""Charts: what can be told apart."""

import pytest

from ui.chart import DASHES, line_chart


def test_more_lines_than_can_be_told_apart_are_refused() -> None:
    lines = {f"line {i}": [1.0, 2.0] for i in range(len(DASHES) + 1)}
    with pytest.raises(ValueError, match="at most 4 lines apart, not 5"):
        line_chart([0, 1], lines, x="x", y="y", key="chart", alt="Five lines")
