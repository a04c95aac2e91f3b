"""What the scripts say about ready answers, on their page and beside a tip's answer box."""

from typing import Final

from flask_babel import gettext as _

TITLE_MAX: Final = 40


def ready_words() -> dict[str, str]:
    """Collect their sentences."""
    return {
        "none": _("还没有常用答复。"),
        "none_for_tip": _("本单位还没有常用答复。负责人可以在“常用答复”页写。"),
        "untrusted": _("有 %(n)s 条不能相信，不显示：不是本单位的人写的，或者是换密钥以前写的。"),
        "empty": _("标题和内容都要写。"),
        "title_long": _("标题太长，或者有换行。最多 %(n)s 个字。", n=TITLE_MAX),
        "change": _("修改"),
        "delete": _("删除"),
        "blanks": _("还有空没有填：请把 ____ 换成要说的话。"),
    }
