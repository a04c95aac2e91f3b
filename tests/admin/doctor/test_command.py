"""The doctor's checks: each with states that are well, states that are not, and what it says."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from admin.backup.making import note_made_here
from admin.clock.judging import Clock
from admin.commands.copies import doctor
from admin.config import ROOT
from admin.db import db, today
from admin.doctor import files, machine, web
from admin.doctor import store as stored
from admin.doctor.command import examine
from admin.doctor.findings import State
from admin.doctor.machine import Seen
from admin.doctor.store import UnitState
from admin.migrate import Form, Step, known_revisions, migrate
from admin.models import KeyGrant, Setting, UnitKey
from admin.serving.server import serving_pid
from admin.vault import vault
from admin.vault.files import room, uploads
from admin.vault.files.blobs import PART
from admin.vault.files.opening import open_blobs
from tests.admin.vault.conftest import new_tip
from tests.live import serving
from tests.ports import free_port
from tests.support import add_bare_member

GOOD, BAD, UNKNOWN = State.GOOD, State.BAD, State.UNKNOWN
DAY = 86_400
NOW = 1_800_000_000


@pytest.mark.parametrize(
    ("modes", "state"),
    [
        ([0o40700, 0o100600], GOOD),
        ([0o40700, 0o100400], GOOD),
        ([0o40750, 0o100600], BAD),
        ([0o40700, 0o100604], BAD),
        ([0o40700, 0o100620], BAD),
        ([], UNKNOWN),
    ],
)
def test_only_the_owner_may_read_the_data_folder_and_its_files(modes, state):
    seen = [Seen(f"file{mode}", mode, 7) for mode in modes]
    assert machine.check_modes(seen).state is state


@pytest.mark.parametrize(
    ("owners", "state"), [([7, 7], GOOD), ([7, 0], BAD), ([0, 0], BAD), ([], GOOD)]
)
def test_all_files_belong_to_the_one_user_who_runs_the_service(owners, state):
    seen = [Seen("file", 0o100600, owner) for owner in owners]
    assert machine.check_owner(seen, 7).state is state


GIB, MANY = 1024**3, 10**6
DISKS = [
    (500 * GIB, MANY, GOOD, ""),
    (2 * GIB, MANY, GOOD, ""),
    (2 * GIB - 1, MANY, BAD, "清理磁盘"),
    (64 * 1024**2 - 1, MANY, BAD, "马上腾出"),
    (0, MANY, BAD, "马上腾出"),
    (500 * GIB, 255, BAD, "马上腾出"),
    (500 * GIB, 256, GOOD, ""),
]


@pytest.mark.parametrize(("free", "inodes", "state", "todo"), DISKS)
def test_a_disk_that_is_nearly_full_is_told_as_the_form_judges_it(free, inodes, state, todo):
    disk = room.Disk(free=free, size=900 * GIB, inodes_free=inodes, inodes=MANY)
    found = machine.check_disk(disk, of="数据库", least=room.WORDS)
    assert found.state is state
    assert todo in found.todo
    assert ("表单已经关上" in found.words) is not disk.has(room.WORDS)


@pytest.mark.parametrize(("size", "state"), [(0, GOOD), (64 * 1024**2, GOOD), (10**9, BAD)])
def test_a_journal_that_was_never_emptied_is_told(size, state):
    assert machine.check_journal(size).state is state


@pytest.mark.parametrize(("names", "state"), [([], GOOD), (["/swapfile"], BAD)])
def test_swap_in_clear_is_told_by_name(names, state):
    found = machine.check_swap(names)
    assert found.state is state
    assert all(name in found.words for name in names)


@pytest.mark.parametrize(
    ("works", "absent", "state"),
    [(True, [], GOOD), (True, ["mat2"], BAD), (False, [], BAD), (False, ["ffmpeg"], BAD)],
)
def test_what_cleans_files_is_looked_at(works, absent, state):
    found = machine.check_cleaning(works=works, absent=absent)
    assert found.state is state
    assert not works or all(name in found.words for name in absent)


LIMITS = "Limit  Soft\nMax core file size        {}                    0          bytes\n"


@pytest.mark.parametrize(
    ("pattern", "limit", "state"),
    [
        ("core", "0", GOOD),
        ("/var/crash/%p", "0", GOOD),
        ("core", "unlimited", BAD),
        ("core", None, UNKNOWN),
        ("|/usr/lib/systemd/systemd-coredump %P", "0", BAD),
        ("|/usr/share/apport/apport", None, BAD),
    ],
)
def test_memory_must_not_reach_a_disk_by_a_crash(pattern, limit, state):
    text = LIMITS.format(limit) if limit else ""
    assert machine.check_core_dumps(pattern, machine.core_limit(text)).state is state


@pytest.mark.parametrize(
    ("kernel", "jumped", "last", "state"),
    [
        (0, Clock.GOOD, None, GOOD),
        (0, Clock.GOOD, NOW, GOOD),
        (1, Clock.GOOD, NOW + 60, GOOD),
        (0, Clock.GOOD, NOW + 3_600, BAD),
        (5, Clock.GOOD, NOW, BAD),
        (-1, Clock.GOOD, NOW, UNKNOWN),
        (0, Clock.AHEAD, NOW, BAD),
        (0, Clock.BACK, NOW, BAD),
    ],
)
def test_a_clock_that_nobody_keeps_or_that_jumped_is_told(kernel, jumped, last, state):
    assert machine.check_clock(kernel, jumped, now=NOW, last=last).state is state


def test_the_kernel_says_how_its_clock_is_kept():
    assert machine.clock_state() in range(-1, 6)


WELL = UnitState("甲组", True, True, True, 2, 0, True, 0)


@pytest.mark.parametrize(
    ("changes", "states", "told"),
    [
        ({}, [GOOD], "持钥人 2 个"),
        ({"has_key": False}, [BAD], "还没有密钥"),
        ({"is_confirmed": False, "was_compared": False}, [BAD], "没有第二个人核对"),
        ({"is_confirmed": False}, [BAD], "核对过了，还没有公布"),
        # Typed into keys.yml by hand, before there was a page for it.
        ({"was_compared": False}, [GOOD], "已开放"),
        ({"holders": 1}, [BAD], "只有一个持钥人"),
        ({"holders": 0}, [BAD], "没有能打开线索的成员"),
        ({"has_recovery": False}, [BAD], "没有恢复公钥"),
        ({"stands_in": "乙组"}, [BAD], "新线索现在由「乙组」收"),
        ({"has_next": True}, [BAD], "还没有第二个人核对"),
        ({"has_next": True, "is_next_compared": True}, [BAD], "还没有公布"),
        ({"overdue": ("bo",)}, [BAD], "bo 的最后工作日过了"),
        ({"suspended_holders": 1}, [BAD], "停用的 1 人"),
        ({"old_tips": 30}, [BAD], "30 条线索挂在旧密钥上"),
        ({"old_tips": 3, "holders": 1}, [BAD, BAD], "只有一个持钥人"),
    ],
)
def test_a_unit_is_told_with_all_that_it_lacks(changes, states, told):
    found = stored.check_unit(UnitState(**vars(WELL) | changes))
    assert [finding.state for finding in found] == states
    assert told in found[0].words
    assert all(bool(finding.todo) == (finding.state is BAD) for finding in found)


@pytest.mark.parametrize(
    ("age", "has_recipient", "state"),
    [
        (0, True, GOOD),
        (7 * DAY, True, GOOD),
        (7 * DAY + 1, True, BAD),
        (400 * DAY, False, BAD),
        (None, True, BAD),
        (None, False, BAD),
    ],
)
def test_an_old_backup_or_none_is_told(age, has_recipient, state):
    last = None if age is None else NOW - age
    assert stored.check_backup(last, now=NOW, has_recipient=has_recipient).state is state


@pytest.mark.parametrize(
    ("here", "nodes", "state", "told"),
    [
        (0, 2, GOOD, "最近一次在今天"),
        (7 * DAY, 2, GOOD, "最近一次在今天"),
        (7 * DAY + 1, 2, BAD, "别的服务器做了，这台 7 天没有做"),
        (None, 2, BAD, "别的服务器做了，这台没有做过"),
        # One alone has the last one, whatever was said while it was one of two.
        (400 * DAY, 1, GOOD, "最近一次在今天"),
        (None, 1, GOOD, "最近一次在今天"),
    ],
)
def test_each_of_several_nodes_is_told_that_its_own_backups_are_missing(here, nodes, state, told):
    made = None if here is None else NOW - here
    found = stored.check_backup(NOW, made, nodes=nodes, now=NOW, has_recipient=True)
    assert (found.state, found.words) == (state, told)
    assert ("dengshao-backup.timer" in found.todo) == (state is BAD)


LAST = Step("0003", "加一列", "0003")


@pytest.mark.parametrize(
    ("form", "state", "told"),
    [
        (Form("0003", (), is_unknown=False), GOOD, "最新"),
        (Form("0001", (LAST,), is_unknown=False), BAD, "要升到 0003"),
        (Form(None, (LAST,), is_unknown=False), BAD, "空的"),
        (Form("9999", (), is_unknown=True), BAD, "比程序新"),
        (Form("9999", (), is_unknown=True, lets_us=True), GOOD, "比程序新，还能接着收"),
    ],
)
def test_a_database_of_another_form_is_told(form, state, told):
    found = stored.check_revision(form, "0003")
    assert (found.state, told in found.words) == (state, True)


@pytest.mark.parametrize(
    ("is_production", "is_demo", "has_file", "state"),
    [
        (True, False, False, GOOD),
        (True, True, False, BAD),
        (True, False, True, BAD),
        (False, True, True, GOOD),
    ],
)
def test_the_demo_has_no_place_in_production(is_production, is_demo, has_file, state):
    found = stored.check_demo(is_production=is_production, is_demo=is_demo, has_file=has_file)
    assert found.state is state


@pytest.mark.parametrize(
    ("has_gap", "is_production", "state"),
    [(False, True, GOOD), (True, True, BAD), (True, False, UNKNOWN)],
)
def test_a_footer_with_gaps_is_no_footer_of_production(has_gap, is_production, state):
    footer = {"items": [{"zh": "主办单位", "placeholder": has_gap}]}
    assert stored.check_footer(footer, is_production=is_production).state is state


HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store, no-transform",
}


@pytest.mark.parametrize(
    ("status", "changes", "may_set_cookie", "state"),
    [
        (200, {}, False, GOOD),
        (200, {"set-cookie": "desk=1"}, True, GOOD),
        (200, {"set-cookie": "desk=1"}, False, BAD),
        (200, {"content-security-policy": "default-src *"}, False, BAD),
        (200, {"referrer-policy": ""}, False, BAD),
        (200, {"cache-control": "public"}, False, BAD),
        (500, {}, False, BAD),
    ],
)
def test_weak_headers_are_told(status, changes, may_set_cookie, state):
    answer = web.Answer(status, HEADERS | changes)
    assert web.check_headers("/tip/", answer, may_set_cookie=may_set_cookie).state is state


def test_a_server_that_is_not_there_is_not_judged():
    answer = web.ask(f"127.0.0.1:{free_port()}", "localhost", "/tip/")
    assert web.check_headers("/tip/", answer, may_set_cookie=False).state is UNKNOWN


MIB = 1024 * 1024
WHOLE = {"a" * 32: 5, "b" * 32: PART + 1}
STORED = {"a" * 32: {0: 5}, "b" * 32: {0: PART, 1: 1}}


@pytest.mark.parametrize(
    ("stored", "told"),
    [
        (STORED, ""),
        (STORED | {"c" * 32: {0: 1}}, ""),
        (STORED | {"a" * 32: {}}, "a" * 32),
        (STORED | {"a" * 32: {0: 4}}, "a" * 32),
        (STORED | {"b" * 32: {0: PART}}, "b" * 32),
        (STORED | {"b" * 32: {0: PART, 2: 1}}, "b" * 32),
        ({}, "2 个"),
    ],
)
def test_a_file_that_a_tip_names_and_the_store_lacks_is_told_by_its_name(stored, told):
    found = files.check_wholeness(WHOLE, stored)
    assert found.state is (BAD if told else GOOD)
    assert told in found.words


@pytest.mark.parametrize(("size", "state"), [(0, GOOD), (79 * MIB, GOOD), (80 * MIB, BAD)])
def test_room_for_files_that_runs_out_is_told(size, state):
    assert files.check_waiting(size, 100 * MIB).state is state
    assert files.check_budget(size, 100 * MIB).state is state


def test_what_no_row_knows_is_told():
    assert files.check_strays(WHOLE, STORED).state is GOOD
    found = files.check_strays(["a" * 32], STORED)
    assert (found.state, "b" * 32 in found.words) == (UNKNOWN, True)


def test_a_store_is_tried_and_left_as_it_was(blobs_url):
    blobs = open_blobs(blobs_url)
    blobs.put("a" * 32, 0, b"x")

    assert files.check_store(blobs).state is GOOD
    assert blobs.all_sizes() == {"a" * 32: {0: 1}}


def test_a_store_that_is_not_there_is_told_and_no_folder_is_made_to_look(tmp_path):
    (tmp_path / "in the way").write_bytes(b"")
    away = open_blobs((tmp_path / "in the way" / "blobs").as_uri())
    assert files.check_store(away).state is BAD

    absent = open_blobs((tmp_path / "blobs").as_uri())
    assert files.check_store(absent).state is GOOD
    assert absent.all_sizes() == {}
    assert not (tmp_path / "blobs").exists()


def test_a_lost_file_and_a_stray_one_are_seen_in_an_installation(app, units, session, findings):
    tip_id, blobs = new_tip(session), vault().blobs
    kept, lost = (uploads.reserve(session, 5) for _ in range(2))
    for upload in (kept, lost):
        upload.is_whole, upload.tip_id = True, tip_id
        blobs.put(upload.blob, 0, b"12345")
    session.commit()
    assert findings()["证据文件完整"].state is GOOD

    blobs.remove(lost.blob)
    blobs.put("e" * 32, 0, b"x")
    session.commit()
    found = findings()

    assert lost.blob in found["证据文件完整"].words
    assert kept.blob not in found["证据文件完整"].words
    assert "e" * 32 in found["证据文件多余"].words
    assert found["证据文件存放处"].state is GOOD


@pytest.fixture
def environ(environ, database_url):
    return environ | {"DENGSHAO_BIND": f"127.0.0.1:{free_port()}"}


@pytest.fixture
def findings(environ, monkeypatch):
    """Run the doctor on this installation; gives its lines by what they are about."""
    for name in [name for name in os.environ if name.startswith("DENGSHAO_")]:
        monkeypatch.delenv(name)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    def look():
        found = {}
        for finding in examine():
            found.setdefault(finding.matter, []).append(finding)
        return {matter: lines[0] for matter, lines in found.items()}

    return look


def test_the_running_server_has_all_its_headers(app, config, units, findings, monkeypatch):
    # Whoever is there answers in the end, on a busy machine too.
    monkeypatch.setattr(web, "_SECONDS", 60)
    with serving(app, config):
        found = findings()
    assert found["应答头 /tip/"].state is GOOD, found
    assert found["应答头 /desk/sign-in"].state is GOOD, found


def test_a_unit_is_judged_by_what_the_database_says(app, units, findings):
    with app.app_context():
        key = db.session.scalars(select(UnitKey).where(UnitKey.unit_id == "police")).one()
        for number, suspended in enumerate([None, None, today()]):
            row = add_bare_member(db.session, f"m{number}", suspended_on=suspended)
            db.session.add(KeyGrant(unit_key_id=key.id, member_id=row.id, sealed=b"s"))
        db.session.commit()

    found = findings()

    assert found["承办单位 公安承办组"].words == "停用的 1 人手里还有现用的密钥"
    assert found["承办单位 禁毒承办组"].words == "没有能打开线索的成员"


def test_a_good_backup_and_an_old_form_are_seen(app, environ, findings):
    with app.app_context():
        db.session.merge(Setting(name="last_backup", value="1"))
        db.session.commit()
    assert findings()["备份"].state is BAD
    assert findings()["数据库版本"].words == f"{known_revisions()[0]}，最新"


def test_a_node_that_makes_no_backups_is_told_while_another_one_makes_them(
    app, environ, findings, monkeypatch
):
    with app.app_context():
        db.session.merge(Setting(name="last_backup", value=str(int(time.time()))))
        db.session.commit()
    assert findings()["备份"].state is GOOD
    monkeypatch.setitem(environ, "DENGSHAO_NODES", "2")
    monkeypatch.setenv("DENGSHAO_NODES", "2")
    assert findings()["备份"].words == "别的服务器做了，这台没有做过"

    note_made_here(Path(environ["DENGSHAO_DATA"]), int(time.time()))

    assert findings()["备份"].state is GOOD


def test_a_file_that_the_site_alone_reads_is_looked_at_too(app, findings, tmp_path, monkeypatch):
    shutil.copytree(ROOT / "content" / "data", tmp_path / "content" / "data")
    monkeypatch.setenv("DENGSHAO_CONTENT", str(tmp_path / "content"))
    assert findings()["数据文件"].state is GOOD
    path = tmp_path / "content" / "data" / "quizzes.yml"
    path.write_text(path.read_text("utf-8") + "\n items: [", "utf-8")
    found = findings()["数据文件"]
    assert found.state is BAD
    assert f"{path} 第 " in found.words


def test_a_database_that_waits_for_its_migration_is_seen(config, findings, database_url):
    from sqlalchemy import create_engine

    engine = create_engine(database_url)
    migrate(engine, "0002")
    engine.dispose()
    assert "要升到" in findings()["数据库版本"].words


def test_a_folder_that_others_can_read_is_seen(app, environ, findings):
    data = Path(environ["DENGSHAO_DATA"])
    data.chmod(0o700)
    for path in data.iterdir():
        path.chmod(0o600)
    assert findings()["文件权限"].state is GOOD
    (data / "secret").chmod(0o644)
    assert "secret" in findings()["文件权限"].words


def test_a_fault_of_the_configuration_is_one_line_that_says_what_to_do(findings, monkeypatch):
    monkeypatch.setenv("DENGSHAO_ROOMS", "cellar")
    assert list(findings()) == ["配置"]


def test_a_database_that_is_away_hides_nothing_else(app, findings, monkeypatch):
    monkeypatch.setenv("DENGSHAO_DATABASE_URL", "postgresql+psycopg://u:geheim@127.0.0.1:1/none")
    found = findings()
    assert (found["数据库"].state, found["数据库"].words) == (BAD, "没有应答")
    assert "geheim" not in str(found)
    assert found["交换区"].state in State
    assert found["页脚"].state in State


def test_the_command_ends_with_1_where_something_must_change_and_speaks_json(app, environ):
    runner = app.test_cli_runner()
    plain = runner.invoke(doctor, [], env=environ)
    machine_words = runner.invoke(doctor, ["--json"], env=environ)

    assert plain.exit_code == machine_words.exit_code == 1
    assert "要改\t备份：从来没有做过" in plain.output
    rows = json.loads(machine_words.output)
    assert {"matter", "state", "words", "todo"} == set(rows[0])


def test_the_server_of_a_folder_is_found_by_the_lock_that_it_holds(tmp_path):
    lock = tmp_path / "run.lock"
    assert serving_pid(lock) is None
    lock.write_text("http://127.0.0.1:8000/ (pid 4711)\n")
    assert serving_pid(lock) is None

    holder = (
        "import fcntl, sys; f = open(sys.argv[1], 'a'); fcntl.flock(f, fcntl.LOCK_EX);"
        "print('held', flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", holder, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    process.stdout.readline()
    assert serving_pid(lock) == 4711
    process.communicate(b"")


def test_what_a_doctor_looks_at_stays_as_it_was(app, config, findings):
    before = {path.name: path.read_bytes() for path in config.data.iterdir() if path.is_file()}
    findings()
    after = {path.name: path.read_bytes() for path in config.data.iterdir() if path.is_file()}
    assert before.keys() <= after.keys()
    assert {name: after[name] for name in before if "-shm" not in name} == {
        name: before[name] for name in before if "-shm" not in name
    }
