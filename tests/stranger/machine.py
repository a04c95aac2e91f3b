"""A computer of its own for the stranger: Debian's packages, systemd, and no network."""

import hashlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from admin.config import ROOT
from tests.terminal import Terminal

FOLDER = ROOT / "build" / "stranger"
# What a contractor installs from the distribution's own disc before: nothing of ours.
FROM_DEBIAN = (
    *("systemd", "systemd-sysv", "dbus", "openssl", "zstd", "nginx-light", "postgresql"),
    *("bubblewrap", "ca-certificates"),
)
SOURCES = "/etc/apt/sources.list.d/debian.sources"
# Root's own, as Debian logs it in.
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_NODES = {
    "null": "1 3",
    "zero": "1 5",
    "full": "1 7",
    "random": "1 8",
    "urandom": "1 9",
    "tty": "5 0",
}
_BOOT = """
set -e
root=$1
mount --bind "$root" "$root"
cd "$root"
mkdir -p old
mount -t proc proc proc
# The kernel is not the machine's own: its systemd must not turn any knob of it.
mount --bind proc/sys proc/sys
mount -o remount,ro,bind proc/sys
mount -t sysfs sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
for folder in run tmp dev; do mount -t tmpfs -o mode=755 tmpfs "$folder"; done
chmod 1777 tmp
# Its own nodes: who runs a container gives them away, and these would be this machine's.
{nodes}
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
mount -t tmpfs tmpfs dev/shm
hostname stranger
ip link set lo up
pivot_root . old
cd /
umount -l /old
exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb /lib/systemd/systemd
"""


class Failed(AssertionError):
    """A command did not do what the stranger needed."""


class Machine:
    """It is off until `boot`, and gone with `end`."""

    def __init__(self, name="machine"):
        self.root = FOLDER / name
        self.typed = []
        # What people keep outside of it: on paper, on a stick.
        self.papers = {}
        self._init = None
        self._holder = None

    def make(self, *, packages=FROM_DEBIAN):
        """Lay out a fresh Debian; what was fetched once is kept."""
        self.end()
        shutil.rmtree(self.root, ignore_errors=True)
        self.root.mkdir(parents=True)
        subprocess.run(["tar", "-xf", str(_debian(packages)), "-C", str(self.root)], check=True)
        (self.root / "etc/machine-id").write_text("")
        (self.root / "etc/hostname").write_text("stranger\n")

    def boot(self):
        """Start its systemd in namespaces of its own; wait until it has settled."""
        kinds = ["--net", "--pid", "--fork", "--mount", "--uts", "--ipc", "--cgroup"]
        made = (f"mknod -m 666 dev/{name} c {number}" for name, number in _NODES.items())
        script = _BOOT.format(nodes="\n".join(made))
        self._log = (FOLDER / f"{self.root.name}.boot.log").open("wb")
        self._holder = subprocess.Popen(
            [
                *("unshare", *kinds, "--kill-child", "--propagation", "private"),
                *("sh", "-c", script, "boot", str(self.root)),
            ],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        self._init = self._wait(self._child, 10)
        self._wait(self._has_settled, 90)

    def end(self):
        """Pull its plug."""
        if self._holder:
            if self._init:
                os.kill(self._init, signal.SIGKILL)
            self._holder.wait(30)
            self._log.close()
        self._holder = self._init = None

    def forget(self):
        """Throw its disk away."""
        self.end()
        shutil.rmtree(self.root, ignore_errors=True)

    def types(self, command, *, says="", fails=False, lines=None):
        """Do what a person types at its terminal, as root, and count it."""
        self.typed.append(command)
        return self.run(command, says=says, fails=fails, lines=lines)

    def run(self, command, *, says="", fails=False, lines=None, seconds=600):
        """Do the same uncounted: a look, or what stands in for somebody else."""
        done = subprocess.run(
            self._shell(command),
            input="\n".join(lines) + "\n" if lines is not None else None,
            stdin=None if lines is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds,
            check=False,
        )
        if (done.returncode != 0) is not fails or says not in done.stdout:
            raise Failed(f"$ {command}\n-> {done.returncode}\n{done.stdout[-4000:]}")
        return done.stdout

    def sits(self, command):
        """Begin what asks questions, at a terminal of its own, and count it."""
        self.typed.append(command)
        return Terminal(self._shell(command))

    def _shell(self, command):
        return [
            *(*self.inside(), "env", "-i", "HOME=/root", f"PATH={_PATH}", "LANG=C.UTF-8"),
            *("TERM=dumb", "sh", "-c", f"cd /root && {command}"),
        ]

    def inside(self, *, files=True):
        """Give the words that enter it; without its files, a program of ours is on its network."""
        target = ["nsenter", "--target", str(self._init)]
        return [*target, *(["--all", "--root", "--wd"] if files else ["--net"]), "--"]

    def _child(self):
        path = Path(f"/proc/{self._holder.pid}/task/{self._holder.pid}/children")
        children = path.read_text().split()
        return int(children[0]) if children else None

    def _has_settled(self):
        state = self.run("systemctl is-system-running || true", seconds=20).strip()
        return state if state in ("running", "degraded") else None

    def _wait(self, look, seconds):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self._holder.poll() is not None:
                break
            try:
                if found := look():
                    return found
            except (Failed, subprocess.TimeoutExpired):
                pass
            time.sleep(0.3)
        self._log.flush()
        said = Path(self._log.name).read_text(errors="replace")[-2000:]
        raise Failed(f"The machine did not come up:\n{said}")


def _debian(packages):
    """Make Debian once of its own packages; afterwards take what was made."""
    name = hashlib.sha256(" ".join(packages).encode()).hexdigest()[:12]
    kept = FOLDER / f"debian-{name}.tar"
    if not kept.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        new = kept.with_suffix(".new.tar")
        command = ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={','.join(packages)}"]
        subprocess.run([*command, "trixie", str(new), SOURCES], check=True)
        new.replace(kept)
    return kept
