"""lanes, the length of a talk, spent challenges"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None
told = "疑似机器发送的队列、往来的条数、用过的算题"


def upgrade() -> None:
    op.create_table(
        "spent_challenge",
        sa.Column("challenge_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("challenge_hash"),
        sqlite_with_rowid=False,
    )
    # Added in place, not by copying the table: its rows hold the words of tips.
    op.add_column(
        "tip", sa.Column("talk_length", sa.Integer(), nullable=False, server_default=sa.text("0"))
    )
    op.add_column("tip", sa.Column("machine_unit", sa.String(length=40), nullable=True))
    op.execute(
        "UPDATE tip SET talk_length = (SELECT count(*) FROM message WHERE message.tip_id = tip.id)"
    )
    where = sa.text("machine_unit IS NOT NULL")
    op.create_index(
        "ix_tip_machine",
        "tip",
        ["machine_unit", "is_open", "urgency", "received_on", "id"],
        sqlite_where=where,
        postgresql_where=where,
    )


def downgrade() -> None:
    op.drop_index("ix_tip_machine", "tip")
    op.drop_column("tip", "machine_unit")
    op.drop_column("tip", "talk_length")
    op.drop_table("spent_challenge")
