"""The kind of gunicorn worker that answers."""

import errno
import signal
import struct
import time
from collections import deque
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ
from socket import SO_RCVTIMEO, SO_SNDTIMEO, SOL_SOCKET, socket
from threading import local
from types import FrameType
from typing import Any, ClassVar

from gunicorn import util
from gunicorn.http.errors import (
    InvalidResponseHeader,
    InvalidResponseHeaderName,
    ParseException,
)
from gunicorn.workers.gthread import TConn

from ..logs import describe
from ..wire.request_lock import LEAVE
from .call_queue import PASSING_SECONDS, CallQueue
from .lingering import Conn, LingeringWorker

# The peer went away between its connect and our accept, or another worker was quicker.
GONE = (errno.EAGAIN, errno.ECONNABORTED)
# Bytes of an unread body for which a thread waits, so that its connection can be kept.
MOST_DRAINED = 64 * 1024
# Bytes that a worker holds of requests that are still on their way; the oldest gives way.
MOST_HELD = 64 * 1024 * 1024
# Seconds that a worker which ends waits for the first byte of a connection.
LAST_WORD_SECONDS = 0.3
# Headers that the application wanted to send: errors of ours, though they look like the sender's.
OURS = (InvalidResponseHeader, InvalidResponseHeaderName)


class ReadAheadWorker(LingeringWorker):
    """gunicorn's threads, but a connection takes one only when its whole request is there.

    Browsers open connections that they may never use, and some senders are slow on purpose. In
    gunicorn 27 each of them holds a thread: sixteen exhaust the pool, for as long as they like.
    Here the loop that waits for all of them reads ahead, up to a head and a body of 256 KiB. A
    longer body takes a thread with its head; the packages that take such bodies count their places.
    """

    read_seconds: ClassVar[float] = 20.0
    """Seconds that a thread waits for the next bytes of a body, or for room to send some."""
    request_seconds: ClassVar[float] = 120.0
    """Seconds from its first byte within which a request must have come: 256 KiB at 2 KiB/s."""
    alive: bool
    wsgi: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.coming: deque[Conn] = deque()
        """Connections whose request has begun, the oldest first."""
        self.held = 0
        self.calls = CallQueue(self.enqueue_req)
        self.of_thread = local()

    def load_wsgi(self) -> None:
        super().load_wsgi()
        app: Any = self.wsgi

        def with_leave(environ: dict[str, Any], start_response: Any) -> Any:
            environ[LEAVE] = partial(self.calls.leave, self.of_thread.conn)
            return app(environ, start_response)

        self.wsgi = with_leave

    def handle(self, conn: Conn) -> Any:
        self.of_thread.conn = conn
        try:
            return super().handle(conn)
        finally:
            self.calls.leave(conn)

    def enqueue_req(self, conn: Conn) -> None:
        try:
            super().enqueue_req(conn)
        except RuntimeError:
            if self.alive:
                raise
            # The worker ends and its threads take nothing new: whoever waits is let go with it.

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        soon = min(timeout, PASSING_SECONDS) if self.calls.is_waiting else timeout
        super().wait_for_and_dispatch_events(soon)
        self.calls.pass_by()

    def init_signals(self) -> None:
        super().init_signals()
        # Meant for the first process; by default it would end this one in the midst of an answer.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def run(self) -> None:
        super().run()
        for conn in self.coming:
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
        if self.nr_conns >= self.worker_connections and self.coming:
            self.give_up(self.coming[0])
        _limit_waiting(client, self.read_seconds)
        # Non-blocking until its first byte is there; a thread makes it blocking again.
        conn = Conn(self.cfg, client, address, listener.getsockname())
        conn.linger = self.linger
        conn.timeout = time.monotonic() + self.cfg.keepalive
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def on_pending_socket_readable(self, conn: Conn, client: socket) -> None:
        """Begin to read the first request of a connection."""
        self.pending_conns.remove(conn)
        # All that a thread would wait for is here by then.
        conn.data_ready = True
        self.begin(conn)
        self.read_on(conn, client)

    def on_client_socket_readable(self, conn: Conn, client: socket) -> None:
        """Begin to read the next request of a kept connection."""
        self.keepalived_conns.remove(conn)
        self.begin(conn)
        self.read_on(conn, client)

    def begin(self, conn: Conn) -> None:
        conn.timeout = time.monotonic() + self.request_seconds
        self.coming.append(conn)
        self.poller.modify(conn.sock, EVENT_READ, partial(self.read_on, conn))

    def read_on(self, conn: Conn, client: socket) -> None:
        if conn not in self.coming:
            # It gave way to another whose bytes came at the same moment.
            return
        try:
            data = client.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            self.give_up(conn)
            return
        self.take_in(conn, data)

    def take_in(self, conn: Conn, data: bytes) -> None:
        """Keep what came, and ask a thread once it need not wait."""
        self.held += len(data)
        # Where no more comes, the parser says what is wrong with what did.
        if conn.ahead.add(data) or not data:
            self.hand_over(conn)
        elif conn.ahead.asks_to_go_on():
            self.tell_to_go_on(conn)
        while self.held > MOST_HELD and self.coming:
            self.give_up(self.coming[0])

    def tell_to_go_on(self, conn: Conn) -> None:
        if not conn.is_told:
            conn.is_told = True
            with suppress(OSError):
                conn.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")

    def let_come(self, conn: Conn) -> None:
        """Stop waiting for the rest of a request, whatever becomes of it."""
        self.coming.remove(conn)
        self.held -= len(conn.ahead.data)
        self.poller.unregister(conn.sock)

    def hand_over(self, conn: Conn) -> None:
        self.let_come(conn)
        conn.is_told = False
        if conn.ahead.is_long:
            self.enqueue_req(conn)
        else:
            self.calls.join(conn)

    def give_up(self, conn: Conn) -> None:
        """Let a sender go whose request did not come whole."""
        self.let_come(conn)
        self.nr_conns -= 1
        with suppress(OSError):
            util.write_error(conn.sock, 408, "Request Timeout", "")
        conn.close(graceful=True)

    def finish_request(self, conn: Conn, fs: Any) -> None:
        """Wait here for a request of which a thread has read a part with the one before."""
        buffered = getattr(getattr(conn.parser, "unreader", None), "take_buffered", bytes)()
        super().finish_request(conn, fs)
        if buffered and conn in self.keepalived_conns:
            self.keepalived_conns.remove(conn)
            self.begin(conn)
            self.take_in(conn, buffered)

    def murder_pending(self) -> None:
        super().murder_pending()
        while self.coming and self.coming[0].timeout <= time.monotonic():
            self.give_up(self.coming[0])

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
            self.method_queue.defer(self.shut_door)

    handle_quit = handle_exit

    def shut_door(self) -> None:
        """Take whoever stands in line already, and shut: the next is refused, and goes elsewhere.

        gunicorn leaves the line standing until all is answered, and then lets it fall: a press in
        it had been taken by the kernel, so that no proxy may send it to another node.
        """
        self.set_accept_enabled(False)
        for listener in self.sockets:
            while self.nr_conns < self.worker_connections:
                before = self.nr_conns
                self.accept(listener)
                if self.nr_conns == before:
                    break
            listener.close()
        # On which nothing was said yet: it may be on its way.
        soon = time.monotonic() + LAST_WORD_SECONDS
        for conn in self.pending_conns:
            conn.timeout = min(conn.timeout, soon)


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
