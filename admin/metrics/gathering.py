"""Gathers what a node tells: what is asked at each turn, and what is looked at once an hour.

Changes nothing. Numbers that hang on what people send or ask for are as old and as coarse as
decision 104 says; those that hang on the machine alone are what `dengshao doctor` knows.
"""

import json
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Engine, NullPool, create_engine, func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ..backup.making import LAST_BACKUP, made_here
from ..config import Config
from ..counts.workload.weekly import read_week
from ..db import belonging, postgresql
from ..doctor.around.outside import look_at_certificate
from ..doctor.around.upkeep import look_at_letters
from ..models import Setting, Tip
from ..reading.data_files import DataError
from ..reading.published import load_published
from ..release.running import running_release
from ..serving.measuring.keeping import HOUR, folder_of, read
from ..serving.measuring.lots import SHARES
from ..serving.sweeper import SWEPT_IN
from .families import Sheet
from .findings import add_findings

GIB: Final = 1024**3
_DAY: Final = 86_400
_SECONDS: Final = 5
_FREE_GIB: Final = 10
"""What is free is told in steps of so many GiB, and below the first one in single ones."""
_LANE_PARTS: Final = 10
_LANE_LEAST: Final = 100
"""Tips by which a step of the lane's share is told from the next one, at least."""

Part = Callable[[Sheet, Config, int], None]


def probe(config: Config) -> Sheet:
    """Ask what may be asked at any moment: neither answer hangs on what anybody sent."""
    sheet = Sheet()
    sheet.add("dengshao_build_info", 1, running_release().version)
    sheet.add("dengshao_serving_up", int(_is_listening(config.bind)))
    has_database = _has_database(config)
    sheet.add("dengshao_database_up", int(has_database))
    # What a replica is, only its primary can tell.
    if has_database and config.database_replica:
        sheet.add("dengshao_replica_up", int(_has_replica(config)))
    return sheet


def look(config: Config, now: int) -> Sheet:
    """Look at all that is told once an hour; what can't be looked at is named."""
    sheet = Sheet()
    for name, part in _PARTS.items():
        try:
            part(sheet, config, now)
        except (SQLAlchemyError, DataError, OSError, json.JSONDecodeError):
            sheet.add("dengshao_part_failed", 1, name)
        else:
            sheet.add("dengshao_part_failed", 0, name)
    return sheet


def _is_listening(bind: str) -> bool:
    """Connect and ask nothing: a request would be one of a lot."""
    host, _colon, port = bind.rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=_SECONDS):
            return True
    except OSError:
        return False


def _has_database(config: Config) -> bool:
    try:
        with _reading(config) as session:
            session.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError):
        return False
    return True


def _has_replica(config: Config) -> bool:
    """Ask whether a standby of ours answers there, and not how far it is.

    One that is always some seconds late would tell by that, minute by minute, whether anybody
    wrote just now.
    """
    try:
        seen = belonging.look(config)
    except (SQLAlchemyError, OSError):
        return False
    return seen is not None and seen.is_standby


@contextmanager
def _reading(config: Config) -> Iterator[Session]:
    engine = _engine(config)
    try:
        with Session(engine) as session:
            yield session
    finally:
        engine.dispose()


def _engine(config: Config) -> Engine:
    url = make_url(config.database_url)
    if url.get_backend_name() == "sqlite":
        # What is not there would be made by the look.
        if not config.data.joinpath(url.database or "").exists():
            raise FileNotFoundError
        return create_engine(url, hide_parameters=True, poolclass=NullPool)
    reading = postgresql.options(url, is_reader=True)["url"]
    return create_engine(reading, hide_parameters=True, poolclass=NullPool)


def _add_disk(sheet: Sheet, config: Config, _now: int) -> None:
    free = shutil.disk_usage(config.data).free // GIB
    step = _FREE_GIB if free >= _FREE_GIB else 1
    sheet.add("dengshao_disk_free_bytes", free // step * step * GIB)


def _add_certificates(sheet: Sheet, config: Config, now: int) -> None:
    if not config.production:
        return
    for site, host in (("public", config.public_host), ("desk", config.desk_host)):
        seen = look_at_certificate(host)
        if not isinstance(seen, str):
            days = (seen.until - datetime.fromtimestamp(now, UTC)).days
            sheet.add("dengshao_certificate_seconds", days * _DAY, site)


def _add_upkeep(sheet: Sheet, config: Config, now: int) -> None:
    with _reading(config) as session:
        if (backup := _last_backup(session, config)) is not None:
            sheet.add("dengshao_backup_age_seconds", max(now - backup, 0) // _DAY * _DAY)
        if swept := session.get(Setting, SWEPT_IN):
            sheet.add("dengshao_sweep_age_seconds", max(now // HOUR - int(swept.value), 0) * HOUR)
        due_since = look_at_letters(session).due_since
        late = max(now - due_since, 0) // HOUR * HOUR if due_since is not None else 0
        sheet.add("dengshao_letters_late_seconds", late)


def _last_backup(session: Session, config: Config) -> int | None:
    """Tell of the last one; where several nodes make them, of this one's own, if it makes any."""
    here = made_here(config.data) if config.nodes > 1 else None
    last = session.get(Setting, LAST_BACKUP)
    return here if here is not None or last is None else int(last.value)


def _add_lane(sheet: Sheet, config: Config, _now: int) -> None:
    """Tell how full the lane is, in steps among which one sender is lost."""
    where = Tip.machine_unit.is_not(None), Tip.is_open.is_(True)
    with _reading(config) as session:
        count = session.execute(select(func.count()).select_from(Tip).where(*where)).scalar_one()
    step = max(config.lane_tips // _LANE_PARTS, _LANE_LEAST)
    sheet.add("dengshao_lane_full_ratio", min(count // step * step / max(config.lane_tips, 1), 1))


def _add_requests(sheet: Sheet, config: Config, now: int) -> None:
    node = read(config.data, now // HOUR)
    for pages, told in node.pages.items():
        sheet.add("dengshao_request_lots_total", told.lots, pages)
        for share in SHARES:
            seconds = told.whole.within(share)
            sheet.add("dengshao_request_seconds_at_most", seconds, pages, str(share))
        sheet.add("dengshao_request_failures_at_most_ratio", told.whole.failed_share, pages)
    if node.peak is not None:
        sheet.add("dengshao_database_pool_peak_ratio", node.peak)


def _add_week(sheet: Sheet, config: Config, _now: int) -> None:
    week = read_week(folder_of(config.data))
    if week is None:
        return
    for unit, ages in week.ages.items():
        for age, count in ages.items():
            sheet.add("dengshao_queue_tips", count, unit, age)
    sheet.add("dengshao_files_bytes", week.files_gib * GIB)


def _add_published(sheet: Sheet, config: Config, _now: int) -> None:
    """Say again what everybody may read on the site, of the newest publication."""
    for file in load_published(config.content)[-1:]:
        for row in file.numbers:
            if row.value is not None and row.period in file.quarters:
                labels = row.measure, row.period, row.group
                sheet.add("dengshao_published_tips", row.value, *labels)


_PARTS: Final[dict[str, Part]] = {
    "disk": _add_disk,
    "certificates": _add_certificates,
    "upkeep": _add_upkeep,
    "lane": _add_lane,
    "requests": _add_requests,
    "week": _add_week,
    "published": _add_published,
    "findings": add_findings,
}
