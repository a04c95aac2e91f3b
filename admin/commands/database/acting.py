"""What `dengshao database roles` does, from an application that has been opened."""

from __future__ import annotations

import click

from ...app_state import app_state
from ...db import db, grants
from ...db.logins import Login


def show_here() -> None:
    """Print what would be done, for psql."""
    click.echo("".join(f"{statement};\n" for statement in grants.statements(_prefix())), nl=False)


def apply_here() -> None:
    """Make the logins, and let each do what stands in the table of rights, and no more."""
    prefix = _prefix()
    with db.engine.begin() as connection:
        grants.apply(connection, prefix)
    names = "、".join(login.named(prefix) for login in Login)
    click.echo(f"权限已照表做好：{names}。新账号还没有口令，请在 psql 里用 \\password 设。")


def _prefix() -> str:
    if prefix := app_state().config.database_logins:
        return prefix
    raise click.ClickException("还没有设 DENGSHAO_DATABASE_LOGINS，例如 dengshao。")
