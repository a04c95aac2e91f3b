"""Words of a package for an organ outside: the official letter, and the page's sentences."""

from typing import Any, Final

from flask_babel import gettext as _

LETTER: Final = {
    "title": "关于移送有关线索的函",
    "body": (
        "依据%(basis)s，现将有关线索（编号 %(reference)s）移送贵单位，请依法处理。\n"
        "线索由举报人匿名反映，没有核实过，不能作为认定事实的依据。"
        "可能认出举报人的内容，我们已经略去。\n"
        "请为举报人和举报内容保密，不要查找举报人，"
        "也不要把材料转给、透露给被反映的人或者单位。\n"
        "请在收到后 %(days)s 个工作日内，把回执填好寄回。不属于贵单位职责的，也请说明。\n"
        "特此函达。"
    ),
    "number": "文号：",
    "reference": "线索编号：",
    "attached": "附件：",
    "attached_text": "线索内容（可能认出举报人的话已略去）",
    "attached_files": "文件 %(n)s 个（已清理，不含拍摄时间、地点、设备）",
    "attached_list": "附件清单和校验值",
    "seal": "（盖章处）",
    "contact": "联系人：",
    "text_title": "线索内容",
    "unproven": "没有核实过。线索只是说有这件事，不能证明有这件事。",
    "list_title": "附件清单",
    "list_name": "名称",
    "list_size": "大小（字节）",
    "list_about": "说明和校验值（SHA-256）",
    "list_later": "（校验值做好时填上）",
    "about_text": "线索内容，纯文本",
    "about_letter": "函、线索内容、清单、回执",
    "about_sheet": "校验值，可以用 sha256sum -c 核对",
    "about_files": "举报人交来的文件，已清理。画面和声音没有改动",
    "slip_title": "回　执",
    "slip_said": "%(number)s 函和附件已经收到。",
    "slip_received": "收到日期",
    "slip_from": "收件单位（盖章）",
    "slip_done": "处理意见",
    "slip_choices": "□ 受理\n□ 不属于本单位职责，理由：\n□ 已转：",
    "slip_by": "经办人",
    "slip_phone": "电话",
    "slip_reply": "请寄回：",
    "sums_head": (
        "每行是一个文件的校验值（SHA-256）和名称。\n"
        "核对：sha256sum -c manifest.txt；或者用 dengshao open。"
    ),
}
"""Chinese in every language of the desk: it goes to an organ here. Not translated."""


def package_words() -> dict[str, Any]:
    """Collect what the scripts of a referral's page say; marks by admin/browser/desk/referral."""
    return {"said": _said() | _said_of_files(), "marks": _marks(), "letter": LETTER}


def _said() -> dict[str, str]:
    return {
        "later": _("%(day)s 补充"),
        "before": _("原文"),
        "after": _("交出去的"),
        "goes": _("交出去"),
        "strike": _("略去“%(what)s”（%(why)s）"),
        "strike_all": _("这一栏标着的都略去"),
        "restore": _("恢复原文"),
        "no_marks": _("没有标出什么。仍请逐字看一遍。"),
        "marks_left": _("还有 %(n)s 处标着的没有略去。留下的，请确认是该留的。"),
        "excluded": _("%(names)s：举报人不让看，不能选。"),
        "none_offered": _("没有可以选的机关：不办这类事，正在办，或者举报人不让看。"),
        "no_key": _("这个机关没有公钥。请用口令，或者打印。"),
        "fingerprint": _("对方公钥的校验码：%(print)s"),
        "choose_organ": _("请选交给哪个机关。"),
        "choose_key": _("请先和对方核对公钥的校验码，再勾上。"),
        "nothing": _("一个字也没有勾。请至少勾一栏。"),
        "read_whole": _("请从头到尾看一遍要交出去的，再勾上。"),
        "unchecked": _("正文里还有“待核实”。请先核对法律依据，改好。"),
        "secret": _("里面有查询码或者密钥，不能交出去。请略去。"),
        "too_large": _("文件太大，一份装不下。请少勾几个，分几份交。"),
        "total": _("文件共 %(size)s。一份最多 %(most)s。"),
        "working": _("正在做，请不要关闭这一页…"),
        "failed": _("没有做成，什么也没有保存。请再按一次。"),
        "saved_not_sent": _("还没有记下，这一份先不要交出去。请再按一次，不会多出一个文号。"),
        "go": _("做好并记下"),
        "again": _("再记一次"),
        "void": _("刚才那一份作废，已保存的请删除。写好的都在，请看一遍，再按一次。"),
        "saved": _("已保存为 %(name)s，已记下，文号 %(number)s。"),
        "printed": _("已记下，文号 %(number)s。请打印、盖章。"),
        "passphrase": _("口令只显示这一次。请当面或者打电话告诉对方，不要和文件一起给："),
        "sum": _("文件的校验值（SHA-256）：%(sum)s。可以一起告诉对方。"),
        "print": _("再打印一次"),
        "print_letter": _("打印函和回执，盖章用"),
        "next": _("抄好了，回这条线索"),
    }


def _said_of_files() -> dict[str, str]:
    return {
        "file_kept": _("没能清理，里面可能有举报人的地点、姓名、手机。不能选。"),
        "file_original": _("这是没动过的原件，不能选。"),
        "file_gone": _("服务器上没有这个文件，不能选。"),
    }


def _marks() -> dict[str, str]:
    return {
        "receipt": _("像查询码"),
        "key": _("像密钥"),
        "identity": _("像身份证号"),
        "account": _("像卡号"),
        "phone": _("像电话号码"),
        "contact": _("像联系方式"),
        "home": _("像住处"),
        "family": _("写的人的亲友、单位"),
        "role": _("写的人是什么人"),
        "there": _("像是说自己在场"),
        "self": _("写的人自称"),
        "hour": _("比一天更细的时间"),
        "file": _("文件名"),
        "spot": _("像坐标"),
    }
