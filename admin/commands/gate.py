"""`dengshao gate`: the gate before the desk's sign-in, when it is down."""

import click

from ..serving.opening import in_app

gate = click.Group("gate", help="登录前的统一身份认证：看状态、临时放行、恢复。")


@gate.command("show", help="看统一身份认证有没有应答，有没有放行。")
@in_app
def show() -> None:
    from .gates import show_gate

    show_gate()


@gate.command("open", help="它坏了：放行几小时，不经它也能到登录页。会记进审计。")
@click.option("--hours", default=12, show_default=True, help="放行几小时，最多 72。")
@in_app
def open_(*, hours: int) -> None:
    from .gates import open_gate

    open_gate(hours)


@gate.command("shut", help="修好了：马上恢复，不等到时候。")
@in_app
def shut() -> None:
    from .gates import shut_gate

    shut_gate()
