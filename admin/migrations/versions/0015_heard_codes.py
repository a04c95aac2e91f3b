"""heard codes: what a new member read back to a holder of the unit's key, before they joined"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None
told = "邀请上听到的核对码"


def upgrade() -> None:
    op.add_column("invitation", sa.Column("heard_code", sa.String(24)))
    op.add_column("invitation", sa.Column("heard_mac", sa.LargeBinary(32)))


def downgrade() -> None:
    # Who was handed nothing yet reads their code out once more.
    op.drop_column("invitation", "heard_mac")
    op.drop_column("invitation", "heard_code")
