"""Sealed files on their way in: a ticket for a proof of work, then parts, then a tip names them.

Nothing of a file is clear here, and nothing but its sealed length is told. A part touches a disk as
a part of a blob only. Each refusal is for the file alone: words never wait for files.
"""

import re
from base64 import b64encode
from functools import partial
from hashlib import sha256
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, request
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from ...app_state import app_state
from ...db import db
from ...logs import log_fault
from ...tip.problems import Problem
from ...vault import vault
from ...vault.files import uploads
from ...vault.files.blobs import (
    PART,
    BlobsAway,
    PartDiffers,
    part_count,
    part_length,
)
from ...vault.files.sent import fits, is_padded
from ...vault.files.sweep import clear_away
from ...vault.spent import challenges
from ...vault.spent.challenges import SolvedChallenge
from ...web.security import public
from ...wire.fields import text_field
from ...wire.json_api import answer_json, answer_problem, read_json
from ...wire.request_lock import unlocked
from ...wire.upload_tokens import BadTicket, Ticket
from ..challenge import challenges as our_challenges
from .part_room import NoPlace, PartRoom

bp = Blueprint("intake_files", __name__, url_prefix="/tip/files")

_STEP = 4096
_PROOF = re.compile(r".{0,1024}", re.DOTALL)
_NUMBER = re.compile(r"[0-9]{1,5}")


@bp.post("/ticket")
@public
def give_ticket() -> Response:
    """Promise room for one sealed file, to who did some work for it."""
    content = read_json(_STEP)
    size = _size(content)
    proof = our_challenges().read(text_field(content, "proof", _PROOF))
    if not fits(size, app_state().config):
        return _refusal(Problem.TOO_BIG)
    if not is_padded(size):
        abort(400)
    if proof is None:
        return _refusal(Problem.CHALLENGE)
    if not vault().room.takes_words or not vault().blobs.has_room(size):
        return _refusal(Problem.FULL)
    try:
        return _reserve(size, proof)
    except IntegrityError:
        return _refusal(Problem.CHALLENGE)
    except (uploads.NoBudget, uploads.TooManyOrphans, BlobsAway):
        return _refusal(Problem.FULL)
    except SQLAlchemyError as error:
        return _database_away(error)


def _reserve(size: int, proof: SolvedChallenge) -> Response:
    challenges.spend(db.session, proof)
    blob = uploads.reserve(db.session, size).blob
    db.session.commit()
    ticket = app_state().upload_tokens.new(Ticket(blob, size))
    return _answer({"ticket": ticket, "blob": blob, "keep": _keep(blob), "part": PART})


@bp.post("/next")
@public
def show_next() -> Response:
    """Tell with which part to go on; where all stand, write down that the file is whole."""
    ticket = _ticket(read_json(_STEP).get("ticket"))
    try:
        return _show_standing(ticket, keep=_keep(ticket.blob))
    except BlobsAway as error:
        log_fault(error)
        return _refusal(_away())
    except SQLAlchemyError as error:
        return _database_away(error)


@bp.post("/part")
@public
def take_part() -> Response:
    """Take one part of a sealed file: the next one, or one that stands already."""
    ticket = _ticket(request.headers.get("Dengshao-Ticket"))
    if request.mimetype != "application/octet-stream":
        abort(415)
    try:
        return _take_known(ticket)
    except NoPlace:
        return _refusal(Problem.BUSY)
    except uploads.NotKnown:
        return _refusal(Problem.TICKET)
    except PartDiffers:
        return _wrong_part(ticket, status=409)
    except BlobsAway as error:
        log_fault(error)
        return _refusal(_away())
    except SQLAlchemyError as error:
        return _database_away(error)


def _take_known(ticket: Ticket) -> Response:
    if _find(ticket) is None:
        return _refusal(Problem.TICKET)
    number = _number(ticket)
    return _wrong_part(ticket) if number is None else _take_part(ticket, number)


def _number(ticket: Ticket) -> int | None:
    """Read which part comes; None unless it is as long as it must be and the one before stands."""
    text = request.headers.get("Dengshao-Part", "")
    if not _NUMBER.fullmatch(text):
        return None
    number = int(text)
    length = part_length(ticket.size, number)
    if not length or request.content_length != length:
        return None
    if number and _length_there(ticket, number - 1) != PART:
        return None
    return number


def _length_there(ticket: Ticket, number: int) -> int | None:
    # A remote store may hang: words are taken meanwhile.
    with unlocked(request.environ):
        return vault().blobs.size(ticket.blob, number)


def _count_there(ticket: Ticket) -> int:
    with unlocked(request.environ):
        return vault().blobs.parts(ticket.blob)


def _take_part(ticket: Ticket, number: int) -> Response:
    room: PartRoom = current_app.extensions["dengshao.part_room"]
    line = request.environ.get("gunicorn.socket")
    # Lines, digests and disks take their time: meanwhile others have their turns.
    with unlocked(request.environ), room.place(line) as sender:
        data = _body(part_length(ticket.size, number))
        sender.is_reading = False
        is_right = sha256(data).hexdigest() == request.headers.get("Dengshao-Digest")
        if is_right:
            # Dropped while its part was on the way, it is not known any more.
            uploads.put_part(db.reading, vault().blobs, ticket.blob, number, data)
    if not is_right:
        return _wrong_part(ticket)
    if number + 1 < part_count(ticket.size):
        return _answer({"next": number + 1, "whole": False})
    return _show_standing(ticket)


@bp.post("/drop")
@public
def drop_file() -> Response:
    """Forget a file that no tip names, because its reporter does not want to send it."""
    ticket = _ticket(read_json(_STEP).get("ticket"))
    try:
        uploads.drop(db.session, ticket.blob)
        db.session.commit()
        # At once: what lies there dropped would keep others' files out until the next sweep.
        with unlocked(request.environ):
            clear_away(db.session, vault().blobs, ticket.blob)
    except SQLAlchemyError as error:
        return _database_away(error)
    return _answer({"dropped": True})


def _show_standing(ticket: Ticket, **more: str) -> Response:
    """Tell how many parts stand in a row. A file of which all do is written down as whole."""
    is_whole = _find(ticket)
    if is_whole is None:
        return _refusal(Problem.TICKET)
    count = part_count(ticket.size)
    if is_whole:
        return _answer({"next": count, "whole": True, **more})
    there = _count_there(ticket)
    if there < count:
        return _answer({"next": there, "whole": False, **more})
    try:
        stepping = partial(unlocked, request.environ)
        uploads.finish(db.session, vault().blobs, ticket.blob, unlocked=stepping)
        db.session.commit()
    except uploads.NotWhole:
        return _refusal(Problem.TICKET)
    return _answer({"next": count, "whole": True, **more})


def _find(ticket: Ticket) -> bool | None:
    """Tell whether an upload is whole; None where there is none, or a tip names it already.

    Leaves no reader behind: a body may come slowly.
    """
    upload = uploads.find(db.reading, ticket.blob)
    is_whole = upload.is_whole if upload is not None and upload.tip_id is None else None
    db.reading.rollback()
    return is_whole


def _body(length: int) -> bytes:
    """Read a part whole into memory; its own path alone takes bodies of this length."""
    request.max_content_length = PART
    pieces = []
    while length and (piece := request.stream.read(length)):
        pieces.append(piece)
        length -= len(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _ticket(text: object) -> Ticket:
    """Read a ticket that is still good; refuse any other with one answer."""
    try:
        ticket, is_fresh = app_state().upload_tokens.read(text if isinstance(text, str) else "")
    except BadTicket:
        abort(_refusal(Problem.TICKET))
    if not is_fresh:
        abort(_refusal(Problem.TICKET))
    return ticket


def _size(content: dict[str, Any]) -> int:
    size = content.get("size")
    # A truth value is a number too.
    if type(size) is not int or size <= 0:
        abort(400)
    return size


def _keep(blob: str) -> str:
    return b64encode(app_state().upload_tokens.keep(blob)).decode("ascii")


def _wrong_part(ticket: Ticket, status: int = 400) -> Response:
    """Refuse a part, and tell with which to go on."""
    return _answer({"error": Problem.PART, "next": _count_there(ticket)}, status)


def _away() -> Problem:
    return Problem.AWAY if vault().blobs.is_elsewhere else Problem.FULL


def _refusal(problem: Problem) -> Response:
    wait = 10 if problem is Problem.BUSY else None
    return answer_problem(problem, step=_STEP, retry_after=wait)


def _database_away(error: SQLAlchemyError) -> Response:
    log_fault(error)
    return _refusal(Problem.BUSY)


def _answer(content: dict[str, Any], status: int = 200) -> Response:
    return answer_json(content, status, step=_STEP)


def init_files(app: Flask) -> None:
    """Give the application the places of its parts, and the addresses of its files."""
    app.extensions["dengshao.part_room"] = PartRoom()
    app.register_blueprint(bp)
