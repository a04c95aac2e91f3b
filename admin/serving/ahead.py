"""Tells from the bytes that came so far whether a thread could answer without waiting for more."""

import re
from typing import Final

MOST_HEAD: Final = 64 * 1024
"""Bytes of a head that are waited for; gunicorn refuses a longer one by itself."""
MOST_AHEAD: Final = 256 * 1024
"""Bytes of a body that are held before a thread is asked; a longer one has places of its own."""

_LENGTH: Final = re.compile(
    rb"^content-length:[ \t]*(\d{1,19})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE
)
_CHUNKED: Final = re.compile(rb"^transfer-encoding:", re.IGNORECASE | re.MULTILINE)
_SIZE: Final = re.compile(rb"([0-9a-fA-F]{1,16})(;|[ \t]*$)")
_ASKS: Final = re.compile(rb"^expect:[ \t]*100-continue", re.IGNORECASE | re.MULTILINE)


class Ahead:
    """What one connection has sent of its next request.

    It judges nothing: what is too long, or no HTTP at all, counts as whole, and gunicorn's parser
    meets it as if it had just come.
    """

    def __init__(self) -> None:
        self.data = bytearray()
        self._body: int | None = None
        self._needs: int | None = None
        self._place = 0
        self.is_long = False
        """Whether more of the body is to come than is held: a thread will wait for it."""

    def add(self, data: bytes) -> bool:
        """Take in more; tell whether a thread need wait for nothing now."""
        self.data += data
        return self.is_whole()

    def is_whole(self) -> bool:
        if self._body is None and not self._read_head():
            return len(self.data) > MOST_HEAD
        if self._needs is None:
            self._walk_chunks()
        held = len(self.data)
        self.is_long = self.is_long or held - (self._body or 0) > MOST_AHEAD
        return self.is_long or (self._needs is not None and held >= self._needs)

    def asks_to_go_on(self) -> bool:
        """Tell whether the sender keeps its body back until it is told to go on."""
        return self._body is not None and bool(_ASKS.search(self.data, 0, self._body))

    def _read_head(self) -> bool:
        end = self.data.find(b"\r\n\r\n", max(0, self._place - 3))
        if end < 0:
            self._place = len(self.data)
            return False
        self._body = self._place = end + 4
        if not _CHUNKED.search(self.data, 0, end):
            length = _LENGTH.search(self.data, 0, end + 2)
            size = int(length[1]) if length else 0
            # A longer one is read by a thread, in a place that its view gives or refuses.
            self.is_long = size > MOST_AHEAD
            self._needs = self._body + (0 if self.is_long else size)
        return True

    def _walk_chunks(self) -> None:
        """Go on to the end of the last chunk that is here whole."""
        while self._needs is None:
            line_end = self.data.find(b"\r\n", self._place)
            if line_end < 0:
                return
            size = _chunk_size(bytes(self.data[self._place : line_end]))
            if size is None:
                self._needs = 0
            elif size == 0:
                self._end_of_trailers(line_end)
                return
            else:
                self._place = line_end + 2 + size + 2

    def _end_of_trailers(self, line_end: int) -> None:
        if self.data.find(b"\r\n\r\n", line_end) >= 0:
            self._needs = 0


def _chunk_size(line: bytes) -> int | None:
    """Read the size that stands before a chunk; None where it is none."""
    match = _SIZE.match(line)
    return int(match[1], 16) if match else None
