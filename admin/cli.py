"""The `dengshao` command: what an operator does at a terminal.

`flask --app admin …` has the same commands: `create_app` registers them.
"""

import os
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import FlaskGroup, NoAppException, with_appcontext

from . import create_app
from .accounts.audit_commands import audit
from .accounts.commands import permissions, staff, unit
from .accounts.demo_mark import is_demo
from .backup.commands import backup, restore_command
from .backup.doctor import doctor
from .cleaning.commands import clean_command
from .clocks import calendar_gap
from .config import ConfigError, load_config, make_secret
from .db import db, today
from .demo.commands import demo
from .demo.fill import fill_tips
from .demo.members import read_demo
from .district import DataError
from .house import house
from .law import law
from .migrate import migrate as migrate_engine
from .notices import tick
from .server import AlreadyRunning, hold_lock, run
from .sweeper import SWEPT, sweep_now
from .vault import vault


def make_app() -> Flask:
    """Make the application on an up-to-date database; a fault is a sentence, not a traceback."""
    # What we write is for this user alone: the database, its journal, the lock, the secret.
    os.umask(0o077)
    try:
        app = create_app(load_config())
    except (ConfigError, DataError) as error:
        raise NoAppException(str(error)) from None
    with app.app_context():
        migrate_engine(db.engine)
    return app


@click.command(help="写一个新的密钥文件 PATH（一次装机只做一次；不要放进备份）。")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
def secret(path: Path) -> None:
    try:
        make_secret(path)
    except FileExistsError:
        raise click.ClickException(f"{path} 已经有了，没有改动。") from None
    click.echo(f"已写好 {path}。请把 DENGSHAO_SECRET_FILE 设成它。")


@click.command(help="把数据库升到最新的样子。")
@with_appcontext
def migrate() -> None:
    migrate_engine(db.engine)
    click.echo("数据库已是最新。")


@click.command(help="删掉到期的：线索内容、用过的表单号、旧的日密钥。补上期限，催办逾期的。")
@with_appcontext
def sweep() -> None:
    for name, count in sweep_now(_this_app()).items():
        click.echo(f"{SWEPT.get(name, name)}：{count}")
    if sentence := calendar_gap(house().district.clocks, today()):
        click.echo(sentence)


@click.command(help="把到点的值班提醒排进队，再把到期的信发出去（一轮）。")
@with_appcontext
def notices() -> None:
    if not house().config.smtp_url:
        raise click.ClickException("没有设 DENGSHAO_SMTP_URL，不发提醒。")
    click.echo(f"发出 {tick(_this_app())} 封。")


@click.command(help="在前台提供服务，按 Ctrl-C 停止。")
@click.option("--demo", "with_demo", is_flag=True, help="先给空的数据库放进演示数据。")
@click.option("--workers", default=2, show_default=True, help="应答的进程数。")
@click.option("--threads", default=16, show_default=True, help="每个进程同时应答的请求数。")
@with_appcontext
def serve(*, with_demo: bool, workers: int, threads: int) -> None:
    try:
        with hold_lock(house().config):
            if with_demo:
                _fill_demo()
            run(house().config, _serving_app(), workers=workers, threads=threads)
    except (AlreadyRunning, ConfigError) as error:
        raise click.ClickException(str(error)) from None


def _fill_demo() -> None:
    """Fill an empty store; a store that was not made by the demo is left as it is."""
    click.get_current_context().invoke(demo)
    # Ends the transaction: the next application in this process must find the store unlocked.
    db.session.close()
    if not is_demo(db.reading):
        return
    db.reading.close()
    _in_a_child(_fill_demo_tips)
    for member in read_demo(house().config):
        click.echo(f"  {member.name:<14} {member.passphrase}  {member.code}")


def _fill_demo_tips() -> None:
    with _serving_app().app_context():
        if count := fill_tips(db.session, vault().blobs):
            click.echo(f"已放进 {count} 条演示线索（都是编的）。")
        db.session.commit()


def _in_a_child(act: Callable[[], None]) -> None:
    """Do something in a process of its own, which takes with it what must not be forked.

    The tips of the demo bring files; obstore's threads, once started here, would be missing in
    the workers (vault/blobs.py).
    """
    child = get_context("fork").Process(target=act)
    child.start()
    child.join()
    if child.exitcode:
        raise click.ClickException("演示线索没有放全，原因见上。")


def _serving_app() -> Flask:
    """Make the application anew: the demo has confirmed keys since this one was made."""
    return create_app(house().config)


def _this_app() -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return app


COMMANDS = (
    audit,
    backup,
    clean_command,
    demo,
    doctor,
    law,
    migrate,
    notices,
    permissions,
    restore_command,
    secret,
    serve,
    staff,
    sweep,
    unit,
)

main = FlaskGroup(
    name="dengshao",
    help="灯哨：公开网站、线索表单、办公页面的运维命令。",
    add_default_commands=False,
    add_version_option=False,
    create_app=make_app,
    load_dotenv=False,
)
for command in COMMANDS:
    main.add_command(command)
