"""Puts mutants into a copy of the tree, one after another, and asks the tests."""

import fcntl
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .choosing import Mutant, Reach

# What is built and what is installed, beside what git knows.
_BUILT = ("build/contract.js", "build/browser", "build/site", "admin/translations")
_LINKED = ("node_modules",)
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)
QUIET = "MUTANTS_QUIET"
NO_TESTS = 5


@dataclass(frozen=True)
class Result:
    """What became of one mutant."""

    result: str
    by: str
    """The test that failed; for a survivor, how many of the tests that reach it were asked."""
    seconds: float


class Copy:
    """A copy of the tree in a folder of its own, in which faults are put."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root, self.folder = root, folder / root.name
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = (folder / "lock").open("w")
        # Two in one copy would judge each other's faults.
        fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
        files = {name for name in listed.stdout.split("\0") if (root / name).is_file()}
        files |= {path.relative_to(root).as_posix() for path in self._built()}
        for name in self._stale(files):
            (self.folder / name).unlink()
        for name in files:
            self._bring(name)
        for name in _LINKED:
            self._link(self.folder / name, root / name)
        # Invented tips and official texts lie beside the checkout, and are not committed.
        self._link(folder / "shared", root.parent.parent / "shared")

    def _built(self) -> list[Path]:
        found = [self.root / name for name in _BUILT]
        return [path for place in found for path in [place, *place.rglob("*")] if path.is_file()]

    def _stale(self, files: set[str]) -> list[str]:
        here = (path for path in (self.folder / "tests").rglob("*.py"))
        names = [path.relative_to(self.folder).as_posix() for path in here]
        return [name for name in names if name not in files]

    def _bring(self, name: str) -> None:
        source, target = self.root / name, self.folder / name
        if not target.exists() or target.stat().st_mtime != source.stat().st_mtime:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)

    def _link(self, link: Path, target: Path) -> None:
        if target.exists() and not link.exists():
            link.symlink_to(target)

    def put(self, mutant: Mutant, number: int) -> None:
        """Put a fault in its place. A time of its own lets no compiled file of another be taken."""
        target = self.folder / mutant.file
        before = target.stat().st_mtime
        target.write_bytes(mutant.fault.put_into((self.root / mutant.file).read_bytes()))
        os.utime(target, (before, before + 10 * number))
        self._write_contract(mutant)

    def take_back(self, mutant: Mutant) -> None:
        shutil.copy2(self.root / mutant.file, self.folder / mutant.file)
        self._write_contract(mutant)

    def _write_contract(self, mutant: Mutant) -> None:
        """Let the browser's code know of a fault in the contract, as a build would."""
        if mutant.file.startswith("admin/tip/"):
            command = [sys.executable, "-m", "admin.tip.contract"]
            made = subprocess.run(command, cwd=self.folder, capture_output=True, check=False)
            if made.returncode == 0:
                (self.folder / "build" / "contract.js").write_bytes(made.stdout)


def failing(copy: Copy, tests: Sequence[str], limit: float) -> list[str]:
    """Return those of the tests that fail without any fault: what they said is worth nothing."""
    _, output = _ask(copy.folder, tests, limit, stop=False)
    return _FAILED.findall(output)


def try_mutant(copy: Copy, mutant: Mutant, tests: Sequence[str], limit: float) -> Result:
    """Ask tests about a mutant that was put into a copy."""
    began = time.monotonic()
    try:
        code, output = _ask(copy.folder, tests, limit)
    except subprocess.TimeoutExpired:
        return Result("timeout", "", time.monotonic() - began)
    seconds = time.monotonic() - began
    if code == -signal.SIGKILL:
        return Result("timeout", "", seconds)
    if code == NO_TESTS:
        raise RuntimeError(f"no tests for {mutant.id}")
    if code == 0:
        return Result("survived", "", seconds)
    failed = _FAILED.search(output)
    # 1: a test failed. 2 to 4: the code can't even be imported, or pytest itself stopped.
    return Result("killed", failed[1] if failed else f"pytest ended with {code}", seconds)


def _ask(folder: Path, tests: Sequence[str], limit: float, *, stop: bool = True) -> tuple[int, str]:
    asked = folder.parent / f"asked-{os.getpid()}"
    asked.write_text("\n".join(tests), "utf-8")
    files = list(dict.fromkeys(test.partition("::")[0] for test in tests))
    options = ["-x"] if stop else []
    options += ["-q", "--tb=no", "-p", "tests.mutants.asked", "--databases", "sqlite"]
    environ = os.environ | {
        "MUTANTS_ASKED": str(asked),
        "PYTHONPATH": str(folder),
        # The programs that wheels brought: the copy has no .venv of its own.
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PYTHONHASHSEED": "0",
    }
    command = [sys.executable, "-m", "pytest", *options, *files]
    # Into a file: a server that a test left would keep a pipe open.
    with (
        tempfile.TemporaryFile("w+") as output,
        subprocess.Popen(
            command,
            cwd=folder,
            env=environ,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            # What turns in circles ends after so much work, however busy the machine is.
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (int(limit), int(limit))),
        ) as running,
    ):
        try:
            code = _wait(running, 2 * limit)
        finally:
            _end(running.pid)
        output.seek(0)
        return code, output.read()


def _wait(running: subprocess.Popen, limit: float) -> int:
    """Wait for a process; time in which all of us were stopped from outside counts as a moment."""
    for _ in range(int(limit)):
        try:
            return running.wait(1)
        except subprocess.TimeoutExpired:
            continue
    raise subprocess.TimeoutExpired(running.args, limit)


def _end(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


def wait_for_quiet_to_end() -> None:
    """Wait while the file is there that MUTANTS_QUIET names: somebody measures on this machine."""
    name = os.environ.get(QUIET)
    while name and Path(name).exists():
        time.sleep(1)


def within(reach: Reach, tests: Sequence[str], most: float) -> list[str]:
    """Return the first of the tests, as many as end within so many seconds."""
    chosen, seconds = [], 0.0
    for test in tests:
        seconds += reach.seconds(test)
        if chosen and seconds > most:
            break
        chosen.append(test)
    return chosen
