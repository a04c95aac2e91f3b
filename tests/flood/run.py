"""Serves, floods, and looks afterwards into the store: where each tip stands, how much it grew."""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select, text

from admin import create_app
from admin.app_state import app_state
from admin.config import ROOT
from admin.db import db
from admin.desk.claims import clock
from admin.mail.notices import waits_p0
from admin.models import Tip
from admin.sealing import receipt
from admin.vault.calls import CALLS_MAX
from tests.bench.load import Connection
from tests.bench.place import Place

from .people import Sent, fetch_challenge, parcel, send_plain, send_sealed, solve

TIP_BYTES = 16 * 1024
SLACK_BYTES = 8 * 1024 * 1024
"""What a database keeps for itself: journal, spent rows, free pages."""


@dataclass(frozen=True)
class Force:
    """How long and how hard the flood is, and how many people come in it."""

    seconds: float
    plain_connections: int = 32
    sealed_connections: int = 16
    plain_people: int = 40
    sealed_people: int = 10
    calls: bool = False
    """Whether each tip of the flood calls for protection."""


@dataclass
class Store:
    """What lies in the store."""

    lane: int
    normal: int
    size: int
    lane_calls: int
    normal_calls: int
    rings: bool
    """Whether each heartbeat rings the pager of a unit."""


@dataclass
class Report:
    lane_tips: int
    group_tips: int
    people: list[Sent]
    missing: int
    in_lane: int
    plain: Counter[str]
    sealed: Counter[str]
    before: Store
    after: Store
    calls: bool = False

    @property
    def p95(self) -> float:
        """Seconds that the server took for a person's tip, GET and POST together."""
        return sorted(sent.seconds for sent in self.people)[int(0.95 * (len(self.people) - 1))]

    @property
    def grown(self) -> int:
        return self.after.size - self.before.size

    @property
    def accepted(self) -> int:
        """Tips whose senders were told that they are stored."""
        people = sum(sent.status == 200 for sent in self.people)
        return people + self.plain["200"] + self.sealed["200"]

    @property
    def stored(self) -> int:
        before, after = self.before, self.after
        return after.lane + after.normal - before.lane - before.normal

    @property
    def bound(self) -> int:
        return (self.lane_tips + self.after.normal) * TIP_BYTES + SLACK_BYTES

    @property
    def most_lane(self) -> float:
        """The share of the lane that one network gets, and what its calls lead there."""
        return self.lane_tips / 10 + self.group_tips * self.calls

    def check(self) -> list[str]:
        """Name all that is not as it must be."""
        refused = [sent for sent in self.people if sent.status != 200]
        answers = set(self.plain) | set(self.sealed)
        # The flood's own share of the queue: its network's budget, and one proof.
        most_normal = len(self.people) + self.group_tips + 2
        rules = {
            f"{len(refused)} people were refused": refused,
            f"{self.missing} people's tips are not stored": self.missing,
            f"{self.in_lane} people's tips stand in the lane": self.in_lane,
            f"the flood has {self.after.normal} tips in the queue": self.after.normal > most_normal,
            "no tip of the flood stands apart": not self.after.lane,
            f"the flood fills the lane: {self.after.lane}": self.after.lane > self.most_lane,
            f"one proof was good for {self.sealed['200']} tips": self.sealed["200"] > 1,
            f"the store grew by {self.grown} bytes": self.grown > self.bound,
            f"{self.accepted} tips were accepted, {self.stored} stored": self.accepted
            != self.stored,
            f"answers: {sorted(answers)}": answers - {"200", "400", "503"},
            f"{self.after.normal_calls} of the flood call in the queue": self.after.normal_calls
            > CALLS_MAX,
            "the flood rings the pager at each heartbeat": self.calls and self.after.rings,
            "no tip of the lane calls": self.calls and not self.after.lane_calls,
        }
        return [sentence for sentence, is_wrong in rules.items() if is_wrong]


def flood(place: Place, force: Force) -> Report:
    """Flood a served place, and send people's tips in between."""
    with _opened(place) as site_id:
        before = _read_store(place)
    with _attack(place, force, site_id) as attackers:
        people = _send_people(place, force, site_id)
        plain, sealed = (_counts(process) for process in attackers)
    with _opened(place):
        standing = [_standing(sent.lookup) for sent in people]
        after = _read_store(place)
    return Report(
        lane_tips=place.config.lane_tips,
        group_tips=place.config.tips_per_group_hour,
        people=people,
        missing=standing.count("missing"),
        in_lane=standing.count("lane"),
        plain=plain,
        sealed=sealed,
        before=before,
        after=after,
        calls=force.calls,
    )


@contextmanager
def _attack(place: Place, force: Force, site_id: str) -> Iterator[list[subprocess.Popen]]:
    """Start both floods; they end by themselves, and in any case with the block."""
    with closing(Connection("127.0.0.1", place.port)) as connection:
        proof = solve(fetch_challenge(connection))
    keys = receipt.derive(receipt.new_digits(), site_id)
    replayed = json.dumps(parcel(place, keys, proof))
    way = "calling" if force.calls else "plain"
    kinds = [
        (force.plain_connections, way, ""),
        (force.sealed_connections, "replay", replayed),
    ]
    processes = []
    try:
        for connections, way, given in kinds:
            command = [sys.executable, "-m", "tests.flood.attack"]
            command += [str(place.port), str(force.seconds + 1), str(connections), way]
            process = subprocess.Popen(
                command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
            processes.append(process)
            process.stdin.write(given)
            process.stdin.close()
        # The people come when the flood is there.
        time.sleep(1)
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.wait()
            process.stdout.close()


def _counts(process: subprocess.Popen) -> Counter[str]:
    return Counter(json.loads(process.stdout.read()))


def _send_people(place: Place, force: Force, site_id: str) -> list[Sent]:
    """Let the people come one after the other, evenly over the time."""
    ways: list[tuple[Callable[..., Sent], int]] = [
        *((send_plain, number) for number in range(force.plain_people)),
        *((send_sealed, number) for number in range(force.sealed_people)),
    ]
    # Both kinds from the first to the last second.
    ways.sort(key=lambda way: (way[1] + 0.5) / _of_its_kind(way[0], force))
    with ThreadPoolExecutor(8) as pool:
        coming = []
        for send, number in ways:
            coming.append(pool.submit(send, place, site_id, number))
            time.sleep(force.seconds / len(ways))
        return [person.result() for person in coming]


def _of_its_kind(send: Callable[..., Sent], force: Force) -> int:
    return force.plain_people if send is send_plain else force.sealed_people


@contextmanager
def _opened(place: Place) -> Iterator[str]:
    """Open the store beside the server; gives the site id."""
    app = create_app(place.config)
    with app.app_context():
        yield app_state().site_id
        db.session.close()
        db.reading.close()
        db.dispose()


def _read_store(place: Place) -> Store:
    lane, calls = Tip.machine_unit.is_not(None), Tip.danger_on.is_not(None)
    count = select(func.count()).select_from(Tip)
    return Store(
        lane=db.reading.execute(count.where(lane)).scalar_one(),
        normal=db.reading.execute(count.where(~lane)).scalar_one(),
        lane_calls=db.reading.execute(count.where(lane, calls)).scalar_one(),
        normal_calls=db.reading.execute(count.where(~lane, calls)).scalar_one(),
        rings=any(waits_p0(db.reading, one, clock()) for one in app_state().district.units),
        size=_size(place),
    )


def _size(place: Place) -> int:
    """Bytes of the store on the disk."""
    url = db.engine.url
    if url.get_backend_name() == "sqlite":
        path = Path(url.database)
        return sum(file.stat().st_size for file in path.parent.glob(f"{path.name}*"))
    size = text("SELECT pg_database_size(current_database())")
    return db.reading.execute(size).scalar_one()


def _standing(lookup: bytes) -> str:
    """Tell where a receipt's tip stands."""
    found = db.reading.execute(
        select(Tip.machine_unit).where(Tip.lookup == app_state().peppered(lookup))
    ).first()
    if found is None:
        return "missing"
    return "lane" if found.machine_unit else "queue"
