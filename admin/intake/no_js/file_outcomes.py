"""What became of each file, in words for the person who sent it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from flask_babel import gettext as _

from ...app_state import app_state
from ...cleaning import REASON_WORDS, Uncleanable, safe_name
from ..supplements import SealedFile
from .file_intake import Outcome
from .memory_buffer import Trouble

_NAMES_SHOWN: Final = 3
_NAME_SHOWN: Final = 40


@dataclass(frozen=True)
class FileOutcome:
    """One line on the page after sending."""

    name: str = field(repr=False)
    words: str
    is_failed: bool = False


def file_outcomes(outcome: Outcome) -> Iterator[FileOutcome]:
    """Tell file by file what was stored and what was not; all that are too many in one line."""
    for file in outcome.sealed:
        yield FileOutcome(short_name(file.name), _stored(file))
    for name in outcome.known:
        yield FileOutcome(short_name(name), _("已保存"))
    excess = [file.name for file in outcome.failed if file.why is Trouble.TOO_MANY]
    for failed in outcome.failed:
        if failed.why is not Trouble.TOO_MANY:
            yield FileOutcome(short_name(failed.name), _failed(failed.why), is_failed=True)
    if excess:
        yield FileOutcome(_listed(excess), _failed(Trouble.TOO_MANY), is_failed=True)


def left_out(names: Sequence[str]) -> Iterator[FileOutcome]:
    """Tell of files that were chosen beside the words and did not come with them."""
    if names:
        shown = [name or str(_("先前选的文件")) for name in names]
        yield FileOutcome(_listed(shown), _("没有和字一起收下"), is_failed=True)


def _stored(file: SealedFile) -> str:
    if file.reason is not None:
        reason = REASON_WORDS[file.reason]
        return str(_("未能清理（%(reason)s），照原样已保存", reason=reason))
    return str(_("已清理，带原件，已保存") if len(file.entries) > 1 else _("已清理，已保存"))


def _failed(why: Trouble | Uncleanable) -> str:
    if isinstance(why, Uncleanable):
        reason = REASON_WORDS[why]
        return str(_("未能清理（%(reason)s），没有收下。要交，就勾上“照原样交”", reason=reason))
    return str(_("失败：%(reason)s", reason=trouble_words(why)))


def _listed(names: Sequence[str]) -> str:
    shown = str(_("、").join(map(short_name, names[:_NAMES_SHOWN])))
    if len(names) > _NAMES_SHOWN:
        return str(_("%(names)s 等 %(count)s 个", names=shown, count=len(names)))
    return shown


def short_name(name: str) -> str:
    """Make a file's name fit for a line of the page."""
    text = safe_name(name, "application/octet-stream")
    return text if len(text) <= _NAME_SHOWN else f"{text[:_NAME_SHOWN]}…"


def trouble_words(trouble: Trouble) -> str:
    config = app_state().config
    most, size = config.files_most, f"{config.plain_mb} MB"
    words = {
        Trouble.TOO_BIG: _("太大了。一次一共只收 %(size)s，请少选一些。", size=size),
        Trouble.TOO_MANY: _("太多了。一次最多交 %(most)s 个文件。", most=most),
        Trouble.BUSY: _("现在交文件的人太多。请等一分钟，再选一次。"),
        Trouble.EMPTY: _("文件是空的。请换一个，或者不选。"),
        Trouble.FULL: _("今天收文件的地方用完了，请明天再交。"),
        Trouble.AWAY: _("文件现在存不上，请等一会儿再交。"),
    }
    return str(words[trouble])
