"""`dengshao bulletins`."""

import click

from ..serving.opening import in_app

bulletins = click.Group("bulletins", help="办结通报：公布。")


@bulletins.command(
    "publish",
    help="公布今天抽到的办结通报：写进 content/news，撤下满一年的。一天抽一次，多运行不要紧。",
)
@in_app
def publish() -> None:
    from ..desk.bulletins.command import publish_here

    publish_here()
