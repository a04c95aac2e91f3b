"""A screen that nobody sees (Xvfb), for a browser that has no way to run without one."""

import os
import shutil
import subprocess

PROGRAM = shutil.which("Xvfb")


class Screen:
    def __init__(self) -> None:
        reading, writing = os.pipe()
        size = ("-screen", "0", "1000x900x24")
        self.process = subprocess.Popen(
            [PROGRAM, "-displayfd", str(writing), *size, "-nolisten", "tcp"],
            pass_fds=[writing],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        # It writes the number that it chose once it is ready.
        with os.fdopen(reading) as told:
            self.display = f":{told.readline().strip()}"

    def close(self) -> None:
        self.process.terminate()
        self.process.wait()
