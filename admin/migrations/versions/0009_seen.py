"""seen: what a reporter has seen of the answers, in a box that only the unit's browsers open

A tip with an answer gets random bytes in its place, which look the same, so that the column tells
nothing of who came since.
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None
told = "写的人看到了第几条答复"

_BATCH = 500
_BOX = 68


def upgrade() -> None:
    op.add_column("tip", sa.Column("seen", sa.LargeBinary(), nullable=True))
    tip = sa.table("tip", sa.column("id", sa.BigInteger), sa.column("seen", sa.LargeBinary))
    message = sa.table("message", sa.column("tip_id", sa.BigInteger), sa.column("direction"))
    answered = sa.exists().where(message.c.tip_id == tip.c.id, message.c.direction == "staff")
    connection = op.get_bind()
    fill = tip.update().where(tip.c.id == sa.bindparam("tip")).values(seen=sa.bindparam("box"))
    unmade = sa.select(tip.c.id).where(answered).order_by(tip.c.id).limit(_BATCH)
    after = unmade
    while found := list(connection.scalars(after)):
        boxes = [{"tip": one, "box": secrets.token_bytes(_BOX)} for one in found]
        connection.execute(fill, boxes)
        after = unmade.where(tip.c.id > found[-1])


def downgrade() -> None:
    op.drop_column("tip", "seen")
