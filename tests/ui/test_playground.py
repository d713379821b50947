"""The playground's connection: anything can be sent to it, it ends with its browser, and takes no more than it may."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from experiments.backpropagation.own_points import DIGITS, MOST, packed
from experiments.backpropagation.playground import POINTS
from experiments.backpropagation.playing import KEPT, PlayRun
from experiments.trainings import begin
from tests.ui.test_trainings import Socket, talk
from ui import playground
from ui.trainings import LONGEST

ONE = packed(np.array([[1.0, 1.0]]), np.array([1]))


def play(browser: Any) -> None:
    talk(browser, begin=begin, lesson="play")


async def begun(socket: Socket, **settings: str) -> dict[str, Any]:
    socket.say("begin", settings=settings)
    return await socket.hear()


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"do": "watch", "point": POINTS}, "there is no point 200"),
        ({"do": "watch", "point": -1}, "there is no point"),
        ({"do": "watch", "point": "first"}, "invalid literal"),
        ({"do": "watch", "point": None}, "int()"),
        ({"do": "watch", "point": 1e400}, "infinity"),
        ({"do": "watch", "own": "A!A"}, "three letters"),
        ({"do": "watch", "own": "A"}, "three letters"),
        ({"do": "watch", "own": None}, "three letters"),
        ({"do": "watch", "own": ["AAA"]}, "three letters"),
        ({"do": "watch", "own": "AAA" * (MOST + 1)}, "at most 500"),
        ({"do": "watch", "own": "___"}, "class 0 or 1"),
        ({"do": "back", "steps": -1}, "keeps 0"),
        ({"do": "back", "steps": 10**30}, "keeps 0"),
        ({"do": "show", "steps": 3}, "only where it is"),
        ({"do": "rate", "run": 0, "value": 0.1}, "a setting"),
        ({"do": "scene", "run": 0, "layer": 0, "steps": 0}, "no lens"),
        ({"do": "begin", "settings": {}, "rates": [[[0, 0.1]]]}, "a setting"),
        ({"do": "begin", "settings": 3}, "not iterable"),
        ({"do": "begin"}, "settings"),
    ],
)
def test_what_cannot_be_is_refused_and_the_run_goes_on(message: dict[str, Any], words: str) -> None:
    async def browser(socket: Socket) -> None:
        await begun(socket)
        socket.to_server.put_nowait(json.dumps(message))
        answer = await socket.hear()
        assert answer["kind"] == "refused"
        assert words in answer["why"]
        socket.say("step")
        after = await socket.hear()
        assert (after["kind"], after["steps"]) == ("picture", 1)

    play(browser)


def test_settings_that_cannot_be_are_mended() -> None:
    async def browser(socket: Socket) -> None:
        for settings in ({"layers": "400"}, {"units": "1e9"}, {"own": "???"}, {"data": "cats"}, {"fly": "1"}):
            assert (await begun(socket, **settings))["steps"] == 0

    play(browser)


def test_as_many_points_as_it_takes_fit_into_a_message_and_learn() -> None:
    """The limits of points and of messages go together."""
    rng = np.random.default_rng(0)
    most = packed(rng.uniform(-2, 2, (MOST, 2)), np.arange(MOST) % 2)
    assert len(json.dumps({"do": "watch", "own": most})) < LONGEST
    assert len(most) == DIGITS * MOST

    async def browser(socket: Socket) -> None:
        await begun(socket, layers="4", units="8")
        socket.say("watch", own=most)
        await socket.hear()
        socket.say("play", pace=4)
        while (heard := await socket.hear())["steps"] < 8:
            pass
        assert heard["loss"] is not None

    play(browser)


def test_it_goes_back_as_far_as_it_keeps() -> None:
    async def browser(socket: Socket) -> None:
        await begun(socket)
        socket.say("play", pace=64, until=KEPT + 10)
        while (heard := await socket.hear())["steps"] < KEPT + 10:
            pass
        assert heard["back"] == KEPT
        socket.say("back", steps=9)
        assert (await socket.hear())["kind"] == "refused"
        socket.say("back", steps=10)
        heard = await socket.hear()
        assert (heard["steps"], heard["back"], heard["since"]) == (10, 0, 10)

    play(browser)


def test_a_closed_tab_ends_its_run() -> None:
    runs: list[PlayRun] = []

    def kept(lesson: str, settings: Mapping[str, str]) -> PlayRun:
        runs.append(begin(lesson, settings))
        return runs[-1]

    async def browser(socket: Socket) -> None:
        await begun(socket)
        socket.say("play", pace=1)
        await socket.hear()

    async def afterwards(socket: Socket) -> None:
        await asyncio.sleep(0.5)  # the other has gone
        steps = runs[0].steps
        await asyncio.sleep(0.3)
        assert runs[0].steps == steps

    talk(browser, afterwards, begin=kept, lesson="play")
    assert len(runs) == 1


PAGE = """
import streamlit as st
from experiments.backpropagation.playground import PlaygroundSpec
from ui.playground import playground
from ui.prose import read
from ui.settings import Settings

spec = playground(read("backpropagation")["Watch it learn"], Settings("play", PlaygroundSpec))
st.markdown(f"own: {spec.own!r}")
"""


@pytest.mark.parametrize(
    ("sent", "own"),
    [
        ({"own": ONE, "number": 1}, ONE),
        ({"own": "???"}, ""),
        ({"own": 3}, ""),
        ({"own": None}, ""),
        ({}, ""),
        ("x", ""),
    ],
)
def test_the_page_takes_points_from_the_browser_and_nothing_else(
    sent: Any, own: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mount(key: str, data: bytes, on_own_change: Any) -> None:
        if "sent" not in st.session_state:
            st.session_state["sent"] = st.session_state[key] = {"own": sent}
            on_own_change()

    monkeypatch.setattr(playground, "_mount", mount)
    app = AppTest.from_string(PAGE, default_timeout=30).run().run()
    assert not app.exception
    assert app.markdown[-1].value == f"own: {own!r}"
