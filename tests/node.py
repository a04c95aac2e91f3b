"""Our scripts in Node: jobs go in as JSON, what becomes of them comes out as JSON."""

import atexit
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

# The one that is here, or the one that a wheel brought.
NODE = shutil.which("node", path=f"{os.environ['PATH']}:{Path(sys.executable).parent}")
_PIECE = 1 << 20


def run_jobs(script, jobs, *arguments, seconds=120):
    """Give a script its jobs; fails with what it said where it does not end well."""
    done = subprocess.run(
        [NODE, script, *arguments],
        input=json.dumps(jobs),
        capture_output=True,
        text=True,
        timeout=seconds,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def ask_jobs(script, jobs, *, seconds=120):
    """Give jobs to a script that answers line by line (tests/browser/lines.mjs).

    The same Node answers all who ask; where it fails, it fails this test alone with what it said.
    """
    node = _RUNNING.get(script)
    if node is None or node.is_gone():
        node = _RUNNING[script] = _Asked(script)
    return node.ask(jobs, seconds)


class _Asked:
    """A script in a Node that goes on running."""

    def __init__(self, script):
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 (open as long as Node is)
        self._node = subprocess.Popen(
            [NODE, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._said
        )

    def is_gone(self):
        return self._node.poll() is not None

    def ask(self, jobs, seconds):
        # One that has just died tells below why.
        with suppress(BrokenPipeError):
            self._node.stdin.write(json.dumps(jobs).encode() + b"\n")
            self._node.stdin.flush()
        end, answer = time.monotonic() + seconds, bytearray()
        while not answer.endswith(b"\n"):
            piece = self._next_piece(end - time.monotonic())
            assert piece, self._end_and_tell()
            answer += piece
        return json.loads(answer)

    def _next_piece(self, seconds):
        """Read what comes next; nothing where the script has ended, or is late."""
        output = self._node.stdout.fileno()
        is_there, _, _ = select.select([output], [], [], max(seconds, 0))
        return os.read(output, _PIECE) if is_there else b""

    def _end_and_tell(self):
        self._node.kill()
        self._node.wait()
        self._said.seek(0)
        said = self._said.read().decode()
        self.end()
        return said or "Node said nothing in time"

    def end(self):
        self._node.kill()
        self._node.wait()
        for pipe in (self._node.stdin, self._node.stdout, self._said):
            with suppress(BrokenPipeError):
                pipe.close()


_RUNNING = {}


@atexit.register
def _end_all():
    for node in _RUNNING.values():
        node.end()
