"""The queues of a week, against who knows every tip but one."""

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin.counts.workload.reading import AGE_IDS, OPEN_STATES, Queue
from admin.counts.workload.weekly import OLD_AGES, ages_told, keep_week, read_week
from admin.db import db, set_today, today
from tests.admin.vault.conftest import new_tip

TIPS = st.lists(st.tuples(st.sampled_from(OPEN_STATES[:3]), st.sampled_from(AGE_IDS)), max_size=60)


def queue_of(tips):
    return Queue(Counter(state for state, _age in tips), Counter(age for _state, age in tips))


@given(TIPS, st.sampled_from(OPEN_STATES[:3]), st.sampled_from(AGE_IDS))
def test_a_tip_more_moves_one_cell_by_ten_or_shows_or_hides_the_unit_whole(tips, state, age):
    before, after = ages_told(queue_of(tips)), ages_told(queue_of([*tips, (state, age)]))

    moved = {one: after.get(one, 0) - before.get(one, 0) for one in OLD_AGES}
    moved = {one: step for one, step in moved.items() if step}
    assert moved in ({}, {age: 10}) or not before or not after


@given(TIPS)
def test_what_is_told_is_whole_tens_of_what_is_older_than_a_week(tips):
    told, ages = ages_told(queue_of(tips)), queue_of(tips).ages

    assert set(told) <= set(OLD_AGES)
    assert all(count == ages[age] // 10 * 10 >= 10 for age, count in told.items())


@pytest.fixture
def monday():
    """The first day of a week."""
    day = today() - timedelta(days=today().weekday())
    yield day
    set_today(None)


def test_queues_are_looked_at_once_a_week_and_told_as_they_were(units, session, tmp_path, monday):
    set_today(monday - timedelta(days=20))
    for _one in range(12):
        new_tip(session)
    folder = tmp_path / "metrics"

    def week_of(day):
        set_today(day)
        keep_week(session, folder, ("police", "drugs"), day)
        return read_week(folder)

    week = week_of(monday)
    assert week.ages == {"police": {"16-30": 10}, "drugs": {}}

    set_today(monday - timedelta(days=20))
    for _one in range(8):
        new_tip(session)
    assert week_of(monday + timedelta(days=6)) == week
    later = week_of(monday + timedelta(days=7))
    assert (later.monday, later.ages["police"]) == (f"{monday + timedelta(days=7)}", {"16-30": 20})
    db.session.rollback()
