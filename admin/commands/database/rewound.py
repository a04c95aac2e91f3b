"""What `dengshao database rewound` does: before anybody is let in again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

import click

from ...app_state import app_state
from ...backup.journals import read_journals
from ...backup.rewinding import PutRight, put_right
from ...db import SHANGHAI, db
from ...db.others import OthersWork, require_alone
from ...serving.server import AlreadyRunning, hold_lock
from ...vault.retention.deletions import write_out

_ASK: Final = (
    "数据库恢复到了以前一刻，才运行这一条。登录会全部结束，还没用的邀请作废，\n"
    "没公布的通报、待发的信删掉，没付的领取码先停。继续吗"
)
_WORDS: Final = {
    "staff_session": "登录",
    "invitation": "邀请",
    "bulletin": "没公布的办结通报",
    "outbox_mail": "待发的信",
}


def put_right_here(given: tuple[Path, ...], *, is_without: bool, yes: bool) -> None:
    if not yes:
        click.confirm(_ASK, abort=True)
    config = app_state().config
    read = partial(read_journals, config, given, [config.deletions_file], is_without=is_without)
    with _alone():
        # Where none is there it says so, before one of our own is begun.
        read()
        try:
            # What waited at that moment: of a hold the journal may know only an earlier day.
            write_out(db.session)
            done = put_right(db.session, config, read())
        except OSError as error:
            raise click.ClickException(f"删除账写不进去（{error.strerror}）。没有做完。") from None
        db.session.commit()
    click.echo("\n".join(told(done)))


@contextmanager
def _alone() -> Iterator[None]:
    """Let nobody serve meanwhile, here or on another node."""
    config = app_state().config
    try:
        with hold_lock(config):
            # Sessions that this process itself keeps ready would be counted.
            db.dispose()
            with db.engine.connect() as connection:
                require_alone(connection, config.database_logins)
            yield
    except AlreadyRunning:
        raise click.ClickException("服务正在这个数据目录上运行。请先停止，再做。") from None
    except OthersWork as others:
        raise click.ClickException(
            f"数据库上还有别的程序在用：{others.sessions} 个连接。什么也没有做。\n"
            "请停下每一台服务器，再做一次。"
        ) from None


def told(done: PutRight) -> Iterable[str]:
    """Say what was done, and what is left to people."""
    gone = "，".join(f"{_WORDS[name]} {count}" for name, count in done.ended.items())
    at = datetime.fromtimestamp(done.last_at, SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    yield f"照删除账：又删掉内容的线索 {done.deleted} 条，保全 {done.held} 条，照最后定的日子。"
    yield f"去掉的：{gone}。"
    yield f"先停的领取码：{done.stopped} 个。兑付员打开页面，先照台账补上。"
    yield f"审计记录只到第 {done.last_line} 行（{at}，北京时间），以后的没有了。"
    yield (
        "  它自己看不出少了。请拿纸上最新的核对点比：dengshao audit verify --checkpoint …\n"
        "还要人来做：停用、回避、换过的口令和密钥，都回到了那一刻。请照运维页逐项再做一遍。"
    )
