"""bulletins: short texts about closed matters, until they are published"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None
told = "办结通报"

_KEY = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "bulletin",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("slug", sa.String(8), nullable=False),
        sa.Column("unit_id", sa.String(40), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("refusal", sa.String(20), nullable=True),
        sa.Column("agreed_by", sa.String(80), nullable=True),
        sa.Column("agreed_on", sa.Date(), nullable=True),
        sa.Column("drawn_on", sa.Date(), nullable=True),
        sa.Column("title", sa.String(80), nullable=False),
        sa.Column("body", sa.String(2000), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("slug"),
    )
    op.create_index("ix_bulletin_unit_id", "bulletin", ["unit_id"])


def downgrade() -> None:
    op.drop_index("ix_bulletin_unit_id", "bulletin")
    op.drop_table("bulletin")
