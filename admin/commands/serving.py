"""What `dengshao serve` and its neighbours do, from an application that has been opened."""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing import get_context

import click
from flask import Flask, current_app

from .. import create_app
from ..access.demo_mark import is_demo
from ..app_state import app_state
from ..config import ConfigError, load_config
from ..db import (
    READ,
    db,
    grants,
    today,
)
from ..db.belonging import refuse_foreign
from ..db.pooling import refuse_shared
from ..db.standby import refuse_alone
from ..deadlines.rules import calendar_gap
from ..demo.commands import make
from ..demo.fill import fill_tips
from ..demo.members import read_demo
from ..district.preflight import check_all
from ..district.reloading import ask_to_reread
from ..mail.notices import tick
from ..migrate import (
    AnotherMigrates,
    Blocked,
    Form,
    migrate,
    read_form,
)
from ..serving.opening import beside, require_here, require_stopped, steps, told
from ..serving.server import (
    AlreadyRunning,
    hold_lock,
    run,
    serving_pid,
)
from ..serving.sweeper import SWEPT, sweep_now
from ..settings.installed import become_owner
from ..vault import vault

BESIDE = "数据库（{}）比这里的程序新，这里的程序还能接着收。请把这一台也升级。"


def serve_here(*, with_demo: bool, with_migration: bool, workers: int, threads: int) -> None:
    """Serve until told to stop."""
    try:
        with hold_lock(app_state().config):
            refuse_shared(app_state().config)
            refuse_alone(app_state().config)
            refuse_foreign(app_state().config)
            _bring_to_form(asked=with_migration, is_demo=with_demo)
            require_here()
            if with_demo:
                _fill_demo()
            # Made anew behind the demo, which has confirmed keys since this one was made.
            app = _made_anew() if with_demo else _this_app()
            run(app_state().config, app, workers=workers, threads=threads)
    except (AlreadyRunning, ConfigError) as error:
        raise click.ClickException(str(error)) from None


def _bring_to_form(*, asked: bool, is_demo: bool) -> None:
    """Migrate where that was asked for; in development an empty store, and the demo's, unasked."""
    form = read_form(db.get_engine(READ))
    is_development = not app_state().config.production
    if form.may_serve:
        if form.lets_us:
            click.echo(BESIDE.format(form.current))
        return
    if form.is_unknown or not (asked or (is_development and (is_demo or form.is_empty))):
        raise click.ClickException(told(form))
    _migrate(form)


def _migrate(form: Form) -> None:
    if not form.is_empty:
        click.echo(f"{steps(form)}\n{beside(form)}")
    # What a migration sets, and its turn, are its session's.
    refuse_shared(app_state().config)
    with db.engine.connect() as connection:
        grants.require_owner(connection)
    # Sessions that this process itself keeps ready would be counted.
    db.dispose()
    require_stopped(db.engine, form, app_state().config.database_logins)
    try:
        migrate(db.engine)
    except Blocked as blocked:
        raise click.ClickException(blocked_by(blocked)) from None
    with db.engine.begin() as connection:
        grants.apply(connection, app_state().config.database_logins)
    # Ends the transaction of the look: the next application must find the store unlocked.
    db.dispose()


def blocked_by(blocked: Blocked) -> str:
    """Say who kept a migration from its tables, and what to do."""
    if isinstance(blocked, AnotherMigrates):
        return "另一个 dengshao migrate 还在运行，这一个没有做任何事。请等它做完。"
    who = (
        f"数据库进程 {blocked.pid} 的事务已开了 {blocked.seconds} 秒"
        if blocked.pid
        else "是谁，这个账号看不到"
    )
    return (
        f"有别的连接一直占着表，升级等不到：{who}。做完的步都留着，没做的没有动，服务照旧。\n"
        "请看那是什么（pg_stat_activity），等它完，再运行一次 dengshao migrate。"
    )


def migrate_here() -> None:
    """Bring the database to the newest form, and say what is done."""
    form = read_form(db.get_engine(READ))
    if form.is_unknown:
        raise click.ClickException(told(form))
    if not form.is_newest:
        _migrate(form)
    click.echo("数据库已是最新。")


def make_demo_store() -> None:
    """Bring the store to form by itself, as only a demo may, and fill it."""
    _bring_to_form(asked=False, is_demo=True)
    make()


def reload_here(*, may_miss: bool) -> None:
    """Check what an editor changes, and let the serving process of this node read it anew."""
    config = load_config()
    become_owner(config.data)
    is_serving = serving_pid(config.data / "run.lock") is not None
    check_all(config, is_serving=is_serving, may_miss=may_miss)
    ask_to_reread(config.data)
    if not is_serving:
        click.echo("都读得懂。这个数据目录上没有服务在运行，下次启动就用新的。")
        return
    click.echo("都读得懂。运行中的服务几秒内用上新的，谁也不用重新登录。")


def sweep_here(*, unless_made: bool = False) -> None:
    counts = sweep_now(_this_app(), unless_made=unless_made)
    if counts is None:
        click.echo("这个小时已经做过了，可能是别的机器做的。")
        return
    if not counts:
        raise click.ClickException(
            "这台机器的时钟，比实际走过的时间快。这次什么都没有删。\n"
            "请校准时钟，再运行一次。时钟没有错的，它这样走满一天，就照它删。"
        )
    for name, count in counts.items():
        click.echo(f"{SWEPT.get(name, name)}：{count}")
    if sentence := calendar_gap(app_state().district.clocks, today()):
        click.echo(sentence)


def send_notices() -> None:
    config = app_state().config
    if not config.smtp_url and not config.ping:
        raise click.ClickException("没有设 DENGSHAO_SMTP_URL 或 DENGSHAO_PING_URL，不发提醒。")
    click.echo(f"发出 {tick(_this_app())} 封。")


def _fill_demo() -> None:
    """Fill an empty store; a store that was not made by the demo is left as it is."""
    make()
    # Ends the transaction: the next application in this process must find the store unlocked.
    db.session.close()
    if not is_demo(db.reading):
        return
    db.reading.close()
    _in_a_child(_fill_demo_tips)
    for member in read_demo(app_state().config):
        click.echo(f"  {member.name:<14} {member.passphrase}  {member.code}")


def _fill_demo_tips() -> None:
    with _made_anew().app_context():
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


def _made_anew() -> Flask:
    return create_app(app_state().config)


def _this_app() -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return app
