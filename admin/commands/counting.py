"""`dengshao counts`."""

import click

from ..serving.opening import in_app

counts = click.Group("counts", help="统计数：核对、半年报告。")


@counts.command("check", help="用还在的线索和审计记录重新数一遍，说哪些对得上。什么都不改。")
@in_app
def check() -> None:
    from ..counts.commands import check_counts

    check_counts()


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
