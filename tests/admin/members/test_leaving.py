"""A member leaves, over HTTP: who may begin, shut out, call off and finish, in which state."""

import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select, update

from admin.access.roles import Staff
from admin.app_state import app_state
from admin.db import db, today
from admin.keys import issuing
from admin.members import suspension
from admin.members.leaving import checklist
from admin.members.leaving import services as departure
from admin.members.leaving.checklist import Step
from admin.models import (
    AuditEvent,
    Departure,
    DutyShift,
    HandoverNote,
    KeptTip,
    Member,
    NextKey,
    Tip,
    UnitKey,
)
from admin.renewal import next_keys
from admin.renewal.guard import standings
from admin.unit_keys import key_lines
from tests.admin.renewal.renewing import KEY, TOKEN, posted_by, proof_of, staff_of
from tests.admin.renewal.test_after_revocation import store_here
from tests.support import add_bare_member, desk_client

ADMIN = Staff(1, "管理员甲", None, ("administrator",))


class House:
    """A unit of two holders, ada and bo, of whom bo leaves; and all who might meddle."""

    def __init__(self, app, people, made):
        self.app, self.people, self.made = app, people, made
        with app.app_context():
            ada, bo = self.holders()
            issuing.hand_on(db.session, holder=ada, identity=made[0].identity, to=bo)
            key = issuing.current_key(db.session, "police")
            self.old = SimpleNamespace(id=key.id, fingerprint=key.fingerprint)
            self.publish(key)
            rows = {
                "head": add_bare_member(db.session, "heidi", "police", ["reviewer"]),
                "other": add_bare_member(db.session, "otto", "drugs", ["reviewer"]),
                "reader": add_bare_member(db.session, "rob", "police", ["analyst"]),
                "dispatcher": add_bare_member(db.session, "dora", "police", ["dispatcher"]),
                "auditor": add_bare_member(db.session, "audi", None, ["auditor"]),
            }
            db.session.commit()
            self.ids = {name: row.id for name, row in rows.items()} | {"admin": people.admin.id}

    def holders(self):
        ids = (self.people.first.id, self.people.second.id)
        return [db.session.get_one(Member, number) for number in ids]

    def publish(self, key):
        key_lines.apply(db.session, app_state().config, {key.unit_id: key.fingerprint})

    def enter(self, who):
        return desk_client(self.app).enter(self.ids[who])

    # The states, each from the one before.

    def nobody_leaves(self):
        pass

    def begun(self):
        _ada, bo = self.holders()
        departure.begin(db.session, bo.id, today(), by=ADMIN)

    def made_key(self):
        self.begun()
        ada, _bo = self.holders()
        key = issuing.current_key(db.session, "police")
        identity = issuing.open_grant(db.session, key, ada, self.made[0].identity)
        pairs = [("ada", ada.recipient)]
        proof = proof_of(key, identity)
        posted, *_ = posted_by("police", pairs, identity.seed, proof)
        more = {"by": staff_of(ada), "token": TOKEN, "key": KEY, "old_id": key.id}
        next_keys.prepare(db.session, posted, **more)

    def confirmed(self):
        self.made_key()
        next_keys.find(db.session, "police").confirmed_by = "rob"

    def published(self):
        self.confirmed()
        store_here(self.old.id)
        self.publish(next_keys.find(db.session, "police"))

    def shut_out(self):
        self.published()
        _ada, bo = self.holders()
        suspension.suspend(db.session, bo, by="管理员甲")

    def worked_off(self):
        self.shut_out()
        new = issuing.current_key(db.session, "police")
        db.session.execute(update(Tip).values(unit_key_id=new.id))
        path = app_state().config.keys_path
        path.write_text(path.read_text("utf-8").replace(f", overlap: {tomorrow()}", ""), "utf-8")
        key_lines.apply(db.session, app_state().config, {})

    def suddenly(self):
        _ada, bo = self.holders()
        suspension.suspend(db.session, bo, by="管理员甲")

    def ended(self):
        self.worked_off()
        departure.finish(db.session, self.row(), by=ADMIN)

    def row(self):
        return db.session.scalars(select(Departure)).one_or_none()

    def stand(self, state):
        with self.app.app_context():
            getattr(self, state)()
            db.session.commit()
            standings().forget()
            row = self.row()
            self.departure_id = row.id if row else 7
        return self

    def now(self):
        """What is in the store: the departure's end, whether bo is shut out, and the keys."""
        with self.app.app_context():
            row = db.reading.scalars(select(Departure)).one_or_none()
            bo = db.reading.get_one(Member, self.people.second.id)
            keys = db.reading.scalars(select(UnitKey.id)).all()
            after = db.reading.scalars(select(NextKey.id)).all()
            return row and row.is_done, row is not None, bo.suspended_on, sorted(keys), after

    def step(self):
        with self.app.app_context():
            row = db.reading.scalars(select(Departure)).one()
            return checklist.read(db.reading, row)


def tomorrow():
    return today() + timedelta(days=1)


@pytest.fixture
def house(app, people, made):
    return House(app, people, made)


STATES = {
    "nobody_leaves": None,
    "begun": Step.MAKE,
    "made_key": Step.CONFIRM,
    "confirmed": Step.PUBLISH,
    "published": Step.SUSPEND,
    "shut_out": Step.RESEAL,
    "worked_off": Step.DONE,
    "ended": Step.DONE,
    "suddenly": Step.MAKE,
}
# In which states each act is done by who may; in all others it is refused, and nothing changes.
DONE_IN = {
    "begin": {"nobody_leaves"},
    "off": {"begun", "made_key", "confirmed", "published"},
    "done": {"worked_off"},
    "suspend": {"nobody_leaves", "begun", "made_key", "confirmed", "published"},
}
ALLOWED = {
    "begin": ("admin", "head"),
    "off": ("admin", "head"),
    "done": ("admin", "head"),
    "suspend": ("admin",),
}
EVERYBODY = ("admin", "head", "other", "reader", "dispatcher", "auditor")


def attempt(house, who, act):
    browser = house.enter(who)
    fields = {"csrf_token": browser.token()}
    bo = house.people.second.id
    if act == "begin":
        form = fields | {"member": str(bo), "last_day": today().isoformat()}
        return browser.post("/desk/departures/", data=form)
    if act == "suspend":
        return browser.post(f"/desk/admin/suspend/{bo}", data=fields | {"sure": "y"})
    return browser.post(f"/desk/departures/{house.departure_id}/{act}", data=fields)


@pytest.mark.table
@pytest.mark.parametrize("act", DONE_IN)
@pytest.mark.parametrize("state", STATES)
def test_who_may_do_what_in_which_state(house, state, act):
    before = house.stand(state).now()
    refused = [who for who in EVERYBODY if who not in ALLOWED[act]]

    for who in refused:
        answer = attempt(house, who, act)
        # A head of another unit may see to departures, and to none of this unit's.
        right = {"begin": 409, "suspend": 403}.get(act, 404) if who == "other" else 403
        assert (who, answer.status_code) == (who, right)
        assert house.now() == before

    is_done = state in DONE_IN[act]
    missing = state == "nobody_leaves" and act in ("off", "done")
    first, *others = ALLOWED[act]
    assert attempt(house, first, act).status_code == (303 if is_done else 404 if missing else 409)
    assert (house.now() != before) is is_done
    for who in others:
        # The second of two is told, and changes nothing any more.
        after = house.now()
        assert attempt(house, who, act).status_code == (404 if missing else 409)
        assert house.now() == after


@pytest.mark.parametrize("state", [name for name in STATES if name != "nobody_leaves"])
def test_the_list_says_which_step_it_is_and_whose_turn(house, state):
    found = house.stand(state).step()
    head, other = house.enter("head"), house.enter("other")
    page = head.get(f"/desk/departures/{house.departure_id}")

    assert found.step is STATES[state]
    assert page.status_code == 200
    assert other.get(f"/desk/departures/{house.departure_id}").status_code == 404
    listed = head.get("/desk/departures/").text
    assert ("bo</a>" in listed) is (state != "ended")
    assert "bo</a>" not in other.get("/desk/departures/").text
    if state != "ended":
        assert f'data-step="{found.step}"' in page.text
    names = {"begun": ("ada",), "suddenly": ("ada",), "made_key": ("heidi", "rob")}
    assert found.names == names.get(state, ("ada",) if state == "shut_out" else ())


def test_the_list_counts_what_hangs_on_the_key_that_they_held(house):
    house.stand("published")
    with house.app.app_context():
        _ada, bo = house.holders()
        old = house.old.id
        new = issuing.current_key(db.session, "police").id
        held, moved = store_here(old), store_here(new)
        held.held_until, held.claimed_by_id = today(), bo.id
        row = {"unit_id": "police", "old_key_id": old, "new_key_id": new, "moved_by": "ada"}
        more = {"moved_in": b"a" * 32, "moved_on": today(), "content_mac": "a" * 64}
        db.session.add(KeptTip(tip_id=moved.id, **row, **more))
        note = {"unit_id": "police", "by": "ada", "written_at": 1, "sealed": b""}
        db.session.add(HandoverNote(unit_key_id=old, **note))
        db.session.add(HandoverNote(unit_key_id=old, kind="template", **note))
        db.session.add(HandoverNote(unit_key_id=new, **note))
        db.session.add(DutyShift(unit_id="police", day=today(), member_id=bo.id))
        db.session.commit()

    left = house.step().left

    assert (left.tips, left.held, left.notes, left.templates) == (2, 1, 1, 1)
    assert (left.kept, left.transfers, left.claims, left.shifts) == (1, 0, 1, 1)
    assert left.openable == 3
    page = house.enter("admin").get(f"/desk/departures/{house.departure_id}").text
    assert "其中 1 条依法保留" in page
    assert "现在还配得上服务器里 3 条线索的密文" in page
    assert f"表单里算到 {tomorrow()}" in page
    assert f"信箱里算到 {today() + timedelta(days=key_lines.RETIRING_DAYS)}，以后作废" in page


FORMS = {
    "nobody chosen": ({"member": ""}, 422, "请选谁要离开"),
    "no day": ({"last_day": ""}, 422, "请写最后工作日"),
    "no day of the calendar": ({"last_day": "2026-02-31"}, 422, ""),
    "yesterday": ({"last_day": -1}, 422, "不能在今天以前"),
    "too far ahead": ({"last_day": 800}, 422, "一年以后"),
    "somebody without a key": ({"member": "7"}, 409, "没有本单位在用的密钥"),
    "no number": ({"member": "x"}, 409, "没有本单位在用的密钥"),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_form_that_is_wrong_says_what_to_do_and_begins_nothing(house, name):
    changes, status, sentence = FORMS[name]
    if isinstance(days := changes.get("last_day"), int):
        changes = {"last_day": (today() + timedelta(days=days)).isoformat()}
    browser = house.enter("admin")
    day = (today() + timedelta(days=5)).isoformat()
    form = {"member": str(house.people.second.id), "last_day": day, **changes}

    answer = browser.post("/desk/departures/", data=form | {"csrf_token": browser.token()})

    assert (answer.status_code, sentence in answer.text) == (status, True)
    assert not house.now()[1]
    # What was typed right stays.
    if "last_day" not in changes:
        assert day in answer.text


def test_two_administrators_at_once_begin_one_departure(house):
    """Both have read that nobody leaves; one writes it down, the other is told."""
    with house.app.app_context():
        add_bare_member(db.session, "第二位", None, ["administrator"])
        db.session.commit()
        house.ids["second"] = issuing.find_member(db.session, "第二位").id
    browsers = [house.enter("admin"), house.enter("second")]
    form = {"member": str(house.people.second.id), "last_day": today().isoformat()}
    forms = [form | {"csrf_token": browser.token()} for browser in browsers]
    start, statuses = threading.Barrier(2), []

    def begin(browser, form):
        start.wait()
        statuses.append(browser.post("/desk/departures/", data=form).status_code)

    pairs = zip(browsers, forms, strict=True)
    threads = [threading.Thread(target=begin, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == [303, 409]
    with house.app.app_context():
        acts = db.reading.scalars(select(AuditEvent.act)).all()
        assert (
            acts.count("departure_begun"),
            len(db.reading.scalars(select(Departure)).all()),
        ) == (
            1,
            1,
        )


def test_a_unit_whose_last_holder_leaves_hands_its_key_on_first(house):
    with house.app.app_context():
        ada, bo = house.holders()
        for member in (ada, bo):
            departure.begin(db.session, member.id, today(), by=ADMIN)
        db.session.commit()
        rows = db.reading.scalars(select(Departure)).all()
        found = {checklist.read(db.reading, row).step for row in rows}
        departure_id = rows[0].id

    assert found == {Step.HAND_OVER}
    page = house.enter("head").get(f"/desk/departures/{departure_id}").text
    assert "本单位只有他有密钥" in page


def test_a_unit_whose_last_holder_was_shut_out_needs_its_sheet(house):
    with house.app.app_context():
        for member in house.holders():
            suspension.suspend(db.session, member, by="管理员甲")
        db.session.commit()
        rows = db.reading.scalars(select(Departure)).all()
        found = {checklist.read(db.reading, row).step for row in rows}

    assert found == {Step.RECOVER}


def test_a_sudden_departure_names_who_takes_the_tips_meanwhile(app, house):
    with app.app_context():
        row = UnitKey(
            unit_id="upper",
            recipient="r",
            recovery="s",
            fingerprint=" ".join(["0000"] * 8),
            roster_mac="0" * 64,
            made_on=today(),
        )
        db.session.add(row)
        db.session.flush()
        row.fingerprint = key_lines.fingerprint("upper", "r", "s")
        house.publish(row)
        db.session.commit()
    house.stand("suddenly")

    told = [
        house.enter("admin").get(f"/desk/departures/{house.departure_id}").text,
        house.enter("admin").get(f"/desk/admin/suspended/{house.people.second.id}").text,
        house.enter("reader").get("/desk/unit/").text,
    ]

    assert ["由「上一级承办组」收" in page for page in told] == [True] * 3
