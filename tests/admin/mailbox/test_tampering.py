"""Forged, replayed, reordered, dropped and swapped messages, as the reporter is shown them."""

import pytest

from admin.mailbox.thread import open_thread
from tests.admin.mailbox.test_thread import node
from tests.tampering import CASES, KEYS, REFERENCE, SITE, TYPED, told


def shown(side, body, trouble):
    return told(trouble, body if side == "staff" else "own" * (not trouble))


@pytest.mark.parametrize("name", CASES)
def test_each_place_of_a_talk_is_shown_as_what_it_is(name):
    case = CASES[name]

    entries = open_thread(case.rows, KEYS, REFERENCE, length=case.counted, is_asked=case.is_asked)

    assert [shown(entry.side, entry.body, entry.trouble) for entry in entries] == case.mailbox


def test_the_browser_shows_every_talk_as_the_server_does():
    opening = {"act": "open", "typed": TYPED, "site": SITE}

    results = node(*(opening | {"answer": case.answer()} for case in CASES.values()))

    found = [
        [shown(entry["side"], entry["body"], entry["trouble"]) for entry in entries]
        for entries in results
    ]
    expected = {name: case.mailbox for name, case in CASES.items()}
    assert dict(zip(CASES, found, strict=True)) == expected
