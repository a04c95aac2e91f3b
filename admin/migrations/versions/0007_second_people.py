"""second people: kept old seals, requests for a second person, locked sessions"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None
told = "要第二个人同意的事、换锁前的旧密文、锁住的登录"

_KEY = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")


def upgrade() -> None:
    op.add_column(
        "staff_session",
        sa.Column("is_locked", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("staff_session", sa.Column("proved_at", sa.BigInteger(), nullable=True))
    op.add_column("invitation", sa.Column("code_unit_id", sa.String(40), nullable=True))
    _kept()
    _countersign()


def _kept() -> None:
    op.create_table(
        "kept_tip",
        sa.Column("tip_id", sa.BigInteger(), sa.ForeignKey("tip.id"), primary_key=True),
        sa.Column("unit_id", sa.String(40), nullable=False),
        sa.Column("old_key_id", sa.BigInteger(), sa.ForeignKey("unit_key.id"), nullable=False),
        sa.Column("new_key_id", sa.BigInteger(), sa.ForeignKey("unit_key.id"), nullable=False),
        sa.Column("moved_by", sa.String(80), nullable=False),
        sa.Column("moved_in", sa.LargeBinary(32), nullable=False),
        sa.Column("moved_on", sa.Date(), nullable=False),
        sa.Column("content_mac", sa.String(64), nullable=False),
        sa.Column("is_doubted", sa.Boolean(), nullable=False, server_default=sa.false()),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_kept_tip_unit", "kept_tip", ["unit_id", "moved_on"])
    op.create_table(
        "kept_file",
        sa.Column("tip_id", sa.BigInteger(), sa.ForeignKey("kept_tip.tip_id"), primary_key=True),
        sa.Column("part", sa.String(10), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sqlite_with_rowid=False,
    )


def _countersign() -> None:
    op.create_table(
        "countersign",
        sa.Column("id", _KEY, primary_key=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("unit_id", sa.String(40), nullable=False),
        sa.Column("asked_by", sa.String(80), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("why", sa.String(40), nullable=False),
        sa.Column("member_id", sa.BigInteger(), sa.ForeignKey("member.id"), nullable=True),
        sa.Column("tip_id", sa.BigInteger(), sa.ForeignKey("tip.id"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("settled_by", sa.String(80), nullable=True),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("is_granted", sa.Boolean(), nullable=True),
    )
    op.create_index("ix_countersign_unit", "countersign", ["unit_id", "settled_on"])
    for name in ("member", "tip"):
        open_ones = sa.text(f"{name}_id IS NOT NULL AND settled_on IS NULL")
        op.create_index(
            f"ix_countersign_{name}",
            "countersign",
            [f"{name}_id"],
            unique=True,
            sqlite_where=open_ones,
            postgresql_where=open_ones,
        )


def downgrade() -> None:
    op.drop_table("countersign")
    op.drop_table("kept_file")
    op.drop_table("kept_tip")
    op.drop_column("invitation", "code_unit_id")
    op.drop_column("staff_session", "proved_at")
    op.drop_column("staff_session", "is_locked")
