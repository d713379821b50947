"""Early stopping: a training ends when its validation loss has not become better for a while.

    better      loss < best − min_delta          then the best is kept, and the waiting begins anew
    stop        so many losses in a row were not better: patience

Names, defaults and rules are those of Keras, for a loss, which is better if smaller, and without a baseline. A patience
of 0 stops at the first loss that is not better, as 1 does. NaN and infinity are never better. Watching is a function of
what was watched before, so a run can be gone back in: `EarlyStopping.watch` gives a new `Watched`, and stores nothing.

Prechelt 1998, "Early stopping — but when?", doi:10.1007/3-540-49430-8_3
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

from engine.checks import check_flag, check_integer, check_number


class Watched(NamedTuple):
    """What early stopping knows after some losses."""

    losses: int = 0  # how many it has seen
    best: float = float("inf")
    best_at: int | None = None  # which of them, from 0; None before the first
    waited: int = 0  # losses since, none of them better
    kept: Any = None  # where the training stood at the best; None unless it is to be restored
    stopped: bool = False


@dataclass(frozen=True)
class EarlyStopping:
    """`watched = stopping.watch(watched, loss, progress)` after every epoch, until `watched.stopped`."""

    min_delta: float = 0.0
    patience: int = 0
    restore_best_weights: bool = False
    start_from_epoch: int = 0  # the losses before are not looked at

    def __post_init__(self) -> None:
        check_number("min_delta", self.min_delta, least=0)
        check_integer("patience", self.patience, least=0)
        check_flag("restore_best_weights", self.restore_best_weights)
        check_integer("start_from_epoch", self.start_from_epoch, least=0)

    def watch(self, before: Watched, loss: float, progress: Any) -> Watched:
        """One loss more. `progress` is where the training stands; it is kept, not copied, if it is the best."""
        if before.stopped:
            raise ValueError(f"this training has been stopped after {before.losses} losses")
        seen = before._replace(losses=before.losses + 1)
        if before.losses < self.start_from_epoch:
            return seen
        # loss < best − min_delta;  the first number of all is better than none
        if loss < before.best - self.min_delta:
            kept = progress if self.restore_best_weights else None
            return seen._replace(best=float(loss), best_at=before.losses, waited=0, kept=kept)
        waited = before.waited + 1
        return seen._replace(waited=waited, stopped=waited >= self.patience)

    def result(self, watched: Watched, progress: Any) -> Any:
        """Where the training ends: at its best if that is to be restored, else where it stands."""
        return watched.kept if self.restore_best_weights and watched.kept is not None else progress
