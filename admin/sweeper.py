"""Runs the vault's expiry: by hand, at the start, and every hour in a serving process."""

import threading
import time
from collections import Counter

from flask import Flask
from sqlalchemy.orm import Session

from .accounts.services import clear_idle
from .db import db, forget_deleted
from .vault.expiry import BATCH, sweep

SECONDS = 3600.0


def sweep_now(app: Flask) -> dict[str, int]:
    """Delete all that is due, then empty the journal of what was deleted.

    Safe to run at once in several processes: each deletes what the others left.
    """
    with app.app_context():
        counts = _sweep_all(db.session)
        clear_idle(db.session, int(time.time()))
        db.session.commit()
        db.session.close()
        # Each time: an earlier turn may have met a reader and left deleted bytes in the journal.
        forget_deleted(db.engine)
    return counts


def _sweep_all(session: Session) -> dict[str, int]:
    """Sweep turn by turn, each in a transaction of its own, so that writers come in between."""
    counts: Counter[str] = Counter()
    while True:
        turn = sweep(session)
        session.commit()
        counts.update(turn)
        if max(turn["tips"], turn["covers"]) < BATCH:
            return dict(counts)


def start_sweeping(app: Flask) -> threading.Event:
    """Sweep every hour in a thread of this process; set the event to stop it."""
    stop = threading.Event()

    def keep_sweeping() -> None:
        while not stop.wait(SECONDS):
            try:
                sweep_now(app)
            except Exception as error:
                # The next hour tries again; a name is enough, its words may hold values.
                app.logger.error("sweep failed: %s", type(error).__name__)

    threading.Thread(target=keep_sweeping, name="sweep", daemon=True).start()
    return stop
