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
from admin.vault import uploads, vault
from admin.vault.blobs import PART
from admin.vault.file_sweep import sweep_files
from tests.admin.vault.dying import SIZE, STEPS


def die_at(step, environ, tip_id):
    """Run an upload until it dies; gives the lines that it told before."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.admin.vault.dying", step, str(tip_id)],
        cwd=ROOT,
        env=os.environ | environ,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    return [line.split() for line in done.stdout.splitlines()]


@pytest.mark.parametrize("step", STEPS)
def test_what_was_told_before_a_kill_is_true_and_what_is_left_goes_by_itself(
    session, environ, tip_id, step
):
    session.close()
    told = die_at(step, environ, tip_id)
    blobs = vault().blobs
    rows = {upload.blob: upload for upload in session.scalars(select(Upload))}

    # Nothing that a tip names, or that is called whole, lacks a part.
    for upload in rows.values():
        if upload.is_whole and not upload.is_released:
            assert uploads.has_all_parts(blobs.sizes(upload.blob), SIZE)
            assert blobs.read(upload.blob, 2) == b"\2" * 7
        assert upload.is_whole or upload.tip_id is None
    # Every part that was said to stand does, but where its file was let go.
    first = next((line[1] for line in told if line[0] == "promised"), None)
    standing = [line for line in told if line[0] == "stands"][:3]
    assert blobs.parts(first) >= len(standing) if first else not rows
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
