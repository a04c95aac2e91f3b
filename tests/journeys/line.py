"""A line to a server that breaks in the middle, and that writes down what went up on it."""

import socket
import threading
import time
from contextlib import suppress

from tests.ports import free_port

PIECE = 256 * 1024


class LossyLine:
    """Passes bytes on to a server's port; after so many bytes upwards it breaks for a while.

    After `hold` bytes the connection that brought them stands still, until `release`.
    """

    def __init__(self, folder, target, *, breaks=(), hold=None, seconds=3.0):
        self.port, self._target = free_port(), target
        self._folder, self._seconds = folder, seconds
        self._breaks = list(breaks)
        self._hold, self._released = hold, threading.Event()
        self.holds = threading.Event()
        """Set once it stands still."""
        self._lock = threading.Lock()
        self._open = set()
        self._dead_until = 0.0
        self.up = 0
        """Bytes that went up so far."""
        self.cuts = 0
        """How often it broke so far."""
        self._listener = socket.create_server(("127.0.0.1", self.port))

    def __enter__(self):
        self._folder.mkdir(parents=True, exist_ok=True)
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_error):
        self._listener.close()
        self.release()
        self.cut(0)

    @property
    def environ(self):
        """Settings of a server that is reached by this line alone."""
        return {
            "DENGSHAO_BIND": f"127.0.0.1:{self._target}",
            "DENGSHAO_PUBLIC_HOST": f"127.0.0.1:{self.port}",
            "DENGSHAO_DESK_HOST": f"localhost:{self.port}",
        }

    def records(self):
        """The files in which each connection's bytes stand, as they went up."""
        return sorted(self._folder.iterdir())

    def release(self):
        """Let the connection go on that stands still."""
        self._released.set()

    def cut(self, seconds):
        """Break all connections, and take none for so long."""
        with self._lock:
            self._dead_until = time.monotonic() + seconds
            self.cuts += 1
            ends, self._open = self._open, set()
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _accept(self):
        number = 0
        while True:
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            number += 1
            threading.Thread(target=self._serve, args=(client, number), daemon=True).start()

    def _serve(self, client, number):
        with client, suppress(OSError):
            if time.monotonic() < self._dead_until:
                return
            with socket.create_connection(("127.0.0.1", self._target)) as server:
                with self._lock:
                    self._open |= {client, server}
                threading.Thread(target=_pass, args=(server, client), daemon=True).start()
                with (self._folder / f"{number:05}").open("wb") as record:
                    _pass(client, server, lambda data: self._note(record, data))

    def _note(self, record, data):
        record.write(data)
        record.flush()
        with self._lock:
            self.up += len(data)
            is_due = bool(self._breaks) and self.up >= self._breaks[0]
            if is_due:
                self._breaks.pop(0)
            is_held = self._hold is not None and self.up >= self._hold
            if is_held:
                self._hold = None
        if is_due:
            self.cut(self._seconds)
        if is_held:
            self.holds.set()
            self._released.wait()


def _pass(source, target, note=None):
    """Pass on until either end is gone; then both are."""
    with suppress(OSError):
        while data := source.recv(PIECE):
            if note:
                note(data)
            target.sendall(data)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
