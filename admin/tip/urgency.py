"""How soon a tip is to be read, declared once: its words and its shape."""

import enum
from dataclasses import dataclass
from typing import Final


class Urgency(enum.StrEnum):
    """The most urgent first; the names sort so, in Python and in the database."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"


@dataclass(frozen=True)
class Grade:
    """How one urgency is told: by word and shape, so that nobody needs to see the colour."""

    word: str
    shape: str


GRADES: Final[dict[Urgency, Grade]] = {
    Urgency.P0: Grade("危急", "▲"),
    Urgency.P1: Grade("当日", "◆"),
    Urgency.P2: Grade("三日内", "●"),
    Urgency.P3: Grade("一般", "○"),
}
