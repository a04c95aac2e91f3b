"""What `dengshao law` does: brings a law's official text into the data folder, checked and whole.

The texts are published by the National Database of Laws and are not part of this project. What is
imported lies in `DENGSHAO_DATA/law/<id>.json`; the build of the site (site/hooks/law_text.py) reads
it from there, and shows it beside our own words.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, Final

import click

from ..config import ConfigError, load_config
from ..db import today
from ..reading.law_lines import (
    MOST_BYTES,
    Unreadable,
    read_lines,
)
from ..reading.law_text import (
    Damaged,
    LawText,
    faults,
    name_of,
    parse,
)

FORMAT: Final = 1


@dataclass(frozen=True)
class Known:
    title: str
    articles: int
    """How many the version has that our own words explain."""


LAWS: Final = {
    "aocl": Known("中华人民共和国反有组织犯罪法", 77),
    "drugs": Known("中华人民共和国禁毒法", 71),
    "treatment": Known("戒毒条例", 46),
}
Stored = dict[str, Any]


@dataclass(frozen=True)
class Said:
    """What the operator says of a file, where it does not tell so itself."""

    law_id: str | None = None
    articles: int | None = None
    version: date | None = None
    in_force: date | None = None


@dataclass(frozen=True)
class Reading:
    law_id: str
    new: Stored
    notes: tuple[str, ...]
    """What the operator should look at once more."""


def import_law(*, file: Path, older: bool, only_check: bool, **said: Any) -> None:
    folder = _folder()
    try:
        reading = read_law(file, Said(**said))
    except (Unreadable, Damaged) as error:
        raise click.ClickException(f"{file.name}：没有导入，什么也没改。\n{error}") from None
    old, new = read_stored(folder, reading.law_id), reading.new
    if old and not older:
        _refuse_older(old, new)
    for line in [*reading.notes, *compare(old, new)]:
        click.echo(line)
    if only_check:
        click.echo(f"《{new['title']}》核对好了：{len(new['articles'])} 条，一条不缺。没有写。")
        return
    write_stored(folder, reading.law_id, new)
    click.echo(f"已导入《{new['title']}》，{len(new['articles'])} 条。")
    click.echo(f"版本 {new['version']}，{new['in_force']} 施行。SHA-256 {new['sha256']}")
    click.echo("请重新建一次网站，页面上才看得到。")


def _refuse_older(old: Stored, new: Stored) -> None:
    if old["version"] > new["version"]:
        raise click.ClickException(
            f"现在用的是 {old['version']} 的版本（来自 {old['source']}），"
            f"比这一份（{new['version']}）新，没有改动。\n确实要换回旧的，请加 --older。"
        )


def show_laws() -> None:
    folder = _folder()
    for law_id, known in LAWS.items():
        stored = read_stored(folder, law_id)
        if stored is None:
            click.echo(f"{law_id}\t《{known.title}》：没有导入。页面只链接到官方数据库。")
            continue
        click.echo(
            f"{law_id}\t《{stored['title']}》：{len(stored['articles'])} 条，"
            f"版本 {stored['version']}，{stored['in_force']} 施行，{stored['imported']} 导入。"
        )
        click.echo(f"\t来自 {stored['source']}，SHA-256 {stored['sha256']}")


def _folder() -> Path:
    # Like the rest of the data folder: for this user alone. The site is built by the same.
    os.umask(0o077)
    try:
        return load_config().data / "law"
    except ConfigError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise _unwritten(error.filename, error) from None


def _unwritten(where: object, error: OSError) -> click.ClickException:
    return click.ClickException(f"写不进 {where}，什么也没改。原因：{error.strerror}。")


def read_law(file: Path, said: Said) -> Reading:
    """Read and check a file. Raises `Unreadable` or `Damaged` with all that is wrong."""
    with file.open("rb") as opened:
        content = opened.read(MOST_BYTES + 1)
    text = parse(read_lines(file.name, content), filename=file.stem)
    law_id = _which(text, said.law_id)
    if found := faults(text.articles, said.articles or LAWS[law_id].articles):
        raise Damaged("\n".join(found))
    new = {
        "format": FORMAT,
        "title": text.title,
        "passed": text.passed,
        "version": _say(said.version or text.version, "版本的日期", "--version"),
        "in_force": _say(said.in_force or text.in_force, "施行日期", "--in-force"),
        "source": file.name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "imported": today().isoformat(),
        "articles": text.rows(),
    }
    return Reading(law_id, new, () if said.version else tuple(_notes(text)))


def _notes(text: LawText) -> Iterator[str]:
    """Say where the version comes from the file's name: somebody may have written a day there."""
    if text.named:
        told = f"{text.told:%Y-%m-%d}" if text.told else "没有"
        yield (
            f"请核对：版本 {text.named:%Y-%m-%d} 取自文件名（正文写的最后一天：{told}）。"
            "不对的话，用 --version 写上对的日子，再导入一次，如 --version 2022-05-01。"
        )


def _which(text: LawText, law_id: str | None) -> str:
    """Tell the law by its title. A chosen law must not get the words of another."""
    found = next((key for key, known in LAWS.items() if known.title == text.title), None)
    if found is None:
        titles = "、".join(f"《{known.title}》" for known in LAWS.values())
        raise Damaged(f"标题是「{text.title[:40]}」，不认识。能导入的是{titles}。")
    if law_id not in (None, found):
        raise Damaged(f"这是《{text.title}》，不是《{LAWS[str(law_id)].title}》。")
    return found


def _say(day: date | None, what: str, option: str) -> str:
    if day is None:
        raise Damaged(f"没有找到{what}。请核对后用 {option} 写上，如 {option} 2022-05-01。")
    return f"{day:%Y-%m-%d}"


def read_stored(folder: Path, law_id: str) -> Stored | None:
    """Read what was imported before, None where nothing was."""
    path = folder / f"{law_id}.json"
    try:
        stored = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise click.ClickException(f"读不了 {path}：{error.strerror}。什么也没改。") from None
    except ValueError:
        stored = None
    if not _is_whole(stored):
        raise click.ClickException(
            f"{path} 损坏了，或者是别的版本的程序写的。请删掉它，再导入一次。"
        )
    return dict(stored)


def _is_whole(stored: object) -> bool:
    """Tell whether a file holds what `read_law` makes."""
    if not isinstance(stored, dict) or stored.get("format") != FORMAT:
        return False
    words = ("title", "passed", "version", "in_force", "source", "sha256", "imported")
    rows = stored.get("articles")
    return (
        all(isinstance(stored.get(name), str) for name in words)
        and isinstance(rows, list)
        and all(map(_is_row, rows))
    )


def _is_row(row: object) -> bool:
    return (
        isinstance(row, dict)
        and isinstance(row.get("number"), int)
        and isinstance(words := row.get("paragraphs"), list)
        and all(isinstance(line, str) for line in words)
    )


def write_stored(folder: Path, law_id: str, new: Mapping[str, Any]) -> None:
    try:
        _write(folder, law_id, new)
    except OSError as error:
        raise _unwritten(folder, error) from None


def _write(folder: Path, law_id: str, new: Mapping[str, Any]) -> None:
    """Write the whole law or nothing: whoever builds meanwhile reads the old one."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, prefix=f"{law_id}-", suffix=".new")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(new, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(folder / f"{law_id}.json")
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def compare(old: Stored | None, new: Stored) -> Iterator[str]:
    """Say article by article what is new, gone or changed, with the old words and the new."""
    if old is None:
        return
    before, after = _by_number(old), _by_number(new)
    changes = [
        number for number in sorted(before | after) if before.get(number) != after.get(number)
    ]
    if not changes:
        yield f"和已经导入的（版本 {old['version']}）逐条一样。"
        return
    yield f"和已经导入的（版本 {old['version']}）比，{len(changes)} 条不一样："
    for number in changes:
        yield from _change(number, before.get(number), after.get(number))


def _by_number(stored: Stored) -> dict[int, list[str]]:
    return {row["number"]: list(row["paragraphs"]) for row in stored["articles"]}


def _change(number: int, old: Sequence[str] | None, new: Sequence[str] | None) -> Iterator[str]:
    kind = "新增" if old is None else "删除" if new is None else "修改"
    yield f"{name_of(number)}　{kind}"
    old, new = old or [], new or []
    # Only the paragraphs that differ: an article can be long.
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            yield from (f"  旧：{line}" for line in old[a:b])
            yield from (f"  新：{line}" for line in new[c:d])
