"""`dengshao law`, `clean` and `open`: what needs neither the server nor its database."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

_A_DAY: Final = click.DateTime(["%Y-%m-%d"])


@click.group("law", help="导入法律的官方文本，放在大白话旁边；核对引用的条文。")
def law() -> None:
    pass


@law.command("import", help="导入一份官方文本 FILE（.md、.txt、.docx）。先核对，有错就不动。")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--law", "law_id", help="哪一部（laws.yml 里的 id）；不写就看标题。")
@click.option("--articles", type=int, help="新版本有多少条（和原来不一样时才写）。")
@click.option("--version", "version", type=_A_DAY, help="版本的日期。")
@click.option("--in-force", type=_A_DAY, help="施行日期。")
@click.option("--older", is_flag=True, help="确实要换回更早的版本。")
@click.option("--check", "only_check", is_flag=True, help="只核对、只比较，不写。")
def take(**said: Any) -> None:
    from ..law.importing import import_law

    import_law(**said)


@law.command(
    "check", help="拿一份新的官方文本 FILE 来比：引用的条文哪些改了、挪了、没有了，在哪些页。"
)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--law", "law_id", help="哪一部（laws.yml 里的 id）；不写就看标题。")
def check(file: Path, law_id: str | None) -> None:
    from ..law.checking import check_law

    check_law(file, law_id)


@law.command("show", help="看已经导入了哪些。")
def show() -> None:
    from ..law.importing import show_laws

    show_laws()


@click.command("clean", help="清理文件：在旁边（或 --out 目录里）另存干净的副本，不动原文件。")
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="副本存到这个目录；不写就存在原文件旁边。",
)
def clean(files: Sequence[Path], out: Path | None) -> None:
    from ..cleaning.commands import clean_files

    clean_files(files, out)


@click.command("open", help="打开别的单位移送来的 FILE（.age）：核对每个校验值，取到新文件夹。")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--key",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="存有私钥的文件；不写就当场问。用口令锁的，会问口令。",
)
@click.option("--out", type=click.Path(path_type=Path), help="新文件夹；不写就放在 FILE 旁边。")
def open_(file: Path, key: Path | None, out: Path | None) -> None:
    from ..package.commands import open_file

    open_file(file, key, out)
