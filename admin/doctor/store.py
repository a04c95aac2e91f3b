"""What `dengshao doctor` looks at in the store: keys, holders, migrations, backup, demo."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..migrate import Form
from .findings import (
    Finding,
    bad,
    good,
    unknown,
)

DAY: Final = 86_400
OLDEST_BACKUP: Final = 7 * DAY


@dataclass(frozen=True)
class UnitState:
    """How a unit of routes.yml stands."""

    title: str
    has_key: bool
    is_confirmed: bool
    """Its fingerprint stands in keys.yml."""
    was_compared: bool
    """A second person has typed it at the desk."""
    holders: int
    suspended_holders: int
    """Suspended members who were given the key in use: it waits to be made anew."""
    has_recovery: bool
    old_tips: int
    has_next: bool = False
    """A next key waits, since somebody leaves."""
    is_next_compared: bool = False
    stands_in: str = ""
    """Which unit takes its tips, while it rests."""
    overdue: tuple[str, ...] = ()
    """Who was to leave before today, and is not shut out."""


def check_unit(unit: UnitState) -> list[Finding]:
    """Say all that is to be done about a unit, or that nothing is."""
    matter = f"承办单位 {unit.title}"
    if not unit.has_key:
        todo = "请管理员邀请这个单位的第一位成员，由他生成密钥。"
        return [bad(matter, "还没有密钥，收不到线索", todo)]
    faults = [
        (
            not unit.is_confirmed and not unit.was_compared,
            "指纹没有第二个人核对，没有开放",
            "请另一个人在「本单位」页核对，再运行 dengshao keys apply。",
        ),
        (
            not unit.is_confirmed and unit.was_compared,
            "第二个人核对过了，还没有公布，没有开放",
            "请运行 dengshao keys apply。",
        ),
        (unit.holders == 0, "没有能打开线索的成员", "请马上用恢复单的两半恢复，或者恢复成员。"),
        (unit.holders == 1, "只有一个持钥人", "请再加一个成员：一个人病了，线索就没人能看。"),
        (not unit.has_recovery, "没有恢复公钥", "请由成员换一次密钥，并打印恢复单。"),
        (
            unit.suspended_holders > 0,
            f"停用的 {unit.suspended_holders} 人手里还有现用的密钥",
            "请本单位任何一个持钥人登录一次，浏览器会换密钥。",
        ),
        (
            bool(unit.stands_in),
            f"有人离开，新线索现在由「{unit.stands_in}」收",
            "换好、公布新密钥以后，新线索自己回到本单位。",
        ),
        (
            unit.has_next and not unit.is_next_compared,
            "有人要离开，新密钥已生成，还没有第二个人核对",
            "请另一个人在「本单位」页核对，再运行 dengshao keys apply。",
        ),
        (
            unit.has_next and unit.is_next_compared,
            "有人要离开，新密钥核对过了，还没有公布",
            "请运行 dengshao keys apply。公布的那一刻换用新的，表单不断。",
        ),
        (
            bool(unit.overdue),
            f"{'、'.join(unit.overdue)} 的最后工作日过了，还没有停用",
            "请看工作台「有人要离开」那一页，照上面写的下一步办。",
        ),
        (
            unit.old_tips > 0,
            f"还有 {unit.old_tips} 条线索挂在旧密钥上",
            "请持钥人打开旧密钥页面，等它重新加密完。",
        ),
    ]
    found = [bad(matter, words, todo) for is_so, words, todo in faults if is_so]
    return found or [good(matter, f"已开放，持钥人 {unit.holders} 个，有恢复密钥")]


def check_backup(
    last: int | None, here: int | None = None, *, nodes: int = 1, now: int, has_recipient: bool
) -> Finding:
    """See that a backup was made lately: by any node, and of several by this one (`here`), too."""
    todo = "请运行 dengshao backup，并把文件拿到别处放。"
    if last is None and not has_recipient:
        return bad("备份", "从来没有做过", "请先运行 dengshao backup key，再运行 dengshao backup。")
    if last is None:
        return bad("备份", "从来没有做过", todo)
    days = max(now - last, 0) // DAY
    words = "最近一次在今天" if days == 0 else f"最近一次在 {days} 天前"
    if now - last > OLDEST_BACKUP:
        return bad("备份", words, todo)
    if nodes > 1 and (here is None or now - here > OLDEST_BACKUP):
        since = "没有做过" if here is None else f" {(now - here) // DAY} 天没有做"
        todo = "请在这台看 systemctl status dengshao-backup.timer：停了别的，就没有新的备份。"
        return bad("备份", f"别的服务器做了，这台{since}", todo)
    return good("备份", words)


def check_revision(form: Form, newest: str) -> Finding:
    """Compare the database's form with the newest that this code knows."""
    if form.is_newest:
        return good("数据库版本", f"{form.current}，最新")
    if form.is_empty:
        return bad("数据库版本", "数据库是空的", "请运行 dengshao migrate。")
    if form.lets_us:
        return good("数据库版本", f"{form.current}，比程序新，还能接着收；请把这一台也升级")
    if form.is_unknown:
        return bad("数据库版本", f"{form.current}，比程序新", "请升级程序。")
    return bad(
        "数据库版本",
        f"{form.current}，要升到 {newest}",
        "请先用升级前的程序备份，再运行 dengshao migrate。",
    )


def check_demo(*, is_production: bool, is_demo: bool, has_file: bool) -> Finding:
    if not is_demo and not has_file:
        return good("演示数据", "没有")
    if is_production:
        todo = "请换一个空的数据库和数据目录：演示的口令写在文件里。"
        return bad("演示数据", "正式环境里有演示成员或演示口令", todo)
    return good("演示数据", "有；这是开发环境，不能对外")


def check_footer(footer: Mapping[str, Any], *, is_production: bool) -> Finding:
    missing = [row["zh"] for row in footer["items"] if row.get("placeholder")]
    if not missing:
        return good("页脚", "都填好了")
    words = f"还没有填：{'、'.join(missing)}"
    if is_production:
        return bad("页脚", words, "请填 content/data/footer.yml，再重新生成网站。")
    return unknown("页脚", words, "上线前要填好 content/data/footer.yml。")


def check_calendar(gap: str) -> Finding:
    """Say whether a deadline of today may end in a year whose days off nobody knows yet."""
    if not gap:
        return good("放假安排", "期限要用到的年份都知道")
    todo = "等每年十一月的放假通知出来，升级 chinesecalendar，再重新启动。"
    return unknown("放假安排", gap, todo)
