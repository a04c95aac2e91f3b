"""Measure the queue over a thousand and over a million tips: `make bench-full`.

Three stores on each database: 1,000 tips; a million as after years of work (most of them ended, in
five units); and a million that all lie open in one unit. Most tips hold short bytes in place of the
sealed ones, 20,000 hold real ones. What is measured are whole pages, over HTTP, as a reviewer gets
them: the counts of all lanes stand on each. Then every combination of filters, see filters.py;
`--filters few --stores 1k,50k_open` is the short way.
"""

import argparse
import json
import math
import random
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, insert, select, text

from admin import create_app
from admin.config import ROOT
from admin.db import db, forget_deleted, today
from admin.desk.claims import clock
from admin.desk.queue.lanes import Cursor, Lane
from admin.models import Member, Tip, TipLabel, UnitKey, random_key
from admin.sealing import age, payload
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency

from .__main__ import CONNECTIONS, database
from .desk import UNIT, sign_in
from .filters import all_filters, ask_again, ask_each, show_filters
from .load import closed_loop, get_page
from .place import UNITS, Place, served

SMALL, LARGE, REAL = 1_000, 1_000_000, 20_000
STEP = 695_853_808_378_153
"""From one reference to the next: odd, and so near the golden section that they lie spread."""
COLLEAGUES = 12
BAR_MS, BAR_TIMES = 50, 1.3
SHORT = b"age-encryption.org/v1\n" + b"-" * 42
OPEN = (TipStatus.RECEIVED, TipStatus.RECEIVED, TipStatus.QUESTION, TipStatus.ACCEPTED)
ENDED = (TipStatus.CLOSED, TipStatus.CLOSED, TipStatus.OUT_OF_SCOPE, TipStatus.PURGED)
URGENCIES = (Urgency.P3,) * 6 + (Urgency.P2,) * 3 + (Urgency.P1,) * 2 + (Urgency.P0,)
COLUMNS = [
    *("id", "reference", "lookup", "unit_id", "unit_key_id", "urgency", "received_on", "status"),
    *("is_open", "claimed_by_id", "claimed_until", "due_on", "due_rule", "machine_unit"),
    *("channel", "talk_length", "version", "label", "sealed"),
]


@dataclass
class Shape:
    """How the tips of a store are made."""

    count: int
    is_all_open: bool
    """Whether all lie open in one unit; otherwise one in fifteen is open, in five units."""


def years_of_work(count: int) -> Shape:
    """Most of so many tips are ended, in five units; a thousand all lie open: pages are full."""
    return Shape(count, is_all_open=count <= SMALL)


SHAPES = {
    "1k": Shape(SMALL, is_all_open=True),
    "1m": Shape(LARGE, is_all_open=False),
    "1m_open": Shape(LARGE, is_all_open=True),
    "50k_open": Shape(LARGE // 20, is_all_open=True),
}


class Maker:
    """Makes rows: the same dice for all stores, so that a lane is mixed alike in each."""

    def __init__(self, shape: Shape, key: UnitKey, members: list[int]) -> None:
        self.shape, self.key, self.members = shape, key, members
        self.dice = random.Random(20261124)
        self.unit = age.parse_recipient(key.recipient)
        self.recovery = age.parse_recipient(key.recovery)
        self.first = secrets.randbits(payload.REFERENCE_BITS)
        self.each = shape.count // min(REAL, shape.count)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        # In the order of the key, which is random: a table is filled fastest so.
        for number, key in enumerate(sorted(random_key() for _ in range(self.shape.count))):
            yield self._row(number, key)

    def _row(self, number: int, key: int) -> tuple[Any, ...]:
        dice = self.dice
        is_open = self.shape.is_all_open or dice.random() < 1 / 15
        unit = UNIT if self.shape.is_all_open or dice.random() < 0.5 else dice.choice(UNITS)
        status = dice.choice(OPEN if is_open else ENDED)
        is_machine = is_open and status is TipStatus.RECEIVED and dice.random() < 0.02
        holder = self._holder(status) if not is_machine else None
        is_real = number % self.each == 0
        return (
            key,
            self._reference(number),
            secrets.token_bytes(32),
            unit,
            self.key.id,
            dice.choice(URGENCIES).value,
            today() - timedelta(days=dice.randrange(365)),
            status.value,
            is_open,
            holder,
            clock() + dice.choice((-600, 86_400, 200_000)) if holder else None,
            today() + timedelta(days=dice.randrange(-20, 40)) if is_open else None,
            "first_read" if is_open else None,
            unit if is_machine else None,
            "phone" if dice.random() < 0.01 else "form",
            0,
            1,
            self._label() if is_real else SHORT,
            self._words() if is_real else SHORT,
        )

    def _reference(self, number: int) -> str:
        # Ten million random ones meet: one filling in 23 would end with two that are the same.
        # An odd step leads through all numbers of so many bits before one comes again.
        return payload.reference_of((self.first + number * STEP) % 2**payload.REFERENCE_BITS)

    def _holder(self, status: TipStatus) -> int | None:
        # A few hundred claims in all: as many as twelve people hold.
        few = 400 / self.shape.count
        is_claimed = status is not TipStatus.RECEIVED and self.dice.random() < min(few, 0.3)
        return self.dice.choice(self.members) if is_claimed else None

    def _label(self) -> bytes:
        return age.seal(payload.Label("A4", "hekou", ("minor",)).to_bytes(), [self.unit])

    def _words(self) -> bytes:
        return age.seal(b" " * payload.TIP_CLASS, [self.unit, self.recovery])


def real_of(count: int) -> int:
    """Tell how many of so many tips get sealed bytes as long as a reporter's."""
    return math.ceil(count / (count // min(REAL, count)))


def fill(place: Place, shape: Shape) -> None:
    app = create_app(place.config)
    with app.app_context():
        # Read apart: a session that reads under the writers' lock would keep the filling waiting.
        key = db.reading.scalars(select(UnitKey).filter_by(unit_id=UNIT)).one()
        members = _add_colleagues()
        db.session.commit()
        rows = Maker(shape, key, members).rows()
        with _indexes_afterwards():
            _copy(rows) if db.engine.dialect.name == "postgresql" else _insert(rows)
        _add_labels()
        _come_to_rest()
        db.session.close()
        db.dispose()


@contextmanager
def _indexes_afterwards() -> Iterator[None]:
    """Put the table's indexes aside while it is filled: each is made in one go, sorted."""
    listing = (
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'tip' AND indexname NOT IN"
        " (SELECT conname FROM pg_constraint)"
        if db.engine.dialect.name == "postgresql"
        else "SELECT name, sql FROM sqlite_master WHERE tbl_name = 'tip' AND type = 'index'"
        " AND sql IS NOT NULL"
    )
    with _unhurried() as connection:
        indexes = connection.execute(text(listing)).all()
        for name, _statement in indexes:
            connection.execute(text(f"DROP INDEX {name}"))
    yield
    with _unhurried() as connection:
        for _name, statement in indexes:
            connection.exec_driver_sql(statement)


@contextmanager
def _unhurried() -> Iterator[Connection]:
    """Give a transaction in which a statement may take longer than a request's."""
    with db.engine.connect() as connection, connection.begin():
        if db.engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            # Each row's keys would be asked for by a statement of its own.
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        yield connection


def _add_colleagues() -> list[int]:
    common = {"unit_id": UNIT, "roles": ["analyst"], "recipient": "-", "salt": b"\0" * 16}
    common |= {"auth_hash": b"\0" * 32, "made_on": today(), "sealed_identity": b"-"}
    rows = [Member(name=f"colleague {n}", **common) for n in range(COLLEAGUES)]
    db.session.add_all(rows)
    db.session.flush()
    return [row.id for row in rows]


def _copy(rows: Iterator[tuple[Any, ...]]) -> None:
    copying = f"COPY tip ({', '.join(COLUMNS)}) FROM STDIN"
    with _unhurried() as connection:
        cursor = connection.connection.cursor()
        with cursor.copy(copying) as copy:
            for row in rows:
                copy.write_row(row)
        cursor.close()


def _come_to_rest() -> None:
    """Do what the database does by itself within minutes; meanwhile the disk would not be ours."""
    if db.engine.dialect.name == "sqlite":
        forget_deleted(db.engine)
        return
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM ANALYZE tip"))
        connection.execute(text("CHECKPOINT"))


def _insert(rows: Iterator[tuple[Any, ...]]) -> None:
    holes = ", ".join("?" * len(COLUMNS))
    statement = f"INSERT INTO tip ({', '.join(COLUMNS)}) VALUES ({holes})"
    day = COLUMNS.index("received_on"), COLUMNS.index("due_on")
    with db.engine.connect() as connection, connection.begin():
        cursor = connection.connection.cursor()
        # The two unique columns are random: what is written next lies anywhere in their indexes.
        cursor.execute("PRAGMA cache_size = -1500000")
        cursor.executemany(
            statement,
            (
                tuple(str(cell) if at in day and cell else cell for at, cell in enumerate(row))
                for row in rows
            ),
        )
        cursor.close()


def _add_labels() -> None:
    """Put a label on some open tips, as staff would."""
    chosen = select(Tip.id).where(Tip.unit_id == UNIT, Tip.is_open).limit(600)
    rows = [
        {"tip_id": key, "label": "on_site", "unit_id": UNIT} for key in db.session.scalars(chosen)
    ]
    db.session.execute(insert(TipLabel), rows)
    db.session.commit()


def pages(place: Place) -> dict[str, str]:
    """Name the pages that are measured: each lane, a deep page, and searches."""
    app = create_app(place.config)
    with app.app_context():
        depth = db.session.execute(
            select(func.count()).where(Tip.unit_id == UNIT, Tip.is_open, Tip.machine_unit.is_(None))
        ).scalar_one()
        row = db.session.execute(
            select(Tip.urgency, Tip.received_on, Tip.id, Tip.reference)
            .where(Tip.unit_id == UNIT, Tip.is_open, Tip.machine_unit.is_(None))
            .order_by(Tip.urgency, Tip.received_on, Tip.id)
            .offset(depth * 9 // 10)
            .limit(1)
        ).one()
        db.session.close()
        db.dispose()
    days = f"since={today() - timedelta(days=40)}&until={today() - timedelta(days=30)}"
    found = {f"lane {lane.value}": f"/desk/?lane={lane.value}" for lane in Lane}
    return {
        "first page": "/desk/",
        **found,
        "deep page": f"/desk/?after={Cursor(row.urgency, row.received_on, row.id)}",
        "reference": f"/desk/?reference={row.reference[:6]}",
        "days": f"/desk/?{days}",
        "closed days": f"/desk/?status=closed&{days}",
        "label": "/desk/?label=on_site",
        "channel": "/desk/?channel=phone",
    }


@dataclass
class Time:
    """What one page took."""

    p95_ms: float
    cpu_ms: float
    """Of the server's processes, database excluded on PostgreSQL: tells also on a busy machine."""


def measure(place: Place, seconds: float, cookie: str) -> dict[str, Time]:
    where = {"host": "localhost", "port": place.port}
    found = {}
    for name, path in pages(place).items():
        step = get_page(path, cookie)
        closed_loop(step, **where, connections=2, seconds=0.5)
        found[name] = _time(place, step, where | {"connections": 1, "seconds": seconds})
    step = get_page("/desk/", cookie)
    many = where | {"connections": CONNECTIONS, "seconds": 2 * seconds}
    found["first page, 16 at once"] = _time(place, step, many)
    return found


def _time(place: Place, step: Any, how: dict[str, Any]) -> Time:
    cpu = place.cpu_seconds()
    run = closed_loop(step, **how)
    cpu = place.cpu_seconds() - cpu
    return Time(round(run.percentile(0.95), 1), round(cpu / len(run.latencies) * 1000, 2))


def run(
    kind: str, seconds: float, names: list[str], *, is_whole: bool
) -> dict[str, dict[str, Time]]:
    results = {}
    with _filled(kind, names[0]) as first:
        cookie = sign_in(first, roles=["reviewer"])
        results[names[0]] = measure(first, seconds, cookie)
        early = ask_each(first, all_filters(first, is_whole=is_whole), cookie)
        for name in names[1:]:
            with _filled(kind, name) as place:
                own = sign_in(place, roles=["reviewer"])
                results[name] = measure(place, seconds, own)
                late = ask_each(place, all_filters(place, is_whole=is_whole), own)
                # Its session has been idle for longer than one may be.
                cookie = sign_in(first, roles=["reviewer"])
                ask_again(first, cookie, early, place, own, late)
                show_filters(kind, name, early, late)
    return results


@contextmanager
def _filled(kind: str, name: str) -> Iterator[Place]:
    with tempfile.TemporaryDirectory(dir=ROOT / "build") as folder:
        store = Path(folder)
        with database(kind, store / "store") as url, served(store / "var", url) as place:
            fill(place, SHAPES[name])
            yield place


def show(kind: str, results: dict[str, dict[str, Time]]) -> None:
    """Print p95 in milliseconds, and by how much a million tips take longer than a thousand."""
    print(f"\n{kind}: p95 in ms, one member at a time; bars: {BAR_MS} ms, {BAR_TIMES} times 1k")
    names = list(results)
    print(f"{'':26}" + "".join(f"{f'{name}: p95, times, cpu':>24}" for name in names))
    for page in results[names[0]]:
        base = results[names[0]][page].p95_ms
        cells = []
        for name in names:
            time = results[name][page]
            value = time.p95_ms
            is_bad = value > BAR_MS or (value > BAR_TIMES * base and value - base > 1)
            mark = "!" if is_bad else " "
            cells.append(f"{value:>7} {value / base:>5.2f}x{mark} {time.cpu_ms:>6}")
        print(f"{page:26}" + "".join(f"{cell:>24}" for cell in cells), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.full")
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--databases", default="sqlite,postgresql")
    parser.add_argument("--stores", default="1k,1m,1m_open", help=f"of {', '.join(SHAPES)}")
    parser.add_argument("--filters", choices=["every", "few"], default="every")
    options = parser.parse_args()
    found: dict[str, Any] = {}
    target = ROOT / "build" / "bench-full.json"
    for kind in options.databases.split(","):
        is_whole = options.filters == "every"
        results = run(kind, options.seconds, options.stores.split(","), is_whole=is_whole)
        show(kind, results)
        found[kind] = {
            **{f"queue_p95_ms_{name}": rows["first page"].p95_ms for name, rows in results.items()},
            "pages": {
                name: {page: asdict(time) for page, time in rows.items()}
                for name, rows in results.items()
            },
        }
        # After each database: the run is long, and what was measured must not be lost.
        target.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    print(f"written: {target}", flush=True)


if __name__ == "__main__":
    main()
