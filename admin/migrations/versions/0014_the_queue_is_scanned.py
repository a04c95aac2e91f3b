"""the queue is scanned: up to where a unit has opened each tip, and answers kept as templates

A tip counts as opened where the log holds its opening; up to the last answer, for what came behind
it may not have been read.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None
_NEW_KINDS = ("labelled", "unlabelled", "noted", "graded")
told = "单位打开到了哪里，和常用答复"


def upgrade() -> None:
    op.create_table(
        "tip_opening",
        sa.Column("tip_id", sa.BigInteger(), sa.ForeignKey("tip.id"), primary_key=True),
        sa.Column("upto", sa.Integer(), nullable=False),
        sqlite_with_rowid=False,
    )
    tip = sa.table("tip", sa.column("id"), sa.column("reference"))
    line = sa.table("audit_event", sa.column("reference"), sa.column("act"))
    message = sa.table("message", sa.column("tip_id"), sa.column("number"), sa.column("direction"))
    answered = sa.select(sa.func.coalesce(sa.func.max(message.c.number), 0)).where(
        message.c.tip_id == tip.c.id, message.c.direction == "staff"
    )
    was_opened = sa.exists().where(line.c.reference == tip.c.reference, line.c.act == "opened")
    opening = sa.table("tip_opening", sa.column("tip_id"), sa.column("upto"))
    found = sa.select(tip.c.id, answered.scalar_subquery()).where(was_opened)
    op.execute(opening.insert().from_select(["tip_id", "upto"], found))
    op.add_column(
        "handover_note",
        sa.Column("kind", sa.String(10), nullable=False, server_default="handover"),
    )


def downgrade() -> None:
    # An older version would take them for what a shift tells the next, and show them as such.
    note = sa.table("handover_note", sa.column("kind"))
    op.execute(note.delete().where(note.c.kind != "handover"))
    op.drop_column("handover_note", "kind")
    # Kinds that an older version does not know, and wrote nothing of.
    decision = sa.table("decision", sa.column("kind"))
    op.execute(decision.delete().where(decision.c.kind.in_(_NEW_KINDS)))
    op.drop_table("tip_opening")
