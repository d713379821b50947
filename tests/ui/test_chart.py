"""Charts: what can be told apart."""

from typing import Any

import numpy as np
import pytest

import ui.chart
from ui.chart import DASHES, SYMBOLS, TICKED, bar_chart, chart, line_chart, point_chart


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


def test_a_look_says_dash_and_width_and_others_have_theirs_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = {"a": [1.0, 5.0], "b": [2.0, 3.0], "c": [2.0, 4.0]}
    drawn = figure(monkeypatch, [0, 1], lines, looks={"b": (3, 4.0)})
    seen = [(trace["line"]["dash"], trace["line"]["width"]) for trace in drawn["data"]]
    assert seen == [(DASHES[0], 2.0), (DASHES[3], 4.0), (DASHES[2], 2.0)]


def test_a_cursor_stands_somewhere_in_each_frame() -> None:
    with pytest.raises(ValueError, match="cursor must have 3 places, a frame each, not 2"):
        chart({"data": []}, key="chart", alt="A chart", frames=["a", "b", "c"], cursor=[0, 1])


def test_rings_stand_on_the_first_line(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = figure(monkeypatch, [10, 20, 30], {"a": [1.0, 5.0, 2.0], "b": [0.0, 0.0, 9.0]}, marks=[1, 2])
    *_, rings = drawn["data"]
    np.testing.assert_array_equal(rings["x"], [20, 30])
    np.testing.assert_array_equal(rings["y"], [5, 2])
    assert len(figure(monkeypatch, [10, 20, 30], {"a": [1.0, 5.0, 2.0]})["data"]) == 1


def test_a_line_does_not_run_through_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name of a line that falls stands below its end. Where lines run above and below, all are named above the
    chart.
    """
    at = np.arange(21.0)
    lines = {"rises": 2 + at / 10, "falls": 1.5 - at / 40, "flat": np.zeros(21)}
    drawn = figure(monkeypatch, at, lines)["layout"]
    notes = {note["text"][3:-4]: note["yanchor"] for note in drawn["annotations"]}
    assert notes == {"rises": "bottom", "falls": "top", "flat": "top"}
    assert not drawn["showlegend"]
    zigzag = np.where(at % 2, 1.1, 0.9)
    drawn = figure(monkeypatch, at, lines | {"a line to and fro": zigzag})["layout"]
    assert not drawn["annotations"]
    assert drawn["showlegend"]


def test_names_that_would_meet_stand_on_other_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    at = np.arange(11.0)
    lines = {"a line that falls": 4.0 + (10 - at) / 8, "below": np.full(11, 3.3), "zero": np.zeros(11)}
    notes = figure(monkeypatch, at, lines)["layout"]["annotations"]
    assert [note["yanchor"] for note in notes] == ["top", "top", "top"]


def test_few_places_are_all_written_and_many_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    few, many = (
        figure(monkeypatch, np.arange(count), {"a": np.arange(count)})["layout"]["xaxis"]
        for count in (TICKED, TICKED + 1)
    )
    assert few["tickvals"] == list(range(TICKED))
    assert many["tickvals"] is None
    assert many["tickformat"] == ","


def test_a_band_is_filled_from_its_lower_to_its_upper_line(monkeypatch: pytest.MonkeyPatch) -> None:
    between = {"half of all": ([1.0, 2.0, 3.0], [4.0, 30.0, 6.0])}
    drawn = figure(monkeypatch, [10, 20, 30], {"a": [1.0, 5.0, 2.0]}, bands=between)
    band, line = drawn["data"]  # what comes first lies below
    assert (band["fill"], band["name"], line["name"]) == ("toself", "half of all", "a")
    np.testing.assert_array_equal(band["x"], [10, 20, 30, 30, 20, 10])
    np.testing.assert_array_equal(band["y"], [1, 2, 3, 6, 30, 4])
    assert drawn["layout"]["yaxis"]["range"][1] > 30
    assert drawn["layout"]["showlegend"]


@pytest.mark.parametrize("log", [False, True])
def test_lines_without_a_number_leave_an_empty_chart(log: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = {"a": np.full(3, np.nan), "b": [np.inf, np.nan, np.nan]}
    layout = figure(monkeypatch, [1, 2, 3], nothing, log=log)["layout"]
    assert layout["yaxis"]["range"] == pytest.approx([-0.1, 1.1])
    assert not layout["annotations"]
    none = figure(monkeypatch, [], {"a": []}, log=log)["layout"]
    assert np.isfinite([none["xaxis"]["range"], none["yaxis"]["range"]]).all()


def test_numbers_that_are_not_positive_have_no_place_on_a_logarithmic_axis(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = figure(monkeypatch, [0, 10, 100], {"a": [-1.0, 1.0, 10.0], "b": [1.0, 100.0, 0.0]}, log=True)["layout"]
    assert drawn["xaxis"]["range"] == pytest.approx([0.99, 2.01])
    assert drawn["yaxis"]["range"] == pytest.approx([-0.2, 2.2])
    assert [(note["x"], note["y"]) for note in drawn["annotations"]] == [(2, 1), (1, 2)]


def test_across_only_the_places_are_logarithmic(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = figure(monkeypatch, [0.1, 1, 10], {"a": [0.0, 1.0, 0.5]}, across=True)["layout"]
    assert (drawn["xaxis"]["type"], drawn["yaxis"]["type"]) == ("log", "linear")
    assert drawn["xaxis"]["range"] == pytest.approx([-1.02, 1.02])
    assert drawn["yaxis"]["range"] == pytest.approx([-0.1, 1.1])
    assert drawn["xaxis"]["ticktext"] == ["0.1", "1", "10"]
    small = figure(monkeypatch, [1e-5, 3e-5, 0.0001], {"a": [0.0, 1.0, 0.5]}, across=True)["layout"]
    assert small["xaxis"]["ticktext"] == ["10⁻⁵", "3×10⁻⁵", "0.0001"]  # as in a text beside it


@pytest.mark.parametrize(
    ("bars", "highest"), [([0.0, 0.0], 1), ([np.nan, np.nan], 1), ([np.nan, 2.0], 2.1), ([np.inf, 2.0], 2.1)]
)
def test_bars_have_an_axis_without_a_number_too(bars: Any, highest: float, monkeypatch: pytest.MonkeyPatch) -> None:
    figures: list[dict[str, Any]] = []
    monkeypatch.setattr(ui.chart, "chart", lambda figure, **_: figures.append(figure))
    bar_chart(["x", "y"], {"a": np.array(bars)}, x="x", y="y", key="chart", alt="Bars")
    assert figures[0]["layout"]["yaxis"]["range"] == pytest.approx([0, highest])


def points(monkeypatch: pytest.MonkeyPatch, *given: Any, **more: Any) -> dict[str, Any]:
    """What a map is made of."""
    figures: list[dict[str, Any]] = []
    monkeypatch.setattr(ui.chart, "chart", lambda figure, **_: figures.append(figure))
    point_chart(*given, key="chart", alt="A map", **more)
    return figures[0]


AT = np.array([[0.0, 1.0], [2.0, 0.0], [0.0, -1.0]])


def test_groups_of_points_are_told_apart_by_shape_and_joined_where_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    links, first, second = points(monkeypatch, list("abc"), AT, {"x": [0, 2], "y": [1]}, links=[(0, 1), (1, 2)])["data"]
    assert first["marker"]["symbol"] != second["marker"]["symbol"]
    assert (first["text"], second["text"]) == (["a", "c"], ["b"])
    np.testing.assert_array_equal(first["y"], [1, -1])
    np.testing.assert_array_equal(links["x"], [0, 2, np.nan, 2, 0, np.nan])


def test_the_title_of_a_map_stands_before_the_names_of_its_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    layout = points(monkeypatch, list("abc"), AT, {"x": [0, 1, 2]}, title="benzene")["layout"]
    assert layout["legend"]["title"]["text"] == "benzene"
    assert layout["showlegend"]
    assert not points(monkeypatch, list("abc"), AT, {"x": [0, 1, 2]})["layout"]["showlegend"]


def test_names_of_points_that_are_close_stand_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    close = np.array([[0.0, 0], [0.001, 0], [0, 0.001], [1, 1], [-1, -1]])
    sides = points(monkeypatch, ["young", "old", "she", "a", "b"], close, {"x": range(5)})["data"][0]["textposition"]
    assert len(set(sides[:3])) == 3
    assert sides[3] == sides[4] == "top center"  # nothing is near


def test_hushed_names_are_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    hushed, written = points(monkeypatch, list("abc"), AT, {"x": [0, 2], "y": [1]}, hushed=["x"])["data"]
    assert (hushed["mode"], written["mode"]) == ("markers", "markers+text")
    assert hushed["text"] == ["a", "c"]  # and shown to who points at them


def test_a_map_with_frames_has_one_scale_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    moving = points(
        monkeypatch, list("abc"), AT * np.array([0.1, 1, 3])[:, None, None], {"x": [0, 1, 2]}, links=[(0, 2)]
    )
    for axis, place in (("xaxis", 0), ("yaxis", 1)):
        low, high = moving["layout"][axis]["range"]
        least, most = 3 * AT[:, place].min(), 3 * AT[:, place].max()
        assert low < least
        assert high > most
        assert high - low < 1.5 * (most - least), "the points fill the map"
    assert moving["layout"]["yaxis"]["scaleanchor"] == "x"
    assert all(np.shape(trace["x"])[0] == 3 and trace["framed"] == ["x", "y"] for trace in moving["data"])
    assert points(monkeypatch, list("abc"), AT, {"x": [0, 1, 2]})["data"][0]["framed"] == []


def test_lines_with_frames_are_named_above(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = figure(monkeypatch, [0, 1], {"a": np.array([[0.0, 1.0], [0.0, 9.0]]), "b": [1.0, 5.0]})
    assert [trace["framed"] for trace in drawn["data"]] == [["y"], []]
    assert drawn["layout"]["showlegend"]
    assert not drawn["layout"]["annotations"]
    low, high = drawn["layout"]["yaxis"]["range"]
    assert low < 0
    assert high > 9


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda: chart({"data": [{"y": np.zeros((3, 2)), "framed": ["y"]}]}, key="c", alt="a"),
            "name the 3 frames of y",
        ),
        (lambda: chart({"data": []}, key="c", alt="a", frames=["one"], start=1), "one of the 1 frames, not 1"),
        (lambda: point_chart(["a"], AT, {}, key="c", alt="a"), "each of the 1 names"),
        (
            lambda: point_chart(["a"], AT[:1], {str(k): [0] for k in range(len(SYMBOLS) + 1)}, key="c", alt="a"),
            "at most 7 groups apart, not 8",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused(call: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
