"""Plotly charts that stay: new data is drawn into the same element, so a learner's zoom is kept.

`st.plotly_chart` destroys and rebuilds the chart on every change. Figures are plain dictionaries here, with NumPy
arrays in them; a colour may be a token of assets/theme/tokens.css, such as "--k-gradient", and follows the theme.
"""

from collections.abc import Mapping, Sequence
from typing import Any

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


DASHES = ("solid", "dash", "dot", "dashdot")  # a line is told apart by more than its colour


def line_chart(
    at: Sequence[float],
    lines: Mapping[str, Sequence[float]],
    *,
    x: str,
    y: str,
    key: str,
    alt: str,
    log: bool = False,
    height: int = 320,
) -> None:
    """Lines by name over common places, named above the chart; `log` makes both axes logarithmic."""
    if len(lines) > len(DASHES):
        raise ValueError(f"a chart tells at most {len(DASHES)} lines apart, not {len(lines)}")
    kind = "log" if log else "linear"
    data = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "x": list(at),
            "y": list(values),
            "line": {"dash": dash, "color": "--ink"},
        }
        for (name, values), dash in zip(lines.items(), DASHES[: len(lines)], strict=True)
    ]
    layout = {
        "xaxis": {"title": {"text": x}, "type": kind, "tickvals": list(at)},
        "yaxis": {"title": {"text": y}, "type": kind, "dtick": 2 if log else None},
    }
    chart({"data": data, "layout": layout}, key=key, alt=alt, height=height)
