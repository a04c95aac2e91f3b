"""What is tried as soon as it is answered: a database, a mail server, certificates.

Nothing is changed by it. What does not work is said in one sentence, and asked again.
"""

import datetime
import os
import pwd
import smtplib
import ssl
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from ..config import ROOT
from ..mail.outbox import connect
from ..release.layout import SERVICE_USER
from .asked.answers import Answers, said
from .asked.checks import Refused
from .written.certificates import check_pair
from .written.rendering import database_url, smtp_url

FEW_DAYS: Final = 30
_SECONDS: Final = 30
_DATABASE: Final = {
    "old": "这台 PostgreSQL 太旧，要 15 以上。",
    "refused": "用户或者口令不对，PostgreSQL 不让进。",
    "missing": "PostgreSQL 里没有这个用户或者这个库，请先建好。",
    "away": "没有应答。请看地址对不对，PostgreSQL 在不在运行。",
}


def service_user() -> str | None:
    """Name the service's user, where root may act as it."""
    try:
        pwd.getpwnam(SERVICE_USER)
    except KeyError:
        return None
    return SERVICE_USER if os.geteuid() == 0 else None


def try_database(answers: Answers) -> str:
    """Connect once. Raises `Refused`."""
    if said(answers, "database.kind") != "postgresql":
        return ""
    found = _connected(database_url(answers))
    if found != "ok":
        raise Refused(_DATABASE.get(found, _DATABASE["away"]))
    return "数据库连上了。怎样一个用途一个账号，看运维页“按用途分开账号”。"


def _connected(url: str) -> str:
    user = service_user()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "admin.setup.connecting"],
            input=url,
            cwd=ROOT,
            # libpq looks for certificates in root's own folder otherwise, and may not.
            env={**os.environ, "HOME": "/"} if user else None,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
            user=user,
            group=user,
            extra_groups=[] if user else None,
        )
    except subprocess.TimeoutExpired:
        return "away"
    return done.stdout


def try_certificate(answers: Answers) -> str:
    """Hold names, days and keys against what was answered. Raises `Refused`."""
    now = datetime.datetime.now(datetime.UTC)
    told = []
    for which in ("public", "desk"):
        if not said(answers, f"certificate.{which}"):
            continue
        host = said(answers, f"hosts.{which}")
        pair = (said(answers, f"certificate.{name}") for name in (which, f"{which}_key"))
        days = check_pair(host, *map(Path, pair), now=now)
        few = "，快到期了，记得换" if days < FEW_DAYS else ""
        told.append(f"{host} 的证书对得上，还有 {days} 天{few}。")
    return "\n".join(told)


def try_mail(answers: Answers) -> str:
    """Sign in once and send nothing, where that was wished. Raises `Refused`."""
    if not said(answers, "mail.url") or not answers.get("mail.try"):
        return ""
    try:
        ca = said(answers, "mail.ca")
        connect(smtp_url(answers), Path(ca) if ca else None).quit()
    except ssl.SSLCertVerificationError:
        raise Refused("邮件服务器的证书不被信任。由自己的 CA 签发的，请写上 CA 的证书。") from None
    except smtplib.SMTPAuthenticationError:
        raise Refused("邮件服务器说用户或者口令不对。") from None
    except (OSError, smtplib.SMTPException) as error:
        # Its kind alone: what a server answers may hold the address.
        raise Refused(f"邮件服务器连不上（{type(error).__name__}）。") from None
    return "邮件服务器登录成功。"


TRIES: Final[Mapping[str, Callable[[Answers], str]]] = {
    "database": try_database,
    "certificate": try_certificate,
    "mail": try_mail,
}


def try_step(name: str, answers: Answers) -> str:
    """Try what a step answered, and say how it went. Raises `Refused`."""
    return TRIES[name](answers) if name in TRIES else ""
