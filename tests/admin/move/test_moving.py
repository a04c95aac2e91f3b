"""Moved to the other database and the other store: the same rows and files, and all goes on."""

import os
import time
from pathlib import Path

import pytest
from sqlalchemy import create_engine, delete, insert, select, text, update

from admin import create_app
from admin.commands.running import serve, sweep
from admin.config import load_config
from admin.db import db, today
from admin.models import Decision, Member, Reward, Tip, Upload, random_key
from admin.move import moving
from admin.signin import services
from admin.vault import vault
from tests.admin.backup.conftest import hand_in
from tests.move_walk.people import press, send

from .conftest import picture, running_on, secret_for


@pytest.fixture
def there(empty):
    """An empty place: a file and a folder."""
    return empty("sqlite", "there")


@pytest.fixture
def in_postgresql(empty):
    return empty("postgresql", "there")


@pytest.fixture
def in_bucket(in_postgresql, s3_server, monkeypatch):
    for name, value in s3_server.environ.items():
        monkeypatch.setenv(name, value)
    bucket = f"s3://{s3_server.bucket}/{random_key()}"
    return in_postgresql | s3_server.environ | {"DENGSHAO_BLOBS_URL": bucket}


def signed_in(app):
    """Open a session as a sign-in does; gives its token and whose it is."""
    with app.app_context():
        member = db.session.scalars(select(Member)).first()
        member.suspended_on = None
        token = services.open_session(
            db.session, member, now=int(time.time()), old=None, is_verified=True
        )
        db.session.commit()
        return token, member.id


def is_good(app, token, member):
    with app.app_context():
        return services.find_session(db.reading, token, int(time.time())).staff.member_id == member


def is_answered(app, receipt):
    return "已收到" in app.test_client().post("/mailbox/", data={"receipt": receipt}).text


def typed(app, environ, command):
    from flask.cli import ScriptInfo

    info = ScriptInfo(create_app=lambda: app)
    result = app.test_cli_runner().invoke(command, [], obj=info, env=environ)
    assert result.exit_code == 1
    return result.output


def test_there_and_back_nothing_is_lost_and_receipts_and_sign_ins_are_good(
    mover, store, app, environ, units, in_bucket
):
    token = signed_in(app)
    assert is_good(app, *token)
    before = picture(environ)
    assert [name for name, rows in before[0].items() if not rows] == []

    done = mover(in_bucket)

    assert done.exit_code == 0, done.output
    assert "搬完了" in done.output
    assert picture(in_bucket) == before
    for command in (serve, sweep):
        assert "已经搬到 postgresql" in typed(app, environ, command)
    assert press(app)[0] == 503
    with running_on(in_bucket, environ) as moved:
        assert is_answered(moved, store)
        assert is_good(moved, *token)
        secret_for(in_bucket, environ)
        _destroy_the_old(mover, moved, environ, in_bucket)
        later = hand_in(moved.test_client())
        # Back into the place that is empty now.
        back = mover(environ, here=(moved, in_bucket))
    assert back.exit_code == 0, back.output
    assert picture(environ) == picture(in_bucket)
    with running_on(environ, environ) as again:
        assert is_answered(again, store)
        assert is_answered(again, later)
        assert is_good(again, *token)


def _destroy_the_old(mover, moved, environ, there):
    done = mover(environ, "--erase", typed="旧的存放处不要了\n", here=(moved, there))
    assert done.exit_code == 0, done.output
    assert "销毁了" in done.output
    folder = Path(environ["DENGSHAO_DATA"])
    assert not (folder / "dengshao.sqlite3").exists()
    assert not list((folder / "blobs").glob("*/*"))
    again = mover(environ, "--erase", "--yes", here=(moved, there))
    assert "没有销毁" in again.output


def test_what_comes_changes_and_goes_meanwhile_is_so_there_too(
    mover, store, app, environ, in_postgresql, monkeypatch
):
    """Two swap what only one may have; files; a tip in the last second before the form closes."""
    kept, closing, passes, late = moving.Move._pass, moving.Move._close, [], []

    def and_then(self, name):
        done = kept(self, name)
        if len(passes) < 2:
            _live_on(app, len(passes))
            # One more: as if many rows had come.
            done.rows.brought = 1000
        passes.append(name)
        return done

    def close(self):
        late.append(press(app)[1])
        closing(self)

    monkeypatch.setattr(moving.Move, "_pass", and_then)
    monkeypatch.setattr(moving.Move, "_close", close)
    done = mover(in_postgresql)

    assert done.exit_code == 0, done.output
    assert picture(in_postgresql) == picture(environ)
    assert passes == ["第 1 趟", "第 2 趟", "第 3 趟", "最后一趟"]
    with running_on(in_postgresql, environ) as moved:
        assert is_answered(moved, late[0])


def _live_on(app, turn):
    with app.app_context():
        session, blobs = db.session, vault().blobs
        first, second = session.scalars(select(Tip.id).order_by(Tip.id).limit(2))
        names = dict(session.execute(select(Tip.id, Tip.reference)).all())
        # Each wears the other's reference from now on.
        for tip_id, name in ((first, "-"), (second, names[first]), (first, names[second])):
            session.execute(update(Tip).where(Tip.id == tip_id).values(reference=name))
        gone = session.scalars(select(Upload)).first()
        blobs.remove(gone.blob)
        session.execute(delete(Upload).where(Upload.id == gone.id))
        session.execute(delete(Decision).where(Decision.step == turn + 1))
        blob = f"{turn}e" * 16
        blobs.put(blob, 0, b"later")
        values = {"id": random_key(), "blob": blob, "size": 5, "made_on": today()}
        session.execute(insert(Upload).values(**values, is_whole=True, tip_id=first))
        session.execute(insert(Reward).values(key=os.urandom(32), sum=5, until=today()))
        session.commit()


def full(_url):
    raise OSError(28, "No space left on device")


def cut(url):
    """Break every connection to the new database, as a network that is gone does."""
    engine = create_engine(url)
    with engine.connect() as connection:
        words = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        words += " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        connection.execute(text(words))
    engine.dispose()


def test_a_move_that_stops_anywhere_goes_on_where_it_stopped_and_leaves_the_form_open(
    mover, store, app, environ, in_postgresql, monkeypatch
):
    kept, seal, said, sealed = moving.Move._carry_rows, moving.Move._seal, [], []
    stops = {1: (full, "磁盘满了"), 3: (cut, "没有应答"), 5: (full, "磁盘满了")}

    def carried(self, name):
        said.append(name)
        if len(said) in stops:
            stops[len(said)][0](in_postgresql["DENGSHAO_DATABASE_URL"])
        return kept(self, name)

    def cut_before(self, connection):
        sealed.append(connection)
        if len(sealed) == 1:
            # As where a standby takes over: other connections would be good, this one is not.
            cut(in_postgresql["DENGSHAO_DATABASE_URL"])
        seal(self, connection)

    monkeypatch.setattr(moving.Move, "_carry_rows", carried)
    monkeypatch.setattr(moving.Move, "_seal", cut_before)

    for _place, words in [*stops.values(), (cut, "没有应答")]:
        done = mover(in_postgresql)
        assert done.exit_code == 1
        assert words in done.output
        assert "再运行同一条命令" in done.output

        assert press(app)[0] == 200

    # Three times it was the last pass: the form had been closed.
    assert said == ["第 1 趟", *["第 1 趟", "最后一趟"] * 3]
    done = mover(in_postgresql)
    assert done.exit_code == 0, done.output
    assert picture(in_postgresql) == picture(environ)


def test_while_the_last_rows_go_all_can_be_read_and_what_is_sent_keeps_its_words(
    mover, store, app, environ, there, monkeypatch
):
    seen = {}
    kept = moving.Move._last_pass
    other_node = create_app(load_config(environ))

    def looked_at(self):
        client = app.test_client()
        seen["press"], seen["form"] = send(client), client.get("/tip/")
        seen["answer"] = is_answered(app, store)
        seen["other node"] = press(other_node)[0]
        return kept(self)

    monkeypatch.setattr(moving.Move, "_last_pass", looked_at)

    assert mover(there).exit_code == 0

    assert seen["form"].status_code == 200
    assert seen["answer"]
    assert seen["press"].status_code == 503
    assert seen["press"].headers["Retry-After"] == "60"
    assert "字都还在" in seen["press"].text
    assert "暗渠边的黄皮树" in seen["press"].text
    assert seen["other node"] == 503
    with other_node.app_context():
        db.dispose()


def test_given_up_the_new_place_is_empty_and_the_old_one_goes_on(mover, store, app, environ, there):
    before = picture(environ)
    assert mover(there, "--ahead").exit_code == 0
    assert press(app)[0] == 200

    assert mover(there, "--abandon", "--yes").exit_code == 0

    assert "没有搬到一半的" in mover(there, "--abandon", "--yes").output
    assert _count(picture(environ)) == _count(before) + 1
    # After the end, too, as long as nobody has written there.
    assert mover(there).exit_code == 0
    assert press(app)[0] == 503
    with running_on(there, environ) as moved:
        assert press(moved)[0] == 200
        assert "会丢" in mover(there, "--abandon", "--yes").output
        assert press(moved)[0] == 200


def _count(found):
    return len(found[0]["tip"])


def as_it_is(folder):
    return folder


def by_a_link(folder):
    link = folder.with_name("link")
    link.symlink_to(folder)
    return link


@pytest.mark.parametrize("named", [as_it_is, by_a_link])
def test_a_store_that_stays_where_it_is_keeps_its_files_whatever_becomes_of_the_move(
    mover, store, environ, there, named
):
    folder = Path(environ["DENGSHAO_DATA"]) / "blobs"
    assert folder.as_uri() == load_config(environ).blobs_url
    shared = there | {"DENGSHAO_BLOBS_URL": named(folder).as_uri()}
    before = picture(environ)
    assert mover(shared, "--ahead").exit_code == 0
    assert mover(shared, "--abandon", "--yes").exit_code == 0
    assert mover(shared).exit_code == 0
    secret_for(shared, environ)
    with running_on(shared, environ) as moved:
        done = mover(environ, "--erase", "--yes", here=(moved, shared))
    assert done.exit_code == 0, done.output
    assert picture(shared) == before
