"""What the desk says of what the reporter saw: an answer held back from them is told loudly."""

from base64 import b64encode
from datetime import date

import pytest

from admin.sealing.seen import Seen, blank, seal_seen
from tests.admin.desk.tip.test_browser_modules import run

TALK, REFERENCE = b"t" * 32, "01234-56789"
BEFORE, SENT, AFTER = "2026-11-27", "2026-11-28", "2026-11-29"
# Today is the 30th.
TOMORROW = "2026-12-01"


def entry(number, day=SENT, direction="staff", digest="ab"):
    return {"number": number, "direction": direction, "day": day, "digest": digest * 32}


def box(number, day, digest="ab"):
    told = Seen(number, date.fromisoformat(day), digest * 32 if number else "")
    return seal_seen(TALK, REFERENCE, told)


ONE, TWO = entry(1), entry(2)
REPLY = entry(2, direction="reporter")
CASES = {
    "never came": (blank(), [ONE], ["not"]),
    "taken away by the server": (b"", [ONE], ["not"]),
    "read all": (box(1, AFTER), [ONE, REPLY], ["upto"]),
    "came on the same day, before it": (box(1, SENT), [ONE, TWO], ["upto"]),
    "a phone whose date is ahead": (box(1, TOMORROW), [ONE, TWO], ["misdated"]),
    "a phone whose date is behind": (box(1, BEFORE), [ONE, TWO], ["misdated"]),
    "came before it": (box(1, BEFORE), [entry(1, BEFORE), TWO], ["upto"]),
    "came and saw nothing": (box(0, AFTER), [ONE], ["nothing", "held", "held_do"]),
    "came and did not see the last": (box(1, AFTER), [ONE, TWO], ["upto", "held", "held_do"]),
    "read another one": (box(1, AFTER, "cd"), [ONE], ["upto", "other", "other_do"]),
    "read one that is gone here": (box(2, AFTER), [ONE], ["upto", "other", "other_do"]),
    "read one that is the reporter's here": (
        box(2, AFTER),
        [ONE, REPLY],
        ["upto", "other", "other_do"],
    ),
    "a gap in the talk": (
        box(1, AFTER),
        [ONE, {"number": None, "direction": "staff", "day": "", "digest": ""}],
        ["upto"],
    ),
}


@pytest.fixture(scope="module")
def told():
    tip = {"talk": b64encode(TALK).decode(), "reference": REFERENCE}
    names = ["upto", "nothing", "misdated", "not", "held", "held_do", "other", "other_do"]
    words = {f"seen_{name}": name for name in names}
    jobs = [
        {"act": "seen", "box": b64encode(box).decode(), "tip": tip, "talk": talk, "words": words}
        for box, talk, _said in CASES.values()
    ]
    return dict(zip(CASES, run(*jobs), strict=True))


@pytest.mark.parametrize("name", CASES)
def test_what_was_seen_is_held_against_the_talk(name, told):
    assert told[name] == CASES[name][2]
