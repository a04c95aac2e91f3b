"""What `dengshao bulletins publish` does and says: what is published now, and no more."""

import click

from ...app_state import app_state
from ...clock.judging import Clock
from ...db import db, today
from ...vault.retention.sure_clock import look
from .place import forget_place, publishes_here
from .publishing import forget_unanswered, publish, take_down

_ELSEWHERE = """\
办结通报由另一台机器公布，这台没有做。
那一台不用了，才在这台运行：dengshao bulletins publish --here"""


def publish_here(*, takes_over: bool) -> None:
    """Publish what was drawn for today; take down what has stood for a year.

    On another machine than the one that publishes nothing is done, and that is said. `takes_over`:
    this machine is the one from now on.
    """
    if not _is_the_place(takes_over=takes_over):
        click.echo(_ELSEWHERE)
        return
    if look(db.reading).clock is Clock.AHEAD:
        raise click.ClickException("这台机器的时钟走快了，这次没有公布。请校准时钟，再运行一次。")
    news, day = app_state().config.content / "news", today()
    try:
        names = publish(db.session, news, day)
        forget_unanswered(db.session, day)
        db.session.commit()
        gone = take_down(news, day)
    except OSError as error:
        db.session.rollback()
        raise click.ClickException(
            f"{news} 写不进去（{type(error).__name__}）。没写成的，下次再写。"
        ) from None
    # A text that is public now, or never will be, stays in no journal of the database.
    db.session.close()
    db.forget_deleted()
    _say("公布", names)
    _say("满一年撤下", gone)
    if names or gone:
        click.echo("运行 dengshao site 以后，网站上才看得到。")


def _is_the_place(*, takes_over: bool) -> bool:
    data = app_state().config.data
    try:
        if takes_over:
            forget_place(db.session)
        is_here = publishes_here(db.session, data)
        db.session.commit()
    except OSError as error:
        db.session.rollback()
        raise click.ClickException(
            f"{data} 写不进去（{type(error).__name__}）。什么都没有公布。"
        ) from None
    return is_here


def _say(what: str, names: list[str]) -> None:
    click.echo(f"{what}：{'、'.join(names) or '没有'}。")
