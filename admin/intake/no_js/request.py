"""Between a request without scripts and its files: reads it, and brings its files in."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from threading import BoundedSemaphore
from time import monotonic
from typing import Any, Final, cast

from flask import Flask, abort, current_app, request
from werkzeug.datastructures import FileStorage, MultiDict

from ...app_state import app_state
from ...db import db
from ...settings.file_limits import MIB, most_of_a_form
from ...vault import vault
from ...vault.spent import nonces
from ...wire.request_lock import MOST_READ, unlocked
from ..forms import FilesForm
from ..js_api.part_room import NoPlace, PartRoom
from .file_intake import Outcome, take_up
from .memory_buffer import FileBuffer, FileBuffers, Memory
from .multipart import FormWithFiles
from .plain_files import PRESS_SECONDS, Arrived, Sealer

_SIDE_BY_SIDE: Final = 4
"""Forms with as many files as may be that one process holds at once."""
_FAIR_SECONDS: Final = 400.0
"""How long a slow sender is never sent away: 20 MiB in that time are 52 KB/s."""
_CLEANED_AT_ONCE: Final = 3
"""Forms whose files one process cleans and stores at once. Beside as many parts (8) and forms (4)
as may be read at once, one of its 16 threads is left for words whatever strangers send."""


def init_memory(app: Flask) -> None:
    """Make the room that all forms with files share: of memory, and of threads that read them."""
    most = app.extensions["dengshao"].config.plain_mb * MIB
    app.extensions["dengshao.files"] = Memory(_SIDE_BY_SIDE * most)
    app.extensions["dengshao.form_room"] = PartRoom(_SIDE_BY_SIDE, fair_seconds=_FAIR_SECONDS)
    app.extensions["dengshao.cleaning_places"] = BoundedSemaphore(_CLEANED_AT_ONCE)


@contextmanager
def sent_files() -> Iterator[tuple[FilesForm, list[FileStorage]]]:
    """Read the form that was sent, and its files, which stay in memory until the block ends."""
    config = app_state().config
    with _buffers(config.files_most, config.plain_mb * MIB) as buffers:
        sent = _posted(buffers)
        yield FilesForm(sent), [file for file in request.files.getlist("files") if _is_one(file)]


def sent_words() -> tuple[MultiDict[str, str], list[str]]:
    """Read the form of words, and the names of files that were chosen and cannot come with it.

    A browser that was held back from sealing posts their names alone. A page from before files
    had a step of their own posts all of them: not a byte is kept.
    """
    with _buffers(0, 0) as buffers:
        sent = _posted(buffers)
        files = [file.filename or "" for file in request.files.getlist("files") if _is_one(file)]
    # What such a page remembers of files that it brought: their names are sealed.
    kept = [""] if sent.get("kept") else []
    return sent, [*files, *filter(None, sent.getlist("files")), *kept]


def _buffers(most_files: int, most_bytes: int) -> FileBuffers:
    memory: Memory = current_app.extensions["dengshao.files"]
    return FileBuffers(memory, most_files=most_files, most_bytes=most_bytes)


def _posted(buffers: FileBuffers) -> MultiDict[str, str]:
    reading = cast(Any, request)
    plain_mb = app_state().config.plain_mb
    if plain_mb and request.mimetype == "multipart/form-data":
        reading.form_data_parser_class = FormWithFiles
        reading.file_stream = buffers.open
        reading.max_content_length = most_of_a_form(plain_mb)
    if (request.content_length or 0) <= MOST_READ:
        return request.form
    room: PartRoom = current_app.extensions["dengshao.form_room"]
    try:
        # Whoever sends much, or slowly, keeps nobody waiting.
        with (
            unlocked(request.environ),
            room.place(request.environ.get("gunicorn.socket")) as sender,
        ):
            form = request.form
            sender.is_reading = False
            return form
    except NoPlace:
        abort(503)


def _is_one(file: FileStorage) -> bool:
    """Tell a file from the empty part that stands where nothing was chosen."""
    stream = cast(FileBuffer, file.stream)
    return bool(file.filename or stream.getbuffer().nbytes)


def bring_files(
    form: FilesForm, files: Sequence[FileStorage], spent: Collection[bytes], *, together: bool
) -> Outcome:
    """Clean, seal and store what came with the form, but for what is `spent` under its nonce.

    `together` puts all in one blob, as the supervisory way asks.
    """
    return take_up(
        [_arrived(form, file) for file in files],
        spent,
        Sealer(
            db.session,
            vault().blobs,
            partial(unlocked, request.environ),
            until=monotonic() + PRESS_SECONDS,
        ),
        most_bytes=app_state().config.plain_mb * MIB,
        places=current_app.extensions["dengshao.cleaning_places"],
        with_originals=form.originals.data,
        together=together,
    )


def _arrived(form: FilesForm, file: FileStorage) -> Arrived:
    stream = cast(FileBuffer, file.stream)
    data = stream.getvalue()
    kind = "original" if form.originals.data else "file"
    mark = nonces.body_mac(form.nonce.nonce, f"{kind} {sha256(data).hexdigest()}".encode())
    return Arrived(file.filename or "", data, mark, stream.trouble)
