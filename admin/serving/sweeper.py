"""Deletes what is due and tells who is late: by hand, at the start, and every hour while serving.

Of all processes and nodes one is at it at a time (admin/leading): each hour's turn is made once.

At each turn of a serving process what reporters have seen is written, too.

The day turns at the first sweep after midnight: five minutes past, in a serving process as in the
timer of admin/deploy.
"""

import atexit
import math
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ..app_state import app_state
from ..clock.judging import Clock
from ..counts.folding import fold
from ..counts.reading import practice_units
from ..counts.workload.weekly import keep_week
from ..db import (
    SHANGHAI,
    db,
    forget_deleted,
    today,
)
from ..db.postgresql import be_unbounded
from ..desk.claims import BATCH as CLAIMS
from ..desk.claims import free_run_out
from ..leading import Leader, Work, lead, lead_in_turn
from ..models import Bulletin, Reward
from ..rewards import book
from ..signin.services import clear_idle
from ..vault import seen, vault
from ..vault.deadlines import reminders
from ..vault.expiry import BATCH, sweep
from ..vault.files.sweep import release_stalled, sweep_files
from ..vault.retention.deletions import write_out
from ..vault.retention.sure_clock import settle
from .blurring import blur
from .hours import remember_made, seconds_until_next, turn_of, was_made
from .measuring.keeping import HOUR, folder_of

SWEPT_IN: Final = "swept_in"
"""The setting that tells in which hour, counted since 1970, a sweep last came to its end."""
AGAIN_SECONDS: Final = 60.0
"""Seconds after which a turn that failed, or whose leader was lost, is tried again."""

SWEPT: Final = {
    "tips": "删除内容的线索",
    "kept": "重新加密满 14 天、已删除的旧密文",
    "covers": "过了 180 天、查询码作废的线索",
    "nonces": "删掉的用过的表单号",
    "challenges": "删掉的用过的工作量证明",
    "handovers": "删掉的旧交班记录",
    "day_keys": "销毁的旧日密钥",
    "rewards": "过期很久、删掉的领取码",
    "folded": "并进更大的数、不再单独留的统计数",
    "freed": "到期放回的领办",
    "dated": "补上或改过期限的线索",
    "urged": "新的催办",
    "orphans": "没有线索用到、放弃的文件",
    "files": "删掉的加密文件",
}
"""What the counts of a sweep are called at the operator's terminal."""


def sweep_now(
    app: Flask, *, is_thorough: bool = True, unless_made: bool = False
) -> dict[str, int] | None:
    """Delete all that is due, give undated tips their deadline, tell who is late.

    One process of all nodes at a time; who comes meanwhile waits, and goes on where that one
    stopped. Gives None, `unless_made`, where this hour's turn was made by another. A turn that is
    not thorough passes over deadlines where that day's whole turn was made already. Nothing is
    done, and the answer is empty, where the machine's clock has jumped ahead.
    """
    # In each process, whoever leads: each goes by the latest moment that was believed.
    if not goes_right(app):
        return {}
    turn = turn_of(time.time())
    with app.app_context():
        engine = db.engine
    with lead_in_turn(engine, Work.SWEEP) as leader:
        with app.app_context():
            is_made = unless_made and was_made(db.reading, turn)
        counts = None if is_made else _sweep(app, leader, turn, is_thorough=is_thorough)
    _keep_own_week(app)
    return counts


def _sweep(app: Flask, leader: Leader, turn: int, *, is_thorough: bool) -> dict[str, int]:
    counts = delete_due(app)
    with app.app_context():
        be_unbounded(db.session)
        steps: dict[str, Callable[[Session], int]] = {
            "freed": _free_all,
            "dated": _date_all,
            "urged": partial(_urge_all, is_thorough=is_thorough),
        }
        for name, step in steps.items():
            leader.go_on()
            counts[name] = step(db.session)
        leader.go_on()
        # Last: a store of files that does not answer keeps nobody from being told.
        counts |= sweep_files(db.session, vault().blobs)
        _remember(db.session, turn)
        db.session.close()
    return counts


def _remember(session: Session, turn: int) -> None:
    """Keep in which hour a sweep came to its end, and which turn it made."""
    reminders.keep_setting(session, SWEPT_IN, str(int(time.time()) // HOUR))
    remember_made(session, turn)
    session.commit()


def _keep_own_week(app: Flask) -> None:
    """Keep, on the week's first day, how queues stand: in this node's folder, whoever led."""
    with app.app_context():
        config = app_state().config
        if config.metrics.is_on:
            units = [one.id for one in app_state().district.units.values() if not one.practice]
            keep_week(db.reading, folder_of(config.data), units, today())
            db.reading.close()


def delete_due_at_start(app: Flask) -> None:
    """Delete what is due where nobody is at it: a start waits for no other node."""
    if not goes_right(app):
        return
    with app.app_context():
        engine = db.engine
    with lead(engine, Work.SWEEP) as leader:
        if leader:
            delete_due(app)


def delete_due(app: Flask) -> dict[str, int]:
    """Delete all that is due, then empty the journal of what was deleted.

    Not where `goes_right` says that the clock has jumped ahead: then nothing is due for sure.

    Files that were let go stay until `sweep_now`: this runs before the workers are forked, and
    obstore does not live through that.
    """
    with app.app_context():
        be_unbounded(db.session)
        counts = _sweep_all(db.session)
        counts["rewards"] = book.forget_old(db.session)
        for table in (Reward, Bulletin):
            blur(db.session, table)
        counts["folded"] = fold(db.session, today(), practice_units())
        db.session.commit()
        _write_out(app, db.session)
        clear_idle(db.session, int(time.time()))
        db.session.commit()
        db.session.close()
        # Each time: an earlier turn may have met a reader and left deleted bytes in the journal.
        forget_deleted(db.engine)
    return counts


def goes_right(app: Flask) -> bool:
    """Tell whether this machine's clock did not jump ahead, and let this process go by it."""
    with app.app_context():
        clock = settle(db.session).clock
        db.session.commit()
        db.session.close()
    if clock is Clock.AHEAD:
        app.logger.error("the clock is ahead of what has passed: nothing is deleted by it")
    return clock is not Clock.AHEAD


def _write_out(app: Flask, session: Session) -> None:
    """Bring the journal of deletions up to date; where no disk takes it, its rows wait."""
    try:
        write_out(session)
    except OSError as error:
        session.rollback()
        app.logger.error("journal of deletions not written: %s", type(error).__name__)


def _sweep_all(session: Session) -> dict[str, int]:
    """Sweep turn by turn, each in a transaction of its own, so that writers come in between."""
    counts: Counter[str] = Counter()
    while True:
        turn = sweep(session)
        session.commit()
        counts.update(turn)
        if max(turn["tips"], turn["covers"], turn["kept"]) < BATCH:
            return dict(counts)


def _free_all(session: Session) -> int:
    """Free the claims that ran out."""
    count = freed = free_run_out(session)
    session.commit()
    while freed == CLAIMS:
        freed = free_run_out(session)
        session.commit()
        count += freed
    return count


def _date_all(session: Session) -> int:
    """Give every open tip its next deadline: all of them anew where the rules have changed."""
    count, last = 0, None
    has_more = reminders.must_redate(session)
    session.commit()
    while has_more:
        turn = reminders.redate(session, last)
        session.commit()
        count, last, has_more = count + turn.count, turn.last, turn.last is not None
    has_more = True
    while has_more:
        turn = reminders.date_undated(session)
        session.commit()
        count, has_more = count + turn.count, turn.last is not None
    return count


def _urge_all(session: Session, *, is_thorough: bool) -> int:
    """Tell who is late with what, unit by unit; on a day off nobody, of a practice unit nobody."""
    day = today()
    is_off = app_state().district.clocks.calendar.is_off(day)
    if is_off or (not is_thorough and reminders.was_urged(session, day)):
        return 0
    count = 0
    for unit in app_state().district.units.values():
        last, has_more = None, not unit.practice
        while has_more:
            turn = reminders.urge(session, day, unit.id, last)
            session.commit()
            count, last, has_more = count + turn.count, turn.last, turn.last is not None
    reminders.remember_urged(session, day)
    session.commit()
    return count


def keep_seen(app: Flask) -> int:
    """Write what reporters have seen since the last turn; gives for how many tips."""
    with app.app_context():
        boxes = vault().sightings.take()
        found = seen.find_tips(db.reading, boxes)
        if found:
            seen.write(db.session, found)
            db.session.commit()
        db.session.close()
        db.reading.close()
    return len(found)


def _release_stalled(app: Flask, before: dict[str, int]) -> dict[str, int]:
    """Let go of stalled files: each process of what it saw itself, one after the other."""
    with app.app_context(), lead_in_turn(db.engine, Work.SWEEP):
        found = release_stalled(db.session, vault().blobs, before)
        sweep_files(db.session, vault().blobs)
        db.session.close()
    return found


def start_sweeping(app: Flask) -> threading.Event:
    """Sweep every hour in a thread of this process; set the event to stop it."""
    stop = threading.Event()

    def keep_sweeping() -> None:
        unfinished: dict[str, int] = {}
        most = math.inf
        while not stop.wait(min(most, seconds_until_next(datetime.now(SHANGHAI)))):
            try:
                keep_seen(app)
                # Empty where the clock has jumped ahead, None where another made this turn.
                if sweep_now(app, is_thorough=False, unless_made=True) != {}:
                    unfinished = _release_stalled(app, unfinished)
                most = math.inf
            except Exception as error:
                # Tried again soon, by whoever leads then. Its words may hold values: a name does.
                app.logger.error("sweep failed: %s", type(error).__name__)
                most = AGAIN_SECONDS

    threading.Thread(target=keep_sweeping, name="sweep", daemon=True).start()
    # What was seen since the last turn outlives a restart.
    atexit.register(_keep_at_the_end, app)
    return stop


def _keep_at_the_end(app: Flask) -> None:
    try:
        keep_seen(app)
    except SQLAlchemyError as error:
        app.logger.error("what was seen is lost: %s", type(error).__name__)
