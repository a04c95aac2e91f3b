"""Junk in place of an answer is told as trouble, and hides none of the answers beside it."""

import json
from dataclasses import dataclass

import pytest

from admin.mailbox.thread import open_thread
from admin.sealing import age, payload
from tests.admin.mailbox.test_thread import node
from tests.tampering import (
    DAY,
    KEYS,
    RECOVERY,
    REFERENCE,
    SITE,
    TYPED,
    UNIT,
    Case,
    Row,
    envelope,
    row,
)

HONEST = envelope(1, "", "哪一天？")
CONTENT = json.loads(HONEST.to_bytes())


def changed(**values):
    return json.dumps(CONTENT | values).encode()


def signed(body):
    """A MAC that fits what Python and JavaScript make of a body that is no text."""
    place = {"direction": "staff", "reference": REFERENCE, "number": 1}
    return {"body": body, "mac": payload.message_mac(KEYS.talk, body=str(body), **place)}


MALFORMED = {
    "no UTF-8": b"\xff\xfe",
    "no JSON": b"{",
    "null": b"null",
    "a number": b"7",
    "a list": json.dumps([CONTENT]).encode(),
    "nested without end": b"[" * 50_000 + b"]" * 50_000,
    "one key too many": changed(files=[]),
    **{
        f"without {name}": json.dumps({k: v for k, v in CONTENT.items() if k != name}).encode()
        for name in CONTENT
    },
    **{
        f"{name} is {value!r}": changed(**{name: value})
        for name in ("kind", "direction", "reference", "number", "previous", "body", "mac")
        for value in (None, [], {}, False)
    },
    "a body that is a number, under its MAC": changed(**signed(7)),
    "a body that is null, under its MAC": changed(**signed(None)),
    "half a character": b'{"v":1,"kind":"message","body":"\\ud83d"}',
    "a number beyond all": changed(number=10**400),
    "a number that is a text": changed(number="1"),
    "a body of a million": changed(body="长" * 1_000_000),
}


def sealed(data):
    """As the staff's own words are sealed: for the reporter, the unit and its sheet."""
    readers = [KEYS.identity.recipient, UNIT.recipient, RECOVERY.recipient]
    return age.seal(data, readers)


@dataclass(frozen=True)
class Talk:
    """One row of junk, and an answer behind it that hangs on its digest."""

    data: bytes

    @property
    def rows(self):
        junk = Row(1, "staff", payload.digest(self.data), sealed(self.data), DAY)
        return [junk, row(2, junk.digest, "请接着说。")]


@pytest.fixture(scope="module")
def cases():
    return {name: Case(Talk(data).rows, [], []) for name, data in MALFORMED.items()}


EXPECTED = [("changed", ""), ("", "请接着说。")]


def test_the_server_tells_junk_as_changed_and_shows_what_stands_beside_it(cases):
    found = {
        name: [
            (entry.trouble or "", entry.body)
            for entry in open_thread(case.rows, KEYS, REFERENCE, length=2, is_asked=False)
        ]
        for name, case in cases.items()
    }

    assert {name: one for name, one in found.items() if one != EXPECTED} == {}


def test_the_browser_tells_the_same(cases):
    opening = {"act": "open", "typed": TYPED, "site": SITE}
    results = node(*(opening | {"answer": case.answer()} for case in cases.values()))

    found = {
        name: [(entry["trouble"], entry["body"]) for entry in entries]
        for name, entries in zip(cases, results, strict=True)
    }
    assert {name: one for name, one in found.items() if one != EXPECTED} == {}


def test_without_scripts_a_sign_that_nobody_sees_is_shown_by_its_number(reporter, client):
    reporter.ask("请到\u202e桥西\u2066等")

    page = client.post("/mailbox/", data={"receipt": reporter.typed}).text

    assert (
        '请到<span class="unseen">U+202E</span>桥西<span class="unseen">U+2066</span>等'
    ) in page
