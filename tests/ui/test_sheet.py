"""A table of small pictures: every place has its line and its column."""

import numpy as np
import pytest

from experiments.scene import Scale
from ui.sheet import sheet


@pytest.mark.parametrize(
    ("places", "rule"),
    [
        ([[[np.zeros((3, 3))]]], "places must be 1 lines of 2, not"),
        ([[[np.zeros((3, 3))], []], [[], []]], "places must be 1 lines of 2, not"),
        ([[[np.zeros(3)], []]], "every picture must have 2 axes"),
    ],
)
def test_places_must_fit_the_table(places: list, rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        sheet(["line"], ["one", "other"], places, scale=Scale(1), role="input", key="sheet", alt="a table")
