"""Runs migrations on the connection that `admin/migrate.py` hands over."""

from alembic import context
from sqlalchemy.engine import Connection

from admin.db.postgresql import unbounded
from admin.models import Base


def run(connection: Connection, *, by_steps: bool) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        # A step that waits for a lock must not keep those of the steps before it.
        transaction_per_migration=by_steps,
        # For `gently`, which looks for it among the options.
        by_steps=by_steps,
    )
    if not by_steps:
        unbounded(connection)
    with context.begin_transaction():
        context.run_migrations()


_GIVEN = context.config.attributes
run(_GIVEN["connection"], by_steps=_GIVEN.get("by_steps", False))
