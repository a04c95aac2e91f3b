"""label readers: dispatchers for whom a holder of the unit's key vouched, and labels for them"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None
told = "分派员经负责人核对，看得到类型和地点"

_KEY = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "label_reader",
        sa.Column("member_id", _KEY, sa.ForeignKey("member.id"), primary_key=True),
        sa.Column("unit_id", sa.String(40), nullable=False),
        sa.Column("unit_key_id", _KEY, sa.ForeignKey("unit_key.id"), nullable=False),
        sa.Column("mac", sa.String(64), nullable=False),
        sa.Column("vouched_by", sa.String(80), nullable=False),
        sa.Column("vouched_on", sa.Date(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_label_reader_unit", "label_reader", ["unit_id"])
    op.create_table(
        "label_copy",
        sa.Column("tip_id", _KEY, sa.ForeignKey("tip.id"), primary_key=True),
        sa.Column("unit_id", sa.String(40), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_label_copy_unit", "label_copy", ["unit_id"])


def downgrade() -> None:
    op.drop_table("label_copy")
    op.drop_table("label_reader")
