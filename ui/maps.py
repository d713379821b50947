"""A row of small labelled heat maps, on fixed colour scales, with frames that are played in the browser."""

from collections.abc import Sequence
from typing import Any, Protocol

from numpy.typing import NDArray

from ui.component import component, parcel

_mount = component("maps", "maps/maps.js", ("theme/tokens.css", "theme/controls.css", "maps/maps.css"))


class Scale(Protocol):
    """A colour scale that depends on settings, never on the numbers drawn."""

    @property
    def max(self) -> float: ...
    @property
    def kind(self) -> str: ...  # "signed", "brightness", "magnitude", "log" or "label"


class Picture(Protocol):
    """One matrix, or one a frame. What experiments hand over has this shape (experiments.shown.Picture)."""

    @property
    def label(self) -> str: ...
    @property
    def values(self) -> NDArray[Any]: ...  # (rows, columns) or (frames, rows, columns)
    @property
    def scale(self) -> Scale: ...
    @property
    def role(self) -> str: ...  # "input", "weight", "activation" or "gradient"
    @property
    def left_out(self) -> NDArray[Any] | None: ...  # cells that mean nothing: the shape of values, or of one frame
    @property
    def marks(self) -> NDArray[Any] | None: ...  # (n, 4)  row, column, height, width of places that are framed
    @property
    def sparse(self) -> bool: ...  # each cell that is not exactly 0 is a dot
    @property
    def printed(self) -> bool: ...  # whole numbers, written in their cells
    @property
    def struck(self) -> str: ...  # what is said of the cells that are left out


def maps(
    pictures: Sequence[Picture],
    *,
    key: str,
    alt: str,
    frames: Sequence[str] | None = None,
    start: int = 0,
    linked: str = "",
) -> None:
    """Draws the pictures side by side.

    frames is a caption a frame, start the one that is shown first; alt says what the whole row shows, each picture's
    own name says what it shows now. Rows that are `linked` by the same name, with as many frames, move together.
    """
    if not 0 <= start < len(frames or [""]):
        raise ValueError(f"start must be one of the {len(frames or [''])} frames, not {start}")
    for picture in pictures:
        shape, left_out = picture.values.shape, picture.left_out
        if len(shape) not in (2, 3):
            raise ValueError(f"values must have 2 axes, or 3 with frames, not {len(shape)}")
        if left_out is not None and left_out.shape not in (shape, shape[-2:]):
            raise ValueError(f"left_out must have the shape of values, {shape}, not {left_out.shape}")
        marks = picture.marks
        if marks is not None and (marks.ndim != 2 or marks.shape[1] != 4):
            raise ValueError(f"marks must be rows of row, column, height, width, not of shape {marks.shape}")
        if len(shape) == 3 and (frames is None or len(frames) != shape[0]):
            raise ValueError(f"frames must name the {shape[0]} frames of {picture.label!r}")
    drawn = [
        {
            "label": picture.label,
            "role": picture.role,
            "scale": {"max": picture.scale.max, "kind": picture.scale.kind},
            "values": picture.values,
            "leftOut": picture.left_out,
            "marks": picture.marks,
            "sparse": picture.sparse,
            "printed": picture.printed,
            "struck": picture.struck,
        }
        for picture in pictures
    ]
    captions = None if frames is None else list(frames)
    _mount(key=key, data=parcel({"maps": drawn, "frames": captions, "start": start, "linked": linked, "alt": alt}))
