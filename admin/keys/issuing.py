"""Makes members and units' keys, in the format that browsers will make them in too.

The pure part needs secrets and gives bytes; the other part takes a session and adds rows. No
secret ever reaches a row: what the database gets is sealed, hashed or public.
"""

import hashlib
import secrets
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..access.roles import WITHOUT_CONTENT, check_roles
from ..audit.log import NOBODY
from ..db import today
from ..models import (
    KeyGrant,
    Member,
    UnitKey,
)
from ..sealing import age
from ..sealing.age.hybrid import HybridIdentity
from ..sealing.errors import SealingError
from ..sealing.member import (
    SALT,
    fingerprint,
    new_code,
    roster_mac,
    sealing_passphrase,
    sign_in_secret,
    stored_secret,
)
from ..vault.events import REPORTER, SYSTEM
from .passphrases import check_passphrase

MAX_NAME = 80
RECOVERY_NAME = ""
"""The name under which a unit's recovery recipient stands in the roster; no member can have it."""


RESERVED: Final = frozenset({REPORTER, SYSTEM, NOBODY})
"""What stands for no member in histories and in the audit log: such a member's acts would hide."""


class BadName(Exception):
    """A name that can't be a member's."""


class NameTaken(Exception):
    """There is a member of that name already."""


class UnitHasKey(Exception):
    """The unit has a key: who holds it must hand it on."""


class UnitHasNoKey(Exception):
    """The unit has no key yet: its first member makes it."""


class HolderSuspended(Exception):
    """A suspended member hands nothing on."""


class WrongSecret(Exception):
    """Passphrase or member code do not open this member's identity."""


class KeyMismatch(Exception):
    """What opened is not the key that stands in the database: somebody changed a row."""


class RosterChanged(Exception):
    """The members who hold the key are not those whom a holder vouched for."""


@dataclass(frozen=True)
class MemberKeys:
    """All that is made for one member. The code and the identity exist nowhere else."""

    code: str = field(repr=False)
    identity: HybridIdentity = field(repr=False)
    salt: bytes
    auth_hash: bytes
    sealed_identity: bytes = field(repr=False)

    @property
    def recipient(self) -> str:
        return self.identity.recipient_text


def new_member_keys(passphrase: str) -> MemberKeys:
    """Make a member's code and identity. Slow (two scrypts). Raises `WeakPassphrase`."""
    check_passphrase(passphrase)
    code, identity, salt = new_code(), HybridIdentity.generate(), secrets.token_bytes(SALT)
    return MemberKeys(
        code=code,
        identity=identity,
        salt=salt,
        auth_hash=bytes.fromhex(stored_secret(sign_in_secret(passphrase, code, salt))),
        sealed_identity=age.seal_with_passphrase(
            str(identity).encode("ascii"), sealing_passphrase(passphrase, code)
        ),
    )


def member_fingerprint(name: str, recipient: str) -> str:
    """Return what a new member reads out, so that a holder hands the key to the right one."""
    text = f"dengshao member v1\n{name}\n{recipient}"
    digits = hashlib.sha256(text.encode()).hexdigest()[:32]
    return " ".join(digits[i : i + 4] for i in range(0, 32, 4))


def clean_name(text: str) -> str:
    """Return a member's name as it is stored and looked up. Raises `BadName`."""
    name = unicodedata.normalize("NFKC", text).strip()
    if not name or len(name) > MAX_NAME or not name.isprintable() or name.lower() in RESERVED:
        raise BadName
    return name


class Enrolled(Protocol):
    """What a member's row holds of their keys, wherever those were made."""

    @property
    def recipient(self) -> str: ...
    @property
    def salt(self) -> bytes: ...
    @property
    def auth_hash(self) -> bytes: ...
    @property
    def sealed_identity(self) -> bytes: ...


def add_member(
    session: Session, keys: Enrolled, *, name: str, unit_id: str | None, roles: Collection[str]
) -> Member:
    """Add a member's row. They hold no unit's key yet. The caller commits."""
    name = clean_name(name)
    check_roles(roles, unit_id)
    if find_member(session, name) is not None:
        raise NameTaken
    member = Member(
        name=name,
        unit_id=unit_id,
        roles=sorted(set(roles)),
        recipient=keys.recipient,
        salt=keys.salt,
        auth_hash=keys.auth_hash,
        made_on=today(),
        sealed_identity=keys.sealed_identity,
    )
    session.add(member)
    session.flush()
    return member


def find_member(session: Session, name: str) -> Member | None:
    return session.scalars(select(Member).where(Member.name == name)).one_or_none()


def current_key(session: Session, unit_id: str) -> UnitKey | None:
    """Find the key to which a unit's tips are sealed now."""
    query = select(UnitKey).where(UnitKey.unit_id == unit_id, UnitKey.retired_on.is_(None))
    return session.scalars(query).one_or_none()


def make_unit_key(session: Session, first: Member) -> tuple[UnitKey, HybridIdentity]:
    """Make the key of a unit with its first holder; returns the recovery identity beside it.

    The recovery identity is for paper only: the caller prints it and forgets it.
    """
    if first.unit_id is None or WITHOUT_CONTENT & set(first.roles):
        raise UnitHasNoKey
    if current_key(session, first.unit_id) is not None:
        raise UnitHasKey
    identity, recovery = HybridIdentity.generate(), HybridIdentity.generate()
    recipients = identity.recipient_text, recovery.recipient_text
    unit_key = UnitKey(
        unit_id=first.unit_id,
        recipient=recipients[0],
        recovery=recipients[1],
        fingerprint=fingerprint(first.unit_id, *recipients),
        roster_mac="",
        made_on=today(),
        made_by=first.name,
    )
    session.add(unit_key)
    session.flush()
    _grant(session, unit_key, identity, first)
    return unit_key, recovery


def hand_on(session: Session, *, holder: Member, identity: HybridIdentity, to: Member) -> UnitKey:
    """Let `holder`, whose opened identity this is, hand the unit's key on to another member.

    Raises `RosterChanged` when the members are not those whom a holder vouched for: a row slipped
    in must not be vouched for by the next hand-over.
    """
    if holder.suspended_on is not None:
        raise HolderSuspended
    unit_key = current_key(session, holder.unit_id or "")
    if unit_key is None or to.unit_id != holder.unit_id:
        raise UnitHasNoKey
    unit_identity = open_grant(session, unit_key, holder, identity)
    check_roster(session, unit_key, unit_identity)
    _grant(session, unit_key, unit_identity, to)
    return unit_key


def open_identity(member: Member, passphrase: str, code: str) -> HybridIdentity:
    """Open a member's identity. Raises `WrongSecret`, or `BadCode` for no code at all."""
    secret = age.PassphraseIdentity(sealing_passphrase(passphrase, code))
    try:
        text = age.open_sealed(member.sealed_identity, [secret]).decode("ascii")
    except SealingError:
        raise WrongSecret from None
    identity = age.parse_identity(text)
    if not isinstance(identity, HybridIdentity) or identity.recipient_text != member.recipient:
        raise KeyMismatch
    return identity


def open_grant(
    session: Session, unit_key: UnitKey, member: Member, identity: HybridIdentity
) -> HybridIdentity:
    """Open the unit's identity with a member's own. Raises `KeyMismatch` or `SealingError`."""
    query = select(KeyGrant.sealed).filter_by(unit_key_id=unit_key.id, member_id=member.id)
    sealed = session.execute(query).scalar_one_or_none()
    if sealed is None:
        raise UnitHasNoKey
    opened = age.parse_identity(age.open_sealed(sealed, [identity]).decode("ascii"))
    if not isinstance(opened, HybridIdentity) or opened.recipient.text != unit_key.recipient:
        raise KeyMismatch
    return opened


def roster(session: Session, unit_key: UnitKey) -> list[tuple[str, str]]:
    """Name all who can open what is sealed to this key: its holders, and the recovery sheet.

    A suspended member stays in it until the unit has a new key: they could still open it.
    """
    holders = session.execute(
        select(Member.name, Member.recipient)
        .join(KeyGrant, KeyGrant.member_id == Member.id)
        .where(KeyGrant.unit_key_id == unit_key.id)
    )
    return sorted([(RECOVERY_NAME, unit_key.recovery), *((row[0], row[1]) for row in holders)])


def check_roster(session: Session, unit_key: UnitKey, identity: HybridIdentity) -> None:
    """Raise `RosterChanged` unless the roster carries the MAC of one who holds the key."""
    expected = roster_mac(identity.seed, roster(session, unit_key))
    if not secrets.compare_digest(expected, unit_key.roster_mac):
        raise RosterChanged


def _grant(session: Session, unit_key: UnitKey, identity: HybridIdentity, member: Member) -> None:
    sealed = age.seal(str(identity).encode("ascii"), [age.parse_recipient(member.recipient)])
    session.add(KeyGrant(unit_key_id=unit_key.id, member_id=member.id, sealed=sealed))
    session.flush()
    unit_key.roster_mac = roster_mac(identity.seed, roster(session, unit_key))
    session.flush()
