"""Runs a program on a hostile file in bubblewrap: no network, no disk, no other process.

The file is the program's standard input, what it makes its standard output. Both are open files
without a path in there, for a film must be read from either end; those of `clean` lie in memory
(memfd), so that no clear byte meets a disk. All the program can write to is that output, within
`Limits.output`, and a folder in memory.
"""

import errno
import functools
import io
import math
import os
import re
import resource
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .inside.verdicts import BROKEN, ENCRYPTED, NO_TOOL, TOO_LARGE, UNKNOWN_KIND
from .seccomp import program as seccomp_program
from .words import NotCleaned, Uncleanable

MB: Final = 2**20
_FOLDER: Final = "/tmp"  # noqa: S108  # of the sandbox, in memory: not the one we know
_PATH: Final = "/usr/local/bin:/usr/bin:/bin"
_INSIDE: Final = Path(__file__).parent / "inside"
# The dynamic linker's list, and the links by which Debian chooses a library.
_ETC: Final = ("/etc/ld.so.cache", "/etc/alternatives")
_TOP: Final = ("/bin", "/sbin", "/lib", "/lib32", "/lib64")
_TOOLS: Final = ("ffmpeg", "mat2")
_MOST_FILES: Final = 64
_SECONDS_TO_START: Final = 20
_TOLD_BYTES: Final = 4096
_NOT_FOUND: Final = 127
_REASONS: Final = {
    BROKEN: Uncleanable.BROKEN,
    TOO_LARGE: Uncleanable.TOO_LARGE,
    ENCRYPTED: Uncleanable.ENCRYPTED,
    NO_TOOL: Uncleanable.NO_TOOL,
    UNKNOWN_KIND: Uncleanable.UNKNOWN_KIND,
    _NOT_FOUND: Uncleanable.NO_TOOL,
    128 + signal.SIGXCPU: Uncleanable.TOOK_TOO_LONG,
    128 + signal.SIGXFSZ: Uncleanable.TOO_LARGE,
    # Killed: by the limit of CPU time when it did not heed SIGXCPU.
    128 + signal.SIGKILL: Uncleanable.TOOK_TOO_LONG,
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one program may use: until when by the monotonic clock, and bytes of the rest."""

    until: float
    memory: int = 2048 * MB
    output: int = 256 * MB
    folder: int = 64 * MB


def python_inside(job: str, media_type: str = "-") -> list[str]:
    """Give the command that runs one of our own jobs in the sandbox."""
    return [sys.executable, "-s", "-S", "-P", "-B", "-m", "inside", job, media_type]


def system_python_inside(job: str, media_type: str) -> list[str]:
    """Give the command for a job whose libraries come with the system, not with us."""
    python = ["/usr/bin/python3", "-s", "-B", "-m", "inside", job, media_type]
    return tool("PYTHONPATH=/code", "PYTHONSAFEPATH=1", *python)


def tool(*command: str) -> list[str]:
    """Give the command for a program that may be absent: `env` says so by its exit code."""
    return ["env", *command]


def works() -> bool:
    """Tell whether the sandbox can be had here. A yes is remembered; a no is asked again."""
    try:
        return _works()
    except (NotCleaned, OSError):
        return False


@functools.cache
def _works() -> bool:
    with open(os.devnull, "r+b") as nothing:
        file = nothing.fileno()
        limits = Limits(time.monotonic() + _SECONDS_TO_START)
        run(python_inside("nothing"), file, file, limits)
    return True


def absent_tools() -> list[str]:
    """List the programs that are missing: without each, a kind of file is not cleaned."""
    return [name for name in _TOOLS if shutil.which(name, path=_PATH) is None]


def run(command: Sequence[str], source: int, target: int, limits: Limits) -> None:
    """Run `command` with two open files as its input and output.

    Raises `NotCleaned`: the program said so, broke a limit, or failed in its own way.
    """
    status = _status(command, source, target, limits)
    if status:
        raise NotCleaned(_REASONS.get(status, Uncleanable.BROKEN))


def _status(command: Sequence[str], source: int, target: int, limits: Limits) -> int:
    """Run it to its end and give the exit code, a signal's as a shell does."""
    os.lseek(source, 0, os.SEEK_SET)
    seconds = limits.until - time.monotonic()
    if seconds <= 0:
        raise NotCleaned(Uncleanable.TOOK_TOO_LONG)
    told, tells = os.pipe()
    with open(told, "rb", buffering=0) as inner:
        try:
            child = _started(command, (source, target, tells), limits, seconds)
        finally:
            os.close(tells)
        try:
            return child.wait(seconds)
        except subprocess.TimeoutExpired:
            raise NotCleaned(Uncleanable.TOOK_TOO_LONG) from None
        finally:
            # Whatever happens here, also at the end of this process: nothing of it goes on.
            _end(child, inner)


def _started(
    command: Sequence[str], files: tuple[int, int, int], limits: Limits, seconds: float
) -> subprocess.Popen[bytes]:
    """Start it with its input, its output, and where bubblewrap tells its inner process."""
    source, target, tells = files
    rules = _memory_file("rules", seccomp_program() or b"")
    try:
        return subprocess.Popen(  # noqa: S603  # a list of ours, never a shell
            [*_limited(limits, seconds), *_walled(limits, rules, tells), *command],
            stdin=source,
            stdout=target,
            stderr=subprocess.DEVNULL,
            pass_fds=(rules, tells),
            env={"PATH": _PATH},
            cwd="/",
        )
    finally:
        os.close(rules)


def _end(child: subprocess.Popen[bytes], inner: io.FileIO) -> None:
    """Kill what still runs of it: the process outside, and the one inside.

    While it prepares the walls, bubblewrap's inner process does not die with the outer one yet.
    """
    held = None
    try:
        held = _held(inner) if child.poll() is None else None
    finally:
        child.kill()
        child.wait()
    if held is None:
        return
    try:
        signal.pidfd_send_signal(held, signal.SIGKILL)
    except ProcessLookupError:
        return
    finally:
        os.close(held)


def _held(inner: io.FileIO) -> int | None:
    """Hold the inner process, whose number nobody else gets while the outer one lives.

    None where it is not there yet or any more, or where the kernel holds no processes (before 5.3).
    """
    told = select.poll()  # Which, unlike `select`, knows files beyond the 1,024th.
    told.register(inner, select.POLLIN)
    if not told.poll(_SECONDS_TO_START * 1000):
        return None
    found = re.search(rb'"child-pid": (\d+)', inner.read(_TOLD_BYTES) or b"")
    try:
        return os.pidfd_open(int(found[1])) if found else None
    except OSError:
        return None


def memory_file(data: bytes | memoryview = b"") -> int:
    """Open a file that lies in memory alone; the caller closes it."""
    return _memory_file("file", data)


def _memory_file(name: str, data: bytes | memoryview) -> int:
    if not hasattr(os, "memfd_create"):
        raise OSError(errno.ENOSYS, "no files in memory on this system")
    file = os.memfd_create(name)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(file, rest) :]
        os.lseek(file, 0, os.SEEK_SET)
    except BaseException:
        os.close(file)
        raise
    return file


def _limited(limits: Limits, seconds: float) -> list[str]:
    """Set the limits before anything of the file is read: what is set so cannot be raised again."""
    wanted = {
        "as": (resource.RLIMIT_AS, limits.memory),
        "cpu": (resource.RLIMIT_CPU, math.ceil(seconds)),
        "fsize": (resource.RLIMIT_FSIZE, limits.output),
        "nofile": (resource.RLIMIT_NOFILE, _MOST_FILES),
        # Unlike 0, it keeps a crash's memory from a program behind a pipe too (fs/coredump.c).
        "core": (resource.RLIMIT_CORE, 1),
    }
    # A service may be under a tighter limit already, which must not be asked to grow.
    tightest = {name: _at_most(kind, most) for name, (kind, most) in wanted.items()}
    return ["prlimit", *(f"--{name}={most}" for name, most in tightest.items()), "--"]


def _at_most(kind: int, most: int) -> int:
    hard = resource.getrlimit(kind)[1]
    return most if hard == resource.RLIM_INFINITY else min(most, hard)


def _walled(limits: Limits, rules: int, tells: int) -> list[str]:
    """Give the walls: programs and libraries to read, a small folder in memory, nothing else.

    No /proc: none of the programs needs it, and where parts of it are hidden from a service, as
    by systemd or in a container, the kernel lets nobody mount it anew.
    """
    # Without the filter, this is what keeps a child from making namespaces of its own.
    locked = ["--seccomp", str(rules)] if seccomp_program() else ["--disable-userns"]
    return [
        "bwrap",
        *("--unshare-all", "--unshare-user", "--uid", "65534", "--gid", "65534"),
        *("--cap-drop", "ALL", "--die-with-parent", "--new-session", "--clearenv"),
        *("--info-fd", str(tells)),
        # First: programs that lie below that folder themselves would else be hidden by it.
        *("--size", str(limits.folder), "--tmpfs", _FOLDER),
        *_seen(),
        *("--dev-bind", "/dev/null", "/dev/null", "--dev-bind", "/dev/urandom", "/dev/urandom"),
        *("--remount-ro", "/", "--chdir", _FOLDER),
        *("--setenv", "PATH", _PATH, "--setenv", "HOME", _FOLDER, "--setenv", "LC_ALL", "C.UTF-8"),
        *("--setenv", "PYTHONPATH", ":".join(["/code", *_libraries()])),
        *locked,
        "--",
    ]


@functools.cache
def _seen() -> tuple[str, ...]:
    """List what can be seen in there, read only: the system's programs, Python and our jobs."""
    shown = ["--ro-bind", "/usr", "/usr"]
    for folder in _TOP:
        if os.path.islink(folder):
            shown += ["--symlink", os.readlink(folder), folder]
        else:
            shown += ["--ro-bind-try", folder, folder]
    for path in (*_ETC, sys.base_prefix, sys.prefix):
        if not Path(path).is_relative_to("/usr"):
            shown += ["--ro-bind-try", path, path]
    return (*shown, "--ro-bind", str(_INSIDE), "/code/inside")


def _libraries() -> list[str]:
    return [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
