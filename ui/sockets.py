"""What the operating system holds back no longer."""

import os
import socket
from contextlib import suppress


def send_at_once() -> None:
    """Turns Nagle's algorithm off on the sockets that listen, which those they accept inherit on Linux and macOS.

    asyncio does so only where a socket names its protocol, and Streamlit's listening socket names none. Left on, all
    that follows the first small message waits for the browser's acknowledgement: 40 ms for every change.
    """
    if not os.path.isdir("/dev/fd"):
        return
    for number in map(int, os.listdir("/dev/fd")):
        with suppress(OSError), _socket(number) as listening:
            if listening.family != socket.AF_UNIX and listening.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _socket(number: int) -> socket.socket:
    """A second handle on an open socket: closing it leaves the first open. OSError for a file, a pipe or nothing."""
    copy = os.dup(number)
    try:
        return socket.socket(fileno=copy)
    except OSError:
        os.close(copy)
        raise
