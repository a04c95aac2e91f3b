"""gate names: as whom the gate before the sign-in must name a member"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None
told = "成员可以绑定统一身份认证的账号"


def upgrade() -> None:
    op.add_column("member", sa.Column("gate_name", sa.String(200), nullable=True))


def downgrade() -> None:
    # Whoever passes the gate may then sign in to every account, with its passphrase and code.
    op.drop_column("member", "gate_name")
