"""`dengshao demo`: fills an empty store with the demo district."""

import click
from flask.cli import with_appcontext

from ..db import db
from ..house import house
from .members import NotInProduction, make_demo


@click.command("demo", help="造出演示的单位、成员和密钥；已有成员时什么也不做。")
@with_appcontext
def demo() -> None:
    config = house().config
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
