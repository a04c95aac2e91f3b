"""Reads a form with files as browsers write it (RFC 7578; WHATWG HTML, "multipart/form-data").

Werkzeug's reader takes 0.8 ms for the form's 20 short fields, a third of what a tip may cost, and
browsers send this kind also where no file was chosen. This one is held against werkzeug's by a
test. It knows only what browsers write: no nested parts, no transfer encodings, no charsets.
"""

import re
from collections.abc import Callable, Iterator
from typing import IO, Any

from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import BadRequest, ClientDisconnected, RequestEntityTooLarge

from ...wire.urlencoded import MAX_FIELDS, PlainFormParser

MOST_WORDS = 256 * 1024
"""Bytes that all fields without a file may have together, names included."""
MOST_HEAD = 8 * 1024
"""Bytes of the lines that stand before a part's content: a file's name may be long."""
MOST_FILES = 50
"""Files of which anything is remembered: more than a tip may bring, so that this can be said."""
MOST_HEADS = 4 * 1024 * 1024
"""Bytes of all files' heads together, those of a folder with tens of thousands of files."""
_READ = 64 * 1024
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")
_NAMES = re.compile(
    rb'^content-disposition:[ \t]*form-data;[ \t]*name="([^"\r\n]*)"'
    rb'(?:;[ \t]*filename="([^"\r\n]*)")?[ \t]*\r?$',
    re.IGNORECASE | re.MULTILINE,
)
Pairs = list[tuple[str, str]]
Files = list[tuple[str, FileStorage]]


class FormWithFiles(PlainFormParser):
    """Takes multipart bodies too; a file's bytes go to the request's own stream for them."""

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, Any]]:
        if mimetype != "multipart/form-data":
            return super().parse(stream, mimetype, content_length, options)
        pairs, files = read_parts(stream, (options or {}).get("boundary", ""), self._open)
        return stream, self.cls(pairs), self.cls(files)

    def _open(self) -> IO[bytes]:
        # What a browser says of a file's kind and length is believed nowhere.
        return self.stream_factory(None, None, None)


def read_parts(
    stream: IO[bytes], boundary: str, open_file: Callable[[], IO[bytes]]
) -> tuple[Pairs, Files]:
    """Read all parts. Raises 400 for what no browser sends or was cut off, 413 for too many words.

    How much of a file is kept, the stream says that `open_file` makes. Files beyond `MOST_FILES`
    are read past, for the sake of the words that follow; 413 beyond `MOST_HEADS`.
    """
    if not _BOUNDARY.fullmatch(boundary):
        raise BadRequest
    body = _Body(stream, boundary)
    pairs: Pairs = []
    files: Files = []
    room, heads = MOST_WORDS, MOST_HEADS
    while (head := body.next_head()) is not None:
        name, filename = _names(head)
        if filename is None:
            value = body.word(room - len(name))
            room -= len(name) + len(value)
            pairs.append((_text(name), _text(value)))
            if len(pairs) > MAX_FIELDS:
                raise RequestEntityTooLarge
            continue
        heads -= len(head)
        if heads < 0:
            raise RequestEntityTooLarge
        if len(files) == MOST_FILES:
            body.skip()
        elif (file := _read_file(body, filename, open_file)) is not None:
            files.append((_text(name), file))
    return pairs, files


def _read_file(
    body: "_Body", filename: bytes, open_file: Callable[[], IO[bytes]]
) -> FileStorage | None:
    """Read a file's part; None for the empty one that stands where nothing was chosen."""
    pieces = body.content()
    first = next(pieces)
    if not filename and not first:
        return None
    stream = open_file()
    stream.write(first)
    for piece in pieces:
        stream.write(piece)
    stream.seek(0)
    return FileStorage(stream, _text(filename), content_type="application/octet-stream")


def _names(head: bytes) -> tuple[bytes, bytes | None]:
    found = _NAMES.search(head)
    if found is None:
        raise BadRequest
    return _unescaped(found[1]), None if found[2] is None else _unescaped(found[2])


def _unescaped(name: bytes) -> bytes:
    """Undo the three escapes that browsers write in a name; a bare `%` stands for itself."""
    if b"%" not in name:
        return name
    return name.replace(b"%22", b'"').replace(b"%0D", b"\r").replace(b"%0A", b"\n")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


class _Body:
    """A body with a place in it. Holds what was read of it ahead, never more than two reads."""

    def __init__(self, stream: IO[bytes], boundary: str) -> None:
        self._stream = stream
        # A line's end before the first boundary too, so that all are alike.
        self._ahead = b"\r\n"
        self._at = 0
        self._mark = b"\r\n--" + boundary.encode("ascii")
        self._is_first = True

    def next_head(self) -> bytes | None:
        """Step to the next part and give the lines before its content; None after the last."""
        if self._is_first:
            self._upto(self._mark, MOST_HEAD)
            self._is_first = False
        ending = self._take(2)
        if ending == b"--":
            return None
        if ending != b"\r\n":
            raise BadRequest
        return self._upto(b"\r\n\r\n", MOST_HEAD)

    def word(self, most: int) -> bytes:
        """Give a part's whole content, and step over the boundary. Raises 413 beyond `most`."""
        return self._upto(self._mark, most)

    def content(self) -> Iterator[bytes]:
        """Give a part's content piece by piece, at least one, and step over the boundary."""
        return self._pieces(self._mark)

    def skip(self) -> None:
        """Step over a part's content and the boundary."""
        for _piece in self.content():
            pass

    def _upto(self, mark: bytes, most: int) -> bytes:
        at = self._ahead.find(mark, self._at)
        if 0 <= at - self._at <= most:
            found = self._ahead[self._at : at]
            self._at = at + len(mark)
            return found
        return b"".join(self._counted(mark, most))

    def _counted(self, mark: bytes, most: int) -> Iterator[bytes]:
        for piece in self._pieces(mark):
            most -= len(piece)
            if most < 0:
                raise RequestEntityTooLarge
            yield piece

    def _pieces(self, mark: bytes) -> Iterator[bytes]:
        while (at := self._ahead.find(mark, self._at)) < 0:
            # The mark may have begun in the last bytes: they wait for what comes next.
            if (safe := len(self._ahead) - len(mark) + 1) > self._at:
                piece, self._at = self._ahead[self._at : safe], safe
                yield piece
            self._read()
        piece, self._at = self._ahead[self._at : at], at + len(mark)
        yield piece

    def _take(self, count: int) -> bytes:
        while len(self._ahead) - self._at < count:
            self._read()
        found = self._ahead[self._at : self._at + count]
        self._at += count
        return found

    def _read(self) -> None:
        more = self._stream.read(_READ)
        if not more:
            # The sender was cut off. Half of somebody's words must not be stored as all of them.
            raise ClientDisconnected
        self._ahead, self._at = self._ahead[self._at :] + more, 0
