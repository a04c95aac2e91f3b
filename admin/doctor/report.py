"""The letter of the day to who looks after the machine: whether something is to be mended.

It goes out each day, and both kinds are equal in length: who watches the mail learns nothing of
what came in, and who waits for it in vain learns that the machine is ill. What is to be mended
stands on the machine alone.
"""

import time
from typing import Final

import click
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from ..config import ConfigError, load_config
from ..db import today
from ..mail.outbox import Letter, drop_stale, queue_letter, send_due

KIND: Final = "doctor"
SUBJECT: Final = "灯哨体检"
BODY: Final = (
    "要改的：{state}\n这封信每天同一时间发出。写“有”时，请在服务器上运行 dengshao doctor。\n"
    "哪天没有收到，也请去看一看。\n"
)


def send_report(*, is_bad: bool) -> None:
    """Queue today's letter and send what is due; say why, where there is none to send."""
    try:
        config = load_config()
    except ConfigError:
        click.echo("设置读不懂，没有发信。", err=True)
        return
    if not config.operator_mail or not config.smtp_url:
        return
    day, now = today().isoformat(), int(time.time())
    body = BODY.format(state="有" if is_bad else "无")
    engine = create_engine(config.database_url, hide_parameters=True)
    try:
        with Session(engine) as session:
            drop_stale(session, KIND, day)
            letter = Letter(f"{KIND} {day} -", config.operator_mail, SUBJECT, body)
            queue_letter(session, letter, now)
            session.commit()
            send_due(session, config, now)
    except DBAPIError:
        click.echo("数据库没有应答，没有发信。", err=True)
    finally:
        engine.dispose()
