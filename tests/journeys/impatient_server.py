"""`dengshao` that waits for the rest of a body for PATIENCE seconds.

With FAIR, a sender of a part is sent away after so many seconds, where others wait.
"""

import os
import sys

from admin.cli import main
from admin.intake import part_room
from admin.worker import PatientWorker

if __name__ == "__main__":
    PatientWorker.patience = float(os.environ["PATIENCE"])
    part_room.FAIR_SECONDS = float(os.environ.get("FAIR", part_room.FAIR_SECONDS))
    sys.exit(main())
