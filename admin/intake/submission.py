"""One sent form without scripts, and all that follows from it before anything is stored."""

import hmac
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations

from ..district.data import District
from ..sealing import receipt
from ..sealing.files import FileEntry
from ..tip.routing import Circumstances, choose_unit
from ..vault.spent import nonces
from ..vault.units import OpenUnit
from ..wire.form_tokens import FormNonce
from .no_js.form_state import Held

Answers = Mapping[str, str | list[str]]
_FEW = 12


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
    """One sent form: its nonce, its answers, files and contact, with what follows from them."""

    intake: Intake
    nonce: FormNonce
    answers: Answers
    contact: str = ""
    is_machine: bool = False
    """Whether its tip, where it makes one, is put in the lane."""
    files: tuple[Held, ...] = ()
    """What came with it and lies sealed."""
    stored: frozenset[str] = frozenset()
    """Digests of further files that came with it, which hang on its tip already."""

    @cached_property
    def circumstances(self) -> Circumstances:
        return Circumstances.of(self.answers)

    @cached_property
    def unit(self) -> OpenUnit:
        """The unit that takes it. Raises `NoUnitOpen`."""
        units = self.intake.units
        chosen = choose_unit(self.intake.district, self.circumstances, units.keys())
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
    def entries(self) -> list[FileEntry]:
        return [entry for file in self.files for entry in file.entries]

    @property
    def blobs(self) -> list[str]:
        return sorted({entry.blob for entry in self.entries})

    @cached_property
    def digests(self) -> frozenset[str]:
        """The files that came with it, by the bytes that were sent: cleaning may vary."""
        return self.stored.union(file.digest for file in self.files)

    @cached_property
    def mac(self) -> bytes:
        return self._mark(self.digests)

    def known_among(self, spent: Collection[bytes]) -> frozenset[str] | None:
        """Tell which of its files came with these same words before; None where the words are new.

        One mark covers words and files together, so that no row tells how many files there were:
        hence all selections are tried, of a dozen files at most (4,096 marks take 14 ms,
        however long the words are).
        """
        if not spent:
            return None
        few = self.digests if len(self.digests) <= _FEW else frozenset[str]()
        for count in range(len(few), -1, -1):
            for chosen in map(frozenset, combinations(sorted(few), count)):
                if self._mark(chosen) in spent:
                    return chosen
        return None

    def _mark(self, digests: frozenset[str]) -> bytes:
        state = self._words_fed.copy()
        if digests:
            state.update(f"\nfiles {','.join(sorted(digests))}".encode())
        return state.digest()

    @cached_property
    def _words_fed(self) -> hmac.HMAC:
        """The mark's state once the words are in: thousands of selections need not read them."""
        apart = f"\ncontact {self.contact}" if self.contact else ""
        return nonces.open_mac(self.nonce.nonce, (self.body + apart).encode())

    @cached_property
    def contact_mac(self) -> bytes | None:
        """Marks the contact beside the body that brought it: later bodies come with the same."""
        text = f"contact {self.contact}"
        return nonces.body_mac(self.nonce.nonce, text.encode()) if self.contact else None

    def with_stored(self, digests: Collection[str]) -> "Submission":
        """Make the same submission, as if those files hung on its tip."""
        return replace(self, stored=frozenset(digests))

    def apart(self) -> "Submission":
        """Make the same submission under a nonce that follows from this one, for its own tip."""
        other = hmac.digest(self.nonce.nonce, b"apart", "sha256")[:16]
        return replace(self, nonce=replace(self.nonce, nonce=other))
