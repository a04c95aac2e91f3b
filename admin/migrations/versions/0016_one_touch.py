"""one touch: a passkey may carry its member's identity, sealed to a secret of its own"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None
told = "能一触开锁的通行密钥"


def upgrade() -> None:
    op.add_column("passkey", sa.Column("answered_at", sa.BigInteger(), nullable=True))
    op.add_column("passkey", sa.Column("sealed_identity", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    # They stay what an older version knows: second factors.
    op.drop_column("passkey", "sealed_identity")
    op.drop_column("passkey", "answered_at")
