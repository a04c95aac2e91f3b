"""Keeps texts about closed matters until they are published. Nothing here knows a tip.

A member writes, a head of the unit who has not written it agrees or refuses; whoever changes a word
is its writer from then on, and it must be agreed to anew. When it was written stands nowhere: at a
time beside that of an end it would lead to a tip. The caller commits.
"""

import secrets
from collections.abc import Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...app_state import app_state
from ...audit.log import record
from ...db import today
from ...district.bulletins import Objection
from ...models import Bulletin, Member

MOST: Final = 40
"""Texts of a unit that may wait at once."""
MONTHS: Final = 3
"""After so many months goes what nobody has agreed to."""


class TooManyTexts(Exception):
    """The unit has as many as it may."""


class OwnText(Exception):
    """Who wrote it is not its second person."""


class WriterLeft(Exception):
    """Who wrote it is no member any more: somebody else must write it."""


class AlreadyAnswered(Exception):
    """It was agreed to, or refused."""


class Objected(Exception):
    """It holds what the list refuses: the list has changed since it was written."""


def may_write(unit_id: str | None) -> bool:
    """Tell whether a unit writes such texts: none that trains, and none for tips about officials.

    What becomes of officials is told by those offices themselves, by their own rules.
    """
    district = app_state().district
    unit = district.units.get(unit_id or "")
    return unit is not None and not unit.practice and unit.id not in district.ways.takers


def read_bulletins(session: Session, unit_id: str) -> Sequence[Bulletin]:
    """List a unit's texts: what waits for the second person, what was refused, what is agreed."""
    found = session.scalars(select(Bulletin).where(Bulletin.unit_id == unit_id))
    return sorted(found, key=lambda row: (row.agreed_on is not None, bool(row.refusal), row.title))


def find_bulletin(session: Session, unit_id: str, bulletin_id: int) -> Bulletin | None:
    own = Bulletin.id == bulletin_id, Bulletin.unit_id == unit_id
    return session.scalars(select(Bulletin).where(*own)).one_or_none()


def write_bulletin(session: Session, unit_id: str, *, title: str, body: str, by: str) -> Bulletin:
    """Keep a new text. Raises `TooManyTexts`."""
    if len(read_bulletins(session, unit_id)) >= MOST:
        raise TooManyTexts
    month = f"{today():%Y-%m}"
    words = {"title": title, "body": body, "by": by, "month": month}
    bulletin = Bulletin(slug=secrets.token_hex(4), unit_id=unit_id, **words)
    session.add(bulletin)
    return bulletin


def change_bulletin(
    session: Session, bulletin: Bulletin, *, title: str, body: str, by: str
) -> bool:
    """Give it other words; tell whether that took back an answer, which is then in the log."""
    was_agreed = _take_back(session, bulletin, by)
    bulletin.title, bulletin.body, bulletin.by = title, body, by
    bulletin.month, bulletin.refusal = f"{today():%Y-%m}", None
    return was_agreed


def drop_bulletin(session: Session, bulletin: Bulletin, *, by: str) -> bool:
    """Delete it; tell whether it had been agreed to, which is then in the log."""
    was_agreed = _take_back(session, bulletin, by)
    session.delete(bulletin)
    return was_agreed


def _take_back(session: Session, bulletin: Bulletin, by: str) -> bool:
    if bulletin.agreed_on is None:
        return False
    bulletin.agreed_by = bulletin.agreed_on = bulletin.drawn_on = None
    record(session, "bulletin_taken_back", by=by, unit_id=bulletin.unit_id)
    return True


def agree(session: Session, bulletin: Bulletin, *, by: str) -> None:
    """Agree as the second person.

    Raises `AlreadyAnswered`, `OwnText`, `WriterLeft`, and `Objected` where the list has grown.
    """
    _expect_open(bulletin, by)
    writer = session.scalars(select(Member).filter_by(name=bulletin.by)).one_or_none()
    if writer is None or writer.suspended_on is not None:
        raise WriterLeft
    if objections(bulletin):
        raise Objected
    bulletin.agreed_by, bulletin.agreed_on = by, today()
    _log(session, "bulletin_agreed", bulletin, by)


def refuse(session: Session, bulletin: Bulletin, *, refusal: str, by: str) -> None:
    """Refuse as the second person. Raises `AlreadyAnswered` and `OwnText`."""
    _expect_open(bulletin, by)
    bulletin.refusal = refusal
    _log(session, "bulletin_refused", bulletin, by)


def _expect_open(bulletin: Bulletin, by: str) -> None:
    if bulletin.agreed_on is not None or bulletin.refusal is not None:
        raise AlreadyAnswered
    if bulletin.by == by:
        raise OwnText


def _log(session: Session, act: str, bulletin: Bulletin, by: str) -> None:
    """Name both people, and no text: of several that wait, the log does not tell which."""
    record(session, act, by=by, unit_id=bulletin.unit_id, detail=bulletin.by)


def objections(bulletin: Bulletin) -> list[Objection]:
    return app_state().district.bulletins.refused(text_of(bulletin.title, bulletin.body))


def text_of(title: str, body: str) -> str:
    """Give the one text that is checked."""
    return f"{title}\n{body}"
