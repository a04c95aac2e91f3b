"""Content-free letters to the units: one a day, and a heartbeat that says whether P0 waits.

They go out at fixed moments whether or not anything came in, and letters of a kind are equal in
size: who watches the mail learns nothing of when a tip arrived. What they say is "look at the
desk", never a number, a reference or a word of a tip.
"""

import threading
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from flask import Flask
from sqlalchemy import or_, select, true
from sqlalchemy.orm import Session

from .config import Config
from .db import SHANGHAI, db
from .district import District
from .house import house
from .models import NoticeAddress, Tip, Urgency
from .outbox import Letter, clear_old, drop_stale, queue_letter, send_due

DAILY: Final = "daily"
PAGE: Final = "page"
KINDS: Final = (DAILY, PAGE)
SECONDS: Final = 20.0
"""How often a serving process looks whether a letter is due."""
SUBJECT: Final = "灯哨值班提醒"
DAILY_BODY: Final = "请今天登录工作台看一看。\n这封信每天同一时间发出，有没有新线索都一样。\n"
PAGE_BODY: Final = "危急：{state}\n这封信按固定间隔发出。写“有”时，请马上登录工作台。\n"
WAITING: Final = "有"
NOTHING: Final = "无"


def tick(app: Flask, now: int | None = None) -> int:
    """Queue the letters of this moment, then send what is due. Tells how many went out.

    Idempotent, and safe on several nodes at once: a letter is queued once, whoever comes first.
    """
    with app.app_context():
        config = house().config
        if not config.smtp_url:
            return 0
        moment = int(time.time()) if now is None else now
        queue_due(db.session, config, house().district, moment)
        db.session.commit()
        sent = send_due(db.session, config, moment)
        clear_old(db.session, moment)
        db.session.commit()
        db.session.close()
    return sent


def queue_due(session: Session, config: Config, district: District, now: int) -> int:
    """Queue the daily letters once their hour has come, and this slot's heartbeats."""
    addresses = session.scalars(select(NoticeAddress)).all()
    letters = [*_daily(addresses, config, now), *_pages(session, addresses, config, now)]
    if config.heartbeat_minutes:
        drop_stale(session, PAGE, str(_slot(config, now)))
    # A unit for practice rings nobody.
    units = {unit.id for unit in district.units.values() if not unit.practice}
    return sum(
        queue_letter(session, letter, now) for unit_id, letter in letters if unit_id in units
    )


def _daily(
    addresses: Sequence[NoticeAddress], config: Config, now: int
) -> list[tuple[str, Letter]]:
    moment = datetime.fromtimestamp(now, SHANGHAI)
    if moment.hour < config.notice_hour:
        return []
    return [
        (row.unit_id, _letter(f"{DAILY} {moment:%Y%m%d} {row.id}", row.address, DAILY_BODY))
        for row in addresses
        if row.kind == DAILY
    ]


def _pages(
    session: Session, addresses: Sequence[NoticeAddress], config: Config, now: int
) -> list[tuple[str, Letter]]:
    rows = [row for row in addresses if row.kind == PAGE]
    if not config.heartbeat_minutes or not rows:
        return []
    waiting = units_with_p0(session, now)
    return [
        (row.unit_id, _heartbeat(row, _slot(config, now), is_waiting=row.unit_id in waiting))
        for row in rows
    ]


def _slot(config: Config, now: int) -> int:
    return now // (config.heartbeat_minutes * 60)


def _heartbeat(row: NoticeAddress, slot: int, *, is_waiting: bool) -> Letter:
    body = PAGE_BODY.format(state=WAITING if is_waiting else NOTHING)
    return _letter(f"{PAGE} {slot} {row.id}", row.address, body)


def _letter(once: str, address: str, body: str) -> Letter:
    return Letter(once=once, address=address, subject=SUBJECT, body=body)


def units_with_p0(session: Session, now: int) -> frozenset[str]:
    """Name the units where an open P0 tip is in nobody's hands.

    What stands in the machine lane does not page: a flood must not ring through the night.
    """
    free = or_(Tip.claimed_by_id.is_(None), Tip.claimed_until < now)
    query = (
        select(Tip.unit_id)
        .where(
            Tip.machine_unit.is_(None),
            Tip.is_open == true(),
            Tip.urgency == Urgency.P0,
            free,
        )
        .distinct()
    )
    return frozenset(session.scalars(query))


def start_noticing(app: Flask) -> threading.Event:
    """Look for due letters every 20 seconds in a thread of this process; set the event to stop."""
    stop = threading.Event()

    def keep_noticing() -> None:
        while not stop.wait(SECONDS):
            try:
                tick(app)
            except Exception as error:
                # The next turn tries again; a name is enough, its words may hold an address.
                app.logger.error("notices failed: %s", type(error).__name__)

    threading.Thread(target=keep_noticing, name="notices", daemon=True).start()
    return stop
