"""What goes away in the middle of a move: the store of files, the disk, the primary."""

import signal

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from admin.move import moving
from admin.move.files import FilesMove
from tests.databases import new_name
from tests.move_walk.people import press

from .conftest import picture


def stopped(mover, there, words):
    done = mover(there)
    assert done.exit_code == 1, done.output
    assert words in done.output
    assert press(mover.app)[0] == 200


def goes_on(mover, there, environ):
    done = mover(there)
    assert done.exit_code == 0, done.output
    assert picture(there) == picture(environ)


def test_a_bucket_that_goes_away_amid_the_files_stops_the_move_which_later_goes_on(
    mover, store, environ, empty, hostile, s3_server, monkeypatch
):
    kept, files = FilesMove._file, []
    there = empty("sqlite", "there") | s3_server.environ
    there |= {"AWS_ENDPOINT_URL": hostile.url, "DENGSHAO_BLOBS_URL": hostile.blobs_url}

    def carried(self, blob, *others):
        files.append(blob)
        if len(files) == 3:
            hostile.spoil("PUT", "slow_down")
        return kept(self, blob, *others)

    monkeypatch.setattr(FilesMove, "_file", carried)

    stopped(mover, there, "证据文件的存放处没有应答")
    hostile.mend()
    goes_on(mover, there, environ)


def test_a_database_file_without_room_for_more_stops_the_move_which_later_goes_on(
    mover, store, environ, empty, monkeypatch
):
    kept, there = moving.Move._carry_rows, empty("sqlite", "there")

    def carried(self, name):
        @event.listens_for(self.new.engine, "begin")
        def full(connection):
            # SQLite takes a number below what there is for that.
            connection.exec_driver_sql("PRAGMA max_page_count = 1")

        return kept(self, name)

    with monkeypatch.context() as patched:
        patched.setattr(moving.Move, "_carry_rows", carried)
        stopped(mover, there, "那边写不下去")
    goes_on(mover, there, environ)


def test_a_standby_that_takes_over_in_the_middle_gets_what_the_primary_lacked(
    mover,
    store,
    environ,
    empty,
    cluster,
    monkeypatch,
):
    kept, passes = moving.Move._pass, []
    url = cluster.create_database(new_name("m"))
    there = empty("sqlite", "there") | {"DENGSHAO_DATABASE_URL": url}

    def passed(self, name):
        done = kept(self, name)
        passes.append(name)
        if len(passes) == 2:
            cluster.kill_primary()
            cluster.promote()
        return done

    monkeypatch.setattr(moving.Move, "_pass", passed)

    stopped(mover, there, "没有应答")
    assert passes == ["第 1 趟", "最后一趟"]
    goes_on(mover, there, environ)


def away(_connection):
    raise OperationalError("COMMIT", None, Exception("the line dropped"))


def signalled(_connection):
    signal.raise_signal(signal.SIGTERM)


@pytest.mark.parametrize("cut_off", [away, signalled])
def test_a_last_step_that_is_cut_off_says_that_nobody_takes_tips_and_the_next_run_ends_it(
    mover, store, environ, empty, monkeypatch, cut_off
):
    kept, there = moving.Move._seal, empty("sqlite", "there")

    def sealed(self, connection):
        kept(self, connection)
        event.listen(self.new.engine, "commit", cut_off)

    with monkeypatch.context() as patched:
        patched.setattr(moving.Move, "_seal", sealed)
        done = mover(there)
    assert (done.exit_code, "现在没有人收" in done.output) == (1, True), done.output
    assert "这里照常" not in done.output
    assert press(mover.app)[0] == 503
    goes_on(mover, there, environ)
