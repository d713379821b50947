"""A browser on the Convolution page, as far as the server can tell: what one says and hears, without a screen.

It speaks Streamlit's protocol (the messages come from the installed package), asks for pictures as a dragged slider
does, and holds the connection of the page's training, which a page opens as soon as it is drawn.
"""

import asyncio
import json
import re
import time
from asyncio import StreamReader, StreamWriter
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Origin, Subprotocol

PAGE = "convolution"
STRIDES = "convolution_strides"
PATIENCE = 20.0  # seconds


class FailedError(Exception):
    """The server has answered, and it is no answer."""


FAILURES = (FailedError, TimeoutError, OSError, EOFError, WebSocketException)


class Learner:
    def __init__(self, address: str) -> None:
        self.address = address
        self.host = address.removeprefix("http://")
        self.pictures = 0  # of the training, drawn so far
        self._query = ""
        self._script = ""  # the page's name for Streamlit
        self._strides = ""  # the widget, for Streamlit
        self._shown = ""  # strides in the code at the end of the page
        self._kept: set[str] = set()  # long messages, which need not be sent again
        self._angle = 0

    async def arrive(self) -> float:
        """Opens the page; seconds until it is complete."""
        begun = time.perf_counter()
        self._stream = await self._connect("/_stcore/stream", [Subprotocol("streamlit")])
        self._reader, self._writer = await self._open()
        message = BackMsg()
        message.rerun_script.page_name = PAGE
        await self._run(message)
        await self._watch()
        return time.perf_counter() - begun

    async def change(self) -> float:
        """The other stride, 1 or 2: seconds until the whole page has run."""
        wanted = "1" if self._shown == "2" else "2"
        message = BackMsg()
        message.rerun_script.page_script_hash = self._script
        widget = message.rerun_script.widget_states.widgets.add()
        widget.id = self._strides
        widget.string_array_value.data.append(wanted)
        seconds = await self._run(message)
        if self._shown != wanted:
            raise FailedError(f"strides {wanted} were asked for, the page shows {self._shown!r}")
        self._query = f"{STRIDES}=2" if wanted == "2" else ""  # as the page writes it in a browser
        return seconds

    async def drag(self) -> float:
        """The next place of the slider: seconds until its picture is here."""
        self._angle = (self._angle + 10) % 360
        begun = time.perf_counter()
        async with asyncio.timeout(PATIENCE):
            try:
                await self._get(f"/live/{PAGE}?{PAGE}_angle={self._angle}")
            except (
                OSError,
                EOFError,
            ):  # it was idle for so long that the server has closed it: a browser opens another
                self._writer.close()
                self._reader, self._writer = await self._open()
                await self._get(f"/live/{PAGE}?{PAGE}_angle={self._angle}")
        return time.perf_counter() - begun

    async def say(self, **message: Any) -> None:
        """To the training: `do="play", pace=1`."""
        await self._training.send(json.dumps(message))

    @property
    def lost(self) -> str | None:
        """Why the training's pictures have ended, if they have."""
        if not self._drawing.done():
            return None
        return f"the training's connection ended: {self._drawing.exception()}"

    async def close_training(self) -> None:
        self._drawing.cancel()
        await self._training.close()

    async def leave(self) -> None:
        await self.close_training()
        await self._stream.close()
        self._writer.close()

    async def _get(self, address: str) -> None:
        self._writer.write(f"GET {address} HTTP/1.1\r\nHost: {self.host}\r\n\r\n".encode())
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = re.search(r"^content-length: (\d+)", head, re.MULTILINE)
        if " 200 " not in head.split("\r\n")[0] or length is None:
            raise FailedError(f"{address}: {head.splitlines()[0]}")
        await self._reader.readexactly(int(length[1]))

    async def _run(self, message: BackMsg) -> float:
        """A run of the page; if it begins again, until the last is done."""
        message.rerun_script.query_string = self._query
        message.rerun_script.cached_message_hashes.extend(self._kept)
        begun = time.perf_counter()
        await self._stream.send(message.SerializeToString())
        async with asyncio.timeout(PATIENCE):
            while True:
                heard = await self._stream.recv()
                assert isinstance(heard, bytes)
                if self._is_the_last(ForwardMsg.FromString(heard)):
                    return time.perf_counter() - begun

    def _is_the_last(self, message: ForwardMsg) -> bool:
        kind = message.WhichOneof("type")
        if message.metadata.cacheable:
            self._kept.add(message.hash)
        if kind == "navigation":
            self._script = message.navigation.page_script_hash
        elif kind == "delta":
            element = message.delta.new_element
            if element.WhichOneof("type") == "exception":
                raise FailedError(element.exception.message)
            if element.button_group.id.endswith(STRIDES):
                self._strides = element.button_group.id
            if shown := re.search(r"nn\.Conv2d\(.*stride=(\d)", element.code.code_text):
                self._shown = shown[1]
        elif kind == "script_finished":
            if message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                raise FailedError("the page could not be compiled")
            return message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
        return False

    async def _watch(self) -> None:
        self._training = await self._connect("/train/cnn")
        await self.say(do="begin", settings={})
        self._drawing = asyncio.create_task(self._draw())

    async def _draw(self) -> None:
        async for picture in self._training:
            assert isinstance(picture, bytes)
            if b'"kind":"refused"' in picture:
                raise FailedError(f"the training refuses: {picture[8:]!r}")
            self.pictures += 1
            await self.say(do="drawn")

    async def _connect(self, path: str, subprotocols: list[Subprotocol] | None = None) -> ClientConnection:
        return await connect(
            f"ws://{self.host}{path}", origin=Origin(self.address), subprotocols=subprotocols, max_size=None
        )

    async def _open(self) -> tuple[StreamReader, StreamWriter]:
        name, _, port = self.host.partition(":")
        return await asyncio.open_connection(name, int(port))
