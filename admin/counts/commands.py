"""What `dengshao counts check` says: which numbers agree, and never how large they are.

Who runs it may know no small number from it: a difference is told, and on which side it lies not.
"""

from collections.abc import Iterable

import click
from sqlalchemy.orm import Session

from ..db import READ, db
from ..tip.counted import Family
from .checking import Finding, Result, check
from .reading import EVER, check_practice, practice_units

WORDS = {
    Family.RECEIVED: "收到",
    Family.LANE: "疑似机器发送",
    Family.ACCEPTED: "受理",
    Family.REFERRED: "转办",
    Family.CLOSED: "办结",
    Family.OUT_OF_SCOPE: "不归这里办",
}


def check_counts() -> None:
    """Tell what agrees, differs, cannot be counted again; fail where something differs."""
    findings = _check_at_one_moment()
    for family, word in WORDS.items():
        click.echo(f"{word}：{_sentence([one for one in findings if one.family is family])}")
    click.echo("天数、期限、危险求助：没有第二处记着，不能重新数。")
    if any(one.result is Result.DIFFERS for one in findings):
        raise click.ClickException(
            "有的数对不上。没有改任何数。请先核对审计记录（dengshao audit verify），"
            "再看 content/about/operating-counts.md 里“对不上怎么办”。"
        )
    click.echo("能重新数的都对上了。没有改任何数。")


def _check_at_one_moment() -> list[Finding]:
    """Read all as it stood at one moment: a tip that is decided meanwhile is no difference."""
    with db.get_engine(READ).connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        with Session(connection) as session:
            check_practice(session, practice_units())
            return check(session, practice_units())


def _sentence(findings: list[Finding]) -> str:
    if not findings:
        return "还没有数。"
    parts = [
        f"{words}（{_periods(found)}）"
        for result, words in _RESULTS.items()
        if (found := [one.period for one in findings if one.result is result])
    ]
    return "；".join(parts) + "。"


_RESULTS = {
    Result.SAME: "对得上",
    Result.DIFFERS: "对不上",
    Result.BEYOND: "有的线索已经不在，余下的不比计数多，别的不能再核对",
    Result.FOLDED: "已经并进更大的数，不能再核对",
}


def _periods(periods: Iterable[str]) -> str:
    return "、".join("全部" if period == EVER else period for period in periods)
