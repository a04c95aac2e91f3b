"""Notes and gradings in the browser: sealed there, chained, believed only whole. Under Node."""

import json
from base64 import b64decode, b64encode

import pytest

from admin.sealing.age import open_sealed, seal
from admin.sealing.errors import SealingError
from tests.admin.desk.tip.test_browser_modules import (
    RECOVERY,
    REFERENCE,
    REPORTER,
    STRANGER,
    TALK,
    UNIT,
    run,
)

SEALED = b"age-encryption.org/v1\nx"
GRADES = {
    "source": {"untested": "未经检验"},
    "information": {"seen": "亲眼所见", "told": "转述"},
    "handling": {"general": "一般"},
}
TIP = {"reference": REFERENCE, "talk": b64encode(TALK).decode()}
KEYS = {"recipient": str(UNIT.recipient), "recovery": str(RECOVERY.recipient)}


def written(*bodies, kind="note", by="police-1"):
    """Seal notes one after the other, as pages do; gives rows as the server stores them."""
    rows, end = [], {"number": 0, "digest": ""}
    for body in bodies:
        job = {"act": "note", "body": body, "kind": kind, "by": by, "tip": TIP, "unit": KEYS}
        [sent] = run(job | {"end": end})
        rows.append({**sent, "number": int(sent["number"]), "kind": kind, "by": by, "at": "t"})
        [entries] = run({"act": "notes", "rows": rows, "tip": TIP, "identity": str(UNIT)})
        end = {"number": entries[-1]["number"], "digest": entries[-1]["digest"]}
    return rows


def read(rows):
    [entries] = run({"act": "notes", "rows": rows, "tip": TIP, "identity": str(UNIT)})
    return entries


def test_a_note_opens_for_the_unit_and_its_printed_sheet_only():
    [row] = written("已经报值班领导。")
    sealed = b64decode(row["sealed"])

    for identity in (UNIT, RECOVERY):
        content = json.loads(open_sealed(sealed, [identity]))
        assert (content["body"], content["by"], content["number"]) == (
            "已经报值班领导。",
            "police-1",
            1,
        )
    for identity in (REPORTER, STRANGER):
        with pytest.raises(SealingError):
            open_sealed(sealed, [identity])


def test_short_and_long_notes_are_of_one_size():
    sizes = {len(written(body)[0]["sealed"]) for body in ("短", "长" * 900)}

    assert len(sizes) == 1


def test_a_whole_chain_is_believed():
    entries = read(written("一", "二", "三"))

    assert [(entry["body"], entry["isWhole"]) for entry in entries] == [
        ("一", True),
        ("二", True),
        ("三", True),
    ]


def forged(row, **changes):
    """What a server could seal by itself: it knows the unit's recipient, and not the talk's key."""
    content = json.loads(open_sealed(b64decode(row["sealed"]), [UNIT])) | changes
    sealed = seal(json.dumps(content).encode(), [UNIT.recipient])
    return row | {"sealed": b64encode(sealed).decode()}


@pytest.fixture(scope="module")
def three():
    return written("一", "二", "三")


NO_AGE = b64encode(SEALED).decode()
# What a server makes of three notes, and which of those that then stand there are noticed.
TAMPERED = {
    "another author in the row": (lambda a, b, c: [a | {"by": "police-2"}, b, c], [0]),
    "another author inside": (
        lambda a, b, c: [forged(a, by="police-2") | {"by": "police-2"}, b, c],
        [0, 1],
    ),
    "another kind in the row": (lambda a, b, c: [a | {"kind": "grading"}, b, c], [0]),
    "other words": (lambda a, b, c: [a, forged(b, body="没事"), c], [1, 2]),
    "words of another tip": (lambda a, b, c: [a, forged(b, reference="00000-00000"), c], [1, 2]),
    "bytes that do not open": (lambda a, b, c: [a, b | {"sealed": NO_AGE}, c], [1, 2]),
    "the first one gone": (lambda _a, b, c: [b, c], [0]),
    "the middle one gone": (lambda a, _b, c: [a, c], [1]),
    "two that changed places": (
        lambda a, b, c: [a, c | {"number": 2}, b | {"number": 3}],
        [1, 2],
    ),
    "one twice": (lambda a, b, _c: [a, a | {"number": 2}, b | {"number": 3}], [1, 2]),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_what_was_changed_missing_or_moved_is_noticed(three, name):
    change, broken = TAMPERED[name]

    entries = read(change(*three))

    assert [i for i, entry in enumerate(entries) if not entry["isWhole"]] == broken


@pytest.mark.parametrize(
    "name", ["another author in the row", "another author inside", "other words"]
)
def test_words_that_nobody_of_the_unit_wrote_are_not_shown(three, name):
    change, broken = TAMPERED[name]

    assert read(change(*three))[broken[0]]["body"] is None


def graded(body, **changes):
    return {"kind": "grading", "body": body, "by": "police-1", "at": "t"} | changes


SEEN = {"source": "untested", "information": "seen", "handling": "general"}
TOLD = SEEN | {"information": "told"}
GRADINGS = [
    ([], None),
    ([graded(json.dumps(SEEN))], SEEN),
    ([graded(json.dumps(SEEN)), graded(json.dumps(TOLD))], TOLD),
    ([graded(json.dumps(SEEN)), graded(None)], SEEN),
    ([graded(json.dumps(SEEN), kind="note")], None),
    ([graded(json.dumps(SEEN | {"source": "guilty"}))], None),
    ([graded(json.dumps({"source": "untested"}))], None),
    ([graded(json.dumps(SEEN | {"source": "toString"}))], None),
    ([graded("[1]")], None),
    ([graded("null")], None),
]


@pytest.mark.parametrize(("entries", "expected"), GRADINGS)
def test_the_last_grading_that_can_be_believed_counts(entries, expected):
    [found] = run({"act": "grading", "entries": entries, "grades": GRADES})

    assert found == (expected and expected | {"by": "police-1", "at": "t"})
