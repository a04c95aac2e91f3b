"""Reads a form with files by werkzeug's reader, within our bounds and into no temp file."""

from typing import IO, Any, Final

from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest
from werkzeug.formparser import FormDataParser

from ...wire.urlencoded import PlainFormParser

MOST_PARTS: Final = 100
"""Fields and files together: more than any page of ours asks for, and than a tip may bring."""
MOST_FIELD: Final = 96 * 1024
"""Bytes of one field, and of the lines before a part's content; werkzeug reads 64 KiB at a time."""


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
            return FormDataParser.parse(self, stream, mimetype, content_length, options)
        except ValueError:
            # Half of somebody's words must not be stored as all of them.
            raise BadRequest from None
