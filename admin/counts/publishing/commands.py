"""What `dengshao counts publish` does: each time the next step, of which there is only one.

What was confirmed and lies in no file is written; then what is due becomes a draft, which waits for
a second person at the desk; then the same command writes it. No true count is told. Wants SciPy.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final, NoReturn

import click
from sqlalchemy import select

from ...access.permissions import Act, is_allowed
from ...app_state import app_state
from ...db import db, today
from ...models import CountPublication, Member
from ...reading.published import dump
from ...reading.publishing import Publishing, load_publishing
from ..disclosing.publisher import PublicationStopped
from ..narrowing.ranges import NotSolved
from ..reading import practice_units
from . import files
from .drafts import REASONS, Changed, keep_draft
from .making import Draft, Due, NotNow, make_draft, read_counted, read_due
from .shape import COUNTS
from .store import draft_row
from .told import lines_of, period_words

_SENSES: Final = {"small": "本身不到 10", "protects": "陪着隐去"}


def publish(by: str | None, again: bool, adopt: str | None) -> None:
    """Do what is next, and say what comes after it."""
    content = app_state().config.content
    try:
        if adopt is not None:
            _adopt(content, adopt, by)
        _write_missing(content)
    except files.Differ as error:
        _stop(str(error))
    # The auditor reckons for a while: nobody who writes waits for that.
    db.session.rollback()
    _draft(load_publishing(content), by, again=again)


def _adopt(content: Path, day: str, by: str | None) -> None:
    try:
        which = date.fromisoformat(day)
    except ValueError:
        _stop(f"没有 {day} 这一天。日子像 2027-04-15。")
    row = files.adopt(db.session, content, which, _practice(), by=_member(by), today=today())
    db.session.commit()
    click.echo(f"已认下 {row.day} 公布过的数。")
    if not row.is_closed:
        click.echo("现在的计数和它对不上，这几个季度以后不再公布，那一年的全年数也不公布。")


def _write_missing(content: Path) -> None:
    rows = files.missing(db.session, content)
    for row in rows:
        path = files.write(db.session, content, row, today())
        db.session.commit()
        click.echo(f"已写好 {path}。请提交进版本库，再建一次网站。")


def _draft(publishing: Publishing, by: str | None, *, again: bool) -> None:
    due = read_due(db.reading, publishing, today())
    if due.lost:
        click.echo(f"{_quarters(due.lost)}没有公布，计数已经并成更大的数，不能再公布。")
    if due.passed:
        click.echo(
            f"{_quarters(due.passed)}没有公布的记录，后面的季度却公布过：多半是文件和数据库都丢了。"
            "不再公布，那一年的全年数也不公布。文件找到了，放回去，再运行一次。"
        )
    if not due.quarters:
        click.echo(f"现在没有到期的。下一次：{publishing.day_of(due.next)}。")
        return
    waiting = draft_row(db.reading)
    if waiting is not None and waiting.refused_by and not again:
        why = REASONS.get(waiting.refused_why or "", "")
        _stop(f"{waiting.refused_by}把草稿退回了：{why}。改好以后加 --again，再交一次。")
    maker = _member(waiting.made_by if waiting and by is None else by)
    draft = _make(due, publishing)
    _tell(draft)
    is_new = waiting is None or bool(waiting.refused_by) or waiting.body != dump(draft.file)
    if is_new and by is None:
        _stop("草稿和上次的不一样了。请写明谁在做：--by 名字。没有做任何改动。")
    _tell_next(_keep(draft, maker), is_new=is_new)


def _make(due: Due, publishing: Publishing) -> Draft:
    groups = app_state().district.count_groups
    click.echo(f"公布日 {publishing.latest_day(today())}：{_quarters(due.quarters)}。正在检查……")
    try:
        counted = read_counted(db.reading, groups, _practice(), publishing, today())
        db.reading.close()
        is_demo = not app_state().config.production
        return make_draft(counted, groups, publishing, today(), demo=is_demo)
    except NotNow as error:
        _stop(str(error))
    except NotSolved as error:
        _stop(f"检查没有算出结果（求解程序的状态 {error}），不能当作安全。没有做任何改动。")
    except PublicationStopped as error:
        _stop(f"{error}\n已停止：这些数会被推算出来。没有做任何改动。")


def _tell(draft: Draft) -> None:
    if draft.file.demo:
        click.echo("这里没有设 DENGSHAO_ENV=production：草稿写着“演示用”，正式的网站不收。")
    for line in lines_of(draft.file):
        click.echo(line)
    for quarter in sorted({quarter for _measure, quarter in draft.book.torn}):
        names = [COUNTS[one].zh for one, when in sorted(draft.book.torn) if when == quarter]
        click.echo(
            f"{period_words(quarter)}有的数加起来对不上，一个也不公布：{'、'.join(names)}。"
            "全年的也不公布。请运行 dengshao counts check，看是哪里。"
        )
    withheld = Counter(why.value for why in draft.publication.withheld.values())
    senses = "，".join(f"{words} {withheld[why]} 个" for why, words in _SENSES.items())
    shown = len(draft.publication.shown)
    click.echo(f"这次新增 {shown + withheld.total()} 个数：公布 {shown} 个，不公布的{senses}。")
    solved = sum(audit.solved for audit in draft.tried)
    click.echo(
        f"检查了 {len(draft.tried)} 遍，解了 {solved} 个线性规划：只看公布的、知道 9 条的、"
        "猜出哪些数小的，都推不出不公布的数。"
    )


def _keep(draft: Draft, by: str) -> CountPublication:
    made = draft.file, draft.book, draft.groups
    try:
        row = keep_draft(db.session, *made, seen=draft.seen, by=by, today=today())
        db.session.commit()
    except Changed:
        _stop("检查的时候，有人确认了别的。请再运行一次。")
    return row


def _tell_next(row: CountPublication, *, is_new: bool) -> None:
    if not is_new:
        click.echo(f"和 {row.made_on} 的草稿一样，还在等第二个人确认。")
    else:
        click.echo("草稿已存，还没有公布。以前没确认的草稿作废。")
    click.echo(f"下一步：请另一位统计员（不是{row.made_by}）在办公页面“统计”里核对、确认。")
    click.echo("确认以后，再运行一次这个命令。")
    if not any(name != row.made_by for name in _counters()):
        click.echo("现在没有另一位统计员，请先邀请一位。")


def _member(name: str | None) -> str:
    """Take a name that the audit log can keep: who makes a draft does not confirm it."""
    if name is None:
        _stop("请写明谁在做：--by 名字（办公页面里的成员）。")
    row = db.reading.scalar(select(Member).filter_by(name=name, suspended_on=None))
    if row is None:
        _stop(f"没有叫“{name}”的成员，或者停用了。")
    return row.name


def _counters() -> list[str]:
    rows = db.reading.scalars(select(Member).where(Member.suspended_on.is_(None)))
    return [row.name for row in rows if is_allowed(Act.PUBLISH, row.roles)]


def _practice() -> Sequence[str]:
    return sorted(practice_units())


def _quarters(quarters: Sequence[str]) -> str:
    return "、".join(map(period_words, quarters))


def _stop(words: str) -> NoReturn:
    db.session.rollback()
    raise click.ClickException(words)
