"""A tip as a browser sealed it: of a reporter, or of staff who write down what they were told."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..app_state import app_state
from ..sealing.age.shape import WrongShape, clear_size
from ..sealing.marks import MARK
from ..sealing.payload import LABEL_STEP, TIP_STEP
from ..tip.channels import Channel
from ..tip.urgency import Urgency
from ..wire.fields import Malformed, TooLong, base64_field, hex_field, text_field
from .store import SealedTip
from .units import OpenUnit

MOST_SEALED = 64 * 1024
_REFERENCE = re.compile("[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}")
_URGENCY = re.compile("|".join(Urgency))
_KEY_ID = re.compile("[0-9]{1,19}")
_NAME = re.compile("[A-Za-z0-9_-]{1,40}")


@dataclass(frozen=True)
class Cover:
    """What the server learns of a sealed tip, and the sealed bytes."""

    reference: str
    lookup: bytes
    """Peppered, as it is stored."""
    unit_id: str
    key_id: int | None
    """Which of the unit's keys it is sealed to."""
    urgency: Urgency
    label: bytes
    mark: bytes | None
    """Lets later words go to that unit."""
    sealed: bytes

    def open_unit(self, units: Mapping[str, OpenUnit]) -> OpenUnit | None:
        """Find the unit that takes it; None where it is closed, or has renewed its key since.

        A unit for practice is closed to all that is real, whatever a browser says: what it holds is
        cleared at a press.
        """
        unit = units.get(self.unit_id)
        if unit is not None and app_state().district.units[unit.unit_id].practice:
            return None
        if unit is not None and self.key_id not in (None, unit.key_id):
            # The browser asks again, and seals anew.
            return None
        return unit

    def tip(
        self,
        unit: OpenUnit,
        *,
        is_machine: bool = False,
        is_proven: bool = False,
        channel: str = Channel.FORM,
    ) -> SealedTip:
        return SealedTip(
            reference=self.reference,
            lookup=self.lookup,
            unit_id=unit.unit_id,
            unit_key_id=unit.key_id,
            urgency=self.urgency,
            label=self.label,
            sealed=self.sealed,
            marks=self.mark,
            is_machine=is_machine,
            is_proven=is_proven,
            channel=channel,
        )


def read_cover(content: dict[str, Any]) -> Cover:
    """Read what was posted. Raises `Malformed` for what no browser of ours sends."""
    urgency = Urgency(text_field(content, "urgency", _URGENCY))
    unit_id = text_field(content, "unit", _NAME)
    sealed = base64_field(content, "sealed")
    if len(sealed) > MOST_SEALED:
        raise TooLong
    size = _clear_size(sealed, recipients=2)
    if size % TIP_STEP or not size:
        raise Malformed
    lookup = bytes.fromhex(hex_field(content, "lookup", 32))
    return Cover(
        reference=text_field(content, "reference", _REFERENCE),
        lookup=app_state().peppered(lookup),
        unit_id=unit_id,
        key_id=int(text_field(content, "key", _KEY_ID)) if "key" in content else None,
        urgency=urgency,
        label=_label(base64_field(content, "label")),
        mark=bytes.fromhex(hex_field(content, "mark", 2 * MARK)) if "mark" in content else None,
        sealed=sealed,
    )


def _label(label: bytes) -> bytes:
    """Check a label: every tip has one, so that no row tells which came the supervisory way."""
    if _clear_size(label, recipients=1) != LABEL_STEP:
        raise Malformed
    return label


def _clear_size(sealed: bytes, *, recipients: int) -> int:
    try:
        return clear_size(sealed, recipients=recipients)
    except WrongShape:
        raise Malformed from None
