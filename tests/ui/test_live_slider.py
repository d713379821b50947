"""What a slider's browser may send: anything."""

from typing import Any

import pytest
import streamlit as st

import ui.live_slider
from ui.live_slider import live_slider


def heard(sent: Any, monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, bool]]:
    """The calls of on_change, once this has arrived."""
    mounted: dict[str, Any] = {}
    calls: list[tuple[float, bool]] = []
    monkeypatch.setattr(ui.live_slider, "_mount", lambda **given: mounted.update(given))
    monkeypatch.setattr(st, "session_state", {"key": {"moved": sent}})
    live_slider(
        "angle",
        min=10,
        max=20,
        step=1,
        value=15,
        key="key",
        on_change=lambda value, final: calls.append((value, final)),
    )
    mounted["on_moved_change"]()
    return calls


@pytest.mark.parametrize(
    ("value", "taken"), [(12, 12), (9.9, 10), (20.1, 20), (-1e9, 10), (float("inf"), 20), (float("nan"), 10)]
)
@pytest.mark.parametrize("final", [True, False])
def test_a_value_lies_within(value: float, taken: float, final: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    assert heard({"value": value, "final": final}, monkeypatch) == [(taken, final)]


@pytest.mark.parametrize(
    "sent", [None, 3, {}, {"value": 12}, {"value": "x", "final": True}, {"value": 10**400, "final": 1}]
)
def test_what_is_no_value_is_not_heard(sent: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert heard(sent, monkeypatch) == []
