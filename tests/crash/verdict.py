"""Holds what reporters were told against what lies in the database and the store, and opens it."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

import psycopg
from psycopg.rows import namedtuple_row

from admin.app_state import app_state
from admin.sealing import age, payload
from admin.sealing.files import parse_entries
from admin.vault import vault

from . import reporters
from .house import NAME, House
from .reporters import Press

_TIPS = "SELECT id, lookup, reference, unit_id, sealed FROM tip WHERE id != ALL(%s)"
_FILES = "SELECT tip_id, blob, is_whole, is_released FROM upload WHERE tip_id IS NOT NULL"
_COUNTED = "SELECT coalesce(sum(count), 0) FROM tally WHERE family IN ('received', 'lane')"
_ALL = "SELECT count(*) FROM tip"


@dataclass(frozen=True)
class Found:
    """A tip as its unit opens it."""

    id: int
    lookup: bytes
    name: str
    """Of the press that it came of, by its words."""
    files: tuple[str, ...]
    """SHA-256 of each file's clear bytes."""
    blobs: tuple[str, ...]


class Verdict:
    """What was found so far, and all that is wrong with it."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._found: dict[str, Found] = {}
        self.faults: list[str] = []
        self.opened = self.files = 0

    def look(self, presses: Sequence[Press]) -> None:
        """Judge the presses of a round, and that nothing came of none of them."""
        self._open_new()
        with self._house.app.app_context():
            for press in presses:
                self._judge(press)
        self._count()

    def look_again(self, presses: Sequence[Press]) -> None:
        """Open all of it anew at the end: what a later round lost was there at its own."""
        self._found.clear()
        self.opened = self.files = 0
        self.look(presses)
        strangers = set(self._found) - {press.name for press in presses}
        self._blame(f"{name}: nobody sent it" for name in sorted(strangers))

    def _blame(self, faults: Iterable[str]) -> None:
        self.faults += faults

    def _connect(self) -> psycopg.Connection:
        address = self._house.cluster.primary.address.replace("/postgres", f"/{NAME}")
        address = address.replace(f"//{NAME}@", "//postgres@")
        return psycopg.Connection.connect(address, autocommit=True, row_factory=namedtuple_row)

    def _open_new(self) -> None:
        """Open each tip that was not opened yet by the key of its unit, and its files by theirs."""
        known = [found.id for found in self._found.values()]
        with self._connect() as connection, self._house.app.app_context():
            attached: dict[int, list[tuple[str, bool]]] = {}
            for row in connection.execute(_FILES):
                whole = row.is_whole and not row.is_released
                attached.setdefault(row.tip_id, []).append((row.blob, whole))
            for row in connection.execute(_TIPS, [known]):
                found = self._opened(row)
                if found.name in self._found:
                    self.faults.append(f"{found.name}: there twice")
                self._found[found.name] = found
                lying = sorted(attached.pop(row.id, []))
                if lying != sorted((blob, True) for blob in found.blobs):
                    self.faults.append(f"{found.name}: names {found.blobs}, has {lying}")
            orphans = set(attached) - set(known) - {found.id for found in self._found.values()}
            self._blame(f"files of no tip: {one}" for one in orphans)

    def _opened(self, row: object) -> Found:
        identity = self._house.identities[row.unit_id]
        tip = payload.Tip.parse(age.open_sealed(row.sealed, [identity]))
        self.opened += 1
        name = str(tip.fields["what"]).rpartition(" ")[2]
        entries = parse_entries(tip.files)
        digests = []
        for entry in entries:
            digests.append(self._digest(entry, name))
        return Found(row.id, row.lookup, name, tuple(digests), tuple(e.blob for e in entries))

    def _digest(self, entry, name: str) -> str:
        blobs = vault().blobs
        parts = [blobs.read(entry.blob, number) for number in range(blobs.parts(entry.blob))]
        try:
            clear = age.open_sealed(b"".join(parts), [age.parse_identity(entry.key)])
        except Exception as error:
            lying = [part and len(part) for part in parts]
            self.faults.append(f"{name}: its file does not open ({type(error).__name__}) {lying}")
            return ""
        digest = sha256(clear[entry.offset : entry.offset + entry.size]).hexdigest()
        if digest != entry.sha256:
            self.faults.append(f"{name}: its file is another one")
        self.files += 1
        return digest

    def _judge(self, press: Press) -> None:
        """Acknowledged is found; found is whole, whether acknowledged or not."""
        found = self._found.get(press.name)
        if found is None:
            if press.acknowledged:
                self.faults.append(f"{press.name}: acknowledged and not there ({press.way})")
            return
        if found.files != tuple(sha256(data).hexdigest() for data in press.files):
            self.faults.append(f"{press.name}: other files than were sent")
        if not press.acknowledged:
            return
        if found.lookup != app_state().peppered(press.lookup):
            self.faults.append(f"{press.name}: under another receipt")
        if not self._answers(press):
            self.faults.append(f"{press.name}: its receipt is not known in the mailbox")

    def _answers(self, press: Press) -> bool:
        """Ask the mailbox as its reporter does."""
        body = json.dumps({"lookup": press.lookup.hex()}).encode()
        kind = {"Content-Type": "application/json"}
        where = (self._house.proxy.port, 200, "POST", "/mailbox/thread", body, kind)
        status, text = reporters.ask(*where)
        return status == 200 and json.loads(text)["known"] is True

    def _count(self) -> None:
        """What is counted of tips must be as many as there are: both are of one transaction."""
        with self._connect() as connection:
            [there] = connection.execute(_ALL).fetchone()
            [counted] = connection.execute(_COUNTED).fetchone()
        if there != counted or there != len(self._found):
            self.faults.append(f"{there} tips, {counted} counted, {len(self._found)} known")


def figures(presses: Sequence[Press], found: Verdict) -> dict[str, object]:
    """Put together what all were told."""
    told = sum((press.refused for press in presses), Counter())
    acknowledged = [press for press in presses if press.acknowledged]
    there = [press for press in presses if press.name in found._found]
    return {
        "presses": len(presses),
        "tries": sum(press.tries for press in presses),
        "with files": sum(bool(press.files) for press in presses),
        "acknowledged": len(acknowledged),
        "told so twice": sum(press.acknowledged > 1 for press in presses),
        "acknowledged after a refusal": sum(bool(press.refused) for press in acknowledged),
        "not acknowledged": len(presses) - len(acknowledged),
        "of these there, and whole": len(there) - sum(p in there for p in acknowledged),
        "opened": found.opened,
        "files whole": found.files,
        "refusals": dict(told.most_common()),
    }
