"""Forged, replayed, reordered, dropped and swapped messages, as staff are shown them."""

from base64 import b64encode

import pytest

from tests.admin.desk.tip.test_browser_modules import run
from tests.tampering import CASES, HONEST, KEYS, REFERENCE, UNIT, told

JOB = {
    "act": "talk",
    "identity": str(UNIT),
    "reference": REFERENCE,
    "talk": b64encode(KEYS.talk).decode(),
}


def read(*cases):
    return run(
        *(
            JOB
            | {
                "rows": [row.for_desk() for row in case.rows],
                "length": case.counted,
                "isAsked": case.is_asked,
            }
            for case in cases
        )
    )


@pytest.fixture(scope="module")
def found():
    return dict(zip(CASES, read(*CASES.values()), strict=True))


@pytest.mark.parametrize("name", CASES)
def test_each_place_of_a_talk_is_shown_as_what_it_is(name, found):
    shown = [told(entry["fault"], entry["body"] or "") for entry in found[name]]

    assert shown == CASES[name].desk


def test_the_place_of_what_is_missing_is_named(found):
    assert found["the last dropped"][-1]["missing"] == 4
    assert found["the first dropped"][0]["missing"] == 1


def test_the_next_message_hangs_on_the_last_one_that_is_there(found):
    [end] = run({"act": "end", "talk": found["the last dropped"]})

    assert end == {"number": 3, "digest": HONEST[2].digest}
