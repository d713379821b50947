"""Plotly charts that stay: new data is drawn into the same element, so a learner's zoom is kept.

`st.plotly_chart` destroys and rebuilds the chart on every change. Figures are plain dictionaries here, with NumPy
arrays in them; a colour may be a token of assets/theme/tokens.css, such as "--k-gradient", and follows the theme.
"""

from collections.abc import Collection, Mapping, Sequence
from html import escape
from itertools import pairwise
from math import isfinite
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ui import assets
from ui.component import component, parcel

Numbers = Sequence[float] | NDArray[Any]

# Not isolated: Plotly puts its own styles into the page, and they would not reach into a shadow root.
_mount = component("chart", "chart/chart.js", ("theme/tokens.css", "chart/chart.css"), isolated=False)


def chart(
    figure: dict[str, Any],
    *,
    key: str,
    alt: str,
    height: int = 320,
    frames: Sequence[str] | None = None,
    start: int = 0,
    follow: bool = False,
    run: str = "",
    linked: str = "",
    cursor: Numbers | None = None,
    player: bool = True,
) -> None:
    """Draws {"data": […], "layout": {…}}. alt says what the chart shows now: most of it is not text.

    `frames` is a caption a frame: the chart is played, stepped and scrubbed through them in the browser, from `start`
    on. A trace says in "framed" which of its arrays, such as "y", hold a row a frame. With `follow` the chart plays by
    itself up to the newest frame, and goes on when more have come. With another `run` it begins anew. Charts of one run
    that are `linked` by the same name move together. With a `cursor`, a place along x for each frame, a line stands
    there instead of a player: pointing at a place leads the charts that are linked to its frame. Without a `player` a
    chart is only led.
    """
    if not alt:
        raise ValueError("alt must say what the chart shows")
    count = len(frames or [""])
    if not 0 <= start < count:
        raise ValueError(f"start must be one of the {count} frames, not {start}")
    for trace in figure["data"]:
        for name in trace.get("framed", ()):
            if frames is None or len(trace[name]) != count:
                raise ValueError(f"frames must name the {len(trace[name])} frames of {name}")
    if cursor is not None and len(cursor) != count:
        raise ValueError(f"cursor must have {count} places, a frame each, not {len(cursor)}")
    header = {"figure": figure, "alt": alt, "height": height, "plotly": assets.address(assets.PLOTLY)}
    if frames is not None:
        header |= {"frames": list(frames), "start": start, "follow": follow, "run": run, "linked": linked}
    played = frames is not None and cursor is None and player
    header["player"] = played
    if cursor is not None:
        header["cursor"] = np.asarray(cursor)
    _mount(key=key, data=parcel(header), height=height + PLAYER if played else height)


PLAYER = 36  # pixels above the chart
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
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
    across: bool = False,
    span: tuple[float, float] | None = None,
    marks: Sequence[int] | NDArray[Any] = (),
    bands: Mapping[str, tuple[Numbers, Numbers]] = MappingProxyType({}),
    looks: Mapping[str, tuple[int, float]] = MappingProxyType({}),
    height: int = 320,
    **frames: Any,
) -> None:
    """Lines by name over common places, each named where it ends, or above where ends are close; `log` makes both axes
    logarithmic, `across` only that of the places. With `span`, only the heights are, from the one to the other,
    whatever the lines hold.

    A place where a line has no number, NaN, is a gap; so is one ≤ 0 where the axes are logarithmic. `marks` numbers
    places in `at` where the first line gets a ring. `bands` are shaded from a lower to an upper line; beside them all
    is named above. `looks` says of a name which of the DASHES it has, and how many pixels it is wide; without,
    lines have the dashes in turn. With the `frames` of a chart, lines that hold a row a frame move, and all are named
    above.
    """
    if len(lines) > len(DASHES):
        raise ValueError(f"a chart tells at most {len(DASHES)} lines apart, not {len(lines)}")
    kind = "log" if log else "linear"
    looks = {name: (number, 2.0) for number, name in enumerate(lines)} | dict(looks)
    data = [_band(name, np.asarray(at), *edges) for name, edges in bands.items()]
    data += [
        {
            "type": "scatter",
            "mode": "lines+markers" if len(at) <= TICKED else "lines",  # a mark for what was computed
            "name": name,
            "x": np.asarray(at),
            "y": np.asarray(values),
            "line": {"dash": DASHES[looks[name][0]], "width": looks[name][1], "color": "--ink"},
            "framed": ["y"] if np.ndim(values) > 1 else [],
        }
        for name, values in lines.items()
    ]
    if len(marks):
        data.append(_rings(np.asarray(at)[marks], np.asarray(next(iter(lines.values())))[marks]))
    places = _along(at, log or across)
    ends = {name: end for name, values in lines.items() if (end := _end(places, _along(values, log)))}
    edges = [edge for band in bands.values() for edge in band]
    heights = np.concatenate([_along(np.ravel(values), log) for values in (*lines.values(), *edges)])
    low, high = _reach(heights, 0.1)
    moving = any(trace.get("framed") for trace in data)
    fixed = span is not None
    crowded = moving or fixed or bool(bands) or _close([y for _, y in ends.values()], high - low)
    names = None if crowded else _names(ends, places, [_along(values, log) for values in lines.values()], high - low)
    layout = {
        "xaxis": {
            "title": {"text": x},
            "type": "log" if across else kind,
            "tickvals": list(at) if len(at) <= TICKED else None,
            "ticktext": list(map(_power, at)) if across and len(at) <= TICKED else None,
            "tickformat": "," if len(at) > TICKED and not log else None,  # 2,000, not 0.2×10⁴
            "range": _reach(places, 0.01),
        },
        "yaxis": _powers(y, span)
        if span
        else {"title": {"text": y}, "type": kind, "dtick": 2 if log else None, "range": [low, high]},
        "annotations": names if names and len(lines) > 1 else [],
        "showlegend": names is None and (len(data) > 1 or not fixed),
    }
    chart({"data": data, "layout": layout}, key=key, alt=alt, height=height, **frames)


def _powers(title: str, span: tuple[float, float]) -> dict[str, Any]:
    """An axis of powers of ten that never moves."""
    low, high = np.log10(span)
    return {
        "title": {"text": title},
        "type": "log",
        "dtick": 4,
        "exponentformat": "power",
        "range": [float(low), float(high)],
    }


def _power(value: float) -> str:
    """A place along a logarithmic axis as it is written elsewhere: 0.001, 10⁻⁵."""
    mantissa, _, exponent = f"{value:g}".partition("e")
    if not exponent:
        return mantissa
    return ("" if mantissa == "1" else f"{mantissa}×") + "10" + str(int(exponent)).translate(RAISED)


def _along(values: Numbers, log: bool) -> NDArray[np.float64]:
    """As Plotly measures along its axes: in powers of ten on a logarithmic one. NaN is what has no place there."""
    there = np.asarray(values, np.float64)
    there = np.where(np.isfinite(there) & ((there > 0) | (not log)), there, np.nan)
    return np.asarray(np.log10(there) if log else there)


def _end(at: NDArray[np.float64], values: NDArray[np.float64]) -> tuple[float, float] | None:
    """Where a line ends: it may have no number at its last places, or none at all."""
    row = np.atleast_2d(values)[-1]
    found = np.flatnonzero(np.isfinite(row) & np.isfinite(at))
    return (float(at[found[-1]]), float(row[found[-1]])) if len(found) else None


PATTERNS = ("", "/", ".", "x")  # bars are told apart by more than their colour


def bar_chart(
    groups: Sequence[str],
    bars: Mapping[str, NDArray[Any]],
    *,
    x: str,
    y: str,
    key: str,
    alt: str,
    height: int = 320,
    **frames: Any,
) -> None:
    """A bar for each name in each group: (groups,), or (frames, groups) with a chart's `frames`."""
    if len(bars) > len(PATTERNS):
        raise ValueError(f"a chart tells at most {len(PATTERNS)} kinds of bars apart, not {len(bars)}")
    for name, values in bars.items():
        if np.shape(values)[-1] != len(groups):
            raise ValueError(f"bars of {name} must be {len(groups)}, a group each, not {np.shape(values)[-1]}")
    data = [
        {
            "type": "bar",
            "name": name,
            "x": list(groups),
            "y": np.asarray(values),
            "marker": {
                "color": "--ink" if not pattern else "--bg",
                "line": {"color": "--ink", "width": 1},
                "pattern": {"shape": pattern, "fgcolor": "--ink", "size": 6},
            },
            "framed": ["y"] if np.ndim(values) > 1 else [],
        }
        for (name, values), pattern in zip(bars.items(), PATTERNS[: len(bars)], strict=True)
    ]
    highest = max(
        (float(value) for values in bars.values() for value in np.ravel(values) if isfinite(value)), default=0.0
    )
    layout = {
        "xaxis": {"title": {"text": x}, "type": "category"},
        "yaxis": {"title": {"text": y}, "range": [0, 1.05 * highest if highest > 0 else 1]},
        "showlegend": len(bars) > 1,
        "bargap": 0.3,
        "bargroupgap": 0.1,
    }
    chart({"data": data, "layout": layout}, key=key, alt=alt, height=height, **frames)


SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "star", "x")  # groups are told apart by shape


def point_chart(
    names: Sequence[str],
    at: NDArray[Any],
    groups: Mapping[str, Sequence[int]],
    *,
    key: str,
    alt: str,
    role: str = "weight",
    links: Sequence[tuple[int, int]] = (),
    hushed: Collection[str] = (),
    title: str = "",
    height: int = 460,
    **frames: Any,
) -> None:
    """A map of named points, both axes on one scale. at is (points, 2), or (frames, points, 2) with a chart's `frames`.

    `groups` says which points belong together, `links` which are joined by a line; the names of `hushed`
    groups are there only for who points at them. The `title` stands before the names of the groups. The scale holds all
    frames; names stand where they cover least in the last one.
    """
    if len(groups) > len(SYMBOLS):
        raise ValueError(f"a map tells at most {len(SYMBOLS)} groups apart, not {len(groups)}")
    if at.shape[-2:] != (len(names), 2):
        raise ValueError(f"at must hold two numbers for each of the {len(names)} names, not {at.shape}")
    framed = ["x", "y"] if at.ndim > 2 else []
    ranges = [_around(at[..., axis]) for axis in (0, 1)]
    shown = [k for name, members in groups.items() if name not in hushed for k in members]
    beside = _beside(
        at.reshape(-1, len(names), 2)[-1], [name if k in shown else "" for k, name in enumerate(names)], ranges, height
    )
    data: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "markers" if name in hushed else "markers+text",
            "name": name,
            "x": at[..., list(members), 0],
            "y": at[..., list(members), 1],
            "text": [escape(names[member]) for member in members],
            "textposition": [beside[member] for member in members],
            "hoverinfo": "text",
            "marker": {"symbol": symbol, "size": 9, "color": f"--k-{role}"},
            "framed": framed,
        }
        for (name, members), symbol in zip(groups.items(), SYMBOLS[: len(groups)], strict=True)
    ]
    if links:
        data.insert(0, _joined(at, links) | {"framed": framed})
    axis = {"zeroline": False, "showticklabels": False}
    layout = {
        "xaxis": axis | {"range": ranges[0]},
        "yaxis": axis | {"range": ranges[1], "scaleanchor": "x"},
        "showlegend": len(groups) > 1 or bool(title),
        "legend": {"title": {"text": title}},
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
    }
    chart({"data": data, "layout": layout}, key=key, alt=alt, height=height, **frames)


LETTER, LINE, NEAR = 7.5, 13, 7  # pixels: the width of a letter, the height of a name, from a point to its name
PLOT = 900  # pixels: how wide a map is taken to be where names are placed
SIDES = {"top center": (0, 1), "bottom center": (0, -1), "middle right": (1, 0), "middle left": (-1, 0),
         "top right": (1, 1), "top left": (-1, 1), "bottom right": (1, -1), "bottom left": (-1, -1)}  # fmt: skip


def _around(values: NDArray[Any]) -> list[float]:
    """The ends of an axis that holds all of them, on round numbers: those of a map that grows move seldom."""
    low, high = float(values.min()), float(values.max())
    step = _round_up(high - low) / 8
    return [step * (np.floor(low / step) - 0.5), step * (np.ceil(high / step) + 0.5)]


def _beside(at: NDArray[Any], names: Sequence[str], ranges: Sequence[Sequence[float]], height: int) -> list[str]:
    """On which side of its point each name stands, so that it covers the fewest names and points. at is (points, 2)."""
    scale = min(PLOT / (ranges[0][1] - ranges[0][0]), height / (ranges[1][1] - ranges[1][0]))
    points, ways = at * scale, np.array(list(SIDES.values()))
    half = np.array([[len(name) * LETTER / 2, LINE / 2] for name in names])
    middles, placed, chosen = points.copy(), np.zeros(len(names), bool), [0] * len(names)
    for k in np.flatnonzero(half[:, 0]):
        places = points[k] + ways * (half[k] + NEAR)  # (sides, 2)
        names_under = (np.abs(places[:, None] - middles) < half[k] + half).all(axis=-1) & placed
        points_under = (np.abs(places[:, None] - points) < half[k] + NEAR - 1).all(axis=-1)
        chosen[k] = int((2 * names_under + points_under).sum(axis=1).argmin())
        middles[k], placed[k] = places[chosen[k]], True
    return [list(SIDES)[way] for way in chosen]


def _joined(at: NDArray[Any], links: Sequence[tuple[int, int]]) -> dict[str, Any]:
    """Lines from point to point as one trace, with a gap after each."""
    ends = at[..., np.array(links), :]  # (…, links, 2 ends, 2)
    gaps = np.full((*ends.shape[:-2], 1, 2), np.nan)
    way = np.concatenate([ends, gaps], axis=-2).reshape(*at.shape[:-2], -1, 2)
    line = {"color": "--line-2", "width": 1}
    return {"type": "scatter", "mode": "lines", "x": way[..., 0], "y": way[..., 1], "line": line,
            "hoverinfo": "skip", "showlegend": False}  # fmt: skip


def _round_up(size: float) -> float:
    """To a round number, in steps of a fifth or so: the scale of a map that grows moves seldom."""
    power = 10.0 ** np.floor(np.log10(size or 1))
    return float(
        next(step * power for step in (1, 1.2, 1.5, 1.8, 2.2, 2.6, 3.2, 4, 5, 6, 7, 8.5, 10) if step * power >= size)
    )


def _band(name: str, at: NDArray[Any], low: Numbers, high: Numbers) -> dict[str, Any]:
    """All between two lines: along the lower one, and back along the upper one."""
    return {
        "type": "scatter",
        "mode": "none",
        "name": name,
        "x": np.concatenate([at, at[::-1]]),
        "y": np.concatenate([low, high[::-1]]),
        "fill": "toself",
        "fillcolor": "--ink",
        "opacity": 0.18,
        "hoverinfo": "skip",
    }


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


def _reach(places: NDArray[np.float64], room: float) -> list[float]:
    """The ends of an axis: room is a share of its length, at both sides. A name that is not within is not drawn.
    An axis of nothing goes from 0 to 1, as a length.
    """
    there = places[np.isfinite(places)]
    low, high = (float(there.min()), float(there.max())) if len(there) else (0.0, 1.0)
    return [low - room * (high - low or 1), high + room * (high - low or 1)]


CLOSE = 0.07  # of the axis: the height of a name, and some room


def _close(ends: list[float], height: float) -> bool:
    """Whether names at these heights could be taken for each other's: a name stands over the last part of its line,
    where a close line runs too.
    """
    return any(b - a <= CLOSE * height for a, b in pairwise(sorted(ends)))


WIDE = 400  # pixels: how wide a chart is taken to be where names of lines are placed
NEAR_END = 2  # pixels: from the end of a line to its name


def _names(
    ends: Mapping[str, tuple[float, float]],
    at: NDArray[np.float64],
    lines: Sequence[NDArray[np.float64]],
    height: float,
) -> list[dict[str, Any]] | None:
    """The name of each line at its right end, above it or below, where no line runs: it would strike the name out. The
    lowest stands below if it can, the others above. None if one of them can do neither.
    """
    left, right = _reach(at, 0)
    tall, letter = CLOSE * height, (right - left) / WIDE * LETTER
    lowest = min(ends, key=lambda name: ends[name][1], default=None)
    taken: list[tuple[float, float]] = []
    notes = []
    for name, (x, y) in ends.items():
        over = (at <= x) & (at >= x - letter * len(name))
        beside = np.concatenate([line[..., over].ravel() for line in lines])
        for side in ("top", "bottom") if name == lowest else ("bottom", "top"):
            low, high = (y, y + tall) if side == "bottom" else (y - tall, y)
            free = not any(low < top and foot < high for foot, top in taken)
            if free and not ((beside > low) & (beside < high)).any():
                break
        else:
            return None
        taken.append((low, high))
        notes.append(
            {
                "text": f"<b>{escape(name)}</b>",
                "x": x,
                "y": y,
                "xanchor": "right",
                "yanchor": side,
                "yshift": NEAR_END if side == "bottom" else -NEAR_END,
                "showarrow": False,
            }
        )
    return notes
