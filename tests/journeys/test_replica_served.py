"""A real server, its two workers and a standby: who answers for the queue's lists."""

import signal
import time

import pytest

from admin.doctor.around.ready import ask
from tests.bench.desk import sign_in
from tests.bench.load import Connection
from tests.bench.place import WORKERS, children, environment, furnish, running
from tests.cluster import running_cluster
from tests.databases import new_name
from tests.ports import free_port

LISTS = ("/desk/", "/desk/?lane=all", "/desk/backlog/", "/desk/counts/workload/")
READERS = (
    "SELECT count(DISTINCT pid) FROM pg_stat_activity WHERE datname = '{}'"
    " AND backend_type = 'client backend' AND query NOT LIKE '%pg_stat_activity%'"
)
SECONDS = 60


@pytest.fixture
def cluster():
    with running_cluster() as servers:
        yield servers


@pytest.fixture
def place(cluster, tmp_path):
    name = new_name("t")
    url = cluster.create_database(name)
    environ = environment(tmp_path / "data", url, free_port())
    config, identities = furnish(tmp_path / "data", environ)
    cluster.wait_for_replay()
    environ |= {"DENGSHAO_DATABASE_REPLICA": cluster.replica_url(name)}
    with running(config, environ, identities) as place:
        place.database = name
        yield place


class Desk:
    """A signed-in member who asks for lists, each time on a connection of their own."""

    def __init__(self, place):
        self._place, self._cookie = place, sign_in(place, ("reviewer", "head"))

    def look(self, path):
        port, host = self._place.port, self._place.config.desk_host
        connection = Connection("127.0.0.1", port, name=host)
        try:
            return connection.get(path, self._cookie)
        finally:
            connection.close()

    def look_until(self, is_so):
        """Ask for every list, again and again; each is answered, whatever stands or falls."""
        deadline = time.monotonic() + SECONDS
        while True:
            answers = [self.look(path)[0] for path in LISTS * 2]
            assert answers == [200] * len(answers)
            if is_so():
                return
            assert time.monotonic() < deadline


def said(place):
    return ask(f"127.0.0.1:{place.port}").words["replica"]


def test_lists_of_every_worker_come_from_the_standby_while_it_stands_and_again_when_it_is_back(
    cluster, place
):
    desk, readers = Desk(place), READERS.format(place.database)

    def read_there():
        return cluster.standby.ask(readers)

    # The first worker answers while the second is still being started.
    desk.look_until(lambda: len(children(place.process.pid)) == WORKERS)
    # Each worker keeps a connection of its own there.
    desk.look_until(lambda: read_there() >= WORKERS)
    desk.look_until(lambda: said(place) == "ok")

    # Nothing waits for a standby that is gone, but for what is written: that is let go.
    cluster.be_synchronous("")
    cluster.standby.kill()
    desk.look_until(lambda: said(place) == "away")

    cluster.rejoin()
    desk.look_until(lambda: read_there() >= WORKERS)
    desk.look_until(lambda: said(place) == "ok")
    place.process.send_signal(signal.SIGTERM)
    assert place.process.wait(SECONDS) == 0
