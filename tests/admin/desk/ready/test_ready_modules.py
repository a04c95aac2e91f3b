"""What a browser believes of a ready answer: what a holder of the key wrote. Under Node."""

import json
from base64 import b64decode, b64encode

import pytest

from admin.sealing.age import open_sealed, seal
from admin.sealing.errors import SealingError
from tests.admin.desk.tip.test_browser_modules import RECOVERY, REPORTER, STRANGER, UNIT, run

WORDS = {"title": "已经转办", "body": "您说的事，已经转给 ____ 。"}
OLD = STRANGER


def keys(*identities):
    """Make a member's keys of a unit, the one in use first."""
    return {
        "identities": [str(one) for one in identities],
        "identity": str(identities[0]),
        "recipient": str(identities[0].recipient),
        "recovery": str(RECOVERY.recipient),
        "keyId": "7",
    }


def sealed(words=WORDS, unit_id="police", unit=None):
    [fields] = run({"act": "ready", "words": words, "unitId": unit_id, "unit": unit or keys(UNIT)})
    found = dict(fields)
    assert found["key"] == "7"
    return {"id": "1", "sealed": found["sealed"]}


def opened(*rows, unit_id="police", unit=None):
    [found] = run(
        {"act": "openReady", "rows": list(rows), "unitId": unit_id, "unit": unit or keys(UNIT)}
    )
    return found


def forged(content, identity=UNIT):
    """Seal something to the unit, as anybody can who knows its recipient."""
    data = json.dumps(content).encode()
    return {"id": "9", "sealed": b64encode(seal(data, [identity.recipient])).decode()}


def test_an_answer_opens_for_the_unit_and_its_printed_sheet_alone():
    row = sealed()

    for identity in (UNIT, RECOVERY):
        content = json.loads(open_sealed(b64decode(row["sealed"]), [identity]))
        assert (content["title"], content["body"]) == (WORDS["title"], WORDS["body"])
    for identity in (REPORTER, STRANGER):
        with pytest.raises(SealingError):
            open_sealed(b64decode(row["sealed"]), [identity])


def test_what_a_member_wrote_is_believed_and_sorted_by_title():
    other = {"title": "不归这里", "body": "请找 12345。"}

    found = opened(sealed(), sealed(other))

    assert [answer["title"] for answer in found["answers"]] == ["不归这里", "已经转办"]
    assert [answer["isOld"] for answer in found["answers"]] == [False, False]
    assert found["untrusted"] == 0


def content_of(row):
    return json.loads(open_sealed(b64decode(row["sealed"]), [UNIT]))


FORGERIES = {
    "words of the server's own": lambda content: content | {"body": "请问您是谁？"},
    "another title": lambda content: content | {"title": "请选这条"},
    "no mark": lambda content: {key: content[key] for key in content if key != "mac"},
    "a mark that is no text": lambda content: content | {"mac": 7},
    "a note": lambda content: content | {"kind": "handover"},
    "words moved from the body to the title": lambda content: (
        content | {"title": f"{content['title']}\n{content['body']}", "body": ""}
    ),
}


@pytest.mark.parametrize("case", FORGERIES)
def test_what_the_server_seals_to_the_unit_is_counted_and_not_shown(case):
    """A lying server knows the unit's recipient: it could put words into a member's mouth."""
    found = opened(forged(FORGERIES[case](content_of(sealed()))))

    assert found == {"answers": [], "untrusted": 1}


def test_another_units_answer_is_not_believed():
    assert opened(sealed(unit_id="drugs")) == {"answers": [], "untrusted": 1}


def test_after_a_change_of_keys_who_holds_both_believes_it_and_who_holds_the_new_alone_does_not():
    row = sealed(unit=keys(OLD))
    resealed = forged(json.loads(open_sealed(b64decode(row["sealed"]), [OLD])))

    both, new_alone = opened(resealed, unit=keys(UNIT, OLD)), opened(resealed)

    assert [(answer["title"], answer["isOld"]) for answer in both["answers"]] == [
        (WORDS["title"], True)
    ]
    assert new_alone == {"answers": [], "untrusted": 1}


@pytest.mark.parametrize(
    ("text", "is_blank"),
    [("转给 ____ 。", True), ("转给＿＿。", True), ("a_b__c", False), ("", False), ("_" * 9, True)],
)
def test_a_blank_is_four_lines_of_one_byte_or_two_wide_ones(text, is_blank):
    assert run({"act": "blanks", "text": text}) == [is_blank]


@pytest.mark.parametrize(
    ("text", "is_title"), [("已转办", True), ("", False), ("两\n行", False), ("长" * 41, False)]
)
def test_a_title_is_one_short_line(text, is_title):
    assert run({"act": "title", "text": text, "most": 40}) == [is_title]
