"""Talks that somebody tampered with, and what each of the three readers must say of every place.

The mailbox reads in Python (without scripts) and in JavaScript, the desk in JavaScript. A place is
told as its words, as "own" (the mailbox repeats none of the reporter's words), or as the trouble
with it, followed by the words where they are shown beside it.
"""

from base64 import b64encode
from dataclasses import dataclass, replace
from datetime import date

from admin.mailbox.js_api import message_json
from admin.sealing import age, payload, receipt
from admin.sealing.age import HybridIdentity

SITE = "0123456789abcdef"
DIGITS = "0123456789" * 3
TYPED = receipt.with_checks(DIGITS)
KEYS = receipt.derive(DIGITS, SITE)
REFERENCE = "01234-56789"
OTHER_REFERENCE = "ZZZZZ-ZZZZZ"
DAY, OTHER_DAY = date(2026, 11, 24), date(2026, 11, 20)
UNIT, RECOVERY, STRANGER = (HybridIdentity(bytes([n]) * 32) for n in range(3))


@dataclass(frozen=True)
class Row:
    """A message as it lies in the database."""

    number: int
    direction: str
    digest: str
    sealed: bytes
    sent_on: date = DAY
    act: str | None = None

    def for_desk(self):
        sealed, day = b64encode(self.sealed).decode(), self.sent_on.isoformat()
        return {**self.__dict__, "sealed": sealed, "day": day, "sent_on": None}


def envelope(number, previous, body, *, direction="staff", talk=KEYS.talk, **changes):
    values = {
        "kind": "message",
        "direction": direction,
        "reference": REFERENCE,
        "number": number,
        "previous": previous,
    }
    return payload.Envelope.make(body, talk, **values | changes)


def seal(written, direction, reporter=KEYS.identity):
    """Seal as either side does: the staff's words for the reporter too."""
    readers = [UNIT.recipient, RECOVERY.recipient]
    if direction == "staff":
        readers.insert(0, reporter.recipient)
    return age.seal(written.to_bytes(), readers)


def row(number, previous, body=None, *, direction="staff", **changes):
    body = body or f"{'问' if direction == 'staff' else '答'}{number}"
    written = envelope(number, previous, body, direction=direction, **changes)
    return Row(number, direction, written.digest, seal(written, direction))


def talk_of(*directions):
    """Make an honest talk."""
    rows, previous = [], ""
    for number, direction in enumerate(directions, 1):
        rows.append(row(number, previous, direction=direction))
        previous = rows[-1].digest
    return rows


def resealed(original, number, previous, **changes):
    """Seal a row's message again with something changed that its MAC does not cover."""
    honest = envelope(number, previous, f"问{number}")
    changed = replace(honest, **changes)
    return replace(original, digest=changed.digest, sealed=seal(changed, "staff"))


ONE, TWO, THREE, FOUR = HONEST = talk_of("staff", "reporter", "staff", "reporter")
S1, S2, S3 = STAFF = talk_of("staff", "staff", "staff")
STRANGERS = receipt.derive("9876543210" * 3, SITE)
OTHERS = envelope(3, TWO.digest, "别人的", talk=STRANGERS.talk, reference=OTHER_REFERENCE)
FROM_OTHER_TIP = Row(3, "staff", OTHERS.digest, seal(OTHERS, "staff", STRANGERS.identity))
FORGED = row(3, TWO.digest, "快到老桥来", talk=bytes(32))


@dataclass(frozen=True)
class Case:
    rows: list
    mailbox: list
    desk: list
    length: int | None = None
    """What the tip counts; where it is not named, as many as there are rows."""
    is_asked: bool = False

    @property
    def counted(self):
        return len(self.rows) if self.length is None else self.length

    def answer(self):
        """What /mailbox/thread gives."""
        return {
            "reference": REFERENCE,
            "status": "question" if self.is_asked else "received",
            "length": self.counted,
            "messages": [message_json(one) for one in self.rows],
        }


CASES = {
    "an honest talk": Case(
        HONEST, ["问1", "own", "问3", "own"], ["问1", "答2", "问3", "答4"], is_asked=True
    ),
    "an empty talk": Case([], [], []),
    # Forged: written without the talk's key.
    "a forged message": Case(
        [ONE, TWO, FORGED, FOUR],
        ["问1", "own", "changed", "own"],
        ["问1", "答2", "mac", "chain:答4"],
    ),
    "a forged message at the end": Case(
        [ONE, TWO, FORGED], ["问1", "own", "changed"], ["问1", "答2", "mac"]
    ),
    "a forged message of the reporter": Case(
        # The mailbox holds no words of the reporter, so it shows none; but the chain tells.
        [ONE, row(2, ONE.digest, "别查了", direction="reporter", talk=bytes(32)), THREE],
        ["问1", "own", "misplaced:问3"],
        ["问1", "mac", "chain:问3"],
    ),
    "one bit changed": Case(
        [replace(ONE, sealed=ONE.sealed[:-1] + bytes([ONE.sealed[-1] ^ 1])), TWO, THREE],
        ["changed", "own", "问3"],
        ["sealed", "答2", "问3"],
    ),
    "bytes cut short": Case(
        [replace(ONE, sealed=ONE.sealed[:-1]), TWO, THREE],
        ["changed", "own", "问3"],
        ["sealed", "答2", "问3"],
    ),
    "no age file": Case(
        [replace(ONE, sealed=b"x"), TWO, THREE],
        ["changed", "own", "问3"],
        ["sealed", "答2", "问3"],
    ),
    "the reporter's own made unreadable": Case(
        [ONE, replace(TWO, sealed=TWO.sealed[:200]), THREE],
        ["问1", "changed", "问3"],
        ["问1", "sealed", "问3"],
    ),
    "sealed to a stranger": Case(
        [replace(ONE, sealed=age.seal(b"{}", [STRANGER.recipient])), TWO, THREE],
        ["changed", "own", "问3"],
        ["sealed", "答2", "问3"],
    ),
    "no envelope inside": Case(
        [replace(ONE, sealed=age.seal(b"{}", [KEYS.identity.recipient, UNIT.recipient]))],
        ["changed"],
        ["content"],
    ),
    "another digest in clear": Case(
        [replace(ONE, digest="0" * 64), TWO], ["misplaced:问1", "own"], ["digest:问1", "答2"]
    ),
    "the digest of the reporter's own changed": Case(
        [ONE, replace(TWO, digest="0" * 64), THREE],
        ["问1", "own", "misplaced:问3"],
        ["问1", "digest:答2", "问3"],
    ),
    # The MAC covers neither the kind nor the digest before; what does is the digest and the chain.
    "another kind": Case(
        [ONE, TWO, replace(resealed(THREE, 3, TWO.digest, kind="withdraw"), digest=THREE.digest)],
        ["问1", "own", "changed"],
        ["问1", "答2", "kind"],
    ),
    "another kind, with its digest": Case(
        [ONE, TWO, resealed(THREE, 3, TWO.digest, kind="danger"), FOUR],
        ["问1", "own", "changed", "own"],
        ["问1", "答2", "kind", "chain:答4"],
    ),
    "hung on another message": Case(
        [ONE, TWO, resealed(THREE, 3, ONE.digest)],
        ["问1", "own", "misplaced:问3"],
        ["问1", "答2", "chain:问3"],
    ),
    # Replayed.
    "one sent twice": Case(
        [*STAFF, replace(S1, number=4)],
        ["问1", "问2", "问3", "misplaced:问1"],
        ["问1", "问2", "问3", "chain:问1"],
    ),
    "one sent twice under its own number": Case(
        [S1, S1, S2],
        ["问1", "missing", "misplaced:问1", "问2", "missing"],
        ["问1", "chain:问1", "问2", "missing"],
    ),
    "an old question in the place of the new one": Case(
        [ONE, TWO, replace(ONE, number=3)],
        ["问1", "own", "misplaced:问1"],
        ["问1", "答2", "chain:问1"],
    ),
    # Reordered.
    "two rows handed out in the other order": Case(
        [TWO, ONE],
        ["missing", "own", "missing", "misplaced:问1", "missing"],
        ["chain:答2", "chain:问1", "missing"],
    ),
    "numbers changed with the order": Case(
        [replace(S2, number=1), replace(S1, number=2), S3],
        ["misplaced:问2", "misplaced:问1", "misplaced:问3"],
        ["chain:问2", "chain:问1", "chain:问3"],
    ),
    # Dropped.
    "the first dropped": Case(
        HONEST[1:],
        ["missing", "own", "问3", "own"],
        ["chain:答2", "问3", "答4"],
        length=4,
    ),
    "one in the middle dropped": Case(
        [S1, S3], ["问1", "missing", "misplaced:问3"], ["问1", "chain:问3"], length=3
    ),
    "one in the middle dropped and the rest numbered anew": Case(
        [S1, replace(S3, number=2)],
        ["问1", "misplaced:问3", "missing"],
        ["问1", "chain:问3", "missing"],
        length=3,
    ),
    "the last dropped": Case(
        HONEST[:3], ["问1", "own", "问3", "missing"], ["问1", "答2", "问3", "missing"], length=4
    ),
    "the last two dropped": Case(
        HONEST[:2], ["问1", "own", "missing"], ["问1", "答2", "missing"], length=4
    ),
    "all dropped": Case([], ["missing"], ["missing"], length=1),
    "more rows than there were messages": Case(
        HONEST[:3], ["问1", "own", "问3", "missing"], ["问1", "答2", "问3", "missing"], length=2
    ),
    "the only question dropped and the count changed too": Case(
        [], ["no_question"], ["no_question"], is_asked=True
    ),
    "the question dropped, an answer left": Case(
        [replace(TWO, number=1)],
        ["own", "no_question"],
        ["chain:答2", "no_question"],
        is_asked=True,
    ),
    "a question that can be read though it hangs on nothing": Case(
        [S2], ["missing", "misplaced:问2"], ["chain:问2"], length=2, is_asked=True
    ),
    "the only question made unreadable": Case(
        [replace(ONE, sealed=b"x")],
        ["changed", "no_question"],
        ["sealed", "no_question"],
        is_asked=True,
    ),
    # Swapped.
    "a message of another tip": Case(
        [ONE, TWO, FROM_OTHER_TIP], ["问1", "own", "changed"], ["问1", "答2", "mac"]
    ),
    "under this talk's key, for another tip": Case(
        [row(1, "", reference=OTHER_REFERENCE)], ["changed"], ["mac"]
    ),
    "the sealed bytes of two rows swapped": Case(
        [replace(S1, sealed=S2.sealed), replace(S2, sealed=S1.sealed), S3],
        ["misplaced:问2", "misplaced:问1", "问3"],
        ["chain:问2", "chain:问1", "chain:问3"],
    ),
    # The other side's name.
    "the staff's under the reporter's name": Case(
        [ONE, TWO, replace(THREE, direction="reporter"), FOUR],
        ["问1", "own", "changed", "own"],
        ["问1", "答2", "mac", "答4"],
    ),
    "the reporter's under the staff's name": Case(
        [ONE, replace(TWO, direction="staff"), THREE],
        ["问1", "changed", "问3"],
        ["问1", "mac", "问3"],
    ),
    "the reporter's own, sent back as the staff's": Case(
        [
            ONE,
            TWO,
            replace(
                THREE, sealed=seal(envelope(3, TWO.digest, "答", direction="reporter"), "staff")
            ),
        ],
        ["问1", "own", "changed"],
        ["问1", "答2", "mac"],
    ),
    # The day stands in clear and nothing vouches for it: no reader says more of it than it is.
    "another day": Case(
        [replace(ONE, sent_on=OTHER_DAY), TWO, THREE], ["问1", "own", "问3"], ["问1", "答2", "问3"]
    ),
}


def told(trouble, words):
    """Tell a place as the table above does."""
    if trouble:
        return f"{trouble}:{words}" if words else str(trouble)
    return words
