"""Notes and gradings of a tip: sealed to the unit, chained, only ever added."""

import base64
import json
from base64 import b64decode, b64encode

import pytest
from sqlalchemy import select

from admin.db import db
from admin.desk.notes import NoteKind, SealedNote, add_note
from admin.desk.services import MoveNotAllowed
from admin.models import Decision, Note, Tip, TipStatus
from admin.sealing.age import HybridIdentity, open_sealed, seal
from admin.sealing.errors import SealingError
from admin.vault.expiry import sweep
from admin.vault.store import NumberTaken

from .test_browser_modules import RECOVERY, REFERENCE, REPORTER, STRANGER, TALK, UNIT, run

SEALED = b"age-encryption.org/v1\nx"
FIELDS = {"number": "1", "sealed": base64.b64encode(SEALED).decode()}
ACTS = {"notes": "note", "grading": "grading"}
GRADES = {
    "source": {"untested": "未经检验"},
    "information": {"seen": "亲见", "told": "转述"},
    "handling": {"general": "一般"},
}


@pytest.fixture
def notes(app):
    """Read a tip's notes as they are stored."""

    def read(tip):
        with app.app_context():
            found = select(Note).where(Note.tip_id == tip.id).order_by(Note.number)
            return list(db.reading.scalars(found))

    return read


@pytest.mark.parametrize("act", ACTS)
def test_a_note_is_stored_as_it_came_with_its_author_and_time(desk, tip, notes, act):
    assert desk.post(tip, act, **FIELDS).status_code == 303

    [note] = notes(tip)
    assert (note.number, note.kind, note.by, note.sealed) == (1, ACTS[act], "police-1", SEALED)
    assert note.written_at > 1_700_000_000


def test_notes_come_with_the_tips_sealed_bytes_in_order_and_by_the_clock_of_shanghai(
    app, desk, colleague, tip, notes
):
    desk.post(tip, "notes", **FIELDS)
    colleague.post(tip, "grading", **(FIELDS | {"number": "2"}))
    with app.app_context():
        for note in db.session.scalars(select(Note)):
            note.written_at = 1_790_265_600  # 2026-09-24 16:00 UTC
        db.session.commit()

    sent = desk.get(f"/desk/tips/{tip.reference}/sealed.json").json["notes"]

    assert [(note["number"], note["kind"], note["by"]) for note in sent] == [
        (1, "note", "police-1"),
        (2, "grading", "police-2"),
    ]
    assert sent[0]["at"] == "2026-09-25 00:00"
    assert b64decode(sent[0]["sealed"]) == SEALED


def test_a_note_asks_for_no_version_and_moves_nothing(desk, tip, fresh):
    token = desk.token()

    assert desk.post_with(token, tip, "notes", **FIELDS).status_code == 303

    assert fresh(tip).version == tip.version
    assert fresh(tip).decisions == []


def test_a_note_takes_a_tip_out_of_the_machine_lane(desk, make_tip, fresh):
    machine = make_tip(is_machine=True)

    desk.post(machine, "notes", **FIELDS)

    assert fresh(machine).machine_unit is None


@pytest.mark.parametrize("number", ["2", "99"])
def test_a_note_that_is_not_the_next_is_refused(desk, tip, notes, number):
    answer = desk.post(tip, "notes", **(FIELDS | {"number": number}))

    assert answer.status_code == 409
    assert notes(tip) == []


def test_of_two_notes_with_one_number_the_second_is_refused_and_may_count_anew(
    desk, colleague, tip, notes
):
    desk.post(tip, "notes", **FIELDS)
    assert colleague.post(tip, "notes", **FIELDS).status_code == 409
    assert colleague.post(tip, "notes", **(FIELDS | {"number": "2"})).status_code == 303

    assert [(note.number, note.by) for note in notes(tip)] == [(1, "police-1"), (2, "police-2")]


WRONG = [
    ({"number": "0"}, "number"),
    ({"number": "one"}, "number"),
    ({"sealed": ""}, "sealed"),
    ({"sealed": base64.b64encode(b"plain words").decode()}, "sealed"),
    ({"sealed": base64.b64encode(SEALED + b"x" * 64 * 1024).decode()}, "sealed"),
]


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(("fields", "named"), WRONG)
def test_a_wrong_field_is_named_and_nothing_is_stored(desk, tip, notes, act, fields, named):
    answer = desk.post(tip, act, **(FIELDS | fields))

    assert answer.status_code == 422
    assert all(answer.json["errors"][named])
    assert notes(tip) == []


@pytest.mark.parametrize("act", ACTS)
def test_another_units_tip_takes_no_note(sign_in, tip, notes, act):
    assert sign_in("drugs-1").post(tip, act, **FIELDS).status_code == 404
    assert notes(tip) == []


def test_a_purged_tip_takes_no_note(session, make_tip, members):
    tip = session.get_one(Tip, make_tip().id)
    tip.status = TipStatus.PURGED

    with pytest.raises(MoveNotAllowed):
        add_note(session, tip, SealedNote(1, NoteKind.NOTE, SEALED), actor=members["police-1"])


def test_no_number_is_left_out_or_taken_twice(session, make_tip, members):
    tip = session.get_one(Tip, make_tip().id)
    add_note(session, tip, SealedNote(1, NoteKind.NOTE, SEALED), actor=members["police-1"])

    for number in (0, 1, 3):
        note = SealedNote(number, NoteKind.GRADING, SEALED)
        with pytest.raises(NumberTaken):
            add_note(session, tip, note, actor=members["police-1"])


def test_a_tips_notes_go_with_its_words(app, desk, tip, notes, change):
    desk.post(tip, "notes", **FIELDS)
    change(tip, expires_on=tip.received_on)

    with app.app_context():
        sweep(db.session)
        db.session.commit()

    assert notes(tip) == []


def test_no_act_changes_or_deletes_a_note(app):
    rules = [
        rule for rule in app.url_map.iter_rules() if "note" in rule.rule or "grading" in rule.rule
    ]

    about_tips = {
        (rule.rule, *sorted(rule.methods - {"HEAD", "OPTIONS"}))
        for rule in rules
        if rule.rule.startswith("/desk/tips/")
    }
    assert about_tips == {
        ("/desk/tips/<string:reference>/notes", "POST"),
        ("/desk/tips/<string:reference>/grading", "POST"),
    }


def test_a_note_stands_in_no_history_that_the_reporters_status_is_made_of(app, desk, tip):
    desk.post(tip, "grading", **FIELDS)

    with app.app_context():
        assert db.reading.scalars(select(Decision.reason)).all() == []


# In the browser.

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


ONE, TWO, THREE = written("一", "二", "三")
OTHER = HybridIdentity.generate()
TAMPERED = {
    "another author in the row": ([ONE | {"by": "police-2"}, TWO, THREE], [0]),
    "another author inside": (
        [forged(ONE, by="police-2") | {"by": "police-2"}, TWO, THREE],
        [0, 1],
    ),
    "another kind in the row": ([ONE | {"kind": "grading"}, TWO, THREE], [0]),
    "other words": ([ONE, forged(TWO, body="没事"), THREE], [1, 2]),
    "words of another tip": ([ONE, forged(TWO, reference="0" * 5 + "-" + "0" * 5), THREE], [1, 2]),
    "bytes that do not open": ([ONE, TWO | {"sealed": b64encode(SEALED).decode()}, THREE], [1, 2]),
    "the first one gone": ([TWO, THREE], [0]),
    "the middle one gone": ([ONE, THREE], [1]),
    "two that changed places": (
        [ONE, THREE | {"number": 2}, TWO | {"number": 3}],
        [1, 2],
    ),
    "one twice": ([ONE, ONE | {"number": 2}, TWO | {"number": 3}], [1, 2]),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_what_was_changed_missing_or_moved_is_noticed(name):
    rows, broken = TAMPERED[name]

    entries = read(rows)

    assert [i for i, entry in enumerate(entries) if not entry["isWhole"]] == broken


@pytest.mark.parametrize(
    "name", ["another author in the row", "another author inside", "other words"]
)
def test_words_that_nobody_of_the_unit_wrote_are_not_shown(name):
    rows, broken = TAMPERED[name]

    assert read(rows)[broken[0]]["body"] is None


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
