"""What `dengshao gate` does, from an application that has been opened."""

from __future__ import annotations

from datetime import datetime

import click

from ..app_state import app_state
from ..clock import seconds
from ..db import SHANGHAI, db
from ..settings.gate import Gate
from ..signin.gate import emergency
from ..signin.gate.setting_up import is_answering


def show_gate() -> None:
    """Tell how the gate stands this moment: it is asked."""
    gate = _gate()
    state = "有应答" if is_answering(app_state().config) else "没有应答"
    click.echo(f"{gate.title}（{gate.kind}）：{state}")

    until = emergency.open_until(db.reading, seconds())
    click.echo(f"放行到 {_told(until)}。" if until else "没有放行。")


def open_gate(hours: int) -> None:
    """Let everybody by to the sign-in page for some hours."""
    _gate()
    if not 0 < hours <= emergency.LONGEST:
        raise click.ClickException(f"--hours 写 1 到 {emergency.LONGEST}。")
    until = emergency.open_for(db.session, hours, seconds())
    db.session.commit()
    click.echo(f"已放行，到 {_told(until)} 自己恢复。登录仍要口令、成员码和两步验证。")
    click.echo("修好了，运行 dengshao gate shut。")


def shut_gate() -> None:
    """Let nobody by any more."""
    _gate()
    was_open = emergency.shut(db.session)
    db.session.commit()
    click.echo("已恢复。" if was_open else "本来就没有放行。")


def _gate() -> Gate:
    gate = app_state().config.gate
    if not gate.is_set:
        raise click.ClickException("没有设统一身份认证（DENGSHAO_GATE）。")
    return gate


def _told(until: int) -> str:
    return datetime.fromtimestamp(until, SHANGHAI).strftime("%Y-%m-%d %H:%M")
