"""A reward takes two people who have read the tip, and no row joins the tip to its code."""

from datetime import date

import pytest
from sqlalchemy import LargeBinary, delete, func, select, text, update

from admin.app_state import app_state
from admin.db import db, set_today, today
from admin.models import (
    AuditEvent,
    Base,
    Decision,
    Member,
    Message,
    Reward,
    RewardRequest,
    Tip,
    TipReader,
)
from admin.rewards import book
from admin.serving.blurring import blur
from admin.tip.channels import CHANNELS, Channel
from admin.tip.status import TipStatus
from admin.vault.expiry import sweep
from tests.rewarding import Halves, allow
from tests.tip_events import codes


@pytest.fixture(autouse=True)
def true_day_again():
    yield
    set_today(None)


@pytest.fixture
def rows(app):
    """Read all rows of a table."""

    def read(table):
        with app.app_context():
            return db.reading.scalars(select(table)).all()

    return read


@pytest.fixture
def granted(sign_in, second_head, make_tip, change, fresh):
    """Grant a reward for a new tip by the pages; gives the tip and its halves."""

    def grant(sum_="1000"):
        made, halves = make_tip(), Halves()
        asker, head = sign_in("police-1"), sign_in(second_head)
        change(made, status=TipStatus.CLOSED)
        assert asker.post(fresh(made), "reward", **halves.asked(sum_)).status_code == 303
        answer = head.post(fresh(made), "reward/answer", **halves.granted())
        assert answer.status_code == 303, answer.text
        return made, halves

    return grant


def test_one_asks_another_who_has_read_it_agrees_and_the_list_holds_a_hash_a_sum_and_a_quarter(
    sign_in, second_head, tip, fresh, rows, app
):
    set_today(date(2026, 11, 10))
    halves, asker, head = Halves(), sign_in("police-1"), sign_in(second_head)

    assert asker.post(tip, "reward", **halves.asked()).status_code == 303

    assert (len(rows(RewardRequest)), rows(Reward), rows(Message)) == (1, [], [])
    page = head.show(tip).text
    assert "police-1 提请给奖励 1000 元" in page
    assert "可领取奖励：1000 元。到 2027-03-31 为止" in page
    assert "You may collect a reward of 1000 yuan" in page
    assert "answer_reward" not in asker.show(tip).text

    assert head.post(fresh(tip), "reward/answer", **halves.granted()).status_code == 303

    assert rows(RewardRequest) == []
    [row] = rows(Reward)
    assert (row.key, row.sum, row.until) == (halves.key, 1000, date(2027, 3, 31))
    assert (row.paid_mark, row.is_stopped) == (None, False)
    [letter] = rows(Message)
    assert letter.direction == "staff"
    with app.app_context():
        assert codes(db.reading, Decision.tip_id == tip.id)[-3:] == [
            "reward_asked",
            "answered",
            "reward_given",
        ]
    assert "已经给过一次" in asker.show(tip).text


PEOPLE = ("police-desk", "police-1", "police-head", "drugs-1", "custodian-1", "admin")
# Of each state, what each of these is answered who asks, and who agrees.
ANSWERS = {
    "free": {"reward": (403, 303, 303), "reward/answer": (403, 403, 409)},
    "asked": {"reward": (403, 303, 303), "reward/answer": (403, 403, 303)},
    "asked by the head": {"reward": (403, 303, 303), "reward/answer": (403, 403, 422)},
    "given": {"reward": (403, 422, 422), "reward/answer": (403, 403, 409)},
    "received": {"reward": (403, 422, 422), "reward/answer": (403, 403, 409)},
    "purged": {"reward": (403, 422, 422), "reward/answer": (403, 403, 409)},
    "no rule": {"reward": (403, 422, 422), "reward/answer": (403, 403, 409)},
}
ELSEWHERE = {"reward": (404, 404, 403), "reward/answer": (403, 404, 403)}


@pytest.mark.table
@pytest.mark.parametrize("state", ANSWERS)
def test_who_may_ask_and_who_may_agree_in_each_state(
    app, sign_in, second_head, make_tip, change, fresh, state
):
    found = {}
    for act, codes_ in ANSWERS[state].items():
        for who, code in zip(PEOPLE, (*codes_, *ELSEWHERE[act]), strict=True):
            halves, made = Halves(), make_tip()
            bring(app, sign_in, second_head, change, fresh, made, state, halves)
            fields = halves.asked() if act == "reward" else halves.granted(number_in(app, made))
            answer = sign_in(who).post(fresh(made), act, **fields)
            if answer.status_code != code:
                found[act, who] = (answer.status_code, code, answer.text[:200])

    assert found == {}


def number_in(app, tip):
    with app.app_context():
        return 1 + db.reading.execute(select(Tip.talk_length).filter_by(id=tip.id)).scalar_one()


def bring(app, sign_in, second_head, change, fresh, tip, state, halves):
    """Bring a tip into a state by the pages, as other people than those of the table."""
    change(tip, status=TipStatus.RECEIVED if state == "received" else TipStatus.ACCEPTED)
    asker = sign_in("police-head" if state == "asked by the head" else "police-2")
    if state in ("asked", "asked by the head", "given"):
        assert asker.post(fresh(tip), "reward", **halves.asked()).status_code == 303
    if state == "given":
        head = sign_in(second_head)
        assert head.post(fresh(tip), "reward/answer", **halves.granted()).status_code == 303
        # Who asks again has read the letter's place in the talk.
        with app.app_context():
            db.session.execute(update(TipReader).values(messages=1))
            db.session.commit()
    if state == "purged":
        change(tip, status=TipStatus.PURGED, is_open=False, sealed=None)
    if state == "no rule":
        allow(app, None)


OUTDATED = {
    "who asked was shut out": lambda s, tip: s.execute(
        update(Member).where(Member.name == "police-2").values(suspended_on=today())
    ),
    "who agrees has not read the last words": lambda s, tip: s.execute(
        update(TipReader).values(messages=None)
    ),
    "it lies at another unit since": lambda s, tip: s.execute(
        update(RewardRequest).values(unit_id="drugs")
    ),
    "the sum is on the list no more": lambda s, tip: s.execute(
        update(RewardRequest).values(sum=700)
    ),
}


@pytest.mark.parametrize("name", OUTDATED)
def test_what_was_asked_is_not_granted_once_it_does_not_fit(
    app, sign_in, second_head, tip, fresh, rows, name
):
    halves, head = Halves(), sign_in(second_head)
    assert sign_in("police-2").post(tip, "reward", **halves.asked()).status_code == 303
    with app.app_context():
        OUTDATED[name](db.session, tip)
        db.session.commit()

    answer = head.post(fresh(tip), "reward/answer", **halves.granted())

    assert answer.status_code in (409, 422), answer.text
    assert (rows(Reward), rows(Message)) == ([], [])


def test_who_does_not_agree_leaves_nothing_but_a_line_of_history(
    app, sign_in, second_head, tip, fresh, rows
):
    halves = Halves()
    sign_in("police-1").post(tip, "reward", **halves.asked())

    assert (
        sign_in(second_head).post(fresh(tip), "reward/answer", **halves.refused()).status_code
        == 303
    )

    assert (rows(RewardRequest), rows(Reward), rows(Message)) == ([], [], [])
    with app.app_context():
        assert codes(db.reading, Decision.tip_id == tip.id)[-1] == "reward_refused"


@pytest.mark.parametrize(
    "wrong", [{"sum": "750"}, {"sum": ""}, {"hash": "0" * 63}, {"sealed": "AAAA"}]
)
def test_a_sum_that_is_not_on_the_list_or_a_half_that_is_none_is_refused(
    sign_in, second_head, tip, rows, wrong
):
    answer = sign_in("police-1").post(tip, "reward", **(Halves().asked() | wrong))

    assert (answer.status_code, rows(RewardRequest)) == (422, [])


def test_without_a_rule_the_page_says_nothing_of_rewards(app, sign_in, tip):
    allow(app, None)

    assert 'id="reward"' not in sign_in("police-1").show(tip).text


def cells(app):
    """Each value of each row of all tables but the list's own, as (table, column, text)."""
    with app.app_context():
        for table in Base.metadata.sorted_tables:
            if table.name == Reward.__tablename__:
                continue
            for row in db.reading.execute(select(table)):
                for column in table.columns:
                    value = row._mapping[column.name]
                    is_bytes = isinstance(column.type, LargeBinary) and value is not None
                    yield table.name, column.name, value.hex() if is_bytes else str(value)


def test_no_column_of_any_table_joins_the_list_to_a_tip_and_no_code_stands_anywhere(
    app, granted, rows
):
    """Who takes the database tries each value of the list against each cell of all other tables."""
    made = [granted(sum_) for sum_ in ("500", "1000", "5000", "1000")]

    listed = rows(Reward)
    assert {column.name for column in Reward.__table__.columns} == {
        *("key", "sum", "until", "paid_mark", "is_stopped")
    }
    # Beside hash and sum, one row is as another: no day, no name, no number.
    assert len({(row.until, row.paid_mark, row.is_stopped) for row in listed}) == 1
    sums = {str(row.sum) for row in listed}
    for table, column, value in cells(app):
        for _tip, halves in made:
            for secret in (halves.first, halves.second, halves.key.hex()):
                assert secret not in value, (table, column)
                assert secret.encode().hex() not in value, (table, column)
        assert value not in sums, (table, column)
    with app.app_context():
        details = db.reading.scalars(
            select(AuditEvent.detail).where(AuditEvent.detail.like("reward%"))
        ).all()
    assert {detail.split(" ")[0] for detail in details} == {"reward_asked", "reward_given"}


def test_nothing_that_the_database_keeps_by_itself_tells_which_row_came_with_which_act(
    app, granted, database
):
    made = [granted()[1].key for _ in range(4)]

    with app.app_context():
        blur(db.session, Reward)
        if database == "postgresql":
            place = db.reading.execute(text("SELECT key, xmin::text FROM reward ORDER BY ctid"))
            found = [(bytes(key), number) for key, number in place]
            acts = set(db.reading.scalars(text("SELECT xmin::text FROM decision")))
            assert len({number for _key, number in found}) == 1
            assert not {number for _key, number in found} & acts
            # No older version of a row is left on the disk's page.
            size = db.reading.execute(text("SELECT count(*) FROM reward")).scalar_one()
            assert db.reading.execute(text("SELECT max(ctid)::text FROM reward")).scalar_one() == (
                f"(0,{size})"
            )
            keys = [key for key, _number in found]
        else:
            keys = list(db.reading.scalars(text("SELECT key FROM reward")))
            with pytest.raises(Exception, match="rowid"):
                db.reading.execute(text("SELECT rowid FROM reward"))
        assert keys == sorted(made)


def test_after_a_restore_the_unit_is_told_what_was_paid_before_it_grants_the_same_again(
    app, sign_in, tip
):
    lost = Halves().key
    with app.app_context():
        book.enter(db.session, Halves().key, sum_=500, until=today())
        db.session.execute(update(Reward).values(is_stopped=True))
        db.session.commit()
    before = sign_in("police-1").show(tip).text
    assert "还没有对完台账" in before

    with app.app_context():
        book.resume(db.session, [book.slip_of(lost)], b"m" * 16)
        db.session.commit()

    after = sign_in("police-1").show(tip).text
    assert "还没有对完台账" not in after
    assert book.slip_of(lost) in after
    assert "别把同一笔给两次" in after


def test_a_rule_that_is_taken_away_leaves_what_was_granted_on_the_tips_page(
    app, sign_in, granted, fresh
):
    made, halves = granted()
    allow(app, None)

    page = sign_in("police-1").show(fresh(made)).text

    assert "已经给过一次" in page
    with app.app_context():
        assert book.look_up(db.session, halves.key).state is book.State.GOOD


def test_what_waits_goes_with_the_words_of_its_tip(app, sign_in, second_head, tip, rows):
    sign_in("police-1").post(tip, "reward", **Halves().asked())
    with app.app_context():
        db.session.execute(update(Tip).values(expires_on=today(), status=TipStatus.CLOSED))
        db.session.commit()
        sweep(db.session)
        db.session.commit()

    assert rows(RewardRequest) == []


def test_the_list_forgets_what_was_over_a_quarter_ago(app, granted, rows):
    granted()
    until = rows(Reward)[0].until
    with app.app_context():
        for days, left in ((0, 1), (book.TOLD_DAYS, 1), (book.TOLD_DAYS + 1, 0)):
            set_today(date.fromordinal(until.toordinal() + days))
            book.forget_old(db.session)
            db.session.commit()
            count = select(func.count()).select_from(Reward)
            assert db.session.execute(count).scalar_one() == left
        assert db.session.execute(delete(Reward)).rowcount == 0
        assert app_state().district.rewards is not None


def test_who_agrees_cannot_put_a_code_of_their_own_on_the_list(
    sign_in, second_head, make_tip, change, fresh, app
):
    made, halves, own = make_tip(), Halves(), Halves()
    change(made, status=TipStatus.CLOSED)
    sign_in("police-1").post(fresh(made), "reward", **halves.asked())
    forged = own.granted() | {"first": halves.granted()["first"], "listed": own.key.hex()}

    assert sign_in(second_head).post(fresh(made), "reward/answer", **forged).status_code == 303

    with app.app_context():
        assert book.look_up(db.reading, own.key) == book.UNKNOWN


@pytest.mark.parametrize("channel", sorted({*CHANNELS} - {Channel.FORM}))
def test_what_somebody_wrote_down_for_another_is_not_rewarded(
    sign_in, make_tip, change, fresh, rows, channel
):
    made = make_tip()
    change(made, status=TipStatus.CLOSED, channel=channel)

    answer = sign_in("police-1").post(fresh(made), "reward", **Halves().asked())

    assert answer.status_code == 422
    assert rows(RewardRequest) == []


def test_a_sweep_does_not_wait_for_a_backup_that_reads_the_list(app, granted, database):
    if database == "sqlite":
        pytest.skip("SQLite's rows lie in order by themselves")
    granted()
    with app.app_context(), db.engine.connect() as backup:
        read = backup.execute(select(Reward.key)).all()
        blur(db.session, Reward)
        assert db.session.scalars(select(Reward.key)).all() == [key for (key,) in read]
