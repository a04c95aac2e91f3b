"""How a tip came, declared once. It stands on the tip's cover."""

import enum
from typing import Final


class Channel(enum.StrEnum):
    FORM = "form"
    PHONE = "phone"
    LETTER = "letter"
    VISIT = "visit"


CHANNELS: Final[dict[Channel, str]] = {
    Channel.FORM: "网上",
    Channel.PHONE: "来电",
    Channel.LETTER: "来信",
    Channel.VISIT: "来访",
}

TAKEN_DOWN: Final = tuple(channel for channel in CHANNELS if channel is not Channel.FORM)
"""The channels of what staff write down for somebody."""
