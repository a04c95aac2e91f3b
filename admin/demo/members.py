"""Fills an empty store with the demo district's members and keys (design.md section 5)."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from ..access.demo_mark import mark_demo
from ..config import Config
from ..db import today
from ..keys import issuing
from ..keys.passphrases import propose
from ..models import Member, UnitKey
from ..sealing.member import grouped_code

READS_TIPS = ("registrar", "analyst", "reviewer")


@dataclass(frozen=True)
class DemoMember:
    """One line of demo.json: all that is needed to sign in as this member."""

    name: str
    passphrase: str = field(repr=False)
    code: str = field(repr=False)
    unit: str | None
    roles: tuple[str, ...]


PEOPLE: tuple[tuple[str, str | None, tuple[str, ...]], ...] = (
    ("admin", None, ("administrator",)),
    ("police-1", "police", READS_TIPS),
    ("police-2", "police", READS_TIPS),
    ("drugs-1", "drugs", READS_TIPS),
    ("trade-1", "trade", READS_TIPS),
    ("supervision-1", "supervision", ("custodian",)),
    ("upper-1", "upper", READS_TIPS),
    ("dispatch-1", "police", ("dispatcher",)),
    ("practice-1", "practice", READS_TIPS),
    ("auditor-1", None, ("auditor",)),
    ("counter-1", None, ("counter",)),
)


class NotInProduction(Exception):
    """The demo's passphrases lie in a file: it is for development only."""


def make_demo(session: Session, config: Config) -> list[DemoMember]:
    """Fill an empty store with the demo's members and units' keys; a no-op where members are.

    Commits. Writes keys.yml and demo.json to the data folder first: members whose passphrases were
    never written down could not be removed again. An application that runs already reads the
    confirmed keys at its next start.
    """
    if config.production:
        raise NotInProduction
    if session.scalars(select(Member.id).limit(1)).first() is not None:
        return []
    passphrases = [propose() for _person in PEOPLE]
    # scrypt lets other threads run; two at a time, since each takes 128 MiB.
    with ThreadPoolExecutor(max_workers=2) as pool:
        keys = list(pool.map(issuing.new_member_keys, passphrases))
    unit_keys = _add_rows(session, keys)
    mark_demo(session)
    people = [
        DemoMember(name, passphrase, grouped_code(made.code), unit, roles)
        for (name, unit, roles), passphrase, made in zip(PEOPLE, passphrases, keys, strict=True)
    ]
    _write_keys(config.data / "keys.yml", unit_keys)
    _write_secrets(config.data / "demo.json", people)
    session.commit()
    return people


def read_demo(config: Config) -> list[DemoMember]:
    """Read demo.json again; empty where no demo was made."""
    path = config.data / "demo.json"
    rows = json.loads(path.read_text("utf-8")) if path.exists() else []
    return [DemoMember(**{**row, "roles": tuple(row["roles"])}) for row in rows]


def _add_rows(session: Session, keys: list[issuing.MemberKeys]) -> list[UnitKey]:
    """Add the members; the first of a unit makes its key, the next get it from the first."""
    unit_keys: list[UnitKey] = []
    first: dict[str, tuple[Member, issuing.MemberKeys]] = {}
    for (name, unit, roles), made in zip(PEOPLE, keys, strict=True):
        member = issuing.add_member(session, made, name=name, unit_id=unit, roles=roles)
        if unit in first and "dispatcher" not in roles:
            holder, holder_keys = first[unit]
            issuing.hand_on(session, holder=holder, identity=holder_keys.identity, to=member)
        elif unit is not None and unit not in first:
            first[unit] = member, made
            unit_keys.append(issuing.make_unit_key(session, member)[0])
    return unit_keys


def _write_keys(path: Path, unit_keys: list[UnitKey]) -> None:
    data = {
        "source": "dengshao demo",
        "checked": today(),
        "items": [{"id": key.unit_id, "fingerprint": key.fingerprint} for key in unit_keys],
    }
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), "utf-8")


def _write_secrets(path: Path, people: list[DemoMember]) -> None:
    rows = [
        {
            "name": person.name,
            "passphrase": person.passphrase,
            "code": person.code,
            "unit": person.unit,
            "roles": list(person.roles),
        }
        for person in people
    ]
    # A file left by an earlier store may be readable by others: begin anew.
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(rows, file, ensure_ascii=False, indent=1)
