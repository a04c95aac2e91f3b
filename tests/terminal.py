"""A person at a terminal of a real kernel's: what is asked is read, and answered by typing."""

import os
import pty
import re
import select
import signal
import subprocess
import time

from admin.config import ROOT

SECONDS = 60


class Terminal:
    """A person at a terminal: reads until a question stands there, and types."""

    def __init__(self, command):
        self.primary, other = pty.openpty()
        environ = os.environ | {"TERM": "dumb"}
        self.process = subprocess.Popen(
            command,
            stdin=other,
            stdout=other,
            stderr=other,
            cwd=ROOT,
            env=environ,
            start_new_session=True,
            preexec_fn=_take_terminal,
        )
        os.close(other)
        self.said = ""

    def until(self, words):
        """Read until a question with these words waits for an answer; gives what came."""
        seen, end = "", time.monotonic() + SECONDS
        while not re.search(words, seen, re.DOTALL):
            assert time.monotonic() < end, f"no {words!r} in {seen!r}"
            if select.select([self.primary], [], [], 1)[0]:
                seen += os.read(self.primary, 65536).decode("utf-8", "replace")
        self.said += seen
        return seen

    def type(self, *lines):
        for line in lines:
            os.write(self.primary, f"{line}\n".encode())

    def interrupt(self):
        """Press Ctrl-C, as often as a person would: readline can miss one as it begins."""
        for _ in range(3):
            os.write(self.primary, b"\x03")
            try:
                # On a busy machine it takes its time to stop: another one now would end it midway.
                self.process.wait(20)
                break
            except subprocess.TimeoutExpired:
                continue
        return self.end()

    def end(self):
        seen = b""
        try:
            while select.select([self.primary], [], [], SECONDS)[0]:
                seen += os.read(self.primary, 65536)
        except OSError:
            pass  # the other side is closed
        os.close(self.primary)
        return seen.decode("utf-8", "replace"), self.process.wait(SECONDS)


def _take_terminal():
    import fcntl
    import termios

    # What a shell starts with & ignores this, and so would all that it starts.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
