"""What the desk says of transfers: what keeps a tip here, and the sentences of the scripts."""

from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ...vault.key_change.resealing import Moved, NotFit
from ...vault.key_change.transfers import OtherContent
from .services import NotThere, StillKept, StillTied, WaitsForSecond, WordsSince

REFUSED: Final[dict[type[Exception], Any]] = {
    NotThere: _l("那个单位现在不能收这条线索。请另选一个单位。"),
    StillKept: _l("这条线索以前的内容还没有人核对完。核对完了才能转。"),
    StillTied: _l("这条和别的线索关联着。请先取消关联，再转。"),
    WaitsForSecond: _l("有人提了办结，在等上一级核对。核对完了才能转。"),
    WordsSince: _l("写的人又写了新话，只有对方打得开。请对方退回。"),
    OtherContent: _l("打开的内容和对方转出的对不上。请不要接收，退回去，并告诉安全审计员。"),
    Moved: _l("刚刚又来了新内容，没有转出。请再按一次。"),
    NotFit: _l("加密的内容不完整，没有转出。请刷新这一页，再试一次。"),
}
"""What the services refuse, as the page says it."""

FALSE_KEY: Final = _l("那个单位刚换了密钥，没有转出。请再按一次。")
NO_PROOF: Final = _l("没能证明您手里有本单位的密钥。请重新解锁，再试一次。")
NO_REASON: Final = _l("请选一个理由。")


def transfer_words() -> dict[str, str]:
    """Collect what the script of a tip's page says of transfers."""
    return {
        "excluded": _("不能转给这个单位：写的人不让它看，或者它不该看这类事。"),
        "excluded_back": _("不能退回：写的人后来不让那个单位看。请接收，再转给别的单位。"),
        "false_key": _("那个单位的公钥和公布的指纹对不上。没有转出，请告诉管理员。"),
        "false_routes": _("没能核对公布的分工，没有转出。请告诉管理员。"),
        "not_opened": _("里面有打不开的内容，没有转出。请找持有旧密钥的同事来转。"),
        "not_arrived": _("转来的内容打不开。请退回，并告诉安全审计员。"),
        "choose": _("请选单位和理由。"),
        "working": _("正在重新加密，请不要关闭这一页…"),
        "checking": _("正在核对转出的线索，还有 %(n)s 条…"),
        "checked": _("转出的线索核对过了，和原来一样。"),
        "differs": _("警告：%(n)s 条转出的线索和原来不一样。请马上告诉负责人和安全审计员。"),
    }
