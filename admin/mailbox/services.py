"""Finds what lies under a receipt, and stores what its holder sends. No Flask in here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, defer
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.orm.util import identity_key

from ..app_state import app_state
from ..db import today
from ..db.commits import confirm_earlier
from ..models import Decision, Direction, Tip
from ..sealing import age
from ..sealing.marks import check_marks
from ..sealing.payload import Envelope, Kind
from ..tip.events import Event, EventKind
from ..tip.status import TipStatus
from ..tip.urgency import Urgency
from ..vault import history
from ..vault.conversation import Talk, read_talk
from ..vault.decoy import NOBODY, find_tip_or_decoy
from ..vault.events import REPORTER
from ..vault.files.uploads import attach
from ..vault.retention.told import is_over
from ..vault.spent.nonces import (
    body_mac,
    spend,
    spent_bodies,
)
from ..vault.store import (
    KeyChanged,
    NumberTaken,
    TalkState,
    add_message,
    check_key,
    find_tip,
    make_urgent,
)
from ..vault.units import OpenUnit
from ..wire.form_tokens import FormNonce
from .thread import MessageRow

CONFLICTS = (NumberTaken, KeyChanged, IntegrityError, StaleDataError)
"""Somebody else wrote at the same moment: roll back, look again, and try once more."""


class TipPurged(Exception):
    """The tip's content was deleted: there is nobody left to read more words."""


@dataclass(frozen=True)
class Mail:
    """A tip and its talk, as they lie in the database."""

    tip: Tip
    talk: Talk

    @property
    def rows(self) -> Sequence[MessageRow]:
        return self.talk.rows

    @property
    def is_asked(self) -> bool:
        """Whether staff wait for an answer, so that there must be a question."""
        return self.tip.status is TipStatus.QUESTION

    @property
    def is_purged(self) -> bool:
        return self.tip.status is TipStatus.PURGED

    @property
    def state(self) -> TalkState:
        """Where the talk stands: what the next message is chained to."""
        last = self.rows[-1] if self.rows else None
        return TalkState(last.number, last.digest) if last else TalkState(0, "")


@dataclass(frozen=True)
class Letter:
    """A sealed message of the reporter, ready for its row. Without sealed bytes it is a mark."""

    kind: Kind
    number: int
    digest: str
    sealed: bytes
    urgency: Urgency | None = None
    """How urgent a supplement makes the tip: only the browser, which knows the words, can tell."""
    key_id: int | None = None
    """The unit's key to which it is sealed."""
    files: tuple[str, ...] = ()
    """The blobs that it names."""


NAMED_ACTS: Final = ("danger", "withdraw")
"""Kinds of letters that the talk names to the reporter; all others are words."""

DANGER_MARK: Final = Letter("danger", 0, "", b"")
"""A call for protection without a word: all that can be kept while no key is there to seal to."""


@dataclass(frozen=True)
class Stamp:
    """What makes a retry the same: the form's nonce, and the mark of what was sent under it."""

    nonce: FormNonce
    mac: bytes

    @classmethod
    def of(cls, nonce: FormNonce, lookup: bytes, kind: Kind, content: str) -> "Stamp":
        """Mark a content: the words themselves, or the digest of an envelope sealed elsewhere."""
        return cls(nonce, body_mac(nonce.nonce, lookup + f"{kind}\n{content}".encode()))

    def is_spent(self, session: Session) -> bool:
        """Tell whether exactly this was stored before."""
        return self.mac in spent_bodies(session, self.nonce.nonce)


def find_mail(session: Session, peppered: bytes) -> Mail | None:
    """Read the tip and the talk of a receipt. Costs the same queries where there is none."""
    tip = find_tip(session, peppered)
    talk = read_talk(session, _talk_of(tip) if tip else NOBODY)
    return Mail(tip, talk) if tip else None


def _talk_of(tip: Tip) -> int:
    """Tell whose talk is read: of a tip that is told as deleted nobody's, though it may be kept."""
    return NOBODY if tip.status is TipStatus.PURGED else tip.id


def find_mail_or_decoy(session: Session, peppered: bytes, unit_id: str) -> tuple[Mail, bool]:
    """Read the tip and the talk of a receipt, or one of nobody that costs the same work.

    The second value tells which: what is read of a decoy is thrown away.
    """
    tip = find_tip_or_decoy(session, peppered, unit_id)
    return Mail(tip, read_talk(session, _talk_of(tip))), tip.id != NOBODY


def wordless_call(tip: Tip, rows: Sequence[MessageRow]) -> date | None:
    """Tell the day of a call for protection of which no row of the talk tells: the bare mark."""
    return None if any(row.act == "danger" for row in rows) else tip.danger_on


def seal_letter(mail: Mail, talk: bytes, *, kind: Kind, body: str, readers: OpenUnit) -> Letter:
    """Seal the reporter's words to the unit, chained to the talk as it stands.

    Raises `Strayed` or `Unmarked` where the tip has no mark of the unit at which it is said to lie.
    """
    check_marks(mail.tip.marks, talk, readers.unit_id, mail.tip.reference)
    state = mail.state
    envelope = Envelope.make(
        body,
        talk,
        kind=kind,
        direction="reporter",
        reference=mail.tip.reference,
        number=state.number + 1,
        previous=state.digest,
    )
    recipients = [age.parse_recipient(text) for text in readers.recipients]
    sealed = age.seal(envelope.to_bytes(), recipients)
    return Letter(kind, state.number + 1, envelope.digest, sealed, key_id=readers.key_id)


def store_letter(session: Session, tip_id: int, letter: Letter, stamp: Stamp) -> None:
    """Store a letter and do what its kind asks for. The caller commits.

    A no-op when exactly this was stored before. Raises `NumberTaken` when another message came
    first, `KeyChanged` when the tip was moved to another key, `TipPurged` when its content is gone,
    `TalkFull` when there is no more room, `NotWhole` when a file that it names is not there.
    """
    tip = _locked(session, tip_id)
    if stamp.is_spent(session):
        confirm_earlier(session)
        return
    if is_over(session, tip.expires_on, tip.merged_into_id, tip.status):
        raise TipPurged
    if letter.sealed:
        check_key(session, tip, letter.key_id)
    spend(session, stamp.nonce.nonce, stamp.mac, day=stamp.nonce.day)
    if letter.sealed:
        add_message(
            session,
            tip,
            number=letter.number,
            direction=Direction.REPORTER,
            digest=letter.digest,
            sealed=letter.sealed,
            act=letter.kind if letter.kind in NAMED_ACTS else None,
        )
        attach(session, tip.id, letter.files)
    _ACTS[letter.kind](session, tip, letter)


def _locked(session: Session, tip_id: int) -> Tip:
    """Read the row and lock it till the commit: who moves the tip meanwhile waits, and is told.

    Without its label, which the mailbox may not read. A row that an earlier try left behind, rolled
    back, would be loaded with it.
    """
    if left := session.identity_map.get(identity_key(Tip, tip_id)):
        session.expunge(left)
    return session.get_one(Tip, tip_id, options=[defer(Tip.label)], with_for_update=True)


def _take_words(session: Session, tip: Tip, _letter: Letter) -> None:
    """Log more words; an answer puts the tip back to where it stood before the question."""
    if tip.status is not TipStatus.QUESTION:
        history.heard_from_reporter(session, tip, EventKind.MORE_WORDS)
        return
    before = _status_before_question(session, tip)
    history.record(session, tip, Event(EventKind.ANSWERED), new=before, by=REPORTER)


def _status_before_question(session: Session, tip: Tip) -> TipStatus:
    query = (
        select(Decision.old)
        .where(Decision.tip_id == tip.id, Decision.new == TipStatus.QUESTION)
        # Staff may have asked twice in a row.
        .where(Decision.old != TipStatus.QUESTION)
        .order_by(Decision.step.desc())
        .limit(1)
    )
    return session.execute(query).scalar_one_or_none() or TipStatus.RECEIVED


def _take_supplement(session: Session, tip: Tip, letter: Letter) -> None:
    """Log what the form added. As on the form's own way, a supervisory tip keeps its urgency."""
    if letter.urgency:
        make_urgent(session, tip, letter.urgency, app_state().district)
    history.heard_from_reporter(session, tip, EventKind.MORE_WORDS)


def _take_danger(session: Session, tip: Tip, _letter: Letter) -> None:
    history.mark_danger(session, tip)


def _take_withdrawal(session: Session, tip: Tip, _letter: Letter) -> None:
    """Note the request. Deletes nothing: who forced or found a receipt must not destroy a tip."""
    tip.withdrawn_on = tip.withdrawn_on or today()
    history.heard_from_reporter(session, tip, EventKind.WITHDRAWN)


_ACTS = {
    "message": _take_words,
    "supplement": _take_supplement,
    "danger": _take_danger,
    "withdraw": _take_withdrawal,
}
