"""`dengshao backup`, `restore`, `move`, `doctor` and `metrics`."""

from pathlib import Path
from typing import TextIO

import click

from ..serving.opening import in_app_of_any_form, in_app_of_newest_form, plain_faults


class BackupGroup(click.Group):
    """`backup DEST` makes one: what is no command of the group is where the file shall be."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] != "--help":
            args = ["to", *args]
        return super().parse_args(ctx, args)


@click.group(
    cls=BackupGroup,
    subcommand_metavar="DEST | key",
    help="备份到 DEST（文件，或者目录：按日期取名），用备份公钥加密；key 生成一对备份密钥。",
)
def backup() -> None:
    pass


@backup.command("key", help="生成一对备份密钥，私钥只打印这一次。")
def key() -> None:
    from ..backup.commands import make_key

    make_key()


@backup.command("to", hidden=True)
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--to", "recipient", help="备份公钥 age1pq1…；不写就用 DENGSHAO_BACKUP_RECIPIENT。")
@click.option("--keep", type=click.IntRange(1), help="目录里留最新的几份，更早的删掉。")
@in_app_of_newest_form
def to(target: Path, recipient: str | None, keep: int | None) -> None:
    from ..backup.commands import make_backup

    make_backup(target, recipient, keep or 0)


@click.command(
    "restore",
    help="把备份 FILE 恢复到空的数据目录和空的数据库；先全部核对，再放进去。"
    "旧的备份，放进去以后一并升到最新，不用再运行 migrate。",
)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--identity",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="存有备份私钥的文件；不写就当场输入。",
)
@click.option("--check", "only_check", is_flag=True, help="只核对，不恢复（演练用）。")
@click.option("--without-secret", is_flag=True, help="密钥文件已经丢了，也要恢复。")
@click.option(
    "--deletions",
    "journals",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="删除账；不写就用备份旁边的和数据目录里的。几个节点的可以都写上。",
)
@click.option("--without-deletions", is_flag=True, help="删除账丢了或坏了，也要恢复。")
def restore(
    *,
    file: Path,
    identity: Path | None,
    only_check: bool,
    without_secret: bool,
    journals: tuple[Path, ...],
    without_deletions: bool,
) -> None:
    from ..backup.commands import restore_backup

    with plain_faults():
        restore_backup(
            file=file,
            identity=identity,
            only_check=only_check,
            without_secret=without_secret,
            journals=journals,
            without_deletions=without_deletions,
        )


@click.command(
    "move",
    help="把数据库和证据文件搬到设置 FILE 写的地方：边用边搬，最后关一会儿表单，逐行核对，"
    "封上旧的。断在哪里都可以再运行一次，接着搬。",
)
# Opened at once: the file may be root's alone, and the command goes on as another user.
@click.argument("file", type=click.File(encoding="utf-8"))
@click.option("--ahead", "only_ahead", is_flag=True, help="只先搬，不关表单，不切换。")
@click.option("--abandon", "is_off", is_flag=True, help="不搬了：清空 FILE 那边，这里继续用。")
@click.option("--erase", "is_over", is_flag=True, help="搬完以后：销毁旧设置 FILE 那边的。")
@click.option("--yes", is_flag=True, help="不问「继续吗」（给脚本用）。")
@in_app_of_any_form
def move(*, file: TextIO, only_ahead: bool, is_off: bool, is_over: bool, yes: bool) -> None:
    from ..move import commands

    if [only_ahead, is_off, is_over].count(True) > 1:
        raise click.UsageError("--ahead、--abandon、--erase 只能写一个。")
    text = file.read()
    if is_off:
        commands.abandon(text, yes=yes)
    elif is_over:
        commands.erase(text, yes=yes)
    else:
        commands.move(text, only_ahead=only_ahead, yes=yes)


@click.command("doctor", help="体检：权限、应答头、交换区、密钥、备份……逐项说好不好、怎么改。")
@click.option("--json", "as_json", is_flag=True, help="给程序看的 JSON。")
@click.option("--letter", is_flag=True, help="再给 DENGSHAO_OPERATOR_MAIL 排一封信。")
def doctor(*, as_json: bool, letter: bool) -> None:
    from ..doctor.command import tell

    tell(as_json=as_json, with_letter=letter)


@click.command(
    "metrics",
    help="给监控系统的数（Prometheus 的文本格式）：打印一次，写进文件，或者在本机的端口上应答。",
)
@click.option(
    "--textfile",
    type=click.Path(path_type=Path, dir_okay=False),
    help="写进这个文件，名字以 .prom 结尾，给 node_exporter 读。",
)
@click.option("--serve", "serves", is_flag=True, help="在 DENGSHAO_METRICS_BIND 上应答，直到停下。")
def metrics(*, textfile: Path | None, serves: bool) -> None:
    from ..metrics.command import tell

    if textfile is not None and serves:
        raise click.UsageError("--textfile 和 --serve 只能写一个。")
    with plain_faults():
        tell(textfile, serves=serves)
