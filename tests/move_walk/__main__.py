"""The walk: fill, press on, move, kill, move again, compare, ask every receipt; and move back."""

import argparse
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from admin import create_app
from admin.config import ROOT, load_config
from admin.db import db
from admin.migrate import migrate
from admin.settings.installed import written
from tests.admin.backup.conftest import files_of
from tests.admin.move.conftest import rows_in
from tests.databases import create_database, running_postgresql
from tests.installations import new_installation, open_units
from tests.s3 import running_s3

from .filling import fill, is_signed_in, keys, sign_in
from .people import Presser, Reader, press

_IN_THE_LAST = 3
"""Kills that are meant for the time when the form is closed."""
_SEALED = (["sweep"], ["staff", "list"], ["serve"])


@dataclass
class Walk:
    """One installation on its way, and what its people hold."""

    folder: Path
    dice: random.Random
    receipts: list
    cookie: dict
    longest: float
    """Seconds into a run after which the latest kill comes that is not meant for its end."""

    def move(self, here, there, *, kills):
        """Move with people about, killed so many times; then compare both places."""
        apps = [create_app(load_config(here)) for _ in range(2)]
        people = [Presser(app) for app in apps] + [Reader(apps[0], self.receipts[0])]
        for one in people:
            one.start()
        started = time.monotonic()
        killed = 0
        while killed < kills and not _has_arrived(here, there):
            self._killed(here, there, killed, in_the_last=killed >= kills - _IN_THE_LAST)
            killed += 1
        has_arrived = _has_arrived(here, there)
        process = self._type(here, there)
        said = process.communicate()[0]
        # A kill may have come just behind the last mark: then the move is over, and says so.
        assert process.returncode == int(has_arrived), said
        assert has_arrived == ("已经搬完了" in said), said
        seconds = time.monotonic() - started
        # The last presses come to the old place, which is sealed.
        time.sleep(1)
        for one in people:
            one.stop.set()
            one.join()
        for line in re.findall(r".*趟：看过.*|搬完了.*", said):
            say(line)
        self._tell_people(people, seconds, killed)
        _let_go(apps)
        self._check(here, there)

    def _tell_people(self, people, seconds, kills):
        *pressers, reader = people
        wrong = [status for one in people for status in one.wrong]
        assert not wrong, wrong
        taken = [receipt for one in pressers for receipt in one.receipts]
        self.receipts += taken
        refused = sum(one.refused for one in pressers)
        closed = max(one.closed for one in pressers)
        say(f"{kills} kills and the end: {seconds:.1f} s; the form was closed {closed:.1f} s")
        say(f"two nodes took {len(taken)} tips and told {refused} presses to come again")
        say(f"{reader.read} times the form and an answer were read, never in vain")

    def erase(self, here, old):
        """Destroy what was left in the old place; before that, nobody moves on from the new one."""
        refused = self._type(here, old)
        assert "还没有销毁" in refused.communicate()[0]
        process = self._type(here, old, "--erase")
        said = process.communicate()[0]
        assert process.returncode == 0, said
        assert not files_of(old)
        assert not Path(make_url(old["DENGSHAO_DATABASE_URL"]).database).exists()
        say("the old place destroyed")

    def _type(self, here, other, *options):
        """Type the command in a process of its own."""
        file = self.folder / "there.env"
        named = {name: value for name, value in other.items() if name[:3] in ("AWS", "DEN")}
        file.write_text(written(named))
        return _dengshao(here, "move", str(file), "--yes", *options)

    def _killed(self, here, there, number, *, in_the_last):
        process = self._type(here, there)
        point = self._wait(process, in_the_last=in_the_last)
        process.kill()
        said = process.stdout.read()
        process.wait()
        assert process.returncode == -9, (process.returncode, said)
        state = _mark_in(here, "move_out")
        say(f"kill {number + 1}: {point}; the old place was marked {state}")

    def _wait(self, process, *, in_the_last):
        """Wait for a random moment: of the run, or of its last pass."""
        said = process.stdout.readline()
        assert said.startswith("从"), said + process.stdout.read()
        if not in_the_last:
            seconds = self.dice.uniform(0.1, self.longest)
            time.sleep(seconds)
            return f"{seconds:.1f} s after its first words"
        for line in process.stdout:
            if "趟：看过" in line:
                seconds = float(re.search(r"用了 ([\d.]+) 秒", line)[1])
                if int(re.search(r"搬了 (\d+) 行", line)[1]) <= 300:
                    break
        # Of a pass that may be quicker than the one before, with nobody writing.
        pause = self.dice.uniform(0.05, max(seconds * 0.25, 0.1))
        time.sleep(pause)
        return f"{pause:.1f} s after its last pass began (one takes {seconds:.1f} s)"

    def _check(self, here, there):
        before, after = (rows_in(one["DENGSHAO_DATABASE_URL"]) for one in (here, there))
        assert before == after, [name for name in before if before[name] != after.get(name)]
        files = files_of(here)
        assert files == files_of(there)
        moved = create_app(load_config(there))
        client = moved.test_client()
        for receipt in self.receipts:
            assert "已收到" in client.post("/mailbox/", data={"receipt": receipt}).text
        assert is_signed_in(moved, self.cookie)
        self.receipts.append(_taken(moved))
        _let_go([moved])
        for words in _SEALED:
            process = _dengshao(here, *words)
            said = process.communicate(timeout=120)[0]
            assert (process.returncode, "已经搬到" in said) == (1, True), (words, said)
        rows = sum(map(len, before.values()))
        say(f"same: {rows} rows, {len(files)} files, {sum(map(len, files.values()))} bytes")
        say(f"{len(self.receipts) - 1} receipts answered, the sign-in good, the old place shut")


def say(words):
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def _dengshao(environ, *words):
    command = [str(Path(sys.executable).with_name("dengshao")), *words]
    return subprocess.Popen(
        command,
        env=os.environ | environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
    )


def _has_arrived(here, there):
    return _mark_in(here, "move_out") == "gone" and _mark_in(there, "move_in") == "arrived"


def _mark_in(place, name):
    """Tell how a place is marked; nothing where no move has been."""
    engine = create_engine(place["DENGSHAO_DATABASE_URL"])
    try:
        with engine.connect() as connection:
            query = text("SELECT value FROM setting WHERE name = :name")
            found = connection.execute(query, {"name": name}).scalar_one_or_none()
    finally:
        engine.dispose()
    return found.split(" ")[1] if found else "nothing"


def _taken(app):
    status, receipt = press(app)
    assert status == 200, status
    return receipt


def _let_go(apps):
    for app in apps:
        with app.app_context():
            db.dispose()


@contextmanager
def begun(folder, *, tips, files, dice):
    """A filled installation on SQLite and a folder; gives its walk and its environment."""
    units = keys()
    lines = "".join(
        f"  - {{id: {name}, fingerprint: '{unit.fingerprint}'}}\n" for name, unit in units.items()
    )
    confirmed = f"source: walk\nchecked: 2026-11-24\nitems:\n{lines}"
    environ = new_installation(folder, f"sqlite:///{folder}/data/dengshao.sqlite3", confirmed)
    environ["DENGSHAO_BLOBS_URL"] = (folder / "blobs").as_uri()
    os.environ.update(environ)
    app = create_app(load_config(environ))
    with app.app_context():
        migrate(db.engine)
        db.dispose()
    open_units(app, units)
    started = time.monotonic()
    fill(app, tips, files, dice)
    cookie = sign_in(app)
    say(f"filled {tips} tips, {files} files: {time.monotonic() - started:.1f} s")
    assert is_signed_in(app, cookie)
    walk = Walk(folder, dice, [_taken(app)], cookie, longest=max(15 * tips / 20_000, 0.5))
    _let_go([app])
    yield walk, environ


def main():
    parser = argparse.ArgumentParser(prog="make move-walk MOVE_WALK_ARGS=…")
    parser.add_argument("--tips", type=int, default=20_000)
    parser.add_argument("--files", type=int, default=2_000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--kills-back", type=int, default=4)
    parser.add_argument("--seed", type=int, default=18)
    given = parser.parse_args()
    place = os.environ.get("MOVE_WALK_FOLDER", "/var/tmp")
    dice = random.Random(given.seed)
    with (
        tempfile.TemporaryDirectory(prefix="move-walk-", dir=place) as name,
        running_postgresql() as postgresql,
        running_s3() as s3,
        begun(Path(name), tips=given.tips, files=given.files, dice=dice) as (walk, first),
    ):
        os.environ.update(s3.environ)
        second = first | s3.environ
        second["DENGSHAO_DATABASE_URL"] = create_database(postgresql, "walk")
        second["DENGSHAO_BLOBS_URL"] = f"s3://{s3.bucket}/walk"
        walk.move(first, second, kills=given.kills)
        walk.erase(second, first)
        say("and back")
        third = first | {"DENGSHAO_DATABASE_URL": f"sqlite:///{name}/back/dengshao.sqlite3"}
        third["DENGSHAO_BLOBS_URL"] = (Path(name) / "back" / "blobs").as_uri()
        walk.move(second, third, kills=given.kills_back)


if __name__ == "__main__":
    main()
