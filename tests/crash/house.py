"""The whole: two nodes behind nginx, PostgreSQL with its standby, an S3 server, disks that fill."""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from admin import create_app
from admin.app_state import app_state
from admin.config import Config, load_config
from admin.db import db
from admin.sealing.age import HybridIdentity
from tests.bench.place import furnish
from tests.cluster import Cluster
from tests.cluster.node import Line
from tests.cluster.patroni import Led
from tests.journeys.proxied import Proxy, start_nginx

from . import net
from .node import Node
from .store import Store

NAME = "crash"
_TURN = "max_fails=1 fail_timeout=1s"


class Disk:
    """A disk of its own in memory, which can really be full."""

    def __init__(self, path: Path, size: str) -> None:
        self.path, self._filling = path, path / "filling"
        path.mkdir()
        net.run("mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "tmpfs", path)

    def fill(self) -> None:
        """Leave no byte free."""
        with self._filling.open("wb") as file:
            free = os.statvfs(self.path).f_bavail * os.statvfs(self.path).f_frsize
            while free:
                try:
                    os.posix_fallocate(file.fileno(), file.tell(), free)
                except OSError:
                    # Others wrote meanwhile.
                    free //= 2
                    continue
                file.seek(0, os.SEEK_END)
                free = os.statvfs(self.path).f_bavail * os.statvfs(self.path).f_frsize

    def free(self) -> None:
        self._filling.unlink(missing_ok=True)


@dataclass
class House:
    cluster: Cluster | Led
    disk: Disk
    """The one on which both database servers lie."""
    store: Store
    nodes: list[Node]
    disks: list[Disk]
    """One of each node's data folder."""
    proxy: Proxy
    config: Config
    identities: dict[str, HybridIdentity]
    site_id: str
    app: object
    patience: float
    """Seconds for which a reporter tries again."""

    def wait(self) -> None:
        """Wait until all stands again: what gave up meanwhile is started, as an operator does."""
        self.cluster.wait_until_whole()
        self.store.wait()
        for node in self.nodes:
            node.wait()


def _database(cluster: Cluster | Led) -> str:
    """Make the database; gives the address of both servers, of which either may be the one."""
    return cluster.create_database(NAME)


@contextmanager
def running(folder: Path, *, led: bool = False) -> Iterator[House]:
    """Run the whole in an empty folder, within `net.inside`; `led` by Patroni."""
    net.name_hosts()
    with ExitStack() as stack:
        store = Store(folder / "store", net.STORE)
        store.start()
        stack.callback(store.kill)
        disk = Disk(folder / "database", "1200m")
        cluster = (Led if led else Cluster)(disk.path, Line(net.DATABASE, net.PEERS))
        stack.callback(cluster.stop)
        settings = store.environ | {
            "DENGSHAO_DATABASE_URL": _database(cluster),
            "DENGSHAO_BLOBS_URL": "s3://evidence/crash",
        }
        disks, nodes = [], []
        for number, name in enumerate(("one", "other")):
            place = net.Place(number)
            stack.callback(place.close)
            disks.append(Disk(folder / name, "256m"))
            nodes.append(Node(folder / name, place, settings))
        os.environ.update(store.environ)
        config, identities = furnish(folder / "one", nodes[0].environ)
        nodes[1].share(folder / "one")
        for node in nodes:
            stack.callback(node.stop)
            node.start()
        store.wait()
        for node in nodes:
            node.wait()
        proxy = _proxy(folder, nodes)
        stack.callback(proxy.stop)
        app = create_app(load_config({**os.environ, **nodes[0].environ}))
        with app.app_context():
            site_id = app_state().site_id
            db.dispose()
        yield House(
            *(cluster, disk, store, nodes, disks, proxy, config, identities, site_id, app),
            patience=150.0 if led else 45.0,
        )


def _proxy(folder: Path, nodes: list[Node]) -> Proxy:
    site = folder / "site"
    site.mkdir()
    (site / "index.html").write_text("<title>home</title>")
    both = "; server ".join(f"{node.bind} {_TURN}" for node in nodes)
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    assert program, "make system installs nginx"
    return start_nginx(program, folder / "nginx", site, app=both)
