"""An edge whose clock stands where the test puts it, and two holders with keys of their own."""

from datetime import date, datetime, timedelta

import pytest

from admin.clock.judging import Moment
from admin.config import ROOT
from admin.district.edge_log import EdgeLog, LogHolder, LogProfile
from admin.edge.folder_clock import FolderClock
from admin.edge.keeper import Keeper
from admin.edge.lines import CHINA
from admin.sealing.age import HybridIdentity

FIRST = datetime(2026, 12, 2, 9, 41, 7, tzinfo=CHINA)


class Clock:
    """A machine's clock, and the count of seconds since it started, which no setting moves."""

    def __init__(self, now=FIRST):
        self.now, self.boot, self.ran = now, 1, 1000.0

    def tell(self):
        return self.now

    def __call__(self):
        return Moment(self.now.timestamp(), str(self.boot), self.ran)

    def wait(self, **spans):
        """Let time pass, as it does: for both of them."""
        self.now += timedelta(**spans)
        self.ran += timedelta(**spans).total_seconds()

    def wait_until(self, moment):
        self.wait(seconds=(moment - self.now).total_seconds())

    def jump(self, **spans):
        """Set the clock wrong, or right again: no time passes."""
        self.now += timedelta(**spans)

    def start_anew(self, **off):
        """Switch the machine off for so long: its clock goes on, and nothing counts."""
        self.now += timedelta(**off)
        self.boot, self.ran = self.boot + 1, 30.0


@pytest.fixture(scope="session")
def holders():
    """Their identities, by name."""
    return {"security": HybridIdentity.generate(), "archive": HybridIdentity.generate()}


def log_of(*identities, profile=LogProfile.SEALED, days=183):
    rows = tuple(
        LogHolder(f"h{number}", "网信办", "Office", person="", key=str(identity.recipient))
        for number, identity in enumerate(identities)
    )
    return EdgeLog(profile, days, rows)


def write_content(content, holder):
    """Write a district's edge_log.yml for one holder."""
    (content / "data" / "schema").mkdir(parents=True)
    schema = "data/schema/edge_log.json"
    (content / schema).write_text((ROOT / "content" / schema).read_text())
    (content / "data" / "edge_log.yml").write_text(
        "source: x\nchecked: '2026-12-02'\nprofile: sealed\ndays: 183\n"
        f"holders: [{{id: a, zh: 网信办, en: Office, key: {holder.recipient}}}]\n",
        "utf-8",
    )
    return content


def sent(address="192.0.2.7", port=51234):
    """What nginx writes into the socket."""
    return f"<190>Dec  2 09:41:07 edge: {address} {port}".encode()


class Edge:
    """A keeper, and what a daemon does with it each minute."""

    def __init__(self, folder, log, now=FIRST):
        folder.mkdir(exist_ok=True)
        self.folder, self.clock, self.said = folder, Clock(now), []
        self.log = log
        self._begin()

    def start(self):
        """Begin anew in the same folder, as after a crash: what was in memory is gone."""
        self._begin()
        self.settle()

    def _begin(self):
        clock = FolderClock(self.folder, self.clock)
        self.keeper = Keeper(self.folder, self.log, clock=clock, say=self.said.append)

    def take(self, *lines):
        for line in lines:
            self.keeper.take(line)

    def settle(self, *, stops=False):
        self.keeper.turn(stops=stops)
        self.keeper.forget(self.keeper.settle(self.keeper.waiting()))

    def names(self):
        return sorted(path.name for path in self.folder.glob("*.age"))

    @property
    def day(self) -> date:
        return self.clock.now.date()


@pytest.fixture
def edge(tmp_path, holders):
    return Edge(tmp_path / "edge", log_of(holders["security"]))
