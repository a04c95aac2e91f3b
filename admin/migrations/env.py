"""Runs migrations on the engine that `dengshao migrate` hands over."""

from alembic import context
from sqlalchemy.engine import Connection

from admin.db.postgresql import unbounded
from admin.models import Base


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        unbounded(connection)
        context.run_migrations()


run(context.config.attributes["connection"])
