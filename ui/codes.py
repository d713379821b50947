"""A plane of two numbers with a point to move: what is painted there stands beside it."""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from ui.component import component, parcel
from ui.maps import Scale

_mount = component("codes", "codes/codes.js", ("theme/tokens.css", "theme/controls.css", "codes/codes.css"))


def codes(
    names: Sequence[str],
    at: NDArray[Any],
    axes: tuple[NDArray[Any], NDArray[Any]],
    table: NDArray[Any],
    *,
    scale: Scale,
    role: str,
    label: str,
    link: str,
    key: str,
    alt: str,
) -> None:
    """names (n,) stand at places (n, 2); table (second, first, rows, columns) is painted at the places of the axes.

    link names the parameter of the address that keeps the place of the point.
    """
    first, second = axes
    if at.shape != (len(names), 2):
        raise ValueError(f"at must have two numbers for each of {len(names)} names, not the shape {at.shape}")
    if table.ndim != 4 or table.shape[:2] != (len(second), len(first)):
        raise ValueError(f"table must be of {len(second)} × {len(first)} pictures, not of shape {table.shape}")
    drawn = {"names": list(names), "at": at, "first": first, "second": second, "table": table, "role": role}
    told = {"label": label, "link": link, "alt": alt, "scale": {"max": scale.max, "kind": scale.kind}}
    _mount(key=key, data=parcel(drawn | told))
