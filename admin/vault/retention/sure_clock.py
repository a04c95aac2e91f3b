"""The latest moment that was believed, in the database: a clock that jumped deletes nothing early.

By `clock.judging`, with the clock of a database on another machine as the one elsewhere. Of a clock
that was set back `clock.now` goes on from the latest moment, until something has said that it is
right. No Flask in here.
"""

from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from ...clock import hold
from ...clock.judging import Judgement, Kept, Moment, judge, this_moment
from ...models import Setting
from ..deadlines.reminders import keep_setting

LATEST: Final = "latest_moment"
"""Under which name of `setting` the latest believed moment stands."""
_ELSEWHERE: Final = text(
    "SELECT CASE WHEN inet_server_addr() IS DISTINCT FROM inet_client_addr()"
    " THEN extract(epoch FROM clock_timestamp()) END"
)


def clock_elsewhere(session: Session) -> float | None:
    """Ask a database on another machine for its time; None where it lies on this one."""
    if session.get_bind().dialect.name != "postgresql":
        return None
    found = session.execute(_ELSEWHERE).scalar_one()
    return None if found is None else float(found)


def read_kept(session: Session) -> Kept | None:
    row = session.get(Setting, LATEST)
    return Kept.parse(row.value) if row else None


def look(session: Session, now: Moment | None = None) -> Judgement:
    """Judge this machine's clock and write nothing."""
    return judge(read_kept(session), now or this_moment(), clock_elsewhere(session))


def settle(session: Session, now: Moment | None = None) -> Judgement:
    """Judge this machine's clock, keep what follows, and let this process go by it.

    The caller commits.
    """
    found = look(session, now)
    keep_setting(session, LATEST, found.kept.write())
    hold(found.kept.latest.wall)
    return found
