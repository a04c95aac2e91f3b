"""One node as systemd runs it: `dengshao serve` with two workers in a namespace of its own."""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil

from admin.config import ROOT
from admin.doctor.around.ready import ask
from tests.journeys.proxied import DESK, PUBLIC
from tests.support import WIDE_BUDGETS

from .net import Place

SECONDS = 60
WORKERS = 2
_PORT = 8000
_WIDE = {"DENGSHAO_FILES_MB_DAY": "1000000", "DENGSHAO_ORPHANS_MB": "1000000"}


class Node:
    """Its folder lies on a disk of its own (tmpfs); secret and keys are those of all nodes."""

    def __init__(self, folder: Path, place: Place, settings: dict[str, str]) -> None:
        self.folder, self.place = folder, place
        self.bind = f"{place.address}:{_PORT}"
        self.environ = {
            "DENGSHAO_DATA": str(folder),
            "DENGSHAO_BIND": self.bind,
            "DENGSHAO_PUBLIC_HOST": PUBLIC,
            "DENGSHAO_DESK_HOST": DESK,
            "DENGSHAO_FORM_MIN_SECONDS": "0",
            "DENGSHAO_ADDRESS_HINTS": "off",
            **_WIDE,
            **WIDE_BUDGETS,
            **settings,
        }
        self._log = folder.with_suffix(".log")
        self.process: subprocess.Popen | None = None

    def share(self, source: Path) -> None:
        """Take over the secret and the keys of the first node."""
        for name in ("secret", "keys.yml"):
            shutil.copy(source / name, self.folder / name)

    def start(self) -> None:
        program = str(Path(sys.executable).with_name("dengshao"))
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.place.enter, program, "serve", "--workers", str(WORKERS)],
                env={**os.environ, **self.environ},
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        """What it printed last: kinds and places of errors, as in a journal."""
        return self._log.read_text("utf-8", "replace")[-3000:] if self._log.exists() else ""

    def is_ready(self) -> bool:
        """Tell whether all is well with it: its store, too, without which it takes words alone."""
        said = ask(self.bind)
        return said is not None and said.is_ready and not said.faults

    def wait(self) -> None:
        """Wait until it is ready; where it gave up before, start it again, as systemd does."""
        deadline = time.monotonic() + SECONDS
        while not self.is_ready():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.bind}: {ask(self.bind)}\n{self.said}")
            if self.process.poll() is not None:
                time.sleep(0.5)
                self.start()
            time.sleep(0.1)

    def workers(self) -> list[psutil.Process]:
        with suppress(psutil.NoSuchProcess):
            return psutil.Process(self.process.pid).children()
        return []

    def kill_master(self) -> None:
        """Kill the first process, and at once all that are left of it: KillMode=mixed."""
        group = self.process.pid
        self.process.kill()
        self.process.wait(SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.kill_master()
