"""A day in the reporter's own calendar: come back on. Without a word of what for, or of where.

A browser with scripts makes the file itself (site/theme/assets/receipt.js) and asks for nothing.
"""

import secrets
from datetime import date, timedelta
from typing import Final

from flask import Blueprint, Response
from flask_babel import gettext as _

from ..db import today
from ..web.security import public

bp = Blueprint("calendar", __name__)

DAYS: Final = 7
# The stamp is the day's own: when it was made would be when something was sent. CLASS asks shared
# calendars to keep the entry to themselves. No alarm: it would show on a locked screen.
_LINES: Final = (
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//-//-//ZH",
    "BEGIN:VEVENT",
    "UID:{uid}",
    "DTSTAMP:{day}T000000Z",
    "DTSTART;VALUE=DATE:{day}",
    "DTEND;VALUE=DATE:{next}",
    "SUMMARY:{title}",
    "CLASS:PRIVATE",
    "TRANSP:TRANSPARENT",
    "END:VEVENT",
    "END:VCALENDAR",
    "",
)


def calendar_text(*, uid: str, day: str, following: str) -> str:
    """Write the file; the page's script is given one with holes."""
    text = "\r\n".join(_LINES)
    return text.format(uid=uid, day=day, next=following, title=_("记得"))


def with_holes() -> str:
    """Give the page's script what it fills in by itself."""
    return calendar_text(uid="{uid}", day="{day}", following="{next}")


@bp.get("/tip/day.ics")
@public
def give_day() -> Response:
    """Give the day on which to come back, to whoever asks: it says nothing of any tip."""
    day = today() + timedelta(days=DAYS)
    text = calendar_text(uid=secrets.token_hex(16), day=_plain(day), following=_plain(_after(day)))
    response = Response(text, mimetype="text/calendar")
    response.headers["Content-Disposition"] = 'attachment; filename="day.ics"'
    return response


def _after(day: date) -> date:
    return day + timedelta(days=1)


def _plain(day: date) -> str:
    return day.strftime("%Y%m%d")
