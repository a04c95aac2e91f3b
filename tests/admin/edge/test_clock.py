"""A clock that jumps deletes no hour of the log early, and one that is right deletes in time."""

from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner

from admin.commands.edge_log import edge_log
from admin.edge import commands
from admin.edge.folder import due_files, sealed_files
from admin.edge.folder_clock import LATEST, FolderClock
from admin.edge.lines import CHINA
from admin.edge.sealed import open_hour

from .conftest import Edge, log_of, sent, write_content

FIRST_DAY = datetime(2026, 12, 2, 12, tzinfo=CHINA)


@pytest.fixture
def log(holders):
    return log_of(holders["security"])


@pytest.fixture
def old(tmp_path, log):
    """An edge that sealed an hour on each of ten days; it is noon of the first one's last day.

    At midnight the first of them is due, and each midnight thereafter another one.
    """
    edge = Edge(tmp_path / "old", log, FIRST_DAY)
    for _day in range(10):
        edge.take(sent())
        edge.settle(stops=True)
        edge.clock.wait(days=1)
    last = log.last_day(FIRST_DAY.date())
    edge.clock.wait_until(datetime.combine(last, FIRST_DAY.timetz()))
    edge.settle()
    return edge


def days_of(edge):
    """Which of the first ten days are there still, by number."""
    days = {(file.day - FIRST_DAY.date()).days for file in sealed_files(edge.folder)}
    return sorted(day for day in days if day < 10)


def run_on(edge, hours):
    for _hour in range(hours):
        edge.clock.wait(hours=1)
        edge.settle()


ALL = list(range(10))


def test_a_clock_that_is_right_deletes_at_midnight(old):
    assert days_of(old) == ALL
    run_on(old, 11)
    assert days_of(old) == ALL
    run_on(old, 1)
    assert days_of(old) == ALL[1:]


@pytest.mark.parametrize("days", [1, 3, 365])
@pytest.mark.parametrize("is_started_anew", [False, True])
def test_a_clock_that_is_ahead_for_some_hours_deletes_nothing_then_and_what_is_due_in_time(
    old, days, is_started_anew
):
    old.clock.jump(days=days)
    if is_started_anew:
        old.clock.start_anew(minutes=5)
        old.start()
    run_on(old, 5)
    assert days_of(old) == ALL
    assert old.said == ["时钟比实际走过的时间快，还没有认下。到期的先不删，请校准时钟。"]

    old.clock.jump(days=-days)
    run_on(old, 6)
    assert days_of(old) == ALL
    run_on(old, 1)
    assert days_of(old) == ALL[1:]


def test_a_clock_that_creeps_ahead_minute_by_minute_is_found_out(old):
    for _minute in range(300):
        old.clock.wait(minutes=1)
        old.clock.jump(minutes=5)
        old.settle()
    assert days_of(old) == ALL


@pytest.mark.parametrize("days", [1, 400])
def test_what_is_written_while_the_clock_is_set_back_has_the_hour_of_before_and_goes_no_earlier(
    old, log, holders, days
):
    began = old.clock.now
    old.clock.jump(days=-days)
    old.clock.start_anew(minutes=5)
    old.start()
    old.clock.wait(minutes=20)
    old.take(sent("192.0.2.77"))
    old.settle(stops=True)
    old.clock.jump(days=days)
    run_on(old, 12)

    newest = [file for file in sealed_files(old.folder) if file.day >= began.date()]
    lines = [open_hour(file.path.read_bytes(), [holders["security"]])[1:] for file in newest]
    # The believed hour, and the minutes that were counted since: the five in which it was off, not.
    assert [f"{began:%Y-%m-%d} 12:20 192.0.2.77 51234".encode()] in lines


def test_a_machine_that_starts_anew_each_day_deletes_in_time(old):
    for day in range(1, 6):
        run_on(old, 12)
        assert days_of(old) == ALL[day:]
        old.clock.start_anew(minutes=10)
        old.start()
        run_on(old, 11)
        old.clock.wait(minutes=50)


def test_a_machine_that_was_off_for_days_deletes_a_day_late_and_never_early(old):
    old.clock.start_anew(days=3)
    old.start()
    run_on(old, 23)
    assert days_of(old) == ALL
    run_on(old, 1)
    assert days_of(old) == ALL[4:]


def test_a_machine_that_is_off_each_night_deletes_all_the_same_some_days_late(old, log):
    late = set()
    for _day in range(14):
        for _hour in range(9):
            run_on(old, 1)
            today = old.clock.now.date()
            due = due_files(sealed_files(old.folder), log, today)
            late |= {(today - log.last_day(file.day)).days - 1 for file in due}
        old.clock.start_anew(hours=15)
        old.start()
    assert days_of(old) == []
    assert max(late) == 2


def test_without_the_clocks_file_the_newest_hour_is_held_to(old):
    (old.folder / LATEST).unlink()
    old.clock.jump(days=1)
    old.start()
    run_on(old, 5)
    assert days_of(old) == ALL


@pytest.mark.parametrize("text", ["", "nonsense", "1 2 3 4", "a b c", "1 2 b;;"])
def test_a_clocks_file_that_somebody_wrote_into_tells_as_little_as_none(old, text):
    (old.folder / LATEST).write_text(text)
    old.clock.jump(days=1)
    old.start()
    run_on(old, 5)
    assert days_of(old) == ALL


def test_the_moment_is_written_once_an_hour_and_never_later_than_two_before_a_start(old):
    written = set()
    for _minute in range(180):
        old.clock.wait(minutes=1)
        old.settle()
        written.add((old.folder / LATEST).read_text())
        age = old.clock.now.timestamp() - float((old.folder / LATEST).read_text().split()[0])
        assert age <= 3600
    assert len(written) == 4


@pytest.fixture
def by_hand(old, tmp_path, holders, monkeypatch):
    """Give the commands the same machine, as an operator runs them."""
    monkeypatch.setattr(commands, "FolderClock", lambda folder: FolderClock(folder, old.clock))
    content = write_content(tmp_path / "content", holders["security"])
    where = ["--folder", str(old.folder), "--content", str(content)]
    return lambda *words: CliRunner().invoke(edge_log, [*words, *where])


def test_the_commands_say_that_the_clock_is_ahead_and_a_person_may_say_that_it_is_right(
    old, by_hand
):
    old.clock.start_anew(days=3)
    old.start()
    for command in ("status", "delete"):
        done = by_hand(command)
        assert done.exit_code == 1
        assert "时钟比实际走过的时间快，还没有认下" in done.output
        assert "--clock-is-right" in done.output
    assert days_of(old) == ALL

    assert "到期的 6 份已删除" in by_hand("delete", "--clock-is-right").output
    assert days_of(old) == ALL[3:]
    assert by_hand("status").exit_code == 0
    # The service goes by it, too.
    run_on(old, 12)
    assert days_of(old) == ALL[4:]


def test_the_status_says_that_the_clock_is_behind(old, by_hand):
    old.clock.jump(days=-1)
    done = by_hand("status")
    assert (done.exit_code, "时钟比以前认下的时间早" in done.output) == (1, True)


def test_the_moment_that_is_read_is_this_machines(tmp_path):
    """Without a clock of the test's: the system's own."""
    before = datetime.now(CHINA)
    clock = FolderClock(tmp_path)
    clock.keep(clock.look())
    assert before <= clock.now() <= before + timedelta(minutes=1)
    assert (tmp_path / LATEST).exists()
