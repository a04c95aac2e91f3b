"""The sentences that the sign-in script shows; they stand in the page, so that they translate."""

from flask_babel import gettext as _


def script_words() -> dict[str, str]:
    """Name each sentence as sign-in.js asks for it."""
    return {
        "no_name": _("请写姓名。"),
        "no_passphrase": _("请写口令。"),
        "bad_code": _("成员码不完整。成员码是 26 个字符，请对照成员卡再看一遍。"),
        "working": _("正在解锁，大约要一秒……"),
        "opened": _("已解锁，正在进入……"),
        "wrong_secret": _("口令或成员码不对，打不开。请对照成员卡再输一次。"),
        "keys_changed": _(
            "警告：本单位的密钥或成员名单被人改动过。已停止解锁，请不要处理任何线索，"
            "马上打电话告诉单位负责人和安全审计员。"
        ),
        "signed_out": _("登录已经结束。请重新登录。"),
        "no_server": _("连不上服务器。请检查网络，再试一次。"),
        "code_kept_sealed": _("成员码没有取出来。请再试一次，或者照成员卡输入。"),
        "too_old": _("这个浏览器太旧，无法解锁。请换新版的 Chrome、Edge 或 Firefox。"),
    }


def second_words() -> dict[str, str]:
    """Name each sentence as the scripts of the second factor ask for it."""
    return {
        "no_code": _("请输入 6 位数字。"),
        "no_recovery": _("请输入恢复码。"),
        "working": _("正在核对……"),
        "done": _("核对好了，正在进入……"),
        "touch": _("请按浏览器的提示，用一下通行密钥。"),
        "no_passkey": _("通行密钥没有验证成功。可以再试一次，或者换一种办法。"),
        "no_passkeys_here": _("这个浏览器不能用通行密钥。请用验证码。"),
        "signed_out": _("登录已经结束。请重新登录。"),
        "no_server": _("连不上服务器。请检查网络，再试一次。"),
        "code_sealed": _("成员码已经用通行密钥加密。"),
        "code_not_sealed": _("这把通行密钥不能加密成员码。成员码还是照原样记着。"),
        "new_codes": _("旧的恢复码马上作废。要换新的，请再按一次。"),
        "remove": _("真的要去掉，请再按一次。"),
    }


def touch_words() -> dict[str, str]:
    """Name each sentence as the scripts of one touch ask for it."""
    return {
        "touch": _("请按浏览器的提示，按指纹、输 PIN，或碰一下硬件密钥。"),
        "opened": _("已解锁，正在进入……"),
        "not_shown": _("通行密钥没有验证成功。可以再按一次，或者用口令和成员码。"),
        "no_secret": _("这个浏览器取不出解锁用的密钥。请用口令和成员码。"),
        "keys_changed": _(
            "警告：服务器给的密钥，这把通行密钥打不开，或者不是您的。已停止解锁。请不要处理任何线索，"
            "马上打电话告诉单位负责人和安全审计员。"
        ),
        "signed_out": _("登录已经结束。请重新登录。"),
        "no_server": _("连不上服务器。请检查网络，再试一次。"),
        "no_passphrase": _("请写口令。"),
        "bad_code": _("成员码不完整。成员码是 26 个字符，请对照成员卡再看一遍。"),
        "wrong_secret": _("口令或成员码不对，打不开。请对照成员卡再输一次。"),
        "code_kept_sealed": _("成员码没有取出来。请再试一次，或者照成员卡输入。"),
        "opening": _("正在核对口令，大约要一秒……"),
        "make": _("第一次：请按浏览器的提示，创建一把通行密钥。"),
        "try": _("第二次：再用它一次，试试能不能解锁。"),
        "gives_none": _("这把通行密钥给不出解锁用的密钥，不能一触解锁。可以只用于两步验证。"),
        "travels": _("这把通行密钥会存到云上，不能用来解锁。可以只用于两步验证。"),
        "exists": _("这台设备已经设过一触解锁。要重设，先在上面去掉旧的。"),
        "made": _("设好了。明天登录，按一下就行。"),
    }
