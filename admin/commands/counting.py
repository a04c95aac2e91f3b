"""`dengshao counts`."""

import sys
from importlib.util import find_spec
from typing import Final

import click

from ..serving.opening import in_app

SCIPY: Final = "scipy>=1.16,<2"
"""The extra `counts` of pyproject.toml."""


counts = click.Group("counts", help="统计数：核对、公布、半年报告。")


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


@counts.command("report", help="写 HALF（像 2027-H1）的半年报告：中文、英文各一页草稿。")
@click.argument("half")
@click.option("--again", is_flag=True, help="已经有草稿，也重新写；原来的留在旁边。")
@in_app
def report(half: str, *, again: bool) -> None:
    from ..app_state import app_state
    from ..backup.drills import read_upkeep
    from ..counts.half.commands import write_report
    from ..db import db
    from ..release.running import running_release

    state = app_state()
    more = {
        "log_profile": str(state.district.edge_log.profile),
        "upkeep": read_upkeep(db.reading, state.config.data),
        "version": running_release().version,
    }
    write_report(half, again=again, more=more)
