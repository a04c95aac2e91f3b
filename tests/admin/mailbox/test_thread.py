"""Forged, reordered, dropped and swapped messages are named as such, in Python and JavaScript."""

import json
import re
import shutil
import subprocess
from base64 import b64decode, b64encode
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from admin.mailbox import words
from admin.mailbox.forms import ReceiptForm, WordsForm
from admin.mailbox.thread import open_thread
from admin.sealing import age, payload, receipt
from admin.sealing.age import HybridIdentity

HERE = Path(__file__).parent
SITE = "0123456789abcdef"
DIGITS = "0123456789" * 3
TYPED = receipt.with_checks(DIGITS)
KEYS = receipt.derive(DIGITS, SITE)
REFERENCE = "01234-56789"
DAY = date(2026, 11, 24)
STRANGER = HybridIdentity(bytes(32))

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")


@dataclass(frozen=True)
class Row:
    number: int
    direction: str
    digest: str
    sealed: bytes
    sent_on: date = DAY

    def to_json(self):
        return {
            "number": self.number,
            "direction": self.direction,
            "day": self.sent_on.isoformat(),
            "digest": self.digest,
            "sealed": b64encode(self.sealed).decode() if self.direction == "staff" else "",
        }


def row(number, previous, body="回复", *, direction="staff", talk=KEYS.talk, **changes):
    values = {
        "kind": "message",
        "direction": direction,
        "reference": REFERENCE,
        "number": number,
        "previous": previous,
    }
    envelope = payload.Envelope.make(f"{body}{number}", talk, **values | changes)
    readers = [KEYS.identity.recipient]
    return Row(number, direction, envelope.digest, age.seal(envelope.to_bytes(), readers))


def talk_of(*directions):
    """Make an honest talk."""
    rows, previous = [], ""
    for number, direction in enumerate(directions, 1):
        rows.append(row(number, previous, direction=direction))
        previous = rows[-1].digest
    return rows


ONE, TWO, THREE = HONEST = talk_of("staff", "reporter", "staff")
STAFF_ONLY = talk_of("staff", "staff", "staff")
FLIPPED = ONE.sealed[:-1] + bytes([ONE.sealed[-1] ^ 1])

TALKS = {
    "an honest talk": (HONEST, ["回复1", "own", "回复3"]),
    "an empty talk": ([], []),
    "one bit changed": ([replace(ONE, sealed=FLIPPED), TWO, THREE], ["changed", "own", "回复3"]),
    "not an age file": ([replace(ONE, sealed=b"x"), TWO, THREE], ["changed", "own", "回复3"]),
    "sealed to another": (
        [replace(ONE, sealed=age.seal(b"{}", [STRANGER.recipient])), TWO, THREE],
        ["changed", "own", "回复3"],
    ),
    "no envelope inside": (
        [replace(ONE, sealed=age.seal(b"{}", [KEYS.identity.recipient]))],
        ["changed"],
    ),
    "written without the talk key": ([row(1, "", talk=bytes(32))], ["changed"]),
    "of another tip": ([row(1, "", reference="ZZZZZ-ZZZZZ")], ["changed"]),
    "the reporter's own, sent back as the staff's": (
        [replace(row(1, "", direction="reporter"), direction="staff")],
        ["changed"],
    ),
    "two swapped": (
        [
            replace(STAFF_ONLY[1], number=1),
            replace(STAFF_ONLY[0], number=2),
            STAFF_ONLY[2],
        ],
        ["misplaced:回复2", "misplaced:回复1", "misplaced:回复3"],
    ),
    "one sent twice": (
        [*STAFF_ONLY, replace(STAFF_ONLY[0], number=4)],
        ["回复1", "回复2", "回复3", "misplaced:回复1"],
    ),
    "the first dropped": (HONEST[1:], ["missing", "own", "回复3"]),
    "one in the middle dropped": (
        [STAFF_ONLY[0], STAFF_ONLY[2]],
        ["回复1", "missing", "misplaced:回复3"],
    ),
    "one dropped and the rest numbered anew": (
        [STAFF_ONLY[0], replace(STAFF_ONLY[2], number=2)],
        ["回复1", "misplaced:回复3"],
    ),
    "the reporter's words replaced": (
        [ONE, replace(TWO, digest="0" * 64), THREE],
        ["回复1", "own", "misplaced:回复3"],
    ),
    "a wrong digest in the row": (
        [replace(ONE, digest="0" * 64), TWO],
        ["misplaced:回复1", "own"],
    ),
    "numbers going back": ([TWO, ONE], ["missing", "own", "missing", "misplaced:回复1"]),
}


def node(*jobs):
    """Run jobs of the scripted mailbox under Node."""
    done = subprocess.run(
        ["node", HERE / "thread_jobs.mjs"],
        input=json.dumps(jobs),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def shown(side, body, trouble):
    if trouble:
        return f"{trouble}:{body}" if body else str(trouble)
    return body if side == "staff" else "own"


@pytest.mark.parametrize("name", TALKS)
def test_each_place_of_a_talk_is_shown_as_what_it_is(name):
    rows, expected = TALKS[name]

    entries = open_thread(rows, KEYS, REFERENCE)

    assert [shown(entry.side, entry.body, entry.trouble) for entry in entries] == expected


def test_the_browser_shows_every_talk_as_the_server_does():
    answers = [
        {"reference": REFERENCE, "messages": [row.to_json() for row in rows]}
        for rows, _expected in TALKS.values()
    ]
    jobs = [{"act": "open", "typed": TYPED, "site": SITE, "answer": answer} for answer in answers]

    results = node(*jobs)

    found = [
        [shown(entry["side"], entry["body"], entry["trouble"]) for entry in entries]
        for entries in results
    ]
    assert dict(zip(TALKS, found, strict=True)) == {
        name: expected for name, (_rows, expected) in TALKS.items()
    }


def test_the_browser_derives_the_lookup_of_the_design():
    lookups = node({"act": "keys", "typed": TYPED, "site": SITE})

    assert lookups == ["9c2cc3905ca11196b576b2412e810eb7"]


def test_the_browsers_letter_opens_for_both_keys_of_the_unit_and_hangs_on_the_talk():
    unit, recovery = HybridIdentity.generate(), HybridIdentity.generate()
    answer = {
        "reference": REFERENCE,
        "messages": [row.to_json() for row in HONEST],
        "unit": {"recipients": [str(unit.recipient), str(recovery.recipient)]},
    }
    job = {"act": "seal", "typed": TYPED, "site": SITE, "answer": answer}

    (letter,) = node(job | {"kind": "danger", "body": "晚上八点\n𠮷"})

    for identity in (unit, recovery):
        plain = age.open_sealed(b64decode(letter["sealed"]), [identity])
        envelope = payload.Envelope.parse(plain)
        envelope.verify(
            KEYS.talk,
            direction="reporter",
            reference=REFERENCE,
            number=4,
            previous=THREE.digest,
        )
        assert len(plain) % payload.MESSAGE_STEP == 0
    assert (letter["kind"], letter["number"], letter["digest"]) == ("danger", 4, envelope.digest)
    assert envelope.body == "晚上八点\n𠮷"


def camel_words(app):
    """Give the sentences as a page's script finds them."""
    with app.test_request_context("/mailbox/"):
        named = words.script_words()
    return {
        re.sub("-(.)", lambda match: match[1].upper(), name.removeprefix("data-")): text
        for name, text in named.items()
    }


TYPED_WRONG = ["", "abc", TYPED[:-1], TYPED + "12", f"1{TYPED[1:]}", f"1{TYPED[1:-1]}9"]


def test_the_browser_says_the_same_about_a_wrong_receipt_as_the_server(app):
    sentences = camel_words(app)
    jobs = [{"act": "fault", "typed": typed, "words": sentences} for typed in [*TYPED_WRONG, TYPED]]

    found = node(*jobs)

    with app.test_request_context("/mailbox/"):
        expected = [
            fault_of(ReceiptForm(data={"receipt": typed}), "receipt") for typed in TYPED_WRONG
        ]
    assert found == [*expected, ""]
    assert all(expected)


def fault_of(form, name):
    form.validate()
    return "".join(form[name].errors)


@pytest.mark.parametrize("text", ["", "长" * 2001, "𠮷" * 2000])
def test_the_browser_says_the_same_about_words_as_the_server(app, text):
    job = {"act": "wordsFault", "text": text, "words": camel_words(app), "mayBeEmpty": False}

    found = node(job)

    with app.test_request_context("/mailbox/"):
        assert found == [fault_of(WordsForm(data={"words": text}), "words")]


def test_typed_digits_are_repeated_in_groups():
    assert node({"act": "groups", "typed": "０１2-345 6"}) == [["012345", "6"]]


def test_days_are_written_out_in_the_pages_language():
    jobs = [{"act": "day", "day": "2026-11-24", "lang": lang} for lang in ("zh", "en")]

    assert node(*jobs) == ["2026年11月24日", "November 24, 2026"]


def test_a_visit_with_scripts_retries_and_renumbers():
    done = subprocess.run(
        ["node", "--test", HERE / "visit_test.mjs"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout
