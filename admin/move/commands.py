"""What `dengshao move` does, and what an operator is told."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import click
from sqlalchemy.exc import DBAPIError, IntegrityError

from ..app_state import app_state
from ..db import grants
from ..db.faults import is_away
from ..serving.opening import require_newest
from ..shutters.marks import IN, State, read_mark
from ..vault.files.blobs import BlobsAway
from . import ending, moving, refusals
from .alone import Busy, alone
from .files import FileDiffers
from .joints import Disjointed
from .places import ForgetsFiles, OtherSecret, Place, SamePlace, other_place, this_place
from .writing import ReadOtherwise

DESTROY: Final = "旧的存放处不要了"
AGAIN: Final = "改好以后，再运行同一条命令：已经搬的不会重搬，什么也没有丢。"
_AWAY: Final = f"有一边的数据库没有应答，停在这里。{AGAIN}"
_LACKS: Final = 5
SENTENCES: Final[dict[type[Exception], str]] = {
    OtherSecret: "新设置里的密钥文件（DENGSHAO_SECRET_FILE）不是现在这一份，没有搬。",
    Busy: "另一次搬家正在进行，没有搬。",
    SamePlace: "新设置里的数据库就是现在这一个，没有搬。请写上新的 DENGSHAO_DATABASE_URL。",
    ForgetsFiles: "新的证据文件存放处只在内存里，没有搬。请写 file:// 或者 s3:// 的地址。",
    refusals.NotEmpty: "那边不是空的，没有搬。请用空的数据库、空的证据文件存放处。",
    refusals.OtherDistrict: "那边是另一套灯哨的数据，没有搬，也没有动它。请用空的数据库。",
    refusals.OtherMove: (
        "那边是另一次没搬完的。请用空的数据库，或者先在那一次的机器上用 --abandon。"
    ),
    refusals.OtherForm: (
        "那边的数据库和这里的程序版本不同：搬到一半升级过。\n"
        "  请先运行 dengshao move --abandon，再从头搬。"
    ),
    refusals.ArrivedBefore: (
        "已经搬完了，那边正在用，没有再动。\n  请把服务换到新设置。要搬回来，用新设置再搬一次。"
    ),
    refusals.NeverClosed: f"一直有人在写，没能关上表单。没有切换，服务照常。{AGAIN}",
    refusals.HalfOpened: (
        "最后一步断了：这里已经封上，那边开没开还不知道。现在没有人收。\n"
        "  请马上再运行同一条命令，它会接着做完，什么也没有丢。"
    ),
    refusals.LogBroken: f"那边的审计记录核对不上，没有切换，这里照常。{AGAIN}",
    FileDiffers: f"有证据文件写过去和这里不一样：那边的存放处不可靠。没有切换，这里照常。{AGAIN}",
    ReadOtherwise: f"那边的数据库读回来和写进去不一样，不可靠。没有切换，这里照常。{AGAIN}",
    Disjointed: f"那边的行互相对不上，没有切换，这里照常。{AGAIN}",
    IntegrityError: f"那边的行互相对不上，没有切换，这里照常。{AGAIN}",
    BlobsAway: f"证据文件的存放处没有应答，或者没有地方了，停在这里。{AGAIN}",
    ending.NoMove: "这里没有搬到一半的，什么也没有做。",
    ending.NotOurs: "那边不是这次搬过去的，没有动它。",
    ending.UsedSince: ("那边已经有新写进去的，放弃会丢，没有做。\n  要搬回来，用新设置再搬一次。"),
    ending.NotLeft: "那边不是搬到这里以前的存放处，或者没有搬完，没有销毁。",
}
"""What stopped, in the operator's words."""


class Stopped(Exception):
    """Somebody stopped the command by a signal."""


def move(text: str, *, only_ahead: bool, yes: bool) -> None:
    """Move all to the place that a file of settings names."""
    require_newest()
    with _told_plainly(), _opened(text) as (here, there), alone(here, there):
        _refuse_half(here)
        click.echo(f"从 {here.told}\n到 {there.told}")
        found = moving.Move(here, there, click.echo)
        moved = found.copy_ahead()
        _tell_lacking(moved.lacking)
        if only_ahead:
            click.echo("先搬的搬好了，服务照常。再运行一次，不带 --ahead，就切换。")
            return
        if not yes:
            click.confirm(_question(found.seconds), abort=True)
        _tell_end(found.finish())


def _question(seconds: float) -> str:
    return (
        f"下面关上表单，搬最后一趟，约 {max(round(seconds), 1)} 秒。\n"
        "这时网站、回复照常能看，写不进去的，字都还在。继续吗"
    )


def _tell_lacking(lacking: list[str]) -> None:
    if lacking:
        names = "、".join(lacking[:_LACKS])
        click.echo(f"有 {len(lacking)} 个证据文件在这里就不完整，那边也一样：{names}")


def _tell_end(moved: moving.Moved) -> None:
    click.echo(
        f"搬完了：{moved.rows.seen} 行逐行对过，{moved.files.files} 个文件都对过 SHA-256，"
        f"审计记录从头核对过。表单关了 {moved.closed_seconds:.1f} 秒。\n"
        "这里已经封上，不再收。请马上把每台机器换到新设置，再重启服务。\n"
        "看一遍 dengshao doctor 都好，再用 dengshao move --erase 旧设置 销毁这里的。"
    )


def abandon(text: str, *, yes: bool) -> None:
    """Give a move up: empty the new place, and go on in the old one."""
    with _told_plainly(), _opened(text) as (here, there), alone(here, there):
        click.echo(f"放弃搬家：清空 {there.told}，这里继续用。")
        if not yes:
            click.confirm("继续吗", abort=True)
        ending.give_up(here, there)
        click.echo("放弃了。这里照常收，那边已经清空。")


def erase(text: str, *, yes: bool) -> None:
    """Destroy what was left in the old place."""
    require_newest()
    with _told_plainly(), _opened(text) as (here, old), alone(here, old):
        click.echo(f"销毁旧的存放处：{old.told}。删了就没有了。")
        if not yes and click.prompt(f"请照抄：{DESTROY}\n") != DESTROY:
            raise click.ClickException("没有照抄，不做。")
        ending.destroy_old(here, old)
        click.echo(
            "销毁了。SQLite 的文件先写零再删；固态盘和快照里可能还有旧的块。\n"
            "PostgreSQL 的 WAL、它自己的备份、存储桶的旧版本，请另外到期销毁。"
        )


@contextmanager
def _opened(text: str) -> Iterator[tuple[Place, Place]]:
    config = app_state().config
    with other_place(config, text) as there, this_place(config) as here:
        for place in (here, there):
            _require_owner(place)
        yield here, there


def _require_owner(place: Place) -> None:
    """Tell at once what else were told at the end: shutters and tables are an owner's to make."""
    # Of SQLite everybody is who may write the file; to look would make it.
    if place.database_file is None:
        with place.reading.connect() as connection:
            grants.require_owner(connection)


def _refuse_half(here: Place) -> None:
    with here.reading.connect() as connection:
        mark = read_mark(connection, IN)
    if mark and mark.state is State.ARRIVING:
        raise click.ClickException(f"这里还在从 {mark.where} 搬进来，没有搬完。")
    if mark:
        raise click.ClickException(
            f"上次搬来以前的还没有销毁：{mark.where}。\n  请先运行 dengshao move --erase 旧设置。"
        )


@contextmanager
def _told_plainly() -> Iterator[None]:
    """Turn what stopped a move into a sentence; a signal stops it as an error does."""
    # A line that drops must not leave the form closed; a stop by systemd must open it again.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    before = signal.signal(signal.SIGTERM, _stop)
    try:
        yield
    except refusals.OtherTarget as error:
        raise click.ClickException(
            f"上次是往 {error} 搬的，没有搬完。请照那一份设置接着搬，或者先 --abandon。"
        ) from None
    except refusals.Unlike as error:
        raise click.ClickException(f"表 {error} 两边不一样，没有切换，这里照常。{AGAIN}") from None
    except tuple(SENTENCES) as error:
        raise click.ClickException(_sentence(error)) from None
    except DBAPIError as error:
        words = _AWAY if is_away(error) else _no_room(error)
        raise click.ClickException(words) from None
    except OSError as error:
        words = f"写不下去（{error.strerror}）：多半是磁盘满了。没有切换，这里照常。{AGAIN}"
        raise click.ClickException(words) from None
    except (KeyboardInterrupt, Stopped):
        raise click.ClickException(f"停下了，没有切换，这里照常。{AGAIN}") from None
    finally:
        signal.signal(signal.SIGTERM, before)


def _sentence(error: Exception) -> str:
    return next(words for kind, words in _nearest(error) if isinstance(error, kind))


def _nearest(error: Exception) -> list[tuple[type[Exception], str]]:
    """List the sentences, that of the very kind of error first."""
    return sorted(SENTENCES.items(), key=lambda item: item[0] is not type(error))


def _no_room(error: DBAPIError) -> str:
    # The kind alone: the words of an error may hold values.
    return (
        f"那边写不下去（{type(error.orig).__name__}）：多半是磁盘满了。没有切换，这里照常。{AGAIN}"
    )


def _stop(_signal: int, _frame: object) -> None:
    raise Stopped
