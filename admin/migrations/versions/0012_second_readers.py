"""second readers: who has read a tip, who has a part in it, and why an end takes two"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None
told = "两个人办结、回避、谁看过线索"

_KEY = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")
_COLUMNS = ("second_unit_id", "grounds", "note", "other_id", "result")


def upgrade() -> None:
    op.add_column("tip", sa.Column("eased_from", sa.String(20), nullable=True))
    _mark_eased()
    # As with merged_into_id: SQLite adds no constraint in place.
    other = [] if op.get_bind().dialect.name == "sqlite" else [sa.ForeignKey("tip.id")]
    for column in (
        sa.Column("second_unit_id", sa.String(40), nullable=True),
        sa.Column("grounds", sa.String(100), nullable=False, server_default=""),
        sa.Column("note", sa.Integer(), nullable=True),
        sa.Column("other_id", sa.BigInteger(), *other, nullable=True),
        sa.Column("result", sa.String(10), nullable=True),
    ):
        op.add_column("countersign", column)
    _reader()
    _recusal()


def _mark_eased() -> None:
    """Take each open tip that staff graded low for one that may have been urgent before.

    No row tells what it was: whoever ends it asks a second person once too often.
    """
    op.execute(
        "UPDATE tip SET eased_from = 'P1' WHERE is_open AND urgency IN ('P2', 'P3') AND EXISTS"
        " (SELECT 1 FROM decision WHERE decision.tip_id = tip.id AND decision.kind = 'urgency')"
    )


def _reader() -> None:
    op.create_table(
        "tip_reader",
        sa.Column("tip_id", sa.BigInteger(), sa.ForeignKey("tip.id"), primary_key=True),
        sa.Column("member_id", sa.BigInteger(), sa.ForeignKey("member.id"), primary_key=True),
        sa.Column("cleared_on", sa.Date(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=True),
        sa.Column("notes", sa.Integer(), nullable=True),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_tip_reader_member", "tip_reader", ["member_id"])


def _recusal() -> None:
    op.create_table(
        "recusal",
        sa.Column("id", _KEY, primary_key=True),
        sa.Column("tip_id", sa.BigInteger(), sa.ForeignKey("tip.id"), nullable=False),
        sa.Column("member_id", sa.BigInteger(), sa.ForeignKey("member.id"), nullable=False),
        sa.Column("unit_id", sa.String(40), nullable=False),
        sa.Column("declared_on", sa.Date(), nullable=False),
        sa.Column("lifted_by", sa.String(80), nullable=True),
        sa.Column("lifted_on", sa.Date(), nullable=True),
    )
    op.create_index("ix_recusal_unit", "recusal", ["unit_id", "lifted_on"])
    op.create_index("ix_recusal_tip", "recusal", ["tip_id"])
    is_open = sa.text("lifted_on IS NULL")
    op.create_index(
        "ix_recusal_open",
        "recusal",
        ["member_id", "tip_id"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )


def downgrade() -> None:
    op.drop_table("recusal")
    op.drop_table("tip_reader")
    for name in reversed(_COLUMNS):
        op.drop_column("countersign", name)
    op.drop_column("tip", "eased_from")
