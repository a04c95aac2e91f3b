"""count publications: what was said of the counts, of which counts it was made, and since when"""

from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None
told = "公布数字：草稿、确认和公布过的都记下"

_SETTING = sa.table("setting", sa.column("name", sa.String), sa.column("value", sa.String))
_TIP = sa.table("tip", sa.column("id", sa.BigInteger))
_TALLY = sa.table("tally", sa.column("count", sa.Integer))


def upgrade() -> None:
    op.create_table(
        "closed_count",
        sa.Column("period", sa.String(7), nullable=False),
        sa.Column("measure", sa.String(64), nullable=False),
        sa.Column("group_id", sa.String(64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("period", "measure", "group_id", name="pk_closed_count"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "count_publication",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("quarters", sa.JSON(), nullable=False),
        sa.Column("groups", sa.JSON(), nullable=False),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("made_by", sa.String(80), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("confirmed_by", sa.String(80)),
        sa.Column("confirmed_on", sa.Date()),
        sa.Column("refused_by", sa.String(80)),
        sa.Column("refused_why", sa.String(20)),
        sa.Column("written_on", sa.Date()),
        sa.Column("body", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_count_publication"),
    )
    op.bulk_insert(_SETTING, [{"name": "counts_first", "value": _first_quarter()}])


def _first_quarter() -> str:
    """Name the first quarter that was counted whole, as this version counts it.

    Before, some numbers had no days and no deadlines, and tips were gone that no number knew.
    """
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    number = 4 * today.year + (today.month - 1) // 3
    connection = op.get_bind()
    has_begun = any(
        connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first()
        for table in (_TIP, _TALLY)
    )
    number += has_begun
    return f"{number // 4}-Q{number % 4 + 1}"


def downgrade() -> None:
    op.get_bind().execute(_SETTING.delete().where(_SETTING.c.name == "counts_first"))
    op.drop_table("count_publication")
    op.drop_table("closed_count")
