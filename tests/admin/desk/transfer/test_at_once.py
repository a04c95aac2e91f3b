"""A tip is passed on while somebody else does something with it: one wins, and nothing is lost."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from sqlalchemy import func, select, update

from admin.db import db
from admin.desk import loading
from admin.desk.tip import link_views, opening
from admin.desk.transfer import views as transfer_views
from admin.models import (
    AuditEvent,
    Decision,
    Member,
    Message,
    Note,
    Tip,
    TipOpening,
    Transfer,
    TransferFile,
)

from .passing import send

SEALED = "YWdlLWVuY3J5cHRpb24ub3JnL3YxCng="
ACTS = {
    "claim": ("claim", {}),
    "assign": ("assign", {"to": "{colleague}"}),
    "urgency": ("urgency", {"urgency": "P0"}),
    "accept": ("decision", {"move_to": "accepted", "reason": "in_scope"}),
    "close": ("decision", {"move_to": "closed", "reason": "too_little"}),
    "ask": ("messages", {"number": "1", "digest": "0" * 64, "sealed": SEALED, "ask": "yes"}),
    "note": ("notes", {"number": "1", "sealed": SEALED}),
    "label": ("labels", {"label": "on_site"}),
    "link": ("links", {"other": "{other}"}),
    "merge": ("merge", {"other": "{other}"}),
    "extend": ("extension", {"reason": "complex"}),
}


@pytest.fixture
def colleague(app, members, sign_in):
    with app.app_context():
        roles = ["registrar", "analyst", "reviewer"]
        db.session.execute(update(Member).where(Member.unit_id == "police").values(roles=roles))
        db.session.commit()
    return sign_in("police-2")


@pytest.fixture
def both_have_read(database, monkeypatch):
    """Hold each act at the moment when it has read the tip, until the other has too, or waits."""
    read, meeting = loading.expect_version, {}

    def held(*given):
        read(*given)
        with suppress(threading.BrokenBarrierError):
            if "at" in meeting:
                meeting["at"].wait(0.2)

    if database == "postgresql":  # SQLite's writers stand in line anyway.
        for module in (loading, link_views, transfer_views):
            monkeypatch.setattr(module, "expect_version", held)
    return lambda: meeting.update(at=threading.Barrier(2))


def posted(desk, tip, act, other, members, token):
    path, fields = ACTS[act]
    names = {"other": other.reference, "colleague": members["police-head"].member_id}
    filled = {name: value.format(**names) for name, value in fields.items()}
    return desk.post_with(token, tip, path, version=tip.version, **filled)


@pytest.mark.parametrize("act", ACTS)
def test_of_two_at_the_very_same_moment_one_is_told_and_nothing_is_half_done(
    app, passer, desk, colleague, members, make_tip, fresh, both_have_read, act
):
    tip, other = make_tip(), make_tip()
    packed, token = passer.packed(desk, tip, "drugs"), colleague.token()
    desk.token()
    both_have_read()

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(send, desk, tip, "transfer", packed)
        second = pool.submit(posted, colleague, tip, act, other, members, token)
        moved, done = first.result(), second.result()

    now = fresh(tip)
    assert (now.unit_id == "drugs") is (moved.status_code == 200)
    assert moved.status_code in (200, 409, 422), moved.json
    assert done.status_code in (303, 409, 410, 422), done.json
    if moved.status_code != 200:
        assert done.status_code == 303
        assert moved.json["error"]
    elif done.status_code != 303:
        assert "您写的字还在" in done.json["error"] or done.json.get("errors"), done.json
    with app.app_context():
        rows = {
            table: db.reading.execute(
                select(func.count()).select_from(table).where(table.tip_id == tip.id)
            ).scalar_one()
            for table in (Decision, Message, Note, Transfer)
        }
    # Of each side all stands, or nothing; what stands beside both was there before the move.
    assert rows[Decision] == (moved.status_code == 200) + (done.status_code == 303)
    assert rows[Transfer] == (moved.status_code == 200)
    assert rows[Message] == (done.status_code == 303 and act == "ask")


@pytest.mark.parametrize("first", ["takes over", "hands back"])
def test_a_head_who_fetches_back_at_the_moment_when_the_other_unit_acts(
    app, passer, drugs, sign_in, passed, fresh, first
):
    head = sign_in("police-head")
    with app.app_context():
        transfer = db.reading.scalars(select(Transfer.id)).one()
    act = passer.take_over if first == "takes over" else passer.hand_back
    head.token()

    with ThreadPoolExecutor(2) as pool:
        theirs = pool.submit(act, drugs, passed)
        ours = pool.submit(head.submit, f"/desk/transfers/{transfer}/fetched-back", {})
        answers = theirs.result().status_code, ours.result().status_code

    assert answers[1] == 303
    now = fresh(passed)
    with app.app_context():
        row = db.reading.get_one(Transfer, transfer)
        files = db.reading.execute(select(func.count()).select_from(TransferFile)).scalar_one()
    assert row.settled_on is not None
    assert (now.unit_id == "drugs") is bool(row.is_taken)
    # Taken over, they wait for a colleague; back, they stand in their places.
    assert files == (2 if row.is_taken else 0)
    if not row.is_taken:
        assert payload_of(app, now) == "police"


def payload_of(app, tip):
    """Tell to which unit's key a tip hangs."""
    with app.app_context():
        return db.reading.execute(
            select(Tip.unit_id).where(Tip.id == tip.id, Tip.unit_key_id == tip.unit_key_id)
        ).scalar_one()


def test_who_opens_it_at_the_moment_when_it_goes_is_sent_nothing_and_reads_nothing_for_the_other(
    app, passer, desk, tip, fresh, monkeypatch
):
    check = opening.check_clear

    def goes_now(one):
        check(one)
        monkeypatch.setattr(opening, "check_clear", check)
        assert passer.pass_on(desk, fresh(tip), "drugs").status_code == 200

    monkeypatch.setattr(opening, "check_clear", goes_now)

    answer = desk.get(f"/desk/tips/{tip.reference}/sealed.json")

    assert answer.status_code != 200
    assert "sealed" not in answer.text
    codes = [line.event.code for line in fresh(tip).decisions]
    assert codes[-1] == "transferred_misfiled_drugs"
    with app.app_context():
        assert db.reading.get(TipOpening, tip.id) is None


@pytest.mark.parametrize("address", ["transfer", "arrived", "back"])
def test_who_takes_it_out_at_the_moment_when_it_goes_is_sent_nothing_of_the_other_unit(
    app, passer, desk, drugs, sign_in, tip, fresh, monkeypatch, address
):
    reader, new_unit = (desk, "drugs") if address == "transfer" else (drugs, "police")
    colleague, head = sign_in("police-2"), sign_in("police-head")
    if reader is drugs:
        assert passer.pass_on(colleague, tip, "drugs").status_code == 200
    reader.post(fresh(tip), "clear")
    check = transfer_views.check_clear

    def move():
        if reader is desk:
            return passer.pass_on(colleague, fresh(tip), "drugs").status_code
        with app.app_context():
            transfer = db.reading.scalars(select(Transfer.id)).one()
        return head.submit(f"/desk/transfers/{transfer}/fetched-back", {}).status_code

    def goes_now(one):
        check(one)
        monkeypatch.setattr(transfer_views, "check_clear", check)
        # In a thread: a request within this one would share what it knows of the member.
        with ThreadPoolExecutor(1) as other:
            assert other.submit(move).result() in (200, 303)

    monkeypatch.setattr(transfer_views, "check_clear", goes_now)

    answer = reader.get(f"/desk/tips/{tip.reference}/{address}.json")

    assert fresh(tip).unit_id == new_unit
    assert answer.status_code != 200
    assert "sealed" not in answer.text
    with app.app_context():
        readers = select(AuditEvent.by).where(AuditEvent.act == "transfer_read")
        assert db.reading.scalars(readers).all() == ["police-2"]
