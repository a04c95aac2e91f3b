"""`dengshao edge-log`: the log that the law asks for, at the edge and at its holders'."""

import os
from pathlib import Path
from typing import Final

import click

from ..serving.opening import in_app, plain_faults

_FOLDER: Final = click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default="/var/lib/dengshao-edge",
    show_default=True,
    help="存放加密文件的目录。",
)
_CONTENT: Final = click.option(
    "--content",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    # As config.ROOT, without what reading the configuration loads.
    default=Path(__file__).resolve().parents[2] / "content",
    envvar="DENGSHAO_CONTENT",
    help="内容目录，里面有 data/edge_log.yml；不写就用 DENGSHAO_CONTENT。",
)
# Made by systemd for nginx: the service gets them open, and may not open them itself.
_SOCKET: Final = click.Path(path_type=Path, readable=False)
_FILE: Final = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group("edge-log", help="网络日志：前端按小时加密，本单位以外的人持有，到期删除。")
def edge_log() -> None:
    pass


@edge_log.command("run", help="在 nginx 旁边运行：收地址、按小时加密，给后面换成当天的代号。")
@_FOLDER
@_CONTENT
@click.option(
    "--lines",
    type=_SOCKET,
    default="/run/dengshao-edge/lines",
    show_default=True,
    help="收 nginx 日志的套接字；systemd 给了就用它的。",
)
@click.option(
    "--groups",
    type=_SOCKET,
    default="/run/dengshao-edge/groups",
    show_default=True,
    help="给代号的套接字；systemd 给了就用它的。",
)
def run(*, folder: Path, content: Path, lines: Path, groups: Path) -> None:
    from ..edge.commands import run_edge
    from ..serving.swap import clear_swaps

    os.umask(0o077)
    with plain_faults():
        run_edge(
            folder,
            content,
            lines=lines,
            groups=groups,
            clear_swaps=lambda: clear_swaps(Path("/")),
        )


@edge_log.command("status", help="看做法、有多少份、最近一份多久了、有没有到期没删的。")
@_FOLDER
@_CONTENT
def status(*, folder: Path, content: Path) -> None:
    from ..edge.commands import show_status

    with plain_faults():
        show_status(folder, content)


@edge_log.command("delete", help="删除到期的，留一行说删了几份。run 每天自己做。")
@_FOLDER
@_CONTENT
@click.option(
    "--clock-is-right",
    is_flag=True,
    help="时钟和别的钟对过，没有错：照它删，以后也照它。",
)
def delete(*, folder: Path, content: Path, clock_is_right: bool) -> None:
    from ..edge.commands import delete_due
    from ..settings.installed import become_owner

    # What root wrote there the service could not write on.
    become_owner(folder)
    with plain_faults():
        delete_due(folder, content, clock_is_right=clock_is_right)


@edge_log.command("key", help="持有人在自己的电脑上做：生成一对密钥，私钥用口令加密，写进 FILE。")
@click.argument("file", type=click.Path(path_type=Path))
def key(file: Path) -> None:
    from ..edge.commands import make_holder_key

    make_holder_key(file)


@edge_log.command("open", help="持有人在断网的电脑上做：按法律文书打开 FOLDER 里的几个小时。")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--key", "keys", multiple=True, required=True, type=_FILE, help="私钥文件；两人的都写。"
)
@click.option("--form", type=_FILE, help="填好的单子（TOML）；不写就当场问。")
@click.option(
    "--records",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=".",
    help="打开记录写到哪个目录。",
)
def open_(folder: Path, *, keys: tuple[Path, ...], form: Path | None, records: Path) -> None:
    from ..edge.commands import open_hours

    open_hours(folder, keys, form=form, records=records)


@edge_log.command("record", help="把带回来的打开记录 FILE 登记进审计记录：只记编号、份数、行数。")
@click.argument("file", type=_FILE)
@in_app
def record(file: Path) -> None:
    from .edge_record import enter

    enter(file)
