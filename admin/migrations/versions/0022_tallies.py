"""tallies: numbers of what became of tips, which outlive the tips; what is there is counted"""

from collections import Counter
from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None
told = "统计改成当时计数，线索删了数也在；已有的补数一遍"

_AT_ONCE = 500
_TIP = sa.table(
    "tip",
    *(sa.column(name, sa.String) for name in ("unit_id", "channel", "machine_unit")),
    sa.column("id", sa.BigInteger),
    sa.column("received_on", sa.Date),
    sa.column("is_counted", sa.Boolean),
)
_DECISION = sa.table(
    "decision",
    *(sa.column(name, sa.String) for name in ("old", "new", "kind", "reason")),
    sa.column("tip_id", sa.BigInteger),
    sa.column("step", sa.Integer),
    sa.column("decided_on", sa.Date),
)
_TRANSFER = sa.table(
    "transfer",
    sa.column("tip_id", sa.BigInteger),
    sa.column("step", sa.Integer),
    sa.column("from_unit", sa.String),
)
_OUTCOMES = {
    "substantiated": "found",
    "partly": "found",
    "unfounded": "not_found",
    "too_little": "not_found",
    "known": "not_found",
}
_ORGANS = {
    "to_department": "department",
    "to_supervision": "supervision",
    "to_other_police": "police",
}
_UNREAD = ("received", "question")
"""Where a tip stood whose words went although it never ended: it was left in the machine lane."""

Key = tuple[str, str, str, str]
_KEY = ("period", "family", "part", "unit_id")


def upgrade() -> None:
    op.create_table(
        "tally",
        sa.Column("period", sa.String(7), nullable=False),
        sa.Column("family", sa.String(20), nullable=False),
        sa.Column("part", sa.String(20), nullable=False),
        sa.Column("unit_id", sa.String(40), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("period", "family", "part", "unit_id", "slot", name="pk_tally"),
        sqlite_with_rowid=False,
    )
    op.add_column(
        "tip", sa.Column("is_counted", sa.Boolean(), nullable=False, server_default=sa.true())
    )
    # The page of totals walked through it; nothing does any more, and each decision paid for it.
    op.drop_index("ix_decision_new", "decision")
    in_lane = _TIP.c.machine_unit.is_not(None)
    op.get_bind().execute(_TIP.update().where(in_lane).values(is_counted=False))
    numbers = _received() + _first_times()
    rows = [
        dict(zip(_KEY, key, strict=True)) | {"slot": 0, "count": count}
        for key, count in sorted(numbers.items())
    ]
    tally = sa.table(
        "tally", *map(sa.column, (*("period", "family", "part", "unit_id"), "slot", "count"))
    )
    for start in range(0, len(rows), _AT_ONCE):
        op.bulk_insert(tally, rows[start : start + _AT_ONCE])


def _received() -> Counter[Key]:
    """Count what came in, by month; what came into the machine lane and was left there, apart."""
    expired = sa.select(_DECISION.c.tip_id).where(
        _DECISION.c.kind == "expired", _DECISION.c.old.in_(_UNREAD)
    )
    is_lane = sa.or_(_TIP.c.machine_unit.is_not(None), _TIP.c.id.in_(expired))
    first, unit = _first_unit()
    columns = (unit, _TIP.c.channel, _TIP.c.received_on, is_lane.label("is_lane"))
    query = sa.select(*columns, sa.func.count()).select_from(
        _TIP.outerjoin(first, first.c.tip_id == _TIP.c.id)
    )
    found: Counter[Key] = Counter()
    for unit_id, channel, day, was_lane, count in op.get_bind().execute(query.group_by(*columns)):
        if was_lane:
            found[f"{day.year}-Q{(day.month + 2) // 3}", "lane", "", ""] += count
        else:
            found[f"{day:%Y-%m}", "received", channel, unit_id] += count
    return found


def _first_unit() -> tuple[Any, Any]:
    """Find the unit to which each tip came first, by the first transfer that it has, if any."""
    firsts = (
        sa.select(_TRANSFER.c.tip_id, sa.func.min(_TRANSFER.c.step).label("step"))
        .group_by(_TRANSFER.c.tip_id)
        .subquery()
    )
    first = (
        sa.select(_TRANSFER.c.tip_id, _TRANSFER.c.from_unit)
        .join(
            firsts,
            sa.and_(firsts.c.tip_id == _TRANSFER.c.tip_id, firsts.c.step == _TRANSFER.c.step),
        )
        .subquery()
    )
    return first, sa.func.coalesce(first.c.from_unit, _TIP.c.unit_id).label("unit")


def _first_times() -> Counter[Key]:
    """Count where each tip came to stand for the first time, as the counting itself does."""
    found: Counter[Key] = Counter()
    for status in ("accepted", "referred", "closed", "out_of_scope"):
        for unit_id, day, reason, count in op.get_bind().execute(_moves(status)):
            found[_key(status, day, reason, unit_id)] += count
    return found


def _moves(status: str) -> Any:
    decision = _DECISION.c
    firsts = (
        sa.select(decision.tip_id, sa.func.min(decision.step).label("step"))
        .where(decision.new == status, decision.old != status)
        .group_by(decision.tip_id)
        .subquery()
    )
    first, unit = _first_unit()
    here = sa.and_(firsts.c.tip_id == decision.tip_id, firsts.c.step == decision.step)
    columns = (unit, decision.decided_on, decision.reason)
    joined = (
        _DECISION.join(firsts, here)
        .join(_TIP, _TIP.c.id == decision.tip_id)
        .outerjoin(first, first.c.tip_id == _TIP.c.id)
    )
    return sa.select(*columns, sa.func.count()).select_from(joined).group_by(*columns)


def _key(status: str, day: date, reason: str, unit_id: str) -> Key:
    month = f"{day:%Y-%m}"
    if status == "out_of_scope":
        return str(day.year), status, "", ""
    if status == "accepted":
        return month, status, "", unit_id
    parts = _ORGANS if status == "referred" else _OUTCOMES
    return month, status, parts.get(reason, "other"), unit_id


def downgrade() -> None:
    # The numbers of tips that are deleted go with the table; of the others they are counted anew.
    op.create_index("ix_decision_new", "decision", ["new", "tip_id", "old", "decided_on"])
    op.drop_column("tip", "is_counted")
    op.drop_table("tally")
