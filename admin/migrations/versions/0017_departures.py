"""a member leaves: a unit's next key, made before, and what is left to do"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None
told = "有人离开：先造好的新钥匙，和还剩什么"

_KEY = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "next_key",
        sa.Column("id", _KEY, primary_key=True),
        sa.Column("unit_id", sa.String(40), nullable=False, unique=True),
        sa.Column("succeeds_id", sa.BigInteger(), sa.ForeignKey("unit_key.id"), nullable=False),
        sa.Column("recipient", sa.String(2100), nullable=False),
        sa.Column("recovery", sa.String(2100), nullable=False),
        sa.Column("fingerprint", sa.String(39), nullable=False, unique=True),
        sa.Column("roster_mac", sa.String(64), nullable=False),
        sa.Column("vouch", sa.String(64), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("made_by", sa.String(80), nullable=False),
        sa.Column("confirmed_by", sa.String(80)),
    )
    op.create_table(
        "next_grant",
        sa.Column("next_key_id", sa.BigInteger(), sa.ForeignKey("next_key.id"), primary_key=True),
        sa.Column("member_id", sa.BigInteger(), sa.ForeignKey("member.id"), primary_key=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "departure",
        sa.Column("id", _KEY, primary_key=True),
        sa.Column("member_id", sa.BigInteger(), sa.ForeignKey("member.id"), nullable=False),
        sa.Column("unit_id", sa.String(40), nullable=False),
        sa.Column("key_id", sa.BigInteger(), sa.ForeignKey("unit_key.id"), nullable=False),
        sa.Column("begun_by", sa.String(80), nullable=False),
        sa.Column("begun_on", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date()),
        sa.Column("ended_by", sa.String(80)),
        sa.Column("ended_on", sa.Date()),
        sa.Column("is_done", sa.Boolean()),
    )
    op.create_index("ix_departure_unit_id", "departure", ["unit_id"])
    op.create_index(
        "ix_departure_open",
        "departure",
        ["member_id"],
        unique=True,
        sqlite_where=sa.text("ended_on IS NULL"),
        postgresql_where=sa.text("ended_on IS NULL"),
    )


def downgrade() -> None:
    # An older version renews a key only once somebody was shut out: a next key is made anew then.
    for name in ("departure", "next_grant", "next_key"):
        op.drop_table(name)
