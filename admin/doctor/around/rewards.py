"""What `dengshao doctor` says of rewards by a code: what was promised must find who pays it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ...access.permissions import Act, is_allowed
from ...db import today
from ...district.data import District
from ...models import Member, Reward, UnitKey
from ...rewards import book
from ..findings import Finding, bad, good

MATTER = "凭码领奖励"


@dataclass(frozen=True)
class RewardState:
    """How it stands with the rule, the people and the list."""

    has_rule: bool
    has_payer: bool
    until: date | None
    """The last day of the codes that are good or stopped; None where there is none."""
    is_stopped: bool
    """A backup was restored, and the ledger was not read yet."""
    alone: tuple[str, ...]
    """Units that have keys, and no two people of whom one asks and the other agrees."""


def look(session: Session, district: District) -> RewardState:
    unpaid = select(func.max(Reward.until)).where(Reward.paid_mark.is_(None))
    members = session.scalars(select(Member).where(Member.suspended_on.is_(None))).all()
    return RewardState(
        has_rule=district.rewards is not None,
        has_payer=any(is_allowed(Act.PAY, member.roles) for member in members),
        until=session.execute(unpaid.where(Reward.until >= today())).scalar_one(),
        is_stopped=book.is_stopped(session),
        alone=tuple(_alone(session, district, members)),
    )


def _alone(session: Session, district: District, members: Sequence[Member]) -> list[str]:
    keyed = set(session.scalars(select(UnitKey.unit_id).where(UnitKey.retired_on.is_(None))))
    return [
        unit.zh
        for unit in district.units.values()
        if unit.id in keyed and not unit.practice and not _are_two(members, unit.id)
    ]


def _are_two(members: Sequence[Member], unit_id: str) -> bool:
    """Tell whether somebody of a unit can agree to what somebody else of it asked for."""
    there = [member for member in members if member.unit_id == unit_id]
    heads = {one.id for one in there if is_allowed(Act.GRANT_REWARD, one.roles)}
    askers = {one.id for one in there if is_allowed(Act.REWARD, one.roles)}
    return any(askers - {head} for head in heads)


def check_rewards(state: RewardState) -> list[Finding]:
    """Say all that keeps a reward from being granted or paid, or that nothing does."""
    if not state.has_rule and state.until is None:
        return [good(MATTER, "没有开")]
    units = "、".join(state.alone)
    faults = [
        (
            not state.has_payer,
            "没有兑付员，领取码没有人付",
            "请管理员邀请付钱的单位的人，角色选“兑付员”。",
        ),
        (
            state.is_stopped,
            "恢复过备份，领取码都停着",
            "请兑付员打开兑付页，对完台账再付。",
        ),
        (
            state.has_rule and bool(state.alone),
            f"提请和同意凑不齐两个人：{units}",
            "请管理员再加一位能打开线索的成员，或者给第二位加角色“复核员”。",
        ),
    ]
    found = [bad(MATTER, words, todo) for is_so, words, todo in faults if is_so]
    return found or [good(MATTER, _well(state))]


def _well(state: RewardState) -> str:
    if state.has_rule:
        return "有兑付员，能提请的单位都有两个人"
    # The pages say the same: who holds a code collects until the day that the letter names.
    return f"规定拿掉了；发出去的码照付，最晚到 {state.until}"
