"""holds: words kept past their day by two people, and what the journal of deletions still lacks"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None
told = "依法保全，删除账"

_HELD = sa.text("held_until IS NOT NULL")
_OPEN = sa.text("settled_on IS NULL")
_KEY = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")


def upgrade() -> None:
    op.add_column("tip", sa.Column("held_until", sa.Date(), nullable=True))
    op.create_index(
        "ix_tip_held",
        "tip",
        ["held_until", "unit_id"],
        sqlite_where=_HELD,
        postgresql_where=_HELD,
    )
    op.create_table(
        "hold_step",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("tip_id", _KEY, sa.ForeignKey("tip.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("authority", sa.String(20), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("asked_by", sa.String(80), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("settled_by", sa.String(80), nullable=True),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("is_granted", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_hold_step_number", "hold_step", ["tip_id", "number"], unique=True)
    op.create_index(
        "ix_hold_step_open",
        "hold_step",
        ["tip_id"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.create_table(
        "retention_line",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("tag", sa.LargeBinary(32), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade() -> None:
    # The older program knows no such lines, and no page of a tip that has one would open.
    op.execute(
        "DELETE FROM decision WHERE kind LIKE 'hold_%' OR kind LIKE 'case_%'"
        " OR kind = 'release_asked'"
    )
    op.drop_table("retention_line")
    op.drop_table("hold_step")
    op.drop_index("ix_tip_held", "tip")
    op.drop_column("tip", "held_until")
