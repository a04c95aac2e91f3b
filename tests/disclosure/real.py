"""The real measures, through database and files: what is published of them betrays nothing.

Each quarter is counted as `tip.counted` counts, drafted, confirmed and written; the auditor reads
what was published back from the files, as anybody may.
"""

import random
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from admin import create_app
from admin.app_state import app_state
from admin.config import ROOT, load_config
from admin.counts.cells import year_of
from admin.counts.disclosing.book import Book, close, count_of
from admin.counts.disclosing.numbers import LEAST, Publication, Why, rounded
from admin.counts.disclosing.publisher import PublicationStopped
from admin.counts.narrowing.audit import audit
from admin.counts.publishing.shape import shape_of
from admin.counts.publishing.store import publication_of
from admin.counts.reading import read_cells
from admin.db import db
from admin.migrate import migrate
from admin.reading.published import load_published
from admin.reading.publishing import load_publishing
from tests.publishing import bare_content, fill, publish, quarters_from

QUARTERS = quarters_from("2027-Q1", 8)
TIPS, FEW = 5_000, 1_500


def look_at_measures(seed: int) -> Counter[str]:
    """Publish eight unequal quarters, of few tips in each third history; audit each publication."""
    draw = random.Random(seed)
    busy = [draw.random() + 0.2 for _ in QUARTERS]
    tips = FEW if seed % 3 == 2 else TIPS
    each = [round(tips * one / sum(busy)) for one in busy]
    found = Counter({"histories of the real measures": 1})
    with _installation() as content:
        fill(db.session, QUARTERS, tips=each, seed=seed)
        days = load_publishing(content)
        for quarter in QUARTERS:
            try:
                made = publish(db.session, content, days.day_of(quarter))
            except PublicationStopped:
                return found + Counter({"WRONG: stopped": 1})
            found["linear programmes"] += sum(one.solved for one in made.tried)
        db.session.close()
        found.update(_audited(content))
        db.session.close()
    return +found


@contextmanager
def _installation():
    with TemporaryDirectory() as scratch:
        environ = {"DENGSHAO_DATA": scratch, "DENGSHAO_CONTENT": str(ROOT / "content")}
        app = create_app(load_config(environ))
        with app.app_context():
            migrate(db.engine)
            yield bare_content(Path(scratch) / "content")


def _audited(content: Path) -> Counter[str]:
    """Hold all that lies in the files against the true counts, and the same said carelessly."""
    groups = app_state().district.count_groups
    shape = shape_of(dict.fromkeys(QUARTERS, tuple(groups.words)))
    book = close(Book(), read_cells(db.reading, groups, ()), shape, QUARTERS)
    said = [publication_of(file) for file in load_published(content)]
    found = Counter({"publications": len(said)})
    for last in range(1, len(said) + 1):
        # Of the quarters that were over on that day: later groups and years were not known.
        there = {one: names for one, names in shape.groups.items() if one <= QUARTERS[last - 1]}
        audited = audit(said[:last], shape_of(there), lambda cell: count_of(book, shape, cell))
        found["linear programmes"] += audited.solved
        found["WRONG: narrowed"] += bool(audited.findings)
    found["shown"] += sum(len(one.shown) for one in said)
    found["withheld"] += sum(len(one.withheld) for one in said)
    caught = audit(
        list(_careless(shape, book)),
        shape,
        lambda cell: count_of(book, shape, cell),
        first_only=True,
    )
    found["careless ones caught"] += bool(caught.findings)
    found["WRONG: careless and not caught"] += not caught.findings
    return found


def _careless(shape, book):
    """Withhold what is small, round, and think no further."""
    for quarter in QUARTERS:
        periods = {quarter, *([year_of(quarter)] if quarter.endswith("Q4") else [])}
        cells = [
            cell
            for measure in shape.measures
            for period in periods & set(shape.periods(measure))
            for cell in shape.cells(measure, period)
        ]
        counts = {cell: count_of(book, shape, cell) for cell in cells}
        shown = {cell: rounded(count) for cell, count in counts.items() if count >= LEAST}
        small = dict.fromkeys(set(counts) - set(shown), Why.SMALL)
        day = load_publishing(ROOT / "content").day_of(quarter)
        yield Publication(day, shown, small)
