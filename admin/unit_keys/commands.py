"""What `dengshao keys` does: asks for what was read out, writes, and shows what the public sees."""

import json
from collections.abc import Iterable
from datetime import date
from typing import Final

import click

from ..app_state import app_state
from ..config import Config, load_config
from ..db import db, today
from ..district.data import read_keys
from ..district.public_keys import (
    NotSeen,
    address,
    differences,
    fetch,
    told,
)
from ..district.site_build import NotBuilt, rebuild
from ..reading.keys_file import (
    Keys,
    combined,
    published,
    read_lines,
    replace_file,
)
from ..sealing.check_code import is_code_of
from . import key_lines
from .services import plain_fingerprint

_WRONG: Final = (
    "核对码不一样，什么也没有写。请对方从自己的屏幕上再念一遍。"
    "还不一样，就停下来，马上告诉安全审计员：数据库里的密钥可能被换过。"
)


def apply_keys(given: Iterable[str], *, until: date | None, is_site_elsewhere: bool) -> None:
    """Publish the keys whose fingerprints are given or typed now; refuse one that differs."""
    config = app_state().config
    # Before anything is asked: a file that can't be read is said first.
    lines = read_lines(config.content, config.keys_path) if config.keys_path.exists() else []
    if until and until < today():
        raise click.ClickException("--until 是过去的日子，没有改动。")
    waiting = key_lines.waiting(db.reading, app_state().district)
    typed = _typed(waiting, dict(map(_pair, given)))
    db.reading.close()
    if is_site_elsewhere:
        change = key_lines.changed(db.reading, lines, typed, until)
        _carry_over(config, combined(change.lines, []))
    try:
        change = key_lines.apply(
            db.session, config, typed, until=until, to_site=not is_site_elsewhere
        )
    except OSError as error:
        raise click.ClickException(_unwritten(error)) from None
    except key_lines.NotClean as error:
        raise click.ClickException(
            f"{error} 的新密钥，要走的人手里也有，要重新生成。没有公布。"
        ) from None
    db.session.commit()
    _tell(change)
    if config.production and not is_site_elsewhere and (change.added or change.removed):
        _rebuild(config)
    _show(config, must_answer=config.production)


def _pair(text: str) -> tuple[str, str]:
    unit_id, is_pair, found = text.partition("=")
    if not is_pair:
        raise click.ClickException("--fingerprint 要写成：单位=核对码，核对码放在引号里。")
    return unit_id.strip(), found


def _typed(waiting: Iterable[key_lines.Waiting], given: dict[str, str]) -> dict[str, str]:
    """Take for each confirmed key what was read out; those that nobody confirmed stay out.

    Where some are given, nobody is asked: the others wait for their turn.
    """
    typed, is_given = {}, bool(given)
    for key in waiting:
        said = given.pop(key.unit_id, None)
        if key.confirmed_by is None:
            click.echo(f"「{key.title}」的密钥还没有第二个人在「本单位」页上核对，没有公布。")
            if said is not None:
                raise click.ClickException("请先核对，再公布。什么也没有写。")
            continue
        if said is None:
            said = "" if is_given else _ask(key)
        if said and not _is_said(said, key.fingerprint):
            raise click.ClickException(_WRONG)
        if said:
            typed[key.unit_id] = key.fingerprint
    if given:
        raise click.ClickException(
            f"{'、'.join(given)} 没有等着公布的密钥：已经公布过，或者没有这个单位。什么也没有写。"
        )
    return typed


def _is_said(said: str, fingerprint: str) -> bool:
    """Tell whether the 核对码 was said, or the whole fingerprint of the key."""
    return is_code_of(said, fingerprint) or plain_fingerprint(said) == plain_fingerprint(
        fingerprint
    )


def _ask(key: key_lines.Waiting) -> str:
    """Ask for the 核对码, which is not shown: who reads it off this screen checks nothing."""
    click.echo(f"「{key.title}」（{key.unit_id}）有一把新密钥，{key.confirmed_by} 已在页上核对。")
    people = "、".join(key.holders) or key.made_by or "持钥人"
    click.echo(
        f"请打电话给持钥人（{people}），请他从自己「本单位」页的屏幕上念核对码：六组，每组四个数字。"
    )
    said: str = click.prompt(
        "照听到的输入（直接回车：这一把先不公布）", default="", show_default=False
    )
    return said


def _carry_over(config: Config, wanted: Keys) -> None:
    """Wait until the other machine publishes what is to be written here."""
    path = config.data / "keys.json"
    replace_file(path, json.dumps(published(wanted)) + "\n")
    click.echo(f"请把 {path} 里的 keys、retiring 两项放进那台机器上网站的 keys.json。")
    click.prompt("放好了，按回车", default="", show_default=False)
    try:
        wrong = differences(fetch(config), wanted)
    except NotSeen as error:
        wrong = [str(error)]
    if wrong:
        said = "\n".join(wrong)
        raise click.ClickException(f"{address(config)} 还不对，什么也没有写：\n{said}")


def _rebuild(config: Config) -> None:
    """Bring the pages after keys.json: one of them shows the fingerprints to people."""
    click.echo("keys.json 已经换好。正在重新建网站，好让公布指纹的那一页也换上……")
    try:
        click.echo(f"网站建好了，换了 {rebuild(config.content, config.site)} 个文件。")
    except (NotBuilt, OSError) as error:
        click.echo(
            f"网站没有重新建（{error}）。表单不受影响；"
            "请照平常的办法建一次，/report/keys/ 那一页才会换上新指纹。",
            err=True,
        )


def _unwritten(error: OSError) -> str:
    return (
        f"写不了 {error.filename}（{error.strerror}），新密钥还没有公布。\n"
        "请用能写 content/data 和网站目录（DENGSHAO_SITE）的用户来做；"
        "网站在另一台机器上，就加 --site-elsewhere。"
    )


def _tell(change: key_lines.Change) -> None:
    for line in change.added:
        click.echo(f"公布了 {line.unit} 的 {line.fingerprint}")
    for line in change.retiring:
        form = f"，表单里算到 {line.overlap}" if line.overlap else ""
        click.echo(
            f"旧密钥退役 {line.unit} 的 {line.fingerprint}，信箱里算到 {line.retiring}{form}"
        )
    for line in change.removed:
        click.echo(f"去掉了 {line.unit} 的 {line.fingerprint}")
    if not change.added:
        click.echo("没有新的密钥要公布。")


def show_keys() -> None:
    """Show what the public reads, and in what it differs from keys.yml."""
    _show(load_config(), must_answer=True)


def _show(config: Config, *, must_answer: bool) -> None:
    wanted = read_keys(config.content, config.confirmed_keys)
    try:
        seen = fetch(config)
    except NotSeen as error:
        said = f"{address(config)} {error}，看不到公众看到的。"
        if must_answer:
            raise click.ClickException(said) from None
        click.echo(f"{said}服务启动以后，再运行 dengshao keys show。")
        return
    click.echo(f"公众现在看到的（{address(config)}）：")
    click.echo("\n".join(told(seen)) or "  一把也没有")
    if wrong := differences(seen, wanted):
        said = "\n".join(wrong)
        raise click.ClickException(f"和 keys.yml 不一样：\n{said}\n请运行 dengshao keys apply。")
