"""Between a request without scripts and its files: reads it, brings its files in, tells of them."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from typing import Any, Final, cast

from flask import current_app, request
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage, MultiDict

from ..cleaning import safe_name
from ..db import db
from ..house import house
from ..turns import MOST_READ, aside
from ..vault import nonces, vault
from ..vault.routes import is_supervisory
from .bringing import Arrived, Brought, Failed, Limits, blobs_of, read_kept, take_up
from .current import current_intake
from .forms import TipForm
from .kept import kept_key
from .multipart import FormWithFiles
from .pages import new_form
from .plain_files import Sealer
from .submission import Submission
from .tray import Memory, Tray, TrayFile, Trouble

MIB: Final = 1024 * 1024
_TOSSED: Final = 10
"""Times what files may have together: so much is read and thrown away, for the words' sake."""
_SIDE_BY_SIDE: Final = 4
"""Forms with as many files as may be that one process holds at once."""
_NAMES_SHOWN: Final = 3
_NAME_SHOWN: Final = 40


def init_memory() -> Memory:
    """Make the room that all forms with files share; one for each application."""
    return Memory(_SIDE_BY_SIDE * house().config.plain_mb * MIB)


@contextmanager
def sent_form() -> Iterator[tuple[TipForm, list[Arrived]]]:
    """Read the form that was sent, and its files, which stay in memory until the block ends."""
    config = house().config
    memory: Memory = current_app.extensions.setdefault("dengshao.files", init_memory())
    with Tray(memory, most_files=config.files_most, most_bytes=config.plain_mb * MIB) as tray:
        sent = _posted(tray, config.plain_mb * MIB)
        yield new_form(sent), [_arrived(file) for file in request.files.getlist("files")]


def _posted(tray: Tray, most_bytes: int) -> MultiDict[str, str]:
    reading = cast(Any, request)
    if most_bytes and request.mimetype == "multipart/form-data":
        reading.form_data_parser_class = FormWithFiles
        reading.file_stream = tray.open
        reading.max_content_length = _TOSSED * most_bytes + MOST_READ
    if (request.content_length or 0) <= MOST_READ:
        return request.form
    # Whoever sends much, or slowly, keeps nobody waiting.
    with aside(request.environ):
        return request.form


def _arrived(file: FileStorage) -> Arrived:
    stream = cast(TrayFile, file.stream)
    data = stream.getvalue()
    return Arrived(file.filename or "", data, sha256(data).hexdigest(), stream.trouble)


def bring_files(form: TipForm, arrived: Sequence[Arrived]) -> None:
    """Store what came with the form, before anything is said about its words.

    No browser fills in a file again: whatever is wrong with the words, the files stay.
    """
    if not arrived and not form.kept.data:
        return
    brought = form.brought = Brought()
    intake = None if form.errors.get("token") else current_intake(db.session, form.nonce.day)
    if intake is None or form.nonce.age < house().config.form_min_seconds:
        brought.refused = [Failed(file.name, Trouble.STALE) for file in arrived]
        brought.refused = brought.refused or [Failed("", Trouble.STALE)]
    else:
        brought.key = kept_key(intake.day_key, form.nonce.nonce)
        read_kept(brought, form.kept.data or "", request.form)
        sent = Submission(intake, form.nonce, form.answers(), form.contact.data or "")
        _take(form, brought, _without_stored(brought, sent, arrived))
    form.files.errors = [*_problems(brought)]


def _without_stored(
    brought: Brought, sent: Submission, arrived: Sequence[Arrived]
) -> list[Arrived]:
    """Set apart what an earlier send of the same words brought: it is neither cleaned nor sealed."""
    spent = nonces.spent_bodies(db.reading, sent.nonce.nonce)
    digests = {file.digest for file in (*brought.shown, *arrived) if file.digest}
    known = sent.with_stored(digests).known_among(spent) or frozenset()
    brought.stored = [file for file in arrived if file.digest in known]
    brought.known = known
    return [file for file in arrived if file.digest not in known]


def _take(form: TipForm, brought: Brought, fresh: list[Arrived]) -> None:
    config = house().config
    if not fresh and brought.known.issuperset(file.digest for file in brought.shown):
        return
    take_up(
        brought,
        fresh,
        sealer(),
        limits=Limits(config.files_most, config.plain_mb * MIB),
        with_originals=form.originals.data,
        together=is_supervisory(form.official.data or "", tuple(form.exclude.data or ())),
    )


def sealer() -> Sealer:
    """Make what puts this request's files into the store."""
    db.reading.rollback()
    return Sealer(db.session, vault().blobs, partial(aside, request.environ))


def drop_unwanted(form: TipForm) -> None:
    """Let go of what its sender does not want, once the tip stands without it."""
    if unwanted := blobs_of(form.brought.unwanted) - blobs_of(form.brought.held):
        sealer().drop(unwanted)


def _problems(brought: Brought) -> Iterator[str]:
    """Say why the form comes back for its files' sake, each reason once."""
    if brought.undecided:
        yield _("有文件没能清理。请逐个选：照原样交，还是不要。")
    for trouble in dict.fromkeys(file.trouble for file in brought.refused):
        names = [file.name for file in brought.refused if file.trouble is trouble and file.name]
        yield _listed(names) + trouble_words(trouble)


def _listed(names: Sequence[str]) -> str:
    if not names:
        return ""
    shown = _("、").join(map(short_name, names[:_NAMES_SHOWN]))
    if len(names) > _NAMES_SHOWN:
        shown = _("%(names)s 等 %(count)s 个", names=shown, count=len(names))
    return shown + _("：")


def short_name(name: str) -> str:
    """Make a file's name fit for a line of the page."""
    text = safe_name(name, "application/octet-stream")
    return text if len(text) <= _NAME_SHOWN else f"{text[:_NAME_SHOWN]}…"


def trouble_words(trouble: Trouble) -> str:
    config = house().config
    most, size = config.files_most, f"{config.plain_mb} MB"
    words = {
        Trouble.TOO_BIG: _("太大了。这一页一共只收 %(size)s，请少选一些。", size=size),
        Trouble.TOO_MANY: _("太多了。一条线索最多交 %(most)s 个文件。", most=most),
        Trouble.BUSY: _("现在交文件的人太多。请等一分钟，再选一次。"),
        Trouble.EMPTY: _("文件是空的。请换一个，或者不选。"),
        Trouble.STALE: _("文件没有留住，请再选一次。"),
        Trouble.FULL: _("今天收文件的地方用完了，请明天再交。"),
        Trouble.AWAY: _("文件现在存不上，请等一会儿再交。"),
    }
    return words[trouble]


def is_busy(brought: Brought) -> bool:
    return any(file.trouble is Trouble.BUSY for file in brought.refused)


def lose_held(form: TipForm) -> None:
    """Say that files which the page kept are not there any more: swept, or of another tip."""
    form.brought.refused += [Failed(file.name, Trouble.STALE) for file in form.brought.held]
    form.brought.held = []
    form.files.errors = [*_problems(form.brought)]
