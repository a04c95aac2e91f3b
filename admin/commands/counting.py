"""`dengshao counts`."""

import sys
from importlib.util import find_spec
from typing import Final

import click

from ..serving.opening import in_app

SCIPY: Final = "scipy>=1.16,<2"
"""The extra `counts` of pyproject.toml."""

counts = click.Group("counts", help="统计数：核对，公布。")


@counts.command("check", help="用还在的线索和审计记录重新数一遍，说哪些对得上。什么都不改。")
@in_app
def check() -> None:
    from ..counts.commands import check_counts

    check_counts()


@counts.command(
    "publish",
    help="按固定的日子公布数字：先做草稿，第二个人在办公页面确认以后，再运行一次就写出文件。",
)
@click.option("--by", help="谁在做草稿：办公页面里一位成员的名字。他自己不能确认。")
@click.option("--again", is_flag=True, help="草稿被退回、改好以后，再交一次。")
@click.option("--adopt", metavar="日子", help="数据库恢复过、不认识的公布文件，认下来。")
@in_app
def publish(by: str | None, again: bool, adopt: str | None) -> None:
    if find_spec("scipy") is None:
        raise click.ClickException(
            f"检查要用 SciPy，请先在这台机器上装：{sys.executable} -m pip install '{SCIPY}'"
        )
    from ..counts.publishing.commands import publish as do

    do(by, again, adopt)
