"""One `dengshao upgrade` as a process: `… tests.upgrade_walk.driver ROOT upgrade FILE STEP`.

It kills itself, as a power cut would, when STEP has been written down.
"""

import os
import signal
import sys
from pathlib import Path

from admin.release.layout import Places
from admin.upgrade.checking import Refused
from admin.upgrade.commands import Operating
from admin.upgrade.journal import Journal, Step
from tests.upgrade_walk.house import Serving

_SECONDS = 60


def main(root, act, file="", step=""):
    places = Places(Path(root))
    operating = Operating(places, Serving(places), seconds=_SECONDS)
    if step:
        kill_at(Step(step))
    try:
        if act == "upgrade":
            options = {"unsigned": False, "force": False, "yes": True, "node_only": False}
            operating.upgrade(Path(file), **options)
        elif act == "resume":
            operating.resume()
        else:
            operating.back(yes=True)
    except Refused as error:
        sys.stdout.write(f"{error}\n")
        sys.exit(3)


def kill_at(step):
    begin = Journal.begin

    def dying(self, taken):
        begin(self, taken)
        if taken is step:
            os.kill(os.getpid(), signal.SIGKILL)

    Journal.begin = dying


if __name__ == "__main__":
    main(*sys.argv[1:])
