"""What is printed once and kept on paper: a member's card, a unit's recovery sheet."""

from ..models import UnitKey
from ..sealing.age.hybrid import HybridIdentity
from ..sealing.check_code import check_code
from ..sealing.member import grouped_code
from . import recovery_shares
from .issuing import MemberKeys, member_fingerprint

_RULE = "─" * 60


def member_card(name: str, keys: MemberKeys, passphrase: str | None) -> str:
    """Lay out a member's card. A passphrase stands on it only where the machine made it."""
    lines = [
        _RULE,
        "成员卡（只打印这一次，请本人收好）",
        f"姓名：{name}",
        f"成员码：{grouped_code(keys.code)}",
        f"核对码：{check_code(member_fingerprint(name, keys.recipient))}",
    ]
    if passphrase is not None:
        lines.append(f"口令：{passphrase}（请记住后裁掉这一行）")
    return "\n".join([*lines, _RULE])


def recovery_sheet(unit_key: UnitKey, recovery: HybridIdentity) -> str:
    """Lay out a unit's recovery sheet: two halves for two persons, neither of use alone."""
    first, second = recovery_shares.split(recovery)
    return "\n".join(
        [
            _RULE,
            f"单位密钥已生成：{unit_key.unit_id}",
            f"核对码：{check_code(unit_key.fingerprint)}",
            "请另一个人在「本单位」页核对密钥，再由 dengshao keys apply 公布，本单位才开放。",
            _RULE,
            "恢复单（只打印这一次，两半由两个人分开保管，缺一半打不开）",
            f"第一半：{first}",
            f"第二半：{second}",
            "全部持钥人都不在时：新成员登录，打开「本单位」页，选「用恢复单」。",
            _RULE,
        ]
    )
