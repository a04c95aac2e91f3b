"""`dengshao upgrade`, and what it asks of the program of a version."""

from pathlib import Path

import click

from ..serving.opening import plain_faults


@click.command(
    "upgrade",
    help="升级到安装包 FILE 里的版本：先核对签名和每个文件，备份，再换；起不来就自己退回。",
)
@click.argument(
    "file", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option("--resume", is_flag=True, help="接着做完断在一半的升级。")
@click.option("--back", is_flag=True, help="退回：断在一半的，或者上一次做好的。")
@click.option("--clean", is_flag=True, help="删掉旧版本，留最近的两个。")
@click.option("--yes", is_flag=True, help="不问「继续吗」（给脚本用）。")
@click.option("--unsigned", is_flag=True, help="没有签名也装，要照抄一句话。")
@click.option("--force", is_flag=True, help="比现在的旧也装，要照抄一句话。")
@click.option(
    "--node-only", is_flag=True, help="几台共用一个数据库时，第二台起用：只换程序和内容。"
)
def upgrade(
    *,
    file: Path | None,
    resume: bool,
    back: bool,
    clean: bool,
    yes: bool,
    unsigned: bool,
    force: bool,
    node_only: bool,
) -> None:
    from ..upgrade.commands import Operating, run

    if [file is not None, resume, back, clean].count(True) != 1:
        raise click.UsageError("请写安装包 FILE，或者 --resume、--back、--clean 里的一个。")

    def act(operating: Operating) -> None:
        if resume:
            operating.resume()
        elif back:
            operating.back(yes=yes)
        elif clean:
            operating.clean()
        elif file:
            operating.upgrade(file, unsigned=unsigned, force=force, yes=yes, node_only=node_only)

    with plain_faults():
        run(act)


@click.group("upgrade-part", hidden=True, help="升级时，新旧两个版本互相用的。")
def upgrade_part() -> None:
    pass


@upgrade_part.command("check", help="用这个版本的程序读一遍内容和数据。")
def check() -> None:
    from ..upgrade.parts import check as act

    with plain_faults():
        act()


@upgrade_part.command("owner", help="数据库的地址是不是表主的。")
def owner() -> None:
    from ..upgrade.parts import owner as act

    with plain_faults():
        act()


@upgrade_part.command("alone", help="数据库现在能不能动：旧程序能接着用，或者没有人在用。")
def alone() -> None:
    from ..upgrade.parts import alone as act

    with plain_faults():
        act()


@upgrade_part.command("look", help="数据库的样子，线索有几条。")
def look() -> None:
    from ..upgrade.parts import look as act

    with plain_faults():
        act()


@upgrade_part.command("copy", help="把整个数据库加密写到标准输出。")
def copy() -> None:
    from ..upgrade.parts import copy as act

    with plain_faults():
        act()


@upgrade_part.command("restore", help="把标准输入的那一份放回去；或者备份，从标准输入读私钥。")
@click.option("--backup", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def restore(*, backup: Path | None) -> None:
    from ..upgrade.parts import restore as act

    with plain_faults():
        act(backup)
