"""A reporter writes while the unit renews its key: nothing is lost, and who left reads nothing."""

from base64 import b64encode
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from admin.app_state import app_state
from admin.db import db, today
from admin.models import Message, Tip, UnitKey
from admin.sealing import age, member
from admin.sealing.age import HybridIdentity
from admin.vault import vault
from admin.vault.store import TalkState

from .test_scripted import letter_of


class Renewal:
    """The unit's key renewed: who left holds the old identity, who remained both."""

    def __init__(self, app):
        self.app = app
        self.identity, self.recovery = HybridIdentity.generate(), HybridIdentity.generate()
        keys = str(self.identity.recipient), str(self.recovery.recipient)
        self.fingerprint = member.fingerprint("police", *keys)
        with app.app_context():
            old = UnitKey.unit_id == "police"
            db.session.execute(update(UnitKey).where(old).values(retired_on=today()))
            row = UnitKey(
                unit_id="police",
                recipient=keys[0],
                recovery=keys[1],
                fingerprint=self.fingerprint,
                roster_mac="0" * 64,
                made_on=today(),
            )
            db.session.add(row)
            db.session.commit()
            self.key_id = row.id
        self.forget()

    def forget(self):
        with self.app.app_context():
            vault().units._until = 0.0

    def confirm(self):
        with self.app.app_context():
            pair = ("police", self.fingerprint)
            district = app_state().district
            app_state().district = replace(district, fingerprints=district.fingerprints | {pair})
        self.forget()

    def move_tip(self):
        """As after the re-sealing; what matters here is on which key the tip hangs."""
        with self.app.app_context():
            db.session.execute(update(Tip).values(unit_key_id=self.key_id))
            db.session.commit()


@pytest.fixture
def ask(client):
    return lambda lookup: client.post("/mailbox/thread", json={"lookup": lookup})


@pytest.fixture
def send(client, reporter, ask):
    """Write with scripts; the letter names the key that the answer named."""

    def send(words):
        answer = ask(reporter.keys.lookup.hex()).json
        place = {"token": answer["token"], "key": answer["unit"]["key"]}
        return client.post("/mailbox/sealed", json=letter_of(reporter, answer, words) | place)

    return send


@pytest.fixture
def renew(app, reporter):
    return lambda: Renewal(app)


def opened_by(app, identity):
    with app.app_context():
        sealed = db.reading.scalars(select(Message.sealed).order_by(Message.number)).all()
    return [is_opened(file, identity) for file in sealed]


def is_opened(sealed, identity):
    try:
        age.open_sealed(sealed, [identity])
    except age.SealingError:
        return False
    return True


@pytest.fixture
def write(client, reporter):
    """Write without scripts."""

    def write(words):
        page = client.post("/mailbox/", data={"receipt": reporter.typed}).text
        token = page.split('name="token" value="')[1].split('"')[0]
        fields = {"receipt": reporter.typed, "token": token, "words": words}
        return client.post("/mailbox/words", data=fields)

    return write


def test_until_the_new_key_is_confirmed_words_go_to_who_can_open_the_tip(
    app,
    reporter,
    renew,
    send,
    write,
):
    renew()

    assert send("又来了").json == {"stored": True}
    assert "您补充的内容已收到" in write("还是那里").text

    assert opened_by(app, reporter.unit.identity) == [True, True]


def test_once_it_is_confirmed_words_go_to_the_new_key_alone(
    app,
    reporter,
    renew,
    ask,
    client,
    write,
):
    renewal = renew()
    renewal.confirm()
    answer = ask(reporter.keys.lookup.hex()).json
    assert answer["unit"]["key"] == str(renewal.key_id)
    assert "您补充的内容已收到" in write("还是那里").text

    assert opened_by(app, reporter.unit.identity) == [False]
    assert opened_by(app, renewal.identity) == [True]
    assert opened_by(app, renewal.recovery) == [True]


def test_a_letter_of_a_page_from_before_the_renewal_is_asked_for_anew(
    app,
    client,
    reporter,
    renew,
    ask,
):
    before = ask(reporter.keys.lookup.hex()).json
    stale = letter_of(reporter, before, "又来了") | {
        "token": before["token"],
        "key": before["unit"]["key"],
    }
    renewal = renew()
    renewal.confirm()

    refused = client.post("/mailbox/sealed", json=stale)

    assert (refused.status_code, refused.json) == (409, {"error": "number_taken"})
    assert opened_by(app, reporter.unit.identity) == []
    again = ask(reporter.keys.lookup.hex()).json
    recipients = [age.parse_recipient(text) for text in again["unit"]["recipients"]]
    envelope = reporter.envelope("又来了", state_of(again), kind="message", direction="reporter")
    sealed = b64encode(age.seal(envelope.to_bytes(), recipients)).decode()
    fresh = stale | {"sealed": sealed, "digest": envelope.digest, "token": again["token"]}
    fresh |= {"key": again["unit"]["key"]}
    assert client.post("/mailbox/sealed", json=fresh).json == {"stored": True}
    assert opened_by(app, renewal.identity) == [True]


def state_of(answer):
    last = answer["messages"][-1] if answer["messages"] else {"number": 0, "digest": ""}
    return TalkState(last["number"], last["digest"])


def test_a_letter_that_names_no_key_is_taken_only_where_none_was_ever_renewed(
    app,
    client,
    reporter,
    renew,
    ask,
):
    before = ask(reporter.keys.lookup.hex()).json
    letter = letter_of(reporter, before, "又来了") | {"token": before["token"]}
    renewal = renew()
    renewal.confirm()
    renewal.move_tip()

    refused = client.post("/mailbox/sealed", json=letter)

    assert (refused.status_code, refused.json) == (409, {"error": "number_taken"})
    assert opened_by(app, reporter.unit.identity) == []


@pytest.mark.table
@pytest.mark.parametrize("key", [7, "x", "", "1" * 20, None])
def test_a_key_that_is_none_is_refused(client, reporter, ask, key):
    answer = ask(reporter.keys.lookup.hex()).json
    letter = letter_of(reporter, answer, "又来了") | {"token": answer["token"], "key": key}

    assert client.post("/mailbox/sealed", json=letter).status_code == 400


def test_a_key_that_was_never_confirmed_gets_no_words(
    app,
    reporter,
    renew,
    ask,
    close_units,
):
    """Neither the new one, nor the old one once its line was taken out of keys.yml."""
    renew()
    close_units()

    answer = ask(reporter.keys.lookup.hex()).json

    assert answer["unit"] == {"id": "", "key": "", "recipients": []}


@pytest.fixture
def publish(app):
    """Let keys.yml say that the tip's own key retires on a day, and no key of the unit is open."""

    def publish(until):
        with app.app_context():
            district, key = app_state().district, db.session.scalars(first_key()).one()
            others = {pair for pair in district.fingerprints if pair[0] != "police"}
            older = {("police", key.fingerprint, until)}
            app_state().district = replace(
                district, fingerprints=frozenset(others), retiring=frozenset(older)
            )
            vault().units._until = 0.0

    return publish


def first_key():
    return select(UnitKey).where(UnitKey.unit_id == "police", UnitKey.retired_on.is_not(None))


@pytest.mark.parametrize(("days", "is_taken"), [(0, True), (1, True), (-1, False)])
def test_a_key_that_retires_gets_words_for_its_tips_up_to_its_day_and_opens_nothing_new(
    app, reporter, renew, publish, ask, send, write, days, is_taken
):
    renew()
    publish(today() + timedelta(days=days))

    answer = ask(reporter.keys.lookup.hex()).json

    assert bool(answer["unit"]["recipients"]) == is_taken
    assert "police" not in open_now(app)
    if is_taken:
        assert send("又来了").json == {"stored": True}
        assert "您补充的内容已收到" in write("还是那里").text
        assert opened_by(app, reporter.unit.identity) == [True, True]


def open_now(app):
    with app.app_context():
        return vault().units.get()


def test_a_retiring_line_never_opens_the_form(app, reporter):
    """Not even for the unit's key in use: the line says that it is older."""
    with app.app_context():
        district, row = app_state().district, db.session.scalars(select(UnitKey)).first()
        older = {(row.unit_id, row.fingerprint, today() + timedelta(days=9))}
        app_state().district = replace(
            district, fingerprints=frozenset(), retiring=frozenset(older)
        )
        vault().units._until = 0.0

    assert open_now(app) == {}
