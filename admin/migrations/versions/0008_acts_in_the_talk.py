"""acts in the talk: which of a reporter's messages was a call for protection, or a withdrawal

Messages from before say nothing of it: they are shown as words.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None
told = "往来里哪一条是请求保护，哪一条是撤回"


def upgrade() -> None:
    op.add_column("message", sa.Column("act", sa.String(10), nullable=True))


def downgrade() -> None:
    op.drop_column("message", "act")
