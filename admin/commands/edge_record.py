"""What `dengshao edge-log record` does: a holder's opening becomes a line of the audit log."""

from pathlib import Path
from typing import Final

import click
from sqlalchemy import select

from ..audit.log import NOBODY, record
from ..db import db
from ..edge.opening import BadRecord, read_record
from ..models import AuditEvent

ACT: Final = "edge_log_opened"


def enter(path: Path) -> None:
    """Enter a record once. Its number, counts and sum go in; no name, no paper, no address."""
    try:
        told = read_record(path.read_text("utf-8"))
    except (BadRecord, UnicodeDecodeError):
        raise click.ClickException(
            "这不是打开记录，或者被改过：校验值对不上。没有登记。请向持有人要原件。"
        ) from None
    detail = f"opening={told.number} hours={told.hours} lines={told.lines} sum={told.sum}"
    if db.session.scalar(select(AuditEvent).filter_by(act=ACT, detail=detail)):
        raise click.ClickException(f"编号 {told.number} 已经登记过。")
    record(db.session, ACT, by=NOBODY, detail=detail)
    db.session.commit()
    click.echo(f"已登记：编号 {told.number}，{told.hours} 个小时，{told.lines} 行。")
    click.echo(f"校验值 {told.sum}")
