"""`dengshao law check`: a newer text of a law against what pages cite of it.

It writes nothing. Exit status 0: all as before; 1: somebody has to look at the pages that it names;
2: the file or the entries cannot be read.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Final

import click

from ..reading.citations import Reader
from ..reading.law_lines import Unreadable
from ..reading.law_text import Article, Damaged, LawText, missing, order_faults, word_faults
from ..reading.laws import Law
from ..reading.numerals import article_name
from .citing import entry_lines, places
from .entries import the_content, the_laws, which
from .importing import by_number, differences, law_folder, read_stored, read_text

# Of ten letters of the old words so many stand in the new ones: then it is the same rule.
_SAME: Final = 0.8
# Below this an article that kept its number speaks of something else.
_OTHER: Final = 0.5
# Shorter pieces are alike by chance.
_PIECE: Final = 3
_SPACE: Final = re.compile(r"\s+")

Texts = Mapping[str, Sequence[str]]
"""Paragraphs by the name of their article."""


@dataclass(frozen=True)
class Verdict:
    article: str
    say: str
    old: Sequence[str] = ()
    new: Sequence[str] = ()


class Trouble(click.ClickException):
    """Nothing was compared."""

    exit_code = 2


def check_law(file: Path, law_id: str | None) -> None:
    content = the_content()
    laws = the_laws()
    try:
        text, _ = read_text(file)
        law = laws[which(text.title, laws, law_id)]
        if found := _broken(text.articles, law):
            raise Damaged("\n".join(found))
    except (Unreadable, Damaged) as error:
        raise Trouble(f"{file.name}：没有比。\n{error}") from None
    imported = read_stored(law_folder(), law.id)
    old = _named(by_number(imported)) if imported else {}
    new = {article.name: article.paragraphs for article in text.articles}
    for line in _head(law, text, imported["version"] if imported else None):
        click.echo(line)
    cited = places(content, Reader(laws)).get(law.id, {})
    entries = entry_lines(content, law.id)
    verdicts = [
        verdict
        for name in sorted({*cited, *law.articles}, key=_order(law, new))
        if (verdict := judge(name, law.articles.get(name), old, new))
    ]
    for verdict in verdicts:
        _show(verdict, [*cited.get(verdict.article, ()), *_entry(entries, verdict)])
    click.echo(_sum(law, verdicts))
    click.get_current_context().exit(1 if verdicts else 0)


def _broken(articles: Sequence[Article], law: Law) -> list[str]:
    """Say what no new version has. A missing number may have been struck out: `_head` tells it."""
    numbers = [article.key for article in articles]
    return [
        *order_faults(numbers),
        *word_faults(one for one in articles if one.number not in law.gone),
    ]


def _named(stored: Mapping[tuple[int, int], Sequence[str]]) -> Texts:
    return {article_name(*key): words for key, words in stored.items()}


def _head(law: Law, text: LawText, imported: str | None) -> Iterator[str]:
    new, known = text.version or "没有写", law.version or "没有写"
    yield f"《{text.title}》：新文本的版本 {new}，laws.yml 写的是 {known}。"
    if imported:
        yield f"旧的字句取自导入的原文（版本 {imported}）和 laws.yml 的引文。"
    else:
        yield "这部法没有导入过原文，旧的只有 laws.yml 的引文：引文以外改了，比不出来。"
    for gap in missing([article.key for article in text.articles], law.gone):
        yield f"新文本{gap.rstrip('。')}：是删去了，还是这份文件不全，请核对。"
    last = text.articles[-1].number
    if law.last is not None and last < law.last:
        ends = f"新文本到{article_name(last)}为止，原来到{article_name(law.last)}"
        yield f"{ends}。请核对文件全不全。"


def _order(law: Law, new: Texts) -> "Order":
    return Order([*law.articles, *new])


class Order:
    """Sorts articles as they stand in the entry and in the text."""

    def __init__(self, names: Sequence[str]) -> None:
        self.place = {name: at for at, name in enumerate(dict.fromkeys(names))}

    def __call__(self, name: str) -> int:
        return self.place.get(name, len(self.place))


def judge(name: str, quote: str | None, old: Texts, new: Texts) -> Verdict | None:
    """Compare one article; None where it stands as it stood."""
    words = old.get(name)
    if words is None and quote is None:
        say = "没有引文，也没有导入过，比不出来，请人看一遍"
        return Verdict(name, say, new=new.get(name, ()))
    before = words if words is not None else (str(quote),)
    now = new.get(name)
    if now is not None and _stands(words, quote, now):
        return None
    if words is not None and now is not None and _flat(words) == _flat(now):
        # Imported already: only the quotation is of before.
        before = (str(quote),)
    if target := _moved(before, now, {key: new[key] for key in new if key != name}):
        changed = "" if _holds(before, new[target]) else "，字句也改了"
        return Verdict(name, f"挪到{target}{changed}", before, new[target] if changed else ())
    if now is None:
        return Verdict(name, "没有了", before)
    return Verdict(name, "改了", before, now if words is not None else [_nearest(before[0], now)])


def _stands(words: Sequence[str] | None, quote: str | None, now: Sequence[str]) -> bool:
    whole = words is None or _flat(words) == _flat(now)
    return whole and (quote is None or _flat([quote]) in _flat(now))


def _moved(before: Sequence[str], now: Sequence[str] | None, others: Texts) -> str | None:
    """Find the article that holds the old words now, where the old number does not."""
    if now is not None and _likeness(before, now) >= _OTHER:
        return None
    if exact := [name for name, words in others.items() if _holds(before, words)]:
        return exact[0]
    best = max(others, key=lambda name: _likeness(before, others[name]), default=None)
    return best if best and _likeness(before, others[best]) >= _SAME else None


def _holds(before: Sequence[str], words: Sequence[str]) -> bool:
    return _flat(before) in _flat(words)


def _likeness(before: Sequence[str], words: Sequence[str]) -> float:
    """Tell which part of the old words stands in the new ones, in their order."""
    old = _flat(before)
    matcher = SequenceMatcher(None, old, _flat(words), autojunk=False)
    same = sum(block.size for block in matcher.get_matching_blocks() if block.size >= _PIECE)
    return same / len(old) if old else 0.0


def _nearest(quote: str, words: Sequence[str]) -> str:
    return max(words, key=lambda line: _likeness([quote], [line]))


def _flat(words: Sequence[str]) -> str:
    return _SPACE.sub("", "".join(words))


def _entry(entries: Mapping[str, str], verdict: Verdict) -> list[str]:
    return [entries[verdict.article]] if verdict.article in entries else []


def _show(verdict: Verdict, spots: Sequence[str]) -> None:
    click.echo(f"{verdict.article}　{verdict.say}")
    if verdict.old and verdict.new:
        for line in differences(verdict.old, verdict.new):
            click.echo(line)
    else:
        for line in verdict.old:
            click.echo(f"  旧：{line}")
        for line in verdict.new:
            click.echo(f"  新：{line}")
    for spot in spots:
        click.echo(f"  - {spot}")


def _sum(law: Law, verdicts: Sequence[Verdict]) -> str:
    if not verdicts:
        return f"引用的{law.zh}条文，都和原来一样。请把 laws.yml 里这部法的 checked 改成今天。"
    return (
        f"一共 {len(verdicts)} 条要看。逐页改好，再改 laws.yml 里这部法的引文、"
        "version、in_force 和 checked。"
    )
