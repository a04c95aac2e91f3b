"""One upload from the promise to its end, in a process that dies at a step.

Reads lines of a tip's id and a step. Writes down what was told, line by line, as a reporter would
see it, then how it died; what was not told, was not promised.
"""

import os
import signal
import sys

from admin import create_app
from admin.config import load_config
from admin.db import db
from admin.vault import vault
from admin.vault.files import (
    local,
    sweep,
    uploads,
)
from admin.vault.files.blobs import PART, BlobStore

SIZE = 2 * PART + 7


def die(*_args, **_kwargs):
    os.kill(os.getpid(), signal.SIGKILL)


def before(module, name):
    setattr(module, name, die)


def after(module, name, count=1):
    """Die once a function was called so many times and has done its work."""
    act, calls = getattr(module, name), []

    def wrapped(*args, **kwargs):
        calls.append(act(*args, **kwargs))
        if len(calls) == count:
            die()
        return calls[-1]

    setattr(module, name, wrapped)


class Step:
    """Dies where the step of that name is passed."""

    def __init__(self, wanted):
        self.wanted = wanted

    def __call__(self, name):
        if name == self.wanted:
            die()


# In the middle of putting a part, and of letting go: by what was called.
INSIDE = {
    "a folder is made": lambda: after(local, "_settle_folder"),
    "a part is not on the disk": lambda: before(local, "_settle_file"),
    "a part has no name yet": lambda: after(local, "_settle_file"),
    "a part has its name": lambda: after(local, "_settle_folder", 2),
    "the second part has no name yet": lambda: after(local, "_settle_file", 2),
    "a file is let go": lambda: before(sweep, "_released_after"),
    "a file's objects are gone": lambda: after(BlobStore, "sizes", 2),
    "a file's row is not gone": lambda: before(sweep, "_forget"),
}
BETWEEN = (
    "promised, not committed",
    "promised",
    "one part stands",
    "all parts stand",
    "whole, not committed",
    "whole",
    "named, not committed",
    "named",
    "dropped, not committed",
    "dropped",
)
STEPS = (*BETWEEN, *INSIDE)


def tell(*words):
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def upload(step, session, blobs):
    blob = uploads.reserve(session, SIZE).blob
    step("promised, not committed")
    session.commit()
    tell("promised", blob)
    step("promised")
    for number in range(3):
        data = bytes([number]) * uploads.part_length(SIZE, number)
        uploads.put_part(session, blobs, blob, number, data)
        tell("stands", number)
        if number == 0:
            step("one part stands")
    step("all parts stand")
    uploads.finish(session, blobs, blob)
    step("whole, not committed")
    session.commit()
    tell("whole", blob)
    step("whole")
    return blob


def run(step, tip_id):
    session, blobs = db.session, vault().blobs
    blob = upload(step, session, blobs)
    uploads.attach(session, tip_id, [blob])
    step("named, not committed")
    session.commit()
    tell("named", blob)
    step("named")
    # Another one that the reporter takes back.
    other = upload(lambda _name: None, session, blobs)
    uploads.drop(session, other)
    step("dropped, not committed")
    session.commit()
    tell("dropped", other)
    step("dropped")
    sweep.sweep_files(session, blobs)
    tell("swept")


def die_in_a_child(app, wanted, tip_id):
    """Go as far as the step in a process of its own; gives how that process ended."""
    child = os.fork()
    if child == 0:
        try:
            INSIDE.get(wanted, lambda: None)()
            with app.app_context():
                run(Step(wanted), tip_id)
        finally:
            # Not even the way out of an error must meet what belongs to the parent.
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    # Made once, and neither the database nor the store used: each child begins with them anew.
    made = create_app(load_config())
    for line in sys.stdin:
        number, name = line.split(maxsplit=1)
        tell("died", die_in_a_child(made, name.strip(), int(number)))
