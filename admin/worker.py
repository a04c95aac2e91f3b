"""The kind of gunicorn worker that answers."""

import errno
import time
from functools import partial
from selectors import EVENT_READ
from socket import socket
from types import FrameType

from gunicorn.workers.gthread import TConn, ThreadWorker

# The peer went away between its connect and our accept, or another worker was quicker.
GONE = (errno.EAGAIN, errno.ECONNABORTED)


class PatientWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's threads, but a connection takes one only when its first byte is there.

    Browsers open connections that they may never use. In gunicorn 27 each of them holds a thread
    for up to five seconds: sixteen idle tabs are a full house, and a stop waits for them until
    the arbiter kills the worker.
    """

    alive: bool

    def accept(self, listener: socket) -> None:
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno in GONE:
                return
            raise
        self.nr_conns += 1
        # Non-blocking until its first byte is there; a thread makes it blocking again.
        conn = TConn(self.cfg, client, address, listener.getsockname())
        conn.timeout = time.monotonic() + self.cfg.keepalive
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self.on_pending_socket_readable, conn))

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
