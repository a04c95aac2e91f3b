"""What a tip and a page cost as the store grows, 1 k to 10 M tips: `make bench-scale`.

Each size is a store of its own, filled with rows (see full.py), then served and asked over HTTP,
one request at a time: each page of the desk, each filter alone in each lane, the mailbox, the form,
and tips sent. What grows is held against the smallest store. Writes build/bench-scale.json, .svg
and .md.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from operator import truediv
from pathlib import Path
from typing import Any

from admin import create_app
from admin.config import ROOT
from admin.sealing import receipt
from tests.admin.mailbox.work import statements_of

from .__main__ import database
from .desk import sign_in
from .filters import BOUND, Costs, all_filters, ask_again, ask_each
from .full import fill, pages, real_of, years_of_work
from .load import JSON, Connection, closed_loop, get_form, get_page
from .mailbox import store_known
from .place import Place, children, served
from .scale_shown import show_growth
from .sealed import post_sealed

SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
ROLES = ("reviewer", "head")
WORKLOAD = "/desk/counts/workload/"
TIPS = 6_000
"""Tips sealed beforehand for the measuring of what one costs: more than a loop sends."""
Step = Callable[[Connection], float]


@dataclass(frozen=True)
class Cost:
    """What one request took, in milliseconds, and how many statements the database got."""

    p50_ms: float
    p95_ms: float
    app_ms: float
    """CPU of the server's processes."""
    database_ms: float
    """CPU of PostgreSQL's processes; SQLite's is in the server's."""
    statements: int


@dataclass(frozen=True)
class Grown:
    """A store of one size, and what was asked of it."""

    tips: int
    megabytes: float
    real: int
    """So many tips have sealed bytes as long as a reporter's; the rest has 64."""
    costs: dict[str, Cost]
    filters: int = 0
    worst_filter: float = 1.0
    """The greatest growth of one combination of filters against the smallest store."""
    worst_query: str = ""


@dataclass(frozen=True)
class DatabaseClock:
    """Tells the CPU seconds of a PostgreSQL server's processes so far, ended ones included."""

    folder: Path

    def seconds(self) -> float:
        """Nought on SQLite, whose work is the application's."""
        told = self.folder / "postgresql" / "postmaster.pid"
        if not told.exists():
            return 0.0
        first = int(told.read_text().split()[0])
        ended = _ticks(first, (13, 14))
        ticks = ended + sum(_ticks(pid, (11, 12)) for pid in (first, *children(first)))
        return ticks / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Store:
    """A served store, and where its database lies."""

    kind: str
    place: Place
    folder: Path

    def megabytes(self) -> float:
        """MB of the database's files, journals included."""
        inner = self.folder / ("" if self.kind == "sqlite" else "postgresql/base")
        size = sum(path.stat().st_size for path in inner.rglob("*") if path.is_file())
        return round(size / 1e6, 1)


def _ticks(pid: int, fields: tuple[int, ...]) -> int:
    """Add up fields of /proc/PID/stat, counted from the one after the name (see proc_pid_stat)."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0
    return sum(int(told[field]) for field in fields)


@contextmanager
def filled(kind: str, count: int) -> Iterator[Store]:
    with tempfile.TemporaryDirectory(dir=ROOT / "build") as name:
        folder = Path(name)
        with database(kind, folder / "store") as url, served(folder / "var", url) as place:
            fill(place, years_of_work(count))
            yield Store(kind, place, folder / "store")


def steps(place: Place, cookie: str) -> dict[str, Step]:
    """Name what is asked: whatever a resident, a reporter or staff ask for again and again."""
    digits, site_id = store_known(place)
    found = {f"desk: {name}": get_page(path, cookie) for name, path in pages(place).items()}
    found["desk: workload"] = get_page(WORKLOAD, cookie)
    found["form"] = get_form
    found["tip"] = post_sealed(place, TIPS)
    found["mailbox, a known receipt"] = _mailbox(digits, site_id)
    found["mailbox, an unknown one"] = _mailbox(receipt.new_digits(), site_id)
    return found


def host_of(name: str) -> str:
    """The name by which staff or residents come to a place: see `sign_in`."""
    return "localhost" if name.startswith("desk") else "127.0.0.1"


def _mailbox(digits: str, site_id: str) -> Step:
    body = json.dumps({"lookup": receipt.derive(digits, site_id).lookup.hex()}).encode()

    def step(connection: Connection) -> float:
        return _timed(lambda: connection.post("/mailbox/thread", body, JSON))

    return step


def _timed(ask: Callable[[], tuple[int, bytes]]) -> float:
    started = time.perf_counter()
    status, page = ask()
    assert status == 200, (status, page[:200])
    return time.perf_counter() - started


def measure(store: Store, name: str, step: Step, seconds: float) -> Cost:
    host = host_of(name)
    where: dict[str, Any] = {"host": host, "port": store.place.port, "connections": 1}
    closed_loop(step, **where, seconds=0.3)
    before = store.place.cpu_seconds(), DatabaseClock(store.folder).seconds()
    run = closed_loop(step, **where, seconds=seconds)
    each = 1000 / len(run.latencies)
    return Cost(
        p50_ms=round(run.percentile(0.5), 2),
        p95_ms=round(run.percentile(0.95), 2),
        app_ms=round((store.place.cpu_seconds() - before[0]) * each, 2),
        database_ms=round((DatabaseClock(store.folder).seconds() - before[1]) * each, 2),
        statements=statements_for(store.place, host, step),
    )


class Client:
    """Asks an application in this process as `Connection` asks a server."""

    def __init__(self, app: Any, host: str, port: int) -> None:
        self._client, self._base = app.test_client(use_cookies=False), f"http://{host}:{port}"

    def get(self, path: str, headers: str = "") -> tuple[int, bytes]:
        answer = self._client.get(path, headers=_headers(headers), base_url=self._base)
        return answer.status_code, answer.data

    def post(self, path: str, body: bytes, kind: str) -> tuple[int, bytes]:
        answer = self._client.post(path, data=body, content_type=kind, base_url=self._base)
        return answer.status_code, answer.data


def _headers(text: str) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in text.strip().splitlines())


def statements_for(place: Place, host: str, step: Step) -> int:
    """Count the statements of one request, of an application that has answered it before."""
    app = create_app(place.config)
    client: Any = Client(app, host, place.port)
    step(client)
    return len(statements_of(app, lambda: step(client)))


def run(kind: str, sizes: list[int], seconds: float) -> list[Grown]:
    """Measure each size; the smallest store stays up, to be asked beside each other one."""
    with filled(kind, sizes[0]) as first:
        cookie = sign_in(first.place, roles=ROLES)
        costs = costs_of(first, cookie, seconds)
        found = [Grown(sizes[0], first.megabytes(), real_of(sizes[0]), costs)]
        early = ask_each(first.place, all_filters(first.place, is_whole=False), cookie)
        for count in sizes[1:]:
            with filled(kind, count) as store:
                found.append(_grown(first, early, store, count, seconds))
    return found


def _grown(first: Store, early: Costs, store: Store, count: int, seconds: float) -> Grown:
    own = sign_in(store.place, roles=ROLES)
    size, costs = store.megabytes(), costs_of(store, own, seconds)
    late = ask_each(store.place, all_filters(store.place, is_whole=False), own)
    # A session that was idle for longer than one may be has ended.
    cookie = sign_in(first.place, roles=ROLES)
    ask_again(first.place, cookie, early, store.place, own, late)
    grown = dict(zip(late, map(truediv, late.values(), early.values()), strict=True))
    worst = max(grown, key=grown.__getitem__)
    print(f"{store.kind}: {count:,} tips measured", flush=True)
    told = {"worst_filter": round(grown[worst], 2), "worst_query": worst.query()}
    return Grown(count, size, real_of(count), costs, len(late), **told)


def costs_of(store: Store, cookie: str, seconds: float) -> dict[str, Cost]:
    asked = steps(store.place, cookie)
    return {name: measure(store, name, step, seconds) for name, step in asked.items()}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.scale")
    parser.add_argument("--seconds", type=float, default=1.5)
    parser.add_argument("--databases", default="sqlite,postgresql")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    options = parser.parse_args()
    sizes = [int(text) for text in options.sizes.split(",")]
    found: dict[str, list[Grown]] = {}
    target = ROOT / "build" / "bench-scale.json"
    for kind in options.databases.split(","):
        found[kind] = run(kind, sizes, options.seconds)
        told = {one: [asdict(grown) for grown in stores] for one, stores in found.items()}
        target.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    show_growth(found, target.with_suffix(""), BOUND)


if __name__ == "__main__":
    main()
