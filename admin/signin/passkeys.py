"""Passkeys as a second factor. They open the sign-in; what is sealed hangs on other keys.

What one_touch.py does with a passkey stands on the same pieces.
"""

import json
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Final

import webauthn
from sqlalchemy import select
from sqlalchemy.orm import Session
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from ..audit.log import record
from ..config import Config, SecondFactor
from ..db import today
from ..models import (
    Member,
    Passkey,
    StaffSession,
)
from .second import (
    WrongSecond,
    check_removal,
    lock_member,
)
from .services import hash_token

MAX_NAME: Final = 40
MOST_PASSKEYS: Final = 10


class BadPasskey(Exception):
    """What the browser sent makes no passkey of this desk for this member."""


class NoSuchPasskey(Exception):
    """The member has no such passkey, or none any more."""


@dataclass(frozen=True)
class Place:
    """Whose passkeys these are: the desk's host without its port, and its origin."""

    rp_id: str
    origins: list[str]

    @property
    def is_number(self) -> bool:
        """Whether it is an address by number: no browser gives it a passkey."""
        try:
            ip_address(self.rp_id)
        except ValueError:
            return self.rp_id.startswith("[")
        return True


def place_of(config: Config) -> Place:
    """Name the desk as browsers do. In development, TLS in front of it may be there or not."""
    schemes = ["https"] if config.production else ["http", "https"]
    host = config.desk_host.partition(":")[0]
    return Place(host, [f"{scheme}://{config.desk_host}" for scheme in schemes])


def list_passkeys(session: Session, member_id: int) -> list[Passkey]:
    query = select(Passkey).where(Passkey.member_id == member_id)
    return list(session.scalars(query.order_by(Passkey.made_on, Passkey.name)))


def ask_new(session: Session, token: str, member: Member, place: Place) -> dict[str, Any]:
    """Say what the browser is to make a passkey with. The caller commits."""
    options = webauthn.generate_registration_options(
        rp_id=place.rp_id,
        rp_name="灯哨",
        user_name=member.name,
        # Tells the authenticator two members apart, and an observer of it nothing.
        user_id=hash_token(f"passkey {member.id}"),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=_descriptors(session, member.id),
    )
    keep_challenge(session, token, options.challenge)
    return dict(json.loads(webauthn.options_to_json(options)))


def add(
    session: Session, token: str, member_id: int, place: Place, *, name: str, credential: object
) -> Passkey:
    """Take a new passkey in. The caller commits, also on failure. Raises `BadPasskey`."""
    challenge = take_challenge(session, token)
    member = lock_member(session, member_id)
    made = check_new(credential, challenge, place)
    passkey = row_of(session, member, made, name=name)
    keep(session, member, passkey)
    return passkey


def check_new(
    credential: object, challenge: bytes | None, place: Place, *, is_verified: bool = False
) -> VerifiedRegistration:
    """Judge a new passkey; `is_verified`: whether a finger or a PIN is wanted.

    Raises `BadPasskey`.
    """
    if challenge is None or not isinstance(credential, dict):
        raise BadPasskey
    try:
        return webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=place.rp_id,
            expected_origin=place.origins,
            require_user_verification=is_verified,
        )
    except FAULTS:
        raise BadPasskey from None


def row_of(
    session: Session, member: Member, made: VerifiedRegistration, *, name: object
) -> Passkey:
    """Make the row of a passkey that is nobody's yet. Raises `BadPasskey`."""
    owned = list_passkeys(session, member.id)
    if len(owned) >= MOST_PASSKEYS or _find(session, made.credential_id) is not None:
        raise BadPasskey
    return Passkey(
        member_id=member.id,
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        name=_clean(name) or f"通行密钥 {len(owned) + 1}",
        made_on=today(),
    )


def keep(session: Session, member: Member, passkey: Passkey) -> None:
    """Store a new passkey, and write it down."""
    session.add(passkey)
    session.flush()
    kind = kind_of(passkey)
    record(session, "factor_added", by=member.name, unit_id=member.unit_id, detail=kind)


def kind_of(passkey: Passkey) -> str:
    """Name what a passkey is for, as the audit log does."""
    return "passkey" if passkey.sealed_identity is None else "touch"


# The library means all its refusals to be of one kind; strange bytes also meet these.
FAULTS: Final = (WebAuthnException, ValueError, TypeError, KeyError, AttributeError, IndexError)


def ask_proof(session: Session, token: str, member_id: int, place: Place) -> dict[str, Any]:
    """Say which passkeys may prove that it is the member. The caller commits."""
    options = webauthn.generate_authentication_options(
        rp_id=place.rp_id,
        allow_credentials=_descriptors(session, member_id),
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    keep_challenge(session, token, options.challenge)
    return dict(json.loads(webauthn.options_to_json(options)))


def use(
    session: Session, token: str, member: Member, place: Place, *, credential: object
) -> Passkey:
    """Judge what a passkey signed. `member` comes from `lock_member`. Raises `WrongSecond`.

    The challenge is gone whatever comes of it; the caller commits, also on failure.
    """
    challenge = take_challenge(session, token)
    passkey = _find(session, credential_id_of(credential))
    if challenge is None or passkey is None or passkey.member_id != member.id:
        raise WrongSecond
    passkey.sign_count = check_proof(passkey, credential, challenge, place).new_sign_count
    session.flush()
    return passkey


def check_proof(
    passkey: Passkey,
    credential: object,
    challenge: bytes,
    place: Place,
    *,
    is_verified: bool = False,
) -> VerifiedAuthentication:
    """Judge what this passkey signed; `is_verified`: whether a finger or a PIN is wanted.

    Raises `WrongSecond`.
    """
    try:
        return webauthn.verify_authentication_response(
            credential=credential,  # type: ignore[arg-type]  # a dict: credential_id_of saw to it
            expected_challenge=challenge,
            expected_rp_id=place.rp_id,
            expected_origin=place.origins,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=is_verified,
        )
    except FAULTS:
        raise WrongSecond from None


def remove(session: Session, member_id: int, handle: str, rule: SecondFactor) -> str:
    """Take a passkey away, named by its id, with what it opens; returns what it was for.

    Raises `NoSuchPasskey` or `LastFactor`. The caller commits.
    """
    member = lock_member(session, member_id)
    found = [one for one in list_passkeys(session, member_id) if str(one.id) == handle]
    if not found:
        raise NoSuchPasskey
    check_removal(session, member, rule)
    kind = kind_of(found[0])
    session.delete(found[0])
    session.flush()
    record(session, "factor_removed", by=member.name, unit_id=member.unit_id, detail=kind)
    return kind


def _descriptors(session: Session, member_id: int) -> list[PublicKeyCredentialDescriptor]:
    owned = list_passkeys(session, member_id)
    return [PublicKeyCredentialDescriptor(id=passkey.credential_id) for passkey in owned]


def _find(session: Session, credential_id: bytes) -> Passkey | None:
    query = select(Passkey).where(Passkey.credential_id == credential_id)
    return session.scalars(query).one_or_none()


def credential_id_of(credential: object) -> bytes:
    """Read which passkey signed; nothing where the browser sent no such thing."""
    raw = credential.get("rawId") if isinstance(credential, dict) else None
    try:
        return webauthn.base64url_to_bytes(raw) if isinstance(raw, str) else b""
    except ValueError:
        return b""


def keep_challenge(session: Session, token: str, challenge: bytes) -> None:
    session.get_one(StaffSession, hash_token(token)).challenge = challenge
    session.flush()


def take_challenge(session: Session, token: str) -> bytes | None:
    """Read what was to be signed, and forget it: no answer is judged by it a second time."""
    query = select(StaffSession).where(StaffSession.token_hash == hash_token(token))
    fresh = query.with_for_update().execution_options(populate_existing=True)
    row = session.scalars(fresh).one()
    challenge, row.challenge = row.challenge, None
    session.flush()
    return challenge


def _clean(name: object) -> str:
    text = name if isinstance(name, str) else ""
    return "".join(mark for mark in text if mark.isprintable()).strip()[:MAX_NAME]
