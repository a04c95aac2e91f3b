"""the lane holds: its own order, and deadlines by status"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None
told = "疑似机器发送的队列有自己的次序，按状态算的期限"

_ORDER = ["urgency", "received_on", "id"]


def upgrade() -> None:
    # Behind the sealed bytes, where SQLite reads it slowly: only the index below is asked for it.
    op.add_column(
        "tip", sa.Column("lane_rank", sa.String(20), nullable=False, server_default=sa.text("'3'"))
    )
    _index_anew(["machine_unit", "is_open", "lane_rank"], ["channel", "status"])
    taken = "(status <> 'received' OR claimed_by_id IS NOT NULL) AND machine_unit IS NULL"
    columns = ["unit_id", "status", "due_on", *_ORDER]
    _partial("ix_tip_due_status", columns, f"due_on IS NOT NULL AND {taken}")


def _index_anew(lane: list[str], channel: list[str]) -> None:
    op.drop_index("ix_tip_machine", "tip")
    op.drop_index("ix_tip_channel", "tip")
    _partial("ix_tip_machine", [*lane, *_ORDER], "machine_unit IS NOT NULL")
    _partial("ix_tip_channel", ["unit_id", *channel, *_ORDER], "channel <> 'form'")


def _partial(name: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, "tip", columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    op.drop_index("ix_tip_due_status", "tip")
    _index_anew(["machine_unit", "is_open"], ["channel"])
    op.drop_column("tip", "lane_rank")
