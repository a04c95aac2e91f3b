"""The `dengshao` command: what an operator does at a terminal."""

import sys
from pathlib import Path

import click
from flask import Flask

from .config import Config, ConfigError, load_config, make_secret
from .district import DataError


def _config() -> Config:
    try:
        return load_config()
    except ConfigError as error:
        raise click.ClickException(str(error)) from error


def _app(config: Config) -> Flask:
    """Make the application with an up-to-date database."""
    from . import create_app
    from .db import db
    from .migrate import migrate

    try:
        app = create_app(config)
    except (ConfigError, DataError) as error:
        raise click.ClickException(str(error)) from error
    with app.app_context():
        migrate(db.engine)
    return app


@click.group()
def main() -> None:
    """灯哨: serve the site, the form and the desk, and keep them in order."""


@main.command()
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
def secret(path: Path) -> None:
    """Write a new secret file (once per installation; keep it out of backups)."""
    try:
        make_secret(path)
    except FileExistsError as error:
        raise click.ClickException(f"{path} exists already: it was not changed.") from error
    click.echo(f"Written: {path}. Set DENGSHAO_SECRET_FILE to it.")


@main.command()
def migrate() -> None:
    """Bring the database to the newest form."""
    _app(_config())
    click.echo("数据库已是最新。The database is up to date.")


@main.command()
def sweep() -> None:
    """Delete what has had its day: contents, spent form numbers, day keys."""
    from .sweeper import sweep_now

    for name, count in sweep_now(_app(_config())).items():
        click.echo(f"{name}: {count}")


@main.command()
@click.option("--workers", default=2, show_default=True, help="Processes that answer requests.")
@click.option("--threads", default=8, show_default=True, help="Requests at once per process.")
def serve(workers: int, threads: int) -> None:
    """Serve all rooms in the foreground until Ctrl-C."""
    from .server import AlreadyRunning, run

    config = _config()
    try:
        run(config, _app(config), workers=workers, threads=threads)
    except AlreadyRunning as error:
        click.echo(str(error))
        sys.exit(1)
