"""Views of the queue that a member gave a name. Each belongs to one member; no other sees it."""

from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from ...db import changed_rows
from ...models import SavedFilter

MOST: Final = 20
NAME_MAX: Final = 20


class TooMany(Exception):
    """The member has as many saved views as one may have."""


class NoName(Exception):
    """The name is empty or too long."""


class NotYours(Exception):
    """There is no such view of this member."""


def save_filter(session: Session, *, member_id: int, name: str, query: str) -> SavedFilter:
    """Save a view; one of the same name is replaced. Raises `NoName` or `TooMany`."""
    name = " ".join(name.split())
    if not name or len(name) > NAME_MAX:
        raise NoName
    own = select(SavedFilter).where(SavedFilter.member_id == member_id)
    saved = session.scalars(own.where(SavedFilter.name == name)).first()
    if saved is not None:
        saved.query = query
        return saved
    counted = select(func.count()).where(SavedFilter.member_id == member_id)
    if session.execute(counted).scalar_one() >= MOST:
        raise TooMany
    saved = SavedFilter(member_id=member_id, name=name, query=query)
    session.add(saved)
    session.flush()
    return saved


def delete_filter(session: Session, *, member_id: int, filter_id: int) -> None:
    """Delete a member's own view. Raises `NotYours` for any other."""
    own = (SavedFilter.id == filter_id, SavedFilter.member_id == member_id)
    result = session.execute(delete(SavedFilter).where(*own))
    if changed_rows(result) != 1:
        raise NotYours
