"""Walks: each step killed once and resumed, once and taken back; a version that does not start.

On PostgreSQL also an upgrade beside another node.
"""

import argparse
import hashlib
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, inspect, select, text

from admin.backup.rows import read_rows, reflect
from admin.upgrade.journal import ORDER, Step
from tests.databases import create_database, running_postgresql
from tests.upgrade_walk.house import NEW, OLD, OURS, PAGES, SENTENCE, House, Serving

KINDS = ("sqlite", "postgresql")


@contextmanager
def database(kind, root):
    if kind == "sqlite":
        yield f"sqlite:///{root / 'var/lib/dengshao/dengshao.sqlite3'}"
        return
    with running_postgresql() as server:
        yield create_database(server, "walk")


def picture(house):
    """Everything that a way back must bring back: rows of every table, words, site, link."""
    engine = create_engine(house.settings["DENGSHAO_DATABASE_URL"])
    with engine.connect() as connection:
        tables = reflect(connection, whole=True)
        rows = {
            name: hashlib.sha256(b"".join(read_rows(connection, table, whole=True))).hexdigest()
            for name, table in tables.items()
            # What a server does by itself when it starts.
            if name not in ("day_key", "setting", "staff_session")
        }
        form = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        names = set(inspect(connection).get_table_names())
        tips = connection.execute(select(tables["tip"].c.reference)).all()
    engine.dispose()
    folders = (house.places.content, house.places.site, house.places.versions)
    files = {
        str(path.relative_to(house.root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    link = str(house.places.current.readlink())
    return {"form": form, "tables": names, "rows": rows, "files": files, "link": link}, len(tips)


def drive(house, act, *words):
    command = [sys.executable, "-m", "tests.upgrade_walk.driver", str(house.root), act, *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def check_new(house):
    found, _tips = picture(house)
    assert found["link"] == f"versions/{NEW}", found["link"]
    assert found["form"] == "9999"
    assert "walked" in found["tables"]
    first, second = (house.places.content / page for page in PAGES)
    assert first.read_text().endswith(SENTENCE)
    assert second.read_text().endswith(OURS)
    assert second.with_name(second.name + ".dengshao-new").read_text().endswith(SENTENCE)
    site = (house.places.site / "about/accessibility/index.html").read_text()
    assert SENTENCE.strip() in site
    assert not list(house.places.site.rglob("*.dengshao-new"))
    assert house.answers()


def check_old(house, before):
    found, _tips = picture(house)
    for name, wanted in before.items():
        assert found[name] == wanted, (name, difference(found[name], wanted))
    assert found["link"] == f"versions/{OLD}"
    assert house.answers()


def difference(found, wanted):
    """Name what differs, for whoever has to look."""
    if not isinstance(wanted, dict):
        return found, wanted
    return sorted(name for name in {*found, *wanted} if found.get(name) != wanted.get(name))[:20]


def walk(house, services, say, steps):
    """Kill an upgrade at each of the steps, and take it back; each walk ends where it began."""
    services.start(["dengshao.service"])
    wait(house)
    before, tips = picture(house)
    say(f"{tips} tips, form {before['form']}")
    file = str(house.artefact())
    for step in steps:
        started = time.monotonic()
        killed(house, file, step)
        done = drive(house, "back")
        assert done.returncode == 0, done.stdout + done.stderr
        check_old(house, before)
        say(f"killed at {step}, taken back: {time.monotonic() - started:.1f} s")
    return before, file


def resumed(house, services, before, file, say):
    """Kill one upgrade at every step, and resume it each time."""
    started = time.monotonic()
    killed(house, file, ORDER[0])
    for step in ORDER[1:]:
        done = drive(house, "resume", "", step)
        assert done.returncode == -9, (step, done.stdout + done.stderr)
    done = drive(house, "resume")
    assert done.returncode == 0, done.stdout + done.stderr
    check_new(house)
    took = time.monotonic() - started
    say(f"killed at each of {len(ORDER)} steps, resumed to the end: {took:.1f} s")


def killed(house, file, step):
    done = drive(house, "upgrade", file, step)
    assert done.returncode == -9, (step, done.returncode, done.stdout + done.stderr)


def broken(house, before, say):
    """Upgrade to a version that does not start: it gives way by itself."""
    started = time.monotonic()
    done = drive(house, "upgrade", str(house.artefact(is_broken=True)))
    assert done.returncode == 3, done.stdout + done.stderr
    assert "已退回 0.1.0" in done.stdout
    check_old(house, before)
    say(f"a version that does not start gave way: {time.monotonic() - started:.1f} s")


def beside_others(house, before, say):
    """Upgrade while another node is at work on the database: nothing is changed under it."""
    started = time.monotonic()
    engine = create_engine(house.settings["DENGSHAO_DATABASE_URL"])
    with engine.connect() as another_node:
        another_node.execute(text("SELECT 1"))
        done = drive(house, "upgrade", str(house.artefact()))
    engine.dispose()
    assert done.returncode == 3, done.stdout + done.stderr
    assert "数据库上还有别的程序在用：1 个连接。" in done.stdout + done.stderr
    assert "已退回 0.1.0" in done.stdout + done.stderr
    check_old(house, before)
    say(f"beside another node it went back: {time.monotonic() - started:.1f} s")


def wait(house):
    until = time.monotonic() + 60
    while not house.answers():
        assert time.monotonic() < until
        time.sleep(0.2)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", choices=KINDS)
    parser.add_argument("--steps", nargs="*", choices=ORDER, type=Step, default=ORDER)
    said = parser.parse_args()
    for kind in [said.only] if said.only else KINDS:
        with tempfile.TemporaryDirectory(prefix="walk-") as folder:
            root = Path(folder) / "root"
            with database(kind, root) as url:
                house = House(root, url)

                def say(words, kind=kind):
                    sys.stdout.write(f"{kind}: {words}\n")
                    sys.stdout.flush()

                house.install()
                services = Serving(house.places)
                try:
                    before, file = walk(house, services, say, said.steps)
                    broken(house, before, say)
                    if kind == "postgresql":
                        beside_others(house, before, say)
                    resumed(house, services, before, file, say)
                finally:
                    services.stop()


if __name__ == "__main__":
    main()
