"""A real PgBouncer of this machine before a PostgreSQL server, where its program is installed."""

import shutil
import subprocess
import tempfile
import time
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg

from admin.db.logins import Login
from tests.databases import LOGINS
from tests.ports import free_port

from .node import system_user

PROGRAM = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin")
ABSENT = "no pgbouncer here: apt-get install pgbouncer"
AS_THE_PAGE_SAYS = {
    "pool_mode": "session",
    "server_reset_query": "DISCARD ALL",
    "default_pool_size": "200",
    "max_client_conn": "1000",
    "server_idle_timeout": "3",
    "query_wait_timeout": "10",
    "server_login_retry": "1",
    "tcp_keepidle": "10",
    "tcp_keepintvl": "5",
    "tcp_keepcnt": "3",
    "tcp_user_timeout": "25000",
}
"""The settings of the page “PostgreSQL 一主一备”; a test holds both together."""
_SECONDS = 30


class Pooler:
    """One PgBouncer, which hands on every database of a server under its own name."""

    def __init__(self, folder: Path, target: int, settings: dict[str, str]) -> None:
        self.port = free_port()
        self._folder, self._settings = folder, settings
        self._write(target)
        self._process = self._start()

    def url(self, database: str, user: str = "postgres") -> str:
        """Give the address of a database through it, as a setting has it."""
        return f"postgresql+psycopg://{user}@127.0.0.1:{self.port}/{database}"

    def lead_to(self, target: int) -> None:
        """Lead to another server from now on, as who watches over a failover lets it."""
        self._write(target)
        with closing(psycopg.Connection.connect(self._address("pgbouncer"))) as connection:
            connection.pgconn.exec_(b"RELOAD")

    def restart(self) -> None:
        self.stop()
        self._process = self._start()

    def stop(self) -> None:
        self._process.kill()
        self._process.wait(_SECONDS)

    def _address(self, database: str) -> str:
        return f"host=127.0.0.1 port={self.port} user=postgres dbname={database}"

    def _write(self, target: int) -> None:
        lines = {
            "listen_addr": "127.0.0.1",
            "listen_port": self.port,
            "unix_socket_dir": "",
            "auth_type": "trust",
            "auth_file": self._folder / "users.txt",
            "admin_users": "postgres",
            "logfile": self._folder / "log",
        } | self._settings
        said = "\n".join(f"{name} = {value}" for name, value in lines.items())
        databases = f"[databases]\n* = host=127.0.0.1 port={target}\n[pgbouncer]\n"
        (self._folder / "pgbouncer.ini").write_text(f"{databases}{said}\n")
        logins = ("postgres", *(login.named(LOGINS) for login in Login))
        (self._folder / "users.txt").write_text("".join(f'"{one}" ""\n' for one in logins))

    def _start(self) -> subprocess.Popen:
        if user := system_user():
            for path in (self._folder, *self._folder.iterdir()):
                shutil.chown(path, user)
        nowhere = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
        command = [PROGRAM, str(self._folder / "pgbouncer.ini")]
        process = subprocess.Popen(command, user=system_user(), cwd="/", **nowhere)
        self._wait(process)
        return process

    def _wait(self, process: subprocess.Popen) -> None:
        deadline = time.monotonic() + _SECONDS
        while True:
            try:
                psycopg.Connection.connect(self._address("pgbouncer")).close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > deadline or process.poll() is not None:
                    raise
                time.sleep(0.05)


@contextmanager
def running_pooler(target: int, **settings: str):
    """Run one before a server's port, as the page says, with some settings of its own."""
    folder = Path(tempfile.mkdtemp(prefix="dengshao-"))
    folder.chmod(0o755)
    pooler = None
    try:
        pooler = Pooler(folder, target, AS_THE_PAGE_SAYS | settings)
        yield pooler
    finally:
        if pooler:
            pooler.stop()
        shutil.rmtree(folder)
