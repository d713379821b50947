"""What a lens's browser may send: anything. An edit is taken, all else is not."""

from typing import Any

import pytest

from ui.lens import CellEdit, _parsed

EDIT = {"grid": "w", "cell": 4, "value": 2.5, "final": True}


def test_an_edit_is_taken() -> None:
    assert _parsed(EDIT) == CellEdit("w", 4, 2.5, True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": float("nan")}, {"value": float("inf")}, {"value": -float("inf")}, {"value": "x"}, {"value": None},
        {"cell": -1}, {"cell": None}, {"cell": float("inf")}, {"cell": float("nan")},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_no_edit_is_refused(wrong: dict[str, Any]) -> None:
    assert _parsed(EDIT | wrong) is None


@pytest.mark.parametrize("sent", [None, 3, "w4:2", {}, {"grid": "w"}])
def test_what_has_no_fields_is_refused(sent: Any) -> None:
    assert _parsed(sent) is None
