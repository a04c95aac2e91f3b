"""What all processes of one run of tests need: made by whoever comes first, used by all."""

import fcntl
import os


def made_once(tmp_path_factory, name, make):
    """Return a folder that `make(folder)` has filled, once for all processes of this run."""
    base = tmp_path_factory.getbasetemp()
    # Processes beside one another have folders side by side in the run's own.
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = base / f"once-{name}"
    with (base / f"once-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # A folder without the mark is what somebody left who failed at it.
        done = base / f"once-{name}.done"
        if not done.exists():
            folder.mkdir()
            make(folder)
            done.touch()
    return folder
