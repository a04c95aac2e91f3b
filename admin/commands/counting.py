"""`dengshao counts`."""

import click

from ..serving.opening import in_app

counts = click.Group("counts", help="统计数：核对。")


@counts.command("check", help="用还在的线索和审计记录重新数一遍，说哪些对得上。什么都不改。")
@in_app
def check() -> None:
    from ..counts.commands import check_counts

    check_counts()
