"""Maps that do not fit together are refused before a browser sees them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

import ui.maps
from experiments.scene import Scale
from experiments.shown import Picture
from ui.maps import maps


def picture(shape: tuple[int, ...], **more: Any) -> Picture:
    return Picture("y", np.zeros(shape), Scale(1), "activation", **more)


@pytest.fixture
def mounted(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    given: list[Any] = []
    monkeypatch.setattr(ui.maps, "_mount", lambda **data: given.append(data))
    return given


@pytest.mark.parametrize(
    ("frames", "start", "rule"),
    [
        (None, 0, "frames must name the 3 frames of 'y'"),
        (["a", "b"], 0, "frames must name the 3 frames of 'y'"),
        (["a", "b", "c", "d"], 0, "frames must name the 3 frames of 'y'"),
        (["a", "b", "c"], 3, "start must be one of the 3 frames, not 3"),
        (["a", "b", "c"], -1, "start must be one of the 3 frames, not -1"),
    ],
)
def test_every_frame_has_its_caption(frames: Sequence[str] | None, start: int, rule: str, mounted: list[Any]) -> None:
    with pytest.raises(ValueError, match=rule):
        maps([picture((4, 5)), picture((3, 4, 5))], key="maps", alt="maps", frames=frames, start=start)
    assert not mounted


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        (picture((5,)), "values must have 2 axes, or 3 with frames, not 1"),
        (picture((4, 5), left_out=np.zeros((5, 4), bool)), "left_out must have the shape of values"),
        (picture((4, 5), marks=np.zeros((2, 3))), "marks must be rows of"),
    ],
)
def test_a_picture_fits_itself(wrong: Picture, rule: str, mounted: list[Any]) -> None:
    with pytest.raises(ValueError, match=rule):
        maps([wrong], key="maps", alt="maps")
    assert not mounted


def test_what_fits_is_drawn(mounted: list[Any]) -> None:
    frames = ["a", "b", "c"]
    maps([picture((4, 5)), picture((3, 4, 5), left_out=np.zeros((4, 5), bool))], key="maps", alt="maps", frames=frames)
    assert len(mounted) == 1
