"""The kind of gunicorn worker that answers."""

import errno
import signal
import struct
import time
from functools import partial
from selectors import EVENT_READ
from socket import SO_RCVTIMEO, SO_SNDTIMEO, SOL_SOCKET, socket
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
# Headers that the application wanted to send: errors of ours, though they look like the sender's.
OURS = (InvalidResponseHeader, InvalidResponseHeaderName)


class PatientWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's threads, but a connection takes one only when its first byte is there.

    Browsers open connections that they may never use. In gunicorn 27 each of them holds a thread
    for up to five seconds: sixteen idle tabs are a full house, and a stop waits for them until
    the arbiter kills the worker.
    """

    patience: ClassVar[float] = 20.0
    """Seconds that a thread waits for the next bytes of a body, or for room to send some."""
    alive: bool

    def run(self) -> None:
        super().run()
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
        conn = TConn(self.cfg, client, address, listener.getsockname())
        conn.timeout = time.monotonic() + self.cfg.keepalive
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def _keepalive_after(self, conn: TConn, keepalive: bool) -> bool:
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


def _limit_waiting(client: socket, seconds: float) -> None:
    """Let the kernel end a read or write that waits too long, also in blocking mode.

    A sender that stops within its body would otherwise hold a thread for as long as it likes.
    Python's own timeout does not last: gunicorn makes the socket blocking for each request.
    """
    limit = struct.pack("@ll", int(seconds), int(seconds % 1 * 1_000_000))
    client.setsockopt(SOL_SOCKET, SO_RCVTIMEO, limit)
    client.setsockopt(SOL_SOCKET, SO_SNDTIMEO, limit)
