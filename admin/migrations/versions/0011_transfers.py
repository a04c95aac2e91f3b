"""transfers: tips that one unit passed on to another, and their old bytes until they are taken"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None
told = "线索在单位之间转办，对方接收前留着旧密文"

_KEY = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")


def upgrade() -> None:
    op.add_column("decision", sa.Column("unit", sa.String(40), nullable=True))
    op.create_table(
        "transfer",
        sa.Column("id", _KEY, primary_key=True),
        sa.Column("tip_id", sa.BigInteger(), sa.ForeignKey("tip.id"), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("from_unit", sa.String(40), nullable=False),
        sa.Column("to_unit", sa.String(40), nullable=False),
        sa.Column("old_key_id", sa.BigInteger(), sa.ForeignKey("unit_key.id"), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("sealed_in", sa.LargeBinary(32), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("back_reason", sa.String(40), nullable=True),
        sa.Column("content_mac", sa.String(64), nullable=False),
        sa.Column("settled_by", sa.String(80), nullable=True),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("is_taken", sa.Boolean(), nullable=True),
        sa.Column("checked_by", sa.String(80), nullable=True),
        sa.Column("is_doubted", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    _indexes()
    op.create_table(
        "transfer_file",
        sa.Column("transfer_id", sa.BigInteger(), sa.ForeignKey("transfer.id"), primary_key=True),
        sa.Column("part", sa.String(10), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sqlite_with_rowid=False,
    )


def _indexes() -> None:
    is_open = sa.text("settled_on IS NULL")
    op.create_index(
        "ix_transfer_open",
        "transfer",
        ["tip_id"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.create_index("ix_transfer_tip", "transfer", ["tip_id", "step"])
    op.create_index("ix_transfer_to", "transfer", ["to_unit", "settled_on"])
    op.create_index("ix_transfer_from", "transfer", ["from_unit", "made_on"])


def downgrade() -> None:
    op.drop_table("transfer_file")
    op.drop_table("transfer")
    op.drop_column("decision", "unit")
