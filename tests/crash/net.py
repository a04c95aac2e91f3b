"""A network of our own: each node in a namespace, with a line to the database that can be cut.

All of it lies in the namespace of this run (`inside`): nothing of the machine's own network is
touched, and nothing of it is left when the run ends.
"""

import subprocess
import sys
from functools import cached_property

DATABASE, STORE = "10.99.0.1", "10.99.0.2"
PEERS = "10.99.0.0/16"
_PRIVATE = ("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
_BEGIN = 'ip link set lo up && "$@"; exit $?'
# A queue with room for nothing: each packet of that direction is lost without a word.
_SILENT = ("root", "pfifo", "limit", "0")


def inside(*command: str) -> list[str]:
    """Wrap a command: it runs in namespaces of its own, under a shell that buries the dead."""
    return [*_PRIVATE, "sh", "-c", _BEGIN, "sh", *command]


def why_not() -> str:
    """Tell why no network of our own can be made here; nothing where it can."""
    trial = (
        "ip link add crash0 type veth peer name crash1 && "
        f"tc qdisc add dev crash0 {' '.join(_SILENT)} && mount -t tmpfs -o size=1m tmpfs /mnt"
    )
    try:
        done = subprocess.run(
            inside("sh", "-c", trial), capture_output=True, text=True, timeout=30, check=False
        )
    except OSError as error:
        return f"{error.filename} is absent"
    return "" if done.returncode == 0 else f"no namespace of our own: {done.stderr.strip()[:200]}"


def run(*command: object) -> None:
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)


def name_hosts() -> None:
    """Give the database and the store addresses of their own, each reached by a line of its own."""
    for address in (DATABASE, STORE):
        run("ip", "address", "add", f"{address}/32", "dev", "lo")


class Place:
    """A node's namespace: one line to nginx and the store, another to the database."""

    def __init__(self, number: int) -> None:
        self._number = number
        self.address = f"10.99.{10 + number}.2"
        # Holds the namespace open for as long as it lives.
        self._holder = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", "echo; exec sleep infinity"], stdout=subprocess.PIPE
        )
        self._holder.stdout.readline()
        self.run("ip", "link", "set", "lo", "up")
        self._lay("front", self.address.removesuffix(".2"), STORE)
        self._lay("back", f"10.99.{20 + number}", DATABASE)

    @cached_property
    def enter(self) -> list[str]:
        """What stands before a command that is to run there."""
        return ["nsenter", "--target", str(self._holder.pid), "--net", "--"]

    def run(self, *command: object) -> None:
        run(*self.enter, *command)

    def _lay(self, line: str, network: str, host: str) -> None:
        ours = f"{line}{self._number}"
        peer = ("type", "veth", "peer", "name", line, "netns", self._holder.pid)
        run("ip", "link", "add", ours, *peer)
        run("ip", "address", "add", f"{network}.1/30", "dev", ours)
        run("ip", "link", "set", ours, "up")
        self.run("ip", "address", "add", f"{network}.2/30", "dev", line)
        self.run("ip", "link", "set", line, "up")
        self.run("ip", "route", "add", host, "via", f"{network}.1")

    def cut(self, *, there: bool, back: bool) -> None:
        """Lose what the node sends to the database, what that answers, or both."""
        if there:
            self.run("tc", "qdisc", "add", "dev", "back", *_SILENT)
        if back:
            run("tc", "qdisc", "add", "dev", f"back{self._number}", *_SILENT)

    def mend(self, *, there: bool, back: bool) -> None:
        if there:
            self.run("tc", "qdisc", "del", "dev", "back", "root")
        if back:
            run("tc", "qdisc", "del", "dev", f"back{self._number}", "root")

    def unplug(self) -> None:
        """Take the line's end out: the kernel knows at once that nobody is there."""
        self.run("ip", "link", "set", "back", "down")

    def plug(self) -> None:
        self.run("ip", "link", "set", "back", "up")
        # A route goes with its line.
        self.run("ip", "route", "add", DATABASE, "via", f"10.99.{20 + self._number}.1")

    @property
    def back(self) -> str:
        """The node's address as the database sees it."""
        return f"10.99.{20 + self._number}.2"

    def close(self) -> None:
        self._holder.kill()
        self._holder.wait()


def python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]
