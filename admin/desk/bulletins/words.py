"""What the page of a 通报 says by its script."""

from flask_babel import gettext as _

TITLE_LEAST, TITLE_MOST = 4, 30
BODY_LEAST, BODY_MOST = 20, 600


def bulletin_words() -> dict[str, str]:
    """Collect its sentences."""
    return {
        "fine": _("清单上的都没有。"),
        "refused": _("要改："),
        "warned": _("看一看："),
        "found": _("「%(words)s」：%(what)s。%(say)s。"),
        "shared": _("「%(words)s」和线索里的话一样。请换个说法。"),
        "mend": _("还有要改的，见上面。"),
        "compare_first": _("请先和写到这件事的线索比对，或者勾“没有线索写到这件事”。"),
        "compared": _("比对过 %(n)s 条。内容只在这个页签里，没有发给服务器。"),
        "bad_reference": _("编号不对。要像 7QX2M-00ABC。"),
        "again": _("锁定过，比对的内容没有了。请再比对一次。"),
    }
