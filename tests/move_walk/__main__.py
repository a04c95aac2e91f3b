"""The walk: fill, press on, move, kill, move again, compare, ask every receipt; and move back."""

import argparse
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from sqlalchemy import create_engine, insert, select

from admin import create_app
from admin.config import ROOT, load_config
from admin.db import db, today
from admin.models import Message, Tip, UnitKey, Upload, random_key
from admin.sealing import member
from admin.sealing.age import HybridIdentity
from admin.settings.installed import written
from admin.vault.files.opening import open_blobs
from tests.admin.move.conftest import rows_in
from tests.databases import create_database, running_postgresql
from tests.installations import new_installation, open_units
from tests.s3 import running_s3

_UNITS = ("police", "drugs", "trade", "supervision", "upper")
_IN_THE_LAST = 3
"""Kills that are meant for the time when the form is closed."""


class Presser(threading.Thread):
    """Somebody who hands in one tip after another, and keeps every receipt."""

    def __init__(self, app):
        super().__init__(daemon=True)
        self.app, self.stop = app, threading.Event()
        self.receipts, self.refused, self.wrong = [], 0, []

    def run(self):
        while not self.stop.wait(0.15):
            status, receipt = press(self.app)
            if status == 200:
                self.receipts.append(receipt)
            elif status == 503:
                self.refused += 1
            else:
                self.wrong.append(status)


def press(app):
    client = app.test_client()
    page = client.get("/tip/").text
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    words = {"category": "A4", "what": "暗渠边的黄皮树", "place": "晒谷场"}
    answer = client.post("/tip/sent", data=hidden | words)
    found = answer.text.partition('id="receipt"')[2].partition("</ol>")[0]
    digits = "".join(re.findall(r"\d", re.sub(r"<[^>]*>", "", found.partition(">")[2])))
    return answer.status_code, digits


def keys():
    made = {}
    for unit in _UNITS:
        one, two = HybridIdentity.generate(), HybridIdentity.generate()
        print_of = member.fingerprint(unit, str(one.recipient), str(two.recipient))
        made[unit] = type("Unit", (), {"identity": one, "recovery": two, "fingerprint": print_of})
    return made


def fill(app, tips, files, dice):
    """Tips with messages and files, of the sizes that real ones have; their bytes are random."""
    with app.app_context():
        blobs = app.extensions["dengshao.vault"].blobs
        key = db.session.scalars(select(UnitKey.id)).first()
        rows = [_tip(key, dice) for _ in range(tips)]
        for start in range(0, tips, 500):
            db.session.execute(insert(Tip), rows[start : start + 500])
            messages = [_message(row["id"], dice) for row in rows[start : start + 500 : 4]]
            db.session.execute(insert(Message), messages)
            db.session.commit()
        for row in rows[:files]:
            data = dice.randbytes(dice.choice((20_000, 90_000, 300_000)))
            blob = dice.randbytes(16).hex()
            blobs.put(blob, 0, data)
            db.session.execute(insert(Upload).values(_upload(blob, len(data), row["id"])))
        db.session.commit()


def _tip(key, dice):
    return {
        "id": random_key(),
        "reference": dice.randbytes(5).hex()[:10],
        "lookup": dice.randbytes(32),
        "unit_id": "police",
        "unit_key_id": key,
        "urgency": "P3",
        "received_on": today(),
        "version": 1,
        "sealed": dice.randbytes(12_000),
    }


def _message(tip, dice):
    return {
        "id": random_key(),
        "tip_id": tip,
        "number": 1,
        "direction": "staff",
        "sent_on": today(),
        "digest": dice.randbytes(32).hex(),
        "sealed": dice.randbytes(8_000),
    }


def _upload(blob, size, tip):
    named = {"id": random_key(), "blob": blob, "size": size, "tip_id": tip}
    return named | {"made_on": today(), "is_whole": True, "is_released": False}


def start_move(environ, there, folder):
    """Type the command in a process of its own."""
    file = folder / "there.env"
    file.write_text(written({name: v for name, v in there.items() if name[:3] in ("AWS", "DEN")}))
    command = [str(Path(sys.executable).with_name("dengshao")), "move", str(file), "--yes"]
    return subprocess.Popen(
        command, env=os.environ | environ, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )


def killed_moves(environ, there, folder, kills, dice, say):
    """Kill one run after another; gives how many were killed while the form was closed."""
    closed = 0
    for number in range(kills):
        process = start_move(environ, there, folder)
        in_the_last = number >= kills - _IN_THE_LAST
        point = _wait(process, dice, in_the_last=in_the_last)
        process.kill()
        said = process.stdout.read()
        process.wait()
        assert process.returncode == -9, (process.returncode, said)
        closed += in_the_last
        say(f"kill {number + 1}: {point}")
    return closed


def _wait(process, dice, *, in_the_last):
    """Wait for a random moment: of the run, or of its last pass."""
    if not in_the_last:
        seconds = dice.uniform(1.0, 12.0)
        time.sleep(seconds)
        return f"{seconds:.1f} s after its start"
    seconds = 1.0
    for line in process.stdout:
        if "趟：看过" in line:
            seconds = float(re.search(r"用了 ([\d.]+) 秒", line)[1])
            brought = int(re.search(r"搬了 (\d+) 行", line)[1])
            if brought <= 300:
                break
    pause = dice.uniform(0.05, max(seconds * 0.8, 0.1))
    time.sleep(pause)
    return f"{pause:.1f} s after the form was closed (a pass takes {seconds:.1f} s)"


def sealed_files(config):
    blobs = open_blobs(config.blobs_url, config.blobs_ca)
    return {
        blob: b"".join(blobs.read(blob, number) for number in range(blobs.parts(blob)))
        for blob in blobs.blobs()
    }


def check(environ, there, receipts, say):
    """Hold both places against each other, and ask every receipt in the new one."""
    old, new = load_config(environ), load_config(there)
    before, after = rows_in(old.database_url), rows_in(new.database_url)
    assert before == after, [name for name in before if before[name] != after.get(name)]
    files = sealed_files(old)
    assert files == sealed_files(new)
    moved = create_app(new)
    client = moved.test_client()
    for receipt in receipts:
        assert "已收到" in client.post("/mailbox/", data={"receipt": receipt}).text
    status, _receipt = press(moved)
    assert status == 200, status
    with moved.app_context():
        db.dispose()
    rows = sum(map(len, before.values()))
    say(f"same: {rows} rows, {len(files)} files; {len(receipts)} receipts answered")


def walk(folder, postgresql, s3, *, tips, files, kills, seed, say):
    dice = random.Random(seed)
    units = keys()
    lines = "".join(
        f"  - {{id: {name}, fingerprint: '{unit.fingerprint}'}}\n" for name, unit in units.items()
    )
    confirmed = f"source: walk\nchecked: 2026-11-24\nitems:\n{lines}"
    environ = new_installation(folder, f"sqlite:///{folder}/data/dengshao.sqlite3", confirmed)
    environ["DENGSHAO_BLOBS_URL"] = (folder / "blobs").as_uri()
    # Where the walk serves and where it moves, budgets are of no interest.
    os.environ.update(environ)
    app = create_app(load_config(environ))
    with app.app_context():
        from admin.migrate import migrate

        migrate(db.engine)
        db.dispose()
    open_units(app, units)
    started = time.monotonic()
    fill(app, tips, files, dice)
    say(f"filled {tips} tips, {files} files: {time.monotonic() - started:.1f} s")
    os.environ.update(s3.environ)
    there = (
        environ
        | s3.environ
        | {
            "DENGSHAO_DATABASE_URL": create_database(postgresql, "walk"),
            "DENGSHAO_BLOBS_URL": f"s3://{s3.bucket}/walk",
        }
    )
    presser = Presser(app)
    presser.start()
    started = time.monotonic()
    killed_moves(environ, there, folder, kills, dice, say)
    process = start_move(environ, there, folder)
    said = process.communicate()[0]
    assert process.returncode == 0, said
    presser.stop.set()
    presser.join()
    say(said.strip().splitlines()[-3])
    say(f"{kills} kills and the end: {time.monotonic() - started:.1f} s")
    say(f"meanwhile {len(presser.receipts)} tips taken, {presser.refused} told to come again")
    assert not presser.wrong, presser.wrong
    check(environ, there, presser.receipts, say)
    with app.app_context():
        db.dispose()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tips", type=int, default=20_000)
    parser.add_argument("--files", type=int, default=2_000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=18)
    given = parser.parse_args()
    place = os.environ.get("MOVE_WALK_FOLDER", "/var/tmp")
    with (
        tempfile.TemporaryDirectory(prefix="move-walk-", dir=place) as folder,
        running_postgresql() as postgresql,
        running_s3() as s3,
    ):
        walk(
            Path(folder), postgresql, s3, **vars(given), say=lambda words: print(words, flush=True)
        )


if __name__ == "__main__":
    main()
