"""Reads the journals of deletions that are there for a database of an earlier moment."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import click

from ..config import Config
from ..vault.retention.deletions import COPY, BrokenJournal, Entry, read_journal

GO_WITHOUT: Final = (
    "找不回来才用 --without-deletions：备份以后删过的，可能又回来，要照纸上的记录再删。"
)
NO_JOURNAL: Final = (
    f"没有找到删除账：备份旁边的 {COPY}，或者 DENGSHAO_DELETIONS。\n"
    "  没有它，备份以后删过的内容会回来，后来定的保全也会丢。请用 --deletions 指明。\n"
    f"  {GO_WITHOUT}"
)


def read_journals(
    config: Config, given: Iterable[Path], usual: Iterable[Path], *, is_without: bool
) -> list[Entry]:
    """Read what was named, and of the usual places what is there. Raises ClickException.

    `is_without` says that it goes on where none is there, and with the whole part of a broken one.
    """
    paths = [*given, *(path for path in dict.fromkeys(usual) if path.exists())]
    if not paths and not is_without:
        raise click.ClickException(NO_JOURNAL)
    return [entry for path in paths for entry in _read(config, path, is_without=is_without)]


def _read(config: Config, path: Path, *, is_without: bool) -> list[Entry]:
    try:
        return read_journal(config, path)
    except BrokenJournal as error:
        if is_without:
            return error.entries
        raise click.ClickException(
            f"删除账 {path} 第 {error.number} 行对不上，没有恢复。\n  {GO_WITHOUT}"
        ) from None
