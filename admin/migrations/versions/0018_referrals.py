"""referrals: packages for organs outside, when they left, and what became of them"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None
told = "转给外单位的材料：文号、送出、回执、催问、结果"

_KEY = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")
_RECORD = "record"


def upgrade() -> None:
    op.create_table(
        "referral",
        sa.Column("id", _KEY, primary_key=True),
        sa.Column("tip_id", sa.BigInteger(), sa.ForeignKey("tip.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.String(40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("organ", sa.String(40), nullable=False),
        sa.Column("lock", sa.String(10), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(80), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("way", sa.String(20), nullable=True),
        sa.Column("sent_by", sa.String(80), nullable=True),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("slip_note", sa.Integer(), nullable=True),
        sa.Column("chased_on", sa.Date(), nullable=True),
        sa.Column("end", sa.String(12), nullable=True),
        sa.Column("why", sa.String(40), nullable=False, server_default=""),
        sa.Column("end_note", sa.Integer(), nullable=True),
        sa.Column("settled_by", sa.String(80), nullable=True),
        sa.Column("settled_on", sa.Date(), nullable=True),
    )
    op.create_index("ix_referral_serial", "referral", ["unit_id", "year", "serial"], unique=True)
    op.create_index("ix_referral_tip", "referral", ["tip_id", "number"], unique=True)
    is_made = sa.text("sent_on IS NULL AND settled_on IS NULL")
    op.create_index(
        "ix_referral_made",
        "referral",
        ["tip_id", "organ"],
        unique=True,
        sqlite_where=is_made,
        postgresql_where=is_made,
    )
    is_open = sa.text("settled_on IS NULL")
    op.create_index(
        "ix_referral_open",
        "referral",
        ["tip_id"],
        sqlite_where=is_open,
        postgresql_where=is_open,
    )


def downgrade() -> None:
    op.drop_table("referral")
    # An older version would take a record for a note, and its number for a hole in their chain.
    note = sa.table("note", sa.column("kind"))
    op.execute(note.delete().where(note.c.kind == _RECORD))
    # Kinds that an older version does not know.
    decision = sa.table("decision", sa.column("kind"))
    op.execute(decision.delete().where(decision.c.kind.like("referral_%")))
