"""What deadlines, their rules and the lines of the history about them are called on a page."""

from datetime import date
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ...app_state import app_state
from ...deadlines.rules import (
    Clocks,
    Deadline,
    Rule,
)
from ...tip.events import Level

LEVEL: Final = {
    Level.HOLDER: _l("承办人"),
    Level.REVIEWER: _l("复核员"),
    Level.SUPERVISOR: _l("监督单位"),
}
_START: Final[dict[str, Any]] = {
    "received": _l("从收到（或重新打开）那天起"),
    "alarm": _l("从收到或报告危险那天起"),
    "referred": _l("从决定转办那天起"),
    "handed": _l("从送出那天起"),
    "chased": _l("从送出、收到回执或者上次催问那天起"),
    "worked": _l("从受理以后最后一次办理那天起"),
    "transferred": _l("从转到本单位那天起"),
}
_LENGTH: Final[dict[str, Any]] = {
    "working": _l("%(n)s 个工作日内"),
    "calendar": _l("%(n)s 天内"),
    "months": _l("%(n)s 个月内"),
}
_LENGTH_THAT_STAYS: Final = _l("%(n)s 天内，休息日也算")


def rule_name(rule_id: str | None) -> str:
    """Return what a deadline is called; empty for one that the district has dropped since."""
    rules = app_state().district.clocks.rules
    return next((rule.zh for rule in rules if rule.id == rule_id), "")


def why_longer(reason_id: str) -> str:
    """Return why a result got more time, in the district's words."""
    reasons = app_state().district.clocks.extension.reasons
    return next((given.zh for given in reasons if given.id == reason_id), reason_id)


def rule_word(rule: Rule) -> str:
    """Say from when and for how long a deadline runs."""
    if rule.unit == "working" and rule.length == 0:
        length = _("当天；那天休息，就在下一个工作日")
    else:
        length = (_LENGTH[rule.unit] if rule.rolls else _LENGTH_THAT_STAYS) % {"n": rule.length}
    return str(_("%(start)s，%(length)s。", start=_START[rule.start], length=length))


def urge_word(rule: Rule) -> str:
    """Say who is told, and when, once the deadline has run out."""
    told = "、".join(
        str(_("第 %(n)s 个催%(who)s", n=days, who=LEVEL[level])) for level, days in rule.urge
    )
    return str(_("过期以后按工作日催办：%(told)s。", told=told))


def late_word(days: int) -> str:
    """Say for how long something is overdue."""
    return str(_("晚了 %(n)s 天", n=days))


def state_word(deadline: Deadline, today: date) -> str:
    """Say whether a deadline was kept, or how long it still has."""
    met_on, left = deadline.met_on, (deadline.due - today).days
    if met_on is not None and deadline.is_late(today):
        late = late_word((met_on - deadline.due).days)
        return str(_("%(day)s 才办，%(late)s", day=f"{met_on:%m-%d}", late=late))
    if met_on is not None:
        return str(_("%(day)s 已办", day=f"{met_on:%m-%d}"))
    if left < 0:
        return late_word(-left)
    return str(_("今天到期") if left == 0 else _("还有 %(n)s 天", n=left))


def guess_word(clocks: Clocks, day: date) -> str:
    """Say that a day may still move, because that year's days off are not known yet."""
    if not clocks.calendar.is_guess(day):
        return ""
    return str(_("%(year)s 年的放假安排还不知道，日子可能后移。", year=day.year))
