"""What was published stays: when tips go, when numbers fold, when a backup is restored."""

import re
import secrets
from datetime import date

import pytest
from sqlalchemy import delete, func, insert, select

from admin import create_app
from admin.app_state import app_state
from admin.config import load_config
from admin.counts.folding import fold
from admin.counts.publishing import files
from admin.counts.publishing.making import GroupsMoved, check_groups, make_draft, read_counted
from admin.counts.publishing.store import FOLDED, confirmed_rows, first_quarter
from admin.counts.reading import read_numbers
from admin.db import db
from admin.district.count_groups import load_groups
from admin.models import (
    Base,
    ClosedCount,
    CountPublication,
    Setting,
    Tally,
    Tip,
    UnitKey,
)
from admin.reading.data_files import DataError
from admin.reading.published import dump, load_published, path_of
from admin.reading.publishing import load_publishing
from admin.sealing import payload
from admin.tip.events import Event, EventKind
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency
from admin.vault import history
from admin.vault.store import SealedTip, store_tip
from tests.admin.backup.conftest import operator  # noqa: F401
from tests.publishing import draft, fill, publish, quarters_from

SPRING, SUMMER = date(2027, 4, 15), date(2027, 7, 15)


def what_is_said(session, content, day=SPRING):
    groups = app_state().district.count_groups
    counted = read_counted(session, groups, (), load_publishing(content), day)
    return dump(make_draft(counted, groups, load_publishing(content), day, demo=True).file)


def test_numbers_stay_when_every_tip_is_deleted(session, units, counted, content, day):
    """Received, taken up and closed by the code that does so: every sum of measures holds."""
    key = session.scalars(select(UnitKey).filter_by(unit_id="police")).one()
    invented = read_numbers(session)
    for number in range(9):
        day(date(2026, 10 + number % 3, 12))
        stored = SealedTip(
            reference=payload.new_reference(),
            lookup=secrets.token_bytes(32),
            unit_id="police",
            unit_key_id=key.id,
            urgency=Urgency.P3,
            label=b"label",
            sealed=b"sealed",
        )
        tip = session.get_one(Tip, store_tip(session, stored))
        day(date(2026, 10 + number % 3, 26 if number % 4 else 13))
        for new, reason in ((TipStatus.ACCEPTED, "in_scope"), (TipStatus.CLOSED, "unfounded")):
            event = Event(EventKind.DECIDED, reason=reason)
            history.record(session, tip, event, new=new, by="ada")
        session.commit()
    before, numbers = what_is_said(session, content), read_numbers(session)
    # Each came, was read, taken up and closed; the last three also in time or not, and how fast.
    assert numbers.total() - invented.total() == 9 * 9

    for table in reversed(Base.metadata.sorted_tables):
        if any(column.name == "tip_id" for column in table.columns):
            session.execute(delete(table))
    session.execute(delete(Tip))
    session.commit()

    assert session.scalar(select(func.count()).select_from(Tip)) == 0
    assert what_is_said(session, content) == before


def test_a_year_that_was_not_published_in_time_is_folded_only_after_it_was(
    session, counted, content
):
    """Its last quarter is late: in July it still is a draft. It says what it would have said."""
    in_time = what_is_said(session, content)
    draft(session, content, SPRING)
    before = read_numbers(session)

    assert fold(session, SUMMER, ()) == 0
    assert read_numbers(session) == before
    late = publish(session, content, date(2027, 7, 14))

    assert dump(late.file) == in_time
    assert fold(session, SUMMER, ()) > 0
    session.commit()
    # Small true counts go with the year's; what was said of it stays.
    assert session.scalars(select(ClosedCount)).all() == []
    assert files.missing(session, content) == []
    fill(session, quarters_from("2027-Q1", 1), tips=300, seed=2)
    assert [*publish(session, content, SUMMER).file.years] == []


def test_a_year_that_nobody_publishes_folds_after_two_julies_and_is_said_no_more(
    session, counted, content
):
    draft(session, content, SPRING)

    assert fold(session, date(2028, 7, 1), ()) > 0
    session.commit()

    assert session.scalars(select(ClosedCount)).all() == []
    assert session.get_one(Setting, FOLDED).value == "2026"
    counted_now = read_counted(
        session, app_state().district.count_groups, (), load_publishing(content), date(2028, 7, 15)
    )
    assert counted_now.due.lost == counted
    assert counted_now.due.quarters == quarters_from("2027-Q1", 5)


def test_where_nothing_is_ever_published_a_year_folds_in_its_july(session, counted):
    assert fold(session, SUMMER, ()) > 0


@pytest.fixture
def published(session, counted, content):
    """The publication of January, and its counts."""
    return publish(session, content, date(2027, 1, 15))


def test_a_backup_from_before_a_publication_says_nothing_twice_and_nothing_else(
    session, counted, content, published
):
    """As restored: the rows of the publication are gone, and its file is there."""
    tallies = read_numbers(session)
    for table in (CountPublication, ClosedCount):
        session.execute(delete(table))
    session.commit()

    with pytest.raises(files.Differ, match="--adopt 2027-01-15"):
        files.missing(session, content)
    row = files.adopt(session, content, date(2027, 1, 15), (), by="甲", today=SPRING)
    session.commit()

    assert row.is_closed
    assert files.missing(session, content) == []
    assert read_numbers(session) == tallies
    later = publish(session, content, SPRING).file
    assert (later.quarters, later.years) == (("2026-Q4",), ("2026",))
    assert len(load_published(content)) == 2


def test_what_a_restored_count_does_not_agree_with_is_adopted_and_its_year_is_not_told(
    session, counted, content, published
):
    for table in (CountPublication, ClosedCount):
        session.execute(delete(table))
    # A backup of the middle of the quarter: what came later was never counted here.
    session.execute(delete(Tally).where(Tally.period == "2026-08"))
    session.execute(delete(Tally).where(Tally.period == "2026-Q3"))
    session.commit()

    row = files.adopt(session, content, date(2027, 1, 15), (), by="甲", today=SPRING)
    session.commit()

    assert not row.is_closed
    later = publish(session, content, SPRING).file
    assert later.quarters == ("2026-Q4",)
    assert not [one for one in later.numbers if len(one.period) == 4]


def test_a_restored_backup_counts_nothing_twice(
    app,
    session,
    counted,
    content,
    published,
    environ,
    operator,  # noqa: F811
    tmp_path,
    database,
):
    """By the commands of an operator; what the restored store says next is what this one says."""
    if database != "sqlite":
        pytest.skip("tests/admin/backup bring each database's rows to the other")
    then, numbers = what_is_said(session, content), read_numbers(session)
    db.session.close()
    assert operator.backup().exit_code == 0
    empty = environ | {
        "DENGSHAO_DATA": str(tmp_path / "restored"),
        "DENGSHAO_DATABASE_URL": f"sqlite:///{tmp_path / 'restored' / 'dengshao.sqlite3'}",
        "DENGSHAO_SECRET_FILE": f"{environ['DENGSHAO_DATA']}/secret",
    }
    (tmp_path / "restored").mkdir()
    restored = operator.restore(empty)
    assert restored.exit_code == 0, restored.output

    with create_app(load_config(empty)).app_context():
        assert read_numbers(db.session) == numbers
        assert files.missing(db.session, content) == []
        assert what_is_said(db.session, content) == then
        db.session.close()
        db.dispose()


def test_a_unit_that_was_counted_stays_counted_whatever_its_mark_says(session, counted, content):
    """Without its numbers, the desk's totals would tell them, and parts would not make a whole."""
    said, numbers = what_is_said(session, content), read_numbers(session)
    fold(session, SPRING, ())
    groups, days = app_state().district.count_groups, load_publishing(content)

    fold(session, SPRING, ("drugs",))
    with pytest.raises(DataError, match=r"routes.yml：drugs 已经计过数，不能改成练习组"):
        read_counted(session, groups, ("drugs",), days, SPRING)

    assert read_numbers(session) == numbers
    assert what_is_said(session, content) == said


def test_a_family_that_does_not_add_up_is_left_out_and_the_others_are_told(
    session, counted, content
):
    key = {"family": "accepted", "part": "", "unit_id": "police", "slot": 1, "count": 1}
    session.execute(insert(Tally).values(period="2026-08", **key))
    session.commit()

    january = publish(session, content, date(2027, 1, 15)).file
    april = publish(session, content, SPRING).file

    family = {"accepted", "accepted_in_time", "accepted_late"}
    assert not family & {one.measure for one in january.numbers}
    told = {(one.measure, one.period) for one in april.numbers if one.measure in family}
    assert {period for _measure, period in told} == {"2026-Q4"}
    assert {"2026", "2026-Q4"} == {one.period for one in april.numbers if one.measure == "closed"}


CHANGES = {
    "a number is changed": ("change", "和确认过的不一样"),
    "a file is lost": ("remove", None),
    "a file nobody confirmed": ("add", "没有确认过的记录"),
    "a name that is no day": ("name", "文件名要是公布的日子"),
}


@pytest.mark.parametrize(("how", "said"), CHANGES.values(), ids=CHANGES)
def test_files_and_database_that_differ_are_told_and_nothing_is_written(
    session, content, published, how, said
):
    path = path_of(content, date(2027, 1, 15))
    body = path.read_bytes()
    if how == "change":
        changed = re.sub(rb'"value": \d+', b'"value": 95', body, count=1)
        assert changed != body
        path.write_bytes(changed)
    elif how == "remove":
        path.unlink()
    else:
        path.with_name("2027-04-15.json" if how == "add" else "spring.json").write_bytes(body)

    if said is None:
        (row,) = files.missing(session, content)
        assert files.write(session, content, row, SPRING).read_bytes() == body
    else:
        with pytest.raises((files.Differ, DataError), match=said):
            files.missing(session, content)


GROUPS = {
    "a unit moves": (
        [("[police]", "[?]"), ("[drugs]", "[police]"), ("[?]", "[drugs]")],
        "公布的时候属于",
    ),
    "a group is dropped": ([("id: drugs,", "id: narcotics,")], "没有 drugs 这一组了"),
    "a group is retired": ([("units: [drugs]}", "units: [drugs], retired: true}")], None),
    "a new unit joins": ([], None),
}


@pytest.mark.parametrize(("changes", "said"), GROUPS.values(), ids=GROUPS)
def test_a_group_that_was_published_keeps_its_units(content, changes, said):
    then = load_groups(content).units | {"watched": ["upper"]}
    row = CountPublication(day=date(2027, 1, 15), quarters=[], groups=then, is_closed=True)
    path = content / "data/count_groups.yml"
    words = path.read_text("utf-8")
    for old, new in changes:
        assert old in words
        words = words.replace(old, new)
    path.write_text(words, "utf-8")

    if said is None:
        check_groups(load_groups(content), [row])
    else:
        with pytest.raises(GroupsMoved, match=said):
            check_groups(load_groups(content), [row])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("units: [drugs]", "units: [nobody]", "没有 nobody 这个单位"),
        ("units: [drugs]", "units: [police]", "police 写在两个组里"),
        ("units: [drugs]", "units: [practice]", "practice 是练习用的"),
        ("{id: drugs,", "{id: rest,", "rest 另有意思"),
    ],
)
def test_a_file_of_groups_that_cannot_be_is_refused_at_the_start(content, old, new, said):
    groups = content / "data/count_groups.yml"
    words = groups.read_text("utf-8")
    assert old in words
    groups.write_text(words.replace(old, new), "utf-8")

    with pytest.raises(DataError, match=said):
        load_groups(content)


def test_the_first_quarter_of_a_new_store_is_that_in_which_it_was_made(session):
    assert re.fullmatch(r"20\d\d-Q[1-4]", first_quarter(session))
    assert confirmed_rows(session) == []
