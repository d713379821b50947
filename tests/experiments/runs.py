"""What tests of experiments share: how a long one ends, and what it shows of a result that was made by hand."""

from collections.abc import Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any, TypeVar

import numpy as np
import pytest

from experiments.shown import Lines, Maps, Shown, Table

Result = TypeVar("Result")


def last(results: Iterator[tuple[float, Result | None]]) -> Result:
    """What there is in the end; the share that is done never falls, and reaches 1."""
    done, found = 0.0, None
    for share, result in results:
        assert done <= share <= 1
        done, found = share, found if result is None else result
    assert done == 1
    assert found is not None
    return found


def shown(module: ModuleType, training: str, result: Any, spec: Any = None) -> Shown:
    """What `module.show` makes of this result, in place of what its function `training` would have found."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, training, lambda *_, **__: iter([(1.0, result)]))
        (part,) = module.show(spec)
    assert part.done == 1
    assert part.shown is not None
    return part.shown


def lines(row: Any) -> dict[str, list[float]]:
    """The values of a chart's lines."""
    assert isinstance(row, Lines)
    return {name: [float(value) for value in values] for name, values in row.lines.items()}


def at(row: Any) -> list[float]:
    """Where they stand."""
    assert isinstance(row, Lines)
    return [float(place) for place in row.at]


def cells(row: Any) -> Mapping[str, Sequence[str] | Sequence[int]]:
    """A table's columns."""
    assert isinstance(row, Table)
    return row.columns


def pictures(row: Any) -> dict[str, np.ndarray]:
    """A row of small pictures: label → values."""
    assert isinstance(row, Maps)
    return {picture.label: picture.values for picture in row.pictures}
