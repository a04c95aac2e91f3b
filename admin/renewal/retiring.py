"""Takes keys out of the way of a new one: the key in use, and one that waited to follow it."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from ..db import today
from ..models import NextGrant, NextKey, UnitKey
from ..vault.labels import vouched


def retire(session: Session, old: UnitKey) -> None:
    """Take a unit's key out of use, and what was vouched for under it. The caller commits."""
    old.retired_on = today()
    session.flush()
    # Who left could vouch for anybody under the old key: heads listen to each dispatcher anew.
    vouched.forget(session, old.unit_id)


def delete_next(session: Session, key: NextKey) -> None:
    """Delete a next key with all grants of it. The caller commits."""
    session.execute(delete(NextGrant).where(NextGrant.next_key_id == key.id))
    session.delete(key)
    session.flush()
