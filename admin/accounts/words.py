"""The sentences that the sign-in script shows; they stand in the page, so that they translate."""

from flask_babel import gettext as _


def script_words() -> dict[str, str]:
    """Name each sentence as sign-in.js asks for it."""
    return {
        "no_name": _("请写姓名。"),
        "no_passphrase": _("请写口令。"),
        "bad_code": _("成员码不完整。成员码是 26 个字符，请对照成员卡再看一遍。"),
        "working": _("正在开锁，大约要一秒……"),
        "opened": _("已开锁，正在进入……"),
        "wrong_secret": _("口令或成员码不对，打不开。请对照成员卡再输一次。"),
        "keys_changed": _(
            "警告：本单位的密钥或成员名单被人改动过。已停止开锁，请不要处理任何线索，"
            "马上打电话告诉单位负责人和安全审计员。"
        ),
        "signed_out": _("登录已经结束。请重新登录。"),
        "no_server": _("连不上服务器。请检查网络，再试一次。"),
        "too_old": _("这个浏览器太旧，开不了锁。请换新版的 Chrome、Edge 或 Firefox。"),
    }
