"""The learners of the benchmark on a real server: they must do what they say, or its figures mean nothing."""

import asyncio
from collections.abc import Iterator

import pytest

from benchmarks.classroom import Lesson, memory
from benchmarks.learner import FailedError, Learner
from benchmarks.server import Server, serve


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve() as it:
        yield it


def test_a_change_that_does_not_happen_is_an_error(server: Server) -> None:
    async def ask_for_nothing() -> None:
        learner = Learner(server.address)
        await learner.arrive()
        learner._strides = "$$ID-0-None"  # in the form of an id, and nobody's
        try:
            await learner.change()
        finally:
            await learner.leave()

    with pytest.raises(FailedError, match="strides 2 were asked for, the page shows '1'"):
        asyncio.run(ask_for_nothing())


def test_a_lost_training_is_an_error(server: Server) -> None:
    async def lose() -> tuple[str | None, str | None]:
        learner = Learner(server.address)
        await learner.arrive()
        before = learner.lost
        await learner._training.close()
        await asyncio.sleep(0.1)
        after = learner.lost
        await learner.leave()
        return before, after

    before, after = asyncio.run(lose())
    assert before is None
    assert after is not None


def test_memory_is_said_a_learner() -> None:
    figures = memory(Lesson(memory={0: 200.0, 1: 210.0, 30: 268.0}))
    assert [figure.median for figure in figures] == [200.0, 210.0, 268.0, 2.0]
