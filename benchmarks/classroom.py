"""A class on one server: what thirty learners wait for who each change something every two seconds, and what they cost.

Once nobody trains, once five of them let the page's network learn. A change is the next place of a dragged slider, or
another stride, which runs the whole page; either is as likely. The learners are one process of their own
(benchmarks/learner.py).

Run as `python -m benchmarks.classroom`; `--quick` only shows that everything works.
"""

import asyncio
import random
import time
from dataclasses import dataclass, field

import numpy as np

from benchmarks.learner import FAILURES, Learner
from benchmarks.report import Figure, asked_to_be_quick, machine, publish, table
from benchmarks.server import READY, Server, serve

EVERY = 2.0  # seconds from one change of a learner to the next
FASTEST = 64  # steps a picture: a training that computes all the time
STOPPED = 0.5  # seconds in which a closed training must have come to rest
WINDOW = 0.005  # seconds: how exactly its end is seen
BUSY = 0.15  # of a core: an idle server takes some hundredths


@dataclass(frozen=True)
class Effort:
    learners: int = 30
    trainings: int = 5
    seconds: float = 30.0
    closings: int = 20


QUICK = Effort(learners=4, trainings=2, seconds=4.0, closings=2)


@dataclass
class Lesson:
    """What the learners of one lesson have waited for."""

    arrivals: list[float] = field(default_factory=list)  # seconds
    drags: list[float] = field(default_factory=list)
    changes: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    pictures: list[float] = field(default_factory=list)  # a second, of each training
    worked: float = 0.0  # processor time of the server, a second
    memory: dict[int, float] = field(default_factory=dict)  # learners → megabytes

    def figures(self, which: str, budget: str) -> list[Figure]:
        def milliseconds(what: str, values: list[float], budget: str) -> Figure:
            return Figure.of(f"{which}: {what}", "ms", [1000 * value for value in values], budget)

        each = len(self.drags) + len(self.changes)
        return [
            milliseconds("all open the page at once → page complete", self.arrivals, ""),
            milliseconds("slider dragged → picture sent", self.drags, budget),
            milliseconds("another stride → page complete", self.changes, budget),
            Figure(f"{which}: errors", "", each, len(self.errors), budget="0"),
            Figure(f"{which}: processor time of the server a second", "s", 1, self.worked),
        ]


async def hold(server: Server, effort: Effort, trainings: int) -> Lesson:
    """Thirty arrive at once, and then change something every two seconds; so many of them also train."""
    lesson = Lesson()
    await asyncio.sleep(READY)
    lesson.memory[0] = server.memory
    first, *others = learners = [Learner(server.address) for _ in range(effort.learners)]
    await first.arrive()
    await first.change()
    lesson.memory[1] = server.memory
    lesson.arrivals = list(await asyncio.gather(*(learner.arrive() for learner in others)))
    await asyncio.sleep(EVERY)
    lesson.memory[len(learners)] = server.memory
    watched = learners[:trainings]
    for learner in watched:
        await learner.say(do="play", pace=1)
    await asyncio.sleep(EVERY)
    drawn, worked, begun = [learner.pictures for learner in watched], server.worked, time.perf_counter()
    rngs = [random.Random(seed) for seed in range(len(learners))]
    until = begun + effort.seconds
    await asyncio.gather(*(take_part(*each, until, lesson) for each in zip(learners, rngs, strict=True)))
    seconds = time.perf_counter() - begun
    lesson.worked = (server.worked - worked) / seconds
    lesson.pictures = [(learner.pictures - n) / seconds for learner, n in zip(watched, drawn, strict=True)]
    lesson.errors += [learner.lost for learner in learners if learner.lost]
    await asyncio.gather(*(learner.leave() for learner in learners), return_exceptions=True)
    return lesson


async def take_part(learner: Learner, rng: random.Random, until: float, lesson: Lesson) -> None:
    await asyncio.sleep(rng.uniform(0, EVERY))
    while (begun := time.perf_counter()) < until:
        try:
            if rng.random() < 0.5:
                lesson.drags.append(await learner.drag())
            else:
                lesson.changes.append(await learner.change())
        except FAILURES as error:
            lesson.errors.append(f"{type(error).__name__}: {error}")
        await asyncio.sleep(max(0.0, begun + EVERY - time.perf_counter()))


async def closings(server: Server, times: int) -> list[float]:
    """Seconds from the closing of a training's connection to the last moment at which the server computes."""
    await asyncio.sleep(READY)
    taken = []
    for _ in range(times):
        learner = Learner(server.address)
        await learner.arrive()
        await learner.say(do="play", pace=FASTEST)
        await asyncio.sleep(1)
        if await busy(server, STOPPED) < BUSY:
            raise RuntimeError("the training does not compute: there is nothing whose end could be seen")
        begun = last = time.perf_counter()
        closing = asyncio.create_task(learner.close_training())
        while time.perf_counter() < begun + STOPPED:
            if await busy(server, WINDOW) > BUSY:
                last = time.perf_counter()
        await closing
        await learner.leave()
        taken.append(last - begun)
    return taken


async def busy(server: Server, seconds: float) -> float:
    """The share of one core that the server takes in the next so many seconds."""
    worked, begun = server.worked, time.perf_counter()
    await asyncio.sleep(seconds)
    return (server.worked - worked) / (time.perf_counter() - begun)


def memory(lesson: Lesson) -> list[Figure]:
    least, one, many = lesson.memory.items()
    each = (many[1] - one[1]) / (many[0] - 1)
    return [
        Figure("memory of the server before the first learner", "MB", 1, least[1], budget="≤ 400 MB"),
        Figure("memory of the server, one learner", "MB", 1, one[1], budget="≤ 400 MB"),
        Figure(f"memory of the server, {many[0]} learners", "MB", 1, many[1], budget="≤ 400 MB"),
        Figure("memory a further learner", "MB", many[0] - 1, each, budget="≤ 5 MB"),
    ]


def main() -> None:
    quick = asked_to_be_quick(__doc__)
    effort = QUICK if quick else Effort()
    with serve() as server:
        nobody = asyncio.run(hold(server, effort, 0))
    with serve() as server:
        some = asyncio.run(hold(server, effort, effort.trainings))
    with serve() as server:
        stops = asyncio.run(closings(server, effort.closings))
    training = f"{effort.trainings} train"
    rates = [
        Figure.of(f"{training}: pictures a second that each gets", "/s", some.pictures, "alone: ≥ 30 /s"),
        Figure(f"{training}: the slowest of them", "/s", 1, float(np.min(some.pictures))),
        Figure.of(
            "training's connection closed → it computes no more", "ms", [1000 * stop for stop in stops], "p95 ≤ 100"
        ),
    ]
    for error in nobody.errors + some.errors:
        print(error)
    figures = (
        nobody.figures("nobody trains", "p95 ≤ 100") + some.figures(training, "p95 ≤ 250") + rates + memory(nobody)
    )
    where = f"{machine('streamlit', 'numpy', 'numba')}; {effort.learners} learners for {effort.seconds:g} s"
    publish("classroom", f"{where}.\n\n{table(figures)}", quick)


if __name__ == "__main__":
    main()
