"""Backed up, destroyed, restored, compared: the same rows, and everything opens as before."""

import io
import re
import shutil
import tarfile
import uuid
from pathlib import Path

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.orm import undefer

from admin.app_state import app_state
from admin.audit.chain import verify
from admin.audit.log import record
from admin.audit.macs import both
from admin.backup.drills import read_drill
from admin.backup.making import made_here
from admin.backup.rows import LEFT_OUT
from admin.db import db, today
from admin.models import Base, Setting, Tip, Upload
from admin.rewards import book
from admin.sealing import age
from admin.vault import vault
from admin.vault.files import uploads
from admin.vault.files.blobs import PartSpoilt
from admin.vault.files.local import LocalBlobs
from tests.canary import find_marks
from tests.live import dispose

from .conftest import FILES, MARKS, app_on, files_of, open_tip, rows_of

KINDS = ["sqlite", "postgresql"]


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_destroyed_comes_back_row_by_row_on_the_same_database_and_on_the_other(
    operator, store, empty, environ, kind
):
    before, blobs = rows_of(environ["DENGSHAO_DATABASE_URL"]), files_of(environ)
    assert operator.backup().exit_code == 0
    shutil.rmtree(Path(environ["DENGSHAO_DATA"]) / "blobs")
    target = empty(kind)

    result = operator.restore(target)

    assert result.exit_code == 0, result.output
    after = rows_of(target["DENGSHAO_DATABASE_URL"])
    assert {name: len(rows) for name, rows in after.items() if not rows} == {}
    assert after == before
    assert files_of(target) == blobs
    assert {blob: len(data) for blob, data in blobs.items()} == FILES


@pytest.fixture
def bucket(s3_server, monkeypatch):
    """Addresses of empty stores in a real S3 server, by name."""
    for name, value in s3_server.environ.items():
        monkeypatch.setenv(name, value)
    return lambda name: f"s3://{s3_server.bucket}/{name}-{uuid.uuid4().hex}"


def test_files_come_back_in_a_bucket_too_and_a_bucket_that_holds_some_is_left(
    operator, store, empty, environ, bucket
):
    blobs = files_of(environ)
    assert operator.backup().exit_code == 0
    target = empty("sqlite") | {"DENGSHAO_BLOBS_URL": bucket("restored")}

    result = operator.restore(target)

    assert result.exit_code == 0, result.output
    assert files_of(target) == blobs
    again = empty("sqlite", "again") | {"DENGSHAO_BLOBS_URL": target["DENGSHAO_BLOBS_URL"]}
    assert "目标不是空的" in operator.restore(again).output
    assert files_of(target) == blobs


def test_only_files_that_a_tip_names_are_in_a_backup(operator, store, app, empty):
    with app.app_context():
        blobs = vault().blobs
        waiting, released = (uploads.reserve(db.session, 5) for _ in range(2))
        released.tip_id = db.session.scalars(select(Upload.tip_id).limit(1)).one()
        released.is_released = waiting.is_whole = True
        for upload in (waiting, released):
            blobs.put(upload.blob, 0, b"12345")
        db.session.commit()
    assert operator.backup().exit_code == 0
    target = empty("sqlite")
    assert operator.restore(target).exit_code == 0

    assert files_of(target).keys() == FILES.keys()
    found = rows_of(target["DENGSHAO_DATABASE_URL"])["upload"]
    assert len(found) == len(FILES)


def test_a_file_that_the_store_lost_is_named_and_all_else_is_backed_up(operator, store, app, empty):
    lost, cut = sorted(FILES)[1:3]
    with app.app_context():
        blobs = vault().blobs
        blobs.remove(lost)
        (blobs.root / cut / "00001").write_bytes(b"short")

    result = operator.backup()

    assert result.exit_code == 1
    assert "有 2 个证据文件在存放处缺了" in result.output
    assert lost in result.output
    assert cut in result.output
    target = empty("sqlite")
    restored = operator.restore(target)
    assert restored.exit_code == 0
    assert lost in restored.output
    assert files_of(target).keys() == FILES.keys() - {lost, cut}


def test_a_part_that_reads_otherwise_goes_in_as_it_comes_and_its_file_is_named(
    operator, store, empty, monkeypatch
):
    spoilt, read = sorted(FILES)[1], LocalBlobs.read

    def lying(self, blob, number):
        data = read(self, blob, number)
        if (blob, number) == (spoilt, 0):
            raise PartSpoilt(bytes(len(data)))
        return data

    with monkeypatch.context() as patched:
        patched.setattr(LocalBlobs, "read", lying)
        result = operator.backup()

    assert result.exit_code == 1
    assert f"有 1 个证据文件在存放处缺了或坏了，备份里也一样：{spoilt}" in result.output
    target = empty("sqlite")
    assert operator.restore(target).exit_code == 0
    assert files_of(target).keys() == FILES.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_a_restored_tip_opens_with_its_units_keys_and_its_receipt_still_finds_it(
    operator, store, empty, environ, units, kind
):
    operator.backup()
    target = empty(kind)
    assert operator.restore(target).exit_code == 0

    app = app_on(target, Path(environ["DENGSHAO_DATA"]) / "keys.yml")
    with app.app_context():
        query = select(Tip).where(Tip.unit_id == "police").options(undefer(Tip.sealed))
        tip = db.session.scalars(query).one()
    for identity in (units["police"].identity, units["police"].recovery):
        assert open_tip(tip.sealed, identity).fields["what"] == MARKS["the words"]
    config = app.extensions["dengshao"].config
    client = app.test_client()
    form = client.get("/mailbox/", base_url=f"http://{config.public_host}")
    token = form.text.partition('name="token"')[2].partition('value="')[2].partition('"')[0]
    page = client.post(
        "/mailbox/",
        data={"receipt": store, "token": token},
        base_url=f"http://{config.public_host}",
        follow_redirects=True,
    )
    assert "已收到" in page.text
    assert "没有找到" not in page.text
    dispose(app)


def test_no_row_of_sessions_day_keys_and_the_like_is_in_an_opened_backup(operator, store):
    operator.backup()
    with tarfile.open(fileobj=io.BytesIO(operator.opened())) as tar:
        tables = {name.split("/")[1] for name in tar.getnames() if name.startswith("rows/")}
        text = b"".join(tar.extractfile(info).read() for info in tar if info.size)

    assert tables == {table.name for table in Base.metadata.sorted_tables} - set(LEFT_OUT)
    for name in LEFT_OUT:
        assert name.encode() + b"/" not in text


def test_no_clear_word_of_a_tip_and_nothing_of_the_secret_stands_in_a_backup(
    operator, store, environ, tmp_path
):
    secret = (Path(environ["DENGSHAO_DATA"]) / "secret").read_text().strip()
    operator.backup()
    plain = tmp_path / "opened.tar"
    plain.write_bytes(operator.opened())

    marks = MARKS | {"the receipt": store, "the secret": secret}
    assert find_marks([operator.file, plain], marks) == []


def test_nothing_is_left_beside_the_data_and_the_day_of_the_backup_is_written_down(
    operator, store, environ, app
):
    data = Path(environ["DENGSHAO_DATA"])
    before = {path.name for path in data.iterdir()}

    result = operator.backup()

    assert result.exit_code == 0, result.output
    assert {path.name for path in data.iterdir()} - before == {
        "backup.lock",
        "deletions.log",
        "last-backup",
    }
    assert [path.name for path in operator.folder.glob("store.age*")] == ["store.age"]
    assert operator.file.stat().st_mode & 0o777 == 0o600
    assert "密钥文件" in result.output
    with app.app_context():
        written = int(db.session.get_one(Setting, "last_backup").value)
    assert written > 1_700_000_000
    assert made_here(data) == written
    assert (data / "last-backup").stat().st_mode & 0o777 == 0o600


def test_a_check_reads_everything_and_writes_nothing(operator, store, empty):
    operator.backup()
    target = empty("sqlite")

    result = operator.restore(target, "--check")

    assert result.output.splitlines()[-1] == "全部核对无误，什么也没有写。"
    assert not list(Path(target["DENGSHAO_DATA"]).iterdir())


def test_a_check_on_the_installation_itself_is_a_drill_of_that_day(operator, store, environ):
    operator.backup()
    data = Path(environ["DENGSHAO_DATA"])
    assert read_drill(data) is None

    result = operator.restore(environ, "--check")

    assert "只记下今天演练过" in result.output
    assert read_drill(data) == today()
    assert (data / "last-drill").stat().st_mode & 0o777 == 0o600


def test_no_code_of_a_reward_is_good_in_a_restored_list_before_the_office_read_its_ledger(
    operator, receipt, empty, app
):
    """What was paid since the backup came back as unpaid; what it knew to be paid stays so."""
    keys = [bytes([number]) * 32 for number in range(3)]
    with app.app_context():
        for key in keys:
            book.enter(db.session, key, sum_=500, until=today())
        book.strike_out(db.session, keys[0], b"m" * 16)
        db.session.commit()
    operator.backup()
    with app.app_context():
        book.strike_out(db.session, keys[1], b"n" * 16)
        db.session.commit()
    target = empty("sqlite")

    operator.restore(target)

    restored = app_on(target, Path(operator.environ["DENGSHAO_DATA"]) / "keys.yml")
    with restored.app_context():
        found = {key: book.look_up(db.session, key).state for key in keys}
        assert found == dict(zip(keys, ("paid", "stopped", "stopped"), strict=True))
        assert book.strike_out(db.session, keys[1], b"o" * 16).state == "stopped"
        db.session.rollback()
        book.resume(db.session, [book.slip_of(keys[1])], b"p" * 16)
        assert book.lost_slips(db.session) == []
        found = [book.look_up(db.session, key).state for key in keys]
        assert found == ["paid", "paid", "good"]
        db.session.rollback()
    dispose(restored)


def test_a_restored_database_is_readable_by_its_owner_alone(operator, store, empty):
    operator.backup()
    target = empty("sqlite")
    operator.restore(target)

    path = Path(target["DENGSHAO_DATA"]) / "dengshao.sqlite3"
    assert path.stat().st_mode & 0o777 == 0o600


def test_in_a_restored_database_the_first_write_does_not_wait_for_who_reads(
    operator, store, empty, environ
):
    """As `dengshao audit verify` does: it reads the whole log, then writes a line of its own."""
    operator.backup()
    target = empty("sqlite")
    operator.restore(target)
    again = app_on(target, Path(environ["DENGSHAO_DATA"]) / "keys.yml")

    with again.app_context():
        assert db.reading.scalars(select(Tip.id)).all()
        db.session.add(Setting(name="written", value="meanwhile"))
        db.session.commit()
        db.reading.rollback()
        assert db.reading.get(Setting, "written").value == "meanwhile"
    dispose(again)


def test_a_restored_audit_log_is_whole_by_sha256_and_by_sm3(
    operator, app, empty, environ, database
):
    with app.app_context():
        for number in range(3):
            record(db.session, "opened", by="ada", detail=str(number))
        db.session.commit()
    operator.backup()
    target = empty("postgresql" if database == "sqlite" else "sqlite")
    operator.restore(target)
    again = app_on(target, Path(environ["DENGSHAO_DATA"]) / "keys.yml")

    with again.app_context():
        report = verify(db.reading, both(app_state()))
        assert (report.is_whole, report.lines >= 3, report.sm3_from) == (True, True, 1)
    dispose(again)


def test_a_new_pair_of_keys_is_printed_in_short_sentences(operator):
    printed = operator.make_key().output

    (private,) = re.findall(r"^AGE-SECRET-KEY-PQ-1\w+$", printed, re.MULTILINE)
    assert str(age.parse_identity(private).recipient) in printed.split()
    words = [line for line in printed.splitlines() if re.search(r"[\u4e00-\u9fff]", line)]
    sentences = [part for line in words for part in re.split("[。：]", line)]
    assert "私钥只显示这一次" in sentences
    assert max(map(len, sentences)) < 40


def test_an_older_backup_is_brought_to_the_newest_form(operator, empty, app, database, tmp_path):
    """A store as it was before the desk's tables: made by the first two migrations alone."""
    from sqlalchemy import create_engine, text

    from admin.backup.making import write_backup
    from admin.config import load_config
    from admin.migrate import migrate

    old = empty(database, "old")
    engine = create_engine(old["DENGSHAO_DATABASE_URL"])
    migrate(engine, "0002")
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO unit_key VALUES (7, 'police', 'r', 'q', 'f', 'm', '2026-01-02', NULL)"
            )
        )
    write_backup(load_config(old), engine, operator.file, operator.identity.recipient)
    engine.dispose()
    target = empty(database, "new")

    # No program of then kept a journal of deletions.
    refused = operator.restore(target)
    assert "没有找到删除账" in refused.output
    assert operator.restore(target, "--without-deletions").exit_code == 0

    engine = create_engine(target["DENGSHAO_DATABASE_URL"])
    with engine.connect() as connection:
        assert inspect(connection).has_table("audit_event")
        assert connection.execute(text("SELECT made_by, id FROM unit_key")).all() == [(None, 7)]
    engine.dispose()
