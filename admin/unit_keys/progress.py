"""How far the opening of a unit has come: whose turn it is, what they do, and why.

Nothing is stored for it: it is read off the members, invitations and keys that are there.
"""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from ..access.permissions import Act, is_allowed
from ..access.roles import WITHOUT_CONTENT
from ..district.data import District, Unit
from ..keys import issuing
from ..members import invitations
from ..models import Invitation, KeyGrant, Member, UnitKey


class Stage(enum.StrEnum):
    """What a unit waits for; the order is that of the opening."""

    INVITE = "invite"
    HEAD_CODE = "head_code"
    HEAD_JOINS = "head_joins"
    MAKE = "make"
    INVITE_SECOND = "invite_second"
    SPEAK = "speak"
    JOIN = "join"
    HAND = "hand"
    CONFIRM = "confirm"
    PUBLISH = "publish"
    OPEN = "open"


STEPS: Final = (
    (Stage.INVITE, _l("管理员请两个人")),
    (Stage.HEAD_CODE, _l("负责人加入")),
    (Stage.MAKE, _l("负责人生成单位的密钥")),
    (Stage.INVITE_SECOND, _l("第二位成员加入")),
    (Stage.HAND, _l("负责人交付密钥")),
    (Stage.CONFIRM, _l("第二位成员确认")),
    (Stage.PUBLISH, _l("公布，表单开放")),
)
"""The lines of the list, each with the first stage that it covers."""

WHAT: Final = {
    Stage.INVITE: _l("在「管理」页上开一个单位，写两个人的姓名，把链接发出去。"),
    Stage.HEAD_CODE: _l("看清请的是谁，同意，就把口头码念给负责人本人。"),
    Stage.HEAD_JOINS: _l("打开自己的链接，写听到的口头码。"),
    Stage.MAKE: _l("打开「本单位」，生成密钥。叫两个人来，一人收一半恢复单。"),
    Stage.INVITE_SECOND: _l("再邀请一位看线索的成员，把链接发出去。"),
    Stage.SPEAK: _l("打电话给第二位成员：念口头码，再记下对方念回来的六组。"),
    Stage.JOIN: _l("打开自己的链接，写听到的口头码。"),
    Stage.HAND: _l("打开「本单位」，把密钥交给第二位成员。"),
    Stage.CONFIRM: _l("打开「本单位」，确认密钥是负责人手里那一把。"),
    Stage.PUBLISH: _l("运行 dengshao keys apply，打电话给持钥人，照听到的输核对码。"),
    Stage.OPEN: _l("都办好了。"),
}
WHY: Final = {
    Stage.INVITE: _l("一个单位要两个人：一个生成密钥，一个核对。"),
    Stage.HEAD_CODE: _l("一个人不能自己造账户，要第二个人点头。"),
    Stage.HEAD_JOINS: _l("每个人的密钥都由自己生成，别人没有。"),
    Stage.MAKE: _l("没有密钥，就收不到线索。服务器打不开线索。"),
    Stage.INVITE_SECOND: _l("生成密钥的人，不能自己核对自己。"),
    Stage.SPEAK: _l("一个电话，两边的浏览器就认得对方，后面不用再念。"),
    Stage.JOIN: _l("每个人的密钥都由自己生成，别人没有。"),
    Stage.HAND: _l("浏览器会再对一遍：接收密钥的，就是念核对码的人。"),
    Stage.CONFIRM: _l("第二个人确认过，密钥才算数。"),
    Stage.PUBLISH: _l("公众的浏览器照名单核对公钥。只有听到的，才写进名单。"),
    Stage.OPEN: _l("线索表单向本单位开放。"),
}


@dataclass(frozen=True)
class Progress:
    """One unit's way to its first open day."""

    unit: Unit
    stage: Stage
    names: tuple[str, ...]
    """Whose turn it is, where they have a name here."""
    readers: int = 0
    holders: int = 0
    """Of the key in use: also at a unit that is open, a page sees by it that somebody joined."""


def read_progress(
    session: Session, district: District, unit: Unit, now: int, *, may_publish: bool
) -> Progress:
    """Read what a unit waits for. `may_publish` says that a second person's page publishes."""
    key = issuing.current_key(session, unit.id)
    asked = [one for one in _asked(session, unit.id, now) if not WITHOUT_CONTENT & set(one.roles)]
    readers = _readers(session, unit.id)
    if not readers:
        return Progress(unit, *_without_members(asked))
    if key is None:
        return Progress(unit, Stage.MAKE, _names(readers, Act.SPEAK_CODE))
    holders = _holders(session, key, readers)
    stage, names = _with_key(district, key, readers, holders, asked, may_publish=may_publish)
    return Progress(unit, stage, names, len(readers), len(holders))


def _asked(session: Session, unit_id: str, now: int) -> list[Invitation]:
    return [one for one in invitations.open_invitations(session, now) if one.unit_id == unit_id]


def _readers(session: Session, unit_id: str) -> list[Member]:
    query = select(Member).where(Member.unit_id == unit_id, Member.suspended_on.is_(None))
    rows = session.scalars(query.order_by(Member.name))
    return [member for member in rows if not WITHOUT_CONTENT & set(member.roles)]


def _names(members: Sequence[Member | Invitation], act: Act | None = None) -> tuple[str, ...]:
    return tuple(one.name for one in members if act is None or is_allowed(act, one.roles))


def _without_members(asked: Sequence[Invitation]) -> tuple[Stage, tuple[str, ...]]:
    heads = [one for one in asked if is_allowed(Act.SPEAK_CODE, one.roles)]
    if not heads:
        return Stage.INVITE, ()
    if heads[0].code_hash is None:
        return Stage.HEAD_CODE, ()
    return Stage.HEAD_JOINS, (heads[0].name,)


def _holders(session: Session, key: UnitKey, readers: Sequence[Member]) -> list[Member]:
    held = select(KeyGrant.member_id).where(KeyGrant.unit_key_id == key.id)
    ids = set(session.scalars(held))
    return [member for member in readers if member.id in ids]


def _with_key(
    district: District,
    key: UnitKey,
    readers: Sequence[Member],
    holders: Sequence[Member],
    asked: Sequence[Invitation],
    *,
    may_publish: bool,
) -> tuple[Stage, tuple[str, ...]]:
    if (key.unit_id, key.fingerprint) in district.fingerprints:
        return Stage.OPEN, ()
    givers, others = _names(holders, Act.HAND_ON), [m for m in readers if m.name != key.made_by]
    if key.confirmed_by is not None:
        return Stage.PUBLISH, _names(others) if may_publish else ()
    if not others:
        return _second_invited(asked, givers)
    if len(holders) < len(readers):
        return Stage.HAND, givers
    return Stage.CONFIRM, _names(others)


def _second_invited(
    asked: Sequence[Invitation], givers: tuple[str, ...]
) -> tuple[Stage, tuple[str, ...]]:
    if not asked:
        return Stage.INVITE_SECOND, ()
    if all(one.code_hash is None for one in asked):
        return Stage.SPEAK, givers
    return Stage.JOIN, tuple(one.name for one in asked if one.code_hash is not None)


def progress_json(
    progress: Progress, *, me: str = "", invites: bool = False, with_names: bool = True
) -> dict[str, object]:
    """Tell a page how far it is; without names for who has a link alone.

    `me` is who looks, and `invites` says whether they are an administrator.
    """
    stage, names = progress.stage, progress.names if with_names else ()
    stages = list(Stage)
    done = [stages.index(first) <= stages.index(stage) for first, _title in STEPS]
    now = sum(done) - 1
    is_open = stage is Stage.OPEN
    return {
        "unit": progress.unit.id,
        "title": progress.unit.zh,
        "stage": stage,
        "steps": [
            {"title": str(title), "state": _state(place, now, is_open=is_open)}
            for place, (_first, title) in enumerate(STEPS)
        ],
        "who": _("、").join(names) or str(_WITHOUT_NAME[stage]),
        "what": str(WHAT[stage]),
        "why": str(WHY[stage]),
        "mine": me in names or (invites and stage in (Stage.INVITE, Stage.INVITE_SECOND)),
        "members": [progress.readers, progress.holders],
    }


def _state(place: int, now: int, *, is_open: bool) -> str:
    if place < now or is_open:
        return "done"
    return "now" if place == now else "later"


_WITHOUT_NAME: Final = {
    Stage.INVITE: _l("系统管理员"),
    Stage.HEAD_CODE: _l("拿第二个链接的人，或上一级的负责人"),
    Stage.HEAD_JOINS: _l("负责人"),
    Stage.MAKE: _l("负责人"),
    Stage.INVITE_SECOND: _l("系统管理员"),
    Stage.SPEAK: _l("负责人"),
    Stage.JOIN: _l("第二位成员"),
    Stage.HAND: _l("负责人"),
    Stage.CONFIRM: _l("第二位成员，或别的单位的负责人"),
    Stage.PUBLISH: _l("管服务器的人"),
    Stage.OPEN: _l("没有人要再做什么"),
}
