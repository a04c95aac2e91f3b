"""How long sealed files may be, and which of them a sealed tip or letter names."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ...app_state import app_state
from ...config import Config
from ...models import Upload
from ...sealing.age.stream import CHUNK, TAG
from ...sealing.padme import (
    PACKS,
    SMALLEST,
    blob_size,
    padme,
    sealed_size,
)
from ...wire.fields import Malformed
from ...wire.upload_tokens import BadTicket, Ticket
from .uploads import MIB, NotWhole

_AROUND: Final = sealed_size(0) - TAG
"""Bytes of a sealed file before its first chunk."""
_NOBODYS: Final = Ticket("", 0)


def is_padded(size: int) -> bool:
    """Tell whether a sealed file of that length was filled up as every one must be."""
    chunks = -(-(size - _AROUND) // (CHUNK + TAG))
    clear = size - _AROUND - chunks * TAG
    return clear >= SMALLEST and padme(clear) == clear and sealed_size(clear) == size


def fits(size: int, config: Config) -> bool:
    """Tell whether so many sealed bytes may be one file, or all those of a supervisory tip."""
    if size <= sealed_size(blob_size(config.file_mb * MIB)):
        return True
    return size in [sealed_size(step) for step in PACKS if step <= _largest_pack(config)]


def _largest_pack(config: Config) -> int:
    most = config.tip_mb * MIB
    return next((step for step in PACKS if step >= most), PACKS[-1])


def _most_together(config: Config) -> int:
    """Give the sealed bytes of all that one tip may bring, filled up as it goes along."""
    apart = config.tip_mb * MIB * 9 // 8 + 2 * config.files_most * sealed_size(SMALLEST)
    return max(apart, sealed_size(_largest_pack(config)))


class TooMuch(Exception):
    """More bytes than one tip or letter may bring."""


def read_files(content: dict[str, Any]) -> tuple[str, ...]:
    """Read the blobs that a tip or letter names by their tickets, new or old.

    A ticket that is not ours stands for a blob that is not there. Raises `TooMuch`, and `Malformed`
    for what no browser of ours sends.
    """
    texts = content.get("files", [])
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise Malformed
    config = app_state().config
    if len(texts) > 2 * config.files_most:
        raise Malformed
    found = [_read(text) for text in texts]
    if sum(ticket.size for ticket in found) > _most_together(config):
        raise TooMuch
    return tuple(ticket.blob for ticket in found)


def _read(text: str) -> Ticket:
    try:
        return app_state().upload_tokens.read(text)[0]
    except BadTicket:
        return _NOBODYS


def check_free(session: Session, names: Sequence[str]) -> None:
    """Look whether a new tip may name these files, before anything is stored. Raises `NotWhole`."""
    if not names:
        return
    query = select(func.count()).where(
        Upload.blob.in_(set(names)),
        Upload.tip_id.is_(None),
        Upload.is_whole.is_(True),
        Upload.is_released.is_(False),
    )
    if session.execute(query).scalar_one() != len(set(names)):
        raise NotWhole
