"""marks: to which units words for a tip may go

Tips from before have none. Nobody but a reader of theirs can make one: their unit's browsers do,
when they open such a tip.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None
told = "去向标记：补充的话可以交给哪个单位"


def upgrade() -> None:
    op.add_column("tip", sa.Column("marks", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("tip", "marks")
