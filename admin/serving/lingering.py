"""Closes connections without a thread, and without losing the answer that was just written."""

import time
from collections import deque
from collections.abc import Callable
from functools import partial
from selectors import EVENT_READ
from socket import SHUT_WR, socket
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

from .ahead import Ahead

# Seconds and bytes for which a closed connection's sender may go on before it is cut off.
LINGER_SECONDS = 2.0
LINGER_BYTES = 4 * 1024 * 1024


class Conn(TConn):  # type: ignore[misc]  # gunicorn has no types
    """A connection that leaves its end to the worker's loop.

    gunicorn's loop waits up to two seconds for each sender to see that it was answered: some
    dozens that stay silent then keep everybody else waiting for minutes.
    """

    linger: Callable[["Conn"], None]
    drained = 0
    is_told = False

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.ahead = Ahead()

    def init(self) -> None:
        """Give the parser what was read before a thread was asked."""
        super().init()
        if self.ahead.data:
            self.parser.unreader.unread(bytes(self.ahead.data))
            self.ahead = Ahead()

    def close(self, graceful: bool = False) -> None:
        if graceful:
            self.linger(self)
        else:
            super().close()


class LingeringWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's threads, whose loop closes a connection once its sender has seen the answer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lingering: deque[Conn] = deque()

    def run(self) -> None:
        super().run()
        for conn in self.lingering:
            conn.close()

    def linger(self, conn: Conn) -> None:
        """Say that no more will come, and close once the sender has seen it, or soon."""
        try:
            conn.sock.shutdown(SHUT_WR)
        except OSError:
            conn.close()
            return
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + LINGER_SECONDS
        self.lingering.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self.drain, conn))

    def drain(self, conn: Conn, client: socket) -> None:
        """Throw away what still comes: closed over unread bytes, TCP would lose the answer."""
        try:
            data = client.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        conn.drained += len(data)
        if not data or conn.drained > LINGER_BYTES:
            self.lingering.remove(conn)
            self.let_go(conn)

    def let_go(self, conn: Conn) -> None:
        self.poller.unregister(conn.sock)
        conn.close()

    def murder_pending(self) -> None:
        super().murder_pending()
        while self.lingering and self.lingering[0].timeout <= time.monotonic():
            self.let_go(self.lingering.popleft())
