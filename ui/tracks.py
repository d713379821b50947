"""Two numbers, seen from above: ways over a surface, and what tells the points of two classes apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ui.chart import DASHES, SYMBOLS, chart


def track_chart(
    axis: NDArray[Any],
    heights: NDArray[Any],
    tracks: Mapping[str, NDArray[Any]],
    reached: Sequence[int],
    *,
    x: str,
    y: str,
    key: str,
    alt: str,
    height: int = 460,
    **frames: Any,
) -> None:
    """Both axes are `axis`; heights is (second, first); each track is (places, 2). Frame k shows them
    up to the place `reached[k]`.

    Tracks are told apart by the sign at their head, and by their dashes.
    """
    if len(tracks) > len(SYMBOLS):
        raise ValueError(f"a chart tells at most {len(SYMBOLS)} tracks apart, not {len(tracks)}")
    surface = {
        "type": "contour",
        "x": axis,
        "y": axis,
        "z": heights,
        "ncontours": 18,
        "contours": {"coloring": "none"},
        "line": {"color": "--line-2", "width": 1},
        "showscale": False,
        "showlegend": False,
        "hoverinfo": "skip",
    }
    ways = [_way(track, reached, DASHES[number % len(DASHES)]) for number, track in enumerate(tracks.values())]
    heads = [
        _head(name, track[list(reached)], symbol)
        for (name, track), symbol in zip(tracks.items(), SYMBOLS, strict=False)
    ]
    ends = [float(axis[0]), float(axis[-1])]
    layout = {
        "xaxis": {"title": {"text": x}, "range": ends, "zeroline": False},
        "yaxis": {"title": {"text": y}, "range": ends, "zeroline": False},
        "showlegend": True,
    }
    chart({"data": [surface, *ways, *heads], "layout": layout}, key=key, alt=alt, height=height, **frames)


def _way(track: NDArray[Any], reached: Sequence[int], dash: str) -> dict[str, Any]:
    """As far as it has come."""
    seen = np.arange(len(track)) <= np.array(reached)[:, None]  # (frames, places)
    places = [np.where(seen, track[:, column], np.nan).astype(np.float32) for column in (0, 1)]
    line = {"color": "--ink-2", "width": 1.5, "dash": dash}
    return {"type": "scatter", "mode": "lines", "x": places[0], "y": places[1], "line": line,
            "hoverinfo": "skip", "showlegend": False, "framed": ["x", "y"]}  # fmt: skip


def _head(name: str, track: NDArray[Any], symbol: str) -> dict[str, Any]:
    marker = {"symbol": symbol, "size": 12, "color": "--k-weight", "line": {"color": "--bg", "width": 1}}
    return {"type": "scatter", "mode": "markers", "name": name, "x": track[:, :1], "y": track[:, 1:],
            "marker": marker, "hoverinfo": "name", "framed": ["x", "y"]}  # fmt: skip


CLASSES = (("circle", "--bg"), ("square", "--ink"))  # told apart by shape and filling


def plane_chart(
    axis: NDArray[Any],
    shares: NDArray[Any],
    points: Mapping[str, NDArray[Any]],
    *,
    x: str,
    y: str,
    key: str,
    alt: str,
    height: int = 460,
    **frames: Any,
) -> None:
    """Both axes are `axis`; shares is (frames, second, first), 0 … 1, drawn in the colours of sign around one half."""
    field = {
        "type": "heatmap",
        "x": axis,
        "y": axis,
        "z": shares.reshape(len(shares), len(axis), len(axis)),
        "zmin": 0,
        "zmax": 1,
        "zsmooth": "best",
        "colorscale": [[0, "--neg-1"], [0.5, "--zero"], [1, "--pos-1"]],
        "colorbar": {"title": {"text": "p(1)"}, "thickness": 10, "tickvals": [0, 0.5, 1], "len": 0.8},
        "hoverinfo": "x+y+z",
        "framed": ["z"],
    }
    dots = [
        {
            "type": "scatter",
            "mode": "markers",
            "name": name,
            "x": at[:, 0],
            "y": at[:, 1],
            "marker": {"symbol": symbol, "size": 7, "color": fill, "line": {"color": "--ink", "width": 1.2}},
            "hoverinfo": "name",
        }
        for (name, at), (symbol, fill) in zip(points.items(), CLASSES, strict=True)
    ]
    ends = [float(axis[0]), float(axis[-1])]
    layout = {
        "xaxis": {"title": {"text": x}, "range": ends, "zeroline": False, "constrain": "domain"},
        "yaxis": {"title": {"text": y}, "range": ends, "zeroline": False, "scaleanchor": "x", "constrain": "domain"},
        "showlegend": True,
    }
    chart({"data": [field, *dots], "layout": layout}, key=key, alt=alt, height=height, **frames)
