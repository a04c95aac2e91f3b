"""Moved to the other database and the other store: the same rows and files, and all goes on."""

import os
import shutil
import time
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, update

from admin.db import db, today
from admin.models import Decision, Member, Reward, Tip, Upload, random_key
from admin.move import moving
from admin.signin import services
from admin.vault import vault
from tests.admin.backup.conftest import app_on
from tests.live import dispose

from .conftest import picture


@pytest.fixture
def there(empty, other, request, monkeypatch):
    """An empty place of the other kind: PostgreSQL with a bucket, or SQLite with a folder."""
    made = empty(other, "there")
    if other == "postgresql":
        server = request.getfixturevalue("s3_server")
        for name, value in server.environ.items():
            monkeypatch.setenv(name, value)
        made |= server.environ | {"DENGSHAO_BLOBS_URL": f"s3://{server.bucket}/{random_key()}"}
    return made


def keys_in(environ):
    return Path(environ["DENGSHAO_DATA"]) / "keys.yml"


def test_all_arrives_and_receipts_and_sign_ins_are_good_there(
    mover, store, app, environ, units, there
):
    with app.app_context():
        member = db.session.scalars(select(Member)).first()
        token = services.open_session(
            db.session, member, now=int(time.time()), old=None, is_verified=True
        )
        db.session.commit()
    before = picture(environ)
    assert [name for name, rows in before[0].items() if not rows] == []

    done = mover(there)

    assert done.exit_code == 0, done.output
    assert "搬完了" in done.output
    assert picture(there) == before
    moved = app_on(there, keys_in(environ))
    page = moved.test_client().post("/mailbox/", data={"receipt": store})
    assert "已收到" in page.text
    with moved.app_context():
        assert services.find_session(db.reading, token, int(time.time())).staff.id == member.id
    dispose(moved)


def test_what_comes_changes_and_goes_meanwhile_is_so_there_too(
    mover, store, app, environ, there, monkeypatch
):
    """Among it two who swap what only one may have, and files that come and go."""
    kept, passes = moving.Move._pass, []

    def and_then(self, name):
        done = kept(self, name)
        if len(passes) < 2:
            _live_on(app, len(passes))
            # One more: as if many rows had come.
            done.rows.brought = 1000
        passes.append(name)
        return done

    monkeypatch.setattr(moving.Move, "_pass", and_then)
    done = mover(there)

    assert done.exit_code == 0, done.output
    assert picture(there) == picture(environ)
    assert passes == ["第 1 趟", "第 2 趟", "第 3 趟", "最后一趟"]


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


def test_a_move_that_stops_anywhere_goes_on_where_it_stopped_and_leaves_the_form_open(
    mover, store, app, client, environ, there, monkeypatch
):
    kept, said = moving.Move._carry_rows, []

    def full(self, name):
        said.append(name)
        if len(said) in (2, 4):
            raise OSError(28, "No space left on device")
        done = kept(self, name)
        done.brought = max(done.brought, 1000 if len(said) == 1 else 0)
        return done

    monkeypatch.setattr(moving.Move, "_carry_rows", full)

    first, second = mover(there), mover(there)

    assert (first.exit_code, second.exit_code) == (1, 1)
    assert "再运行同一条命令" in second.output
    # The second time it was the last pass: the form had been closed.
    assert said[1:] == ["第 2 趟", "第 1 趟", "最后一趟"]
    assert _press(client).status_code == 200
    done = mover(there)
    assert done.exit_code == 0, done.output
    assert picture(there) == picture(environ)


def _press(client):
    page = client.get("/tip/").text
    hidden = dict(
        part.split('" value="')
        for part in (
            piece.partition('"')[0] + '" value="' + piece.split('value="')[1].partition('"')[0]
            for piece in page.split('<input type="hidden" name="')[1:]
        )
    )
    words = {"category": "A4", "what": "暗渠边的第七棵黄皮树", "place": "晒谷场"}
    return client.post("/tip/sent", data=hidden | words)


def test_while_the_last_rows_go_all_can_be_read_and_what_is_sent_keeps_its_words(
    mover, store, app, client, there, monkeypatch
):
    seen = {}
    kept = moving.Move._last_pass

    def looked_at(self):
        with app.app_context():
            name = db.reading.scalars(select(Upload.blob)).first()
            db.reading.rollback()
            seen["mark"] = moving.read_mark(db.reading.connection(), moving.OUT).state
            db.reading.rollback()
        seen["press"], seen["form"] = _press(client), client.get("/tip/")
        seen["answer"] = client.post("/mailbox/", data={"receipt": store})
        seen["name"] = name
        return kept(self)

    monkeypatch.setattr(moving.Move, "_last_pass", looked_at)

    assert mover(there).exit_code == 0

    assert seen["mark"] == "closed"
    assert seen["form"].status_code == 200
    assert "已收到" in seen["answer"].text
    assert seen["press"].status_code == 503
    assert seen["press"].headers["Retry-After"] == "60"
    assert "字都还在" in seen["press"].text
    assert "暗渠边的第七棵黄皮树" in seen["press"].text
    # Sealed for good: what comes too late comes nowhere.
    assert _press(client).status_code == 503


def test_the_old_place_serves_no_more_and_is_destroyed_on_request(
    mover, store, app, environ, there, tmp_path
):
    assert mover(there).exit_code == 0
    before = picture(there)

    assert "已经搬到" in _serve(app, environ)
    moved = app_on(there, keys_in(environ))
    shutil.copy(Path(environ["DENGSHAO_DATA"]) / "secret", tmp_path / "there" / "secret")
    done = mover(environ, "--erase", typed="旧的存放处不要了\n", here=(moved, there))

    assert done.exit_code == 0, done.output
    assert "销毁了" in done.output
    assert picture(there) == before
    file = Path(environ["DENGSHAO_DATA"]) / "dengshao.sqlite3"
    assert not file.exists()
    assert not list((Path(environ["DENGSHAO_DATA"]) / "blobs").glob("*/*"))
    again = mover(environ, "--erase", "--yes", here=(moved, there))
    assert "没有销毁" in again.output
    # Back into the place that is empty now.
    back = mover(environ, here=(moved, there))
    assert back.exit_code == 0, back.output
    assert picture(environ) == before
    dispose(moved)


def _serve(app, environ):
    from flask.cli import ScriptInfo

    from admin.commands.running import serve

    info = ScriptInfo(create_app=lambda: app)
    result = app.test_cli_runner().invoke(serve, [], obj=info, env=environ)
    assert result.exit_code == 1
    return result.output


def test_given_up_the_new_place_is_empty_and_the_old_one_goes_on(
    mover, store, client, environ, there
):
    before = picture(environ)
    assert mover(there, "--ahead").exit_code == 0
    assert _press(client).status_code == 200

    assert mover(there, "--abandon", "--yes").exit_code == 0

    assert "没有搬到一半的" in mover(there, "--abandon", "--yes").output
    assert _count(picture(environ)) == _count(before) + 1
    # After the end, too, as long as nobody has written there.
    assert mover(there).exit_code == 0
    assert _press(client).status_code == 503
    moved = app_on(there, keys_in(environ))
    assert _press(moved.test_client()).status_code == 200
    assert "会丢" in mover(there, "--abandon", "--yes").output
    assert _press(moved.test_client()).status_code == 200
    dispose(moved)


def _count(found):
    return len(found[0]["tip"])
