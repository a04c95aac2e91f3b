"""A process is killed at every step of a file: what it told stays true, what it left goes away."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from sqlalchemy import select

from admin.config import ROOT
from admin.db import today
from admin.models import Upload
from admin.vault import vault
from admin.vault.files import uploads
from admin.vault.files.blobs import PART
from admin.vault.files.sweep import sweep_files
from tests.admin.vault.conftest import new_tip
from tests.admin.vault.files.dying import SIZE, STEPS


@pytest.fixture
def die_at(environ):
    """Run an upload that names its file in a tip until it dies; gives the lines told before."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.admin.vault.files.dying"],
        cwd=ROOT,
        env=os.environ | environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def die(step, tip_id):
        process.stdin.write(f"{tip_id} {step}\n")
        process.stdin.flush()
        told = []
        while not told or told[-1][0] != "died":
            told.append(process.stdout.readline().split())
        assert told.pop() == ["died", str(-signal.SIGKILL)], step
        return told

    yield die
    process.communicate(timeout=60)


def test_what_was_told_before_a_kill_is_true_and_what_is_left_goes_by_itself(
    session, units, die_at
):
    blobs = vault().blobs
    for step in STEPS:
        tip_id = new_tip(session)
        session.close()
        told = die_at(step, tip_id)
        judge(session, blobs, tip_id, step, told)
        # For the next step nothing is there.
        uploads.release(session, [tip_id])
        session.commit()
        sweep_files(session, blobs, today() + timedelta(days=2))
        assert list(blobs.blobs()) == [], step


def judge(session, blobs, tip_id, step, told):
    """Hold the rows and the store against what was told, go on, and sweep."""
    rows = {upload.blob: upload for upload in session.scalars(select(Upload))}

    # Nothing that a tip names, or that is called whole, lacks a part.
    for upload in rows.values():
        if upload.is_whole and not upload.is_released:
            assert uploads.has_all_parts(blobs.sizes(upload.blob), SIZE)
            assert blobs.read(upload.blob, 2) == b"\2" * 7
        assert upload.is_whole or upload.tip_id is None, step
    # Every part that was said to stand does.
    first = next((line[1] for line in told if line[0] == "promised"), None)
    standing = [line for line in told if line[0] == "stands"][:3]
    assert (blobs.parts(first) >= len(standing)) if first else not rows, step
    for line in told:
        if line[0] == "named":
            assert rows[line[1]].tip_id == tip_id

    # The reporter goes on with what was promised, where it hangs on no tip.
    if first and not rows[first].is_whole:
        go_on(session, blobs, first)
        uploads.attach(session, tip_id, [first])
        session.commit()

    sweep_files(session, blobs, today() + timedelta(days=2))
    kept = session.scalars(select(Upload.blob)).all()
    assert set(blobs.blobs()) == set(kept)
    assert all(uploads.has_all_parts(sizes, SIZE) for sizes in blobs.all_sizes().values())
    if first and step not in ("whole", "named, not committed"):
        assert kept == [first]


def go_on(session, blobs, blob):
    """Put what does not stand yet, as the browser does."""
    for number in range(blobs.parts(blob), 3):
        data = bytes([number]) * min(PART, SIZE - number * PART)
        uploads.put_part(session, blobs, blob, number, data)
    uploads.finish(session, blobs, blob)
    session.commit()
