"""A member's own sessions: told apart by a few words of ours, ended one by one or all others."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ..access.roles import Staff
from ..audit.log import record
from ..models import StaffSession
from .services import hash_token, is_good

# The first that stands in the browser's own line counts: most also name those that they copy.
_BROWSERS: Final = (
    ("MicroMessenger", "微信"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("QQBrowser", "QQ 浏览器"),
    ("UCBrowser", "UC 浏览器"),
    ("SamsungBrowser", "三星浏览器"),
    ("HuaweiBrowser", "华为浏览器"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("FxiOS", "Firefox"),
    ("Safari", "Safari"),
)
_SYSTEMS: Final = (
    ("Windows", "Windows"),
    ("HarmonyOS", "HarmonyOS"),
    ("OpenHarmony", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
_HANDLE: Final = 16


class NoSuchSession(Exception):
    """The member has no such session, or none any more."""


def browser_kind(user_agent: str) -> str:
    """Say in words of ours what browser this is; nothing else of its line is kept."""
    browser = next((word for mark, word in _BROWSERS if mark in user_agent), "其他浏览器")
    system = next((word for mark, word in _SYSTEMS if mark in user_agent), "其他系统")
    return f"{browser} · {system}"


@dataclass(frozen=True)
class OwnSession:
    """One of a member's sessions as the account page shows it."""

    handle: str
    """The beginning of the token's hash: it tells two sessions apart and opens neither."""
    browser: str
    opened_at: int
    last_seen: int
    is_verified: bool
    is_this: bool


def list_sessions(session: Session, member_id: int, *, token: str, now: int) -> list[OwnSession]:
    """Read a member's sessions that are still good, this one first, then the latest seen."""
    query = select(StaffSession).where(StaffSession.member_id == member_id, is_good(now))
    here = hash_token(token)
    rows = sorted(session.scalars(query), key=lambda row: (row.token_hash != here, -row.last_seen))
    return [
        OwnSession(
            handle=row.token_hash.hex()[:_HANDLE],
            browser=row.browser,
            opened_at=row.opened_at,
            last_seen=row.last_seen,
            is_verified=row.is_verified,
            is_this=row.token_hash == here,
        )
        for row in rows
    ]


def end_session(session: Session, staff: Staff, handle: str) -> None:
    """End one of the member's own sessions. Raises `NoSuchSession`. The caller commits."""
    query = select(StaffSession).where(StaffSession.member_id == staff.member_id)
    found = [row for row in session.scalars(query) if row.token_hash.hex()[:_HANDLE] == handle]
    if not found:
        raise NoSuchSession
    session.delete(found[0])
    record(session, "session_ended", by=staff.name, unit_id=staff.unit_id, detail="one")


def end_others(session: Session, staff: Staff, *, token: str) -> None:
    """End all of the member's sessions but this one. The caller commits."""
    session.execute(
        delete(StaffSession).where(
            StaffSession.member_id == staff.member_id, StaffSession.token_hash != hash_token(token)
        )
    )
    record(session, "session_ended", by=staff.name, unit_id=staff.unit_id, detail="others")
