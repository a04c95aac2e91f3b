"""What the form's script says of files. Asked for once somebody touches the field.

Apart from the form: most tips bring no file, and the form's first view must stay small.
"""

import json
from typing import Any

from flask import Blueprint, Response, current_app, request
from flask_babel import lazy_gettext as _l

from ...app_state import app_state
from ...web.security import public

bp = Blueprint("intake_file_words", __name__)

_CLEANING = {
    "kind": _l("这种文件在这里清不了"),
    "broken": _l("图片打不开"),
    "large": _l("图片太大"),
    "browser": _l("这台设备打不开这种图片"),
    "spoils": _l("这个浏览器会把图弄花"),
}
_FAILING = {
    "empty": _l("文件是空的"),
    "tooBig": _l("文件太大"),
    "tooMany": _l("选得太多"),
    "tooMuch": _l("合起来太大"),
    "full": _l("服务器现在放不下"),
    "away": _l("存文件的地方没有连上"),
    "unreadable": _l("文件变了，或者打不开"),
    "worker": _l("这台设备加不了锁"),
    "refused": _l("服务器没有收"),
}
WORDS: dict[str, Any] = {
    "list": _l("选好的文件"),
    "sealed": _l("选好就先加锁，再传上去。您不发出这条，谁也打不开。"),
    "sealedLater": _l("这一条的文件，等您按发出时一起传。"),
    "lost": _l("先前传的放得太久，或者没连上。请重新选文件。"),
    "noName": _l("文件"),
    "photo": _l("照片{number}"),
    # What stands at each file.
    "looking": _l("正在看这个文件"),
    "cleaning": _l("正在清理"),
    "undecided": _l("未能清理：{reason}。"),
    "ask": _l("里面可能有地点、时间、手机型号、作者名。要交吗？"),
    "askKind": _l(
        "里面可能有地点、时间、手机型号、作者名。"
        "要清理，可以关掉脚本再交：服务器会先看到它。要照原样交吗？"
    ),
    "waiting": _l("等您按发出，再一起传。"),
    "queued": _l("排着队，等着传。"),
    "moving": _l("正在加锁、上传"),
    "paused": _l("停下了"),
    "broken": _l("没有连上，会自己接着传。"),
    "renewed": _l("先前传的接不上了，正在从头再传。"),
    "again": _l("请再选一次这个文件，接着传。"),
    "wholeClean": _l("已清理，传好了。"),
    "wholeKept": _l("没有清理，照原样传好了。"),
    "failed": _l("失败：{reason}。"),
    "nameGoes": _l("文件名也会交上去。名字里有您的事，就先改名再选。"),
    "progress": _l("{name} 传了 {percent}%"),
    "original": _l("原件也交"),
    "originalWarning": _l("原件里可能有您的地点、时间和手机型号。不清楚就不勾。"),
    "noOriginal": _l("加上原件就太大了，没有加。"),
    # What can be pressed.
    "keep": _l("照原样交"),
    "pause": _l("停一下"),
    "goOn": _l("接着传"),
    "retry": _l("再试一次"),
    "chooseAgain": _l("再选这个文件"),
    "drop": _l("不要这个"),
    # What is to be done before it can be sent.
    "faultChoose": _l("「{name}」没能清理。请选照原样交，或者不要。"),
    "faultAgain": _l("「{name}」要再选一次，或者不要。"),
    "faultFailed": _l("「{name}」没传上。再按一次，就不带它发出。"),
    "wait": _l("文件还在传，传完就发出。请别关这一页。"),
    "plainAgain": _l("请再选一次文件。"),
    # What became of it.
    "savedClean": _l("已清理，已保存。"),
    "savedKept": _l("未能清理，照原样已保存。"),
    "savedOriginal": _l("原件也已保存。"),
    "notSaved": _l("失败：{reason}。可以凭查询码再补交。"),
    "practised": _l("练习：没有真的传。"),
    "uncleaned": _CLEANING,
    "reasons": _FAILING,
}


@bp.get("/tip/files/words")
@public
def show_words() -> Response:
    """Give the sentences, in the page's language, and the limits; minors are addressed by 你."""
    config = app_state().config
    limits = {
        "most": config.files_most,
        "fileMb": config.file_mb,
        "tipMb": config.tip_mb,
        "plainMb": config.plain_mb,
    }
    text = json.dumps(_spoken(WORDS) | {"limits": limits}, ensure_ascii=False)
    if request.args.get("page") == "young":
        text = text.replace("您", "你")
    return current_app.response_class(text, mimetype="application/json")


def _spoken(words: dict[str, Any]) -> dict[str, Any]:
    """Translate a table and the tables within."""
    return {
        name: _spoken(word) if isinstance(word, dict) else str(word) for name, word in words.items()
    }
