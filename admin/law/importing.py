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
    parse,
)
from ..reading.laws import EXPLAINED
from ..reading.numerals import article_name
from ..settings.installed import become_owner
from .entries import Laws, the_laws, which

FORMAT: Final = 2
"""2 knows 之一; what 1 wrote is read as before."""
_READ: Final = (1, 2)
Stored = dict[str, Any]
Key = tuple[int, int]


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
    folder, laws = law_folder(), the_laws()
    try:
        reading = read_law(file, Said(**said), laws)
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
    if reading.law_id in EXPLAINED:
        click.echo("请重新建一次网站，页面上才看得到。")
    else:
        click.echo("网站没有逐条讲这部法。有了新版本，dengshao law check 会拿这一份来比。")


def _refuse_older(old: Stored, new: Stored) -> None:
    if old["version"] > new["version"]:
        raise click.ClickException(
            f"现在用的是 {old['version']} 的版本（来自 {old['source']}），"
            f"比这一份（{new['version']}）新，没有改动。\n确实要换回旧的，请加 --older。"
        )


def show_laws() -> None:
    folder = law_folder()
    for law_id, law in the_laws().items():
        stored = read_stored(folder, law_id)
        if stored is None:
            only = "页面只链接到官方数据库。" if law_id in EXPLAINED else ""
            click.echo(f"{law_id}\t《{law.title}》：没有导入。{only}")
            continue
        click.echo(
            f"{law_id}\t《{stored['title']}》：{len(stored['articles'])} 条，"
            f"版本 {stored['version']}，{stored['in_force']} 施行，{stored['imported']} 导入。"
        )
        click.echo(f"\t来自 {stored['source']}，SHA-256 {stored['sha256']}")


def law_folder() -> Path:
    # Like the rest of the data folder: for this user alone. The site is built by the same.
    os.umask(0o077)
    try:
        data = load_config().data
        become_owner(data)
        return data / "law"
    except ConfigError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise _unwritten(error.filename, error) from None


def _unwritten(where: object, error: OSError) -> click.ClickException:
    return click.ClickException(f"写不进 {where}，什么也没改。原因：{error.strerror}。")


def read_text(file: Path) -> tuple[LawText, bytes]:
    """Read a file's law, and its bytes. Raises `Unreadable` or `Damaged`."""
    with file.open("rb") as opened:
        content = opened.read(MOST_BYTES + 1)
    return parse(read_lines(file.name, content), filename=file.stem), content


def read_law(file: Path, said: Said, laws: Laws) -> Reading:
    """Read and check a file. Raises `Unreadable` or `Damaged` with all that is wrong."""
    text, content = read_text(file)
    law_id = which(text.title, laws, said.law_id)
    law = laws[law_id]
    if found := faults(text.articles, said.articles or law.last, law.gone):
        raise Damaged("\n".join([*found, *_may_be_gone(found)]))
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
    notes = [*(() if said.version else _notes(text)), *_uncounted(text, said.articles or law.last)]
    return Reading(law_id, new, tuple(notes))


def _may_be_gone(found: Sequence[str]) -> Iterator[str]:
    if any(fault.startswith("缺") for fault in found):
        yield "要是这一条真的删去了，先写进 content/data/laws.yml 那部法的 gone，再导入。"


def _uncounted(text: LawText, expected: int | None) -> Iterator[str]:
    """Say where nobody wrote down how many articles the law has: the end may have been cut off."""
    if expected is None:
        yield (
            f"请核对：这份文件到{text.articles[-1].name}为止。"
            "对的话，把这个数写进 content/data/laws.yml 那部法的 last。"
        )


def _notes(text: LawText) -> Iterator[str]:
    """Say where the version comes from the file's name: somebody may have written a day there."""
    if text.named:
        told = f"{text.told:%Y-%m-%d}" if text.told else "没有"
        yield (
            f"请核对：版本 {text.named:%Y-%m-%d} 取自文件名（正文写的最后一天：{told}）。"
            "不对的话，用 --version 写上对的日子，再导入一次，如 --version 2022-05-01。"
        )


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
    if not isinstance(stored, dict) or stored.get("format") not in _READ:
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
        and isinstance(row.get("sub", 0), int)
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
    before, after = by_number(old), by_number(new)
    changes = [
        number for number in sorted(before | after) if before.get(number) != after.get(number)
    ]
    if not changes:
        yield f"和已经导入的（版本 {old['version']}）逐条一样。"
        return
    yield f"和已经导入的（版本 {old['version']}）比，{len(changes)} 条不一样："
    for number in changes:
        yield from _change(number, before.get(number), after.get(number))


def by_number(stored: Stored) -> dict[Key, list[str]]:
    """Give an imported law's paragraphs by number and 之."""
    return {
        (row["number"], row.get("sub", 0)): list(row["paragraphs"]) for row in stored["articles"]
    }


def _change(number: Key, old: Sequence[str] | None, new: Sequence[str] | None) -> Iterator[str]:
    kind = "新增" if old is None else "删除" if new is None else "修改"
    yield f"{article_name(*number)}　{kind}"
    yield from differences(old or [], new or [])


def differences(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    """Say which paragraphs differ, and only those: an article can be long."""
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            yield from (f"  旧：{line}" for line in old[a:b])
            yield from (f"  新：{line}" for line in new[c:d])
