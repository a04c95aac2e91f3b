"""`dengshao database`: what each login of PostgreSQL may do, and what follows a return in time."""

from pathlib import Path

import click

from ...serving.opening import in_app_of_newest_form

database = click.Group("database", help="数据库：按用途分开的账号，恢复到以前一刻以后要做的。")


@database.command(
    "roles",
    help="列出按用途分开的账号和各自的权限（SQL）；加 --apply 就照着做，要用表主的地址。",
)
@click.option("--apply", "does_apply", is_flag=True, help="现在就做，不只是列出。")
@in_app_of_newest_form
def roles(*, does_apply: bool) -> None:
    from .acting import apply_here, show_here

    if does_apply:
        apply_here()
    else:
        show_here()


@database.command(
    "rewound",
    help="用 pgBackRest、磁盘快照把数据库恢复到以前一刻以后，启动服务以前运行："
    "照删除账再删一遍，结束全部登录，作废邀请，停住没付的领取码。",
)
@click.option(
    "--deletions",
    "journals",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="删除账；不写就用数据目录里的。几个节点的都写上。",
)
@click.option("--without-deletions", is_flag=True, help="删除账丢了或坏了，也要做。")
@click.option("--yes", is_flag=True, help="不问「继续吗」（给脚本用）。")
@in_app_of_newest_form
def rewound(*, journals: tuple[Path, ...], without_deletions: bool, yes: bool) -> None:
    from .rewound import put_right_here

    put_right_here(journals, is_without=without_deletions, yes=yes)
