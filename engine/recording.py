"""The way back through a training: any step of a run again, from the checkpoint before it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from engine.checks import check_integer
from engine.training import Progress, Step, Training


class Recording:
    """A run that can be gone back in. It keeps some checkpoints, evenly spaced, and computes the rest again.

    When there are too many, every second is dropped and they stand twice as far apart: memory stays bounded.
    """

    ROOM = 32  # checkpoints

    def __init__(self, training: Training) -> None:
        self.training = training
        self._every = 8  # steps from one checkpoint to the next
        start = training.start()
        self._kept = {0: start}  # steps → progress
        self._rates = {0: training.optimizer.learning_rate}  # from this step on → learning rate
        self.next = training.step(start)
        self._near: Progress | None = None  # where the last replay has come to

    @property
    def steps(self) -> int:
        """How many have been taken."""
        return self.next.before.steps

    def step(self) -> Step:
        """Takes the step that comes next, and computes the one after it."""
        taken, progress = self.next, self.next.after
        if progress.steps % self._every == 0:
            self._kept[progress.steps] = progress
            if len(self._kept) > self.ROOM:
                self._every *= 2
                self._kept = {steps: kept for steps, kept in self._kept.items() if steps % self._every == 0}
        self.next = self._at(progress.steps).step(progress)
        return taken

    def set_rate(self, learning_rate: float) -> None:
        """Another learning rate, from the step that comes next."""
        self.plan({self.steps: learning_rate})

    def plan(self, rates: Mapping[int, float]) -> None:
        """Learning rates to come, from which step on which: with those of another run, this is the same run again."""
        for steps, rate in rates.items():
            check_integer("steps", steps, least=self.steps)
            replace(self.training.optimizer, learning_rate=rate)  # raises for what is no rate
        past = {at: rate for at, rate in self._rates.items() if at <= self.steps}
        self._rates = past | dict(rates)
        self.next = self._at(self.steps).step(self.next.before)

    def again(self, steps: int) -> Step:
        """The step that came after so many, computed once more. The run itself does not move."""
        if not 0 <= steps <= self.steps:
            raise ValueError(f"the run has the steps 0 … {self.steps}, not {steps}")
        if steps == self.steps:
            return self.next
        for _ in self.approach(steps):
            pass
        return self._at(steps).step(self._nearest(steps))

    def approach(self, steps: int) -> Iterator[None]:
        """Computes what `again` needs for that step, and stops after every step on the way."""
        if not 0 <= steps <= self.steps:
            raise ValueError(f"the run has the steps 0 … {self.steps}, not {steps}")
        if steps == self.steps:
            return  # `next` is there
        progress = self._nearest(steps)
        while progress.steps < steps:
            progress = self._near = self._at(progress.steps).step(progress).after
            yield

    def _nearest(self, steps: int) -> Progress:
        """The last progress before that step, or at it, that is at hand."""
        kept = self._kept[max(at for at in self._kept if at <= steps)]
        return self._near if self._near and kept.steps < self._near.steps <= steps else kept

    def back_to(self, steps: int) -> None:
        """Forgets all that came after so many steps: the run goes on from there."""
        self.next = self.again(steps)
        self._near = None
        self._kept = {at: kept for at, kept in self._kept.items() if at <= steps}
        self._rates = {at: rate for at, rate in self._rates.items() if at <= steps}

    def rate_at(self, steps: int) -> float:
        """The learning rate of the step that comes after so many."""
        return self._rates[max(at for at in self._rates if at <= steps)]

    def rates(self, steps: int) -> list[tuple[int, float]]:
        """From which step on which learning rate, up to this step: the first, and every change."""
        told: list[tuple[int, float]] = []
        for at, rate in sorted(self._rates.items()):
            if at <= steps and (not told or told[-1][1] != rate):
                told.append((at, rate))
        return told

    def _at(self, steps: int) -> Training:
        """The training with the learning rate that holds after so many steps."""
        return replace(self.training, optimizer=replace(self.training.optimizer, learning_rate=self.rate_at(steps)))
