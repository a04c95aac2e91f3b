"""A PostgreSQL server that pgBackRest archives as the operators' page has it, in one folder."""

import json
import shutil
import subprocess
import time
from contextlib import closing
from pathlib import Path

import psycopg

from tests.cluster.node import Node

PROGRAM = shutil.which("pgbackrest")
_STANZA = "dengshao"
# The page's lines, and after them where this server's places are.
_CONF = """
[global]
repo1-path={place}/repo
repo1-cipher-type=aes-256-cbc
repo1-cipher-pass=only-for-this-walk
repo1-retention-full=2
start-fast=y
log-path={place}/log
lock-path={place}/lock
spool-path={place}/spool

[dengshao]
pg1-path={place}/pg
pg1-port={port}
pg1-socket-path={place}/sock
pg1-user=postgres
"""
_SETTINGS = """
unix_socket_directories = '{place}/sock'
archive_mode = on
archive_timeout = 60
archive_command = 'pgbackrest --config={place}/pgbackrest.conf --stanza=dengshao archive-push %p'
"""


class Archived(Node):
    """A server whose data folder may be lost: its backups and its archive lie beside it."""

    def __init__(self, place: Path) -> None:
        super().__init__(place / "pg")
        self.place = place

    def create(self) -> None:
        super().create()
        owner = self.folder.owner()
        for name in ("sock", "repo", "log", "lock", "spool"):
            (self.place / name).mkdir()
            shutil.chown(self.place / name, owner)
        conf = self.place / "pgbackrest.conf"
        conf.write_text(_CONF.format(place=self.place, port=self.port))
        conf.chmod(0o640)
        shutil.chown(conf, owner)

    def pgbackrest(self, *arguments: str) -> str:
        """Run it as the server's user; gives what it says. Raises AssertionError with that."""
        command = [PROGRAM, f"--config={self.place}/pgbackrest.conf", f"--stanza={_STANZA}"]
        done = subprocess.run(
            [*command, *arguments],
            user=self.place.joinpath("repo").owner(),
            cwd="/",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    def tell(self, statement: str) -> None:
        """Carry out a statement that gives nothing back."""
        with closing(psycopg.Connection.connect(self.address, autocommit=True)) as connection:
            connection.execute(statement)

    def moment(self) -> str:
        """Give a moment of now to come back to: of backups it knows the whole second alone."""
        self.tell("SELECT pg_sleep(1)")
        return str(self.ask("SELECT clock_timestamp()::text"))

    def backups(self) -> list[str]:
        """Name the backups that are kept, the oldest first."""
        [stanza] = json.loads(self.pgbackrest("info", "--output=json"))
        return [backup["label"] for backup in stanza["backup"]]

    def lose(self) -> None:
        """Kill it, and take its data folder's contents away."""
        self.kill()
        for path in self.folder.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def restore(self, moment: str) -> None:
        """Bring it back as it stood at a moment, by the page's command, and start it."""
        where = ("--delta", "--type=time", f"--target={moment}", "--target-action=promote")
        self.pgbackrest(*where, "restore")
        self.start()
        # It lets readers in before it has come to that moment.
        deadline = time.monotonic() + 60
        while self.ask("SELECT pg_is_in_recovery()"):
            assert time.monotonic() < deadline, (self.folder / "log").read_text()
            time.sleep(0.1)

    def _write_settings(self) -> None:
        super()._write_settings()
        with (self.folder / "postgresql.conf").open("a") as file:
            file.write(_SETTINGS.format(place=self.place))
