"""spoken codes: what a holder's browser leaves with an invitation, and the new member's answer

An invitation that is open while this runs goes on with its code of eight digits.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None
told = "念一次就够的口头码"
_COLUMNS: dict[str, sa.types.TypeEngine[Any]] = {
    "spoken_nonce": sa.LargeBinary(16),
    "spoken_key_id": sa.BigInteger(),
    "unit_mac": sa.LargeBinary(32),
    "member_mac": sa.LargeBinary(32),
}


def upgrade() -> None:
    for name, kind in _COLUMNS.items():
        op.add_column("invitation", sa.Column(name, kind))


def downgrade() -> None:
    # An older version would take such a proof for eight digits, and never find it right.
    invitation = sa.table("invitation", sa.column("spoken_nonce"), sa.column("code_hash"))
    is_spoken = invitation.c.spoken_nonce.is_not(None)
    op.execute(invitation.update().where(is_spoken).values(code_hash=None))
    for name in _COLUMNS:
        op.drop_column("invitation", name)
