"""Events of tips by their codes, for tests that are about something else."""

import importlib

from sqlalchemy import select

from admin.models import Decision
from admin.tip.events import Event, EventKind, Level
from admin.tip.urgency import Urgency

unpacked = importlib.import_module("admin.migrations.versions.0010_typed_events").unpacked


def event(code):
    """Make the event that has this code."""
    found = unpacked(code)
    types = {"kind": EventKind, "urgency": Urgency, "level": Level}
    return Event(**{name: types.get(name, str)(value) for name, value in found.items()})


def codes(session, *conditions):
    """Read the codes of the events that fit, in the order in which they happened."""
    rows = session.scalars(select(Decision).where(*conditions).order_by(Decision.step))
    return [row.event.code for row in rows]
