"""What `dengshao doctor` says of a move: unfinished, over, or with a copy left behind."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy.orm import Session

from ...shutters.marks import IN, OUT, Mark, State, read_mark
from ..findings import Finding, bad

_MATTER: Final = "搬家"
_GO_ON: Final = "请再运行一次 dengshao move，接着搬；不搬了，加 --abandon。"


def look_at_moves(session: Session) -> Iterator[Finding]:
    """Say what a move left here; nothing where there is none."""
    connection = session.connection()
    for mark in (read_mark(connection, OUT), read_mark(connection, IN)):
        if mark is not None:
            yield check_mark(mark)


def check_mark(mark: Mark) -> Finding:
    """Say how the move of a mark stands, and what is to be done."""
    words, todo = {
        State.COPYING: (f"往 {mark.where} 搬，没有搬完", _GO_ON),
        State.CLOSED: (f"往 {mark.where} 搬，停在最后一趟，表单关着", _GO_ON),
        State.GONE: (f"数据已经搬到 {mark.where}，这里封上了", "请把每台机器换到新设置。"),
        State.ARRIVING: (f"从 {mark.where} 搬进来，没有搬完", "请在原来的机器上接着搬。"),
        State.ARRIVED: (
            f"搬完了，旧的还在：{mark.where}",
            "看过都好，请运行 dengshao move --erase 旧设置。",
        ),
    }[mark.state]
    return bad(_MATTER, words, todo)
