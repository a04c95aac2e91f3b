"""One sent form without scripts, and all that follows from it before anything is stored."""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from ..district.data import District
from ..sealing import receipt
from ..tip.answers import Answers
from ..tip.routing import Circumstances, choose_unit
from ..vault.spent import nonces
from ..vault.units import OpenUnit, resting_of
from ..wire.form_tokens import FormNonce


class NoUnitOpen(Exception):
    """No unit may and can read this tip: say where to turn instead."""


@dataclass(frozen=True)
class Intake:
    """What one installation needs to take tips in: its district, open units and site id."""

    district: District
    units: Mapping[str, OpenUnit]
    site_id: str
    day_key: bytes
    pepper: bytes


@dataclass(frozen=True)
class Submission:
    """One sent form: its nonce, its answers and contact, with what follows from them."""

    intake: Intake
    nonce: FormNonce
    answers: Answers
    contact: str = ""
    is_machine: bool = False
    """Whether its tip, where it makes one, is put in the lane."""

    @cached_property
    def circumstances(self) -> Circumstances:
        return Circumstances.of(self.answers)

    @cached_property
    def unit(self) -> OpenUnit:
        """The unit that takes it. Raises `NoUnitOpen`."""
        units = self.intake.units
        chosen = choose_unit(
            self.intake.district, self.circumstances, units.keys(), resting_of(units)
        )
        if chosen is None:
            raise NoUnitOpen
        return units[chosen]

    @cached_property
    def digits(self) -> str:
        return receipt.digits_from(self.intake.day_key, self.nonce.nonce)

    @cached_property
    def keys(self) -> receipt.ReceiptKeys:
        return receipt.derive(self.digits, self.intake.site_id)

    @cached_property
    def lookup(self) -> bytes:
        return hmac.digest(self.intake.pepper, self.keys.lookup, "sha256")

    @cached_property
    def body(self) -> str:
        """The answers as one text: the same answers make the same text."""
        return json.dumps(self.answers, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @cached_property
    def mac(self) -> bytes:
        """Marks the words and the contact: what comes again is known by it."""
        apart = f"\ncontact {self.contact}" if self.contact else ""
        return nonces.body_mac(self.nonce.nonce, (self.body + apart).encode())

    @cached_property
    def contact_mac(self) -> bytes | None:
        """Marks the contact beside the body that brought it: later bodies come with the same."""
        text = f"contact {self.contact}"
        return nonces.body_mac(self.nonce.nonce, text.encode()) if self.contact else None

    def apart(self) -> "Submission":
        """Make the same submission under a nonce that follows from this one, for its own tip."""
        other = hmac.digest(self.nonce.nonce, b"apart", "sha256")[:16]
        return replace(self, nonce=replace(self.nonce, nonce=other))
