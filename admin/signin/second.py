"""The second factor: one-time codes, and recovery codes for when it is lost.

It opens the sign-in and nothing else: none of it opens what is sealed.
"""

import hmac
import os
import secrets
import unicodedata
from dataclasses import dataclass
from typing import Final

import pyotp
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from ..audit.log import record
from ..config import SecondFactor
from ..models import (
    Member,
    Passkey,
    StaffSession,
)
from .services import clear_sessions, hash_token

ISSUER: Final = "灯哨"
STEP_SECONDS: Final = 30
RECOVERY_CODES: Final = 10
PROOF_SECONDS: Final = 5 * 60
"""So long one change of factors is allowed after an old one was shown."""

_NONCE: Final = 12
# No letter that is misread, and no vowels but a and e: no code spells a word.
_LETTERS: Final = "23456789abcdefghjkmnpqrstvwxyz"
_GROUPS, _GROUP = 3, 4


class WrongSecond(Exception):
    """The code is wrong, or was used before: nobody is told which."""


class NothingToProve(Exception):
    """No new one-time secret waits in this session."""


class LastFactor(Exception):
    """Without this one the member would have no second factor, and one is required."""


class NotProved(Exception):
    """Whoever is signed in has not shown an old factor just now; a stolen session can't."""


@dataclass(frozen=True)
class Factors:
    """What second factors a member has."""

    totp: bool
    passkeys: int
    codes: int
    """Recovery codes not used yet: no factor by themselves."""

    @property
    def count(self) -> int:
        return int(self.totp) + self.passkeys


def read_factors(session: Session, member_id: int) -> Factors:
    row = session.execute(
        select(Member.totp_secret.is_not(None).label("totp"), Member.recovery_codes).where(
            Member.id == member_id
        )
    ).one()
    owned = select(func.count()).where(Passkey.member_id == member_id)
    return Factors(bool(row.totp), session.execute(owned).scalar_one(), len(row.recovery_codes))


def is_asked(factors: Factors, rule: SecondFactor) -> bool:
    """Tell whether a sign-in must show a second factor, or set one up first."""
    return factors.count > 0 or rule is SecondFactor.REQUIRED


def lock_member(session: Session, member_id: int) -> Member:
    """Read a member for a change: two requests with one code come one after the other."""
    query = select(Member).where(Member.id == member_id)
    fresh = query.with_for_update().execution_options(populate_existing=True)
    return session.scalars(fresh).one()


def remember_proof(session: Session, token: str, now: int) -> None:
    """Write down that this session has shown an old factor, for one change. The caller commits."""
    session.get_one(StaffSession, hash_token(token)).proved_at = now
    session.flush()


def is_proved(session: Session, token: str, member_id: int, now: int) -> bool:
    """Tell whether a change of factors is allowed: there is none, or an old one was just shown."""
    if not read_factors(session, member_id).count:
        return True
    query = select(StaffSession.proved_at).where(StaffSession.token_hash == hash_token(token))
    proved_at = session.execute(query).scalar_one_or_none()
    return proved_at is not None and proved_at > now - PROOF_SECONDS


def spend_proof(session: Session, token: str, member_id: int, now: int) -> None:
    """Take the proof for one change. Raises `NotProved`. The caller commits with the change."""
    # Held to the end: two changes at once must not share one proof.
    lock_member(session, member_id)
    if not is_proved(session, token, member_id, now):
        raise NotProved
    session.get_one(StaffSession, hash_token(token)).proved_at = None
    session.flush()


def propose_totp(session: Session, token: str, member_id: int, key: bytes) -> str:
    """Make a new secret that waits in this session until a code proves it. Returns its text."""
    secret = pyotp.random_base32()
    session.execute(
        update(StaffSession)
        .where(StaffSession.token_hash == hash_token(token))
        .values(new_totp=_seal(key, member_id, secret))
    )
    return secret


def proposed_totp(session: Session, token: str, member_id: int, key: bytes) -> str:
    """Read the secret that waits in this session. Raises `NothingToProve`."""
    query = select(StaffSession.new_totp).where(StaffSession.token_hash == hash_token(token))
    sealed = session.execute(query).scalar_one_or_none()
    if sealed is None:
        raise NothingToProve
    return _open(key, member_id, sealed)


def totp_uri(secret: str, name: str) -> str:
    """Write what an authenticator application reads from the picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def prove_totp(
    session: Session, token: str, member_id: int, *, code: str, now: int, key: bytes
) -> None:
    """Take the waiting secret into use, in place of an older one. The caller commits.

    Raises `NothingToProve` or `WrongSecond`; the secret then goes on waiting.
    """
    member = lock_member(session, member_id)
    secret = proposed_totp(session, token, member_id, key)
    member.totp_step = _step_of(secret, code, now)
    member.totp_secret = _seal(key, member_id, secret)
    row = session.get_one(StaffSession, hash_token(token))
    row.new_totp = None
    record(session, "factor_added", by=member.name, unit_id=member.unit_id, detail="totp")


def use_totp(session: Session, member: Member, *, code: str, now: int, key: bytes) -> None:
    """Take a one-time code, once. `member` comes from `lock_member`. Raises `WrongSecond`.

    One step of clock skew is allowed each way, and none that is not later than the last one taken.
    """
    if member.totp_secret is None:
        raise WrongSecond
    step = _step_of(_open(key, member.id, member.totp_secret), code, now)
    if member.totp_step is not None and step <= member.totp_step:
        raise WrongSecond
    member.totp_step = step
    session.flush()


def _step_of(secret: str, code: str, now: int) -> int:
    """Find the step whose code this is. The latest first: it must not be taken for an older one."""
    typed = "".join(unicodedata.normalize("NFKC", code).split())
    generator = pyotp.TOTP(secret)
    here = now // STEP_SECONDS
    for step in (here + 1, here, here - 1):
        expected = generator.generate_otp(step)
        if hmac.compare_digest(expected.encode(), typed.encode()):
            return step
    raise WrongSecond


def remove_totp(session: Session, member_id: int, rule: SecondFactor) -> None:
    """Take the one-time codes away. Raises `LastFactor`. The caller commits."""
    member = lock_member(session, member_id)
    if member.totp_secret is None:
        return
    check_removal(session, member, rule)
    member.totp_secret = member.totp_step = None
    session.flush()
    record(session, "factor_removed", by=member.name, unit_id=member.unit_id, detail="totp")


def check_removal(session: Session, member: Member, rule: SecondFactor) -> None:
    """Raise `LastFactor` where a required one is the last; else the last takes the codes along."""
    if read_factors(session, member.id).count > 1:
        return
    if rule is SecondFactor.REQUIRED:
        raise LastFactor
    member.recovery_codes = []


def make_recovery_codes(session: Session, member: Member, key: bytes) -> list[str]:
    """Make ten new codes in place of all older ones; they are shown this once."""
    codes = [_new_code() for _ in range(RECOVERY_CODES)]
    member.recovery_codes = [_hash(key, member.id, code) for code in codes]
    session.flush()
    record(session, "recovery_codes_made", by=member.name, unit_id=member.unit_id)
    return codes


def use_recovery_code(session: Session, member: Member, *, code: str, key: bytes) -> None:
    """Take a recovery code, once. `member` comes from `lock_member`. Raises `WrongSecond`."""
    typed = unicodedata.normalize("NFKC", code).lower()
    hashed = _hash(key, member.id, "".join(mark for mark in typed if mark.isalnum()))
    left = [kept for kept in member.recovery_codes if not hmac.compare_digest(kept, hashed)]
    if len(left) == len(member.recovery_codes):
        raise WrongSecond
    member.recovery_codes = left
    session.flush()
    detail = f"left={len(left)}"
    record(session, "recovery_code_used", by=member.name, unit_id=member.unit_id, detail=detail)


def reset(session: Session, member: Member, *, by: str) -> None:
    """Take all second factors, codes and sessions of a member away, who then sets up new ones.

    For who lost them all; the caller has seen that it is the member. The caller commits.
    """
    member = lock_member(session, member.id)
    member.totp_secret = member.totp_step = None
    member.recovery_codes = []
    for passkey in session.scalars(select(Passkey).where(Passkey.member_id == member.id)):
        session.delete(passkey)
    clear_sessions(session, member)
    session.flush()
    record(session, "factors_reset", by=by, unit_id=member.unit_id, detail=f"member={member.name}")


def _new_code() -> str:
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def _hash(key: bytes, member_id: int, code: str) -> str:
    text = f"recovery code\n{member_id}\n{code.replace('-', '')}"
    return hmac.digest(key, text.encode(), "sha256").hex()


def _seal(key: bytes, member_id: int, secret: str) -> bytes:
    """Seal a secret under the server's key, bound to its member."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, secret.encode(), str(member_id).encode())


def _open(key: bytes, member_id: int, sealed: bytes) -> str:
    nonce, box = sealed[:_NONCE], sealed[_NONCE:]
    return AESGCM(key).decrypt(nonce, box, str(member_id).encode()).decode()
