"""rewards: what waits for a second person, and the paying office's list of codes' hashes"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None
told = "凭领取码领奖励"

_KEY = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "reward_request",
        sa.Column("tip_id", _KEY, sa.ForeignKey("tip.id"), nullable=False),
        sa.Column("unit_id", sa.String(40), nullable=False),
        sa.Column("sum", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.String(80), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("half_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("sealed_half", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tip_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reward",
        sa.Column("key", sa.LargeBinary(32), nullable=False),
        sa.Column("sum", sa.Integer(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("paid_mark", sa.LargeBinary(16), nullable=True),
        sa.Column("is_stopped", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    # The older program knows no such role: who has it is shut out, under one that reads no tip.
    op.execute(
        "UPDATE member SET suspended_on = CURRENT_DATE, roles = '[\"counter\"]'"
        " WHERE CAST(roles AS TEXT) LIKE '%payer%'"
    )
    # Nor such lines; and it pays no code.
    op.execute("DELETE FROM decision WHERE kind LIKE 'reward_%'")
    op.drop_table("reward")
    op.drop_table("reward_request")
