"""What the steps of a departure are called, and who does each."""

from dataclasses import dataclass
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from .checklist import Step


@dataclass(frozen=True)
class StepWords:
    """A step as the list shows it; `who` where it is not a member's own turn."""

    title: Any
    todo: Any
    who: Any


STEPS: Final = {
    Step.HAND_OVER: StepWords(
        _l("把密钥交给接手的人"),
        _l("本单位只有他有密钥。请先邀请接手的人，再由他在「本单位」页把密钥交过去。"),
        _l("要走的人"),
    ),
    Step.RECOVER: StepWords(
        _l("用恢复单生成新密钥"),
        _l("没有人有密钥了。请邀请新成员，再请两位保管人带上恢复单的两半。"),
        _l("系统管理员、两位保管人"),
    ),
    Step.MAKE: StepWords(
        _l("生成新密钥"),
        _l("登录后打开「本单位」页，照提示生成。要两个人保管恢复单。"),
        _l("还在的持钥人"),
    ),
    Step.CONFIRM: StepWords(
        _l("第二个人核对"),
        _l("生成密钥的人念新核对码，另一个人在「本单位」页照听到的输入。"),
        _l("本单位另一位成员；没有别人时，别的单位的负责人"),
    ),
    Step.PUBLISH: StepWords(
        _l("公布新密钥"),
        _l("公布的那一刻，表单换用新密钥，一条也不断。"),
        _l("管服务器的人：dengshao keys apply"),
    ),
    Step.SUSPEND: StepWords(
        _l("停用这个人"), _l("按一次就停用，马上退出，再也登录不了。"), _l("系统管理员")
    ),
    Step.RESEAL: StepWords(
        _l("旧线索重新加密"),
        _l("持钥人解锁以后，浏览器自动处理。关了再开，会接着做。"),
        _l("持钥人"),
    ),
    Step.CHECK: StepWords(
        _l("第二个浏览器核对"), _l("另一位持钥人登录、解锁，就自动核对。"), _l("另一位持钥人")
    ),
    Step.RETIRE: StepWords(
        _l("旧密钥那一行作废"),
        _l("再运行一次 dengshao keys apply，旧的那一行就去掉。"),
        _l("管服务器的人"),
    ),
    Step.DONE: StepWords(_l("都办完了"), _l("旧密钥打不开这里的任何线索了。"), ""),
}
