"""Small pictures in a table, on one fixed colour scale; in each place stand pictures that belong together."""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from ui.component import component, parcel
from ui.maps import Scale

_mount = component("sheet", "sheet/sheet.js", ("theme/tokens.css", "theme/controls.css", "sheet/sheet.css"))


def sheet(
    lines: Sequence[str],
    columns: Sequence[str],
    places: Sequence[Sequence[Sequence[NDArray[Any]]]],
    *,
    scale: Scale,
    role: str,
    key: str,
    alt: str,
) -> None:
    """Draws places[line][column], pictures of (rows, columns) each; alt says what the whole table shows."""
    if [len(line) for line in places] != [len(columns)] * len(lines):
        raise ValueError(f"places must be {len(lines)} lines of {len(columns)}, not {[len(line) for line in places]}")
    if any(values.ndim != 2 for line in places for place in line for values in place):
        raise ValueError("every picture must have 2 axes")
    pictures = [
        {"line": at, "column": column, "values": values}
        for at, line in enumerate(places)
        for column, place in enumerate(line)
        for values in place
    ]
    drawn = {"lines": list(lines), "columns": list(columns), "pictures": pictures, "role": role, "alt": alt}
    _mount(key=key, data=parcel(drawn | {"scale": {"max": scale.max, "kind": scale.kind}}))
