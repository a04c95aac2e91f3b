"""typed events: what a line of a history carries stands in columns, not packed into its reason"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None
told = "经过的每一行分栏记"

_PLAIN = (
    *("claimed", "released", "assigned", "claim_run_out", "first_read", "asked", "answered"),
    *("moved", "file_copied", "file_taken", "more_words", "danger", "asked_to_withdraw", "expired"),
)
_PACKED = re.compile(
    r"(?P<urgency_kind>urgency)_(?P<urgency>P[0-3])"
    r"|(?P<other_kind>linked|unlinked|merged|joined|parted)_(?P<other>[0-9A-Z-]{11})"
    r"|(?P<reason_kind>extend)_(?P<reason>.+)"
    r"|(?P<rule_kind>overdue)_(?P<rule>.+)_(?P<level>holder|reviewer|supervisor)"
)
_CARRIED = {"urgency": 20, "other": 11, "rule": 40, "level": 20}
_NEW = ("kind", *_CARRIED)
_AT_ONCE = 5000
"""Reasons of one statement: SQLite takes 32,766 values, PostgreSQL 65,535."""


def upgrade() -> None:
    decided = sa.Column("kind", sa.String(20), nullable=False, server_default="decided")
    op.add_column("decision", decided)
    for name, length in _CARRIED.items():
        op.add_column("decision", sa.Column(name, sa.String(length), nullable=True))
    decision = sa.table(
        "decision", sa.column("id", sa.BigInteger), sa.column("reason"), *map(sa.column, _NEW)
    )
    reasons = sa.select(decision.c.reason).distinct()
    about_tips: dict[str, list[str]] = {}
    for reason in list(op.get_bind().scalars(reasons)):
        values = unpacked(reason)
        if "other" in values:
            about_tips.setdefault(values["kind"], []).append(reason)
        else:
            _fill(decision, [reason], values)
    for kind, packed in about_tips.items():
        # Nearly as many as there are rows: each walk through the table takes many of them.
        other = sa.func.substr(decision.c.reason, len(kind) + 2)
        for start in range(0, len(packed), _AT_ONCE):
            some = packed[start : start + _AT_ONCE]
            _fill(decision, some, {"kind": kind, "other": other, "reason": ""})


def _fill(decision: sa.TableClause, reasons: Sequence[str], values: Mapping[str, Any]) -> None:
    update = decision.update().where(decision.c.reason.in_(reasons)).values(values)
    op.get_bind().execute(update)


def unpacked(reason: str) -> dict[str, str]:
    """Return the columns of a packed reason; what is no code of ours is an outcome's id."""
    if reason in _PLAIN:
        return {"kind": reason, "reason": ""}
    found = _PACKED.fullmatch(reason)
    if found is None:
        return {"kind": "decided", "reason": reason}
    given = {name: value for name, value in found.groupdict().items() if value is not None}
    kind = next(value for name, value in given.items() if name.endswith("_kind"))
    carried = {name: value for name, value in given.items() if not name.endswith("_kind")}
    return {"reason": ""} | carried | {"kind": kind}


def downgrade() -> None:
    decision = sa.table(
        "decision", sa.column("id", sa.BigInteger), sa.column("reason"), *map(sa.column, _NEW)
    )
    column = decision.c
    parts = [column.reason, column.urgency, column.other, column.rule, column.level]
    tail = [
        sa.case((sa.func.coalesce(part, "") != "", sa.literal("_") + part), else_="")
        for part in parts
    ]
    packed = column.kind + tail[0] + tail[1] + tail[2] + tail[3] + tail[4]
    op.get_bind().execute(decision.update().where(column.kind != "decided").values(reason=packed))
    for name in _NEW:
        op.drop_column("decision", name)
