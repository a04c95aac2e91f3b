"""Counts of invented quarters, and their publication by two persons: for tests and for a look.

`python -m tests.publishing FOLDER` publishes six quarters of the demo district one after the other
and leaves their files, marked as a demo's, in FOLDER/numbers: `make numbers-demo`.
"""

import random
import shutil
import sys
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import insert

from admin import create_app
from admin.app_state import app_state
from admin.config import ROOT, load_config
from admin.counts.cells import next_quarter, parts_of, year_of
from admin.counts.publishing import files
from admin.counts.publishing.drafts import confirm, keep_draft
from admin.counts.publishing.making import make_draft, read_counted
from admin.counts.publishing.store import FIRST
from admin.counts.reading import practice_units
from admin.db import db
from admin.migrate import migrate
from admin.models import Setting, Tally
from admin.reading.publishing import load_publishing
from admin.tip.counted import COUNTED, Family, Grain

UNITS = {"police": 10, "drugs": 4, "trade": 3, "supervision": 2, "upper": 0.1}
"""How much comes to each, beside the others."""
PARTS = {
    "form": 12,
    "phone": 4,
    "letter": 1,
    "visit": 2,
    "department": 3,
    "supervision": 1,
    "police": 2,
    "found": 3,
    "not_found": 6,
    "other": 1,
    "in_time": 9,
    "late": 1,
    **dict(zip(COUNTED[Family.DAYS_READ].parts, (6, 9, 4, 2, 1, 0, 0, 0), strict=True)),
}
SHARES = {
    Family.RECEIVED: 1,
    Family.ACCEPTED: 0.8,
    Family.REFERRED: 0.3,
    Family.CLOSED: 0.6,
    Family.OUT_OF_SCOPE: 0.4,
    Family.LANE: 0.2,
    Family.DANGER: 0.1,
}
GROWING = (90, 180, 300, 320, 1500, 1600)
"""So many in each quarter of `main`: at first much is withheld, at last months are told."""
OF_NOTHING = (
    '{"day": "2027-04-15", "quarters": [], "years": [], "demo": true, "measures": [],'
    ' "groups": [], "numbers": [], "medians": []}'
)
"""The file of a publication that says nothing."""
OF_STEPS = {
    Family.ACCEPTED: (Family.KEPT_ACCEPTED, Family.DAYS_ACCEPTED),
    Family.CLOSED: (Family.KEPT_CLOSED, Family.DAYS_CLOSED),
    Family.RECEIVED: (Family.KEPT_READ, Family.DAYS_READ),
}
"""What is counted beside each step, of the same tips."""


def quarters_from(quarter, how_many):
    found = [quarter]
    while len(found) < how_many:
        found.append(next_quarter(found[-1]))
    return tuple(found)


def fill(session, quarters, *, tips=300, seed=1):
    """Count invented tips in each quarter, of which nothing is counted before the first.

    `tips` come in a quarter, or so many in each.
    """
    draw, rows = random.Random(seed), {}

    def count(period, family, part, unit, n=1):
        key = (period, family.value, part, unit if COUNTED[family].by_unit else "")
        rows[key] = rows.get(key, 0) + n

    each = [tips] * len(quarters) if isinstance(tips, int) else tips
    for (quarter, many), (family, share) in product(
        zip(quarters, each, strict=True), SHARES.items()
    ):
        for _ in range(round(many * share)):
            unit = draw.choices(list(UNITS), list(UNITS.values()))[0]
            _count_one(draw, count, quarter, family, unit)
    values = [
        dict(zip(("period", "family", "part", "unit_id"), key, strict=True)) | {"count": n}
        for key, n in rows.items()
    ]
    session.execute(insert(Tally), [row | {"slot": 0} for row in values])
    session.merge(Setting(name=FIRST, value=quarters[0]))
    session.commit()


def _count_one(draw, count, quarter, family, unit):
    grain = COUNTED[family].grain
    month = draw.choice(parts_of(quarter))
    period = {Grain.MONTH: month, Grain.QUARTER: quarter, Grain.YEAR: year_of(quarter)}[grain]
    count(period, family, _part(draw, family), unit)
    for beside in OF_STEPS.get(family, ()):
        count(quarter, beside, _part(draw, beside), unit)


def _part(draw, family):
    parts = COUNTED[family].parts
    return draw.choices(parts, [PARTS.get(part, 1) + 0.001 for part in parts])[0]


def draft(session, content, day, *, by="maker"):
    """Make the draft of a day and keep it, as the command does; gives it and its row."""
    groups, publishing = app_state().district.count_groups, load_publishing(content)
    counted = read_counted(session, groups, sorted(practice_units()), publishing, day)
    made = make_draft(counted, groups, publishing, day, demo=True)
    what = made.file, made.book, made.groups
    row = keep_draft(session, *what, seen=made.seen, by=by, today=day)
    session.commit()
    return made, row


def publish(session, content, day):
    """Publish what is due on a day: draft, second person, file. Gives the draft."""
    made, row = draft(session, content, day)
    confirm(session, row.sha256, by="second", today=day)
    session.commit()
    for missing in files.missing(session, content):
        files.write(session, content, missing, day)
    session.commit()
    return made


def publish_all(session, content, quarters):
    """Publish quarter by quarter, each on its fixed day."""
    days = load_publishing(content)
    return [publish(session, content, days.day_of(quarter)) for quarter in quarters]


def bare_content(folder):
    """Copy of the district's data alone, in which files of numbers may lie."""
    shutil.copytree(ROOT / "content/data", folder / "data")
    return folder


def main():
    folder = Path(sys.argv[1])
    with TemporaryDirectory() as scratch:
        environ = {"DENGSHAO_DATA": scratch, "DENGSHAO_CONTENT": str(ROOT / "content")}
        app = create_app(load_config(environ))
        with app.app_context():
            migrate(db.engine)
            content = bare_content(Path(scratch) / "content")
            quarters = quarters_from("2026-Q1", 6)
            fill(db.session, quarters, tips=GROWING)
            made = publish_all(db.session, content, quarters)
            db.session.close()
        shutil.copytree(content / "numbers", folder / "numbers", dirs_exist_ok=True)
    for told in (one.publication for one in made):
        shown, withheld = len(told.shown), len(told.withheld)
        sys.stdout.write(f"{told.day}: {shown} shown, {withheld} withheld\n")


if __name__ == "__main__":
    main()
