"""Sentences that the scripts of setup, joining and the unit's page show; pages carry them."""

from flask_babel import gettext as _

from ..keys.passphrases import MIN_LENGTH, syllables


def join_words() -> dict[str, object]:
    """Name each sentence as browser/signin/members asks for it."""
    return {
        **_shared(),
        "facts": [_("姓名"), _("单位"), _("角色"), _("邀请人")],
        "min_length": MIN_LENGTH,
        "syllables": syllables(),
        "no_token": _("这个链接不完整。请从收到的消息里重新点开，或整段复制。"),
        "no_code": _("请写口头码：电话里念给您的数字。"),
        "no_setup_code": _("请写首次设置码。"),
        "no_name": _("请写姓名。"),
        "short": _("口令太短：至少 %(n)s 个字符。可以按「帮我想一个」。", n=MIN_LENGTH),
        "different": _("和刚才定的口令不一样。请再写一遍。"),
        "making": _("正在生成您的密钥，大约要两秒……"),
        "sending": _("正在登记……"),
        "wrong_group": _("和成员卡上的最后一组不一样。请照卡片再看一遍。"),
        "proposed": _("已填好一个口令。请记在心里，不要写在成员卡上。"),
        "misheard": _("第 %(n)s 组没有听对。请对方再念这一组。", n="%(n)s"),
        "unit_changed": _("警告：单位的密钥，和念给您的对不上。"),
        "unit_changed_do": _(
            "请对方把八组再念一遍。还对不上，就是有人换过：停下来，马上告诉安全审计员。"
        ),
    }


def unit_words() -> dict[str, object]:
    """Name each sentence as browser/signin/members/unit.js asks for it."""
    return {
        **_shared(),
        "making": _("正在生成单位密钥……"),
        "sending": _("正在保存……"),
        "wrong_half": _("第 %(n)s 半的最后一组不对。请照纸上再看一遍。", n="%(n)s"),
        "no_fingerprint": _("请写核对码：六组，每组四个数字。"),
        "not_whole": _("核对码要六组，每组四个数字。请再看一遍。"),
        "wrong_group": _("只有第 %(n)s 组不一样，多半听错了。请对方再念这一组。", n="%(n)s"),
        "wrong_print": _("核对码不一样，密钥没有交出去。请让对方再念一遍。"),
        "wrong_member": _("对方的密钥，和他念回给您的核对码对不上。密钥没有交出去。"),
        "wrong_print_do": _("还不一样，就是有人换过密钥。请停下来，马上告诉安全审计员。"),
        "wrong_reader": _("核对码不一样，没有让他看。请再念一遍；还不一样，马上告诉安全审计员。"),
        "confirm_wrong": _(
            "核对码不一样。请对方再念一遍；还不一样，就停下来，马上告诉安全审计员。"
        ),
        "other_key": _("警告：单位的密钥，不是念口头码的人手里那一把。"),
        "heard_kept": _("记下了。等对方办好卡，您在这一页交付密钥。电话可以挂了。"),
        "roster_changed": _("警告：持钥成员的名单被人改动过，密钥没有交出去。"),
        "roster_changed_do": _("请不要处理任何线索，马上打电话告诉安全审计员。"),
        "gone": _("这个人已经不在等候名单里。请刷新页面看一看。"),
        "handing": _("正在核对、加密……"),
        "handed": _("已经交给对方。请对方重新解锁。"),
        "code_made": _("口头码：%(code)s", code="%(code)s"),
    }


def progress_words() -> dict[str, str]:
    """Name each sentence as browser/signin/members/progress.js asks for it."""
    return {
        "title": _("开通「%(title)s」：到哪一步了", title="%(title)s"),
        "turn": _("现在轮到：%(who)s", who="%(who)s"),
        "mine": _("现在轮到您"),
        "done": _("办好了"),
        "now": _("正在办"),
        "later": _("还没到"),
        "reload": _("有新的进展，接着办"),
    }


def _shared() -> dict[str, object]:
    return {
        "progress": progress_words(),
        "too_old": _("这个浏览器太旧，不能生成密钥。请换新版的 Chrome、Edge 或 Firefox。"),
        "offline": _("连不上服务器。写好的内容都还在，请检查网络，再试一次。"),
        "failed": _("没有做成。请刷新页面，再试一次。"),
    }
