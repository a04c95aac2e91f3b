"""A PostgreSQL as a province runs it: a primary and a synchronous standby that can take over.

Both are real servers of this machine, on ports of 127.0.0.1. `make crash` and the tests of the
pool kill the primary, promote the standby, and let what was killed join again as the standby.
"""

import os
import shutil
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

from tests import databases

from .node import FOLLOWERS, Line, Node, wait_until

_SECONDS = 60
_STANDBY = "walreceiver"
"""How each standby calls itself where its settings say no name."""
_SYNCHRONOUS = (
    "ALTER SYSTEM SET synchronous_standby_names = '{}'",
    "SELECT pg_reload_conf()",
)


class Cluster:
    """Two servers. `primary` takes writes and acknowledges none that `standby` has not kept."""

    def __init__(self, folder: Path, line: Line | None = None) -> None:
        self._folder, self._line = folder, line
        self._count = 0
        self.primary = self._next()
        self.primary.create()
        self.primary.start()
        self.standby = self._join()

    def url(self, database: str) -> str:
        """Give the address of a database as a setting has it: both hosts, whichever writes."""
        address = self._line.address if self._line else "127.0.0.1"
        hosts = [f"{address}:{node.port}" for node in (self.primary, self.standby)]
        url = make_url(f"postgresql+psycopg://postgres@/{database}")
        query = {"host": hosts, "target_session_attrs": "read-write"}
        return url.update_query_dict(query).render_as_string(hide_password=False)

    def replica_url(self, database: str) -> str:
        """Give a database's address for who reads from a standby: both hosts, whichever that is."""
        url = make_url(self.url(database)).difference_update_query(["target_session_attrs"])
        return url.render_as_string(hide_password=False)

    def create_database(self, name: str, template: str = "template1") -> str:
        databases.run(self.primary.address, f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def kill_primary(self) -> None:
        """Let the primary die at once with all that it is doing, as at a cut of the power."""
        self.primary.kill()

    def promote(self) -> None:
        """Make the standby the primary. It waits for no standby: there is none any more."""
        self.standby.promote()
        self.primary, self.standby = self.standby, self.primary

    def rejoin(self) -> None:
        """Let what was the primary come back, from a copy of the new one, as its standby."""
        self.standby.kill()
        self.standby.remove()
        self.standby = self._join(self.standby.port)

    def stop(self) -> None:
        self.standby.kill()
        self.primary.kill()

    def wait_until_whole(self) -> None:
        """Wait until both stand and the standby follows; start what gave up, as an operator does.

        Raises `TimeoutError`.
        """
        deadline = time.monotonic() + _SECONDS
        while True:
            for server in (self.primary, self.standby):
                if not server.is_up():
                    server.start()
            try:
                return self.wait_for_standby()
            except psycopg.OperationalError:
                # It starts anew by itself.
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def wait_for_standby(self) -> None:
        self._wait(lambda: self.primary.ask(FOLLOWERS) != 0)

    @staticmethod
    def _wait(is_so) -> None:
        wait_until(is_so, _SECONDS)

    @contextmanager
    def replay_paused(self):
        """Let the standby keep what comes, and show nothing of it meanwhile."""
        self.wait_for_replay()
        self.standby.ask("SELECT pg_wal_replay_pause()")
        self._wait(lambda: self.standby.ask("SELECT pg_get_wal_replay_pause_state()") == "paused")
        try:
            yield
        finally:
            self.standby.ask("SELECT pg_wal_replay_resume()")

    def wait_for_replay(self) -> None:
        """Wait until the standby shows all that the primary keeps now."""
        kept = self.primary.ask("SELECT pg_current_wal_flush_lsn()::text")
        self._wait(lambda: self.standby.ask(f"SELECT pg_last_wal_replay_lsn() >= '{kept}'::pg_lsn"))

    def be_synchronous(self, names: str = _STANDBY) -> None:
        """Let the primary wait for a standby at each commit; with no name, for none."""
        databases.run(self.primary.address, *(part.format(names) for part in _SYNCHRONOUS))

    def _join(self, port: int | None = None) -> Node:
        # A copy of a primary that waits already would wait itself, once it is promoted.
        self.be_synchronous("")
        standby = self._next(port)
        standby.copy_from(self.primary)
        standby.start()
        self.be_synchronous()
        self.wait_for_standby()
        return standby

    def _next(self, port: int | None = None) -> Node:
        self._count += 1
        return Node(self._folder / f"node-{self._count}", port, self._line)


@contextmanager
def running_cluster():
    """Run a primary and its synchronous standby; both are gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="dengshao-"))
    # The servers may be another user's, where tests are root's.
    os.chmod(folder, 0o755)
    cluster = None
    try:
        cluster = Cluster(folder)
        yield cluster
    finally:
        if cluster:
            cluster.stop()
        shutil.rmtree(folder)
