"""The pages of taking a key back, over HTTP: who is led where, who may, and what is refused."""

from base64 import b64encode
from pathlib import Path

import pytest
import yaml
from sqlalchemy import delete, event, select
from sqlalchemy.engine import make_url

from admin.db import db
from admin.keys import issuing
from admin.members import suspension
from admin.models import AuditEvent, KeptTip, KeyGrant, Member, Tip, UnitKey
from admin.renewal import resealing_views
from admin.renewal.guard import standings
from admin.sealing.age import HybridIdentity, parse_recipient, seal
from admin.vault.store import SealedTip, store_tip
from tests.admin.renewal.renewing import as_json, posted_by, solve
from tests.support import desk_client
from tests.typescript import type_faults

REFERENCE = "0123A-BCXYZ"


@pytest.fixture
def held(app, people, made):
    """Ada and bo hold the key of the police; bo is suspended where a test asks for it."""
    with app.app_context():
        ada, bo = (db.session.get_one(Member, row.id) for row in (people.first, people.second))
        issuing.hand_on(db.session, holder=ada, identity=made[0].identity, to=bo)
        db.session.commit()
    return people


@pytest.fixture
def old_identity(app, held, made):
    with app.app_context():
        key = db.session.get_one(UnitKey, held.key.id)
        ada = db.session.get_one(Member, held.first.id)
        return issuing.open_grant(db.session, key, ada, made[0].identity)


@pytest.fixture
def bo_suspended(app, held):
    with app.app_context():
        bo = db.session.get_one(Member, held.second.id)
        suspension.suspend(db.session, bo, by="管理员甲")
        db.session.commit()
        standings().forget()
    return held


@pytest.fixture
def enter(app):
    return lambda member: desk_client(app).enter(member.id)


@pytest.fixture
def waiting(app, held, made):
    """A reader of the unit who was handed no key yet."""
    with app.app_context():
        row = issuing.add_member(
            db.session, made[2], name="cy", unit_id="police", roles=["reviewer"]
        )
        db.session.commit()
        db.session.refresh(row)
        db.session.expunge(row)
    return row


def acts(app):
    with app.app_context():
        return db.reading.scalars(select(AuditEvent.act)).all()


def renewal_of(client, old_identity, held, changes=None, holders=None):
    told = client.ask("/desk/unit/renew.json").json
    proof = solve(old_identity, told["riddle"])
    pairs = holders or [("ada", held.first.recipient)]
    posted, identity, _ = posted_by("police", pairs, old_identity.seed, proof, changes)
    return as_json(posted, told["old"]), identity


def test_a_holder_is_led_to_the_renewal_before_anything_else(bo_suspended, enter):
    ada = enter(bo_suspended.first)

    for page in ("/desk/unit/", "/desk/", "/desk/tips/ABCDE-12345"):
        answer = ada.get(page)
        assert (answer.status_code, answer.location) == (302, "/desk/unit/renew"), page
    # What is needed to get there stays open.
    for page in ("/desk/unit/renew", "/desk/unlock", "/desk/account/"):
        assert ada.get(page).status_code == 200, page
    assert ada.ask("/desk/keyring.json").status_code == 200
    assert ada.send("/desk/lock").status_code == 200


def test_what_a_holder_sends_meanwhile_is_held_back_with_a_sentence(bo_suspended, enter):
    answer = enter(bo_suspended.first).send("/desk/unit/hand-on", {"name": "cy"})

    assert answer.status_code == 423
    assert "写好的字还在" in answer.json["error"]


def test_nobody_is_led_anywhere_while_no_key_must_be_renewed(held, enter):
    ada = enter(held.first)

    assert ada.get("/desk/unit/").status_code == 200
    assert "不用换" in ada.get("/desk/unit/renew").text
    assert ada.ask("/desk/unit/renew.json").status_code == 409


def test_who_holds_no_key_is_told_who_may_renew_it(bo_suspended, waiting, enter):
    cy = enter(waiting)

    page = cy.get("/desk/unit/renew").text
    assert "bo 已停用" in page
    assert "请催持钥人登录换好：ada" in page
    assert 'id="begin"' not in page
    assert "请催持钥人登录换好：ada" in cy.get("/desk/unit/").text
    assert cy.ask("/desk/unit/renew.json").status_code == 409


def test_a_holder_renews_the_key_over_http(app, bo_suspended, old_identity, made, enter):
    ada = enter(bo_suspended.first)
    body, identity = renewal_of(ada, old_identity, bo_suspended)

    answer = ada.send("/desk/unit/renew", body)

    assert answer.status_code == 200
    with app.app_context():
        key = issuing.current_key(db.reading, "police")
        assert (answer.json["fingerprint"], answer.json["id"]) == (key.fingerprint, str(key.id))
        holder = db.reading.get_one(Member, bo_suspended.first.id)
        opened = issuing.open_grant(db.reading, key, holder, made[0].identity)
        assert str(opened) == str(identity)
    # The way is free at once, and the colleague who is shut out stays so.
    assert ada.get("/desk/unit/").status_code == 200
    assert ada.send("/desk/unit/renew", body).json["id"] == answer.json["id"]
    assert acts(app).count("key_renewed") == 1


BAD = "送来的内容不完整"
REFUSED = {
    "no number": ({"old": "x"}, 400),
    "no grants": ({"grants": {}}, 400),
    "grants that are none": ({"grants": ["ada"]}, 400),
    "a grant that is no file": ({"grants": {"ada": b64encode(b"x" * 2000).decode()}}, 400),
    "a grant that is no base64": ({"grants": {"ada": "!"}}, 400),
    "a recipient that is none": ({"recipient": "age1pq1x"}, 400),
    "no recipient": ({"recipient": None}, 400),
    "a MAC that is none": ({"roster_mac": "0" * 63}, 400),
    "a vouch that is none": ({"vouch": "Z" * 64}, 400),
    "a proof that is none": ({"proof": 7}, 400),
    "a wrong proof": ({"proof": "0" * 64}, 409),
    "another key": ({"old": "1"}, 409),
}


@pytest.mark.table
@pytest.mark.parametrize("name", REFUSED)
def test_a_posted_renewal_is_refused(app, bo_suspended, old_identity, enter, name):
    changes, status = REFUSED[name]
    ada = enter(bo_suspended.first)
    body, _identity = renewal_of(ada, old_identity, bo_suspended)

    assert ada.send("/desk/unit/renew", body | changes).status_code == status
    with app.app_context():
        assert issuing.current_key(db.reading, "police").id == bo_suspended.key.id


def test_a_renewal_that_hands_the_key_to_others_is_refused(app, bo_suspended, old_identity, enter):
    ada = enter(bo_suspended.first)
    pairs = [("ada", bo_suspended.first.recipient), ("bo", bo_suspended.second.recipient)]
    body, _identity = renewal_of(ada, old_identity, bo_suspended, holders=pairs)

    answer = ada.send("/desk/unit/renew", body)

    assert (answer.status_code, "持钥人刚刚变了" in answer.json["error"]) == (409, True)


PAGES = {
    "GET /desk/unit/renew": 403,
    "GET /desk/unit/renew.json": 403,
    "POST /desk/unit/renew": 403,
    "GET /desk/unit/recover": 403,
    "GET /desk/unit/recover.json": 403,
    "POST /desk/unit/recover": 403,
    "GET /desk/reseal/next.json": 403,
    f"GET /desk/reseal/tips/{REFERENCE}.json": 403,
    f"POST /desk/reseal/tips/{REFERENCE}": 403,
    "POST /desk/reseal/shift-notes/7": 403,
}


@pytest.mark.table
@pytest.mark.parametrize("place", PAGES)
def test_an_administrator_takes_part_in_no_key_act(app, held, enter, place):
    method, path = place.split()
    admin = enter(held.admin)

    answer = admin.ask(path) if method == "GET" else admin.send(path)

    assert answer.status_code == PAGES[place]
    assert "refused" in acts(app)


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_reader_shuts_nobody_out(app, held, enter, method):
    ada = enter(held.first)
    headers = {"X-CSRFToken": ada.token()}

    answer = getattr(ada, method)(f"/desk/admin/suspend/{held.second.id}", headers=headers)

    assert answer.status_code == 403
    with app.app_context():
        assert db.reading.get_one(Member, held.second.id).suspended_on is None


def test_an_administrator_suspends_by_page_after_reading_what_follows(app, held, enter):
    admin, bo = enter(held.admin), enter(held.second)
    path = f"/desk/admin/suspend/{held.second.id}"
    assert bo.get("/desk/account/").status_code == 200
    page = admin.get(path).text
    assert "下一个登录的持钥人会先被要求换：ada" in page

    asked = admin.post(path, headers={"X-CSRFToken": admin.token()})
    assert (asked.status_code, "请勾选" in asked.text) == (422, True)
    done = admin.post(path, data={"sure": "y"}, headers={"X-CSRFToken": admin.token()})

    assert done.status_code == 303
    told = admin.get(done.location).text
    assert "请他现在登录换好：ada" in told
    assert bo.get("/desk/account/").location == "/desk/sign-in"
    listed = admin.get("/desk/admin/").text
    assert "要换密钥：bo 已停用" in listed
    assert "复职要重新邀请" in listed
    again = admin.post(path, data={"sure": "y"}, headers={"X-CSRFToken": admin.token()})
    assert (again.status_code, "已经停用了" in again.text) == (409, True)
    assert "suspended" in acts(app)


@pytest.mark.parametrize(
    ("who", "sentence"), [("admin", "不能停用自己"), ("nobody", "没有这个页面")]
)
def test_a_suspension_that_must_not_be_is_refused(held, enter, who, sentence):
    admin = enter(held.admin)
    member_id = held.admin.id if who == "admin" else 7
    path = f"/desk/admin/suspend/{member_id}"

    answer = admin.post(path, data={"sure": "y"}, headers={"X-CSRFToken": admin.token()})

    assert answer.status_code in (404, 409)
    assert sentence in answer.text


def test_the_recovery_is_refused_while_somebody_holds_the_key(bo_suspended, waiting, enter):
    cy = enter(waiting)
    told = cy.ask("/desk/unit/recover.json").json
    proof = solve(bo_suspended.recovery, told["riddle"])
    pairs = [("cy", waiting.recipient)]
    posted, *_ = posted_by("police", pairs, bo_suspended.recovery.seed, proof)

    answer = cy.send("/desk/unit/recover", as_json(posted, told["old"]))

    assert (answer.status_code, "还有持钥人" in answer.json["error"]) == (409, True)
    assert "还有持钥人：ada" in cy.get("/desk/unit/recover").text


def test_a_newcomer_recovers_the_key_by_its_sheet(app, bo_suspended, waiting, enter):
    with app.app_context():
        ada = db.session.get_one(Member, bo_suspended.first.id)
        suspension.suspend(db.session, ada, by="管理员甲")
        db.session.commit()
    cy = enter(waiting)
    told = cy.ask("/desk/unit/recover.json").json
    proof = solve(bo_suspended.recovery, told["riddle"])
    pairs = [("cy", waiting.recipient)]
    posted, *_ = posted_by("police", pairs, bo_suspended.recovery.seed, proof)

    answer = cy.send("/desk/unit/recover", as_json(posted, told["old"]))

    assert answer.status_code == 200
    assert acts(app).count("key_recovered") == 1


class Resealer:
    """One tip of the police that hangs on the key which ada has renewed."""

    def __init__(self, app, held, client, old_identity):
        self.app, self.client = app, client
        self.old, self.holder = held.key, held.first
        with app.app_context():
            store_tip(
                db.session,
                SealedTip(
                    reference=REFERENCE,
                    lookup=b"l" * 32,
                    unit_id="police",
                    unit_key_id=held.key.id,
                    urgency="P2",
                    label=None,
                    sealed=self.sealed(held.key),
                ),
            )
            db.session.commit()
        body, self.identity = renewal_of(client, old_identity, held)
        self.renewal_proof = body["proof"]
        client.send("/desk/unit/renew", body)
        with app.app_context():
            self.new = issuing.current_key(db.reading, "police")

    def sealed(self, key, words=b" " * 8192):
        return seal(words, [parse_recipient(key.recipient), parse_recipient(key.recovery)])

    def confirm(self):
        path = self.app.extensions["dengshao"].config.confirmed_keys
        rows = [{"id": "police", "fingerprint": self.new.fingerprint}]
        data = {"source": "tests", "checked": "2026-11-24", "items": rows}
        path.write_text(yaml.safe_dump(data), "utf-8")

    def body(self, **changes):
        told = self.client.ask(f"/desk/reseal/tips/{REFERENCE}.json").json
        anew = b64encode(self.sealed(self.new)).decode()
        riddle = self.client.ask("/desk/reseal/next.json").json["riddle"]
        proof = solve(self.identity, riddle) if riddle else "0" * 64
        word = {"content_mac": "a" * 64, "proof": proof}
        return told | {"sealed": anew, "to": str(self.new.id)} | word | changes

    def move(self, body, client=None):
        return (client or self.client).send(f"/desk/reseal/tips/{REFERENCE}", body)

    def key_of_tip(self):
        with self.app.app_context():
            return db.reading.scalars(select(Tip.unit_key_id)).one()


@pytest.fixture
def resealer(app, bo_suspended, old_identity, enter):
    return Resealer(app, bo_suspended, enter(bo_suspended.first), old_identity)


def test_what_renewal_answers_has_the_shape_that_its_scripts_know(
    app, bo_suspended, old_identity, enter, tmp_path
):
    ada = enter(bo_suspended.first)
    asked = ada.ask("/desk/unit/renew.json").json
    resealer = Resealer(app, bo_suspended, ada, old_identity)
    resealer.confirm()
    left = ada.ask("/desk/reseal/next.json").json
    old = ada.ask(f"/desk/reseal/tips/{REFERENCE}.json").json
    assert resealer.move(resealer.body()).status_code == 200
    other = enter(bo_suspended.first)
    moved = other.ask("/desk/reseal/moved/next.json").json

    faults = type_faults(
        tmp_path,
        [
            ("RenewalAsked", asked),
            ("RecoveryAsked", ada.ask("/desk/unit/recover.json").json),
            ("Keyring", ada.ask("/desk/keyring.json").json),
            ("ResealBatch", left),
            ("OldBundle", old),
            ("MovedBatch", moved),
            ("MovedTip", other.ask(f"/desk/reseal/moved/{REFERENCE}.json").json),
        ],
    )

    assert (left["tips"], moved["tips"]) == ([REFERENCE], [REFERENCE])
    assert faults == []


def test_a_tip_is_handed_out_and_taken_back_sealed_anew(app, database, resealer):
    resealer.confirm()
    listed = resealer.client.ask("/desk/reseal/next.json").json
    assert (listed["left"], listed["tips"], listed["confirmed"]) == (1, [REFERENCE], True)
    assert listed["to"] == str(resealer.new.id)
    assert "还有 1 条线索是用旧密钥加密的" in resealer.client.get("/desk/unit/").text

    answer = resealer.move(resealer.body())

    assert (answer.status_code, answer.json) == (200, {"moved": True})
    if database == "sqlite":
        # It was the last one: no old byte waits there for the next sweep.
        assert journal(app) == b""
    assert resealer.key_of_tip() == resealer.new.id
    assert resealer.client.ask("/desk/reseal/next.json").json["left"] == 0
    assert resealer.client.ask(f"/desk/reseal/tips/{REFERENCE}.json").status_code == 409
    assert {"reseal_read", "resealed"} <= set(acts(app))


def journal(app):
    """What SQLite's journal still holds of old and new pages."""
    path = make_url(app.extensions["dengshao"].config.database_url).database
    return Path(f"{path}-wal").read_bytes()


def test_nothing_moves_to_a_key_that_nobody_confirmed(resealer):
    listed = resealer.client.ask("/desk/reseal/next.json").json
    assert (listed["left"], listed["confirmed"]) == (1, False)

    answer = resealer.move(resealer.body())

    assert (answer.status_code, answer.json) == (409, {"problem": "moved"})
    assert resealer.key_of_tip() == resealer.old.id


def more_tips(resealer, number):
    with resealer.app.app_context():
        row = dict(db.session.execute(Tip.__table__.select()).mappings().one())
        for n in range(number):
            other = {"id": n + 1, "reference": f"0123A-BCDE{n}", "lookup": bytes([n]) * 32}
            db.session.execute(Tip.__table__.insert(), row | other)
        db.session.commit()


def test_what_is_left_is_counted_up_to_a_number_and_not_before_the_key_is_confirmed(
    resealer, monkeypatch
):
    monkeypatch.setattr(resealing_views, "_MOST_COUNTED", 3)
    more_tips(resealer, 2)
    asked = []
    for is_confirmed in (False, True):
        if is_confirmed:
            resealer.confirm()
        asked.append(resealer.client.ask("/desk/reseal/next.json").json)
    moved = resealer.move(resealer.body())
    asked.append(resealer.client.ask("/desk/reseal/next.json").json)

    assert moved.status_code == 200
    assert [(one["left"], one["more"]) for one in asked] == [(1, True), (3, False), (2, False)]


def test_that_more_is_left_than_was_counted_is_told(resealer, monkeypatch):
    monkeypatch.setattr(resealing_views, "_MOST_COUNTED", 2)
    resealer.confirm()
    more_tips(resealer, 2)

    listed = resealer.client.ask("/desk/reseal/next.json").json

    assert (listed["left"], listed["more"], len(listed["tips"])) == (2, True, 3)


def test_only_the_last_move_is_written_down_as_the_end(app, resealer):
    resealer.confirm()
    more_tips(resealer, 1)

    assert resealer.move(resealer.body()).status_code == 200
    with app.app_context():
        moved = select(AuditEvent.reference).where(AuditEvent.act == "resealed")
        assert None not in list(db.session.scalars(moved))


def test_a_move_counts_nothing_to_its_end(resealer):
    resealer.confirm()
    more_tips(resealer, 1)
    body, counts = resealer.body(), []

    def note(_connection, _cursor, statement, *_rest):
        if "count(" in statement:
            counts.append(statement)

    with resealer.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    resealer.move(body)
    event.remove(engine, "before_cursor_execute", note)

    assert counts
    assert all("LIMIT" in statement for statement in counts)


def test_a_newcomer_is_not_offered_the_sheet_where_somebody_holds_the_key(resealer, waiting, enter):
    """Tips wait to be sealed anew: that is a holder's work, and no reason for the sheet."""
    cy = enter(waiting)

    unit, recover = cy.get("/desk/unit/").text, cy.get("/desk/unit/recover").text

    assert "还有 1 条线索是用旧密钥加密的" in unit
    assert "/desk/unit/recover" not in unit
    assert "还有持钥人：ada" in recover
    assert 'id="half-form-1"' not in recover
    # Nor is the holder herself, who holds the older key as well.
    assert 'id="half-form-1"' not in resealer.client.get("/desk/unit/recover").text


def test_who_holds_the_key_in_use_alone_is_offered_the_sheet_for_what_hangs_on_an_older(
    app, resealer
):
    """The ceremony was held and its page left too early: the sheet opens what is left."""
    with app.app_context():
        older = KeyGrant.unit_key_id == resealer.old.id
        db.session.execute(delete(KeyGrant).where(older))
        db.session.commit()

    assert 'id="half-form-1"' in resealer.client.get("/desk/unit/recover").text


NOT_TAKEN = {
    "to the old key": (lambda r: {"to": str(r.old.id)}, 409),
    "to no key": (lambda r: {"to": "1"}, 409),
    "to something else": (lambda r: {"to": 7}, 400),
    "from another key": (lambda r: {"old": str(r.new.id)}, 409),
    "a talk of another length": (lambda r: {"length": 1}, 409),
    "a length that is none": (lambda r: {"length": True}, 400),
    "messages that are none": (lambda r: {"messages": []}, 400),
    "a message numbered by a word": (lambda r: {"messages": {"x": ""}}, 400),
    "no file": (lambda r: {"sealed": ""}, 400),
    "no proof": (lambda r: {"proof": None}, 400),
    "a wrong proof": (lambda r: {"proof": "0" * 64}, 409),
    "the proof of a renewal": (lambda r: {"proof": r.renewal_proof}, 409),
    "no word for the content": (lambda r: {"content_mac": "a"}, 400),
    "no base64": (lambda r: {"sealed": "!"}, 400),
    "the old file": (lambda r: {"sealed": b64encode(r.sealed(r.old)).decode()[:-4]}, 400),
    "other words by their length": (
        lambda r: {"sealed": b64encode(r.sealed(r.new, b" " * 100)).decode()},
        400,
    ),
    "a label that was none": (lambda r: {"label": b64encode(b"x").decode()}, 400),
}


@pytest.mark.table
@pytest.mark.parametrize("name", NOT_TAKEN)
def test_what_is_not_the_tip_sealed_anew_is_not_taken(resealer, name):
    change, status = NOT_TAKEN[name]
    resealer.confirm()

    assert resealer.move(resealer.body(**change(resealer))).status_code == status
    assert resealer.key_of_tip() == resealer.old.id


def test_a_member_of_another_unit_gets_and_moves_nothing(app, resealer, made, enter):
    resealer.confirm()
    with app.app_context():
        other = issuing.add_member(
            db.session, made[2], name="dd", unit_id="drugs", roles=["analyst"]
        )
        db.session.commit()
        db.session.refresh(other)
        db.session.expunge(other)
    stranger = enter(other)
    body = resealer.body()

    assert stranger.ask("/desk/reseal/next.json").json["left"] == 0
    assert stranger.ask(f"/desk/reseal/tips/{REFERENCE}.json").status_code == 404
    assert resealer.move(body, stranger).status_code == 404
    assert acts(app).count("not_there") == 2
    assert resealer.key_of_tip() == resealer.old.id


def test_who_was_not_handed_the_new_key_moves_nothing(resealer, waiting, enter):
    """Random bytes of the right shape open for nobody, and would take the place of the tip."""
    resealer.confirm()
    genuine = resealer.body()
    stranger = HybridIdentity.generate().recipient
    junk = b64encode(seal(b"?" * 8192, [stranger, stranger])).decode()

    answer = resealer.move(genuine | {"sealed": junk}, enter(waiting))

    assert answer.status_code == 409
    assert resealer.key_of_tip() == resealer.old.id


MOVED = f"/desk/reseal/moved/{REFERENCE}"


@pytest.fixture
def moved(resealer):
    """The tip, moved by ada, who is the only holder left."""
    resealer.confirm()
    assert resealer.move(resealer.body()).status_code == 200
    return resealer


def is_kept(app):
    with app.app_context():
        return db.reading.scalars(select(KeptTip.tip_id)).all() != []


def test_another_session_of_the_only_holder_is_the_second_browser(app, database, moved, enter):
    second = enter(moved.holder)
    assert moved.client.ask("/desk/reseal/moved/next.json").json["tips"] == []
    told = second.ask("/desk/reseal/moved/next.json").json
    assert told["tips"] == [REFERENCE]
    assert "有 1 条线索已重新加密" in second.get("/desk/unit/").text
    word = {"proof": solve(moved.identity, told["riddle"]), "compared": True}

    wrong = second.send(MOVED, word | {"content_mac": "b" * 64})
    same = moved.client.send(MOVED, word | {"content_mac": "a" * 64})
    assert (wrong.status_code, same.status_code, is_kept(app)) == (422, 409, True)
    right = second.send(MOVED, word | {"content_mac": "a" * 64})

    assert (right.status_code, is_kept(app)) == (200, False)
    if database == "sqlite":
        assert journal(app) == b""
    assert second.send(MOVED, word | {"content_mac": "a" * 64}).status_code == 409
    assert "reseal_checked" in acts(app)


def test_a_holder_of_the_old_key_puts_the_old_bytes_back(app, moved, enter, old_identity):
    second = enter(moved.holder)
    riddle = second.ask(f"{MOVED}.json").json["riddle"]

    answer = second.send(f"{MOVED}/restore", {"proof": solve(old_identity, riddle)})

    assert (answer.status_code, is_kept(app)) == (200, False)
    assert moved.key_of_tip() == moved.old.id
    assert moved.client.ask("/desk/reseal/next.json").json["tips"] == [REFERENCE]


@pytest.mark.table
@pytest.mark.parametrize("what", ["", "/doubt", "/restore"])
@pytest.mark.parametrize(("proof", "status"), [("0" * 64, 409), (None, 400)])
def test_who_holds_no_key_settles_nothing(app, moved, waiting, enter, what, proof, status):
    body = {"proof": proof, "content_mac": "a" * 64, "compared": True}

    answer = enter(waiting).send(f"{MOVED}{what}", body)

    assert (answer.status_code, is_kept(app)) == (status, True)
    with app.app_context():
        assert not db.reading.scalars(select(KeptTip.is_doubted)).one()
    assert moved.key_of_tip() == moved.new.id


def test_a_doubt_is_told_with_a_way_to_the_tip(app, moved, enter):
    second = enter(moved.holder)
    riddle = second.ask("/desk/reseal/moved/next.json").json["riddle"]

    answer = second.send(f"{MOVED}/doubt", {"proof": solve(moved.identity, riddle)})

    assert answer.status_code == 200
    page = second.get("/desk/unit/").text
    assert "其中 1 条打不开" in page
    assert f'href="/desk/tips/{REFERENCE}"' in page
    assert "reseal_doubted" in acts(app)
