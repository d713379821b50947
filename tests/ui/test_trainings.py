"""Trainings over a connection: what a browser says is done, in turns, and nothing goes on for one that has gone."""

import asyncio
import json
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from starlette.websockets import WebSocketDisconnect

from ui import trainings
from ui.job import Job
from ui.trainings import Trainings


class Counting:
    """A run that counts its steps, and who computes with it at the same time."""

    computing = 0
    most = 0
    lock = threading.Lock()

    def __init__(self, settings: Mapping[str, str]) -> None:
        self.steps = 0
        self.end = int(settings.get("end", 1000))
        self.pause = float(settings.get("pause", 0.001))
        self.rates: list[tuple[int, float]] = []

    @property
    def ended(self) -> bool:
        return self.steps >= self.end

    def step(self) -> None:
        with self.lock:
            Counting.computing += 1
            Counting.most = max(Counting.most, Counting.computing)
        time.sleep(self.pause)
        self.steps += 1
        with self.lock:
            Counting.computing -= 1

    def set_rate(self, run: int, learning_rate: float) -> None:
        if learning_rate <= 0:
            raise ValueError(f"learning_rate must be above 0, not {learning_rate}")
        self.rates.append((run, learning_rate))

    def plan(self, rates: Sequence[Mapping[int, float]]) -> None:
        for run, own in enumerate(rates):
            for learning_rate in own.values():
                self.set_rate(run, learning_rate)

    def approach(self, steps: int) -> Iterator[None]:
        for _ in range(steps):
            time.sleep(self.pause)
            yield

    def back_to(self, steps: int) -> None:
        self.steps = steps

    def watch(self, wanted: Mapping[str, Any]) -> None:
        self.watched = wanted["example"]

    def picture(self, steps: int | None = None) -> dict[str, Any]:
        at = self.steps if steps is None else steps
        return {"steps": at, "rates": self.rates, "values": np.arange(3, dtype=np.float32)}

    def scene(self, run: int, layer: int, steps: int) -> bytes:
        return bytes([run, layer, steps])


class Socket:
    """A browser's end: what it sends is put in, what it gets is kept."""

    def __init__(self, origin: str | None = "http://here", host: str = "one", lesson: str = "counting") -> None:
        self.headers = {"host": "here"} | ({"origin": origin} if origin else {})
        self.path_params = {"lesson": lesson}
        self.client = SimpleNamespace(host=host)
        self.to_server: asyncio.Queue[Any] = asyncio.Queue()
        self.got: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.accepted = False
        self.closed: int | None = None

    async def accept(self) -> None:
        self.accepted = True

    async def close(self, code: int = 1000) -> None:
        self.closed = code

    async def receive_text(self) -> str:
        message = await self.to_server.get()
        if isinstance(message, Exception):
            raise message
        return message

    async def send_bytes(self, data: bytes) -> None:
        length = int(np.frombuffer(data[:4], "<u4")[0])
        self.got.put_nowait(json.loads(data[8 : 8 + length]))

    def say(self, do: str, **more: Any) -> None:
        self.to_server.put_nowait(json.dumps({"do": do, **more}))

    async def hear(self) -> dict[str, Any]:
        message = await asyncio.wait_for(self.got.get(), 10)
        self.say("drawn")
        return message


def counting(lesson: str, settings: Mapping[str, str]) -> Counting:
    return Counting(settings)


def talk(
    *browsers: Callable[[Socket], Awaitable[None]],
    begin: Callable[[str, Mapping[str, str]], Any] = counting,
    lesson: str = "counting",
) -> Trainings:
    """Each browser talks to the same server, on a thread with an event loop of its own."""
    server = Trainings(begin)

    async def one(browser: Callable[[Socket], Awaitable[None]]) -> None:
        socket = Socket(lesson=lesson)
        serving = asyncio.create_task(server.endpoint(socket))  # type: ignore[arg-type]
        await browser(socket)
        socket.to_server.put_nowait(WebSocketDisconnect())
        await asyncio.wait_for(serving, 5)

    async def all_() -> None:
        await asyncio.gather(*map(one, browsers))

    with ThreadPoolExecutor(1) as other:  # the browser tests leave Playwright's event loop running in this one
        other.submit(asyncio.run, all_()).result()
    assert not server.open
    return server


def test_it_plays_pauses_and_steps() -> None:
    async def browser(socket: Socket) -> None:
        socket.say("begin", settings={})
        assert (await socket.hear())["steps"] == 0
        socket.say("play", pace=4)
        seen = [(await socket.hear())["steps"] for _ in range(5)]
        assert seen == [4, 8, 12, 16, 20]
        socket.say("pause")
        while (last := await socket.hear())["playing"]:
            pass
        await asyncio.sleep(0.2)
        assert socket.got.empty()
        socket.say("step")
        assert (await socket.hear())["steps"] == last["steps"] + 1
        socket.say("show", steps=2)
        assert (await socket.hear())["steps"] == 2
        socket.say("back", steps=3)
        assert (await socket.hear())["steps"] == 3
        socket.say("scene", run=0, layer=1, steps=2)
        assert (await socket.hear())["kind"] == "scene"

    talk(browser)


def test_the_time_of_computing_is_part_of_the_time_between_two_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trainings, "PICTURES", 10)

    async def browser(socket: Socket) -> None:
        socket.say("begin", settings={"pause": "0.04"})
        await socket.hear()
        socket.say("play", pace=2)  # 80 ms of computing, in slices: 100 ms a picture, not 180
        await socket.hear()
        begun = time.monotonic()
        for _ in range(6):
            await socket.hear()
        assert 0.55 < time.monotonic() - begun < 0.9

    talk(browser)


def test_a_pause_acts_between_two_slices() -> None:
    async def browser(socket: Socket) -> None:
        socket.say("begin", settings={"pause": "0.01"})
        await socket.hear()
        socket.say("play", pace=64)  # a picture would take 0.64 s
        await asyncio.sleep(0.1)
        begun = time.monotonic()
        socket.say("pause")
        steps = (await socket.hear())["steps"]
        assert time.monotonic() - begun < 0.3
        assert steps < 64

    talk(browser)


def test_a_run_begins_with_the_rates_that_it_is_to_have() -> None:
    async def browser(socket: Socket) -> None:
        socket.say("begin", settings={}, rates=[[[0, 0.1], [98, 0.3]], [[0, 0.5]]])
        assert (await socket.hear())["rates"] == [[0, 0.1], [0, 0.3], [1, 0.5]]
        for rates in ([[[0, -1]]], [[0, 1]], [["x"]], 3, {"a": 1}):
            socket.say("begin", settings={}, rates=rates)
            assert (await socket.hear())["kind"] == "refused"
        socket.say("step")
        assert (await socket.hear())["steps"] == 1  # the run before is still there

    talk(browser)


def test_nothing_is_computed_for_a_browser_that_does_not_draw() -> None:
    async def browser(socket: Socket) -> None:
        socket.say("begin", settings={})
        await socket.hear()
        socket.say("play", pace=1)
        await asyncio.wait_for(socket.got.get(), 5)  # heard, and never drawn
        await asyncio.sleep(0.3)
        assert socket.got.empty()
        socket.say("drawn")
        assert (await socket.hear())["steps"] == 2

    talk(browser)


def test_at_most_two_compute_at_once_and_all_have_their_turn() -> None:
    Counting.most = 0
    heard: list[list[int]] = [[] for _ in range(5)]

    def browser(number: int) -> Callable[[Socket], Awaitable[None]]:
        async def one(socket: Socket) -> None:
            socket.say("begin", settings={"pause": "0.004"})
            await socket.hear()
            socket.say("play", pace=1)
            end = time.monotonic() + 1.5
            while time.monotonic() < end:
                message = await socket.hear()
                heard[number].append(message["sharing"])

        return one

    talk(*map(browser, range(5)))
    assert Counting.most == 2
    assert min(map(len, heard)) >= 10
    assert max(map(max, heard)) == 5  # each knows how many there are


def test_where_more_train_than_compute_they_share_the_pictures_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trainings, "PICTURES", 10)  # so few that any machine could give all of them
    heard = [0] * 4

    def browser(number: int) -> Callable[[Socket], Awaitable[None]]:
        async def one(socket: Socket) -> None:
            socket.say("begin", settings={})
            await socket.hear()
            socket.say("play", pace=1)
            await asyncio.sleep(0.3)  # until all play
            end = time.monotonic() + 1
            while time.monotonic() < end:
                await socket.hear()
                heard[number] += 1

        return one

    talk(*map(browser, range(4)))
    assert max(heard) <= 7


def test_long_experiments_share_the_line_and_are_counted() -> None:
    def parts() -> Iterator[int]:
        while True:
            time.sleep(0.004)
            yield 1

    job = Job(parts())

    async def browser(socket: Socket) -> None:
        socket.say("begin", settings={})
        assert (await socket.hear())["sharing"] == 0
        socket.say("play", pace=1)
        assert (await socket.hear())["sharing"] == 1
        job.go()
        assert [(await socket.hear())["sharing"] for _ in range(3)][-1] == 2
        job.stop()
        await asyncio.sleep(0.2)
        await socket.hear()
        assert (await socket.hear())["sharing"] == 1

    try:
        talk(browser)
    finally:
        job.stop()


def test_a_browser_that_does_not_draw_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A laptop that sleeps, or somebody who only says "play", takes no share from those who look."""
    monkeypatch.setattr(trainings, "ASLEEP", 0.2)
    counted: list[int] = []

    async def asleep(socket: Socket) -> None:
        socket.say("begin", settings={})
        await socket.hear()
        socket.say("play", pace=1)
        await socket.got.get()  # and never says that it is drawn
        await asyncio.sleep(1.2)

    async def awake(socket: Socket) -> None:
        socket.say("begin", settings={})
        await socket.hear()
        socket.say("play", pace=1)
        end = time.monotonic() + 1
        while time.monotonic() < end:
            counted.append((await socket.hear())["sharing"])

    talk(asleep, asleep, awake)
    assert counted[-1] == 1


def test_a_run_ends_by_itself() -> None:
    async def browser(socket: Socket) -> None:
        socket.say("begin", settings={"end": "6"})
        await socket.hear()
        socket.say("play", pace=4)
        assert [(await socket.hear())["steps"] for _ in range(2)] == [4, 6]
        await asyncio.sleep(0.1)
        assert socket.got.empty()

    talk(browser)


def test_a_closed_tab_ends_its_training() -> None:
    runs: list[Counting] = []

    async def all_() -> None:
        server = Trainings(lambda lesson, settings: runs.append(Counting(settings)) or runs[-1])  # type: ignore[func-returns-value]
        socket = Socket()
        serving = asyncio.create_task(server.endpoint(socket))  # type: ignore[arg-type]
        socket.say("begin", settings={})
        await socket.hear()
        socket.say("play", pace=1)
        await socket.hear()
        socket.to_server.put_nowait(WebSocketDisconnect())
        await asyncio.wait_for(serving, 5)
        steps = runs[0].steps
        await asyncio.sleep(0.2)
        assert runs[0].steps == steps
        assert server.computing == 0

    with ThreadPoolExecutor(1) as other:
        other.submit(asyncio.run, all_()).result()


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"do": "play", "pace": 0}, "pace must be 1 … 64"),
        ({"do": "play", "pace": 10**9}, "pace must be 1 … 64"),
        ({"do": "rate", "run": 0, "value": -1}, "learning_rate must be above 0"),
        ({"do": "rate", "run": "x", "value": 1}, "invalid literal"),
        ({"do": "show"}, "steps"),
    ],
)
def test_what_cannot_be_is_answered_with_the_rule(message: dict[str, Any], words: str) -> None:
    async def browser(socket: Socket) -> None:
        socket.say("begin", settings={})
        await socket.hear()
        socket.to_server.put_nowait(json.dumps(message))
        answer = await socket.hear()
        assert answer["kind"] == "refused"
        assert words in answer["why"]
        socket.say("step")
        assert (await socket.hear())["steps"] == 1

    talk(browser)


@pytest.mark.parametrize(
    "text", ["no json", "[]", "null", '{"do": "fly"}', '{"do": 3}', '{"do": ["begin"]}', "x" * 10**6]
)
def test_what_is_no_message_is_passed_over(text: str) -> None:
    async def browser(socket: Socket) -> None:
        socket.to_server.put_nowait(text)
        socket.say("begin", settings={})
        assert (await socket.hear())["steps"] == 0

    talk(browser)


def test_nothing_but_begin_comes_first() -> None:
    async def browser(socket: Socket) -> None:
        socket.say("play", pace=1)
        assert (await socket.hear())["why"] == "nothing has begun"

    talk(browser)


@pytest.mark.parametrize("origin", [None, "http://elsewhere", "http://here.evil.org", "http://[", "null"])
def test_other_pages_are_turned_away(origin: str | None) -> None:
    async def all_() -> Socket:
        socket = Socket(origin)
        await Trainings(lambda lesson, settings: Counting(settings)).endpoint(socket)  # type: ignore[arg-type]
        return socket

    with ThreadPoolExecutor(1) as other:
        socket = other.submit(asyncio.run, all_()).result()
    assert not socket.accepted
    assert socket.closed == 1008


def test_a_full_server_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trainings, "CONNECTIONS", 0)

    async def all_() -> Socket:
        socket = Socket()
        await Trainings(lambda lesson, settings: Counting(settings)).endpoint(socket)  # type: ignore[arg-type]
        return socket

    with ThreadPoolExecutor(1) as other:
        socket = other.submit(asyncio.run, all_()).result()
    assert socket.accepted  # or the browser would not hear the reason
    assert socket.closed == 1013


def test_one_address_cannot_have_all_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trainings, "OF_ONE_ADDRESS", 2)

    async def all_() -> list[Socket]:
        server = Trainings(lambda lesson, settings: Counting(settings))
        sockets = [Socket(host=host) for host in ("one", "one", "one", "other")]
        serving = []
        for socket in sockets:
            serving.append(asyncio.create_task(server.endpoint(socket)))  # type: ignore[arg-type]
            await asyncio.sleep(0.05)
        for socket in sockets:
            socket.to_server.put_nowait(WebSocketDisconnect())
        await asyncio.wait_for(asyncio.gather(*serving), 5)
        again = Socket(host="one")
        again.to_server.put_nowait(WebSocketDisconnect())
        await asyncio.wait_for(server.endpoint(again), 5)  # type: ignore[arg-type]
        return [*sockets, again]

    with ThreadPoolExecutor(1) as other:
        sockets = other.submit(asyncio.run, all_()).result()
    assert [socket.closed == 1013 for socket in sockets] == [False, False, True, False, False]


def test_far_replays_do_not_keep_others_waiting() -> None:
    answered: list[float] = []

    async def far(socket: Socket) -> None:
        socket.say("begin", settings={"pause": "0.005"})
        await socket.hear()
        socket.say("show", steps=200)  # a second of computing
        assert (await socket.hear())["steps"] == 200

    async def near(socket: Socket) -> None:
        socket.say("begin", settings={})
        await socket.hear()
        await asyncio.sleep(0.2)  # both others compute
        begun = time.monotonic()
        socket.say("step")
        await socket.hear()
        answered.append(time.monotonic() - begun)

    talk(far, far, near)
    assert answered[0] < 0.4


def test_every_answer_names_the_play_that_it_knows_of() -> None:
    """A picture that was sent before a play says that it rests: that is not the end of the play."""

    async def browser(socket: Socket) -> None:
        socket.say("begin", settings={})
        assert (await socket.hear())["played"] == 0
        socket.say("play", pace=4, until=4, number=7)
        assert (await socket.hear())["played"] == 7

    talk(browser)


def test_it_plays_up_to_a_step_and_no_further() -> None:
    async def browser(socket: Socket) -> None:
        socket.say("begin", settings={})
        await socket.hear()
        socket.say("play", pace=4, until=10)
        heard = [await socket.hear() for _ in range(3)]
        assert [message["steps"] for message in heard] == [4, 8, 10]
        assert [message["playing"] for message in heard] == [True, True, False]
        socket.say("play", pace=4)
        assert (await socket.hear())["steps"] == 14

    talk(browser)


def test_every_answer_names_the_run_that_it_is_of() -> None:
    async def browser(socket: Socket) -> None:
        socket.say("begin", settings={}, number=1)
        assert (await socket.hear())["begun"] == 1
        socket.say("begin", settings={}, number=2)
        assert (await socket.hear())["begun"] == 2
        socket.say("scene", run=0, layer=1, steps=0)
        scene = await socket.hear()
        assert (scene["begun"], scene["run"], scene["layer"], scene["steps"]) == (2, 0, 1, 0)

    talk(browser)


def test_one_that_pours_and_leaves_is_let_go() -> None:
    async def browser(socket: Socket) -> None:
        socket.say("begin", settings={})
        await socket.hear()
        for _ in range(500):
            socket.say("drawn")

    talk(browser)
