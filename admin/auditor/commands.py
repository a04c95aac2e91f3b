"""What `dengshao audit` does: verify the whole log, and print checkpoints for paper."""

import click

from ..app_state import app_state
from ..audit.chain import read_checkpoint, verify
from ..audit.faults import Checkpoint, Report
from ..audit.log import NOBODY, record
from ..audit.macs import both
from ..db import db, today
from .words import finding_words, sm3_words


def verify_log(typed: tuple[str, ...]) -> None:
    try:
        points = [Checkpoint.parse(text) for text in typed]
    except ValueError:
        raise click.ClickException("核对点不完整。请照纸上抄：行号，再 6 组字符。") from None
    report = verify(db.reading, both(app_state()), points)
    state = "ok" if report.is_whole else "faults"
    record(db.session, "verified", by=NOBODY, detail=f"{state} {report.last}")
    db.session.commit()
    _tell(report, len(points))


def _tell(report: Report, points: int) -> None:
    """Say what was found; anything wrong ends the command with 1."""
    for finding in report.findings:
        click.echo(finding_words(finding))
    if report.is_stopped:
        click.echo("不对的太多，后面的没有再看。请先查：密钥文件是不是这台服务器原来的那个。")
    if not report.is_whole:
        raise click.ClickException("审计记录有不对的地方。请不要改动数据库，马上告诉安全审计员。")
    against = f"，{points} 个核对点都对上了" if points else ""
    click.echo(f"审计记录完整：共 {report.lines} 行，最后是第 {report.last} 行{against}。")
    click.echo(sm3_words(report))
    if not points:
        click.echo("掌握服务器密钥的人能整个重写记录：请加 --checkpoint，和纸上的核对点比。")


def print_checkpoint() -> None:
    point = read_checkpoint(db.session)
    if point is None:
        raise click.ClickException("审计记录还是空的。")
    record(db.session, "checkpoint", by=NOBODY, detail=str(point.number))
    db.session.commit()
    click.echo(
        f"审计记录核对点\n\n行号：{point.number}\n日期：{today().isoformat()}\n"
        f"核对码：{' '.join(point.groups)}\n\n"
        "打印人：________________\n安全审计员：________________\n"
        f'\n以后核对：dengshao audit verify --checkpoint "{point}"'
    )
