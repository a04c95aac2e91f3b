"""`dengshao serve`, `demo`, `migrate`, `reload`, `sweep`, `notices`, `bulletins` and `secret`."""

from pathlib import Path

import click

from ..serving.opening import in_app, in_app_of_any_form, uncollected


@click.command("serve", help="在前台提供服务，按 Ctrl-C 停止。")
@click.option("--demo", "with_demo", is_flag=True, help="先给空的数据库放进演示数据。")
@click.option("--migrate", "with_migration", is_flag=True, help="先把旧的数据库升到最新。")
@click.option("--workers", default=2, show_default=True, help="应答的进程数。")
@click.option("--threads", default=16, show_default=True, help="每个进程同时应答的请求数。")
@in_app_of_any_form
def serve(*, with_demo: bool, with_migration: bool, workers: int, threads: int) -> None:
    with uncollected():
        from .serving import serve_here

    serve_here(with_demo=with_demo, with_migration=with_migration, workers=workers, threads=threads)


@click.command("demo", help="生成演示用的单位、成员和密钥；已有成员时什么也不做。")
@in_app_of_any_form
def demo() -> None:
    from .serving import make_demo_store

    make_demo_store()


@click.command("migrate", help="把数据库升到最新的样子。别的命令都不升，除非写明。")
@in_app_of_any_form
def migrate() -> None:
    from .serving import migrate_here

    migrate_here()


@click.command(
    "reload", help="核对内容、数据和密钥，让正在运行的服务重新读；不断线，不用重新登录。"
)
@click.option(
    "--unseen",
    "may_miss",
    is_flag=True,
    help="取不到网站上的 /keys.json 也重新读；取到了不一样，还是不换。",
)
def reload(*, may_miss: bool) -> None:
    from ..serving.opening import plain_faults
    from .serving import reload_here

    with plain_faults():
        reload_here(may_miss=may_miss)


@click.command(
    "sweep", help="删掉到期的：线索内容、用过的表单号、旧的日密钥。补上期限，催办逾期的。"
)
@click.option("--hourly", is_flag=True, help="给定时器用：这个小时已经有一台做过的，就不再做。")
@in_app
def sweep(*, hourly: bool) -> None:
    from .serving import sweep_here

    sweep_here(unless_made=hourly)


@click.command("notices", help="把到点的值班提醒排进队，再把到期的信发出去（一轮）。")
@in_app
def notices() -> None:
    from .serving import send_notices

    send_notices()


bulletins = click.Group("bulletins", help="办结通报：公布。")


@bulletins.command(
    "publish",
    help="公布今天抽到的办结通报：写进 content/news，撤下满一年的。一天抽一次，多运行不要紧。",
)
@click.option("--here", is_flag=True, help="以前由另一台机器公布的，从现在起由这台公布。")
@in_app
def publish(*, here: bool) -> None:
    from ..desk.bulletins.command import publish_here

    publish_here(takes_over=here)


@click.command("secret", help="写一个新的密钥文件 PATH（一次装机只做一次；不要放进备份）。")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
def secret(path: Path) -> None:
    from ..config import make_secret

    try:
        make_secret(path)
    except FileExistsError:
        raise click.ClickException(f"{path} 已经有了，没有改动。") from None
    click.echo(f"已写好 {path}。请把 DENGSHAO_SECRET_FILE 设成它。")
