"""A sweep as a process of its own: `… sweeping DAY FILE` stands still after its first late tips.

Then FILE is there. `… sweeping DAY` makes the hour's turn as a timer does, and says how it went.
Without a word it sends the letters that are due.
"""

import os
import sys
import time
from datetime import date
from pathlib import Path

from admin import create_app
from admin.config import load_config
from admin.db import db, set_today
from admin.mail.notices import tick
from admin.serving.sweeper import sweep_now
from admin.vault.deadlines import reminders

LATE_AT_ONCE = 2


def stand_still(at):
    """Let the second batch of late tips begin, and never end."""
    urge = reminders.urge

    def standing(session, day, unit_id, after):
        if after is None:
            return urge(session, day, unit_id, after)
        turn = urge(session, day, unit_id, after)
        at.touch()
        time.sleep(600)
        return turn

    reminders.urge = standing


def send_letters():
    app = create_app(load_config(os.environ))
    tick(app)


def main(day, *file):
    set_today(date.fromisoformat(day))
    reminders.BATCH = LATE_AT_ONCE
    if file:
        stand_still(Path(file[0]))
    app = create_app(load_config(os.environ))
    counts = sweep_now(app, unless_made=True)
    with app.app_context():
        db.dispose()
    sys.stdout.write("made before" if counts is None else str(counts["urged"]))


if __name__ == "__main__":
    main(*sys.argv[1:]) if sys.argv[1:] else send_letters()
