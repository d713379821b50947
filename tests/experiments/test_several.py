"""Experiments that take long: nothing is computed before the first part is asked for."""

from collections.abc import Callable
from typing import Any

import pytest

from experiments.lstm import carousel, recall, sequences
from experiments.recurrent.real import RealSpec
from experiments.simple_rnn import replaced


@pytest.mark.parametrize(
    ("home", "name", "show", "spec"),
    [
        (carousel, "show", recall.show, recall.RecallSpec()),
        (RealSpec, "values", sequences.show, RealSpec()),
        (RealSpec, "values", replaced.show, RealSpec()),
    ],
    ids=["recall", "sequences", "replaced"],
)
def test_a_page_that_runs_again_computes_nothing(
    home: Any, name: str, show: Callable[[Any], Any], spec: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It calls `show` at every run, and goes on with the parts of the first."""

    def asked(*_: Any) -> None:
        raise RuntimeError("computed")

    monkeypatch.setattr(home, name, asked if home is carousel else property(asked))
    parts = show(spec)
    with pytest.raises(RuntimeError, match="computed"):
        next(parts)
