"""How long those wait who write and read a million tips while a migration runs: `make bench-locks`.

On PostgreSQL. Each permitted form of a change (admin/migrations/gently.py) is done by a migration
while three write tips and act on some, and two read the queue; one beside a reader who stays in a
transaction for eight seconds. Then the same in the plain way, without a bound on the wait: what it
would have
cost. Tips hold short bytes in place of the sealed ones. Writes build/bench-locks.json.
"""

import argparse
import json
import random
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from sqlalchemy import Engine, create_engine, text

from admin.config import ROOT
from admin.migrate import migrate
from tests.further_steps import further_steps

from .__main__ import database

TIPS = 1_000_000
WRITERS, READERS = 3, 2
PAUSE = 0.02
STAYS = 8.0
STEP = 9_000_000_000_000
_ROW = (
    "INSERT INTO tip (id, reference, lookup, unit_id, unit_key_id, urgency, received_on, status,"
    " is_open, talk_length, version, channel, lane_rank, is_counted, label, sealed) SELECT"
    " {id}, {name}, sha256({name}::bytea), 'police', 7, 'P2', current_date, 'received', {is_open},"
    " 0, 1, 'form', '3', true, repeat('-', 64)::bytea, repeat('-', 64)::bytea"
)
FILL = (
    _ROW.format(id=f"(n * {STEP})::int8", name="lpad(to_hex(n), 11, '0')", is_open="mod(n, 15) = 0")
    + " FROM generate_series(1, {}) AS n"
)
WRITE = _ROW.format(id=":id", name="CAST(:name AS text)", is_open="true")
ACT = "UPDATE tip SET version = version + 1 WHERE id = :id"
READ = (
    "SELECT id FROM tip WHERE unit_id = 'police' AND is_open AND machine_unit IS NULL"
    " ORDER BY urgency, received_on, id LIMIT 50"
)
KEY = (
    "INSERT INTO unit_key (id, unit_id, recipient, recovery, fingerprint, roster_mac, made_on)"
    " VALUES (7, 'police', 'r', 'q', 'f', 'm', current_date)"
)
GENTLE = {
    "add a column": 'gently.add_column("tip", sa.Column("more", sa.Integer))',
    "add a column with a constant, beside a long reader": (
        'gently.add_column("tip", sa.Column("kind", sa.String(9), nullable=False,'
        ' server_default="a"))'
    ),
    "fill a column": 'gently.fill("tip", "id", "more = version", "more IS NULL")',
    "let a column be set": 'gently.set_not_null("tip", "kind")',
    "add a rule": 'gently.check("tip", "version_counts", "version > 0")',
    "make an index": 'gently.create_index("ix_tip_more", "tip", ["unit_id", "more"])',
    "drop an index": 'gently.drop_index("ix_tip_more", "tip")',
    "add a table that leads to tips": (
        'op.create_table("pile", sa.Column("tip_id", sa.BigInteger, sa.ForeignKey("tip.id")))'
    ),
}
PLAIN = {
    "add a column, beside a long reader": "ALTER TABLE tip ADD COLUMN again integer",
    "fill a column": "UPDATE tip SET again = version",
    "add a rule": "ALTER TABLE tip ADD CONSTRAINT again_counts CHECK (version > 0)",
    "make an index": "CREATE INDEX ix_tip_again ON tip (unit_id, again)",
}


@dataclass
class Waits:
    """What one change took, and the longest wait of those beside it, in milliseconds."""

    way: str
    change: str
    seconds: float = 0
    writes: int = 0
    longest_write_ms: float = 0
    longest_read_ms: float = 0


@dataclass
class Crowd:
    """Writers and readers at work; each act is kept with how long it took."""

    engine: Engine
    tips: int
    took: dict[str, list[float]] = field(default_factory=lambda: {"write": [], "read": []})
    is_over: threading.Event = field(default_factory=threading.Event)

    def _write(self) -> None:
        with self.engine.begin() as connection:
            key = random.getrandbits(63)
            connection.execute(text(WRITE), {"id": key, "name": f"{key % 10**11:011}"})
        # And a member acts on a tip that is there.
        with self.engine.begin() as connection:
            connection.execute(text(ACT), {"id": random.randint(1, self.tips) * STEP})

    def _read(self) -> None:
        with self.engine.connect() as connection:
            connection.execute(text(READ)).all()

    def _again(self, kind: str, act: Callable[[], None]) -> None:
        while not self.is_over.is_set():
            begun = time.perf_counter()
            act()
            self.took[kind].append(time.perf_counter() - begun)
            time.sleep(PAUSE)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        acts = [("write", self._write)] * WRITERS + [("read", self._read)] * READERS
        threads = [threading.Thread(target=self._again, args=one) for one in acts]
        for thread in threads:
            thread.start()
        yield
        self.is_over.set()
        for thread in threads:
            thread.join()


def measure(engine: Engine, tips: int, way: str, change: str, act: Callable[[], None]) -> Waits:
    crowd, found = Crowd(engine, tips), Waits(way, change)
    long_reader = threading.Thread(target=_stay, args=[engine])
    with crowd.at_work():
        if "long reader" in change:
            long_reader.start()
        time.sleep(1)
        begun = time.perf_counter()
        act()
        found.seconds = round(time.perf_counter() - begun, 2)
        time.sleep(1)
    if "long reader" in change:
        long_reader.join()
    found.writes = len(crowd.took["write"])
    found.longest_write_ms = round(max(crowd.took["write"]) * 1000, 1)
    found.longest_read_ms = round(max(crowd.took["read"]) * 1000, 1)
    print(
        f"{way:7} {change:52} {found.seconds:8.2f} s  {found.longest_write_ms:9.1f} ms"
        f"  {found.longest_read_ms:9.1f} ms",
        flush=True,
    )
    return found


def _stay(engine: Engine) -> None:
    """Read, and stay in the transaction: a backup, a report."""
    with engine.connect() as connection:
        connection.execute(text(READ))
        time.sleep(STAYS)


def _run(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)


def run(engine: Engine, tips: int) -> list[Waits]:
    migrate(engine)
    for statement in (KEY, FILL.format(tips)):
        _run(engine, statement)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE tip")
    print(
        f"{'':7} {f'of {tips:,} tips':52} {'took':>10}  {'write waited':>12}  {'read waited':>12}"
    )
    found = [measure(engine, tips, "", "nothing", lambda: time.sleep(4))]
    with (
        tempfile.TemporaryDirectory() as name,
        further_steps(Path(name), *GENTLE.values()) as steps,
    ):
        for step, change in zip(steps, GENTLE, strict=True):
            found.append(
                measure(engine, tips, "gently", change, lambda step=step: migrate(engine, step))
            )
    for change, statement in PLAIN.items():
        found.append(
            measure(engine, tips, "plain", change, lambda text=statement: _run(engine, text))
        )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.locks")
    parser.add_argument("--tips", type=int, default=TIPS)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(dir=ROOT / "build") as folder,
        database("postgresql", Path(folder) / "store") as url,
    ):
        engine = create_engine(url, pool_size=12)
        found = run(engine, options.tips)
        engine.dispose()
    target = ROOT / "build" / "bench-locks.json"
    told = {"tips": options.tips, "changes": [asdict(one) for one in found]}
    target.write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
