"""Runs modules in processes of their own that need not import everything anew.

They are forked from one process, which has imported what most of them begin with and has done
nothing else: a new Python takes most of a second for that.
"""

import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
from contextlib import chdir
from functools import cache
from multiprocessing import forkserver
from pathlib import Path

from admin.config import ROOT


@cache
def _context():
    """Start the process from which all are forked; it finds what it imports from its folder."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.imported"])
    with chdir(ROOT):
        forkserver.ensure_running()
    return context


class Forked:
    """A module that runs, with what a `subprocess.Popen` would offer."""

    def __init__(self, module, *arguments, env=None, output=None):
        given = (module, arguments, dict(os.environ if env is None else env), output)
        self._process = _context().Process(target=_run, args=given, daemon=True)
        self._process.start()
        self.pid = self._process.pid

    @property
    def returncode(self):
        """How it ended, a signal as a negative number; None while it runs."""
        return self._process.exitcode

    def poll(self):
        return self.returncode

    def wait(self, timeout=None):
        self._process.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout)
        return self.returncode

    def kill(self):
        self._process.kill()

    def send_signal(self, number):
        os.kill(self.pid, number)


def run_forked(module, *arguments, env=None):
    """Run a module to its end; return what `subprocess.run` would with its output as text."""
    with tempfile.TemporaryDirectory() as folder:
        code = Forked(module, *arguments, env=env, output=folder).wait()
        out, err = ((Path(folder) / name).read_text("utf-8") for name in ("1", "2"))
    return subprocess.CompletedProcess([module, *arguments], code, out, err)


def _run(module, arguments, environ, output):
    os.environ.clear()
    os.environ.update(environ)
    for number in (1, 2) if output else ():
        file = os.open(Path(output) / str(number), os.O_WRONLY | os.O_CREAT, 0o600)
        os.dup2(file, number)
        os.close(file)
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
