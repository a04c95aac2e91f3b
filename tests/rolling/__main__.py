"""`make rolling`: restart or upgrade two nodes under load: nothing is lost, nobody signed out."""

import argparse
import json
import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from queue import Empty, SimpleQueue
from statistics import median
from threading import Event

from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import select, text

from admin import create_app
from admin.app_state import app_state
from admin.config import ROOT, Config
from admin.db import db, today
from admin.models import Member, StaffSession, Tip
from tests.bench.__main__ import database
from tests.bench.desk import UNIT, fill_queue
from tests.bench.place import Place

from .crowd import Tally, claim_tips, send_tips
from .nodes import PARTS, SECONDS, Node, two_nodes
from .versions import NEWER, Program, make_newer

PEOPLE, MEMBERS = 50, 6
PASSED_OVER = 3.0
"""Seconds after which nginx sends people again to a node that refused.

It passes over it for one, counted in whole seconds, and then sends one request alone until that is
answered. Where the next node goes within that time, nginx knows of none for a moment.
"""
Act = Callable[[list[Node], Callable[[], int]], dict[str, object]]
"""What is done to the nodes under load; told how many tips were acknowledged so far."""


@contextmanager
def opened(config: Config) -> Iterator[None]:
    app = create_app(config)
    with app.app_context():
        yield
        db.session.close()
        db.reading.close()
        db.dispose()


def sign_in(place: Place, name: str) -> str:
    """Make a member and a session; gives the Cookie header."""
    token, now = secrets.token_urlsafe(32), int(time.time())
    with opened(place.config):
        recipient = str(place.identities[UNIT].recipient)
        sealed = {"salt": b"\0" * 16, "auth_hash": b"\0" * 32, "sealed_identity": b"-"}
        member = Member(
            name=name,
            unit_id=UNIT,
            roles=["registrar", "handler"],
            recipient=recipient,
            made_on=today(),
            **sealed,
        )
        db.session.add(member)
        db.session.flush()
        row = {"wrap_key": b"\0" * 32, "last_seen": now, "opened_at": now}
        hashed = sha256(token.encode()).digest()
        db.session.add(StaffSession(token_hash=hashed, member_id=member.id, **row))
        db.session.commit()
    signer = SecureCookieSessionInterface().get_signing_serializer(create_app(place.config))
    return f"Cookie: desk={signer.dumps({'sid': token})}"


def restart(nodes: list[Node], seconds: float, every: float) -> int:
    """Restart one node and then the other, until the time is over; gives how often."""
    until, count = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        began = time.monotonic()
        node = nodes[count % len(nodes)]
        # The next goes when this one is ready, and not before: so an operator does it, too.
        node.restart()
        time.sleep(PASSED_OVER)
        count += 1
        time.sleep(max(0.0, every - (time.monotonic() - began)))
    return count


def upgrade(
    nodes: list[Node], newer: Program, seconds: float, told: Callable[[], int]
) -> dict[str, object]:
    """Expand, go on with both old programs, and bring in the newer one node by node.

    Of four equal parts of the time the first is before all that, the last two are behind it.
    """
    before = _pause(seconds / 4, told)
    began = time.monotonic()
    expanding = newer.start("migrate", environ=nodes[0].environ)
    assert expanding.wait(SECONDS) == 0
    took = time.monotonic() - began
    # An older program must not only go on: where its machine fails now, it must come up again.
    nodes[0].restart()
    both_old = _pause(seconds / 4, told)
    for node in nodes:
        node.program = newer
        node.restart()
        time.sleep(PASSED_OVER)
    both = told()
    return {
        "seconds of the expansion": round(took, 2),
        "restarts": len(nodes) + 1,
        "tips before the expansion": before,
        "tips behind it, of older programs alone": both_old - before,
        "tips while node after node was upgraded": both - both_old,
        "tips of newer programs alone": _pause(seconds / 2, told) - both,
    }


def _pause(seconds: float, told: Callable[[], int]) -> int:
    time.sleep(seconds)
    return told()


def writers(place: Place) -> dict[str, int]:
    """Count the tips that the older and the newer program have written."""
    with opened(place.config):
        form = db.reading.scalar(text("SELECT version_num FROM alembic_version"))
        query = text("SELECT coalesce(written_by, 'older'), count(*) FROM tip GROUP BY 1")
        found = dict(db.reading.execute(query).all()) if form == NEWER else {}
    return {"written by the newer program": found.get("newer", 0)} if found else {}


def pace(nodes: list[Node]) -> dict[str, dict[str, float]]:
    """Tell of each part of a restart how long it takes: the middle one, and the longest."""
    found = {}
    for name in PARTS:
        took = [seconds for node in nodes for seconds in node.parts[name]]
        if took:
            found[name] = {"median": round(median(took), 2), "most": round(max(took), 2)}
    return found


def lost(place: Place, tallies: list[Tally], names: list[str]) -> tuple[int, int]:
    """Count acknowledged tips that are not there once, and claims that are not their member's."""
    with opened(place.config):
        wanted = [app_state().peppered(one) for tally in tallies for one in tally.lookups]
        there = db.reading.scalars(select(Tip.lookup).where(Tip.lookup.in_(wanted))).all()
        found = db.reading.execute(select(Tip.reference, Member.name).join(Tip.claimed_by))
        claimed = {row.reference: row.name for row in found}
        wrong = sum(
            claimed.get(reference) != name
            for name, tally in zip(names, tallies[-len(names) :], strict=True)
            for reference in tally.claimed
        )
    return len(wanted) - len(set(there)), wrong


def roll(
    folder: Path,
    url: str,
    act: Act,
    people: int = PEOPLE,
    members: int = MEMBERS,
    leaving: int = 0,
) -> dict[str, object]:
    with two_nodes(folder, url, leaving) as (nodes, place, proxy):
        fill_queue(place, 20 * people)
        names = [f"member-{number}" for number in range(members)]
        cookies = [sign_in(place, name) for name in names]
        waiting: SimpleQueue[str] = SimpleQueue()
        with opened(place.config):
            site_id = app_state().site_id
            for reference in db.reading.scalars(select(Tip.reference)):
                waiting.put(reference)

        def take() -> str | None:
            try:
                return waiting.get_nowait()
            except Empty:
                return None

        over, tallies = Event(), [Tally() for _ in range(people + members)]
        began = time.monotonic()
        with ThreadPoolExecutor(people + members) as pool:
            done = [
                pool.submit(send_tips, proxy, tally, site_id, over, 3 + number / people)
                for number, tally in enumerate(tallies[:people])
            ]
            done += [
                pool.submit(claim_tips, proxy, tally, cookie, take, over)
                for tally, cookie in zip(tallies[people:], cookies, strict=True)
            ]
            try:
                found = act(nodes, lambda: sum(len(tally.lookups) for tally in tallies))
            finally:
                over.set()
            for one in done:
                one.result()
        tips_lost, claims_lost = lost(place, tallies, names)
        return {
            "seconds": round(time.monotonic() - began),
            **found,
            **writers(place),
            "seconds by part of a restart": pace(nodes),
            "said leaving first": sum(node.left for node in nodes),
            "presses": sum(tally.presses for tally in tallies),
            "tips": sum(len(tally.lookups) for tally in tallies),
            "claims": sum(len(tally.claimed) for tally in tallies),
            "retried once": sum(tally.retried for tally in tallies),
            "slowest press, s": round(max(tally.slowest for tally in tallies), 2),
            "lost tips": tips_lost,
            "lost claims": claims_lost,
            "signed out": sum(tally.signed_out for tally in tallies),
            "failed": [what for tally in tallies for what in tally.failed],
        }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.rolling")
    parser.add_argument("--seconds", type=float, help="120, and 40 of an upgrade beside its starts")
    parser.add_argument("--every", type=float, default=5)
    parser.add_argument("--upgrade", action="store_true", help="from one schema to a newer one")
    leaving = "seconds in which a node says that it goes, as a load balancer wants it"
    parser.add_argument("--leaving", type=int, default=0, help=leaving)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(dir=ROOT / "build") as name,
        database("postgresql", Path(name) / "store") as url,
    ):
        found = roll(Path(name), url, _asked(options, Path(name)), leaving=options.leaving)
    print(json.dumps(found, indent=1))  # noqa: T201 (the report)
    keep("upgrade" if options.upgrade else "restarts", found)
    sys.exit(bool(wrong(found)))


def _asked(options: argparse.Namespace, folder: Path) -> Act:
    if options.upgrade:
        newer = make_newer(folder / "newer")
        return lambda nodes, told: upgrade(nodes, newer, options.seconds or 40, told)
    seconds = options.seconds or 120
    return lambda nodes, _told: {"restarts": restart(nodes, seconds, options.every)}


def keep(part: str, found: dict[str, object]) -> None:
    """Write the figures beside those of the other kind of run."""
    path = ROOT / "build" / "rolling.json"
    kept = json.loads(path.read_text()) if path.exists() else {}
    parts = {
        name: kept[name] for name in ("restarts", "upgrade") if isinstance(kept.get(name), dict)
    }
    path.write_text(json.dumps(parts | {part: found}, indent=1) + "\n")


def wrong(found: dict[str, object]) -> list[str]:
    """Name what must not be so, or must be more than none."""
    none = ("failed", "lost tips", "lost claims", "signed out")
    some = ("tips", "claims", "written by the newer program")
    return [name for name in none if found[name]] + [
        name for name in some if name in found and not found[name]
    ]


if __name__ == "__main__":
    main()
