"""Who a staff member is, and what their roles let them hold."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from flask_babel import lazy_gettext as _l

ROLES: Final = {
    "registrar": _l("登记员"),
    "analyst": _l("研判员"),
    "reviewer": _l("复核员"),
    "custodian": _l("涉公职线索专管员"),
    "dispatcher": _l("分派员"),
    "auditor": _l("安全审计员"),
    "counter": _l("统计员"),
    "payer": _l("兑付员"),
    "administrator": _l("系统管理员"),
}
ABOUT: Final = {
    "registrar": _l("接收、登记线索，问举报人"),
    "analyst": _l("看线索，作判断，作决定"),
    "reviewer": _l("单位负责人：交付密钥、分派、复核别人的决定"),
    "custodian": _l("负责涉公职线索，其他同复核员"),
    "dispatcher": _l("只分派，看不到线索内容"),
    "auditor": _l("看审计记录，查谁动过什么，看不到线索内容"),
    "counter": _l("只看统计数"),
    "payer": _l("付奖励的单位的人：只核领取码，只看到金额"),
    "administrator": _l("管账户，看不到线索内容"),
}
"""What each role is for, in words for who chooses one."""
# They look after logs, totals and accounts; none of them belongs to a unit.
WITHOUT_UNIT: Final = frozenset({"auditor", "counter", "payer", "administrator"})
# A dispatcher belongs to a unit and assigns by the cover alone. None of these reads a tip, so none
# of them holds a key.
WITHOUT_CONTENT: Final = WITHOUT_UNIT | {"dispatcher"}


class BadRoles(Exception):
    """These roles can't stand together, or not with that unit. The message is for the operator."""


@dataclass(frozen=True)
class Staff:
    """The signed-in member of this request, as `g.staff`."""

    member_id: int
    name: str
    unit_id: str | None
    roles: tuple[str, ...]

    def has_role(self, role: str) -> bool:
        return role in self.roles


def check_roles(roles: Collection[str], unit_id: str | None) -> None:
    """Raise `BadRoles` unless the roles are known, go together and fit the unit.

    Who reads tips belongs to a unit and holds its key; who looks after the system does not. One
    person in both would make the administrator of the keys a reader of what they open.
    """
    if not roles or not set(roles) <= set(ROLES):
        raise BadRoles(f"角色请从这些里选：{'、'.join(ROLES)}。")
    without = WITHOUT_CONTENT & set(roles)
    if without and set(roles) - WITHOUT_CONTENT:
        raise BadRoles("看线索的角色不能和分派、审计、统计、系统管理放在同一个人身上。")
    if "payer" in roles and set(roles) != {"payer"}:
        raise BadRoles("兑付员是付奖励的单位的人，不能同时有别的角色。")
    outside = WITHOUT_UNIT & set(roles)
    if outside and "dispatcher" in roles:
        raise BadRoles("分派员不能同时做审计、统计、系统管理。")
    if outside and unit_id is not None:
        raise BadRoles("审计、统计、兑付、系统管理不属于承办单位，请去掉单位。")
    if not outside and unit_id is None:
        raise BadRoles("看线索和分派的角色要属于一个承办单位，请写明单位。")
