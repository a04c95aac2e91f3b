"""Goes through a backup once and names each row, blob and table that is not as it was written."""

import hashlib
import re
import tarfile
from collections.abc import Callable
from typing import Any, BinaryIO

from .archive import MANIFEST, BrokenSeal, Manifest, Opened, Total, read_members
from .rows import BadLine, from_line

RowTaker = Callable[[str, dict[str, Any]], None]
BlobTaker = Callable[[str, BinaryIO], None]
MOST_NAMED = 20
_ROWS = re.compile(r"rows/([a-z_]{1,60})/\d{6}\.lines")
_BLOB = re.compile(r"blobs/([A-Za-z0-9._-]{1,200}(?:/[A-Za-z0-9._-]{1,200}){0,4})")
# Longer than any row that we write: a damaged file must not fill the memory.
_LONGEST = 16 * 1024 * 1024
_PIECE = 64 * 1024


class _Seen:
    """What was read of one table so far."""

    def __init__(self) -> None:
        self.count, self.sum = 0, hashlib.sha256()


class Walk:
    """One pass over an opened backup. Whole rows go to `take_row`, blobs to `take_blob`.

    A blob is told to be whole only after it was handed on: take it to a place that nobody sees.
    """

    def __init__(
        self, take_row: RowTaker = lambda *_: None, take_blob: BlobTaker | None = None
    ) -> None:
        self._take_row, self._take_blob = take_row, take_blob
        self._tables: dict[str, _Seen] = {}
        self._blobs: dict[str, Total] = {}
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
        elif (found := _BLOB.fullmatch(name)) and ".." not in name:
            self._blob(found[1], content)
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

    def _blob(self, name: str, content: BinaryIO) -> None:
        self._place = f"文件 {name}"
        summed = _Counted(content)
        if self._take_blob:
            self._take_blob(name, summed)  # type: ignore[arg-type]  # it only reads
        while summed.read(_PIECE):
            pass
        self._blobs[name] = Total(summed.count, summed.sum.hexdigest())

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
        found = {
            name: Total(seen.count, seen.sum.hexdigest()) for name, seen in self._tables.items()
        }
        self._compare_totals("表", self._manifest.tables, found)
        self._compare_totals("文件", self._manifest.blobs, self._blobs)

    def _compare_totals(self, kind: str, wanted: dict[str, Total], found: dict[str, Total]) -> None:
        for name in sorted(wanted.keys() | found.keys()):
            want, have = wanted.get(name), found.get(name)
            if want != have:
                counts = f"应有 {want.count if want else 0}，实有 {have.count if have else 0}"
                self._name(f"{kind} {name} 和清单不符（{counts}）")


class _Counted:
    """A part that is counted and summed up as it is read."""

    def __init__(self, content: BinaryIO) -> None:
        self._content = content
        self.count, self.sum = 0, hashlib.sha256()

    def read(self, size: int = _PIECE) -> bytes:
        data = self._content.read(size)
        self.count += len(data)
        self.sum.update(data)
        return data
