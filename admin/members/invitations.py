"""Invitations: a one-time link that is worth nothing until a head of the unit speaks a code.

Two people stand behind every new member, so that an administrator alone makes none: the one who
invites holds no code, and the one who speaks the code made no link. Where the unit has no head
yet, or the member belongs to no unit, the code comes from a second one-time link.
"""

import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from ..access.permissions import Act, is_allowed
from ..access.roles import check_roles
from ..audit.log import NOBODY, record
from ..keys import issuing
from ..models import Invitation, Member

VALID_SECONDS: Final = 72 * 3600
MOST_WRONG: Final = 5
"""So many wrong codes end an invitation: eight digits must not be tried out."""
CODE_DIGITS: Final = 8
_TOKEN: Final = 16
"""128 bits, of which the database keeps a hash: 22 characters of a link that people also copy."""
BY_LINK: Final = "link"
"""What the log says of who got the code by the second link without an account."""


class NoInvitation(Exception):
    """Unknown, used, run out or ended: a stranger is not told which."""


class NoCodeYet(Exception):
    """Nobody has made the spoken code."""


class WrongCode(Exception):
    """The spoken code is another; the invitation may have ended by it."""


class OwnInvitation(Exception):
    """Who made the invitation, spoke its code or is signed in can't also be the new member."""


class CodeMade(Exception):
    """The second link gave its code once already."""


class BadReplaced(Exception):
    """An administrator's own account, or one of another unit, is not replaced by this member."""


class FirstIsHead(Exception):
    """The first member of a unit must be one who can speak codes and hand the key on."""


@dataclass(frozen=True)
class Links:
    """What is shown once of a new invitation; the database keeps hashes."""

    invitation: Invitation
    token: str = field(repr=False)
    head_token: str | None = field(repr=False)
    heads: tuple[str, ...]
    """Who can speak the code; nobody where the second link gives it."""


def invite(
    session: Session,
    *,
    name: str,
    unit_id: str | None,
    roles: Collection[str],
    by: str,
    now: int,
    replaces: Member | None = None,
    speaking_unit: str | None = None,
    by_later_head: bool = False,
) -> Links:
    """Make an invitation; an earlier one under the same name ends. The caller commits.

    `replaces` is an account whose passphrase or card is lost: it ends as the new member joins.
    `speaking_unit` names another unit whose head speaks the code, instead of the member's own;
    `by_later_head` says that the unit's first head does, who is invited just now.
    Raises `enrol.BadName`, `enrol.NameTaken`, `BadRoles`, `FirstIsHead` or `BadReplaced`.
    """
    name = issuing.clean_name(name)
    check_roles(roles, unit_id)
    if replaces is not None and (replaces.name == by or replaces.unit_id != unit_id):
        raise BadReplaced
    if issuing.find_member(session, name) is not None:
        raise issuing.NameTaken
    # Who forgot their passphrase speaks no code either.
    gone = replaces.name if replaces else None
    own = [head for head in heads(session, unit_id) if head != gone] if unit_id else []
    is_first = unit_id is not None and not own and not by_later_head
    if is_first and not is_allowed(Act.SPEAK_CODE, roles):
        raise FirstIsHead
    can_speak = heads(session, speaking_unit) if speaking_unit else own
    session.execute(
        update(Invitation)
        .where(Invitation.name == name, Invitation.ends_at > now)
        .values(ends_at=now)
    )
    token = secrets.token_urlsafe(_TOKEN)
    head_token = None if can_speak or by_later_head else secrets.token_urlsafe(_TOKEN)
    invitation = Invitation(
        token_hash=_hash(token),
        head_hash=_hash(head_token) if head_token else None,
        name=name,
        unit_id=unit_id,
        code_unit_id=speaking_unit,
        roles=sorted(set(roles)),
        made_by=by,
        replaces_id=replaces.id if replaces else None,
        ends_at=now + VALID_SECONDS,
        wrong_codes=0,
    )
    session.add(invitation)
    session.flush()
    record(session, "invite", by=by, unit_id=unit_id, detail=name)
    return Links(invitation, token, head_token, tuple(can_speak))


def heads(session: Session, unit_id: str) -> list[str]:
    """Name the members of a unit who can speak codes now."""
    rows = session.execute(
        select(Member.name, Member.roles).where(
            Member.unit_id == unit_id, Member.suspended_on.is_(None)
        )
    )
    return sorted(name for name, roles in rows if is_allowed(Act.SPEAK_CODE, roles))


def open_invitations(session: Session, now: int, unit_id: str | None = None) -> list[Invitation]:
    """Read the invitations that can still be accepted: all, or those whose code a unit speaks."""
    query = select(Invitation).where(*_alive(now)).order_by(Invitation.name)
    if unit_id is not None:
        query = query.where(speaker_of() == unit_id)
    return list(session.scalars(query))


def speaker_of() -> ColumnElement[str | None]:
    """Give the unit whose head speaks an invitation's code."""
    return func.coalesce(Invitation.code_unit_id, Invitation.unit_id)


def is_known(session: Session, token: str, now: int) -> bool:
    """Tell, by reading alone, whether a link or a second link opens something.

    Strangers who try tokens must not take the lock between writers, for which tips wait.
    """
    either = (Invitation.token_hash == _hash(token)) | (Invitation.head_hash == _hash(token))
    return session.execute(select(Invitation.id).where(either, *_alive(now))).first() is not None


def unit_of(session: Session, token: str, now: int) -> str | None:
    """Name, by reading alone, the unit that a link or a second link is about."""
    either = (Invitation.token_hash == _hash(token)) | (Invitation.head_hash == _hash(token))
    return session.execute(select(Invitation.unit_id).where(either, *_alive(now))).scalar()


def find(session: Session, token: str, now: int) -> Invitation:
    """Find the invitation that a link opens, and hold its row. Raises `NoInvitation`."""
    return _one(session, Invitation.token_hash == _hash(token), now)


def find_for_head(session: Session, token: str, now: int) -> Invitation:
    """Find the invitation that the second link tells of. Raises `NoInvitation`."""
    return _one(session, Invitation.head_hash == _hash(token), now)


def find_by_name(session: Session, name: str, now: int) -> Invitation:
    """Find the open invitation of a name. Raises `NoInvitation`."""
    return _one(session, Invitation.name == name, now)


def end(session: Session, invitation: Invitation, *, by: str, now: int) -> None:
    """Make an invitation worthless. The caller commits."""
    invitation.ends_at = now
    session.flush()
    record(session, "invite_end", by=by, unit_id=invitation.unit_id, detail=invitation.name)


def speak_code(
    session: Session, invitation: Invitation, *, by: str, key: bytes, is_member: bool = True
) -> str:
    """Make the code that `by` speaks to the new member; an earlier code counts no more.

    Unless `is_member`, `by` was typed: it stands at the invitation and never in the log.
    Wrong tries stay counted. Raises `OwnInvitation`. The caller commits.
    """
    if by in (invitation.made_by, invitation.name):
        raise OwnInvitation
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    invitation.code_hash = _code_hash(key, invitation, code)
    invitation.code_by = by
    # Who typed the earlier one may have read back a key that is no more.
    invitation.heard_code = invitation.heard_mac = None
    session.flush()
    record(
        session,
        "invite_code",
        by=by if is_member else NOBODY,
        unit_id=invitation.unit_id,
        detail=invitation.name if is_member else f"{invitation.name} {BY_LINK}",
    )
    return code


def speak_by_link(
    session: Session, invitation: Invitation, *, typed: str, signed_in: str | None, key: bytes
) -> str:
    """Make the code of the second link, once. Its holder types a name, or is signed in.

    Raises `NoInvitation`, `CodeMade`, `enrol.BadName`, `enrol.NameTaken` or `OwnInvitation`.
    """
    check_backed(session, invitation)
    if invitation.code_hash is not None:
        raise CodeMade
    by = signed_in or issuing.clean_name(typed)
    # A member's name may stand in the log for that member alone: they sign in first.
    if by == invitation.made_by:
        raise OwnInvitation
    if signed_in is None and issuing.find_member(session, by) is not None:
        raise issuing.NameTaken
    return speak_code(session, invitation, by=by, key=key, is_member=signed_in is not None)


def check_backed(session: Session, invitation: Invitation) -> None:
    """Raise `NoInvitation` where one of the two behind it was shut out meanwhile.

    The code's speaker may be nobody's account; who invited always has one.
    """
    behind = (invitation.made_by, invitation.code_by)
    rows = session.execute(
        select(Member.name, Member.suspended_on).where(Member.name.in_(filter(None, behind)))
    )
    suspended = {name: day is not None for name, day in rows}
    if suspended.get(invitation.made_by, True) or any(suspended.values()):
        raise NoInvitation


def is_self_named(session: Session, invitation: Invitation) -> bool:
    """Tell whether the code's speaker is no member: then the name is what somebody typed."""
    by = invitation.code_by
    return by is not None and issuing.find_member(session, by) is None


def try_code(session: Session, invitation: Invitation, typed: str, *, key: bytes) -> None:
    """Judge the spoken code. Raises `NoCodeYet` or `WrongCode`; the caller commits either way."""
    if invitation.code_hash is None:
        raise NoCodeYet
    digits = "".join(c for c in typed if c.isdecimal() and c.isascii())
    if hmac.compare_digest(_code_hash(key, invitation, digits), invitation.code_hash):
        return
    invitation.wrong_codes += 1
    session.flush()
    record(
        session,
        "invite_wrong_code",
        by="-",
        unit_id=invitation.unit_id,
        detail=f"{invitation.name} {invitation.wrong_codes}",
    )
    raise WrongCode


def _alive(now: int) -> tuple[ColumnElement[bool], ...]:
    return (
        Invitation.used_on.is_(None),
        Invitation.ends_at > now,
        Invitation.wrong_codes < MOST_WRONG,
    )


def _one(session: Session, which: ColumnElement[bool], now: int) -> Invitation:
    # Held until the end of the transaction: two tries at once must not share one count.
    query = select(Invitation).where(which, *_alive(now)).with_for_update()
    found = session.scalars(query).first()
    if found is None:
        raise NoInvitation
    return found


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()


def _code_hash(key: bytes, invitation: Invitation, code: str) -> bytes:
    """Hash a code under a key of the secret file: a stolen database gives nothing to try out."""
    return hmac.digest(key, f"{invitation.id}\n{code}".encode(), "sha256")
