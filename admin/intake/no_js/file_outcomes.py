"""What became of each file, in words for the person who sent it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from flask_babel import gettext as _

from ...app_state import app_state
from ...cleaning import REASON_WORDS, safe_name
from .file_intake import FormFiles
from .form_state import Held
from .memory_buffer import Trouble

_NAMES_SHOWN: Final = 3
_NAME_SHOWN: Final = 40


@dataclass(frozen=True)
class Told:
    """One file's line on the page after sending."""

    name: str = field(repr=False)
    words: str
    is_failed: bool = False


def told(brought: FormFiles) -> Iterator[Told]:
    """Tell file by file what was stored and what was not."""
    for file in brought.held:
        yield Told(short_name(file.name), _stored(file))
    for again in brought.stored:
        yield Told(short_name(again.name), _("已保存"))
    for failed in brought.failed:
        words = _("失败：%(reason)s", reason=trouble_words(failed.trouble))
        yield Told(short_name(failed.name), words, is_failed=True)


def _stored(file: Held) -> str:
    state = state_words(file)
    if file.reason is not None:
        return str(_("%(state)s，照原样已保存", state=state))
    return str(_("%(state)s，已保存", state=state))


def state_words(file: Held) -> str:
    """Say whether a file was cleaned, and why not."""
    if file.reason is not None:
        return str(_("未能清理（%(reason)s）", reason=REASON_WORDS[file.reason]))
    return str(_("已清理，带原件") if len(file.entries) > 1 else _("已清理"))


def problems(brought: FormFiles) -> Iterator[str]:
    """Say what is wrong with a form's files where it comes back, each reason once.

    What failed is among it: whatever brings the form back, nobody may think that it is there.
    """
    if brought.undecided:
        yield _("有文件没能清理。请逐个选：照原样交，还是不要。")
    missing = [*brought.refused, *brought.failed]
    for trouble in dict.fromkeys(file.trouble for file in missing):
        names = [file.name for file in missing if file.trouble is trouble and file.name]
        yield _listed(names) + trouble_words(trouble)


def _listed(names: Sequence[str]) -> str:
    if not names:
        return ""
    shown = _("、").join(map(short_name, names[:_NAMES_SHOWN]))
    if len(names) > _NAMES_SHOWN:
        shown = _("%(names)s 等 %(count)s 个", names=shown, count=len(names))
    return f"{shown}{_('：')}"


def short_name(name: str) -> str:
    """Make a file's name fit for a line of the page."""
    text = safe_name(name, "application/octet-stream")
    return text if len(text) <= _NAME_SHOWN else f"{text[:_NAME_SHOWN]}…"


def trouble_words(trouble: Trouble) -> str:
    config = app_state().config
    most, size = config.files_most, f"{config.plain_mb} MB"
    words = {
        Trouble.TOO_BIG: _("太大了。这一页一共只收 %(size)s，请少选一些。", size=size),
        Trouble.TOO_MANY: _("太多了。一条线索最多交 %(most)s 个文件。", most=most),
        Trouble.BUSY: _("现在交文件的人太多。请等一分钟，再选一次。"),
        Trouble.EMPTY: _("文件是空的。请换一个，或者不选。"),
        Trouble.STALE: _("文件没有留住，请再选一次。"),
        Trouble.FULL: _("今天收文件的地方用完了，请明天再交。"),
        Trouble.AWAY: _("文件现在存不上，请等一会儿再交。"),
    }
    return str(words[trouble])
