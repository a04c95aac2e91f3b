"""Goes through a backup once and names each row, blob and table that is not as it was written."""

import hashlib
import re
import tarfile
from collections.abc import Callable
from typing import Any, BinaryIO

from ..vault.files.blobs import PART
from .archive import MANIFEST, BrokenSeal, Manifest, Opened, Total, read_members
from .rows import BadLine, from_line

RowTaker = Callable[[str, dict[str, Any]], None]
PartTaker = Callable[[str, int, bytes], None]
MOST_NAMED = 20
_ROWS = re.compile(r"rows/([a-z_]{1,60})/\d{6}\.lines")
_PART = re.compile(r"blobs/([0-9a-f]{32})/(\d{5})")
# Longer than any row that we write: a damaged file must not fill the memory.
_LONGEST = 16 * 1024 * 1024


class _Seen:
    """What was read of one table so far, or of one sealed file."""

    def __init__(self) -> None:
        self.count, self.sum = 0, hashlib.sha256()

    def total(self) -> Total:
        return Total(self.count, self.sum.hexdigest())


class Inspection:
    """One pass over an opened backup. Whole rows go to `take_row`, parts of files to `take_part`.

    A file is told to be whole only after it was handed on: take it to a place that nobody sees.
    """

    def __init__(
        self, take_row: RowTaker = lambda *_: None, take_part: PartTaker = lambda *_: None
    ) -> None:
        self._take_row, self._take_part = take_row, take_part
        self._tables: dict[str, _Seen] = {}
        self._blobs: dict[str, _Seen] = {}
        self._parts: dict[str, int] = {}
        self._manifest: Manifest | None = None
        self._place = "开头"
        self.damages: list[str] = []

    def run(self, plain: Opened) -> Manifest | None:
        """Read all; `damages` says afterwards, in the operator's words, what is not whole."""
        try:
            for name, _size, content in read_members(plain):
                self._member(name, content)
        except BrokenSeal as error:
            self._name(f"备份文件从约第 {error.place} 字节起损坏或不完整，读到{self._place}为止")
        except tarfile.TarError:
            self._name(f"打包的结构损坏，读到{self._place}为止")
        self._compare()
        return self._manifest

    def _name(self, damage: str) -> None:
        if len(self.damages) < MOST_NAMED:
            self.damages.append(damage)

    def _member(self, name: str, content: BinaryIO) -> None:
        if found := _ROWS.fullmatch(name):
            self._rows(found[1], content)
        elif found := _PART.fullmatch(name):
            self._part(found[1], int(found[2]), content)
        elif name == MANIFEST:
            self._read_manifest(content)
        else:
            self._name(f"多出一个不认识的部分，在{self._place}之后")

    def _rows(self, table: str, content: BinaryIO) -> None:
        seen = self._tables.setdefault(table, _Seen())
        while line := content.readline(_LONGEST):
            seen.count += 1
            seen.sum.update(line)
            self._place = f"表 {table} 第 {seen.count} 行"
            try:
                values = from_line(table, line)
            except BadLine as error:
                self._name(f"表 {table} 第 {seen.count} 行损坏（{error.key}）")
            else:
                self._take_row(table, values)

    def _part(self, blob: str, number: int, content: BinaryIO) -> None:
        self._place = f"文件 {blob} 第 {number + 1} 段"
        seen = self._blobs.setdefault(blob, _Seen())
        data = content.read(PART + 1)
        # Of another order or length it would be put together wrongly, whatever its sum.
        if number != self._parts.get(blob, 0) or len(data) > PART:
            self._name(f"文件 {blob} 第 {number + 1} 段不在它的位置")
            return
        self._parts[blob] = number + 1
        seen.count += len(data)
        seen.sum.update(data)
        self._take_part(blob, number, data)

    def _read_manifest(self, content: BinaryIO) -> None:
        try:
            self._manifest = Manifest.from_line(content.read())
        except (BadLine, TypeError, KeyError):
            self._name("清单损坏")
        self._place = "清单"

    def _compare(self) -> None:
        """Hold what was found against the manifest, which stands at the end."""
        if self._manifest is None:
            if not self.damages:
                self._name(f"备份不完整：读到{self._place}为止，没有清单")
            return
        self._compare_totals("表", self._manifest.tables, self._tables)
        self._compare_totals("文件", self._manifest.blobs, self._blobs)

    def _compare_totals(self, kind: str, wanted: dict[str, Total], found: dict[str, _Seen]) -> None:
        for name in sorted(wanted.keys() | found.keys()):
            want, have = wanted.get(name), found[name].total() if name in found else None
            if want != have:
                counts = f"应有 {want.count if want else 0}，实有 {have.count if have else 0}"
                self._name(f"{kind} {name} 和清单不符（{counts}）")
