"""Reads a form with files by werkzeug's reader, within our bounds and into no temp file."""

from typing import IO, Any, Final, cast

from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest
from werkzeug.formparser import FormDataParser

from ...wire.urlencoded import PlainFormParser

MOST_PARTS: Final = 100
"""Fields and files together: more than any page of ours asks for, and than a tip may bring."""
MOST_FIELD: Final = 96 * 1024
"""Bytes of one field, and of the lines before a part's content; werkzeug reads 64 KiB at a time."""
_TAIL: Final = 80
"""Bytes of the longest boundary (RFC 2046: 70), with what stands before and behind it."""


class FormWithFiles(PlainFormParser):
    """Takes multipart bodies too; a file's bytes go to the request's own stream for them.

    Raises 400 for a body that is cut off or none, 413 beyond the bounds.
    """

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.max_form_memory_size = MOST_FIELD
        self.max_form_parts = MOST_PARTS
        # What is wrong with a body is told, and not taken for an empty form.
        self.silent = False

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, Any]]:
        if mimetype != "multipart/form-data":
            return super().parse(stream, mimetype, content_length, options)
        try:
            unsplit = cast(IO[bytes], _Unsplit(stream))
            return FormDataParser.parse(self, unsplit, mimetype, content_length, options)
        except ValueError:
            # Half of somebody's words must not be stored as all of them.
            raise BadRequest from None


class _Unsplit:
    r"""Gives a body in pieces of which none ends within a boundary.

    Werkzeug 3.1 takes the line's end before a boundary for content of the file, its `\r` alone,
    where a piece ends one byte behind that boundary.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._held = b""

    def read(self, size: int) -> bytes:
        """Return about `size` bytes, up to the last line's end that is near the end of them."""
        data, self._held = self._held, b""
        while more := self._stream.read(size):
            data += more
            line = data.rfind(b"\r", max(len(data) - _TAIL, 0))
            end = len(data) if line < 0 else line
            if end:
                self._held = data[end:]
                return data[:end]
        return data
