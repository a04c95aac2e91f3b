"""All that a province does to the software at once, on one node and on two: `make bench-province`.

Readers of the site, reporters with scripts and without, files, people at their mailbox, staff at
the queue, a sweep and a backup, through nginx with TLS, on PostgreSQL and S3, two workers a node.
Each kind of person takes the time that people take. After that the limit: how many sealed tips two
nodes take against one, each held to the same share of a core, and which share is the database's.
Writes build/bench-province.json.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from admin.config import ROOT
from admin.intake.challenge import Challenges
from admin.sealing.age import HybridIdentity
from admin.sealing.padme import blob_size, sealed_size
from tests.journeys.proxied import DESK, PUBLIC

from .desk import fill_queue, sign_in
from .load import Connection, Run, SecureConnection, get_page, journey
from .nodes import Nodes, nodes
from .sealed import post_sealed
from .uploads import Sender

SHARE = 0.3
"""Of a core, for a node at its limit: two of them leave room for the database and the load."""
QUEUE, PHOTO_BYTES, READY_TIPS = 2_000, sealed_size(blob_size(400_000)), 20_000
PAGES = ("/", "/law/", "/help/", "/drugs/", "/topics/", "/numbers/")
Step = Callable[[Connection], float]


@dataclass(frozen=True)
class Crowd:
    """People of one kind: how many at once, and how long each rests between two requests."""

    name: str
    host: str
    count: int
    rest: float
    step: Callable[[], Step]


@dataclass(frozen=True)
class Met:
    """What one kind of person met."""

    done: int
    failed: int
    per_second: float
    p50_ms: float
    p95_ms: float
    first_failure: str


@dataclass(frozen=True)
class Limit:
    """Sealed tips at the limit."""

    tips_per_second: float
    p95_ms: float
    app_ms: float
    """CPU of the nodes, a tip."""
    database_ms: float
    """CPU of the database, a tip."""


def crowds(served: Nodes) -> list[Crowd]:
    cookie = sign_in(served.places[0], roles=["reviewer"])
    ready = post_sealed(served.places[0], READY_TIPS)
    secret = Challenges(served.places[0].config.key("challenge"))
    return [
        Crowd("reads the site", PUBLIC, 24, 0.5, _reader),
        Crowd("looks at the form", PUBLIC, 4, 1.0, lambda: get_page("/tip/", "")),
        Crowd("sends a tip without scripts", PUBLIC, 4, 1.0, lambda: journey),
        Crowd("sends a sealed tip", PUBLIC, 6, 0.5, lambda: ready),
        Crowd("sends a photograph", PUBLIC, 2, 1.0, lambda: _bringer(secret)),
        Crowd("looks at the mailbox", PUBLIC, 4, 1.0, lambda: get_page("/mailbox/", "")),
        Crowd("works at the queue", DESK, 6, 1.0, lambda: get_page("/desk/", cookie)),
    ]


def _reader() -> Step:
    turn = iter(range(10**9))

    def step(connection: Connection) -> float:
        return get_page(PAGES[next(turn) % len(PAGES)], "")(connection)

    return step


def _bringer(challenges: Challenges) -> Step:
    def step(connection: Connection) -> float:
        started = time.perf_counter()
        Sender(connection, challenges).bring(PHOTO_BYTES)
        return time.perf_counter() - started

    return step


def live_through(served: Nodes, seconds: float) -> dict[str, Met]:
    """Let all crowds in for so many seconds; whoever fails once is told and goes on."""
    people = crowds(served)
    ends = time.perf_counter() + seconds
    runs = {crowd.name: Run(seconds) for crowd in people}
    failures: dict[str, list[str]] = {name: [] for name in runs}
    threads = [
        threading.Thread(target=_person, args=(crowd, served.nginx.port, ends, runs, failures))
        for crowd in people
        for _ in range(crowd.count)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {name: _met(run, failures[name]) for name, run in runs.items()}


def _person(
    crowd: Crowd, port: int, ends: float, runs: dict[str, Run], failures: dict[str, list[str]]
) -> None:
    step = crowd.step()
    with closing(SecureConnection(crowd.host, port)) as connection:
        while time.perf_counter() < ends:
            try:
                # One list for all of a kind: appending is one step to Python.
                runs[crowd.name].latencies.append(step(connection))
            except (AssertionError, OSError) as error:
                failures[crowd.name].append(repr(error)[:120])
            time.sleep(crowd.rest)


def _met(run: Run, failures: list[str]) -> Met:
    done = len(run.latencies)
    return Met(
        done,
        len(failures),
        round(run.per_second, 1),
        round(run.percentile(0.5), 1) if done else 0.0,
        round(run.percentile(0.95), 1) if done else 0.0,
        failures[0] if failures else "",
    )


@contextmanager
def chores(served: Nodes, backups: Path) -> Iterator[list[int]]:
    """Sweep and make backups beside the load, one after another; gives what they ended with."""
    program = str(Path(sys.executable).with_name("dengshao"))
    recipient = str(HybridIdentity.generate().recipient)
    environ = {**os.environ, **served.environ, "DENGSHAO_BACKUP_RECIPIENT": recipient}
    shutil.rmtree(backups, ignore_errors=True)
    backups.mkdir(parents=True)
    ended: list[int] = []
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            for words in (["sweep"], ["backup", str(backups)]):
                done = subprocess.run([program, *words], env=environ, capture_output=True)
                ended.append(done.returncode)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield ended
    finally:
        stop.set()
        thread.join()


def measure_limit(served: Nodes, seconds: float) -> Limit:
    """Send sealed tips as fast as they are taken, to the nodes in turn."""
    step = post_sealed(served.places[0], READY_TIPS)
    run = Run(seconds)
    ends = time.perf_counter() + seconds
    before = served.app_seconds(), served.clock.seconds()
    started = time.perf_counter()
    threads = [
        threading.Thread(target=_press, args=(place.port, step, ends, run))
        for place in served.places
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    run.seconds = time.perf_counter() - started
    each = 1000 / len(run.latencies)
    return Limit(
        round(run.per_second, 1),
        round(run.percentile(0.95), 1),
        round((served.app_seconds() - before[0]) * each, 2),
        round((served.clock.seconds() - before[1]) * each, 2),
    )


def _press(port: int, step: Step, ends: float, run: Run) -> None:
    with closing(Connection("127.0.0.1", port, name=PUBLIC)) as connection:
        while time.perf_counter() < ends:
            run.latencies.append(step(connection))


def show(found: dict[int, dict[str, Met]], limits: dict[int, Limit]) -> None:
    for count, met in found.items():
        print(f"\n{count} node(s), two workers each: done, failed, a second, p50, p95 in ms")
        for name, one in met.items():
            print(
                f"{name:32}{one.done:>8}{one.failed:>6}{one.per_second:>9}"
                f"{one.p50_ms:>9}{one.p95_ms:>9}  {one.first_failure}"
            )
    if {1, 2} <= set(limits):
        one, two = limits[1], limits[2]
        times = two.tips_per_second / one.tips_per_second
        share = one.database_ms / (one.database_ms + one.app_ms)
        print(
            f"\nsealed tips at the limit, each node held to {SHARE} of a core:"
            f" {one.tips_per_second} -> {two.tips_per_second} a second, {times:.2f}x;"
            f" a tip costs {one.app_ms} ms of a"
            f" node and {one.database_ms} ms of the database ({share:.0%} of both)"
        )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.province")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--counts", default="1,2")
    options = parser.parse_args()
    counts = [int(text) for text in options.counts.split(",")]
    found, limits, ended = {}, {}, {}
    for count in counts:
        with nodes(count) as served:
            fill_queue(served.places[0], QUEUE)
            folder = ROOT / "build" / "bench-province-backups"
            with chores(served, folder) as codes:
                found[count] = live_through(served, options.seconds)
            ended[count] = codes
        with nodes(count, core_share=SHARE) as served:
            limits[count] = measure_limit(served, options.seconds / 4)
    show(found, limits)
    print("sweeps and backups ended with", ended)
    told = {
        "met": {n: {name: asdict(met) for name, met in one.items()} for n, one in found.items()},
        "limits": {n: asdict(limit) for n, limit in limits.items()},
        "chores": ended,
    }
    target = ROOT / "build" / "bench-province.json"
    target.write_text(json.dumps(told, indent=1) + "\n")
    print(f"written: {target}")


if __name__ == "__main__":
    main()
