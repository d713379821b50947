"""What the operating system holds back no longer."""

import os
import socket


def send_at_once() -> None:
    """Turns Nagle's algorithm off on the sockets that listen, which those they accept inherit on Linux and macOS.

    asyncio does so only where a socket names its protocol, and Streamlit's listening socket names none. Left on, all
    that follows the first small message waits for the browser's acknowledgement: 40 ms for every change.
    """
    if not os.path.isdir("/dev/fd"):
        return
    for number in map(int, os.listdir("/dev/fd")):
        try:
            listening = socket.socket(fileno=os.dup(number))
        except OSError:  # no socket, or closed by now
            continue
        with listening:
            if listening.family != socket.AF_UNIX and listening.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
