"""`make rolling`: restart two nodes by turns under load; nothing may be lost, nobody signed out."""

import argparse
import json
import secrets
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from queue import Empty, SimpleQueue
from statistics import median
from threading import Event

from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import select

from admin import create_app
from admin.app_state import app_state
from admin.config import ROOT, Config
from admin.db import db, today
from admin.models import Member, StaffSession, Tip
from tests.bench.__main__ import database
from tests.bench.desk import UNIT, fill_queue
from tests.bench.place import Place

from .crowd import Tally, claim_tips, send_tips
from .nodes import PARTS, Node, two_nodes

PEOPLE, MEMBERS = 50, 6


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
        # And when nginx, which passes over a node for a second after it refused, asks it again.
        time.sleep(2)
        count += 1
        time.sleep(max(0.0, every - (time.monotonic() - began)))
    return count


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
            for name, tally in zip(names, tallies[-MEMBERS:], strict=True)
            for reference in tally.claimed
        )
    return len(wanted) - len(set(there)), wrong


def roll(folder: Path, url: str, seconds: float, every: float) -> dict[str, object]:
    with two_nodes(folder, url) as (nodes, place, proxy):
        fill_queue(place, 1000)
        names = [f"member-{number}" for number in range(MEMBERS)]
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

        over, tallies = Event(), [Tally() for _ in range(PEOPLE + MEMBERS)]
        with ThreadPoolExecutor(PEOPLE + MEMBERS) as pool:
            done = [
                pool.submit(send_tips, proxy, tally, site_id, over, 3 + number / PEOPLE)
                for number, tally in enumerate(tallies[:PEOPLE])
            ]
            done += [
                pool.submit(claim_tips, proxy, tally, cookie, take, over)
                for tally, cookie in zip(tallies[PEOPLE:], cookies, strict=True)
            ]
            try:
                restarts = restart(nodes, seconds, every)
            finally:
                over.set()
            for one in done:
                one.result()
        tips_lost, claims_lost = lost(place, tallies, names)
        return {
            "seconds": seconds,
            "restarts": restarts,
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
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--every", type=float, default=5)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(dir=ROOT / "build") as name,
        database("postgresql", Path(name) / "store") as url,
    ):
        found = roll(Path(name), url, options.seconds, options.every)
    print(json.dumps(found, indent=1))  # noqa: T201 (the report)
    (ROOT / "build" / "rolling.json").write_text(json.dumps(found, indent=1) + "\n")
    wrong = found["failed"] or found["lost tips"] or found["lost claims"] or found["signed out"]
    sys.exit(bool(wrong) or not found["tips"] or not found["claims"])


if __name__ == "__main__":
    main()
