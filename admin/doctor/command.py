"""What `dengshao doctor` does: looks at the whole and says what to do. Changes nothing."""

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from itertools import islice
from pathlib import Path

import click
from sqlalchemy import create_engine, func, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from ..access.demo_mark import is_demo
from ..access.overview import UnitOverview, read_units
from ..backup.making import LAST_BACKUP, made_here
from ..cleaning import absent_tools, can_clean
from ..config import Config, ConfigError, load_config
from ..db import today
from ..db.faults import is_away
from ..deadlines.rules import calendar_gap
from ..district.data import District, load_district, routes_digest
from ..district.preflight import check_files
from ..district.public_keys import NotSeen, fetch
from ..migrate import form_of, read_steps
from ..models import AuditEvent, KeyGrant, Member, Setting, UnitKey
from ..reading.data_files import DataError
from ..reading.keys_file import KeyLine, Keys, read_lines
from ..release.running import lacks_settings
from ..serving.server import serving_pid
from ..serving.swap import clear_swaps
from ..settings.installed import become_owner
from ..signin.gate.emergency import open_until
from ..signin.gate.setting_up import is_answering
from ..unit_keys.key_lines import tips_on
from ..vault.files import room as rooms
from ..vault.files.local import LocalBlobs
from ..vault.files.opening import open_blobs
from ..vault.key_change.resealing import count_on_old_keys
from ..vault.retention import sure_clock
from . import deletions, departures, front, gate, keys, machine, onion, reach, web
from . import store as stored
from .around import logins, ready, rewards, upkeep
from .around.gathering import look_after, look_at_report, look_at_versions, look_outside
from .around.moves import look_at_moves
from .evidence.gathering import look_at_evidence
from .findings import Finding, State, bad, good
from .report import send_report

_MOST_LOOKED_AT = 2000


def tell(*, as_json: bool, with_letter: bool = False) -> None:
    findings = list(examine())
    if as_json:
        click.echo(json.dumps([asdict(found) for found in findings], ensure_ascii=False))
    else:
        for found in findings:
            click.echo(f"{found.state}\t{found.matter}：{found.words}")
            if found.todo:
                click.echo(f"\t→ {found.todo}")
    is_bad = any(found.state is State.BAD for found in findings)
    if with_letter:
        send_report(is_bad=is_bad)
    if is_bad:
        raise SystemExit(1)


def examine() -> Iterator[Finding]:
    """Look at everything; what can't be looked at is said, and hides nothing else."""
    if lacks_settings(os.environ):
        yield bad("设置", "程序装好了，还没有设置", "请用 root 运行 dengshao setup。")
        return
    try:
        config = load_config()
        # While this is root, if it is: Tor's files are not the service's to read.
        onions = list(onion.look(config.more_hosts))
        become_owner(config.data)
        district = load_district(config.content, config.confirmed_keys)
    except (ConfigError, DataError) as error:
        yield bad("配置", str(error), "请照这句话改好，再运行一次。")
        return
    yield good("配置", f"{config.env}，数据目录 {config.data}")
    yield _data(config)
    parts = (_files, _machine, _web, _reach, _gate, look_outside, _public_keys, _store, look_after)
    for part in parts:
        yield from _safely(part, config, district)
    yield from map(onion.check_onion, onions)
    yield stored.check_footer(district.footer, is_production=config.production)
    yield stored.check_calendar(calendar_gap(district.clocks, today()))


def _safely(
    part: Callable[[Config, District], Iterable[Finding]], config: Config, district: District
) -> Iterator[Finding]:
    try:
        yield from part(config, district)
    except Exception as error:
        if is_away(error):
            todo = "请看它在不在运行，DENGSHAO_DATABASE_URL 的地址和口令对不对。现在收不进线索。"
            yield bad("数据库", "没有应答", todo)
            return
        # Its kind alone: the words of an error may hold an address with a password.
        yield bad("检查", f"没有做完：{type(error).__name__}", "请把这个名字告诉维护人员。")


def _data(config: Config) -> Finding:
    try:
        check_files(config.content)
    except DataError as error:
        return bad("数据文件", str(error), "请照这句话改好。改好以前，不能重读，网站也建不成。")
    return good("数据文件", "content/data 里的都读得懂")


def _files(config: Config, _district: District) -> Iterator[Finding]:
    paths = [config.data, config.secret_file, *sorted(config.data.glob("*"))]
    if database := _sqlite_path(config):
        paths += [database, *(database.with_name(database.name + end) for end in ("-wal", "-shm"))]
    seen = machine.look_at(dict.fromkeys([*paths, *_some_blobs(config)]))
    yield machine.check_modes(seen)
    yield machine.check_owner(seen, os.geteuid())
    for name, folder in rooms.disks_of_words(config).items():
        yield machine.check_disk(rooms.look(folder), of=name, least=rooms.WORDS)
    if store := rooms.disk_of_files(config):
        yield machine.check_disk(rooms.look(store), of="证据文件", least=rooms.FILES)
    if database:
        journal = database.with_name(database.name + "-wal")
        yield machine.check_journal(journal.stat().st_size if journal.exists() else 0)


def _some_blobs(config: Config) -> list[Path]:
    """List folders and files of sealed evidence, up to a number that takes no time to look at."""
    blobs = open_blobs(config.blobs_url, config.blobs_ca)
    if not isinstance(blobs, LocalBlobs):
        return []
    return [blobs.root, *islice(blobs.root.rglob("*"), _MOST_LOOKED_AT)]


def _machine(config: Config, _district: District) -> Iterator[Finding]:
    yield machine.check_swap(clear_swaps(Path("/")))
    yield machine.check_cleaning(works=can_clean(), absent=absent_tools())
    pattern = _read(Path("/proc/sys/kernel/core_pattern")) or ""
    pid = serving_pid(config.data / "run.lock")
    limits = _read(Path(f"/proc/{pid}/limits")) if pid else None
    yield machine.check_core_dumps(pattern, machine.core_limit(limits) if limits else None)


def _web(config: Config, _district: District) -> Iterator[Finding]:
    pages = (
        ("intake", config.public_host, "/tip/"),
        ("accounts", config.desk_host, "/desk/sign-in"),
    )
    for room, host, page in pages:
        if room in config.rooms:
            answer = web.ask(config.bind, host, page)
            yield web.check_headers(page, answer, may_set_cookie=room == "accounts")
    if serving_pid(config.data / "run.lock"):
        yield ready.check_ready(ready.ask(config.bind))


def _reach(config: Config, _district: District) -> Iterator[Finding]:
    """See by which ways the public pages are reached, where the public reaches them."""
    if config.production and "intake" in config.rooms:
        host = config.public_host
        addresses = reach.six_addresses(host)
        yield reach.check_six(addresses, [one for one in addresses if not reach.answers(one, host)])
        yield from front.check_peers(config)
        yield front.check_front(config, lambda: front.public_connection(config))


def _gate(config: Config, _district: District) -> Iterator[Finding]:
    """Ask the gate, where there is one."""
    if not config.gate.is_set or "accounts" not in config.rooms:
        return
    yield gate.check_answer(is_there=is_answering(config))
    with _reading(config) as session:
        yield gate.check_open(open_until(session, int(time.time())))


def _public_keys(config: Config, district: District) -> Iterator[Finding]:
    seen: dict[str, object] | str
    try:
        seen = fetch(config)
    except NotSeen as error:
        seen = str(error)
    yield keys.check_public(seen, Keys(district.fingerprints, district.retiring, district.overlap))
    yield keys.check_public_routes(seen, routes_digest(district))


def _store(config: Config, district: District) -> Iterator[Finding]:
    database = _sqlite_path(config)
    if database and not database.exists():
        yield bad("数据库", "还没有", "请运行 dengshao migrate，或者先恢复备份。")
        return
    with _reading(config) as session:
        yield from look_at_versions(session, config)
        steps = read_steps()
        form = form_of(session.connection(), steps)
        revision = stored.check_revision(form, steps[-1].revision)
        yield revision
        if revision.state is not State.GOOD or not inspect(session.connection()).has_table("tip"):
            return
        yield from look_at_moves(session)
        yield from logins.look(session.connection(), config)
        yield from _contents(session, config, district)


def _contents(session: Session, config: Config, district: District) -> Iterator[Finding]:
    now = int(time.time())
    last = session.execute(select(func.max(AuditEvent.at))).scalar_one()
    clock = sure_clock.look(session).clock
    yield machine.check_clock(machine.clock_state(), clock, now=now, last=last)
    setting = session.get(Setting, LAST_BACKUP)
    has_recipient = config.backup_recipient is not None
    last_backup = int(setting.value) if setting else None
    yield stored.check_backup(
        last_backup,
        made_here(config.data),
        nodes=config.nodes,
        now=now,
        has_recipient=has_recipient,
    )
    yield stored.check_demo(
        is_production=config.production,
        is_demo=is_demo(session),
        has_file=(config.data / "demo.json").exists(),
    )
    letters = upkeep.look_at_letters(session)
    yield upkeep.check_letters(letters, now=now, sends=bool(config.smtp_url))
    yield upkeep.check_bulletins(upkeep.oldest_bulletin(session), today=today())
    yield from rewards.check_rewards(rewards.look(session, district))
    yield deletions.check_deletions(deletions.look(session, config), now=now)
    yield from look_at_evidence(session, config)
    for unit in read_units(session, district):
        if not district.units[unit.id].practice:
            yield from stored.check_unit(_state_of(session, unit, district))
    yield from keys.check_lines(_lines(session, config), today())
    yield look_at_report(session, config)


def _lines(session: Session, config: Config) -> list[keys.LineState]:
    """Look up the key of each line of keys.yml, in development of the second file too."""
    paths = [config.content / "data" / "keys.yml", config.confirmed_keys]
    lines = [
        line
        for path in paths
        if path and path.exists()
        for line in read_lines(config.content, path)
    ]
    return [_line_state(session, line) for line in lines]


def _line_state(session: Session, line: KeyLine) -> keys.LineState:
    query = select(UnitKey).filter_by(unit_id=line.unit, fingerprint=line.fingerprint)
    key = session.scalars(query).first()
    names = select(Member.name).join(KeyGrant, KeyGrant.member_id == Member.id)
    names = names.where(KeyGrant.unit_key_id == (key.id if key else None))
    return keys.LineState(
        line,
        is_known=key is not None,
        is_in_use=key is not None and key.retired_on is None,
        suspended=tuple(session.scalars(names.where(Member.suspended_on.is_not(None)))),
        tips=tips_on(session, line),
    )


def _state_of(session: Session, unit: UnitOverview, district: District) -> stored.UnitState:
    key = session.scalars(
        select(UnitKey).where(UnitKey.unit_id == unit.id, UnitKey.retired_on.is_(None))
    ).one_or_none()
    return stored.UnitState(
        title=unit.title,
        has_key=key is not None,
        is_confirmed=unit.is_confirmed,
        was_compared=bool(key and key.confirmed_by),
        holders=len(unit.holders),
        suspended_holders=_suspended_holders(session, key.id) if key else 0,
        has_recovery=bool(key and key.recovery),
        old_tips=count_on_old_keys(session, unit.id),
        **departures.of_unit(session, district, unit.id),
    )


def _suspended_holders(session: Session, key_id: int) -> int:
    query = select(func.count()).select_from(KeyGrant).join(Member)
    query = query.where(KeyGrant.unit_key_id == key_id, Member.suspended_on.is_not(None))
    return session.execute(query).scalar_one()


@contextmanager
def _reading(config: Config) -> Iterator[Session]:
    engine = create_engine(config.database_url, hide_parameters=True)
    try:
        with Session(engine) as session:
            yield session
    finally:
        engine.dispose()


def _sqlite_path(config: Config) -> Path | None:
    url = make_url(config.database_url)
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def _read(path: Path) -> str | None:
    try:
        return path.read_text("utf-8").strip()
    except OSError:
        return None
