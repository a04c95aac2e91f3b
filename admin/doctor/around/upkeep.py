"""What `dengshao doctor` looks at in what people have to do from time to time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ...counts.half.periods import Half
from ...desk.bulletins.publishing import LAST
from ...mail.outbox import RETRY_SECONDS
from ...models import Bulletin, OutboxMail
from ...reading.demo_names import demo_names
from ..findings import Finding, bad, good

OLDEST_DRILL: Final = 100
"""Days: a drill is due each three months, and some days are nobody's fault."""
LATE_SECONDS: Final = 3_600
LATE_DAYS: Final = 2
MOST_TRIES: Final = len(RETRY_SECONDS)


def check_drill(last: date | None, *, today: date) -> Finding:
    """Say when somebody last read a backup through, to know that it can be restored."""
    todo = "请运行 dengshao restore --check 备份文件。每三个月一次。"
    if last is None:
        return bad("恢复演练", "从来没有做过", todo)
    days = (today - last).days
    words = "最近一次在今天" if days <= 0 else f"最近一次在 {days} 天前"
    return bad("恢复演练", words, todo) if days > OLDEST_DRILL else good("恢复演练", words)


def check_half(due: Half | None, page: str) -> Finding:
    """Say whether the last report that is due stands on the site: `page` is how its page stands."""
    matter = "半年报告"
    if due is None:
        return good(matter, "还没有到写的时候")
    if page == "published":
        return good(matter, f"{due.zh}的写了")
    if page == "draft":
        todo = "请另一个人读过，删掉开头的 draft: true，再建网站。"
        return bad(matter, f"{due.zh}的是草稿，还没有公布", todo)
    todo = f"请运行 dengshao counts report {due.year}-H{due.number}。"
    return bad(matter, f"{due.zh}的还没有写", todo)


def oldest_bulletin(session: Session) -> date | None:
    return session.execute(select(func.min(Bulletin.agreed_on))).scalar_one()


@dataclass(frozen=True)
class Letters:
    """How the letters stand that wait to be sent."""

    waiting: int
    tries: int
    """How often the unluckiest was tried."""
    due_since: int | None
    """Since when the oldest is due, and nobody took it."""


def look_at_letters(session: Session) -> Letters:
    columns = (func.count(), func.max(OutboxMail.tries), func.min(OutboxMail.next_try))
    found = session.execute(select(*columns).where(OutboxMail.sent_at.is_(None))).one()
    return Letters(found[0], found[1] or 0, found[2])


def check_letters(letters: Letters, *, now: int, sends: bool) -> Finding:
    """Say whether letters wait for too long. `sends`: this installation sends any."""
    if not sends and not letters.waiting:
        return good("提醒邮件", "不发")
    late = now - letters.due_since if letters.due_since is not None else 0
    if letters.tries >= MOST_TRIES:
        todo = "请看邮件服务器和 DENGSHAO_SMTP_URL，再运行 dengshao notices。"
        return bad("提醒邮件", f"{letters.waiting} 封发不出去，试了 {letters.tries} 次", todo)
    if letters.waiting and late > LATE_SECONDS:
        todo = "服务在运行，才会自己发。也可以运行 dengshao notices。"
        return bad("提醒邮件", f"{letters.waiting} 封到时间没有人发", todo)
    return good("提醒邮件", f"没有积压，在等的 {letters.waiting} 封")


def check_bulletins(oldest: date | None, *, today: date) -> Finding:
    """Say whether a text about closed matters waits past its last day; how many wait is not told.

    `oldest`: the day on which the one was agreed to that waits for longest.
    """
    if oldest is None or (today - oldest).days <= LAST + LATE_DAYS:
        return good("办结通报", "没有过期没公布的")
    todo = "请在建网站的那台运行 dengshao bulletins publish --here，并启用定时器。"
    return bad("办结通报", "有过期没公布的", todo)


def check_names(data: Mapping[str, Mapping[str, Any]], *, is_production: bool) -> Finding:
    """See that no place, unit or organ of the demo's goes live."""
    found = demo_names(data)
    if not found:
        return good("地名和单位", "不是演示的")
    if not is_production:
        return good("地名和单位", "是演示的；这是开发环境，不能对外")
    return bad("地名和单位", "；".join(found), "请运行 dengshao setup，或者照着改好，再建网站。")
