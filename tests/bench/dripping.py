"""How long the form takes to come while senders drip: bodies and heads that never end.

Each of them sends a byte in five seconds, so that no silence of theirs is long enough to be cut.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from .load import closed_loop, get_form
from .place import Place

SENDERS: Final = 200
_EVERY: Final = 5.0
# A body that says how long it will be, one in pieces, a head: whatever a thread could wait for.
_BEGUN: Final = (
    b"POST /tip/sent HTTP/1.1\r\nHost: %s\r\nContent-Length: 200000\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n\r\n",
    b"POST /tip/sent HTTP/1.1\r\nHost: %s\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"GET /tip/ HTTP/1.1\r\nHost: %s\r\nX-Slow: ",
)


def measure_dripping(place: Place, seconds: float) -> float:
    """Give the p95 of `GET /tip/` in milliseconds, one visitor at a time, among the senders."""
    where = {"host": "127.0.0.1", "port": place.port, "connections": 1}
    with dripping(place):
        run = closed_loop(get_form, **where, seconds=seconds)
    return round(run.percentile(0.95), 1)


@contextmanager
def dripping(place: Place) -> Iterator[None]:
    """Keep the senders at it. Fails where the server has cut most of them: nobody would be held."""
    stop = threading.Event()
    with ExitStack() as stack:
        senders = [
            stack.enter_context(socket.create_connection(("127.0.0.1", place.port), timeout=60))
            for _ in range(SENDERS)
        ]
        host = f"127.0.0.1:{place.port}".encode()
        for number, sender in enumerate(senders):
            sender.sendall(_BEGUN[number % len(_BEGUN)] % host)
        left = [SENDERS]
        thread = threading.Thread(target=_keep_on, args=(senders, stop, left))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()
        assert left[0] > SENDERS / 2, f"only {left[0]} senders are left"


def _keep_on(senders: list[socket.socket], stop: threading.Event, left: list[int]) -> None:
    while not stop.wait(_EVERY):
        left[0] = sum(_drip(sender) for sender in senders)


def _drip(sender: socket.socket) -> bool:
    try:
        sender.sendall(b"a")
    except OSError:
        return False
    return True
