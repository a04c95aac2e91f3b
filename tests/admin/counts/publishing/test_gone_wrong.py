"""Files lost or altered, wrong clocks, drafts that changed: nothing is told that must not be."""

from datetime import date

import pytest
from sqlalchemy import delete, select, update

from admin.app_state import app_state
from admin.counts.publishing import files
from admin.counts.publishing.drafts import (
    Altered,
    Changed,
    TooEarly,
    confirm,
    keep_draft,
)
from admin.counts.publishing.making import DayTaken, make_draft, read_counted
from admin.counts.publishing.store import FOLDED, confirmed_rows, sum_of
from admin.models import ClosedCount, CountPublication, Setting, Tally
from admin.reading.data_files import DataError
from admin.reading.published import load_published, path_of
from admin.reading.publishing import load_publishing
from tests.publishing import draft, fill, publish, quarters_from

WINTER, SPRING, SUMMER = date(2027, 1, 15), date(2027, 4, 15), date(2027, 7, 15)


def forget(session, *days):
    """Forget publications, as an older backup does."""
    session.execute(delete(CountPublication).where(CountPublication.day.in_(days)))
    session.execute(delete(ClosedCount))
    session.commit()


def adopt(session, content, day, on=SUMMER):
    row = files.adopt(session, content, day, (), by="甲", today=on)
    session.commit()
    return row


def test_what_lies_before_a_publication_and_is_lost_is_told_no_second_time(
    session, counted, content
):
    """The third quarter was out; the database and the files both forgot it."""
    publish(session, content, WINTER)
    publish(session, content, SPRING)
    forget(session, WINTER, SPRING)
    path_of(content, WINTER).unlink()
    fill(session, quarters_from("2027-Q1", 1), tips=300, seed=2)
    session.merge(Setting(name="counts_first", value="2026-Q3"))
    session.commit()
    row = adopt(session, content, SPRING)

    made = publish(session, content, SUMMER)

    assert not row.is_closed
    assert made.file.quarters == ("2027-Q1",)
    assert {one.period[:4] for one in made.file.numbers} == {"2027"}


def test_a_year_of_which_a_quarter_is_lost_is_not_told(session, content, app):
    """It would be the other three, under the name of all."""
    fill(session, quarters_from("2026-Q2", 3), tips=300)
    publish(session, content, date(2026, 10, 15))
    session.merge(Setting(name="counts_first", value="2026-Q1"))
    session.commit()

    made = publish(session, content, SPRING)

    assert made.file.quarters == ("2026-Q3", "2026-Q4")
    assert not [one for one in made.file.numbers if len(one.period) == 4]


def test_of_a_year_of_which_counts_disagree_the_yearly_number_is_left_out(session, content, app):
    quarters = quarters_from("2026-Q1", 4)
    fill(session, quarters, tips=300)
    publish(session, content, WINTER)
    forget(session, WINTER)
    session.execute(delete(Tally).where(Tally.period.in_(("2026-08", "2026-Q3"))))
    session.commit()
    row = adopt(session, content, WINTER, SPRING)

    last = publish(session, content, SPRING).file

    assert not row.is_closed
    assert last.quarters == ("2026-Q4",)
    assert "out_of_scope" not in {one.measure for one in last.numbers}


def test_a_publication_day_that_is_taken_is_one_sentence(session, counted, content):
    """As with a longer delay, of an older version: that day told one quarter less."""
    publish(session, content, WINTER)
    path = path_of(content, WINTER)
    body = path.read_text("utf-8").replace('"day": "2027-01-15"', '"day": "2027-04-15"')
    path.unlink()
    path_of(content, SPRING).write_text(body, "utf-8")
    forget(session, WINTER)
    adopt(session, content, SPRING)

    with pytest.raises(DayTaken, match=r"2027-04-15 已经公布过别的季度.*2027-07-15"):
        what_is_due(session, content, SPRING)

    fill(session, quarters_from("2027-Q1", 1), tips=300, seed=2)
    session.merge(Setting(name="counts_first", value="2026-Q3"))
    session.commit()
    assert publish(session, content, SUMMER).file.quarters == ("2026-Q4", "2027-Q1")


def what_is_due(session, content, day):
    groups, days = app_state().district.count_groups, load_publishing(content)
    return make_draft(read_counted(session, groups, (), days, day), groups, days, day, demo=True)


ALTERED = {
    "its day has not come": ('"2027-01-15"', '"2027-07-15"', "2027-07-15", "公布日还没到"),
    "a quarter that was not over": ('"2026-Q3"', '"2027-Q1"', "2027-01-15", "还没有过完"),
    "another day within": ('"2027-01-15"', '"2027-01-14"', "2027-01-15", "和里面的 day 一样"),
    "another time": ('["2026-Q3"]', '["2026-Q2"]', "2027-01-15", "不在这一次公布的"),
}


@pytest.mark.parametrize(("old", "new", "name", "said"), ALTERED.values(), ids=ALTERED)
def test_a_file_that_was_altered_is_not_adopted(session, counted, content, old, new, name, said):
    publish(session, content, WINTER)
    forget(session, WINTER)
    path = path_of(content, WINTER)
    words = path.read_text("utf-8")
    assert old in words
    path.unlink()
    path_of(content, date.fromisoformat(name)).write_text(words.replace(old, new), "utf-8")

    with pytest.raises((files.Differ, DataError), match=said):
        adopt(session, content, date.fromisoformat(name), SPRING)

    session.rollback()
    assert confirmed_rows(session) == []


def test_files_are_adopted_in_the_order_in_which_they_were_published(session, counted, content):
    """The other way round a year would be held against its last quarter alone."""
    publish(session, content, WINTER)
    publish(session, content, SPRING)
    forget(session, WINTER, SPRING)

    with pytest.raises(files.Differ, match="--adopt 2027-01-15"):
        adopt(session, content, SPRING)
    session.rollback()

    assert [adopt(session, content, day).is_closed for day in (WINTER, SPRING)] == [True, True]
    assert files.missing(session, content) == []


def test_an_old_draft_confirmed_after_a_restore_gives_way_to_the_file_that_was_published(
    session, counted, content
):
    """Before the backup a draft waited; another one was published after it."""
    _made, old = draft(session, content, WINTER)
    kept = {column.name: getattr(old, column.name) for column in CountPublication.__table__.columns}
    session.execute(update(Tally).where(Tally.period == "2026-08").values(count=Tally.count + 30))
    session.commit()
    publish(session, content, WINTER)
    forget(session, WINTER)
    session.add(CountPublication(**kept))
    session.commit()
    confirm(session, kept["sha256"], by="乙", today=SPRING)
    session.commit()
    with pytest.raises(files.Differ, match="--adopt 2027-01-15"):
        files.missing(session, content)

    row = adopt(session, content, WINTER, SPRING)

    assert row.is_closed
    assert files.missing(session, content) == []
    assert row.body == path_of(content, WINTER).read_text("utf-8")


def test_what_was_written_gives_way_to_no_other_file(session, counted, content):
    publish(session, content, WINTER)
    path = path_of(content, WINTER)
    path.write_text(path.read_text("utf-8") + "\n", "utf-8")

    with pytest.raises(files.Differ, match="已经有"):
        adopt(session, content, WINTER, SPRING)


def test_a_draft_of_a_day_to_come_is_not_confirmed(session, counted, content):
    """Of two clocks one is wrong: a quarter that is not over would be told at once."""
    _made, row = draft(session, content, SUMMER)

    with pytest.raises(TooEarly):
        confirm(session, row.sha256, by="乙", today=date(2027, 7, 14))


FORGED = {
    "its words and their sum": {"body": "{}", "sha256": sum_of("{}")},
    "who made it": {"made_by": "丁"},
}


@pytest.mark.parametrize("values", FORGED.values(), ids=FORGED)
def test_a_draft_that_was_changed_in_the_database_is_not_confirmed(
    session, counted, content, values
):
    draft(session, content, WINTER, by="甲")
    session.execute(update(CountPublication).values(values))
    session.commit()
    row = session.scalars(select(CountPublication)).one()

    with pytest.raises(Altered):
        confirm(session, row.sha256, by="甲" if "made_by" in values else "乙", today=WINTER)


def test_a_year_that_was_folded_during_the_reckoning_is_not_kept_as_a_draft(
    session, counted, content
):
    made = what_is_due(session, content, SPRING)
    session.merge(Setting(name=FOLDED, value="2026"))
    session.commit()
    what = made.file, made.book, made.groups

    with pytest.raises(Changed):
        keep_draft(session, *what, seen=made.seen, by="甲", today=SPRING)


def test_a_quarter_without_any_tip_looks_like_one_of_nine(session, content, app):
    fill(session, quarters_from("2026-Q3", 1), tips=1)
    session.execute(delete(Tally))
    session.commit()

    none = publish(session, content, WINTER).file

    assert {one.value for one in none.numbers} == {None}
    assert none.medians == ()
    assert load_published(content) == (none,)
