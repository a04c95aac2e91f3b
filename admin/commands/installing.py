"""`dengshao setup` and `dengshao site`."""

from pathlib import Path

import click

from ..serving.opening import plain_faults


@click.command(
    "site",
    help="把内容目录（DENGSHAO_CONTENT）建成网站（DENGSHAO_SITE）。有没填好的、不对的，就不换。",
)
@click.option("--draft", "is_draft", is_flag=True, help="没填好也建，自己看；不能对外。")
@click.option("--without-copy", is_flag=True, help="不附离线版，快一倍。")
@click.option(
    "--portal",
    type=click.Path(path_type=Path, file_okay=False),
    help="再做一份放进政府门户用的，写在这个空的文件夹里。",
)
def site(*, is_draft: bool, without_copy: bool, portal: Path | None) -> None:
    from ..setup.building import build_site

    with plain_faults():
        build_site(is_draft=is_draft, with_copy=not without_copy, portal=portal)


@click.command(
    "setup",
    help="装机时的问答：域名、主办单位、承办单位、电话、日志、数据库、证书……问完写好配置。"
    "可以中断，可以再做一次。",
)
@click.option(
    "--answers",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="答案从这个 TOML 文件来；缺的再问，没有终端就一次说清缺哪些。",
)
@click.option(
    "--root",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("/"),
    help="都写在这个目录下面（试装、做镜像用）；不启动，也不建网站。",
)
@click.option(
    "--for-restore",
    "is_for_restore",
    is_flag=True,
    help="为了恢复备份：不建表，也不启动。恢复好了，再运行一次，不带这个。",
)
def setup(*, answers: Path | None, root: Path, is_for_restore: bool) -> None:
    from ..setup.command import set_up

    with plain_faults():
        set_up(given=answers, root=root, is_for_restore=is_for_restore)
