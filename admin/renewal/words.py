"""Sentences that the scripts of renewal, recovery and re-sealing show; pages carry them."""

from flask_babel import gettext as _


def renewal_words() -> dict[str, str]:
    """Name each sentence as browser/signin/renewal asks for it."""
    return {
        "too_old": _("这个浏览器太旧，不能生成密钥。请换新版的 Chrome、Edge 或 Firefox。"),
        "offline": _("连不上服务器。写好的内容都还在，请检查网络，再试一次。"),
        "failed": _("没有做成。请刷新页面，再试一次。"),
        "making": _("正在生成新密钥……"),
        "sending": _("正在保存……"),
        "wrong_half": _("第 %(n)s 半的最后一组不对。请照纸上再看一遍。", n="%(n)s"),
        "roster_changed": _("警告：持钥人的名单被人改动过。没有换密钥。请马上告诉安全审计员。"),
        "no_half": _("请写第 %(n)s 半：十四组，每组四个。", n="%(n)s"),
        "bad_half": _("第 %(n)s 半抄错了。请照纸上再看一遍。", n="%(n)s"),
        "not_a_pair": _("两半都没抄错，但不是本单位现在这张恢复单。请看纸上的核对码。"),
        "same_half": _("两次写的是同一半。请另一个人写另一半。"),
        "opened": _("两半合得上。"),
        "no_new_key": _("您还没有单位的新密钥，不能重新加密。请先找持钥人交付密钥。"),
        "unvouched": _("这张恢复单和新密钥对不上号。请马上告诉安全审计员。"),
    }


def reseal_words() -> dict[str, str]:
    """Name each sentence as browser/signin/renewal/reseal.js asks for it."""
    return {
        "title": _("正在用新密钥重新加密旧线索"),
        "left": _("还有 %(n)s 条。", n="%(n)s"),
        "done": _("全部完成。旧密钥已经打不开这里的任何线索。"),
        "waiting": _("新密钥还没有核对、公布，公布以后才继续。"),
        "pause": _("暂停"),
        "resume": _("继续"),
        "paused": _("已暂停。还有 %(n)s 条线索没有重新加密。", n="%(n)s"),
        "paused_uncounted": _("已暂停。"),
        "offline": _("连不上服务器，过一会儿自动再试。"),
        "checking": _("正在核对重新加密的线索，还有 %(n)s 条。", n="%(n)s"),
        "checked": _("重新加密的线索都核对过了。"),
        "differs": _(
            "警告：有 %(n)s 条重新加密后打不开，或者和原来不一样。旧密文还在，没有丢失。"
            "请马上告诉单位负责人和安全审计员。",
            n="%(n)s",
        ),
        "stuck": _("有 %(n)s 条您打不开，留给别的持钥人处理。", n="%(n)s"),
    }
