"""What `dengshao doctor` looks at where sealed files of evidence lie."""

import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from ..vault.files.blobs import BlobsAway, BlobsRefused, BlobStore, PartDiffers
from ..vault.files.local import LocalBlobs
from ..vault.files.remote import S3Blobs
from ..vault.files.uploads import has_all_parts
from .findings import (
    Finding,
    bad,
    good,
    unknown,
)

MATTER: Final = "证据文件"
_PLACE: Final = f"{MATTER}存放处"
_NEAR: Final = 0.8
_NAMED: Final = 5
_PROBE: Final = b"dengshao doctor"


def check_store(blobs: BlobStore) -> Finding:
    """Put a small thing into the store, read it, remove it."""
    if isinstance(blobs, LocalBlobs) and _can_be_made(blobs.root):
        # A doctor makes no folders; the first file does.
        return good(_PLACE, "文件夹还没有，收到第一个文件时会建")
    blob = secrets.token_hex(16)
    try:
        blobs.put(blob, 0, _PROBE)
        is_kept = _is_kept(blobs, blob)
        is_checked = not isinstance(blobs, S3Blobs) or blobs.keeps_digest(blob, 0)
        blobs.remove(blob)
        is_gone = blobs.size(blob, 0) is None
    except BlobsRefused:
        todo = "请给这把密钥读、写、列、删的权限，核对 AWS_* 的设置和服务器的时间。"
        return bad(_PLACE, "有应答，但是不让写、读或删", todo)
    except BlobsAway:
        todo = "请检查 DENGSHAO_BLOBS_URL、权限和剩余空间。文字线索照收，文件现在收不下。"
        return bad(_PLACE, "不能写、读或删", todo)
    if not is_gone:
        todo = "请让这把密钥能删除：到期的文件必须真的删掉。"
        return bad(_PLACE, "删了还在", todo)
    if not is_kept:
        todo = "请换支持条件写入（If-None-Match）的存储：几台服务器一起用，会互相覆盖。"
        return bad(_PLACE, "写好的块，再写一次就被覆盖", todo)
    if not is_checked:
        todo = "这种存储不留自定义元数据：读出来的坏块，要到打开文件时才知道。"
        return unknown(_PLACE, "能写、能读、能删；不知道读出来的对不对：校验值没有留下", todo)
    return good(_PLACE, "能写、能读、能删，写好的不会被覆盖")


def _is_kept(blobs: BlobStore, blob: str) -> bool:
    """Tell whether what stands stays, when another node writes under its name."""
    try:
        blobs.put(blob, 0, _PROBE[::-1])
    except PartDiffers:
        return blobs.read(blob, 0) == _PROBE
    return False


def _can_be_made(root: Path) -> bool:
    """Tell whether a folder is not there yet, and would be made by the first file."""
    if root.exists():
        return False
    above = next(parent for parent in root.parents if parent.exists())
    return above.is_dir() and os.access(above, os.W_OK)


def check_waiting(waiting: int, most: int) -> Finding:
    """Say how much room is taken by files that no tip names; sizes are bytes."""
    words = f"没有线索用到的占 {_gib(waiting)}，上限 {_gib(most)}"
    if waiting >= most * _NEAR:
        todo = "快满了：新文件会被拒，文字照收。请看是不是有人乱传；两天后会自动清掉。"
        return bad(f"{MATTER}等待区", words, todo)
    return good(f"{MATTER}等待区", words)


def check_budget(promised: int, most: int) -> Finding:
    words = f"今天收下 {_gib(promised)}，每天上限 {_gib(most)}"
    if promised >= most * _NEAR:
        todo = "今天快满了：新文件会被拒，文字照收。正常用量就调高 DENGSHAO_FILES_MB_DAY。"
        return bad(f"{MATTER}每日额度", words, todo)
    return good(f"{MATTER}每日额度", words)


def check_wholeness(wanted: Mapping[str, int], stored: Mapping[str, Mapping[int, int]]) -> Finding:
    """Hold what tips name, with sealed sizes, against the lengths of the parts that stand."""
    lacking = [
        blob for blob, size in wanted.items() if not has_all_parts(stored.get(blob, {}), size)
    ]
    if lacking:
        names = "、".join(sorted(lacking)[:_NAMED])
        todo = "请从备份找回这些文件夹；找不回，就请承办人告诉举报人再传一次。"
        return bad(f"{MATTER}完整", f"{len(lacking)} 个缺了或不全：{names}", todo)
    return good(f"{MATTER}完整", f"线索用到的 {len(wanted)} 个都在，长度都对")


def check_strays(known: Iterable[str], stored: Iterable[str]) -> Finding:
    """Find what lies in the store and no row knows: left by a restore, or by another program."""
    strays = set(stored) - set(known)
    if not strays:
        return good(f"{MATTER}多余", "没有")
    names = "、".join(sorted(strays)[:_NAMED])
    todo = "没有记录用到它们。核对后可以删；同一处存放几套系统时，请分开前缀。"
    return unknown(f"{MATTER}多余", f"{len(strays)} 个没有记录：{names}", todo)


def _gib(size: int) -> str:
    return f"{size / 1024**3:.1f} GB"
