"""A tip passed on to another unit, over HTTP: what goes through, and every refusal."""

import json
from hashlib import sha256

import pytest
from sqlalchemy import select, update

from admin.auditor.words import detail_words, transfer_codes
from admin.db import db, today
from admin.deadlines.working_days import end_of
from admin.models import (
    AuditEvent,
    Base,
    ClockEvent,
    Countersign,
    Direction,
    KeptTip,
    LabelCopy,
    Member,
    Setting,
    StaffSession,
    Tip,
    TipLabel,
    TipLink,
    TipReader,
    Transfer,
    UnitKey,
)
from admin.sealing import age, payload
from admin.sealing.age import HybridIdentity
from admin.sealing.marks import check_marks
from admin.sealing.member import fingerprint
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency
from admin.vault import expiry
from admin.vault.deadlines import reminders
from admin.vault.deadlines.clocks import facts_of, read_past
from admin.vault.history import mark_danger
from admin.vault.key_change import resealing
from admin.vault.key_change.kept import Mover, keep
from admin.vault.store import KeyChanged, add_message, check_key
from tests.conftest import UnitSecrets

from .passing import TALK, content_mac, opened, send

WORDS = b'{"v":1,"kind":"note"}'


@pytest.fixture
def everything(app):
    """All rows but those of who is signed in or has read what, and the log, by table."""

    def read():
        with app.app_context():
            skipped = {row.__tablename__ for row in (AuditEvent, StaffSession, TipReader, Setting)}
            tables = [one for one in Base.metadata.sorted_tables if one.name not in skipped]
            return {
                table.name: sorted(map(repr, db.reading.execute(select(table)))) for table in tables
            }

    return read


@pytest.fixture
def say(app, units):
    """Let the reporter write to a tip, sealed to the unit that has it."""

    def written(tip, body="又来了。", kind="message"):
        with app.app_context():
            row = db.session.get_one(Tip, tip.id)
            number = row.talk_length + 1
            made = payload.Envelope.make(
                body,
                TALK,
                kind=kind,
                direction="reporter",
                reference=tip.reference,
                number=number,
                previous="",
            )
            unit = units[row.unit_id]
            sealed = age.seal(made.to_bytes(), [unit.identity.recipient, unit.recovery.recipient])
            add_message(
                db.session,
                row,
                number=number,
                direction=Direction.REPORTER,
                digest=made.digest,
                sealed=sealed,
            )
            db.session.commit()

    return written


def lines(app, act):
    with app.app_context():
        rows = db.reading.scalars(select(AuditEvent).where(AuditEvent.act == act))
        return [(row.by, row.unit_id, row.reference, row.detail) for row in rows]


def test_no_copy_of_its_label_for_the_first_units_dispatchers_goes_along_or_stays(
    app, passer, desk, drugs, tip, fresh
):
    def copies(unit_id=None):
        with app.app_context():
            if unit_id:
                db.session.add(LabelCopy(tip_id=tip.id, unit_id=unit_id, sealed=b"c"))
                db.session.commit()
            return db.reading.scalars(select(LabelCopy.unit_id)).all()

    assert copies("police") == ["police"]
    assert passer.pass_on(desk, tip, "drugs").status_code == 200
    assert copies() == []

    # Nor does one of the other unit's come back.
    assert copies("drugs") == ["drugs"]
    assert passer.hand_back(drugs, fresh(tip)).status_code == 200
    assert copies() == []


def test_a_misfiled_tip_goes_to_the_right_unit_with_all_that_hangs_on_it(
    app, passer, desk, drugs, tip, fresh, say, units, kept
):
    say(tip)
    desk.post(fresh(tip), "labels", label="on_site")

    assert passer.pass_on(desk, fresh(tip), "drugs", note=WORDS).json == {"passed": True}

    now = fresh(tip)
    assert (now.unit_id, str(now.unit_key_id)) == ("drugs", passer.keys["drugs"])
    content = payload.Tip.parse(age.open_sealed(now.sealed, [units["drugs"].identity]))
    assert content.fields["what"] == "桥头有人收过路费。"
    assert drugs.get(f"/desk/tips/{tip.reference}/sealed.json").status_code == 422
    drugs.post(tip, "clear")
    sealed = drugs.get(f"/desk/tips/{tip.reference}/sealed.json").json
    assert [one["number"] for one in sealed["messages"]] == [1]
    assert opened(sealed["notes"][0]["sealed"], units["drugs"]) == WORDS
    with app.app_context():
        row = db.reading.get_one(Tip, tip.id)
        check_marks(row.marks, TALK, "drugs", tip.reference)
        assert db.reading.scalars(select(TipLabel.unit_id)).all() == ["drugs"]
    # Its words, its label, one message, and the note as it was sealed to the own unit.
    assert kept() == 4

    assert passer.take_over(drugs, now).json == {"taken": True}

    assert [line.event.code for line in fresh(tip).decisions] == [
        *("labelled_on_site", "transferred_misfiled_drugs", "taken_over")
    ]
    assert drugs.post(fresh(tip), "claim").status_code == 303
    assert ("police-1", "police", tip.reference) in [
        line[:3] for line in lines(app, "transfer_read")
    ]


def test_the_unit_that_passed_it_on_is_told_and_opens_nothing_more(desk, passed):
    assert desk.show(passed).location == f"/desk/transfers?gone={passed.reference}"
    page = desk.get("/desk/transfers", gone=passed.reference).text
    assert f"{passed.reference} 在别的单位，不在本单位了。" in page
    assert "等对方接收" in page
    assert "禁毒承办组" in page
    for address in ("sealed.json", "transfer.json", "arrived.json", "back.json"):
        answer = desk.client.get(
            f"/desk/tips/{passed.reference}/{address}",
            headers={"Accept": "application/json"},
            base_url=desk.base_url,
        )
        assert answer.status_code == 410, address
        assert set(answer.json) == {"error", "errors"}


def test_what_somebody_typed_at_the_old_unit_is_not_lost_without_a_word(desk, passed, message):
    answer = desk.post(passed, "messages", **message)

    assert answer.status_code == 410
    assert answer.json["error"] == "这条线索刚到了别的单位。您写的字还在，要留请先复制。"


def test_another_unit_finds_no_trace_of_it(sign_in, passed):
    stranger = sign_in("custodian-1")

    assert stranger.show(passed).status_code == 404
    assert passed.reference not in stranger.get("/desk/transfers", gone=passed.reference).text
    assert stranger.get(f"/desk/tips/{passed.reference}/arrived.json").status_code == 404


ACTS = {
    "claim": {},
    "decision": {"move_to": "accepted", "reason": "in_scope"},
    "urgency": {"urgency": "P0"},
    "messages": {"number": "1", "digest": "0" * 64, "ask": "no"},
}


@pytest.mark.parametrize("act", ACTS)
def test_before_it_is_taken_over_nothing_else_is_done_with_it(drugs, passed, everything, act):
    fields = dict(ACTS[act])
    if act == "messages":
        fields["sealed"] = "YWdlLWVuY3J5cHRpb24ub3JnL3YxCng="
    before = everything()

    answer = drugs.post(passed, act, **fields)

    assert answer.status_code == 422
    assert answer.json["error"] == "这条是别的单位转来的。请先接收，或者退回，再办别的。"
    assert everything() == before


def test_many_at_once_leave_out_what_is_not_taken_over(drugs, passed):
    chosen = {"tip": f"{passed.reference}.{passed.version}", "bulk_action": "claim", "sure": "yes"}

    page = drugs.submit("/desk/bulk", chosen)

    assert "还没有接收。请打开它，先接收或者退回。" in page.text


def test_the_queue_and_the_page_say_that_it_waits_to_be_taken_over(drugs, passed):
    assert "转来，等接收" in drugs.get("/desk/").text
    assert 'href="/desk/transfers"' in drugs.get("/desk/").text
    page = drugs.show(passed).text
    assert "公安承办组转来的" in page
    assert "这类事归那个单位管" in page
    assert "别的单位转来的。先看内容，再接收或者退回。" in page
    assert "作出决定" not in page
    assert "加密并发出" not in page
    assert passed.reference in drugs.get("/desk/transfers").text


def test_who_opened_other_words_than_were_sealed_does_not_take_it_over(
    app, drugs, passed, passer, everything
):
    before = everything()
    other = content_mac(passed.reference, {"tip": b"others"})

    answer = passer.take_over(drugs, passed, content_mac=other)

    assert answer.status_code == 422
    assert "和对方转出的对不上" in answer.json["error"]
    assert everything() == before
    assert lines(app, "transfer_differs") == [("drugs-1", "drugs", passed.reference, "")]


def test_it_comes_back_as_it_was_with_what_was_added_there(
    app, passer, desk, drugs, tip, fresh, say, units, kept
):
    say(tip)
    before = fresh(tip)
    passer.pass_on(desk, before, "drugs", note=WORDS)
    say(fresh(tip), "那边看得到吗？")

    assert passer.hand_back(drugs, fresh(tip)).json == {"handed_back": True}

    now = fresh(tip)
    assert (now.unit_id, now.unit_key_id) == ("police", before.unit_key_id)
    assert (now.sealed, now.label) == (before.sealed, before.label)
    assert now.messages[0].sealed == before.messages[0].sealed
    second = age.open_sealed(now.messages[1].sealed, [units["police"].identity])
    assert payload.Envelope.parse(second).body == "那边看得到吗？"
    sealed = desk.get(f"/desk/tips/{tip.reference}/sealed.json").json
    assert opened(sealed["notes"][0]["sealed"], units["police"]) == WORDS
    assert kept() == 0
    assert [line.event.code for line in now.decisions] == [
        *("transferred_misfiled_drugs", "handed_back_not_ours_police")
    ]
    assert desk.post(now, "claim").status_code == 303
    assert "对方退回了：这类事不归本单位管" in desk.get("/desk/transfers").text
    assert drugs.show(now).location == f"/desk/transfers?gone={now.reference}"


def test_a_tip_of_the_machine_lane_leaves_it_on_the_way(passer, desk, make_tip, fresh):
    tip = make_tip(is_machine=True)

    assert passer.pass_on(desk, tip, "drugs").status_code == 200
    assert fresh(tip).machine_unit is None


# Who refuses: what stands in the way, and the sentence.
def _tie(session, tip, other):
    one, two = sorted((tip.id, other.id))
    session.add(TipLink(one_id=one, other_id=two, by="police-2", made_on=today()))


def _keep(session, tip, other):
    del other
    session.add(
        KeptTip(
            tip_id=tip.id,
            unit_id="police",
            old_key_id=tip.unit_key_id,
            new_key_id=tip.unit_key_id,
            moved_by="police-2",
            moved_in=b"s" * 32,
            moved_on=today(),
            content_mac="0" * 64,
        )
    )


def _ask(session, tip, other):
    del other
    row = {"kind": "close", "unit_id": "police", "asked_by": "police-2", "asked_on": today()}
    session.add(Countersign(**row, why="spam", tip_id=tip.id, version=1))


def _merge(session, tip, other):
    session.execute(update(Tip).where(Tip.id == other.id).values(merged_into_id=tip.id))


IN_THE_WAY = {
    "a tie": (_tie, "关联着"),
    "a duplicate": (_merge, "关联着"),
    "old bytes of a renewal": (_keep, "还没有人核对完"),
    "a second person who is asked": (_ask, "在等上一级核对"),
}


@pytest.mark.parametrize("what", IN_THE_WAY)
def test_what_stands_in_the_way_is_told_and_nothing_moves(
    app, passer, desk, tip, make_tip, everything, what
):
    put, sentence = IN_THE_WAY[what]
    with app.app_context():
        put(db.session, tip, make_tip())
        db.session.commit()
    before = everything()

    answer = passer.pass_on(desk, tip, "drugs")

    assert answer.status_code == 422
    assert sentence in answer.json["error"]
    assert everything() == before


def test_an_ended_tip_and_one_that_is_on_its_way_go_nowhere(passer, desk, drugs, tip, change):
    packed = passer.packed(desk, tip, "drugs")
    change(tip, status=TipStatus.CLOSED, is_open=False)
    assert send(desk, tip, "transfer", packed).status_code in (409, 422)
    assert "转给别的单位" not in desk.show(tip).text
    change(tip, status=TipStatus.RECEIVED, is_open=True)
    assert send(desk, tip, "transfer", packed).status_code == 200
    # And from there not before it is taken over.


def test_a_tip_that_waits_is_not_passed_on_again(passer, drugs, passed, everything):
    packed, before = passer.packed(drugs, passed, "trade"), everything()

    answer = send(drugs, passed, "transfer", packed)

    assert answer.status_code == 422
    assert everything() == before


WRONG = [
    ({"to": "nobody"}, 422),
    ({"to": "practice"}, 422),
    ({"key": "1"}, 422),
    ({"reason": "no-such"}, 422),
    ({"reason": ""}, 422),
    ({"reason": ["misfiled"]}, 422),
    ({"proof": "0" * 64}, 422),
    ({"proof": None}, 422),
    ({"mark": "00"}, 400),
    ({"content_mac": "x"}, 400),
    ({"length": 7}, 422),
    ({"length": "0"}, 400),
    ({"messages": {"9": "YQ=="}}, 422),
    ({"notes": {"9": "YQ=="}}, 422),
    ({"label": ""}, 422),
    ({"sealed": "YWdlLWVuY3J5cHRpb24ub3JnL3YxCng="}, 422),
    ({"note": {"number": "9", "sealed": "YQ==", "own": "YQ=="}}, 400),
    ({"note": "x"}, 400),
    ({"version": "1.0"}, 400),
    ({"version": 1}, 400),
    ({"version": "99"}, 409),
]


@pytest.mark.table
@pytest.mark.parametrize(("more", "status"), WRONG)
def test_what_no_browser_of_ours_sends_moves_nothing(passer, desk, tip, everything, more, status):
    packed, before = passer.packed(desk, tip, "drugs"), everything()

    answer = send(desk, tip, "transfer", packed | more)

    assert answer.status_code == status
    assert everything() == before


def test_a_note_that_is_not_the_next_moves_nothing(passer, desk, tip, everything):
    packed = passer.packed(desk, tip, "drugs", note=WORDS)
    packed["note"]["number"] = "2"
    before = everything()

    assert send(desk, tip, "transfer", packed).status_code == 409
    assert everything() == before


# From each unit to each: whether the server lets a tip go.
OPEN = ("police", "drugs", "trade", "supervision", "upper")
TAKERS = ("supervision", "upper")


@pytest.mark.table
@pytest.mark.parametrize("to", OPEN)
@pytest.mark.parametrize("at", OPEN)
def test_down_from_the_way_of_tips_about_officials_none_goes(
    app, passer, sign_in, make_tip, everything, change, at, to
):
    tip, desk = make_tip(), sign_in("police-1")
    packed = passer.packed(desk, tip, to)
    # As if it had come to that unit, and its member with it.
    with app.app_context():
        key = db.session.scalars(select(UnitKey).filter_by(unit_id=at, retired_on=None)).one()
        values = {"unit_id": at, "unit_key_id": key.id}
        db.session.execute(update(Tip).where(Tip.id == tip.id).values(**values))
        db.session.execute(update(Member).where(Member.name == "police-1").values(unit_id=at))
        db.session.commit()
    riddle = desk.get(f"/desk/tips/{tip.reference}/transfer.json").json["riddle"]
    packed["proof"] = sha256(opened(riddle, passer.secrets[at])).hexdigest()
    packed["key"] = passer.keys[to]
    before = everything()

    answer = send(desk, tip, "transfer", packed)

    may_go = at != to and (at not in TAKERS or to in TAKERS)
    assert answer.status_code == (200 if may_go else 422), answer.json
    assert (everything() == before) is not may_go
    _, _, choice = desk.show(tip).text.partition('id="transfer-to"')
    choice, _, _ = choice.partition("</select>")
    offered = {unit for unit in OPEN if f'<option value="{unit}">' in choice}
    if not may_go:
        assert offered == {o for o in OPEN if o != at and (at not in TAKERS or o in TAKERS)}


def test_two_members_at_once_one_passes_it_on_and_the_other_is_told(
    passer, desk, colleague, tip, fresh
):
    first, second = (passer.packed(one, tip, "drugs") for one in (desk, colleague))

    assert send(desk, tip, "transfer", first).status_code == 200
    answer = send(colleague, tip, "transfer", second)

    assert answer.status_code == 410
    assert "这条线索刚到了别的单位" in answer.json["error"]
    assert fresh(tip).unit_id == "drugs"


def test_words_that_came_meanwhile_stop_the_move_and_the_next_try_takes_them_along(
    passer, desk, tip, fresh, say
):
    packed = passer.packed(desk, tip, "drugs")
    say(tip)

    assert send(desk, tip, "transfer", packed).status_code == 409
    packed["version"] = str(fresh(tip).version)
    assert send(desk, fresh(tip), "transfer", packed).status_code == 422
    assert passer.pass_on(desk, fresh(tip), "drugs").status_code == 200
    assert len(fresh(tip).messages) == 1


def test_a_letter_sealed_to_the_unit_that_passed_it_on_is_sealed_anew_and_not_lost(
    app, passer, desk, tip, fresh
):
    old = tip.unit_key_id
    passer.pass_on(desk, tip, "drugs")

    with app.app_context():
        row = db.session.get_one(Tip, tip.id)
        check_key(db.session, row, row.unit_key_id)
        for key_id in (old, None, 7):
            with pytest.raises(KeyChanged):
                check_key(db.session, row, key_id)


def test_a_reader_takes_over_and_only_who_judges_hands_back(app, passer, passed, sign_in, members):
    with app.app_context():
        db.session.execute(
            update(Member).where(Member.name == "drugs-1").values(roles=["registrar"])
        )
        db.session.commit()
    registrar = sign_in("drugs-1")

    assert registrar.get(f"/desk/tips/{passed.reference}/back.json").status_code == 403
    assert "退回的理由" not in registrar.show(passed).text
    assert passer.take_over(registrar, passed).status_code == 200


def test_it_is_taken_over_once_and_then_not_handed_back(passer, drugs, passed, fresh):
    assert passer.take_over(drugs, passed).status_code == 200
    assert drugs.get(f"/desk/tips/{passed.reference}/arrived.json").status_code == 409
    assert drugs.get(f"/desk/tips/{passed.reference}/back.json").status_code == 409
    told = {"version": str(fresh(passed).version), "content_mac": "0" * 64}
    assert send(drugs, passed, "taken-over", told).status_code in (409, 422)


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"reason": "misfiled"}, 422),
        ({"proof": "0" * 64}, 422),
        ({"length": 5}, 422),
        ({"messages": {"1": "YQ=="}}, 422),
        ({"notes": {"1": "YQ=="}}, 422),
        ({"version": "0"}, 409),
    ],
)
def test_what_does_not_fit_brings_nothing_back(passer, drugs, passed, everything, more, status):
    before = everything()

    assert passer.hand_back(drugs, passed, **more).status_code == status
    assert everything() == before


def test_a_head_fetches_back_what_nobody_took_over(app, passer, sign_in, desk, passed, fresh, kept):
    head = sign_in("police-head")
    with app.app_context():
        transfer = db.reading.scalars(select(Transfer.id)).one()
    path = f"/desk/transfers/{transfer}/fetched-back"
    assert "收回" in head.get("/desk/transfers").text
    assert desk.submit(path, {}).status_code == 403

    assert head.submit(path, {}).status_code == 303

    assert fresh(passed).unit_id == "police"
    assert fresh(passed).decisions[-1].event.code == "fetched_back"
    assert kept() == 0
    assert desk.post(fresh(passed), "claim").status_code == 303
    # Pressed twice it does nothing more.
    assert head.submit(path, {}).status_code == 303
    assert len(fresh(passed).decisions) == 3


def test_what_has_new_words_only_the_other_unit_can_give_back(
    app, sign_in, passed, say, everything
):
    head = sign_in("police-head")
    say(passed)
    with app.app_context():
        transfer = db.reading.scalars(select(Transfer.id)).one()
    before = everything()

    answer = head.submit(f"/desk/transfers/{transfer}/fetched-back", {})

    assert answer.status_code == 422
    assert "写的人又写了新话，只有对方打得开。请对方退回。" in answer.text
    assert everything() == before


def test_another_units_transfer_is_as_unknown_as_one_that_never_was(app, sign_in, passed):
    with app.app_context():
        transfer = db.reading.scalars(select(Transfer.id)).one()
    stranger = sign_in("custodian-1")

    for number in (transfer, 1):
        path = f"/desk/transfers/{number}/fetched-back"
        assert stranger.submit(path, {}).status_code == 404
        assert stranger.get(f"/desk/transfers/{number}/kept.json").status_code in (404, 409)


def urged(app, unit_id, day):
    """Let the clocks of a unit tell who is to be told on a day; gives levels of `takeover`."""
    with app.app_context():
        reminders.urge(db.session, day, unit_id, None)
        db.session.commit()
        told = select(ClockEvent.level).where(ClockEvent.rule == "takeover")
        return sorted(db.reading.scalars(told))


def test_where_nobody_takes_it_over_the_clock_tells_the_heads_and_begins_anew_each_time(
    app, passer, desk, drugs, sign_in, passed, fresh
):
    assert "接收转来的线索" in drugs.show(passed).text
    rules = app.extensions["dengshao"].district.clocks
    due = end_of(rules.calendar, today(), 1, "working")
    assert urged(app, "drugs", due) == []
    late = end_of(rules.calendar, due, 1, "working")

    assert urged(app, "drugs", late) == ["holder", "reviewer"]
    assert urged(app, "police", late) == ["holder", "reviewer"]

    passer.hand_back(drugs, fresh(passed))
    assert "takeover" not in [row.id for row in waiting(app, fresh(passed))]
    passer.pass_on(desk, fresh(passed), "drugs")
    assert urged(app, "drugs", due) == []
    assert urged(app, "drugs", late) == ["holder", "reviewer"]
    passer.take_over(drugs, fresh(passed))
    assert "takeover" not in (fresh(passed).due_rule or "")


def waiting(app, tip):
    with app.app_context():
        facts = facts_of(tip, read_past(db.reading, tip.id), app.extensions["dengshao"].district)
        found = app.extensions["dengshao"].district.clocks.deadlines(facts)
        return [row.rule for row in found if row.met_on is None]


def test_of_ties_at_the_unit_before_the_history_names_no_other_tip(
    passer, desk, drugs, tip, make_tip, fresh
):
    other = make_tip()
    desk.post(tip, "links", other=other.reference)
    desk.post(fresh(tip), "links/remove", other=other.reference)

    passer.pass_on(desk, fresh(tip), "drugs")

    page = drugs.show(tip).text
    sheet = drugs.get(f"/desk/tips/{tip.reference}/case-file").text
    assert other.reference not in page + sheet
    assert "和 别的线索 关联为同一件事" in page
    # The sheet's lines stand in the page as JSON.
    assert json.dumps("和 别的线索 关联为同一件事").strip('"') in sheet


def test_a_purge_takes_the_old_files_along(app, passed, change, kept):
    change(passed, status=TipStatus.CLOSED, is_open=False, expires_on=today())
    assert kept() == 2

    with app.app_context():
        assert expiry.sweep(db.session)["tips"] == 1
        db.session.commit()

    assert kept() == 0


def test_a_supervisory_unit_carries_no_working_label(app, passer, desk, tip, fresh):
    desk.post(tip, "labels", label="on_site")

    assert passer.pass_on(desk, fresh(tip), "supervision").status_code == 200

    with app.app_context():
        assert db.reading.scalars(select(TipLabel)).all() == []


def renewed(app, unit_id):
    """Put a new key in the place of a unit's; gives its id, the old one's, and its secrets."""
    identity, recovery = HybridIdentity.generate(), HybridIdentity.generate()
    keys = str(identity.recipient), str(recovery.recipient)
    with app.app_context():
        old = db.session.scalars(select(UnitKey).filter_by(unit_id=unit_id, retired_on=None)).one()
        old.retired_on = today()
        found = fingerprint(unit_id, *keys)
        row = {"unit_id": unit_id, "recipient": keys[0], "recovery": keys[1], "made_on": today()}
        key = UnitKey(**row, fingerprint=found, roster_mac="")
        db.session.add(key)
        db.session.commit()
        return key.id, old.id, UnitSecrets(identity, recovery, found)


def sealed_anew(app, tip, unit_id, old, new, before, after):
    """Seal a unit's tip to its new key, as its browsers do in the background."""

    def again(sealed, recovery=True):
        readers = [after.identity.recipient, after.recovery.recipient][: 1 + recovery]
        return age.seal(age.open_sealed(sealed, [before.identity]), readers)

    with app.app_context():
        _key, bundle = resealing.read_bundle(db.session, unit_id, tip.reference)
        anew = resealing.Bundle(
            bundle.length,
            again(bundle.sealed),
            again(bundle.label, recovery=False),
            {n: again(one) for n, one in bundle.messages.items()},
            {n: again(one) for n, one in bundle.notes.items()},
        )
        mover = Mover("drugs-1", b"s" * 32, "0" * 64)
        resealing.move_tip(
            db.session,
            unit_id=unit_id,
            reference=tip.reference,
            old=old,
            new=new,
            bundle=anew,
            keep=lambda row, stored: keep(db.session, row, stored, new=new, mover=mover),
        )
        db.session.commit()


@pytest.mark.parametrize("then", ["takes over", "hands back"])
def test_the_unit_that_has_it_renews_its_key_before_it_decides(
    app, passer, drugs, passed, fresh, say, then
):
    say(passed)
    new, old, secrets = renewed(app, "drugs")
    sealed_anew(app, passed, "drugs", old, new, passer.secrets["drugs"], secrets)
    passer.secrets = passer.secrets | {"drugs": secrets}

    act = passer.take_over if then == "takes over" else passer.hand_back
    assert act(drugs, fresh(passed)).status_code == 200

    now = fresh(passed)
    if then == "takes over":
        assert (now.unit_id, now.unit_key_id) == ("drugs", new)
    else:
        police = passer.secrets["police"].identity
        assert now.unit_id == "police"
        assert age.open_sealed(now.messages[0].sealed, [police])
        with app.app_context():
            assert db.reading.scalars(select(KeptTip)).all() == []


def test_the_unit_that_passed_it_on_renews_its_key_while_it_is_away(
    app, passer, drugs, passed, fresh, say
):
    new, old, secrets = renewed(app, "police")
    say(passed)
    passer.secrets = passer.secrets | {"police": secrets}

    assert passer.hand_back(drugs, fresh(passed)).status_code == 200

    now = fresh(passed)
    # It hangs on the key that it had: the holders' browsers seal it anew like all the others.
    assert (now.unit_id, now.unit_key_id) == ("police", old)
    assert age.open_sealed(now.messages[0].sealed, [secrets.identity])
    with app.app_context():
        assert resealing.next_tips(db.reading, "police", 0, most=5) == [now.reference]
    assert new != old


def test_a_call_for_help_while_it_waits_stands_on_top_at_the_unit_that_has_it(
    app, drugs, passed, fresh
):
    with app.app_context():
        mark_danger(db.session, db.session.get_one(Tip, passed.id))
        db.session.commit()

    assert fresh(passed).urgency is Urgency.P0
    assert passed.reference in drugs.get("/desk/", lane="urgent").text
    # Danger is told first, whatever else is to be done.
    assert "马上看。有人有危险，先报值班领导，再办线索。" in drugs.show(passed).text


def test_the_log_says_in_plain_words_who_passed_what_on_to_whom_and_why(
    app, passer, drugs, passed, fresh
):
    passer.hand_back(drugs, fresh(passed))

    with app.app_context(), app.test_request_context("/desk/"):
        codes = transfer_codes(app.extensions["dengshao"].district)
        said = [(who, detail_words(told, codes)) for who, _unit, _ref, told in lines(app, "acted")]
    assert said == [
        ("police-1", "转给禁毒承办组：这类事归那个单位管，现为已收到"),
        ("drugs-1", "退回公安承办组：这类事不归本单位管，现为已收到"),
    ]
