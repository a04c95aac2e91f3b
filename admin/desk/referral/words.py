"""What the desk says of referrals outside: what keeps one back, and where each stands."""

from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ...app_state import app_state
from ...models import Referral
from ..words import referral_why
from .services import End, NotOffered, WrongDay

REFUSED: Final[dict[type[Exception], Any]] = {
    NotOffered: _l("这条线索不能转给这个机关。请在列出的里面选。"),
    WrongDay: _l("日子不对：不能早于做好、送出的那天，也不能晚于今天。"),
}
"""What the services refuse, as the page says it."""

NUMBER_GONE: Final = _l("这个文号刚刚被用掉了，没有记下。请重新做一份，新文号是 %(number)s。")
BAD_RECORD: Final = _l("留底没有加密成功，没有记下。请再试一次；字太多，就分两份转。")
LOCK: Final = {
    "key": _l("用对方的公钥加密"),
    "passphrase": _l("用一次性口令加密"),
    "paper": _l("纸质"),
}
_END: Final[dict[str, Any]] = {
    End.DROPPED: _l("没有送出，作废"),
    End.BACK: _l("对方退回"),
    End.RESULT: _l("有了结果"),
    End.UNANSWERED: _l("不再等答复"),
    End.REPLACED: _l("又补送了一份，一起等答复"),
}


def state_word(row: Referral) -> str:
    """Say where a package stands."""
    if row.end is not None:
        why = referral_why(row.why)
        return f"{_END.get(row.end, row.end)}{'：' if why else ''}{why}"
    if row.sent_on is None:
        return str(_("做好了，还没有送出"))
    return str(_("收到回执，等结果") if row.received_on else _("送出了，等回执"))


def way_word(way: str | None) -> str:
    """Say how a package was handed over."""
    found = app_state().district.referrals.ways.get(way or "")
    return found.zh if found else way or ""
