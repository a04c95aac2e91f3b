"""One touch: a passkey that signs its member in and opens their identity in the browser.

The signature proves to the server who it is, with the authenticator's own word that it asked for a
finger or a PIN. What opens the identity is a secret that the passkey gives the browser (PRF): it
never comes here, and what is stored under it gives nothing to guess at.
"""

import binascii
import hmac
import json
import secrets
import struct
from base64 import b64decode
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Final, NoReturn

import webauthn
from sqlalchemy import select
from sqlalchemy.orm import Session
from webauthn.helpers import bytes_to_base64url, parse_client_data_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialHint,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from ..models import Member, Passkey
from ..sealing.age.header import encode_base64, read_header
from ..sealing.errors import SealingError
from ..tip.routing import Ways
from . import passkeys, services, throttle
from .passkeys import FAULTS, BadPasskey, Place
from .second import WrongSecond, lock_member

CHALLENGE_MS: Final = 5 * 60 * 1000
# As admin/browser/signin/one_touch/sealed.js writes it: the stanza of age's own WebAuthn recipient.
_STANZA: Final = ("age-encryption.org/fido2prf", encode_base64(b"dengshao touch 1").decode())
_MOST_SEALED: Final = 2000
_TIME, _RANDOM, _MAC = struct.Struct(">Q"), 16, 16


class Travels(BadPasskey):
    """The passkey goes to a cloud and from there to other devices; so would what it opens."""


class NotHere(Exception):
    """Who reads tips about officials types the passphrase each day."""


@dataclass(frozen=True)
class Desk:
    """What a touch is judged by, beside the database."""

    place: Place
    key: bytes = field(repr=False)
    ways: Ways
    brakes: throttle.Brakes


def may_open(unit_id: str | None, ways: Ways) -> bool:
    """Return whether a touch alone may open for members of this unit.

    Not for those who read tips about officials: the machine's own PIN is typed before colleagues,
    of whom such a tip may tell, all day long.
    """
    return not ways.is_sealed(unit_id)


def ask(desk: Desk, now: int, owned: Collection[Passkey] = ()) -> dict[str, Any]:
    """Say what a passkey is to sign, asked at `now` in milliseconds.

    Nobody is known yet, so that nothing is written down. Where `owned` is empty, the authenticator
    shows its member which passkeys it has for this desk.
    """
    options = webauthn.generate_authentication_options(
        rp_id=desk.place.rp_id,
        challenge=_make_challenge(desk.key, now),
        allow_credentials=[PublicKeyCredentialDescriptor(id=one.credential_id) for one in owned],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return dict(json.loads(webauthn.options_to_json(options)))


def _make_challenge(key: bytes, now: int) -> bytes:
    body = _TIME.pack(now) + secrets.token_bytes(_RANDOM)
    return body + _mac(key, body)


def _mac(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, b"touch\n" + body, "sha256")[:_MAC]


def _asked_at(key: bytes, challenge: bytes, now: int) -> int:
    """Read when we asked for this. Raises `WrongSecond` where we did not, or too long ago."""
    body, mac = challenge[:-_MAC], challenge[-_MAC:]
    if len(challenge) != _TIME.size + _RANDOM + _MAC:
        raise WrongSecond
    asked_at = int(_TIME.unpack_from(body)[0])
    if not hmac.compare_digest(mac, _mac(key, body)) or asked_at <= now - CHALLENGE_MS:
        raise WrongSecond
    return asked_at


@dataclass(frozen=True)
class Opened:
    """Who touched, and what the secret of that passkey opens in their browser."""

    member: Member
    sealed_identity: bytes = field(repr=False)


def judge(
    session: Session,
    credential: object,
    desk: Desk,
    *,
    reading: Session,
    now: int,
    member_id: int | None = None,
) -> Opened:
    """Find whom a touch belongs to, `member_id` alone where one is named; `now` in milliseconds.

    Raises `throttle.TooFast`, `services.WrongSignIn` or `NotHere`. The caller commits, also then.
    """
    if not desk.brakes.judging.take():
        raise throttle.TooFast(throttle.BUSY)
    owner = _owner(reading, passkeys.credential_id_of(credential))
    try:
        if owner is None or (member_id is not None and owner.member_id != member_id):
            raise WrongSecond
        member = lock_member(session, owner.member_id)
        passkey = session.get(Passkey, owner.passkey_id, populate_existing=True)
        sealed = _prove(passkey, member, credential, desk, now)
    except WrongSecond:
        _refuse(session, owner, desk, reading=reading, now=now)
    if not may_open(member.unit_id, desk.ways):
        raise NotHere
    session.flush()
    return Opened(member, sealed)


@dataclass(frozen=True)
class _Owner:
    """Which passkey it says it is, and whose."""

    passkey_id: int
    member_id: int
    name: str


def _owner(reading: Session, credential_id: bytes) -> _Owner | None:
    query = select(Passkey.id, Passkey.member_id, Member.name)
    query = query.join(Member, Passkey.member_id == Member.id)
    row = reading.execute(query.where(Passkey.credential_id == credential_id)).first()
    return None if row is None else _Owner(*row)


def _prove(
    passkey: Passkey | None, member: Member, credential: object, desk: Desk, now: int
) -> bytes:
    """Judge what was signed, and return what it opens. Raises `WrongSecond`."""
    # None where it was taken away since it was looked for.
    if passkey is None or passkey.sealed_identity is None or member.suspended_on is not None:
        raise WrongSecond
    response = credential["response"] if isinstance(credential, dict) else None
    if not isinstance(response, dict) or not _is_handle(response.get("userHandle"), member):
        raise WrongSecond
    challenge = _challenge_in(response)
    asked_at = _asked_at(desk.key, challenge, now)
    # Nobody touches twice in a millisecond. A copy of an answer carries the time of the first.
    if passkey.answered_at is not None and asked_at <= passkey.answered_at:
        raise WrongSecond
    proof = passkeys.check_proof(passkey, credential, challenge, desk.place, is_verified=True)
    passkey.sign_count, passkey.answered_at = proof.new_sign_count, asked_at
    return passkey.sealed_identity


def _challenge_in(response: Mapping[str, object]) -> bytes:
    """Read what the passkey says that it signed; the signature is judged over the same bytes."""
    try:
        data = webauthn.base64url_to_bytes(str(response.get("clientDataJSON")))
        return parse_client_data_json(data).challenge
    except FAULTS:
        raise WrongSecond from None


def _handle_of(member: Member) -> bytes:
    """Return under what the authenticator keeps it.

    Not under that of a mere second factor: one would take the other's place.
    """
    return services.hash_token(f"one touch {member.id}")


def _is_handle(posted: object, member: Member) -> bool:
    return posted == bytes_to_base64url(_handle_of(member))


def _refuse(
    session: Session, owner: _Owner | None, desk: Desk, *, reading: Session, now: int
) -> NoReturn:
    """Count the failure, tell the auditor, and raise `services.WrongSignIn` or `TooFast`."""
    row = throttle.hash_name(desk.key, f"touch\n{owner.member_id if owner else ''}")
    seconds, by = now // 1000, owner.name if owner else "-"
    throttle.refuse_while_waiting(reading, row, seconds)
    services.write_failure(session, row, seconds, desk.brakes, by=by, how="touch")
    raise services.WrongSignIn


def list_opening(session: Session, member_id: int) -> list[Passkey]:
    """Read a member's passkeys that open by one touch."""
    owned = passkeys.list_passkeys(session, member_id)
    return [passkey for passkey in owned if passkey.sealed_identity is not None]


def ask_new(session: Session, token: str, member: Member, place: Place) -> dict[str, Any]:
    """Say with what to make a passkey, and what it is to sign then. The caller commits.

    It rests in the authenticator: on the morning after nobody has said yet who they are.
    """
    make = webauthn.generate_registration_options(
        rp_id=place.rp_id,
        rp_name="灯哨",
        # So that a system's list of passkeys tells it from a mere second factor.
        user_name=f"{member.name}（一触解锁）",
        user_id=_handle_of(member),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        hints=[PublicKeyCredentialHint.CLIENT_DEVICE, PublicKeyCredentialHint.SECURITY_KEY],
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=one.credential_id)
            for one in list_opening(session, member.id)
        ],
    )
    use = webauthn.generate_authentication_options(
        rp_id=place.rp_id,
        challenge=make.challenge,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    passkeys.keep_challenge(session, token, make.challenge)
    return {
        "make": json.loads(webauthn.options_to_json(make)),
        "use": json.loads(webauthn.options_to_json(use)),
    }


def add(
    session: Session, token: str, member_id: int, place: Place, posted: Mapping[str, object]
) -> Passkey:
    """Take in a passkey with what it opens. The caller commits, also on failure.

    Raises `BadPasskey`; `Travels` where the passkey does not stay on its device. It has signed
    twice: as it was made, and as it gave the secret.
    """
    challenge = passkeys.take_challenge(session, token)
    member = lock_member(session, member_id)
    made = passkeys.check_new(posted.get("credential"), challenge, place, is_verified=True)
    if made.credential_device_type is not CredentialDeviceType.SINGLE_DEVICE:
        raise Travels
    proof, sealed = posted.get("proof"), _read_sealed(posted.get("sealed"))
    passkey = passkeys.row_of(session, member, made, name=posted.get("name"))
    if challenge is None or passkeys.credential_id_of(proof) != passkey.credential_id:
        raise BadPasskey
    try:
        used = passkeys.check_proof(passkey, proof, challenge, place, is_verified=True)
    except WrongSecond:
        raise BadPasskey from None
    passkey.sign_count, passkey.sealed_identity = used.new_sign_count, sealed
    passkeys.keep(session, member, passkey)
    return passkey


def _read_sealed(text: object) -> bytes:
    """Raise `BadPasskey` unless it is an age file for a passkey's secret, and for nothing else."""
    try:
        sealed = b64decode(text if isinstance(text, str) else "", validate=True)
        stanzas = read_header(BytesIO(sealed)).stanzas
    except (binascii.Error, ValueError, SealingError):
        raise BadPasskey from None
    if [stanza.arguments for stanza in stanzas] != [_STANZA] or len(sealed) > _MOST_SEALED:
        raise BadPasskey
    return sealed
