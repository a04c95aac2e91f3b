"""Sign-in, sessions and what a member's browser gets. A session comes in; no request."""

import hmac
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from typing import Final

from sqlalchemy import ColumnElement, delete, or_, select, true, update
from sqlalchemy.orm import Session

from ..access.roles import Staff
from ..audit.log import record
from ..clock import seconds
from ..db import changed_rows, today
from ..models import (
    Invitation,
    Member,
    Passkey,
    StaffSession,
    Tip,
)
from ..sealing.age.header import decode_base64, read_header
from ..sealing.member import SALT
from ..vault.labels import vouched
from . import throttle

IDLE_SECONDS: Final = 15 * 60
SESSION_SECONDS: Final = 12 * 3600
"""So long after its sign-in a session ends, however busy it is: a stolen one as well."""
TOUCH_SECONDS: Final = 60
"""A session's `last_seen` is rewritten at most this often: most pages write nothing."""

_KEY: Final = 32


class WrongSignIn(Exception):
    """Name, passphrase or code are wrong, or the member is suspended: nobody is told which."""


@dataclass(frozen=True)
class Salts:
    """The two salts that a browser needs before it can prove anything."""

    sign_in: bytes
    seal: bytes


def find_salts(session: Session, name: str, key: bytes) -> Salts:
    """Read a member's salts; an unknown name gets false ones that stay the same."""
    query = select(Member.salt, Member.sealed_identity).where(Member.name == name)
    row = session.execute(query).first()
    false = hmac.digest(key, f"salts\n{name}".encode(), "sha256")
    if row is None:
        return Salts(false[:SALT], false[SALT:])
    return Salts(row.salt, _seal_salt(row.sealed_identity))


def _seal_salt(sealed_identity: bytes) -> bytes:
    stanza = read_header(BytesIO(sealed_identity)).stanzas[0]
    return decode_base64(stanza.arguments[1].encode())


@dataclass(frozen=True)
class Try:
    """What a browser sends to sign in, and when."""

    name: str
    auth: bytes = field(repr=False)
    now: int


def check_sign_in(
    session: Session, tried: Try, *, reading: Session, key: bytes, brakes: throttle.Brakes
) -> Member:
    """Find the member whom name and secret belong to. The caller commits, also on failure.

    Raises `slowing.TooFast` or `WrongSignIn`. A right secret is taken however often others failed
    under the name: nobody can lock a member out. An unknown name costs the same as a known one.
    """
    if not brakes.judging.take():
        raise throttle.TooFast(throttle.BUSY)
    name_hash = throttle.hash_name(key, tried.name)
    query = select(Member.id, Member.name, Member.auth_hash, Member.suspended_on)
    row = reading.execute(query.where(Member.name == tried.name)).first()
    expected = name_hash if row is None else row.auth_hash
    is_right = hmac.compare_digest(sha256(tried.auth).digest(), expected)
    if not is_right or row is None or row.suspended_on is not None:
        throttle.refuse_while_waiting(reading, name_hash, tried.now)
        write_failure(session, name_hash, tried.now, brakes, by=row.name if row else "-")
        raise WrongSignIn
    throttle.forget(session, name_hash)
    return session.get_one(Member, row.id)


def write_failure(
    session: Session,
    name_hash: bytes,
    now: int,
    brakes: throttle.Brakes,
    *,
    by: str,
    how: str = "",
) -> None:
    """Count a failure and tell the auditor; a flood of names costs no more than the brake lets."""
    if not brakes.writing.take():
        brakes.unwritten += 1
        raise throttle.TooFast(throttle.FIRST_WAIT)
    throttle.count_try(session, name_hash, now)
    left_out, brakes.unwritten = brakes.unwritten, 0
    unwritten = f"unwritten={left_out}" if left_out else ""
    record(session, "sign_in_failed", by=by, detail=f"{how} {unwritten}".strip())


def open_session(
    session: Session,
    member: Member,
    *,
    now: int,
    old: str | None,
    browser: str = "",
    is_verified: bool = False,
) -> str:
    """Make a new session in place of the old one and return its token. The caller commits.

    Unless `is_verified`, it opens nothing but the question for the second factor.
    """
    if old:
        close_session(session, old)
    token = secrets.token_urlsafe(32)
    session.add(
        StaffSession(
            token_hash=hash_token(token),
            member_id=member.id,
            wrap_key=secrets.token_bytes(_KEY),
            last_seen=now,
            opened_at=now,
            browser=browser,
            is_verified=is_verified,
        )
    )
    session.flush()
    return token


def close_session(session: Session, token: str) -> None:
    session.execute(delete(StaffSession).where(StaffSession.token_hash == hash_token(token)))


def clear_sessions(session: Session, member: Member | None = None) -> int:
    """End all sessions, or all of one member: when somebody is suspended, say."""
    query = delete(StaffSession)
    if member is not None:
        query = query.where(StaffSession.member_id == member.id)
    return changed_rows(session.execute(query))


def suspend(session: Session, member: Member) -> None:
    """Shut a member out at once. What they could open before stays open to their key.

    What they invited ends with them, for it would be a way back in; what they held is free; what
    their passkeys open goes, and so do, of a label reader, all copies of their unit's labels.
    """
    member.suspended_on = member.suspended_on or today()
    session.flush()
    clear_sessions(session, member)
    sealed = update(Passkey).where(Passkey.member_id == member.id)
    session.execute(sealed.values(sealed_identity=None))
    _end_invitations(session, member.name)
    _free_claims(session, member)
    vouched.end(session, member.id)


def _end_invitations(session: Session, name: str) -> None:
    """End the open invitations behind which the member stands."""
    now = seconds()
    behind = or_(Invitation.made_by == name, Invitation.code_by == name)
    is_open = Invitation.used_on.is_(None) & (Invitation.ends_at > now)
    session.execute(update(Invitation).where(behind, is_open).values(ends_at=now))


def _free_claims(session: Session, member: Member) -> None:
    """Give the member's open tips back. The version stays: who writes on one loses nothing."""
    held = update(Tip).where(Tip.claimed_by_id == member.id, Tip.is_open == true())
    session.execute(held.values(claimed_by_id=None, claimed_until=None, version=Tip.version))


def has_row(session: Session, token: str) -> bool:
    """Tell whether a session's row is still there, idle or not."""
    query = select(StaffSession.member_id).where(StaffSession.token_hash == hash_token(token))
    return session.execute(query).first() is not None


def is_good(now: int) -> ColumnElement[bool]:
    """Tell which sessions are still good: seen lately, and opened not too long ago."""
    return (StaffSession.last_seen > now - IDLE_SECONDS) & (
        StaffSession.opened_at > now - SESSION_SECONDS
    )


def clear_idle(session: Session, now: int) -> int:
    """Delete sessions that have ended, and with each the key to what rests in that browser."""
    return changed_rows(session.execute(delete(StaffSession).where(~is_good(now))))


@dataclass(frozen=True)
class Seen:
    """A session that is still good, and when its member was last seen."""

    staff: Staff
    last_seen: int
    is_verified: bool
    """Whether the second factor was shown; otherwise the session opens nothing but that."""
    is_locked: bool = False
    """Whether it does nothing until its member has unlocked it."""
    ends_at: int = 0
    """When it ends, however busy it is."""


def find_session(session: Session, token: str, now: int) -> Seen | None:
    """Find who is signed in by this token: not idle, not signed in too long, not suspended."""
    row = session.execute(
        select(
            StaffSession.last_seen,
            StaffSession.is_verified,
            StaffSession.is_locked,
            StaffSession.opened_at,
            Member.id,
            Member.name,
            Member.unit_id,
            Member.roles,
        )
        .join(Member, StaffSession.member_id == Member.id)
        .where(
            StaffSession.token_hash == hash_token(token),
            is_good(now),
            Member.suspended_on.is_(None),
        )
    ).first()
    if row is None:
        return None
    staff = Staff(row.id, row.name, row.unit_id, tuple(row.roles))
    ends_at = row.opened_at + SESSION_SECONDS
    return Seen(staff, row.last_seen, row.is_verified, row.is_locked, ends_at)


def touch(session: Session, token: str, now: int) -> None:
    """Write down that the member was seen now. The caller commits."""
    session.execute(
        update(StaffSession)
        .where(StaffSession.token_hash == hash_token(token))
        .values(last_seen=now)
    )


def read_wrap_key(session: Session, token: str) -> bytes:
    query = select(StaffSession.wrap_key).where(StaffSession.token_hash == hash_token(token))
    return session.execute(query).scalar_one()


def lock(session: Session, token: str) -> None:
    """Let the session do nothing until it is unlocked. The caller commits.

    What rests in the browser becomes useless too: its key is replaced.
    """
    session.execute(
        update(StaffSession)
        .where(StaffSession.token_hash == hash_token(token))
        .values(wrap_key=secrets.token_bytes(_KEY), is_locked=True)
    )


def unlock(session: Session, token: str) -> None:
    """Let the session act again; its member has shown passphrase and member code."""
    session.execute(
        update(StaffSession)
        .where(StaffSession.token_hash == hash_token(token))
        .values(is_locked=False)
    )


def hash_token(token: str) -> bytes:
    return sha256(token.encode()).digest()
