"""What the codes of the gate before the sign-in are called on the auditor's page."""

from typing import Any, Final

from flask_babel import lazy_gettext as _l

GATE_FAILED: Final[dict[str, Any]] = {
    "gate_refused": _l("没有通过统一身份认证"),
    "gate_other": _l("口令都对，但统一身份认证的账号不是本人的，没有让登录"),
    "gate_down": _l("统一身份认证没有应答，有人过不去"),
}
GATE_DONE: Final[dict[str, Any]] = {
    "gate_without": _l("统一身份认证没有应答，放人到登录页"),
    "gate_opened": _l("不经统一身份认证，放行一段时间"),
    "gate_shut": _l("恢复统一身份认证"),
    "gate_bound": _l("绑定了成员的统一身份认证账号"),
    "gate_unbound": _l("解除了成员的统一身份认证账号"),
}
GATE_FAULTS: Final[dict[str, Any]] = {
    "gate_state": _l("回来的记号不对"),
    "gate_iss": _l("签发方不对"),
    "gate_aud": _l("不是签发给本系统的"),
    "gate_azp": _l("不是签发给本系统的"),
    "gate_nonce": _l("不是这一次的应答"),
    "gate_exp": _l("已经过期"),
    "gate_iat": _l("签发时间不对"),
    "gate_nbf": _l("还没有生效"),
    "gate_signature": _l("签名不对"),
    "gate_denied": _l("认证方没有放行"),
    "gate_name": _l("没有给出账号"),
    "gate_password": _l("账号或认证密码不对"),
    "gate_certificate": _l("证书不对"),
    "gate_connection": _l("连不上"),
    "gate_answer": _l("应答看不懂"),
    "gate_issuer": _l("名称和设置的不一样"),
    "gate_endpoint": _l("给的地址不能用"),
    "gate_reader": _l("查询用的账号登录不了"),
    "gate_keys": _l("给的公钥看不懂"),
}
"""Why the gate did not let somebody pass, or gave no answer."""
