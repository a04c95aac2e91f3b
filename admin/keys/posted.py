"""Checks a recipient that a browser posts, as far as it can be done without opening anything."""

from ..sealing import age
from ..sealing.age.hybrid import HybridRecipient
from ..sealing.errors import SealingError


class BadKeys(Exception):
    """What the browser posted is not what it makes for a member or a unit."""


def check_recipient(text: str) -> None:
    """Raise `BadKeys` for all but a hybrid recipient in the one spelling that it has."""
    try:
        recipient = age.parse_recipient(text)
    except SealingError:
        raise BadKeys from None
    if not isinstance(recipient, HybridRecipient) or recipient.text != text:
        raise BadKeys
