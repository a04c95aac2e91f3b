"""Ready answers: sealed to the unit, written by its heads, changed by one at a time."""

import base64
import secrets

import pytest
from sqlalchemy import select

from admin.db import db
from admin.desk.duty import shifts
from admin.desk.ready import services
from admin.models import AuditEvent, HandoverNote, UnitKey
from admin.vault.expiry import sweep
from admin.vault.key_change import resealing

PAGE, JSON, SAVE = "/desk/ready/", "/desk/ready/answers.json", "/desk/ready/answers"


def age():
    return base64.b64encode(b"age-encryption.org/v1\n" + secrets.token_bytes(80)).decode()


@pytest.fixture
def key(app, units):
    with app.app_context():
        return {row.unit_id: str(row.id) for row in db.session.scalars(select(UnitKey))}


@pytest.fixture
def head(sign_in):
    return sign_in("police-head")


def save(desk, key, sealed=None, **fields):
    fields |= {"sealed": sealed or age(), "key": key["police"]}
    headers = {"Accept": "application/json", "X-CSRFToken": desk.token()}
    return desk.client.post(SAVE, data=fields, headers=headers, base_url=desk.base_url)


def kept(desk):
    return desk.get(JSON).json["answers"]


def delete(desk, answer_id):
    return desk.submit(f"{SAVE}/{answer_id}/delete", {})


def test_an_answer_comes_sealed_and_goes_to_the_unit_as_it_came(head, key, sign_in, app):
    sealed = age()
    assert save(head, key, sealed).status_code == 303

    assert [row["sealed"] for row in kept(sign_in("police-1"))] == [sealed]
    assert kept(sign_in("custodian-1")) == []
    with app.app_context():
        row = db.reading.scalars(select(HandoverNote)).one()
        assert (row.kind, row.by, str(row.unit_key_id)) == (
            "template",
            "police-head",
            key["police"],
        )
        acts = db.reading.scalars(select(AuditEvent.act).order_by(AuditEvent.number)).all()
    assert acts[-1] == "ready_saved"


def test_it_is_no_hand_over_note_and_no_day_deletes_it(head, key, app):
    save(head, key)
    with app.app_context():
        assert shifts.read_handovers(db.session, "police") == []
        db.session.scalars(select(HandoverNote)).one().written_at = 1
        db.session.commit()
        assert sweep(db.session)["handovers"] == 0
        db.session.commit()

    assert len(kept(head)) == 1


def test_a_new_key_of_the_unit_finds_it_among_what_hangs_on_the_old_one(head, key, app, change):
    save(head, key)
    with app.app_context():
        old = db.session.scalars(select(UnitKey).filter_by(unit_id="police")).one()
        old.retired_on = old.made_on
        db.session.commit()
        left = resealing.count_left(db.session, "police")
        notes = resealing.next_shift_notes(db.session, "police", most=5)

    assert left.shift_notes == 1
    assert [note.kind for note in notes] == ["template"]


def test_a_changed_answer_takes_the_old_ones_place(head, key):
    save(head, key)
    [first] = kept(head)
    sealed = age()

    assert save(head, key, sealed, replaces=first["id"]).status_code == 303

    [now] = kept(head)
    assert (now["sealed"], now["id"] != first["id"]) == (sealed, True)


def test_of_two_who_change_one_the_second_is_told_and_changes_nothing(head, key):
    save(head, key)
    [first] = kept(head)
    save(head, key, replaces=first["id"])
    [now] = kept(head)

    late = save(head, key, replaces=first["id"])

    assert late.status_code == 422
    assert "字还在" in late.json["error"]
    assert kept(head) == [now]


def test_an_answer_is_deleted_once(head, key, app):
    save(head, key)
    [row] = kept(head)

    assert delete(head, row["id"]).status_code == 303
    assert delete(head, row["id"]).status_code == 422
    assert kept(head) == []
    with app.app_context():
        assert "ready_deleted" in db.reading.scalars(select(AuditEvent.act)).all()


def test_a_hand_over_note_is_neither_changed_nor_deleted_here(head, key, app):
    with app.app_context():
        note = shifts.add_handover(
            db.session, "police", key=key["police"], by="police-1", sealed=b"x", now=1
        )
        note_id = note.id
        db.session.commit()

    assert delete(head, note_id).status_code == 422
    assert save(head, key, replaces=note_id).status_code == 422
    with app.app_context():
        assert db.reading.scalars(select(HandoverNote.kind)).all() == ["handover"]


def test_a_unit_keeps_no_more_than_anybody_can_look_through(head, key, monkeypatch):
    monkeypatch.setattr(services, "MOST", 2)
    for _ in range(2):
        assert save(head, key).status_code == 303

    assert save(head, key).status_code == 422
    # In the place of another there is room.
    assert save(head, key, replaces=kept(head)[0]["id"]).status_code == 303
    assert len(kept(head)) == 2


def test_words_that_are_not_sealed_or_sealed_to_another_key_are_not_kept(head, key):
    plain = base64.b64encode("请问您是谁？".encode()).decode()

    assert save(head, key, plain).status_code == 422
    assert save(head, key | {"police": key["drugs"]}).status_code == 423
    assert kept(head) == []


# (who, what) -> status: readers use, heads write, nobody else is there.
MAY = [
    ("police-head", 200, 303),
    ("custodian-1", 200, 423),
    ("police-1", 200, 403),
    ("police-desk", 403, 403),
    # Of no unit: no key is one of theirs, which is looked at first.
    ("admin", 403, 423),
]


@pytest.mark.parametrize(("name", "reads", "writes"), MAY)
def test_heads_write_them_and_readers_use_them(sign_in, key, name, reads, writes):
    member = sign_in(name)

    assert {member.get(PAGE).status_code, member.get(JSON).status_code} == {reads}
    # The custodian is of another unit, whose key this is not.
    assert save(member, key).status_code == writes
    if writes == 403:
        assert delete(member, 1).status_code == 403


def test_another_units_head_deletes_nothing(head, key, sign_in):
    save(head, key)
    [row] = kept(head)

    assert delete(sign_in("custodian-1"), row["id"]).status_code == 422
    assert kept(head) == [row]
