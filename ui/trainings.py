"""Live trainings over a WebSocket: a training lives as long as the connection of the browser that watches it.

A browser says what it wants in JSON, and gets pictures as parcels of bytes. It says when a picture has been drawn;
until then no further one is computed, so that a slow browser, or one that has gone, costs nothing.

    {"do": "begin", "settings": {…}}        a run from its first step
    {"do": "play", "pace": 4}               so many steps a picture, until "pause", or "until" a step
    {"do": "step"}                          one step
    {"do": "rate", "run": 0, "value": 0.1}  another learning rate from here on
    {"do": "back", "steps": 12}             forget what came later, go on from here
    {"do": "show", "steps": 12}             the picture of an earlier step; the run stays where it is
    {"do": "watch", "example": 3}           another digit, or {"drawing": […], "label": 3}
    {"do": "scene", "run": 0, "layer": 1, "steps": 12}   the lens's scene of a layer at a step
    {"do": "drawn"}

Nothing here knows a network: what runs is whatever has the shape of `Run`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any, Protocol
from urllib.parse import urlsplit

from starlette.websockets import WebSocket, WebSocketDisconnect

from ui.component import parcel
from ui.turns import COMPUTING, LINE, SLICE

PICTURES = 36  # a second, at most: more would not be seen; where more run than compute, their share
CONNECTIONS = 240
OF_ONE_ADDRESS = 120  # a class behind one router is one address; no address may have all
FULL = 1013  # "try again later", in the WebSocket protocol
LONGEST = 8192  # bytes of a message
PACES = range(1, 65)
ASLEEP = 1.0  # seconds without an answer to a picture after which a browser is not counted

log = logging.getLogger(__name__)


class Run(Protocol):
    """A training, and every way to look at it. ValueError for what cannot be."""

    @property
    def steps(self) -> int: ...
    @property
    def ended(self) -> bool: ...
    def step(self) -> None: ...
    def set_rate(self, run: int, learning_rate: float) -> None: ...
    def approach(self, steps: int) -> Iterator[None]: ...
    def back_to(self, steps: int) -> None: ...
    def watch(self, wanted: Mapping[str, Any]) -> None: ...
    def picture(self, steps: int | None = None) -> dict[str, Any]: ...
    def scene(self, run: int, layer: int, steps: int) -> bytes: ...


class Trainings:
    """All trainings of a server: they take turns, in the order in which they asked, in slices."""

    def __init__(self, begin: Callable[[str, Mapping[str, str]], Run]) -> None:
        self.begin = begin
        self.open: set[Watching] = set()

    @property
    def computing(self) -> int:
        """Trainings that play, for browsers that look, and the long experiments that share their line."""
        return sum(watching.goes_on for watching in self.open) + len(LINE.jobs)

    async def endpoint(self, socket: WebSocket) -> None:
        """The route."""
        if not _same_origin(socket):
            await socket.close(1008)
            return
        if len(self.open) >= CONNECTIONS or self._of(_address(socket)) >= OF_ONE_ADDRESS:
            await socket.accept()
            await socket.close(FULL)
            return
        watching = Watching(self, socket)
        self.open.add(watching)
        try:
            await socket.accept()
            await watching.serve()
        except WebSocketDisconnect:
            pass
        except Exception:
            log.exception("a training has failed")
            await socket.close(1011)
        finally:
            self.open.discard(watching)

    def _of(self, address: str) -> int:
        """How many connections an address has."""
        return sum(_address(watching.socket) == address for watching in self.open)

    async def turn(self, work: Callable[[], Any]) -> Any:
        """Does the work on one of the threads, once it is its turn."""
        return await asyncio.get_running_loop().run_in_executor(LINE.pool, work)


class Watching:
    """One browser and its run."""

    def __init__(self, all_: Trainings, socket: WebSocket) -> None:
        self.all = all_
        self.socket = socket
        self.inbox: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue(64)
        self.run: Run | None = None
        self.gone = False  # nothing more will come
        self.begun = 0  # the browser's number of the run
        self.played = 0  # the browser's number of its last "play": a rest that was told before is not its end
        self.pace = 0  # steps a picture; 0: paused
        self.goal = 0  # steps that the picture under way is to have
        self.until: int | None = None  # the step at which it pauses by itself
        self.drawn = True  # the browser has drawn all that it was sent
        self.due = 0.0  # when the next picture may begin
        self.sent = 0.0  # when the last message went out

    @property
    def goes_on(self) -> bool:
        """It plays, and its browser draws: a laptop that sleeps takes nobody's turn."""
        return self.pace > 0 and (self.drawn or time.monotonic() < self.sent + ASLEEP)

    async def serve(self) -> None:
        reading = asyncio.create_task(self._read())
        try:
            while True:
                message = await self._next()
                if message is None:
                    return
                if message:
                    await self._answer(message)
                else:
                    await self._advance()
        finally:
            reading.cancel()

    async def _read(self) -> None:
        try:
            while True:
                message = _parsed(await self.socket.receive_text())
                if message is not None:
                    await self.inbox.put(message)
        except (WebSocketDisconnect, KeyError, TypeError):  # gone, or bytes instead of text
            pass
        finally:
            self.gone = True
            with suppress(asyncio.QueueFull):  # nobody waits at a full inbox
                self.inbox.put_nowait(None)

    async def _next(self) -> dict[str, Any] | None:
        """The next message; an empty one when it is time to go on training."""
        while True:
            if self.gone and self.inbox.empty():
                return None
            waiting = self.pace > 0 and self.drawn
            try:
                return self.inbox.get_nowait() if waiting else await self.inbox.get()
            except asyncio.QueueEmpty:
                rest = 0 if self.goal else self.due - time.monotonic()
                if rest <= 0:
                    return {}
                try:
                    return await asyncio.wait_for(self.inbox.get(), rest)
                except TimeoutError:
                    continue

    async def _advance(self) -> None:
        """A slice of training; a picture, when its steps are done."""
        run = self.run
        assert run is not None

        def work() -> None:
            end = time.monotonic() + SLICE
            while run.steps < self.goal and not run.ended and time.monotonic() < end:
                run.step()

        if self.goal <= run.steps:
            crowd = max(1.0, self.all.computing / COMPUTING)  # a learner who only reads the page comes first
            self.due = time.monotonic() + crowd / PICTURES
            self.goal = run.steps + self.pace if self.until is None else min(run.steps + self.pace, self.until)
        await self.all.turn(work)
        if run.ended or (self.until is not None and run.steps >= self.until):
            self.pace = 0
        if run.steps >= self.goal or run.ended:
            self.goal = 0
            await self._send(run.picture)

    async def _answer(self, message: dict[str, Any]) -> None:
        try:
            await ANSWERS[message["do"]](self, message)
        except (ValueError, TypeError, KeyError, IndexError, OverflowError) as error:  # anybody can send anything
            refused = {"kind": "refused", "why": str(error)}
            await self._send(lambda: refused)

    async def _begin(self, message: dict[str, Any]) -> None:
        settings = {str(name): str(value) for name, value in dict(message["settings"]).items()}
        lesson = self.socket.path_params["lesson"]
        self.pace = self.goal = 0
        self.begun = int(message.get("number", 0))
        self.run = await self.all.turn(lambda: self.all.begin(lesson, settings))
        await self._send(self.run.picture)

    async def _play(self, message: dict[str, Any]) -> None:
        self._running()
        pace = int(message["pace"])
        if pace not in PACES:
            raise ValueError(f"pace must be {PACES[0]} … {PACES[-1]} steps a picture, not {pace}")
        self.played = int(message.get("number", 0))
        until = message.get("until")
        self.pace, self.goal, self.until = pace, 0, None if until is None else int(until)

    async def _pause(self, message: dict[str, Any]) -> None:
        self.pace = self.goal = 0
        await self._send(self._running().picture)

    async def _step(self, message: dict[str, Any]) -> None:
        run = self._running()
        self.pace = self.goal = 0
        if not run.ended:
            await self.all.turn(run.step)
        await self._send(run.picture)

    async def _rate(self, message: dict[str, Any]) -> None:
        run = self._running()
        await self.all.turn(lambda: run.set_rate(int(message["run"]), float(message["value"])))
        if not self.pace:
            await self._send(run.picture)

    async def _back(self, message: dict[str, Any]) -> None:
        run = self._running()
        self.pace = self.goal = 0
        steps = int(message["steps"])
        await self._approach(run, steps)
        await self.all.turn(lambda: run.back_to(steps))
        await self._send(run.picture)

    async def _show(self, message: dict[str, Any]) -> None:
        run, steps = self._running(), int(message["steps"])
        await self._approach(run, steps)
        await self._send(lambda: run.picture(steps))

    async def _watch(self, message: dict[str, Any]) -> None:
        run = self._running()
        run.watch(message)
        if self.pace:
            return
        steps = run.steps if message.get("steps") is None else int(message["steps"])
        await self._approach(run, steps)
        await self._send(lambda: run.picture(steps))

    async def _scene(self, message: dict[str, Any]) -> None:
        run, (k, layer, steps) = self._running(), (int(message[name]) for name in ("run", "layer", "steps"))
        of = {"run": k, "layer": layer, "steps": steps}
        await self._approach(run, steps)
        await self._send(lambda: {"kind": "scene", **of, "scene": run.scene(k, layer, steps)})

    async def _drawn(self, message: dict[str, Any]) -> None:
        self.drawn = True

    def _running(self) -> Run:
        if self.run is None:
            raise ValueError("nothing has begun")
        return self.run

    async def _approach(self, run: Run, steps: int) -> None:
        """Computes again what lies before an earlier step, in slices: others have their turns in between."""
        parts = run.approach(steps)

        def work() -> bool:
            end = time.monotonic() + SLICE
            return all(time.monotonic() < end for _ in parts)

        while not await self.all.turn(work):
            if self.gone:
                raise WebSocketDisconnect

    async def _send(self, make: Callable[[], dict[str, Any]]) -> None:
        """Computes on a training's thread what is sent; pictures wait until the last has been drawn."""
        header = await self.all.turn(make)
        header.setdefault("kind", "picture")
        header |= {"begun": self.begun, "played": self.played, "playing": self.pace > 0}
        header |= {"sharing": self.all.computing, "at_once": COMPUTING}
        self.drawn, self.sent = False, time.monotonic()
        await self.socket.send_bytes(parcel(header))


ANSWERS: Mapping[str, Callable[[Watching, dict[str, Any]], Any]] = {
    "begin": Watching._begin,
    "play": Watching._play,
    "pause": Watching._pause,
    "step": Watching._step,
    "rate": Watching._rate,
    "back": Watching._back,
    "show": Watching._show,
    "watch": Watching._watch,
    "scene": Watching._scene,
    "drawn": Watching._drawn,
}


def _parsed(text: str) -> dict[str, Any] | None:
    """A message, if it is one: anybody can send anything."""
    try:
        message = json.loads(text) if len(text) <= LONGEST else None
    except (ValueError, RecursionError):
        return None
    known = isinstance(message, dict) and isinstance(message.get("do"), str) and message["do"] in ANSWERS
    return message if known else None


def _address(socket: WebSocket) -> str:
    return socket.client.host if socket.client else ""


def _same_origin(socket: WebSocket) -> bool:
    """Whether the page that opened the connection is one of this server's."""
    origin = socket.headers.get("origin")
    try:  # the scheme may differ: a proxy may have ended TLS
        return origin is not None and urlsplit(origin).netloc == socket.headers.get("host")
    except ValueError:
        return False
