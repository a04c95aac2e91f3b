"""What `dengshao demo` does: fills an empty store with the demo district."""

import click

from ..app_state import app_state
from ..db import db
from .members import NotInProduction, make_demo


def make() -> None:
    config = app_state().config
    try:
        people = make_demo(db.session, config)
    except NotInProduction:
        raise click.ClickException(
            "正式运行（DENGSHAO_ENV=production）不造演示成员：他们的口令写在文件里。"
        ) from None
    if people:
        click.echo(f"已造好 {len(people)} 个演示成员，登录资料在 {config.data / 'demo.json'}。")
    else:
        click.echo("已有成员，没有改动。")
