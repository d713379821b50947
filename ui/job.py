"""A long computation of one learner: in slices, between which it can be stopped, resumed, and left.

It goes on only while somebody asks how far it is: whoever closes the page stops it within a few seconds.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from typing import Generic, TypeVar

from ui.turns import LINE, SLICE

PATIENCE = 3.0  # seconds without anybody asking after which it rests

Part = TypeVar("Part")
log = logging.getLogger(__name__)


class Job(Generic[Part]):
    """Takes part after part; `part` is the last that is there."""

    def __init__(self, parts: Iterator[Part]) -> None:
        self.part: Part | None = None
        self.ended = False
        self.failed = False
        self.going = False  # it is wanted
        self._parts = parts
        self._lock = threading.Lock()
        self._in_line = False  # a slice waits for its turn, or has it
        self._asked = 0.0

    def go(self) -> None:
        """Begins, or goes on."""
        self.going = not self.ended
        self.ask()

    def stop(self) -> None:
        """Rests after the slice under way."""
        self.going = False

    def ask(self) -> None:
        """Somebody is there who wants it to go on."""
        self._asked = time.monotonic()
        with self._lock:
            if self.going and not self._in_line:
                self._line_up()

    def _slice(self) -> None:
        end = time.monotonic() + SLICE
        try:
            while self.going and time.monotonic() < end:
                self.part = next(self._parts)
        except StopIteration:
            self.ended = True
        except Exception:
            log.exception("a long computation has failed")
            self.ended = self.failed = True
        with self._lock:
            self.going = self.going and not self.ended
            self._in_line = False
            LINE.jobs.discard(self)
            if self.going and time.monotonic() - self._asked < PATIENCE:
                self._line_up()

    def _line_up(self) -> None:
        self._in_line = True
        LINE.jobs.add(self)
        LINE.pool.submit(self._slice)
