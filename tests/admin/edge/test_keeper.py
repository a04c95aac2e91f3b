"""What is kept of a connection, how it is sealed, and when it goes."""

import shutil
import subprocess
from datetime import date, datetime, timedelta

import pytest

from admin.district.edge_log import LogProfile
from admin.edge import keeper as keeper_module
from admin.edge.folder import delete_due, due_files, newest_age, sealed_files
from admin.edge.lines import CHINA, NotALine, line_of
from admin.edge.sealed import SMALLEST, open_hour, padded
from admin.sealing.age import NoMatch

from .conftest import FIRST, Edge, log_of, sent


def test_a_line_has_the_minute_the_address_and_the_port_and_no_second():
    assert line_of(sent(), FIRST) == b"2026-12-02 09:41 192.0.2.7 51234\n"
    assert line_of(sent("2001:db8::7", 9), FIRST) == b"2026-12-02 09:41 2001:db8::7 9\n"


NOT_LINES = [
    b"<190>Dec  2 09:41:07 edge: 192.0.2.7 51234 /tip/",
    b'<190>Dec  2 09:41:07 edge: 192.0.2.7 - - "GET /tip/ HTTP/1.1" 200',
    b"<190>Dec  2 09:41:07 edge: 192.0.2.999 51234",
    b"<190>Dec  2 09:41:07 edge: 192.0.2.7 51234\n<190>Dec  2 09:41:07 edge: 192.0.2.8 1",
    b"192.0.2.7 51234",
    b"",
    b"\xff" * 2000,
]


@pytest.mark.parametrize("data", NOT_LINES)
def test_what_says_more_than_address_and_port_is_kept_in_no_part(edge, data):
    with pytest.raises(NotALine):
        line_of(data, FIRST)

    edge.take(data, data)
    edge.settle(stops=True)

    assert edge.names() == []
    assert edge.said == ["nginx 送来的不是「地址 端口」：没有记。请核对 log_format edge。"]


def test_an_hour_is_written_once_it_is_over_in_no_order_of_coming(edge, holders):
    edge.take(sent("192.0.2.9"), sent("192.0.2.1"), sent("192.0.2.5"))
    edge.settle()
    assert edge.names() == []

    edge.clock.wait(minutes=30)
    edge.take(sent("192.0.2.2"))
    edge.settle()

    assert edge.names() == ["2026-12-02-09-1.age"]
    (file,) = sealed_files(edge.folder)
    lines = open_hour(file.path.read_bytes(), [holders["security"]])
    assert lines == [
        b"# 2026-12-02 09 +0800 1",
        b"2026-12-02 09:41 192.0.2.1 51234",
        b"2026-12-02 09:41 192.0.2.5 51234",
        b"2026-12-02 09:41 192.0.2.9 51234",
    ]


def test_each_hour_has_its_file_even_an_empty_one_and_all_are_of_one_length(edge):
    for hour in range(4):
        edge.take(*[sent(port=1 + n) for n in range(100 * hour)])
        edge.clock.wait(hours=1)
        edge.settle()

    files = sealed_files(edge.folder)
    assert len(files) == 4
    assert len({file.path.stat().st_size for file in files}) == 1


@pytest.mark.parametrize(
    ("size", "filled"), [(0, 1), (SMALLEST - 1, 1), (SMALLEST, 2), (5 * SMALLEST, 8)]
)
def test_a_text_is_filled_up_to_a_step(size, filled):
    assert len(padded(b"x" * size)) == filled * SMALLEST


def test_a_stop_seals_what_is_there_and_the_next_start_within_the_hour_makes_a_second_part(
    edge, holders
):
    edge.take(sent())
    edge.settle(stops=True)
    edge.settle(stops=True)
    assert edge.names() == ["2026-12-02-09-1.age"]

    again = Edge(edge.folder, log_of(holders["security"]))
    again.take(sent("192.0.2.8"))
    again.settle(stops=True)

    assert again.names() == ["2026-12-02-09-1.age", "2026-12-02-09-2.age"]


def test_a_flood_is_sealed_in_parts_before_the_hour_is_over(edge, monkeypatch):
    monkeypatch.setattr(keeper_module, "MOST_OF_PART", 1000)

    for number in range(100):
        edge.take(sent(port=number))
    edge.settle(stops=True)

    assert edge.names() == [f"2026-12-02-09-{part}.age" for part in range(1, 4)]


def full(*_):
    raise OSError(28, "No space left on device")


def test_on_a_full_disk_lines_wait_in_memory_and_a_bound_drops_new_ones(edge, holders, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(keeper_module, "write_whole", full)
        edge.take(sent("192.0.2.1"))
        edge.clock.wait(hours=1)
        edge.settle()
        patched.setattr(keeper_module, "MOST_HELD", 40)
        edge.take(sent("192.0.2.2"))
    assert [said[:5] for said in edge.said] == ["写不到盘上", "内存里的记"]

    edge.settle()

    (file,) = sealed_files(edge.folder)
    assert open_hour(file.path.read_bytes(), [holders["security"]])[1].endswith(b"192.0.2.1 51234")


def test_on_a_full_disk_what_is_due_goes_and_makes_room(edge, monkeypatch):
    edge.take(sent())
    edge.settle(stops=True)
    for _day in range(185):
        edge.clock.wait(days=1)
        edge.settle()
    before = edge.names()
    monkeypatch.setattr(keeper_module, "write_whole", full)
    edge.clock.wait(days=1)
    edge.settle()

    assert edge.said[-1].startswith("写不到盘上")
    assert edge.names() == before[1:]


@pytest.mark.parametrize("profile", [LogProfile.ELSEWHERE, LogProfile.NONE])
def test_where_nobody_here_logs_nothing_is_kept_and_what_is_due_goes_all_the_same(
    tmp_path, edge, holders, profile
):
    edge.take(sent())
    edge.settle(stops=True)
    after = Edge(edge.folder, log_of(profile=profile))
    after.take(sent())
    after.settle(stops=True)
    assert len(after.names()) == 1

    after.clock.wait(days=184)
    after.settle()

    assert after.names() == []


def test_two_holders_open_an_hour_together_and_neither_alone(tmp_path, holders):
    edge = Edge(tmp_path / "two", log_of(*holders.values()))
    edge.take(sent())
    edge.settle(stops=True)
    (file,) = sealed_files(edge.folder)
    data = file.path.read_bytes()

    for both in (list(holders.values()), list(holders.values())[::-1]):
        assert open_hour(data, both)[1] == b"2026-12-02 09:41 192.0.2.7 51234"
    for alone in holders.values():
        with pytest.raises(NoMatch):
            open_hour(data, [alone])


@pytest.mark.skipif(shutil.which("age") is None, reason="no age here")
def test_the_standard_age_opens_what_two_hold_one_after_the_other(tmp_path, holders):
    version = subprocess.run(["age", "--version"], capture_output=True, text=True).stdout
    if version.removeprefix("v").split(".")[:2] < ["1", "3"]:
        pytest.skip(f"age {version.strip()} knows no hybrid recipients")
    edge = Edge(tmp_path / "two", log_of(*holders.values()))
    edge.take(sent())
    edge.settle(stops=True)
    data = sealed_files(edge.folder)[0].path.read_bytes()

    for name in ("archive", "security"):
        (tmp_path / name).write_text(f"{holders[name]}\n")
        command = ["age", "-d", "-i", tmp_path / name]
        data = subprocess.run(command, input=data, capture_output=True, check=True).stdout

    assert data.splitlines()[1] == b"2026-12-02 09:41 192.0.2.7 51234"


LAST_DAYS = [
    # day, days, the last day on which it is kept
    (date(2026, 12, 2), 183, date(2027, 6, 3)),
    # From March to September six months are a day longer than 183 days.
    (date(2027, 3, 1), 183, date(2027, 9, 1)),
    (date(2026, 8, 31), 183, date(2027, 3, 2)),
    (date(2027, 7, 1), 183, date(2028, 1, 1)),
    (date(2026, 12, 2), 365, date(2027, 12, 2)),
]


@pytest.mark.parametrize(("day", "days", "last"), LAST_DAYS)
def test_a_line_is_kept_for_its_days_and_never_less_than_six_months(day, days, last):
    assert log_of(days=days).last_day(day) == last


def test_half_a_year_goes_by_and_each_day_is_deleted_on_its_day_and_on_no_other(tmp_path, holders):
    log = log_of(holders["security"])
    edge = Edge(tmp_path / "year", log, datetime(2027, 2, 20, tzinfo=CHINA))
    first = edge.day
    days = [first + timedelta(n) for n in range(200)]

    for day in days:
        # The running hour is in memory still: what is there is of the days before.
        edge.clock.wait_until(datetime(day.year, day.month, day.day, 0, 1, tzinfo=CHINA))
        edge.take(sent())
        edge.settle()
        kept = {file.day for file in sealed_files(edge.folder)}
        assert kept == {one for one in days if one < day <= log.last_day(one)}, day

    gone = [day for day in days if log.last_day(day) < edge.day]
    lines = (edge.folder / "deleted.txt").read_text("utf-8").splitlines()
    assert len(gone) > 10
    assert lines == [f"{log.last_day(day) + timedelta(1)} 删除 1 份，日期 {day}" for day in gone]
    assert due_files(sealed_files(edge.folder), log, edge.day) == []
    assert delete_due(edge.folder, log, edge.day) == 0


def test_the_newest_file_tells_how_long_nothing_was_sealed(edge):
    assert newest_age(edge.folder, edge.clock.now) is None

    edge.clock.wait(hours=3)
    edge.settle()
    edge.clock.wait(days=2)

    assert newest_age(edge.folder, edge.clock.now) == timedelta(
        days=2, hours=2, minutes=41, seconds=7
    )
