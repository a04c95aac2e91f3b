"""`dengshao staff`, `permissions`, `unit` and `audit`."""

from typing import Final

import click

from ..serving.opening import in_app

# Held by a test to the roles that there are.
ROLES: Final = (
    *("registrar", "analyst", "reviewer", "custodian"),
    *("dispatcher", "auditor", "counter", "payer", "administrator"),
)


class PlainGroup(click.Group):
    """Turns a refusal of a service into one sentence."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except click.exceptions.Exit:
            raise
        except Exception as error:
            from ..members.commands import sentence_of

            if sentence := sentence_of(error):
                raise click.ClickException(sentence) from None
            raise


staff = PlainGroup("staff", help="成员：增加、停用、列出。")
unit = PlainGroup("unit", help="承办单位：密钥、指纹、恢复。")
audit = click.Group("audit", help="审计记录：核对、打印核对点。")


@staff.command("add", help="增加成员 NAME：打印一次成员卡；单位的第一个成员同时生成单位密钥。")
@click.argument("name")
@click.option("--unit", "unit_id", help="承办单位（routes.yml 里的 id）。")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(ROLES))
@click.option("--holder", help="交出单位密钥的持钥人；单位的第一个成员不用写。")
@click.option("--generate", is_flag=True, help="由机器出一个口令，不自己想。")
@in_app
def add(
    name: str, unit_id: str | None, roles: tuple[str, ...], holder: str | None, generate: bool
) -> None:
    from ..members.commands import add_staff

    add_staff(name, unit_id, roles, holder, generate)


@staff.command("suspend", help="停用成员 NAME：马上登录不了，已开的登录也结束。")
@click.argument("name")
@click.option("--alone", is_flag=True, help="没有第二个人同意，也停用最后一位。会记下来。")
@in_app
def suspend(name: str, *, alone: bool) -> None:
    from ..members.commands import suspend_staff

    suspend_staff(name, alone=alone)


@staff.command(
    "reset-second", help="NAME 丢了手机、通行密钥和恢复码：当面核对身份后，让这个人重新设置。"
)
@click.argument("name")
@in_app
def forget_second(name: str) -> None:
    from ..members.commands import reset_second

    reset_second(name)


@staff.command("list", help="列出全部成员。")
@in_app
def list_members() -> None:
    from ..members.commands import list_staff

    list_staff()


@click.command("permissions", help="印出权限表：谁能做什么，靠密钥还是靠规则。")
@click.option("--english", is_flag=True, help="用英文印。")
@in_app
def permissions(*, english: bool) -> None:
    from ..members.commands import print_permissions

    print_permissions(is_english=english)


@unit.command("list", help="列出全部承办单位：指纹、是否核对、持钥人。")
@in_app
def list_all() -> None:
    from ..members.commands import list_units

    list_units()


@unit.command("show", help="显示承办单位 UNIT_ID 的公开密钥。")
@click.argument("unit_id")
@in_app
def show(unit_id: str) -> None:
    from ..members.commands import show_unit

    show_unit(unit_id)


@unit.command("recover", help="用恢复单的两半拼出 UNIT_ID 的恢复密钥，打印成 age 能用的一行。")
@click.argument("unit_id")
@in_app
def recover(unit_id: str) -> None:
    from ..members.commands import recover_unit

    recover_unit(unit_id)


@audit.command("verify", help="从第一行起核对整个审计记录，有不对的逐行指出。")
@click.option("--checkpoint", "typed", multiple=True, help="纸上的核对点：行号和 6 组字符。")
@in_app
def verify(typed: tuple[str, ...]) -> None:
    from ..auditor.commands import verify_log

    verify_log(typed)


@audit.command("checkpoint", help="打印现在最后一行的核对点，签名后收在纸上。")
@in_app
def checkpoint() -> None:
    from ..auditor.commands import print_checkpoint

    print_checkpoint()
