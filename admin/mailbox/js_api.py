"""The mailbox with scripts: only a lookup and sealed bytes reach the server, never the digits."""

import re
from base64 import b64encode
from dataclasses import dataclass, replace
from typing import Any, Final, cast

from flask import Blueprint, Response, abort
from sqlalchemy.exc import SQLAlchemyError

from ..app_state import app_state, page_language
from ..db import db, today
from ..db.commits import confirm_earlier
from ..logs import log_fault
from ..sealing.age.shape import WrongShape, clear_size
from ..sealing.marks import split_marks
from ..sealing.payload import MESSAGE_STEP, Kind
from ..sealing.seen import SEEN
from ..tip.problems import Problem
from ..tip.urgency import Urgency
from ..vault import vault
from ..vault.files.room import says_full
from ..vault.files.sent import TooMuch, read_files
from ..vault.files.uploads import NotWhole
from ..vault.store import TalkFull, TalkFullToday
from ..web.security import public
from ..wire.drafts import answer_ticket
from ..wire.fields import base64_field, hex_field, text_field
from ..wire.form_tokens import BadToken, FormNonce
from ..wire.json_api import answer_json, answer_problem, read_json
from . import words
from .seeing import note
from .services import (
    CONFLICTS,
    DANGER_MARK,
    Letter,
    Mail,
    Stamp,
    TipPurged,
    find_mail,
    store_letter,
    wordless_call,
)
from .shares import has_share
from .thread import MessageRow, decoy_row, is_own_whole
from .visit import look_up, readers

MOST_SEALED = 32 * 1024
_MOST_BODY = 64 * 1024
# Answers grow in steps, so that their length on the wire tells little about the talk.
_STEP = 32 * 1024
# Answers of staff, of some 1,200 characters, up to which neither the length nor the time tells how
# many there are.
_ANSWERS = 2
# Of an answer that is always the same.
_SHORT = 64
_KINDS = ("message", "supplement", "danger", "withdraw")
_ATTEMPTS = 2
_KEY_ID = re.compile("[0-9]{1,19}")


bp = Blueprint("mailbox_scripted", __name__)


@dataclass(frozen=True)
class Sent:
    """A letter on its way to a tip."""

    mail: Mail
    letter: Letter
    stamp: Stamp
    lookup: bytes

    def bare(self) -> "Sent":
        """Leave of a call for protection the mark alone."""
        mark = DANGER_MARK
        stamp = Stamp.of(self.stamp.nonce, self.lookup, mark.kind, mark.digest)
        return replace(self, letter=mark, stamp=stamp)


@bp.post("/thread")
@public
def show_thread() -> Response:
    """Give what lies under a lookup: the coarse status, and the staff's messages still sealed."""
    lookup = hex_field(read_json(_MOST_BODY), "lookup", 32)
    mail, is_known = look_up(bytes.fromhex(lookup))
    token = app_state().tokens.new()
    # All are made, and one is sent: how long it takes tells nothing of whether a tip is there.
    covers = _NOTHING, _cover(mail), {"messages": _decoys(mail)}
    answers = [_answer({**cover, "token": token}) for cover in covers]
    return answers[is_known]


@bp.post("/draft")
@public
def give_draft_key() -> Response:
    """Give a draft's key to the tab that kept the draft, so that a reload loses no word."""
    return answer_ticket(app_state().drafts)


@bp.post("/seen")
@public
def note_seen() -> Response:
    """Keep up to where the reporter has read; the answer is the same whatever lies there."""
    content = read_json(_MOST_BODY)
    lookup = bytes.fromhex(hex_field(content, "lookup", 32))
    box = base64_field(content, "seen")
    if len(box) != SEEN:
        abort(400)
    note(lookup, box)
    return answer_json({"noted": True}, step=_SHORT)


@bp.post("/sealed")
@public
def store_sealed() -> Response:
    """Store a message that the reporter's browser sealed."""
    content = read_json(_MOST_BODY)
    lookup = bytes.fromhex(hex_field(content, "lookup", 32))
    letter = _letter(content)
    nonce, is_fresh = _token(content)
    mail = find_mail(db.reading, app_state().peppered(lookup))
    stamp = Stamp.of(nonce, lookup, letter.kind, letter.digest)
    if mail is None:
        return _problem(Problem.UNKNOWN)
    if not is_fresh and not stamp.is_spent(db.reading):
        return _problem(Problem.TOKEN)
    unit = readers(mail.tip)
    if letter is DANGER_MARK and unit is not None and mail.tip.marks:
        # A key is there: the browser looks again, and seals what was written.
        return _problem(Problem.UNIT_OPEN)
    if letter.key_id is not None and unit is not None and letter.key_id != unit.key_id:
        # The unit has renewed its key since the page was opened: it looks again, and seals anew.
        return _stored_before(stamp) or _problem(Problem.NUMBER_TAKEN)
    return _store_within(Sent(mail, letter, stamp, lookup))


def _store_within(sent: Sent) -> Response:
    """Store where the sender's share has room; a retry of what is stored needs none."""
    is_counted = sent.letter is not DANGER_MARK and not sent.stamp.is_spent(db.reading)
    is_danger = sent.letter.kind == "danger"
    if is_counted and not vault().room.takes_words:
        return _without_room(sent, Problem.NO_ROOM)
    if is_counted and not has_share(db.reading, sent.mail.tip, is_danger=is_danger):
        return _without_room(sent, Problem.SHARE_USED)
    return _store(sent)


def _without_room(sent: Sent, problem: Problem) -> Response:
    """Refuse the words; of a call for protection the mark is kept in any case."""
    if sent.letter.kind != "danger":
        return _problem(problem)
    if sent.mail.tip.danger_on != today():
        answer = _store(sent.bare())
        if answer.status_code != 200:
            return answer
    return _problem(Problem.MARKED)


def _stored_before(stamp: Stamp) -> Response | None:
    if not stamp.is_spent(db.reading):
        return None
    try:
        confirm_earlier(db.session)
        db.session.commit()
    except SQLAlchemyError as error:
        db.session.rollback()
        log_fault(error)
        return _problem(Problem.BUSY)
    return _answer({"stored": True})


def _store(sent: Sent) -> Response:
    # The second try finds the same letter stored by a retry that ran beside this one.
    for _attempt in range(_ATTEMPTS):
        try:
            store_letter(db.session, sent.mail.tip.id, sent.letter, sent.stamp)
            db.session.commit()
            return _answer({"stored": True})
        except TipPurged:
            return _problem(Problem.PURGED)
        except TalkFullToday:
            db.session.rollback()
            return _without_room(sent, Problem.FULL_TODAY)
        except TalkFull:
            db.session.rollback()
            return _without_room(sent, Problem.TALK_FULL)
        except NotWhole:
            db.session.rollback()
            return _problem(Problem.FILES)
        except CONFLICTS:
            db.session.rollback()
        except SQLAlchemyError as error:
            # The database is full, busy or away. The browser keeps the words and comes again.
            db.session.rollback()
            log_fault(error)
            vault().room.heed(error)
            return _problem(Problem.NO_ROOM if says_full(error) else Problem.BUSY)
    return _problem(Problem.NUMBER_TAKEN)


# What is said of an unknown lookup: the shape of `_cover` with nothing in it.
_NOTHING: Final[dict[str, Any]] = {
    "known": False,
    **dict.fromkeys(("reference", "status", "status_words", "turn_to", "next_look", "moved"), ""),
    "withdrawn_on": "",
    "apart": False,
    "called": False,
    "called_on": "",
    "recent": "",
    "unit": {"id": "", "key": "", "recipients": []},
    "marks": [],
    "length": 0,
    "messages": [],
}


def _cover(mail: Mail) -> dict[str, Any]:
    """Describe a tip to its reporter."""
    unit, withdrawn = readers(mail.tip), mail.tip.withdrawn_on
    called_on = wordless_call(mail.tip, mail.rows)
    return {
        "known": True,
        "reference": mail.tip.reference,
        "status": mail.tip.status,
        "status_words": str(words.STATUS_WORDS[mail.tip.status]),
        "turn_to": words.turn_to(mail.tip, app_state().district, page_language()),
        "next_look": words.next_look(mail.tip, mail.talk),
        "moved": words.way_out(mail.tip, mail.talk),
        "withdrawn_on": withdrawn.isoformat() if withdrawn else "",
        "apart": mail.tip.machine_unit is not None,
        "called": mail.tip.danger_on is not None,
        "called_on": called_on.isoformat() if called_on else "",
        "recent": words.recent_act(mail.tip),
        "unit": {
            "id": unit.unit_id if unit else "",
            "key": str(unit.key_id) if unit else "",
            "recipients": unit.recipients if unit else [],
        },
        "marks": [mark.hex() for mark in split_marks(mail.tip.marks)],
        "length": mail.talk.length,
        "messages": [message_json(row) for row in mail.rows],
    }


def _decoys(mail: Mail) -> list[dict[str, Any]]:
    """Describe so many answers of nobody that with the talk's own there are `_ANSWERS`."""
    own = sum(row.direction == "staff" for row in mail.rows)
    # Each is made anew: to copy one would take no time.
    return [message_json(decoy_row()) for _ in range(_ANSWERS - own)]


def message_json(row: MessageRow) -> dict[str, Any]:
    """Describe a message. The reporter's own is never handed out, not even sealed."""
    is_staff = row.direction == "staff"
    return {
        "number": row.number,
        "direction": row.direction,
        "day": row.sent_on.isoformat(),
        "digest": row.digest,
        "act": row.act or "",
        "sealed": b64encode(row.sealed).decode("ascii") if is_staff else "",
        # Of the own ones the browser can judge nothing else.
        "whole": is_staff or is_own_whole(row),
    }


def _problem(problem: Problem) -> Response:
    return answer_problem(problem, step=_STEP)


def _answer(content: dict[str, Any], status: int = 200) -> Response:
    return answer_json(content, status, step=_STEP)


def _token(content: dict[str, Any]) -> tuple[FormNonce, bool]:
    value = content.get("token")
    if not isinstance(value, str) or not value.isascii():
        abort(400)
    try:
        return app_state().tokens.read(value)
    except BadToken:
        abort(_problem(Problem.TOKEN))


def _letter(content: dict[str, Any]) -> Letter:
    number, kind = content.get("number"), content.get("kind")
    if kind == "danger" and content.get("sealed") == "":
        return DANGER_MARK
    if type(number) is not int or not 1 <= number < 1 << 31 or kind not in _KINDS:
        abort(400)
    return Letter(
        kind=cast(Kind, kind),
        number=number,
        digest=hex_field(content, "digest", 64),
        sealed=_sealed(base64_field(content, "sealed")),
        urgency=_urgency(content, kind),
        key_id=_key_id(content),
        files=_files(content),
    )


def _files(content: dict[str, Any]) -> tuple[str, ...]:
    try:
        return read_files(content)
    except TooMuch:
        abort(_problem(Problem.TOO_BIG))


def _key_id(content: dict[str, Any]) -> int | None:
    """Read which of the unit's keys it is sealed to, as `_cover` named it."""
    if "key" not in content:
        return None
    return int(text_field(content, "key", _KEY_ID))


def _urgency(content: dict[str, Any], kind: str) -> Urgency | None:
    if "urgency" not in content:
        return None
    if kind != "supplement" or content["urgency"] not in list(Urgency):
        abort(400)
    return Urgency(content["urgency"])


def _sealed(sealed: bytes) -> bytes:
    """Refuse what is no age file for the two keys of a unit."""
    if len(sealed) > MOST_SEALED:
        abort(413)
    try:
        size = clear_size(sealed, recipients=2)
    except WrongShape:
        abort(400)
    if size % MESSAGE_STEP:
        abort(400)
    return sealed
