"""An edge whose clock stands where the test puts it, and two holders with keys of their own."""

from datetime import date, datetime, timedelta

import pytest

from admin.district.edge_log import EdgeLog, LogHolder, LogProfile
from admin.edge.keeper import Keeper
from admin.edge.lines import CHINA
from admin.sealing.age import HybridIdentity

FIRST = datetime(2026, 12, 2, 9, 41, 7, tzinfo=CHINA)


class Clock:
    def __init__(self, now=FIRST):
        self.now = now

    def __call__(self):
        return self.now

    def wait(self, **spans):
        self.now += timedelta(**spans)


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


def sent(address="192.0.2.7", port=51234):
    """What nginx writes into the socket."""
    return f"<190>Dec  2 09:41:07 edge: {address} {port}".encode()


class Edge:
    """A keeper, and what a daemon does with it each minute."""

    def __init__(self, folder, log, now=FIRST):
        folder.mkdir(exist_ok=True)
        self.folder, self.clock, self.said = folder, Clock(now), []
        self.keeper = Keeper(folder, log, say=self.said.append, now=self.clock)

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
