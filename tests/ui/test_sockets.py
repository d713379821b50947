"""Small messages leave at once."""

import os
import socket

from ui.sockets import send_at_once


def test_accepted_connections_send_small_messages_at_once() -> None:
    with socket.socket() as listening:  # as Streamlit makes it: without a protocol
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        assert not nodelay(listening)
        send_at_once()
        with socket.create_connection(listening.getsockname()), listening.accept()[0] as accepted:
            assert nodelay(accepted)


def test_no_handle_stays_open() -> None:
    """A pipe of which a copy stays open never ends for the program that reads it."""
    read, write = os.pipe()
    with socket.socket() as listening, open(os.devnull):
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        before = sorted(os.listdir("/dev/fd"))
        send_at_once()
        assert sorted(os.listdir("/dev/fd")) == before
    os.close(write)
    assert os.read(read, 1) == b""
    os.close(read)


def nodelay(connection: socket.socket) -> bool:
    return bool(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
