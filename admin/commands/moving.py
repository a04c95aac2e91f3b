"""`dengshao move`."""

from typing import TextIO

import click

from ..serving.opening import in_app_of_any_form


@click.command(
    "move",
    help="把数据库和证据文件搬到设置 FILE 写的地方：边用边搬，最后关一会儿表单，逐行核对，封上旧的。"
    "断在哪里都可以再运行一次，接着搬。",
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
