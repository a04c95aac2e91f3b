"""What `dengshao bulletins publish` does and says: what is published now, and no more."""

import click

from ...app_state import app_state
from ...db import db, forget_deleted, today
from .publishing import forget_unanswered, publish, take_down


def publish_here() -> None:
    """Publish what was drawn for today; take down what has stood for a year."""
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
    forget_deleted(db.engine)
    _say("公布", names)
    _say("满一年撤下", gone)
    if names or gone:
        click.echo("运行 dengshao site 以后，网站上才看得到。")


def _say(what: str, names: list[str]) -> None:
    click.echo(f"{what}：{'、'.join(names) or '没有'}。")
