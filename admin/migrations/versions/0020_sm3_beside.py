"""SM3 beside: a second MAC on each line of the audit log, from the next line on"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None
told = "审计记录从下一行起，多一个 SM3 校验值"


def upgrade() -> None:
    # Lines that stand are not touched: the log is append-only, and only who has the secret file can
    # make a MAC. The first line with SM3 hangs on the SHA-256 chain, and so on all of them.
    op.add_column("audit_event", sa.Column("sm3", sa.String(64)))


def downgrade() -> None:
    # The end mark stays as the newer program made it. The older one says that it is false, until it
    # writes a line of its own: nobody without the keys can make one that it would believe.
    op.drop_column("audit_event", "sm3")
