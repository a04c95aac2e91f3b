"""Several nodes on one PostgreSQL and one S3 store, behind the example's nginx with TLS."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from admin.config import ROOT, load_config
from tests.journeys.proxied import BEHIND, Proxy, start_nginx
from tests.ports import free_port
from tests.s3 import running_s3
from tests.support import WIDE_BUDGETS

from .__main__ import database
from .place import Place, environment, furnish, running
from .scale import DatabaseClock
from .uploads import WIDE

CPU_GROUPS = Path("/sys/fs/cgroup/cpu")
PERIOD_US = 100_000


@dataclass(frozen=True)
class Nodes:
    """Served nodes, nginx before them, and the clock of their database."""

    places: list[Place]
    nginx: Proxy
    clock: DatabaseClock
    environ: dict[str, str]
    """The settings of the first node, for commands beside it."""

    def app_seconds(self) -> float:
        """CPU seconds of all nodes' processes."""
        return sum(place.cpu_seconds() for place in self.places)


@contextmanager
def nodes(count: int, *, core_share: float | None = None) -> Iterator[Nodes]:
    """Serve so many nodes of one installation; each may have a share of one core and no more."""
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin")
    if nginx is None:
        raise SystemExit("nginx is absent: make system installs it")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=ROOT / "build")))
        url = stack.enter_context(database("postgresql", folder / "store"))
        store = stack.enter_context(running_s3())
        settings = BEHIND | store.environ | {"DENGSHAO_BLOBS_URL": f"s3://{store.bucket}"}
        settings |= {"DENGSHAO_SITE": str(ROOT / "build" / "site")}
        budgets = WIDE_BUDGETS | WIDE | settings
        environs = [
            environment(folder / f"node-{number}", url, free_port(), budgets)
            for number in range(count)
        ]
        config, identities = furnish(folder / "node-0", environs[0])
        places = [stack.enter_context(running(config, environs[0], identities))]
        for number in range(1, count):
            _join(folder / "node-0", folder / f"node-{number}")
            own = load_config(environs[number])
            places.append(stack.enter_context(running(own, environs[number], identities)))
        if core_share is not None:
            for place in places:
                stack.enter_context(held_to(place, core_share))
        binds = "; server ".join(f"127.0.0.1:{place.port}" for place in places)
        proxy = start_nginx(nginx, folder / "nginx", ROOT / "build" / "site", app=binds)
        stack.callback(proxy.stop)
        yield Nodes(places, proxy, DatabaseClock(folder / "store"), environs[0])


def _join(first: Path, folder: Path) -> None:
    """Give a further node what an operator gives it: the secret and the published keys."""
    folder.mkdir()
    for name in ("secret", "keys.yml"):
        shutil.copyfile(first / name, folder / name)


@contextmanager
def held_to(place: Place, share: float) -> Iterator[None]:
    """Let a node's processes use no more than a share of one core (cgroup v1, as root)."""
    group = CPU_GROUPS / f"dengshao-bench-{place.process.pid}"
    try:
        group.mkdir()
    except OSError as error:
        raise SystemExit(f"a node's share of a core wants cgroup v1 and root: {error}") from None
    try:
        (group / "cpu.cfs_period_us").write_text(str(PERIOD_US))
        (group / "cpu.cfs_quota_us").write_text(str(int(share * PERIOD_US)))
        for pid in place.processes():
            (group / "cgroup.procs").write_text(str(pid))
        yield
    finally:
        for pid in (group / "cgroup.procs").read_text().split():
            (CPU_GROUPS / "cgroup.procs").write_text(pid)
        group.rmdir()
