"""`dengshao setup`: asks in one sitting, writes what follows, ends by a look at all.

It can be interrupted: what was answered lies in answers.draft.toml, and is not asked again. It can
be run again: then the former answers are the defaults, and what differs is changed.
"""

import datetime
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click

from ..config import ROOT
from ..db import today
from ..reading.data_files import load_file
from ..settings.installed import SETTINGS, read_settings
from .asked.answers import Answers, Unreadable, read_answers, to_toml
from .asked.asking import CLEARED, Faults, Sitting
from .asked.question import Kind, Step
from .asked.questions import steps
from .asked.standing import with_standing
from .finishing import finish
from .tries import service_user
from .written.container import is_served_by_one
from .written.installing import install
from .written.rendering import CONTENT, secrets_of
from .written.secret import NotSealed
from .written.writing import Writer
from .written.yaml_text import NotChanged

ANSWERS: Final = "/etc/dengshao/answers.toml"
DRAFT: Final = "/etc/dengshao/answers.draft.toml"
HEAD: Final = "dengshao setup 的答案。口令不在这里。改了，再运行一次 dengshao setup。"
HELLO: Final = (
    "装机问答。每一项都说为什么问，方括号里是默认的，直接按回车就用它。\n"
    f"要清空默认的，写一个减号 {CLEARED}。随时可以按 Ctrl-C 停下，下次从停下的地方接着问。"
)


def set_up(*, given: Path | None, root: Path, is_for_restore: bool = False) -> None:
    """Ask, write, and where it is the real root, begin; for a restore, leave the database empty."""
    root = root.resolve()
    is_real = root == Path("/")
    if is_real and os.geteuid():
        raise click.ClickException("请用 root 运行：要写 /etc 和 /srv。")
    now = datetime.datetime.now(datetime.UTC)
    writer = Writer(root, f"{now:%Y%m%d-%H%M%S}", service_user())
    if is_real and writer.user is None:
        raise click.ClickException("没有 dengshao 这个用户，请先装好程序（install.sh）。")
    try:
        answers = _answered(writer, given)
        is_sealed = install(writer, answers, day=today().isoformat())
    except (Faults, Unreadable, NotSealed) as error:
        raise click.ClickException(str(error)) from None
    except NotChanged as error:
        raise click.ClickException(
            f"内容目录里的文件改不了：{error}。请手工改好，再做一次。"
        ) from None
    _tell(writer, is_sealed=is_sealed)
    if is_real:
        finish(writer, answers, is_for_restore=is_for_restore)


def _answered(writer: Writer, given: Path | None) -> Answers:
    """Find what is known, ask the rest, and keep all but the secrets."""
    data = _data(writer)
    listed = steps(data)
    secret = {q.key for step in listed for q in step.questions if q.kind is Kind.SECRET}
    sitting = Sitting(
        given={**_read(writer.at(DRAFT)), **(read_answers(given) if given else {})},
        former=with_standing(_read(writer.at(ANSWERS)), data)
        | secrets_of(read_settings(writer.read(SETTINGS))),
        keep=lambda answers: _keep(writer, answers, secret),
    )
    answers = _asked(sitting, listed)
    writer.put(ANSWERS, to_toml(answers, head=HEAD, secret=secret), 0o640, owner="group")
    writer.at(DRAFT).unlink(missing_ok=True)
    return answers


def _asked(sitting: Sitting, listed: tuple[Step, ...]) -> Answers:
    if not sys.stdin.isatty():
        try:
            return sitting.take(listed)
        except Faults as faults:
            raise Faults(
                [f"有 {len(faults.told)} 项缺了或者不对，什么也没有写：", *faults.told]
            ) from None
    click.echo(HELLO)
    try:
        return sitting.ask(listed)
    except click.Abort:
        raise click.ClickException(
            "停下了，问过的都记着。再运行 dengshao setup 就接着问。"
        ) from None


def _read(path: Path) -> Answers:
    return read_answers(path) if path.exists() else {}


def _keep(writer: Writer, answers: Answers, secret: set[str]) -> None:
    """Keep what was answered so far: the next sitting does not ask it again."""
    path = writer.at(DRAFT)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(to_toml(answers, head=HEAD, secret=secret), "utf-8")
    path.chmod(0o600)


def _data(writer: Writer) -> Mapping[str, Mapping[str, Any]]:
    """Read what the installation's own files say now, or those that come with the program."""
    own = writer.at(CONTENT)
    folder = own if own.exists() else ROOT / "content"
    names = ("footer", "routes", "townships", "hotlines", "edge_log")
    return {
        name: load_file(folder, name)
        for name in names
        if (folder / "data" / f"{name}.yml").exists()
    }


def _tell(writer: Writer, *, is_sealed: bool) -> None:
    click.echo()
    for path in writer.written:
        click.echo(f"写好 {path}")
    if not writer.written:
        click.echo("和原来的一样，没有要改的。")
    if writer.kept:
        click.echo(f"原来的文件存在 {writer.kept_in} 里。")
    if any(path.name == "organs.yml" for path in writer.written):
        click.echo("移送给哪些机关，名称、地址、依据要核定：请写在 organs.yml 里，没写就不能移送。")
    how = "由 TPM 加密，换了主板就打不开" if is_sealed else "只有 dengshao 这个用户能读"
    if is_served_by_one(writer):
        click.echo("用容器的，接着照「用容器运行」那一页做：建表，建网站，启动。")
    click.echo(f"服务器密钥{how}。请抄在纸上，和备份分开放：没有它，查询码查不到线索。")
