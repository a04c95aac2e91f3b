"""Ask the mailbox for known receipts and for unknown ones in turn: their times must not tell.

`python -m tests.bench.mailbox [--times 500] [--databases sqlite,postgresql]`
"""

import argparse
import json
import statistics
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import select

from admin import create_app
from admin.app_state import app_state
from admin.config import ROOT
from admin.db import db, today
from admin.models import Direction, Tip, UnitKey
from admin.sealing import age, payload, receipt
from admin.sealing.seen import blank
from admin.tip.urgency import Urgency
from admin.vault.store import SealedTip, add_message, store_tip

from .load import FORM, JSON, Connection
from .place import Place, served

UNIT = "police"
Body = Callable[[str], bytes]


@dataclass(frozen=True)
class Compared:
    """Medians in milliseconds, and the sizes of the answers, of one way."""

    known_ms: float
    unknown_ms: float
    known_bytes: set[int]
    unknown_bytes: set[int]

    @property
    def difference(self) -> float:
        """By which share of the known one's median the other one is off."""
        return abs(self.unknown_ms - self.known_ms) / self.known_ms


def store_known(place: Place) -> tuple[str, str]:
    """Store a tip that staff have answered; gives its receipt's digits, and the site id."""
    app, digits = create_app(place.config), receipt.new_digits()
    with app.app_context():
        site_id = app_state().site_id
        keys = receipt.derive(digits, site_id)
        unit = db.session.scalars(select(UnitKey).filter_by(unit_id=UNIT)).one()
        recipients = [age.parse_recipient(text) for text in (unit.recipient, unit.recovery)]
        reference = payload.new_reference()
        words = payload.Tip(reference, {"what": "x"}, str(keys.identity.recipient), keys.talk)
        label = payload.Label("A4", "hekou").to_bytes()
        tip_id = store_tip(
            db.session,
            SealedTip(
                reference=reference,
                lookup=app_state().peppered(keys.lookup),
                unit_id=UNIT,
                unit_key_id=unit.id,
                urgency=Urgency.P2,
                label=age.seal(label, recipients[:1]),
                sealed=age.seal(words.to_bytes(), recipients),
            ),
        )
        answer(tip_id, keys, reference, recipients)
        db.session.commit()
        db.session.close()
        db.reading.close()
        db.dispose()
    return digits, site_id


def answer(
    tip_id: int, keys: receipt.ReceiptKeys, reference: str, recipients: list[age.HybridRecipient]
) -> None:
    said = payload.Envelope.make(
        "几点？", keys.talk, kind="message", direction="staff", reference=reference, number=1,
        previous="", day=today().isoformat(),
    )  # fmt: skip
    add_message(
        db.session,
        db.session.get_one(Tip, tip_id),
        number=1,
        direction=Direction.STAFF,
        digest=said.digest,
        sealed=age.seal(said.to_bytes(), [keys.identity.recipient, *recipients]),
    )


def compare(place: Place, path: str, kind: str, body: Body, known: str, times: int) -> Compared:
    """Ask in turn, each time for the known receipt and for one that never was."""
    taken: dict[bool, list[float]] = {True: [], False: []}
    sizes: dict[bool, set[int]] = {True: set(), False: set()}
    with closing(Connection("127.0.0.1", place.port)) as connection:
        for number in range(2 * (times + 20)):
            # In the order known, unknown, unknown, known: neither always comes second.
            is_known = number % 4 in (0, 3)
            data = body(known if is_known else receipt.new_digits())
            started = time.perf_counter()
            status, answer = connection.post(path, data, kind)
            seconds = time.perf_counter() - started
            assert status == 200, status
            if number >= 40:
                taken[is_known].append(seconds)
                sizes[is_known].add(len(answer))
    medians = {key: statistics.median(values) * 1000 for key, values in taken.items()}
    return Compared(medians[True], medians[False], sizes[True], sizes[False])


def measure_mailbox(place: Place, times: int) -> dict[str, Compared]:
    digits, site_id = store_known(place)

    def typed(one: str) -> bytes:
        return urlencode({"receipt": receipt.grouped(receipt.with_checks(one))}).encode()

    def lookup(one: str) -> bytes:
        return json.dumps({"lookup": receipt.derive(one, site_id).lookup.hex()}).encode()

    def seen(one: str) -> bytes:
        found = receipt.derive(one, site_id).lookup.hex()
        return json.dumps({"lookup": found, "seen": b64encode(blank()).decode()}).encode()

    return {
        "what was seen": compare(place, "/mailbox/seen", JSON, seen, digits, times),
        "without scripts": compare(place, "/mailbox/", FORM, typed, digits, times),
        "with scripts": compare(place, "/mailbox/thread", JSON, lookup, digits, times),
    }


def show(kind: str, found: dict[str, Compared]) -> None:
    for way, one in found.items():
        print(
            f"{kind}, {way}: known {one.known_ms:.3f} ms, unknown {one.unknown_ms:.3f} ms,"
            f" {one.difference:.1%} apart; bytes {one.known_bytes} and {one.unknown_bytes}",
            flush=True,
        )


def main() -> None:
    from .__main__ import database

    parser = argparse.ArgumentParser(prog="python -m tests.bench.mailbox")
    parser.add_argument("--times", type=int, default=500)
    parser.add_argument("--databases", default="sqlite,postgresql")
    options = parser.parse_args()
    for kind in options.databases.split(","):
        with tempfile.TemporaryDirectory(dir=ROOT / "build") as name:
            folder = Path(name)
            with database(kind, folder / "store") as url, served(folder / "var", url) as place:
                show(kind, measure_mailbox(place, options.times))


if __name__ == "__main__":
    main()
