"""Numbers come out on fixed days, a whole quarter after the end of theirs."""

import shutil
from datetime import date

import pytest

from admin.config import ROOT
from admin.reading.data_files import DataError
from admin.reading.publishing import Publishing, load_publishing

OURS = Publishing(day=15, delay=1)


@pytest.mark.parametrize(
    ("quarter", "delay", "day"),
    [
        ("2026-Q3", 1, date(2027, 1, 15)),
        ("2026-Q4", 1, date(2027, 4, 15)),
        ("2027-Q1", 1, date(2027, 7, 15)),
        ("2027-Q2", 2, date(2028, 1, 15)),
        ("2027-Q4", 4, date(2029, 1, 15)),
    ],
)
def test_a_quarter_has_one_day(quarter, delay, day):
    assert Publishing(15, delay).day_of(quarter) == day


def test_nothing_is_due_before_its_day_and_what_is_late_bears_the_fixed_day():
    assert not OURS.is_due("2026-Q4", date(2027, 4, 14))
    assert OURS.is_due("2026-Q4", date(2027, 4, 15))
    assert OURS.latest_day(date(2027, 6, 30)) == date(2027, 4, 15)
    assert OURS.latest_day(date(2027, 1, 14)) == date(2026, 10, 15)


def test_the_districts_file_is_read():
    assert load_publishing(ROOT / "content") == OURS


@pytest.mark.parametrize(
    ("old", "new"), [("delay: 1", "delay: 0"), ("delay: 1", "delay: 2"), ("day: 15", "day: 31")]
)
def test_no_delay_and_a_day_that_some_months_lack_are_refused(tmp_path, old, new):
    data = tmp_path / "data"
    (data / "schema").mkdir(parents=True)
    shutil.copy(ROOT / "content/data/schema/publishing.json", data / "schema")
    text = (ROOT / "content/data/publishing.yml").read_text("utf-8")
    (data / "publishing.yml").write_text(text.replace(old, new), "utf-8")

    with pytest.raises(DataError):
        load_publishing(tmp_path)
