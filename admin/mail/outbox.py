"""Letters and pings that wait to be sent: queued in the database, sent outside any request.

One process of all nodes sends at a time (admin/leading). Who takes a letter puts its next try off
first, so that the next one finds it taken, should this one die. A letter is sent at least once; a
crash between sending and writing that down sends it twice, which a content-free letter can bear.
"""

import http.client
import logging
import secrets
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from sqlalchemy import ColumnElement, delete, false, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from ..config import Config
from ..db import changed_rows
from ..models import OutboxMail, random_key
from .pings import PingRefused, send_ping

RETRY_SECONDS: Final = (300, 600, 900, 1800, 3600)
"""How long a letter that was refused waits, the last of these again and again."""
KEPT_SECONDS: Final = 7 * 24 * 3600
"""For how long it stands that a letter was sent, and for how long one is tried."""
PING: Final = "ping"
"""How the names of pings begin; those of all else are letters'."""
_SMTP_SECONDS: Final = 20
_BATCH: Final = 20

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Letter:
    """What is to be sent. `once` names it: the same letter is never queued twice."""

    once: str
    address: str
    subject: str
    body: str


def queue_letter(session: Session, letter: Letter, now: int) -> bool:
    """Add the letter unless it is there already; tells whether it was added. The caller commits."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    insert = dialect.insert(OutboxMail).values(
        id=random_key(),
        once=letter.once,
        address=letter.address,
        subject=letter.subject,
        body=letter.body,
        next_try=now,
        tries=0,
    )
    once = insert.on_conflict_do_nothing(index_elements=["once"]).returning(OutboxMail.id)
    return session.execute(once).first() is not None


def send_due(session: Session, config: Config, now: int) -> int:
    """Send what is due, and tell how many went out. Commits after each letter."""
    sent = 0
    for letter in _take(session, config, now):
        try:
            _send(config, letter, now)
        except (OSError, smtplib.SMTPException, http.client.HTTPException) as error:
            # Its kind alone: what a server answers may hold the address.
            log.error("%s not sent: %s", _kind(letter), type(error).__name__)
            continue
        except PingRefused as error:
            log.error("ping not taken: %s", error)
            continue
        # Where it went and what it said are gone: the hour at which 无 became 有 dates a tip.
        session.execute(
            update(OutboxMail)
            .where(OutboxMail.id == letter.id)
            .values(sent_at=now, address="", body="")
        )
        session.commit()
        sent += 1
    return sent


def _kind(letter: Any) -> str:
    return PING if letter.once.startswith(f"{PING} ") else "letter"


def _take(session: Session, config: Config, now: int) -> list[Any]:
    """Take the letters that are due: each gets its next try, as if this one would fail.

    None of a kind for which no server is set any more.
    """
    due = session.execute(
        select(
            OutboxMail.id,
            OutboxMail.once,
            OutboxMail.address,
            OutboxMail.subject,
            OutboxMail.body,
            OutboxMail.tries,
            OutboxMail.next_try,
        )
        .where(OutboxMail.sent_at.is_(None), OutboxMail.next_try <= now, _can_go(config))
        .order_by(OutboxMail.next_try)
        .limit(_BATCH)
    ).all()
    taken = [row for row in due if _take_one(session, row, now)]
    session.commit()
    return taken


def _can_go(config: Config) -> ColumnElement[bool]:
    is_ping = OutboxMail.once.startswith(f"{PING} ")
    ways = [way for way, is_set in ((is_ping, config.ping), (~is_ping, config.smtp_url)) if is_set]
    return or_(false(), *ways)


def _take_one(session: Session, row: Any, now: int) -> bool:
    wait = RETRY_SECONDS[min(row.tries, len(RETRY_SECONDS) - 1)]
    mine = session.execute(
        update(OutboxMail)
        .where(OutboxMail.id == row.id, OutboxMail.next_try == row.next_try)
        .values(next_try=now + wait, tries=row.tries + 1)
    )
    return bool(changed_rows(mine))


def drop_stale(session: Session, kind: str, current: str) -> int:
    """Give up unsent letters of a kind that are not of the current round: late, they mislead."""
    stale = delete(OutboxMail).where(
        OutboxMail.once.startswith(f"{kind} "),
        ~OutboxMail.once.startswith(f"{kind} {current} "),
        OutboxMail.sent_at.is_(None),
    )
    return changed_rows(session.execute(stale))


def is_queued(session: Session, once: str) -> bool:
    """Tell whether a letter of that name was queued before."""
    query = select(OutboxMail.id).where(OutboxMail.once == once)
    return session.execute(query).first() is not None


def clear_old(session: Session, now: int) -> int:
    """Delete what was sent long ago, and give up what could not be sent for as long."""
    before = now - KEPT_SECONDS
    is_old = or_(OutboxMail.sent_at < before, OutboxMail.next_try < before)
    old = delete(OutboxMail).where(is_old)
    return changed_rows(session.execute(old))


def _send(config: Config, letter: Any, now: int) -> None:
    if _kind(letter) != PING:
        send_letter(config, letter)
    elif config.ping:
        send_ping(config.ping, now)


def send_letter(config: Config, letter: Any) -> None:
    """Hand a letter to the mail server. Raises what a line, or the server, may raise."""
    message = EmailMessage()
    message["From"] = config.mail_from
    message["To"] = letter.address
    message["Subject"] = letter.subject
    message["Date"] = formatdate()
    # Not make_msgid: its length differs from letter to letter, and these must be equal in size.
    message["Message-ID"] = f"<{secrets.token_hex(16)}@{config.mail_from.rpartition('@')[2]}>"
    message.set_content(letter.body, cte="base64")
    with connect(config.smtp_url, config.smtp_ca) as server:
        server.send_message(message)


def connect(address: str, ca: Path | None) -> smtplib.SMTP:
    """Reach the mail server: by TLS from the start (smtps), or turned on before anything is said.

    `smtp+plain` is for a server on this machine alone. A private CA stands instead of the
    system's: of all the authorities of the world, none but it vouches for the district's server.
    """
    url = urlsplit(address)
    host = url.hostname or "localhost"
    context = ssl.create_default_context(cafile=str(ca) if ca else None)
    if url.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, url.port or 465, timeout=_SMTP_SECONDS, context=context
        )
    else:
        server = smtplib.SMTP(host, url.port or 587, timeout=_SMTP_SECONDS)
        if url.scheme == "smtp":
            server.starttls(context=context)
    if url.username:
        server.login(unquote(url.username), unquote(url.password or ""))
    return server
