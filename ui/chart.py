"""Plotly charts that stay: new data is drawn into the same element, so a learner's zoom is kept.

`st.plotly_chart` destroys and rebuilds the chart on every change. Figures are plain dictionaries here, with NumPy
arrays in them; a colour may be a token of assets/theme/tokens.css, such as "--k-gradient", and follows the theme.
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import pairwise
from math import log10
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ui import assets
from ui.component import component, parcel

# Not isolated: Plotly puts its own styles into the page, and they would not reach into a shadow root.
_mount = component("chart", "chart/chart.js", ("theme/tokens.css", "chart/chart.css"), isolated=False)


def chart(figure: dict[str, Any], *, key: str, alt: str, height: int = 320) -> None:
    """Draws {"data": […], "layout": {…}}. alt says what the chart shows now: most of it is not text."""
    if not alt:
        raise ValueError("alt must say what the chart shows")
    _mount(
        key=key,
        data=parcel({"figure": figure, "alt": alt, "height": height, "plotly": assets.address(assets.PLOTLY)}),
        height=height,
    )


Numbers = Sequence[float] | NDArray[Any]
TICKED = 12  # places along an axis; if there are more, not each is written
DASHES = ("solid", "dash", "dot", "dashdot")  # a line is told apart by more than its colour


def line_chart(
    at: Numbers,
    lines: Mapping[str, Numbers],
    *,
    x: str,
    y: str,
    key: str,
    alt: str,
    log: bool = False,
    marks: Sequence[int] | NDArray[Any] = (),
    height: int = 320,
) -> None:
    """Lines by name over common places, each named where it ends, or above where ends are close; `log` makes both axes
    logarithmic.

    `marks` numbers places in `at` where the first line gets a ring.
    """
    if len(lines) > len(DASHES):
        raise ValueError(f"a chart tells at most {len(DASHES)} lines apart, not {len(lines)}")
    kind = "log" if log else "linear"
    data = [
        {
            "type": "scatter",
            "mode": "lines+markers" if len(at) <= TICKED else "lines",  # a mark for what was computed
            "name": name,
            "x": np.asarray(at),
            "y": np.asarray(values),
            "line": {"dash": dash, "color": "--ink"},
        }
        for (name, values), dash in zip(lines.items(), DASHES[: len(lines)], strict=True)
    ]
    if len(marks):
        data.append(_rings(np.asarray(at)[marks], np.asarray(next(iter(lines.values())))[marks]))
    count = log10 if log else float  # as Plotly does along its axes: in powers of ten on a logarithmic one
    ends = {name: (count(at[-1]), count(values[-1])) for name, values in lines.items()}
    heights = [count(value) for values in lines.values() for value in values]
    crowded = _close([y for _, y in ends.values()], max(heights) - min(heights))
    layout = {
        "xaxis": {
            "title": {"text": x},
            "type": kind,
            "tickvals": list(at) if len(at) <= TICKED else None,
            "tickformat": "," if len(at) > TICKED and not log else None,  # 2,000, not 0.2×10⁴
            "range": _reach(map(count, at), 0.01),
        },
        "yaxis": {"title": {"text": y}, "type": kind, "dtick": 2 if log else None, "range": _reach(heights, 0.1)},
        "annotations": _names(ends) if len(lines) > 1 and not crowded else [],
        "showlegend": crowded,
    }
    chart({"data": data, "layout": layout}, key=key, alt=alt, height=height)


def _rings(x: NDArray[Any], y: NDArray[Any]) -> dict[str, Any]:
    marker = {"symbol": "circle-open", "size": 9, "color": "--k-activation", "line": {"width": 2}}
    return {
        "type": "scatter",
        "mode": "markers",
        "x": x,
        "y": y,
        "marker": marker,
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _reach(places: Iterable[float], room: float) -> list[float]:
    """The ends of an axis: room is a share of its length, at both sides. A name that is not within is not drawn."""
    low, high = min(places := list(places)), max(places)
    return [low - room * (high - low or 1), high + room * (high - low or 1)]


def _close(ends: list[float], height: float) -> bool:
    """Whether names at these heights would stand upon each other; the lowest is written below its line."""
    _, *above = sorted(ends)
    return any(b - a < 0.08 * height for a, b in pairwise(above))


def _names(ends: Mapping[str, tuple[float, float]]) -> list[dict[str, Any]]:
    """The name of each line above its right end; below it for the lowest, which another may be close to."""
    lowest = min(ends, key=lambda name: ends[name][1])
    return [
        {
            "text": f"<b>{escape(name)}</b>",
            "x": x,
            "y": y,
            "xanchor": "right",
            "yanchor": "top" if name == lowest else "bottom",
            "showarrow": False,
        }
        for name, (x, y) in ends.items()
    ]
