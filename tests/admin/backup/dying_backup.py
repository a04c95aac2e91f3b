"""The command `dengshao`, in a process that is killed once a backup has 1,000,000 bytes."""

import os
import signal

from admin.backup import making
from admin.cli import main

LENGTH = 1_000_000


class Writer(making.Writer):
    """Writes as ever, and then dies."""

    def __init__(self, write, recipients):
        written = 0

        def write_and_die(data):
            nonlocal written
            write(data)
            written += len(data)
            if written > LENGTH:
                os.kill(os.getpid(), signal.SIGKILL)

        super().__init__(write_and_die, recipients)


if __name__ == "__main__":
    making.Writer = Writer
    main()
