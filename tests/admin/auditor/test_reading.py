"""What is read of the log: each way to narrow it by itself, and what the rules get of the past."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from admin.audit import log
from admin.audit.log import record
from admin.auditor import reading
from admin.auditor.reading import Wanted, last_line, last_number, mark, read_all, read_page
from admin.db import SHANGHAI
from admin.models import AuditEvent

NOON = int(datetime(2026, 11, 23, 12, tzinfo=SHANGHAI).timestamp())
DAY = timedelta(days=1).total_seconds()


@pytest.fixture
def write(session, monkeypatch):
    """Write lines of an act, each a minute after the last."""

    def written(count, act, *, by="ada", unit="police", start=NOON):
        for number in range(count):
            monkeypatch.setattr(log, "now", lambda at=start + number: int(at))
            reference = f"AAAAA-{number:05}"
            record(session, act, by=by, unit_id=unit, reference=reference, detail="own")
        session.commit()

    return written


# So many lines of an act within an hour deserve a look; one less does not.
WATCHED = {"opened": 20, "refused": 5, "not_there": 3}


@pytest.mark.parametrize("act", WATCHED)
def test_the_rules_get_what_the_member_did_before(session, write, act):
    write(WATCHED[act], act)
    lines = session.scalars(select(AuditEvent).order_by(AuditEvent.number.desc())).all()

    marked = [bool(one.marks) for one in mark(session, lines)]

    assert marked == [True] + [False] * (WATCHED[act] - 1)
    # The past is read for a page of one line, too.
    assert [bool(one.marks) for one in mark(session, lines[:1])] == [True]
    assert mark(session, []) == []


NUMBERS = {
    "all": ({}, [1, 2, 3, 4, 5]),
    "by": ({"by": "bo"}, [3]),
    "act": ({"act": "refused"}, [2, 3]),
    "reference": ({"reference": "AAAAA-00001"}, [5]),
    "unit": ({"unit_id": "drugs"}, [3]),
    "what failed": ({"kind": "failed"}, [2, 3]),
    "before": ({"before": 3}, [1, 2]),
    "the first day": ({"first": date(2026, 11, 24)}, [3, 4, 5]),
    "the last day": ({"last": date(2026, 11, 24)}, [1, 2, 3]),
    "one day": ({"first": date(2026, 11, 24), "last": date(2026, 11, 24)}, [3]),
    "no day": ({"first": date(2026, 11, 26)}, []),
    "two at once": ({"act": "refused", "by": "ada"}, [2]),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_the_log_is_narrowed_by_each_thing(session, write, name):
    # The last second of a day, the first of the next.
    write(1, "opened")
    write(1, "refused", start=NOON + DAY / 2 - 1)
    write(1, "refused", by="bo", unit="drugs", start=NOON + DAY / 2)
    write(2, "acted", start=NOON + 2 * DAY)
    wanted, numbers = NUMBERS[name]

    found = [row.line.number for row in read_page(session, Wanted(**wanted)).rows]

    assert found == numbers[::-1]
    assert [line.number for line in read_all(session, Wanted(**wanted), 9)] == numbers[::-1]
    assert len(read_all(session, Wanted(**wanted), 1)) == min(len(numbers), 2)


@pytest.mark.parametrize("count", [0, 1, 4, 5, 6, 10, 11])
def test_pages_follow_each_other_without_a_gap(session, write, monkeypatch, count):
    monkeypatch.setattr(reading, "PAGE", 5)
    write(count, "acted")
    seen, before = [], None
    for _ in range(9):
        page = read_page(session, Wanted(before=before))
        assert len(page.rows) <= 5
        seen += [row.line.number for row in page.rows]
        before = page.next
        if before is None:
            break

    assert seen == [*range(count, 0, -1)]
    assert last_number(session) == count
    assert (last_line(session, "acted") and last_line(session, "acted").number) == (count or None)
    assert last_line(session, "opened") is None
