"""A cluster that Patroni leads: three etcd, two PostgreSQL; whichever dies, it decides by itself.

The programs are the machine's own, the settings those that the page for operators tells to set.
"""

import re
import secrets
import shutil
import signal
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import psycopg
import yaml
from sqlalchemy.engine import make_url

from admin.config import ROOT
from tests import databases
from tests.ports import free_port

from .node import FOLLOWERS, Line, Node, own, programs, system_user, wait_until

PAGE = ROOT / "content" / "about" / "operating-patroni.md"
SCOPE = "dengshao"
PROGRAMS = ("patroni", "patronictl", "etcd")
_SECONDS = 180
"""For anything: Patroni gives a leader 30 seconds, and a server that starts as long again."""
_PASSWORD = secrets.token_urlsafe()
"""Of the commands to Patroni, alike on each machine."""
_IS_BEHIND = "SELECT pg_is_in_recovery()"


def why_not() -> str:
    """Tell what is absent; nothing where all is here."""
    absent = [name for name in PROGRAMS if not shutil.which(name)]
    wanted = "apt-get install --no-install-recommends patroni python3-etcd etcd-server"
    return f"{', '.join(absent)} absent: {wanted}" if absent else ""


def told_settings() -> dict[str, object]:
    """Read the settings of the whole cluster from the page that tells operators to set them."""
    for block in re.findall(r"^```\n(.*?)^```", PAGE.read_text("utf-8"), re.M | re.S):
        if "loop_wait" in block:
            found = yaml.safe_load(block)
            # Small disks, in memory.
            found["postgresql"]["parameters"]["wal_keep_size"] = "64MB"
            return found
    raise LookupError(PAGE)


class Process:
    """A program that is killed, stopped where it is, and started again as systemd does it."""

    def __init__(self, command: Sequence[object], log: Path, user: str | None = None) -> None:
        self._command, self._log, self._user = [str(part) for part in command], log, user
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdout=log, stderr=log, user=self._user, cwd="/"
            )

    def is_up(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait(_SECONDS)

    def signal(self, number: int) -> None:
        self._process.send_signal(number)


class Member:
    """One PostgreSQL, and the Patroni that starts, follows and promotes it."""

    def __init__(self, folder: Path, name: str, line: Line, etcd: Sequence[str]) -> None:
        folder.mkdir(mode=0o700)
        own(folder)
        self.name = name
        self.server = Node(folder / "data", line=line)
        self.settings = folder / "patroni.yml"
        self.settings.write_text(yaml.safe_dump(self._settings(folder, line, etcd)))
        log = folder.with_suffix(".log")
        self.patroni = Process(["patroni", self.settings], log, system_user())

    def start(self) -> None:
        if not self.patroni.is_up():
            self.patroni.start()

    def kill(self) -> None:
        """Let both die at once, as at a cut of the power."""
        self.patroni.kill()
        self.server.kill()

    def pause(self) -> None:
        """Stop both where they are: neither knows that time goes on."""
        self.patroni.signal(signal.SIGSTOP)
        self.server.pause()

    def resume(self) -> None:
        """Let both go on: what it leads no more, it believes to lead."""
        self.server.resume()
        self.patroni.signal(signal.SIGCONT)

    def ask(self, query: str) -> object:
        """Give what a query finds first; None where the server does not answer."""
        try:
            return self.server.ask(query)
        except psycopg.Error:
            return None

    def _settings(self, folder: Path, line: Line, etcd: Sequence[str]) -> dict[str, object]:
        port, rest = self.server.port, f"127.0.0.1:{free_port()}"
        hosts = [f"host all all {peers} trust" for peers in (line.peers, "127.0.0.1/32")]
        return {
            "scope": SCOPE,
            "name": self.name,
            "restapi": {
                "listen": rest,
                "connect_address": rest,
                "authentication": {"username": SCOPE, "password": _PASSWORD},
            },
            "etcd3": {"hosts": list(etcd)},
            "bootstrap": {
                "dcs": told_settings(),
                "initdb": [{"encoding": "UTF8"}, "data-checksums"],
            },
            "postgresql": {
                "listen": f"127.0.0.1,{line.address}:{port}",
                "connect_address": f"127.0.0.1:{port}",
                "data_dir": str(self.server.folder),
                "bin_dir": str(programs()),
                "pgpass": str(folder / "pgpass"),
                "authentication": {
                    "superuser": {"username": "postgres"},
                    "replication": {"username": "replicator"},
                },
                "pg_hba": [*hosts, "host replication replicator 127.0.0.1/32 trust"],
                # Nothing here changes what is waited for.
                "parameters": {
                    "unix_socket_directories": "",
                    "shared_buffers": "32MB",
                    "max_wal_size": "128MB",
                },
            },
        }


class Led:
    """What `Cluster` is where an operator leads it: here Patroni does."""

    def __init__(self, folder: Path, line: Line) -> None:
        self._line = line
        self.etcd = _three_etcd(folder)
        hosts = [one.host for one in self.etcd]
        self.members = [Member(folder / name, name, line, hosts) for name in ("db1", "db2")]
        try:
            for one in self.etcd:
                one.start()
            for member in self.members:
                # The first is made, the second is copied from it.
                member.start()
                self._wait(lambda: self.leader is not None)
            self.wait_until_whole()
        except BaseException:
            self.stop()
            raise

    @property
    def leader(self) -> Member | None:
        """The one that takes writes; where two would (one is forgotten), the one followed."""
        writes = [one for one in self.members if one.ask(_IS_BEHIND) is False]
        return max(writes, key=lambda one: one.ask(FOLLOWERS) or 0, default=None)

    @property
    def other(self) -> Member:
        """The one that is not the leader."""
        leader = self.leader
        return next(one for one in self.members if one is not leader)

    @property
    def primary(self) -> Node:
        self._wait(lambda: self.leader is not None)
        return self.leader.server

    def url(self, database: str) -> str:
        """Give the address of a database as the page for operators writes it: both hosts."""
        hosts = [f"{self._line.address}:{one.server.port}" for one in self.members]
        url = make_url(f"postgresql+psycopg://postgres@/{database}")
        return url.update_query_dict({"host": hosts}).render_as_string(hide_password=False)

    def create_database(self, name: str) -> str:
        databases.run(self.primary.address, f"CREATE DATABASE {name}")
        return self.url(name)

    def wait_until_led_by(self, member: Member) -> None:
        """Wait until it takes writes, whoever else believes to lead."""
        self._wait(lambda: member.ask(_IS_BEHIND) is False)

    def wait_until_whole(self) -> None:
        """Wait until one leads and the other follows it synchronously. Raises `TimeoutError`."""
        for one in (*self.etcd, *self.members):
            one.start()
        self._wait(self._is_whole)

    def switch_over(self) -> None:
        """Let the leader hand over, as an operator does before the machine is mended."""
        leader, other = self.leader, self.other
        names = ("--leader", leader.name, "--candidate", other.name, "--force")
        command = ("patronictl", "-c", str(leader.settings), "switchover", SCOPE, *names)
        subprocess.run(command, check=True, capture_output=True, timeout=_SECONDS)

    def stop(self) -> None:
        for one in (*self.members, *self.etcd):
            one.kill()

    def _is_whole(self) -> bool:
        behind, leader = [one for one in self.members if one.ask(_IS_BEHIND)], self.leader
        if len(behind) != 1 or leader in (None, *behind) or not leader.ask(FOLLOWERS):
            return False
        # Until Patroni has written its name, it lets the other not take over.
        return behind[0].name in (leader.ask("SHOW synchronous_standby_names") or "")

    @staticmethod
    def _wait(is_so: Callable[[], bool]) -> None:
        wait_until(is_so, _SECONDS)


class Etcd(Process):
    """One of three: two that agree decide."""

    def __init__(self, folder: Path, name: str, ports: tuple[int, int], all_of_them: str) -> None:
        self.host = f"127.0.0.1:{ports[0]}"
        here, peer = f"http://{self.host}", f"http://127.0.0.1:{ports[1]}"
        command = ("etcd", "--name", name, "--data-dir", folder / name, "--log-level", "warn")
        urls = ("--listen-client-urls", here, "--advertise-client-urls", here)
        urls += ("--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer)
        together = ("--initial-cluster", all_of_them, "--initial-cluster-token", SCOPE)
        super().__init__([*command, *urls, *together], folder / f"{name}.log")

    def start(self) -> None:
        if not self.is_up():
            super().start()


def _three_etcd(folder: Path) -> list[Etcd]:
    ports = {f"etcd{number}": (free_port(), free_port()) for number in (1, 2, 3)}
    them = ",".join(f"{name}=http://127.0.0.1:{peer}" for name, (_own, peer) in ports.items())
    return [Etcd(folder, name, pair, them) for name, pair in ports.items()]
