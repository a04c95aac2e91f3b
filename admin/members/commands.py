"""What `dengshao unit` and `dengshao staff` do: units' keys and members, made on the command line.

What these commands print of secrets is printed once: run them where the right people look on.
"""

from dataclasses import dataclass

import click
from sqlalchemy.orm import Session

from ..access.overview import (
    UnitOverview,
    read_members,
    read_units,
)
from ..access.roles import (
    WITHOUT_CONTENT,
    BadRoles,
    check_roles,
)
from ..app_state import app_state
from ..audit.log import NOBODY, record
from ..auditor import permissions_told
from ..db import db
from ..keys import issuing, recovery_shares
from ..keys.paper import member_card, recovery_sheet
from ..keys.passphrases import (
    MIN_LENGTH,
    WeakPassphrase,
    check_passphrase,
    propose,
)
from ..models import Member, UnitKey
from ..sealing.age.hybrid import HybridIdentity
from ..sealing.check_code import check_code, is_code_of
from ..sealing.member import BadCode
from ..signin import second, services
from . import countersign

SENTENCES: dict[type[Exception], str] = {
    issuing.BadName: f"姓名不合用：写 1 到 {issuing.MAX_NAME} 个字，不要换行。",
    issuing.NameTaken: "已经有这个姓名的成员，请换一个能区分的名字。",
    issuing.UnitHasKey: "本单位已有密钥：请加 --holder，由持钥人把密钥交给新成员。",
    issuing.UnitHasNoKey: "这个人手里没有本单位的密钥，交不出来。",
    issuing.HolderSuspended: "这个持钥人已经停用，不能再交出密钥。",
    issuing.WrongSecret: "持钥人的口令或成员码不对。",
    BadCode: "成员码不完整：应当是 26 个字符。",
    issuing.KeyMismatch: "警告：打开的密钥和数据库里的不是一把，有人改动过。请停下来，马上查。",
    issuing.RosterChanged: "警告：持钥成员的名单被人改动过。请停下来，马上查。",
    WeakPassphrase: f"口令太短：至少 {MIN_LENGTH} 个字符。",
    recovery_shares.BadHalf: "这一半抄错了：应当是 14 组，每组 4 个字符。",
}


def sentence_of(error: Exception) -> str | None:
    """Say what a service's refusal means for an operator; None for what is a fault of ours."""
    return str(error) if isinstance(error, BadRoles) else SENTENCES.get(type(error))


def print_permissions(*, is_english: bool) -> None:
    click.echo(permissions_told.table("en" if is_english else "zh"))


def add_staff(
    name: str, unit_id: str | None, roles: tuple[str, ...], holder: str | None, generate: bool
) -> None:
    name = issuing.clean_name(name)
    check_roles(roles, unit_id)
    if issuing.find_member(db.reading, name) is not None:
        raise issuing.NameTaken
    if unit_id is not None:
        _overview(unit_id)
    giver = None if WITHOUT_CONTENT & set(roles) else _giver(unit_id, holder)
    passphrase = propose() if generate else _ask_passphrase()
    keys = issuing.new_member_keys(passphrase)
    click.echo(member_card(name, keys, passphrase if generate else None))
    if giver is not None:
        _ask_fingerprint(giver.name, issuing.member_fingerprint(name, keys.recipient))
    # All is asked by now: nobody's tip waits for the database while an operator types.
    member = issuing.add_member(db.session, keys, name=name, unit_id=unit_id, roles=roles)
    _record("joined", member)
    if giver is not None:
        holder_row = db.session.get_one(Member, giver.member_id)
        issuing.hand_on(db.session, holder=holder_row, identity=giver.identity, to=member)
        _record("key_handed", member)
    elif not WITHOUT_CONTENT & set(roles):
        click.echo(recovery_sheet(*issuing.make_unit_key(db.session, member)))
        _record("unit_key_made", member)
    db.session.commit()
    click.echo(f"已增加成员：{name}")


@dataclass(frozen=True)
class Giver:
    """The holder who hands the unit's key on, with their opened identity."""

    member_id: int
    name: str
    identity: HybridIdentity


def _giver(unit_id: str | None, name: str | None) -> Giver | None:
    """Ask the holder for passphrase and code; None where no key is there to hand on."""
    if unit_id is None or issuing.current_key(db.reading, unit_id) is None:
        return None
    if name is None:
        raise issuing.UnitHasKey
    member = _member(db.reading, name)
    passphrase = click.prompt(f"持钥人 {member.name} 的口令", hide_input=True, type=str)
    code = click.prompt(f"持钥人 {member.name} 的成员码", hide_input=True, type=str)
    return Giver(member.id, member.name, issuing.open_identity(member, passphrase, code))


def _ask_passphrase() -> str:
    passphrase: str = click.prompt(
        "新成员的口令", hide_input=True, confirmation_prompt="再输一遍", type=str
    )
    check_passphrase(passphrase)
    return passphrase


def _ask_fingerprint(holder: str, expected: str) -> None:
    typed = click.prompt(f"持钥人 {holder}：请照新成员卡上的核对码输一遍", type=str)
    if not is_code_of(typed, expected):
        raise click.ClickException("核对码不一样，密钥没有交出去，成员也没有增加。")


def suspend_staff(name: str, *, alone: bool) -> None:
    member = _member(db.session, name)
    is_last = countersign.is_last(db.session, app_state().district, member, is_held=True)
    if is_last and not alone:
        raise click.ClickException(
            "这是本单位最后一位负责人或专管员，要另一单位的负责人在工作台「核对」页上同意。"
            "请让系统管理员在「单位和成员」页上提出。等不得，才加 --alone。"
        )
    services.suspend(db.session, member)
    _record("suspended_alone" if is_last else "suspended", member)
    db.session.commit()
    click.echo(f"已停用：{member.name}。这个人以前能打开的，仍然能用原来的密钥打开。")


def reset_second(name: str) -> None:
    member = _member(db.session, name)
    second.reset(db.session, member, by="-")
    db.session.commit()
    click.echo(f"已清掉 {member.name} 的两步验证，已开的登录也结束。下次登录时重新设置。")


def list_staff() -> None:
    for member in read_members(db.reading):
        state = f"已停用 {member.suspended_on}" if member.suspended_on else "正常"
        click.echo(f"{member.name}\t{member.unit_id or '-'}\t{','.join(member.roles)}\t{state}")


def _record(act: str, member: Member) -> None:
    """Write into the log what the operator did, in the same transaction."""
    detail = f"command_line {member.name}"
    record(db.session, act, by=NOBODY, unit_id=member.unit_id, detail=detail)


def _member(session: Session, name: str) -> Member:
    member = issuing.find_member(session, issuing.clean_name(name))
    if member is None:
        raise click.ClickException("没有这个成员：请用 dengshao staff list 查看。")
    return member


def list_units() -> None:
    for found in read_units(db.reading, app_state().district):
        state = "已核对" if found.is_confirmed else "未核对，不开放"
        people = "、".join(found.holders) or "没有持钥人"
        click.echo(f"{found.id}\t{found.title}\t{found.fingerprint or '-'}\t{state}\t{people}")


def show_unit(unit_id: str) -> None:
    found = _overview(unit_id)
    key = _key(unit_id)
    click.echo(f"单位：{found.title}（{found.id}）")
    click.echo(f"指纹：{key.fingerprint}")
    state = "已核对" if found.is_confirmed else "未核对，不开放"
    click.echo(f"核对码：{check_code(key.fingerprint)}（{state}）")
    click.echo(f"生成于：{key.made_on}")
    click.echo(f"持钥人：{'、'.join(found.holders) or '没有'}")
    click.echo(f"公钥：{key.recipient}")
    click.echo(f"恢复公钥：{key.recovery}")


def recover_unit(unit_id: str) -> None:
    key = _key(unit_id)
    first = click.prompt("第一半", type=str, err=True)
    second = click.prompt("第二半", type=str, err=True)
    identity = recovery_shares.join(first, second)
    if identity.recipient_text != key.recovery:
        raise click.ClickException("这两半拼不出本单位现在的恢复密钥：请核对是不是同一张恢复单。")
    click.echo(str(identity))


def _overview(unit_id: str) -> UnitOverview:
    units = {found.id: found for found in read_units(db.reading, app_state().district)}
    if unit_id not in units:
        raise click.ClickException("没有这个承办单位：请看 content/data/routes.yml。")
    return units[unit_id]


def _key(unit_id: str) -> UnitKey:
    key = issuing.current_key(db.reading, unit_id)
    if key is None:
        raise click.ClickException("这个单位还没有密钥：请先用 dengshao staff add 增加第一个成员。")
    return key
