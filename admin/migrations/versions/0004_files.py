"""files: what was uploaded, what is whole, which tip names it"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None
told = "证据文件：传了哪些、传全没有、属于哪条线索"

_KEY = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "upload",
        sa.Column("id", _KEY, primary_key=True),
        sa.Column("blob", sa.String(32), nullable=False, unique=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        sa.Column("is_released", sa.Boolean(), nullable=False),
        sa.Column("tip_id", sa.BigInteger(), sa.ForeignKey("tip.id"), nullable=True),
    )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    op.create_index("ix_upload_made", "upload", ["made_on", "size"])
    _partial("ix_upload_orphan", ["made_on", "size"], "tip_id IS NULL")
    _partial("ix_upload_tip_id", ["tip_id"], "tip_id IS NOT NULL")
    _partial("ix_upload_released", ["id"], "is_released = 1" if is_sqlite else "is_released")


def _partial(name: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, "upload", columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    op.drop_table("upload")
