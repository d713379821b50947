"""A long computation: it can be stopped and resumed, and rests when nobody asks for it."""

import time
from collections.abc import Callable, Iterator

import pytest

from ui import job
from ui.job import Job


def counting(to: int, pause: float = 0.001) -> Iterator[int]:
    for number in range(1, to + 1):
        time.sleep(pause)
        yield number


def wait_for(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 5
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_it_runs_to_its_end() -> None:
    it = Job(counting(40))
    assert it.part is None
    it.go()
    wait_for(lambda: it.ended)
    assert it.part == 40
    assert not it.going
    it.go()
    assert not it.going


def test_it_stops_and_goes_on() -> None:
    it = Job(counting(10_000))
    it.go()
    wait_for(lambda: (it.part or 0) > 3)
    it.stop()
    time.sleep(0.1)
    at = it.part
    assert at is not None
    time.sleep(0.1)
    assert it.part == at
    it.go()
    it.go()  # twice changes nothing: no two slices at once
    wait_for(lambda: (it.part or 0) > at + 3)
    it.stop()


def test_it_rests_when_nobody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "PATIENCE", 0.1)
    it = Job(counting(10_000))
    it.go()
    time.sleep(0.4)
    at = it.part
    time.sleep(0.15)
    assert it.part == at
    assert not it.ended
    it.ask()  # its learner is back
    wait_for(lambda: it.part != at)
    it.stop()


def test_what_fails_says_so() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise ValueError("no")

    it = Job(broken())
    it.go()
    wait_for(lambda: it.ended)
    assert it.failed
    assert it.part == 1


def test_slices_of_many_are_fair() -> None:
    jobs = [Job(counting(100_000)) for _ in range(6)]
    for it in jobs:
        it.go()
    time.sleep(0.8)
    for it in jobs:
        it.stop()
    counts = [it.part or 0 for it in jobs]
    assert min(counts) > max(counts) / 4
