"""What an operator is told: what an upgrade will do, and why a way back is not taken."""

from typing import Final

import click

from .back import CameSince, OthersServe
from .checking import Plan
from .content import MERGED, NEW, Act, Change
from .journal import Journal

OTHERS: Final = "别的服务器要是收过线索，退回会丢掉。"
_MOST: Final = 30
_ACTS: Final = {
    Act.WRITE: "换成新的",
    Act.REMOVE: "删掉（新版不用了）",
    Act.BESIDE: f"您改过，新版也改了：留您的，新的放在旁边（{NEW}）",
    Act.MERGE: f"换成您合并好的（{MERGED}）",
    Act.STAYS: "新版不用了，您改过：留着",
    Act.GONE: "您删掉了，新版改过：不放回",
    Act.SCHEMA: "格式由程序定：换成新的，您改的放在旁边",
}


def stays(journal: Journal, came: CameSince) -> str:
    """Say that the new version stays, and what the operator can do."""
    return (
        f"没有退回：启动以后又收到 {came} 条线索和补充，退回会丢掉。现在用的是 {journal.new}。\n"
        "请运行 dengshao doctor，照它说的改。一定要退回，再运行 dengshao upgrade --back。"
    )


def waits(error: OthersServe) -> str:
    """Say why nothing was put back where there are other nodes, and both ways on."""
    return (
        f"没有做成：{error.__cause__}\n没有自动退回：别的服务器可能收了线索，恢复数据库会丢掉。\n"
        "这台可能还停着。改好以后，运行 dengshao upgrade --resume 接着升级。\n"
        "升级前别的服务器就都停了，才可以运行 dengshao upgrade --back。"
    )


def tell(plan: Plan) -> None:
    """Say what an upgrade will do."""
    click.echo(f"升级：{plan.old} → {plan.new}\n\n{plan.notes or '（没有写新在哪里）'}\n")
    before, after = plan.database
    if plan.migrates:
        click.echo(f"数据库要升级：{before} → {after}。服务要停几分钟，库大就久一些。")
    else:
        click.echo("数据库不用升级。服务要停一会儿。")
    for act, words in _ACTS.items():
        _tell_changes(words, [change for change in plan.changes if change.act is act])
    for change in plan.changes:
        if change.is_loud:
            click.echo(f"！！{change.path}：格式变了，您的可能读不了。不合的话，升级前就会停下。")


def _tell_changes(words: str, changes: list[Change]) -> None:
    if changes:
        names = "、".join(change.path for change in changes[:_MOST])
        more = "……" if len(changes) > _MOST else ""
        click.echo(f"内容，{words}，{len(changes)} 个：{names}{more}")
