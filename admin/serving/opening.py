"""Opens the installation for a command that needs it; a fault is a sentence, not a traceback."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy import Engine

    from ..migrate import Form

Act = Callable[..., Any]

AWAY = (
    "数据库没有应答（DENGSHAO_DATABASE_URL）。请先看它在不在运行、地址和口令对不对，"
    "再做一次。没有做任何改动。"
)
NOT_KEPT = (
    "数据库的同步备机没有确认，这一步在主库上可能已经做了。\n请先修好备机，再把同样的命令运行一次。"
)


LETS = "做完以后，还在运行的旧程序可以接着收。"
STOPS = "做完以后，旧程序不能用。有几台服务器的，请先停下别的每一台。"


def in_app(act: Act) -> Act:
    """Run a command inside an application, on a database that this program may serve."""
    return _opened(act, require_served)


def in_app_of_newest_form(act: Act) -> Act:
    """Do the same on a database of the newest form and on no other.

    For what takes tables as a whole, or says what they are: a newer program has put more into them.
    """
    return _opened(act, require_newest)


def in_app_of_any_form(act: Act) -> Act:
    """Do the same without a look at the database's form: the command looks, and may change it."""
    return _opened(act, None)


def _opened(act: Act, require_form: Callable[[], None] | None) -> Act:
    @click.pass_context
    @wraps(act)
    def run(context: click.Context, /, *args: Any, **typed: Any) -> Any:
        from flask import has_app_context
        from flask.cli import ScriptInfo

        with plain_faults():
            if not has_app_context():
                info = context.find_object(ScriptInfo)
                with uncollected():
                    app = info.load_app() if info else _made_for(context)
                context.with_resource(app.app_context())
            if require_form:
                require_form()
                require_here()
            return context.invoke(act, *args, **typed)

    return run


@contextmanager
def uncollected() -> Iterator[None]:
    """Let the garbage collector rest while programs and applications are loaded.

    They stay for as long as the process, and would be walked again and again.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _made_for(context: click.Context) -> Flask:
    """Make the application of one command, whose connections are closed after it."""
    app = make_app()

    def close() -> None:
        from ..db import db

        with app.app_context():
            db.dispose()

    context.call_on_close(close)
    return app


@contextmanager
def plain_faults() -> Iterator[None]:
    """Turn what an operator has to mend into one sentence."""
    from sqlalchemy.exc import DBAPIError

    from ..config import ConfigError
    from ..db.commits import NotKept
    from ..db.faults import is_away
    from ..db.grants import NOT_OWNER, NotOwner
    from ..reading.data_files import DataError

    try:
        yield
    except (ConfigError, DataError) as error:
        raise click.ClickException(str(error)) from None
    except NotOwner:
        raise click.ClickException(NOT_OWNER) from None
    except DBAPIError as error:
        if isinstance(error.orig, NotKept):
            raise click.ClickException(NOT_KEPT) from None
        if not is_away(error):
            raise
        raise click.ClickException(AWAY) from None


def make_app() -> Flask:
    """Make the application; what it writes is for this user alone."""
    from .. import create_app
    from ..config import load_config
    from ..settings.installed import become_owner

    os.umask(0o077)
    config = load_config()
    become_owner(config.data)
    return create_app(config)


def require_served() -> None:
    """Stop at a database of a form that this program may not serve, and say what to do about it."""
    form = _form()
    if not form.may_serve:
        raise click.ClickException(told(form))


def require_newest() -> None:
    """Stop at a database of another form than this program's, and say what to do about it."""
    form = _form()
    if not form.is_newest:
        raise click.ClickException(told(form))


def _form() -> Form:
    from ..db import READ, db
    from ..migrate import read_form

    return read_form(db.get_engine(READ))


def require_here() -> None:
    """Stop at a database that was moved elsewhere, or is not all here yet, and say where to go."""
    from ..db import READ, db
    from ..shutters.marks import IN, OUT, State, read_mark

    with db.get_engine(READ).connect() as connection:
        gone, come = read_mark(connection, OUT), read_mark(connection, IN)
    if gone and gone.state is State.GONE:
        raise click.ClickException(
            f"这里的数据已经搬到 {gone.where}，旧的封上了，没有做任何事。\n"
            "  请用新的设置。要搬回来，看运维页「搬家」。"
        )
    if come and come.state is State.ARRIVING:
        raise click.ClickException(
            f"这里还在从 {come.where} 搬进来，没有搬完，没有做任何事。\n"
            "  请在原来的机器上再运行一次 dengshao move，接着搬。"
        )


def told(form: Form) -> str:
    """Say how a database stands that is not of the newest form, and what will make it so."""
    if form.is_unknown:
        return f"数据库（{form.current}）比这里的程序新，没有做任何事。请先升级程序。"
    if form.is_empty:
        return "数据库还是空的，没有做任何事。请先运行 dengshao migrate。"
    return (
        f"数据库是旧的（{form.current}），没有做任何事。\n{steps(form)}\n{beside(form)}\n"
        "请先用升级前的程序备份，再运行 dengshao migrate，或者 dengshao serve --migrate。"
    )


def steps(form: Form) -> str:
    """List what a migration will do, the oldest first."""
    lines = [f"  {step.revision}\t{step.words}" for step in form.missing]
    return "\n".join([f"升级要做 {len(lines)} 步：", *lines])


def beside(form: Form) -> str:
    """Say before a migration what becomes of the programs that serve meanwhile."""
    return LETS if form.spares_ours else STOPS


def require_stopped(engine: Engine, form: Form, prefix: str) -> None:
    """Stop before a migration where programs are at work that could not go on, wherever they run.

    `prefix` is how the logins' names begin. The caller holds no other session of theirs.
    """
    from ..db.others import OthersWork, require_alone

    if form.is_empty or form.spares_ours:
        return
    try:
        with engine.connect() as connection:
            require_alone(connection, prefix)
    except OthersWork as others:
        raise click.ClickException(
            f"数据库上还有别的程序在用：{others.sessions} 个连接。数据库没有动。\n"
            "这次升级，旧程序不能接着用。请停下别的每一台服务器，再做一次。\n"
            "都停了还有，就请数据库管理员看是谁（pg_stat_activity）。\n"
            "前面有 PgBouncer 的，它空着的连接也算，请写 server_idle_timeout = 3。"
        ) from None
