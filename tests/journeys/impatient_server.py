"""`dengshao` that waits for the rest of a body for PATIENCE seconds."""

import os
import sys

from admin.cli import main
from admin.worker import PatientWorker

if __name__ == "__main__":
    PatientWorker.patience = float(os.environ["PATIENCE"])
    sys.exit(main())
