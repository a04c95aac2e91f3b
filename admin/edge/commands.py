"""What `dengshao edge-log` does, and what an operator or a holder is told."""

import tomllib
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import click

from ..clock.judging import Clock
from ..district.edge_log import EdgeLog, LogProfile, load_edge_log
from ..sealing.age import BadKey, Identity, NoMatch, parse_recipient
from ..sealing.errors import SealingError
from . import folder as sealed_folder
from .daemon import AlreadyRunning, hold_folder, open_sockets, serve
from .folder_clock import AHEAD, FolderClock
from .holder_key import make_key, read_key
from .keeper import Keeper
from .lines import CHINA
from .memory import forbid_dumps, lock_memory
from .opening import CannotOpen, find_lines, hours_asked, record_text
from .request import ASKED, BadRequest, Request, ask, read_request

LEAST_PASSPHRASE: Final = 12
SET_RIGHT: Final = (
    "请校准时钟。和别的钟对过、没有错的，运行 dengshao edge-log delete --clock-is-right。"
)
PROFILES: Final = {
    LogProfile.SEALED: "本机记，每小时加密一次，交给本单位以外的持有人",
    LogProfile.ELSEWHERE: "别处记，本机不记",
    LogProfile.NONE: "没有人记",
}


def run_edge(
    folder: Path,
    content: Path,
    *,
    lines: Path,
    groups: Path,
    clear_swaps: Callable[[], Sequence[str]],
) -> None:
    """Serve nginx until told to stop."""
    log = _checked(load_edge_log(content))
    forbid_dumps()
    if not lock_memory() and (names := clear_swaps()):
        raise click.ClickException(
            f"交换区没有加密（{'、'.join(names)}），内存又锁不住：地址可能写到盘上。"
            "请运行 swapoff -a，或者给服务设 LimitMEMLOCK=infinity。"
        )
    try:
        with hold_folder(folder):
            keeper = Keeper(folder, log, clock=FolderClock(folder), say=click.echo)
            click.echo(f"{PROFILES[log.profile]}。")
            serve(keeper, *open_sockets(lines, groups))
    except AlreadyRunning:
        raise click.ClickException(f"已经有一个在用 {folder}，没有再启动。") from None


def delete_due(folder: Path, content: Path, *, clock_is_right: bool = False) -> None:
    """Delete what is due, by a clock that is believed, or that a person says is right."""
    log, clock = load_edge_log(content), FolderClock(folder)
    found = clock.look(is_right=clock_is_right)
    clock.keep(found)
    if found.clock is Clock.AHEAD:
        raise click.ClickException(f"{AHEAD}什么都没有删。{SET_RIGHT}")
    count = sealed_folder.delete_due(folder, log, sealed_folder.china_day(clock.now()))
    click.echo(f"到期的 {count} 份已删除。")


def make_holder_key(path: Path) -> None:
    """Make a holder's key pair; the passphrase is typed twice and kept nowhere."""
    if path.exists():
        raise click.ClickException(f"{path} 已经有了，没有改动。请换一个文件名。")
    passphrase = click.prompt(
        f"给私钥定一个口令（至少 {LEAST_PASSPHRASE} 个字符）",
        hide_input=True,
        confirmation_prompt="再输一遍",
        type=str,
    )
    if len(passphrase) < LEAST_PASSPHRASE:
        raise click.ClickException(f"口令太短，要 {LEAST_PASSPHRASE} 个字符以上。没有生成密钥。")
    public = make_key(path, passphrase)
    click.echo(f"私钥在 {path}，用口令加密。另存一份，分两处保管；不要放到服务器上。")
    click.echo("口令写在纸上，和私钥分开保管。丢了其中一样，就再也打不开。")
    click.echo(f"公钥（写进 edge_log.yml 的 key）：\n{public}")


def show_status(folder: Path, content: Path) -> None:
    """Say how the folder stands; a file that should be gone, or a wrong clock, ends it with 1."""
    log, clock = load_edge_log(content), FolderClock(folder)
    files = sealed_folder.sealed_files(folder)
    now = clock.now()
    due = sealed_folder.due_files(files, log, sealed_folder.china_day(now))
    age = sealed_folder.newest_age(folder, now)
    click.echo(f"做法：{PROFILES[log.profile]}。留 {log.days} 天，不少于六个月。")
    for holder in log.holders:
        click.echo(f"持有人：{holder.zh} {holder.person}".rstrip())
    if log.needs_two:
        click.echo("两个持有人一起才打得开。")
    click.echo(f"已加密的：{len(files)} 份。")
    if files and age is not None:
        hours = int(age.total_seconds() // 3600)
        click.echo(f"最早的是 {files[0].day}；最近一份是 {hours} 小时前的。")
    stands = clock.look().clock
    if stands is Clock.AHEAD:
        raise click.ClickException(f"{AHEAD}到期的 {len(due)} 份先不删。{SET_RIGHT}")
    if stands is Clock.BACK:
        raise click.ClickException("时钟比以前认下的时间早。请校准时钟。")
    if due:
        raise click.ClickException(f"有 {len(due)} 份到期没有删。请运行 dengshao edge-log delete。")


def open_hours(folder: Path, keys: Sequence[Path], *, form: Path | None, records: Path) -> None:
    """Open what a lawful request asks for: the record first, then the lines."""
    request = _request(form)
    hours = hours_asked(sealed_folder.sealed_files(folder), request)
    if not hours:
        raise click.ClickException("这段时间没有文件：没有拷来，或者已经到期删除。")
    click.echo(f"要打开 {len(hours)} 份：{hours[0].path.name} 到 {hours[-1].path.name}。", err=True)
    identities = [_identity(path) for path in keys]
    try:
        found = find_lines(hours, request, identities)
    except CannotOpen as error:
        raise click.ClickException(f"{error}没有显示任何一行。") from None
    text, record = record_text(request, hours, len(found), datetime.now(CHINA))
    path = records / f"opening-{record.number}.json"
    with path.open("x", encoding="utf-8") as file:
        file.write(text)
    for line in found:
        click.echo(line)
    click.echo(f"共 {record.lines} 行。打开记录在 {path}，编号 {record.number}。", err=True)
    click.echo("请把这份记录带回去登记：dengshao edge-log record 文件。", err=True)


def _request(form: Path | None) -> Request:
    try:
        if form is None:
            return ask(lambda words, may_be_empty: _asked(words, may_be_empty=may_be_empty))
        typed = tomllib.loads(form.read_text("utf-8"))
        if unknown := sorted(set(typed) - set(ASKED)):
            raise BadRequest(f"不认识：{'、'.join(unknown)}。能写的是：{'、'.join(ASKED)}。")
        return read_request({name: str(value) for name, value in typed.items()})
    except BadRequest as error:
        raise click.ClickException(f"{error}没有打开任何一份。") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise click.ClickException(f'{form} 读不懂，要写成 名字 = "内容"。') from None


def _asked(words: str, *, may_be_empty: bool) -> str:
    default = "" if may_be_empty else None
    return str(click.prompt(words, default=default, show_default=False, err=True))


def _identity(path: Path) -> Identity:
    passphrase = click.prompt(f"{path.name} 的口令", hide_input=True, type=str, err=True)
    try:
        return read_key(path.read_bytes(), passphrase)
    except NoMatch:
        raise click.ClickException("口令不对。没有打开任何一份。") from None
    except SealingError:
        raise click.ClickException(f"{path} 不是持有人的私钥。没有打开任何一份。") from None


def _checked(log: EdgeLog) -> EdgeLog:
    """Stop before the first line where it could not be sealed."""
    try:
        for holder in log.holders:
            if holder.key:
                parse_recipient(holder.key)
    except BadKey:
        raise click.ClickException(
            f"edge_log.yml：{holder.id} 的 key 不对，要照 dengshao edge-log key 给的抄全。"
        ) from None
    if len({holder.key for holder in log.holders if holder.key}) < len(log.holders) and (
        log.profile is LogProfile.SEALED
    ):
        raise click.ClickException("edge_log.yml：两个持有人的 key 一样，就不是两个人了。")
    return log
