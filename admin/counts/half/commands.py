"""What `dengshao counts report` does: writes a draft, or shows what it would change."""

from collections.abc import Mapping
from typing import Any, Final

import click

from ...app_state import app_state
from ...db import db, today
from ..reading import practice_units
from .drafting import OLD, Draft, make_drafts
from .facts import NothingThen, NotOver, gather
from .periods import BadHalf, Half

_KIND_WORDS: Final = {
    "request": "查看要求",
    "outage": "停机",
    "false_key": "假密钥",
    "drill": "恢复演练",
    "upgrade": "升级",
    "mistake": "出过的错",
}


def write_report(typed: str, *, again: bool, more: Mapping[str, Any]) -> None:
    """Write both pages, or neither. `more` is what else the installation knows."""
    half = _parse(typed)
    facts = _facts(half) | dict(more)
    drafts = list(make_drafts(app_state().config.content, half, facts, today()))
    _refuse_published(drafts)
    changed = [draft for draft in drafts if draft.is_changed]
    if changed and not again:
        for draft in changed:
            click.echo(draft.difference())
        raise click.ClickException(
            "已经有这份草稿，和现在会写的不一样（见上面）。什么都没有改。"
            f"要换成新的，加 --again：您改过的那份留在旁边，名字后面多 {OLD}。"
        )
    for draft in drafts:
        _write(draft)
    _tell(half, facts)


def _parse(typed: str) -> Half:
    try:
        return Half.parse(typed)
    except BadHalf:
        raise click.ClickException("半年要写成 2027-H1（上半年）或者 2027-H2（下半年）。") from None


def _facts(half: Half) -> dict[str, Any]:
    content = app_state().config.content
    try:
        return gather(db.reading, content, half, practice=practice_units(), today=today())
    except NotOver:
        raise click.ClickException(f"{half.zh}还没有过完，最早 {half.last} 的第二天写。") from None
    except NothingThen:
        raise click.ClickException(f"{half.zh}里，审计记录还一行都没有，没有可写的。") from None


def _refuse_published(drafts: list[Draft]) -> None:
    for draft in drafts:
        if draft.is_published and draft.is_changed:
            raise click.ClickException(
                f"{draft.path} 已经公布（开头没有 draft: true），不能重写，什么都没有改。"
                "有错，请在那一页的「更正」里写。"
            )


def _write(draft: Draft) -> None:
    if draft.is_new or draft.is_changed:
        draft.write()
        click.echo(f"写好了：{draft.path}")
    else:
        click.echo(f"没有变：{draft.path}")


def _tell(half: Half, facts: Mapping[str, Any]) -> None:
    """Say what is left for people to do."""
    for gap in facts["missing"]:
        click.echo(f"{gap['zh']}的数还没有公布，公布的日子是 {gap['day']}。到那天再写一次。")
    if empty := [word for kind, word in _KIND_WORDS.items() if not facts["entries"][kind]]:
        click.echo(
            f"没有登记：{'、'.join(empty)}。发生过的，先写进 content/data/transparency.yml。"
        )
    click.echo("这是草稿，网站上还没有。改好、另一个人读过，再删掉开头的 draft: true。")
