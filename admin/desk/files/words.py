"""Words of a tip's files: what they are, what can be done with them, and what to beware of."""

from typing import Any

from flask_babel import gettext as _


def file_words() -> dict[str, Any]:
    """Collect what the scripts say about files; codes are those of admin/browser/desk/files."""
    return {
        "unnamed": _("附件%(n)s"),
        "families": {
            "picture": _("图片"),
            "sound": _("录音"),
            "film": _("录像"),
            "paper": _("文档"),
            "other": _("其他文件"),
        },
        "states": {
            "cleaned": _("已清理"),
            "kept": _("照原样"),
            "original": _("原件"),
        },
        "careful": {
            "kept": _("没能清理，里面可能有举报人的地点、姓名、手机。不要外传。"),
            "original": _("没动过的那一份，里面可能有举报人的地点、姓名、手机。不要外传。"),
        },
        "own": _("随线索交来"),
        "letter": _("%(day)s 补充时交来"),
        "in_letter": _("附了 %(n)s 个文件，在“附件”里。"),
        "view": {"picture": _("看"), "sound": _("听"), "film": _("看")},
        "close": _("关闭"),
        "save": _("保存"),
        "copy": _("转出副本"),
        "stop": _("停止"),
        "no": _("取消"),
        "fetching": _("正在取回、解密"),
        **_questions(),
        "said": _said(),
        "frame": {
            "picture": _("举报人交来的图片"),
            "sound": _("举报人交来的录音"),
            "film": _("举报人交来的录像"),
            "real_size": _("原大小"),
            "fit": _("缩到合适"),
        },
    }


def _questions() -> dict[str, Any]:
    return {
        "before_saving": [
            _("文件是不认识的人交来的，可能带病毒。"),
            _("请在专门的电脑上打开，先断开网络。"),
            _("不要启用宏，不要点里面的链接。"),
            _("看完就删，不要转发。要交出去，请按“转出副本”。"),
        ],
        "save_yes": _("知道了，保存"),
        "before_copying": [
            _("副本只留画面，藏在文件里的信息都去掉。"),
            _("画面里的脸、车牌、招牌、倒影还在。请再看一遍，会不会认出举报人。"),
            _("经过里会记一笔，审计里记下副本的校验值。"),
        ],
        "copy_yes": _("看过了，转出"),
        "copy_name": _("副本%(n)s"),
        "cleaning_steps": [
            _("浏览器清理不了这种文件。先保存，拿到不连网的电脑上。"),
            _("在那台电脑上运行：dengshao clean 文件名"),
            _("只交清理过的那一份。说“未能清理”的，不要交出去。"),
            _("经过里会记一笔，审计里记下原件的校验值。"),
        ],
        "take_yes": _("知道了，保存后再清理"),
    }


def _said() -> dict[str, str]:
    hashed = _("校验值（SHA-256）：%(hash)s")
    return {
        "gone": _("服务器上没有这个文件：没有传完，或者已经删了。"),
        "unreadable": _("这个附件的说明读不懂，打不开。请告诉管理员。"),
        "offline": _("没有连上。请再试一次。"),
        "signed_out": _("登录已经结束。请在另一个窗口登录，再试一次。"),
        "missing": _("不完整：缺了一段，打不开。请告诉管理员。"),
        "changed": _("注意，不完整：和交来时对不上，没有给出。马上告诉管理员。"),
        "stopped": _("已停止。"),
        "other_kind": _("内容和说的种类不一样，这里不能看。只能保存。"),
        "undecodable": _("浏览器看不了这个文件，可能坏了。只能保存。"),
        "too_many_pixels": _("这张图太大，这里看不了。只能保存。"),
        "too_large": _("文件太大，这里看不了。只能保存。"),
        "cannot_save": _("文件太大，这个浏览器保存不了。请换新版的 Chrome 或 Edge。"),
        "not_saved": _("没有保存成功。请看一下磁盘还有没有空间。"),
        "not_noted": _("没能记下这一笔，所以没有转出。请再试一次。"),
        "not_bare": _("没能做成干净的副本，没有转出。请改用离线清理。"),
        "spoils": _("这个浏览器会把重画的图弄花，没有转出。请换 Chrome，或用离线清理。"),
        "first_picture": _("这是动图，只画出第一张。"),
        "saved": _("已保存为：%(name)s。") + hashed,
        "copied": _("副本已保存为：%(name)s。") + hashed,
        "taken": _("已保存为：%(name)s，清理之前不要交出去。") + hashed,
    }
