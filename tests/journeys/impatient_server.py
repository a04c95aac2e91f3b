"""`dengshao` that waits for the rest of a request for PATIENCE seconds.

LATER names a file: so many seconds as it says, if it is there, all senders of parts grow older.
"""

import os
import sys
import time
from pathlib import Path

from admin.cli import main
from admin.intake.js_api import files
from admin.intake.js_api.part_room import PartRoom
from admin.serving.worker import ReadAheadWorker


def later():
    path = Path(os.environ["LATER"])
    return time.monotonic() + (float(path.read_text()) if path.exists() else 0.0)


if __name__ == "__main__":
    ReadAheadWorker.read_seconds = ReadAheadWorker.request_seconds = float(os.environ["PATIENCE"])
    if "LATER" in os.environ:
        files.PartRoom = lambda: PartRoom(clock=later)
    sys.exit(main())
