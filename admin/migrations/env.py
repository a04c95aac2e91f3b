"""Runs migrations on the connection that `admin/migrate.py` hands over."""

from collections.abc import Collection
from typing import Any

from alembic import context
from alembic.migration import MigrationContext
from sqlalchemy.engine import Connection

from admin.db.postgresql import unbounded
from admin.migrate import remember_serving, steps_of
from admin.models import Base


def run(connection: Connection, *, by_steps: bool) -> None:
    steps = steps_of(context.script)

    def remember(*, ctx: MigrationContext, heads: Collection[str], **_: Any) -> None:
        # In the step's transaction: no program finds the form without what is said of it.
        if ctx.connection is not None:
            remember_serving(ctx.connection, steps, heads)

    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        # A step that waits for a lock must not keep those of the steps before it.
        transaction_per_migration=by_steps,
        # For `gently`, which looks for it among the options.
        by_steps=by_steps,
        on_version_apply=remember,  # type: ignore[arg-type]  # called with names
    )
    if not by_steps:
        unbounded(connection)
    with context.begin_transaction():
        context.run_migrations()


_GIVEN = context.config.attributes
run(_GIVEN["connection"], by_steps=_GIVEN.get("by_steps", False))
