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
from sqlalchemy import Select, not_, or_, select, true
from sqlalchemy.orm import Session

from ..app_state import app_state
from ..config import Config
from ..db import SHANGHAI, db
from ..district.data import District
from ..leading import Work, lead
from ..models import LaneRank, Member, NoticeAddress, Tip
from ..tip.urgency import Urgency
from ..vault.calls import CALLS_MAX, UNPROVEN
from .outbox import (
    PING,
    Letter,
    clear_old,
    drop_stale,
    is_queued,
    queue_letter,
    send_due,
)

DAILY: Final = "daily"
PAGE: Final = "page"
KINDS: Final = (DAILY, PAGE)
SECONDS: Final = 20.0
"""How often a serving process looks whether a letter is due."""
SUBJECT: Final = "灯哨值班提醒"
DAILY_BODY: Final = "请今天登录工作台看一看。\n这封信每天同一时间发出，有没有新线索都一样。\n"
PAGE_BODY: Final = "危急：{state}\n这封信按固定间隔发出。写“有”时，请马上登录工作台。\n"
LANE_SECONDS: Final = 4 * 3600
LANE_OFFSET: Final = 2 * 3600
"""At 2, 6, 10, 14, 18 and 22 o'clock in Asia/Shanghai, 8 hours before the clock of the epoch."""
_SHANGHAI_SECONDS: Final = 8 * 3600
_RANKS: Final = tuple(LaneRank)
WAITING: Final = "有"
NOTHING: Final = "无"


def tick(app: Flask, now: int | None = None) -> int:
    """Queue the letters of this moment, then send what is due. Tells how many went out.

    Nothing where another process is at it now, here or on another node: the next turn looks again.
    """
    with app.app_context():
        config = app_state().config
        if not config.smtp_url and not config.ping:
            return 0
        with lead(db.engine, Work.LETTERS) as leader:
            if leader is None:
                return 0
            return _send_all(config, int(time.time()) if now is None else now)


def _send_all(config: Config, moment: int) -> int:
    queue_due(db.session, config, app_state().district, moment)
    db.session.commit()
    sent = send_due(db.session, config, moment)
    clear_old(db.session, moment)
    db.session.commit()
    db.session.close()
    return sent


def queue_due(session: Session, config: Config, district: District, now: int) -> int:
    """Queue the daily letters once their hour has come, this slot's heartbeats, and its ping."""
    pings = _queue_ping(session, config, now)
    if not config.smtp_url:
        return pings
    addresses = session.scalars(select(NoticeAddress)).all()
    letters = [*_daily(addresses, config, now), *_pages(session, addresses, config, now)]
    drop_stale(session, DAILY, _day(now))
    if config.heartbeat_minutes:
        drop_stale(session, PAGE, str(_slot(config, now)))
    # A unit for practice rings nobody.
    units = {unit.id for unit in district.units.values() if not unit.practice}
    return pings + sum(
        queue_letter(session, letter, now) for unit_id, letter in letters if unit_id in units
    )


def _queue_ping(session: Session, config: Config, now: int) -> int:
    """Queue the ping of this slot, whatever waits: no question is asked of the tips."""
    if not config.ping:
        return 0
    # Slots of the day in Asia/Shanghai; an hour of UTC would shift them by eight.
    slot = (now + _SHANGHAI_SECONDS) // (config.ping.minutes * 60)
    drop_stale(session, PING, str(slot))
    if is_queued(session, f"{PING} {slot} -"):
        return 0
    return queue_letter(session, _letter(f"{PING} {slot} -", "", ""), now)


def _daily(
    addresses: Sequence[NoticeAddress], config: Config, now: int
) -> list[tuple[str, Letter]]:
    # In that hour or not at all: a letter at another hour would tell that something is different.
    if datetime.fromtimestamp(now, SHANGHAI).hour != config.notice_hour:
        return []
    return [
        (row.unit_id, _letter(f"{DAILY} {_day(now)} {row.id}", row.address, DAILY_BODY))
        for row in addresses
        if row.kind == DAILY
    ]


def _day(now: int) -> str:
    return f"{datetime.fromtimestamp(now, SHANGHAI):%Y%m%d}"


def _pages(
    session: Session, addresses: Sequence[NoticeAddress], config: Config, now: int
) -> list[tuple[str, Letter]]:
    if not config.heartbeat_minutes:
        return []
    slot = _slot(config, now)
    # What this slot has queued already is not asked for again: this runs every twenty seconds.
    rows = [
        row
        for row in addresses
        if row.kind == PAGE and not is_queued(session, f"{PAGE} {slot} {row.id}")
    ]
    # All that rings at each heartbeat rings at the lane's hours too.
    waits = lane_waits if is_lane_slot(config, now) else waits_p0
    waiting = {unit_id: waits(session, unit_id, now) for unit_id in {row.unit_id for row in rows}}
    return [(row.unit_id, _heartbeat(row, slot, is_waiting=waiting[row.unit_id])) for row in rows]


def _slot(config: Config, now: int) -> int:
    return now // (config.heartbeat_minutes * 60)


def is_lane_slot(config: Config, now: int) -> bool:
    """Tell whether this slot's heartbeat tells of the machine lane too: one in four hours does.

    The lane's budget: 150 presses of a flood in one night ring twice. It lies at fixed hours and
    needs no memory of when the lane rang last, which would be a time at which a reporter pressed.
    """
    if not config.heartbeat_minutes:
        return False
    slot, seconds = _slot(config, now), config.heartbeat_minutes * 60
    before, after = ((one * seconds - LANE_OFFSET) // LANE_SECONDS for one in (slot - 1, slot))
    return before != after


def _heartbeat(row: NoticeAddress, slot: int, *, is_waiting: bool) -> Letter:
    body = PAGE_BODY.format(state=WAITING if is_waiting else NOTHING)
    return _letter(f"{PAGE} {slot} {row.id}", row.address, body)


def _letter(once: str, address: str, body: str) -> Letter:
    return Letter(once=once, address=address, subject=SUBJECT, body=body)


def waits_p0(session: Session, unit_id: str, now: int) -> bool:
    """Tell whether an open P0 tip of the unit is in nobody's hands, and rings at each heartbeat.

    What stands in the machine lane has a budget of its own, see `is_lane_slot`. So have calls
    without a proof once as many as may are waiting: then a flood fills their places.
    """
    if session.execute(p0_statement(unit_id, now).where(not_(UNPROVEN))).first() is not None:
        return True
    unproven = p0_statement(unit_id, now).where(UNPROVEN).limit(CALLS_MAX)
    return 0 < len(session.execute(unproven).all()) < CALLS_MAX


def lane_waits(session: Session, unit_id: str, now: int) -> bool:
    """Tell whether anything P0 waits at the lane's hours.

    That is in the queue, whatever `waits_p0` says of it (too many calls without a proof ring no
    more often than this), or in the unit's machine lane, which it leaves by any act.
    """
    if session.execute(p0_statement(unit_id, now)).first() is not None:
        return True
    waiting = (Tip.machine_unit == unit_id, Tip.is_open == true(), Tip.urgency == Urgency.P0)
    ranks = (select(Tip.id).where(*waiting, Tip.lane_rank == rank).limit(1) for rank in _RANKS)
    return any(session.execute(one).first() is not None for one in ranks)


def p0_statement(unit_id: str, now: int) -> Select[int]:
    """Build the question; it looks at the unit's P0 tips alone, and stops at the first free one."""
    # In agreement with `desk.claims.is_held`: a suspended member holds nothing.
    free = or_(
        Tip.claimed_by_id.is_(None), Tip.claimed_until <= now, Member.suspended_on.is_not(None)
    )
    return (
        select(Tip.id)
        .outerjoin(Member, Member.id == Tip.claimed_by_id)
        .where(
            Tip.unit_id == unit_id,
            Tip.machine_unit.is_(None),
            Tip.is_open == true(),
            Tip.urgency == Urgency.P0,
            free,
        )
        .limit(1)
    )


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
