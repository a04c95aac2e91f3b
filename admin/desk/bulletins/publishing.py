"""Publishes texts that were agreed to, as news of the site, on a day that nobody knows before.

The day is nowhere: each day from the thirtieth on it is drawn anew whether it is the one, so that
each of the 31 days is as likely as any other. Who reads the database, or runs this, knows no more
than who reads the site. A row whose file is there is gone; of a row that a broken run left the
file is found by its name.
"""

import re
import secrets
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...audit.log import NOBODY, record
from ...models import Bulletin
from ...reading.keys_file import replace_file
from .services import MONTHS, objections

FIRST, LAST = 30, 60
"""Days after the agreement between which a text is published."""
SHOWN_DAYS: Final = 364
"""So long it stands on the site; a page that nobody has read again for a year stops the build."""
_FILE: Final = re.compile(r"(20\d\d-\d\d-\d\d)-bulletin-[0-9a-f]{8}\.md")
_WIDE: Final = str.maketrans(",;:!?()", "，；：！？（）")
_BETWEEN_FIGURES: Final = re.compile(r"(?<=[0-9])[,:](?=[0-9])")
_PAGE: Final = """\
---
short: 办结通报
description: 办结通报：{title}
keywords: [办结通报]
date: {day}
reviewed: {day}
---
# 办结通报：{title}

{body}

通报说的是事，不是人。有没有罪，由法院判决（刑事诉讼法第十二条）。

有危险，打 {{tel:110}}。
"""


def is_the_day(agreed_on: date, day: date) -> bool:
    """Draw whether a text is published today, if it was not on any day before."""
    age = (day - agreed_on).days
    if age < FIRST:
        return False
    left = LAST - age + 1
    return left <= 1 or secrets.randbelow(left) == 0


def publish(session: Session, news: Path, day: date) -> list[str]:
    """Write today's files, and forget their rows; give the files' names. The caller commits.

    May run as often as one likes: of each text it is drawn once a day. Raises OSError where a file
    cannot be written; then nothing is forgotten.
    """
    waiting = select(Bulletin).where(Bulletin.agreed_on.is_not(None)).order_by(Bulletin.id)
    # Of two that run at once, the second finds each row as the first has left it.
    rows = session.scalars(waiting.with_for_update()).all()
    return [name for row in rows if (name := _publish_one(session, row, news, day))]


def _publish_one(session: Session, bulletin: Bulletin, news: Path, day: date) -> str | None:
    if list(news.glob(f"*-bulletin-{bulletin.slug}.md")):
        # Written by a run that ended before it committed.
        session.delete(bulletin)
        return None
    is_drawn = bulletin.drawn_on is not None and bulletin.drawn_on >= day
    if bulletin.agreed_on is None or is_drawn:
        return None
    bulletin.drawn_on = day
    if not is_the_day(bulletin.agreed_on, day):
        return None
    if objections(bulletin):
        # The list has grown since: somebody must write other words.
        bulletin.agreed_by = bulletin.agreed_on = bulletin.drawn_on = None
        record(session, "bulletin_held", by=NOBODY, unit_id=bulletin.unit_id)
        return None
    name = f"{day.isoformat()}-bulletin-{bulletin.slug}.md"
    replace_file(news / name, page_of(bulletin, day))
    record(session, "bulletin_published", by=NOBODY, unit_id=bulletin.unit_id)
    session.delete(bulletin)
    return name


def page_of(bulletin: Bulletin, day: date) -> str:
    """Write the page as editors write news."""
    paragraphs = [_plain(line) for line in bulletin.body.splitlines() if line.strip()]
    words = {"title": _plain(bulletin.title), "body": "\n\n".join(paragraphs)}
    return _PAGE.format(**words, day=day.isoformat())


def _plain(line: str) -> str:
    """Give one line with the signs of Chinese, between figures as they are."""
    kept = _BETWEEN_FIGURES.sub(lambda sign: "\ue000" if sign[0] == "," else "\ue001", line.strip())
    return kept.translate(_WIDE).replace("\ue000", ",").replace("\ue001", ":")


def take_down(news: Path, day: date) -> list[str]:
    """Delete the files that have stood for a year; give their names."""
    oldest = (day - timedelta(days=SHOWN_DAYS)).isoformat()
    old = [
        path
        for path in sorted(news.glob("*.md"))
        if (found := _FILE.fullmatch(path.name)) and found[1] < oldest
    ]
    for path in old:
        path.unlink()
    return [path.name for path in old]


def forget_unanswered(session: Session, day: date) -> None:
    """Delete texts that nobody has agreed to for so many months. The caller commits."""
    months = day.year * 12 + day.month - 1 - MONTHS
    oldest = f"{months // 12}-{months % 12 + 1:02}"
    open_ones = Bulletin.agreed_on.is_(None), Bulletin.month < oldest
    for row in session.scalars(select(Bulletin).where(*open_ones)):
        session.delete(row)
