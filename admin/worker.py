"""The kind of gunicorn worker that answers."""

import errno
import signal
import struct
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from selectors import EVENT_READ
from socket import SHUT_WR, SO_RCVTIMEO, SO_SNDTIMEO, SOL_SOCKET, socket
from types import FrameType
from typing import Any, ClassVar

from gunicorn import util
from gunicorn.http.errors import (
    InvalidResponseHeader,
    InvalidResponseHeaderName,
    ParseException,
)
from gunicorn.workers.gthread import TConn, ThreadWorker

from .quiet_log import describe

# The peer went away between its connect and our accept, or another worker was quicker.
GONE = (errno.EAGAIN, errno.ECONNABORTED)
# Seconds and bytes for which a closed connection's sender may go on before it is cut off.
LINGER_SECONDS = 2.0
LINGER_BYTES = 4 * 1024 * 1024
# Bytes of an unread body for which a thread waits, so that its connection can be kept.
MOST_DRAINED = 64 * 1024
# Headers that the application wanted to send: errors of ours, though they look like the sender's.
OURS = (InvalidResponseHeader, InvalidResponseHeaderName)


class Conn(TConn):  # type: ignore[misc]  # gunicorn has no types
    """A connection that leaves its end to the worker's loop.

    gunicorn's loop waits up to two seconds for each sender to see that it was answered: some
    dozens that stay silent then keep everybody else waiting for minutes.
    """

    linger: Callable[["Conn"], None]
    drained = 0

    def close(self, graceful: bool = False) -> None:
        if graceful:
            self.linger(self)
        else:
            super().close()


class PatientWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's threads, but a connection takes one only when its first byte is there.

    Browsers open connections that they may never use. In gunicorn 27 each of them holds a thread
    for up to five seconds: sixteen idle tabs are a full house, and a stop waits for them until
    the arbiter kills the worker.
    """

    patience: ClassVar[float] = 20.0
    """Seconds that a thread waits for the next bytes of a body, or for room to send some."""
    alive: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lingering: deque[Conn] = deque()

    def run(self) -> None:
        super().run()
        for conn in self.lingering:
            conn.close()
        # Python gives up its handlers before it ends: the arbiter's last word would kill, not end.
        signal.signal(signal.SIGQUIT, signal.SIG_IGN)

    def accept(self, listener: socket) -> None:
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno in GONE:
                return
            raise
        self.nr_conns += 1
        _limit_waiting(client, self.patience)
        # Non-blocking until its first byte is there; a thread makes it blocking again.
        conn = Conn(self.cfg, client, address, listener.getsockname())
        conn.linger = self.linger
        conn.timeout = time.monotonic() + self.cfg.keepalive
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self.on_pending_socket_readable, conn))

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

    def _keepalive_after(self, conn: TConn, keepalive: bool) -> bool:
        if _unread(conn) > MOST_DRAINED:
            # Refused before it was read, for want of a place: no thread shall wait for it either.
            return False
        try:
            return bool(super()._keepalive_after(conn, keepalive))
        except ParseException:
            # The rest of a body that is not as it says. Its request has been answered already.
            return False

    def handle_error(self, req: Any, client: socket, addr: Any, exc: Exception) -> None:
        """Answer what is no HTTP: always alike, where gunicorn repeats the words it met."""
        del req, addr
        if isinstance(exc, ParseException) and not isinstance(exc, OURS):
            self.log.warning("Invalid request")
            status, reason = 400, "Bad Request"
        else:
            self.log.error("%s, while a request was handled", describe(exc))
            status, reason = 500, "Internal Server Error"
        try:
            util.write_error(client, status, reason, "")
        except OSError:
            self.log.debug("The sender went away before it was answered.")

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Let the loop end by itself, once what is being answered is answered.

        gunicorn leaves by an exception out of the signal's handler on Ctrl-C: wherever Python
        swallows that one (in a weak reference's callback, say), the worker stays.
        """
        del sig, frame
        if self.alive:
            self.alive = False
            self.method_queue.defer(self.close_silent)

    handle_quit = handle_exit

    def close_silent(self) -> None:
        """Close the connections on which nothing was ever said."""
        while self.pending_conns:
            conn = self.pending_conns.popleft()
            self.poller.unregister(conn.sock)
            self.nr_conns -= 1
            conn.close()


def _unread(conn: TConn) -> int:
    """Tell how many bytes of a body nobody has read, where its length is known."""
    message = conn.parser.mesg
    reader = getattr(getattr(message, "body", None), "reader", None)
    return getattr(reader, "length", 0)


def _limit_waiting(client: socket, seconds: float) -> None:
    """Let the kernel end a read or write that waits too long, also in blocking mode.

    A sender that stops within its body would otherwise hold a thread for as long as it likes.
    Python's own timeout does not last: gunicorn makes the socket blocking for each request.
    """
    limit = struct.pack("@ll", int(seconds), int(seconds % 1 * 1_000_000))
    client.setsockopt(SOL_SOCKET, SO_RCVTIMEO, limit)
    client.setsockopt(SOL_SOCKET, SO_SNDTIMEO, limit)
