"""Between a request without scripts and its files: reads it, brings its files in, tells of them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from threading import BoundedSemaphore
from typing import Any, Final, TypeVar, cast

from flask import Flask, abort, current_app, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import FileStorage, MultiDict

from ...app_state import app_state
from ...db import db
from ...vault import store, vault
from ...vault.spent import nonces
from ...wire.request_lock import MOST_READ, unlocked
from ..current import current_intake
from ..forms import FilesForm
from ..js_api.part_room import NoPlace, PartRoom
from ..submission import Submission
from .file_intake import (
    Arrived,
    Failed,
    FormFiles,
    Limits,
    blobs_of,
    read_kept,
    take_up,
)
from .file_outcomes import problems
from .form_state import kept_key
from .memory_buffer import (
    Memory,
    Tray,
    TrayFile,
    Trouble,
)
from .multipart import FormWithFiles
from .plain_files import Sealer

F = TypeVar("F", bound=FilesForm)
MIB: Final = 1024 * 1024
_TOSSED: Final = 10
"""Times what files may have together: so much is read and thrown away, for the words' sake."""
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
def sent_form(make: Callable[[Any], F]) -> Iterator[tuple[F, list[Arrived]]]:
    """Read the form that was sent, and its files, which stay in memory until the block ends."""
    config = app_state().config
    memory: Memory = current_app.extensions["dengshao.files"]
    with Tray(memory, most_files=config.files_most, most_bytes=config.plain_mb * MIB) as tray:
        sent = _posted(tray, config.plain_mb * MIB)
        yield make(sent), [_arrived(file) for file in request.files.getlist("files")]


def _posted(tray: Tray, most_bytes: int) -> MultiDict[str, str]:
    reading = cast(Any, request)
    if most_bytes and request.mimetype == "multipart/form-data":
        reading.form_data_parser_class = FormWithFiles
        reading.file_stream = tray.open
        reading.max_content_length = _TOSSED * most_bytes + MOST_READ
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


def _arrived(file: FileStorage) -> Arrived:
    stream = cast(TrayFile, file.stream)
    data = stream.getvalue()
    return Arrived(file.filename or "", data, sha256(data).hexdigest(), stream.trouble)


def bring_files(form: FilesForm, arrived: Sequence[Arrived], *, together: bool) -> None:
    """Store what came with the form, before anything is said about its words.

    `together` puts all in one blob, as the supervisory way asks. No browser fills in a file again:
    whatever is wrong with the words, the files stay.
    """
    if not arrived and not form.kept.data:
        return
    brought = form.brought = FormFiles()
    try:
        _bring(form, brought, arrived, together=together)
    except SQLAlchemyError:
        # The words come back: nobody may think that what came with them is there.
        if not brought.key:
            brought.unread = _unread()
        lost = [file for file in arrived if file.digest not in brought.digests]
        brought.failed += [Failed(file.name, file.trouble or Trouble.AWAY) for file in lost]
        raise
    finally:
        form.files.errors = [*problems(brought)]
        if brought.undecided:
            form.files.leads_to = "file-0-keep"


def _bring(
    form: FilesForm, brought: FormFiles, arrived: Sequence[Arrived], *, together: bool
) -> None:
    intake = None if form.errors.get("token") else current_intake(db.session, form.nonce.day)
    if intake is None or form.nonce.age < app_state().config.form_min_seconds:
        brought.refused = [Failed(file.name, Trouble.STALE) for file in arrived]
        brought.refused = brought.refused or [Failed("", Trouble.STALE)]
        brought.is_expired = intake is None
        return
    brought.key = kept_key(intake.day_key, form.nonce.nonce)
    read_kept(brought, form.kept.data or "", request.form)
    sent = Submission(intake, form.nonce, form.answers(), form.contact_text)
    _take(form, brought, _without_stored(brought, sent, arrived), together=together)


def _unread() -> list[tuple[str, str]]:
    """Give back what the page kept, and each choice, where nothing could be looked up."""
    fields = request.form.items()
    return [(name, text) for name, text in fields if name == "kept" or name.startswith("file-")]


def _without_stored(
    brought: FormFiles, sent: Submission, arrived: Sequence[Arrived]
) -> list[Arrived]:
    """Set apart what came with the same words before: it is neither cleaned nor sealed again."""
    spent = nonces.spent_bodies(db.reading, sent.nonce.nonce)
    digests = brought.digests | {file.digest for file in arrived}
    known = sent.with_stored(digests).known_among(spent) or frozenset()
    if known and not _stands(sent):
        known = frozenset()
    brought.stored = [file for file in arrived if file.digest in known]
    brought.known = known
    return [file for file in arrived if file.digest not in known]


def _stands(sent: Submission) -> bool:
    """Tell whether the form's tip is there still: purged, its files are gone with its words."""
    standing = store.standing(db.reading, sent.lookup)
    return standing is not None and not standing.is_purged


def _take(form: FilesForm, brought: FormFiles, fresh: list[Arrived], *, together: bool) -> None:
    config = app_state().config
    if not fresh and brought.known.issuperset(file.digest for file in brought.shown):
        return
    take_up(
        brought,
        fresh,
        sealer(),
        limits=Limits(config.files_most, config.plain_mb * MIB),
        places=current_app.extensions["dengshao.cleaning_places"],
        with_originals=form.originals.data,
        together=together,
    )


def sealer() -> Sealer:
    """Make what puts this request's files into the store."""
    db.reading.rollback()
    return Sealer(db.session, vault().blobs, partial(unlocked, request.environ))


def drop_unwanted(form: FilesForm) -> None:
    """Let go of what its sender does not want, once the tip stands without it."""
    if unwanted := blobs_of(form.brought.unwanted) - blobs_of(form.brought.held):
        sealer().drop(unwanted)


def is_busy(brought: FormFiles) -> bool:
    return any(file.trouble is Trouble.BUSY for file in brought.refused)


def lose_held(form: FilesForm) -> None:
    """Say that files which the page kept are not there any more: swept, or of another tip."""
    form.brought.refused += [Failed(file.name, Trouble.STALE) for file in form.brought.held]
    form.brought.held = []
    form.files.errors = [*problems(form.brought)]
