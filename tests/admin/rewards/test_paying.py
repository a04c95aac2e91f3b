"""The paying office: a code is good once, whoever types it twice, and it tells its sum alone."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import func, select, update

from admin.app_state import app_state
from admin.db import db, set_today, today
from admin.models import AuditEvent, Reward
from admin.rewards import book
from admin.rewards.book import State
from admin.rewards.views import MOST_WRONG
from admin.serving.blurring import blur
from tests.rewarding import Halves
from tests.support import add_bare_member, desk_client

UNTIL = date(2027, 3, 31)
MARK = "ab" * 16


@pytest.fixture(autouse=True)
def true_day_again():
    set_today(date(2026, 12, 2))
    yield
    set_today(None)


@pytest.fixture
def listed(app):
    """Put a code on the list, and one that nobody types; gives the halves."""
    halves = Halves()
    with app.app_context():
        book.enter(db.session, halves.key, sum_=1000, until=UNTIL)
        book.enter(db.session, Halves().key, sum_=5000, until=UNTIL)
        db.session.commit()
    return halves


@pytest.fixture
def office(app):
    """Sign a member of the paying office in; each is another counter."""

    def enter(name="payer-1"):
        with app.app_context():
            member_id = add_bare_member(db.session, name, None, ["payer"]).id
            db.session.commit()
        browser = desk_client(app).enter(member_id)
        token = browser.token()

        def post(path, **fields):
            return browser.post(f"/desk/paying/{path}", data={"csrf_token": token, **fields})

        browser.say = post
        return browser

    return enter


def test_a_code_gives_its_sum_once_and_nothing_of_any_other(office, listed):
    counter = office()
    begun = counter.get("/desk/paying/").text
    assert "1000" not in begun
    assert "5000" not in begun

    page = counter.say("check", listed=listed.key.hex()).text
    assert "可以领：1000 元，到 2027-03-31 为止" in page
    assert "5000" not in page
    paid = counter.say("paid", listed=listed.key.hex(), mark=MARK)
    assert (paid.status_code, "已经销号：1000 元。现在付款。" in paid.text) == (200, True)
    assert listed.key.hex()[: book.SLIP] in paid.text

    again = counter.say("check", listed=listed.key.hex()).text
    assert "已经领过了" in again
    assert "1000" not in again
    other = office("payer-2").say("paid", listed=listed.key.hex(), mark="cd" * 16)
    assert (other.status_code, "已经领过了" in other.text) == (409, True)
    # The answer to the first press was lost on the way: the same press is answered the same.
    lost = counter.say("paid", listed=listed.key.hex(), mark=MARK)
    assert (lost.status_code, "已经销号：1000 元" in lost.text) == (200, True)


def test_of_two_counters_at_the_same_moment_one_pays(app, listed):
    """Both have found the code good; on either database one strike counts."""
    meeting, counters = threading.Barrier(4), [bytes([n]) * 16 for n in range(4)]

    def strike(mark):
        with app.app_context():
            assert book.look_up(db.session, listed.key).state is State.GOOD
            db.session.rollback()
            meeting.wait(20)
            found = book.strike_out(db.session, listed.key, mark)
            db.session.commit()
            db.session.close()
            return found.state

    with ThreadPoolExecutor(4) as pool:
        states = list(pool.map(strike, counters))

    assert sorted(states) == [State.GOOD, State.PAID, State.PAID, State.PAID]


def test_the_sweep_that_lays_rows_anew_loses_no_strike(app, listed):
    """Rows are written anew each hour: who pays at that moment has paid."""
    with app.app_context():
        for turn in range(3):
            book.strike_out(db.session, listed.key, bytes([turn]) * 16)
            db.session.commit()
            blur(db.session, Reward)
        row = db.session.get_one(Reward, listed.key)
        assert (row.paid_mark, row.sum, row.until) == (bytes(16), 1000, UNTIL)


@pytest.mark.parametrize(
    ("days", "said"), [(0, "可以领：1000 元"), (1, "这个码过期了"), (92, "这个码过期了")]
)
def test_after_its_last_day_a_code_is_told_to_be_over_and_pays_nothing(office, listed, days, said):
    counter = office()
    set_today(date.fromordinal(UNTIL.toordinal() + days))

    assert said in counter.say("check", listed=listed.key.hex()).text
    paid = counter.say("paid", listed=listed.key.hex(), mark=MARK).status_code
    assert paid == (409 if days else 200)


def test_an_unknown_code_is_told_so_and_after_twenty_nobody_goes_on_that_day(office, listed):
    counter = office()
    # To press without having checked is to try, too.
    counter.say("paid", listed=Halves().key.hex(), mark=MARK)
    for _ in range(MOST_WRONG - 1):
        assert "没有这个码" in counter.say("check", listed=Halves().key.hex()).text

    stopped = counter.say("check", listed=listed.key.hex())

    assert (stopped.status_code, "1000" in stopped.text) == (429, False)
    assert counter.say("paid", listed=listed.key.hex(), mark=MARK).status_code == 429
    assert "可以领" in office("payer-2").say("check", listed=listed.key.hex()).text


@pytest.mark.parametrize("key", ["", "0" * 63, "G" * 64, "0123456789ABCDEF0123456789ABCDEF"])
def test_what_is_no_hash_is_refused_and_no_code_is_taken_in_clear(office, listed, key):
    assert office().say("check", listed=key).status_code == 422


def test_the_log_tells_that_somebody_checked_and_paid_and_nothing_of_what(app, office, listed):
    counter = office()
    counter.say("check", listed=listed.key.hex())
    counter.say("check", listed=Halves().key.hex())
    for _ in range(3):  # a lost answer, a page loaded anew: paid once
        counter.say("paid", listed=listed.key.hex(), mark=MARK)

    with app.app_context():
        lines = db.reading.scalars(
            select(AuditEvent).where(AuditEvent.by == "payer-1").order_by(AuditEvent.number)
        ).all()
        told = [(line.act, line.detail, line.reference, line.unit_id) for line in lines]
    assert told == [
        ("reward_checked", "", None, None),
        ("reward_unknown", "", None, None),
        ("reward_paid", "", None, None),
    ]


# ---- After a restore.


def stop(app):
    with app.app_context():
        db.session.execute(update(Reward).where(Reward.paid_mark.is_(None)).values(is_stopped=True))
        db.session.commit()


def test_after_a_restore_no_code_is_paid_before_the_ledger_was_read_and_none_of_it_twice(
    app, office, listed
):
    stop(app)
    counter = office()
    assert "先对台账" in counter.get("/desk/paying/").text
    assert "现在不能付" in counter.say("check", listed=listed.key.hex()).text
    assert counter.say("paid", listed=listed.key.hex(), mark=MARK).status_code == 409
    slip = listed.key.hex()[: book.SLIP]

    assert counter.say("resume", slips="xyz", sure="y").status_code == 422
    assert counter.say("resume", slips=slip).status_code == 422
    assert counter.say("resume", slips=f"{slip}，{slip}", sure="y").status_code == 303

    assert "已经领过了" in counter.say("check", listed=listed.key.hex()).text
    assert 'id="lost"' not in counter.get("/desk/paying/").text
    with app.app_context():
        open_ones = select(func.count()).where(
            Reward.paid_mark.is_(None), Reward.is_stopped.is_(False)
        )
        assert db.reading.execute(open_ones).scalar_one() == 1


def test_what_was_paid_of_codes_that_the_backup_never_had_is_named_and_paid_no_more(
    app, office, listed
):
    """Its letter is gone as well: the unit must not grant the same reward again."""
    stop(app)
    counter, lost, never = office(), Halves(), Halves()
    slip = lost.key.hex()[: book.SLIP]

    for _ in range(2):  # sent twice, it is one payment
        done = counter.say("resume", slips=slip, sure="y")

    page = counter.get(done.location).text
    assert (page.count(slip), "请告诉承办单位" in page) == (1, True)
    assert slip not in done.location
    assert "已经领过了" in counter.say("check", listed=lost.key.hex()).text
    paid = counter.say("paid", listed=lost.key.hex(), mark=MARK)
    assert (paid.status_code, "已经领过了" in paid.text) == (409, True)
    unknown = counter.say("check", listed=never.key.hex()).text
    assert "请他用查询码告诉承办单位" in unknown
    with app.app_context():
        # The last day of what can have been granted before is a year and a quarter away at most.
        set_today(date.fromordinal(today().toordinal() + 366 + 92 + book.TOLD_DAYS))
        assert (book.forget_old(db.session), book.lost_slips(db.session)) == (2, [slip])
        set_today(date.fromordinal(today().toordinal() + 366))
        assert (book.forget_old(db.session), book.lost_slips(db.session)) == (1, [])


def test_the_office_pays_on_when_the_district_has_no_rule_any_more(app, office, listed):
    with app.app_context():
        assert app_state().district.rewards is None

    assert "可以领" in office().say("check", listed=listed.key.hex()).text
    assert today() < UNTIL
