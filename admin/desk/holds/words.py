"""What holds, their reasons and the organs that ask are called on a page."""

from typing import Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ...app_state import app_state
from ...models import HoldKind
from ...tip.events import EventKind
from ...vault.retention.deletions import RESTORED

HOLDS: Final = (EventKind.HOLD_ASKED, EventKind.HOLD_SET, EventKind.HOLD_RENEWED)
"""The events that carry the reason of a hold."""
ASKED: Final = {
    HoldKind.SET: _l("保全"),
    HoldKind.RENEW: _l("延长保全"),
    HoldKind.RELEASE: _l("解除保全"),
}


def hold_reason(reason_id: str) -> str:
    """Return why a tip is held, in the district's words."""
    if reason_id == RESTORED:
        return str(_("恢复备份时照删除账补上的"))
    found = app_state().district.holds.reasons.get(reason_id)
    return found.zh if found else reason_id


def authority(authority_id: str) -> str:
    """Name the organ that asked for a hold."""
    if authority_id == RESTORED:
        return str(_("原来的机关"))
    found = app_state().district.holds.authorities.get(authority_id)
    return found.zh if found else authority_id
