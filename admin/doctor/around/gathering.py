"""What `dengshao doctor` gathers around the store: visitors, versions, what people have to do."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from ...backup.drills import read_drill
from ...config import Config
from ...counts.half.drafting import stands
from ...counts.half.log import first_day
from ...counts.half.periods import halves_due
from ...db import belonging, pooling, today
from ...db.standby import look
from ...district.data import District
from ...reading.data_files import DataError, load_file
from ...reading.demo_names import FILES
from ...reading.publishing import load_publishing
from ...release.running import running_release
from ...serving.server import serving_pid
from ..findings import Finding
from . import connections, outside, upkeep, versions
from .pooling import check_pooling
from .replica import check_replica
from .standby import check_standby


def look_outside(config: Config, district: District) -> Iterator[Finding]:
    """Look from the visitor's side, where there are visitors."""
    if not config.production:
        return
    now = datetime.now(UTC)
    for host, is_inner in ((config.public_host, False), (config.desk_host, True)):
        seen = outside.look_at_certificate(host)
        yield outside.check_certificate(host, seen, now=now, may_be_own=is_inner)
    yield connections.check_log(district.edge_log.profile, connections.read_nginx())


def look_after(config: Config, _district: District) -> Iterator[Finding]:
    """Look at what somebody has to do once, or from time to time."""
    yield upkeep.check_names(_named(config), is_production=config.production)
    yield upkeep.check_drill(read_drill(config.data), today=today())


def _named(config: Config) -> Mapping[str, Mapping[str, Any]]:
    """Read the files that name places and offices; what can't be read is told by itself."""
    try:
        return {name: load_file(config.content, name) for name in FILES}
    except DataError:
        return {}


def look_at_versions(session: Session, config: Config) -> Iterator[Finding]:
    database, postgresql = versions.database_version(session.connection())
    yield versions.check_versions(running_release().version, database, postgresql)
    yield from check_pooling(pooling.look(config))
    yield check_standby(look(config), config.nodes)
    yield from check_replica(belonging.look(config))
    running = versions.look_at_running(serving_pid(config.data / "run.lock"))
    yield from versions.check_running(running)


def look_at_report(session: Session, config: Config) -> Finding:
    """See whether the newest half-year whose numbers are out has been reported on."""
    first = first_day(session)
    every = halves_due(load_publishing(config.content), first, today()) if first else iter(())
    due = next(every, None)
    return upkeep.check_half(due, stands(config.content, due) if due else "")
