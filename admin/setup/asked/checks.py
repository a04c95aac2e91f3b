"""What may be answered: each check gives the answer as it is kept, or refuses it in one sentence.

Pure: whether a database answers, or a certificate fits, is tried elsewhere (tries.py).
"""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import SplitResult, urlsplit

from ...sealing.age import HybridRecipient, parse_recipient
from ...sealing.errors import SealingError
from .answers import Answer, said

_HOST: Final = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]+")
_CODE: Final = re.compile(r"[0-9A-Za-z]{10}")
_ICP: Final = re.compile(r"[\u4e00-\u9fff]ICP[备证]\d{6,12}号(-\d{1,3})?")
_POLICE: Final = re.compile(r"[\u4e00-\u9fff]公网安备\s*(\d{14})号")
_PHONE: Final = re.compile(r"[0-9][0-9-]{2,14}")
_MAIL: Final = re.compile(r"[^@\s]+@[^@\s]+")
_MOST: Final = 200
_EXAMPLE: Final = "示例"
LEAST_DAYS: Final = 183
MOST_COPIES: Final = 366

Known = Mapping[str, Answer]


class Refused(Exception):
    """The answer can't be taken; the message says why, in one sentence."""


def _split(typed: str) -> SplitResult:
    try:
        url = urlsplit(typed)
        # Read now, so that a port that is no number is found here.
        _port = url.port
    except ValueError:
        raise Refused("这个地址的写法不对。IPv6 地址要放在方括号里。") from None
    return url


def words(typed: str, _known: Known) -> str:
    """Take words that people read: of one line, and nobody's example."""
    if not typed or len(typed) > _MOST or not typed.isprintable():
        raise Refused(f"请写一行字，最多 {_MOST} 个。")
    if "待填写" in typed or _EXAMPLE in typed:
        raise Refused("这是演示里的写法，不能上线。请写您这里的。")
    return typed


def host(typed: str, _known: Known) -> str:
    found = typed.lower().removeprefix("https://").rstrip("/")
    if not _HOST.fullmatch(found):
        raise Refused("要写域名，像 tips.example.gov.cn，不带端口，不写 IP 地址。")
    return found


def desk_host(typed: str, known: Known) -> str:
    found = host(typed, known)
    if found == said(known, "hosts.public"):
        raise Refused("两个域名不能一样：同一个域名下，公众的页面会拿到工作台的登录状态。")
    return found


def hosts(typed: str, known: Known) -> str:
    """Take further names of the public pages, an onion service's say."""
    found = [host(name.strip(), known) for name in typed.split(",") if name.strip()]
    if {said(known, "hosts.public"), said(known, "hosts.desk")} & set(found):
        raise Refused("上面已经写过的域名，这里不用再写。")
    return ",".join(found)


def site_code(typed: str, _known: Known) -> str:
    if typed and not _CODE.fullmatch(typed):
        raise Refused("网站标识码是 10 位，由政府网站主管单位给。还没有就空着。")
    return typed


def icp(typed: str, _known: Known) -> str:
    if typed and not _ICP.fullmatch(typed):
        raise Refused("要照备案系统给的写全，像「皖ICP备2026000001号-1」。内网用就空着。")
    return typed


def police_record(typed: str, _known: Known) -> str:
    if typed and not _POLICE.fullmatch(typed):
        raise Refused("要写全，像「皖公网安备34010002000001号」，中间是 14 位数字。还没有就空着。")
    return typed


def police_digits(record: str) -> str:
    found = _POLICE.fullmatch(record)
    return found[1] if found else ""


def party_mark(typed: str, _known: Known) -> str:
    if typed and _split(typed).hostname != "bszs.conac.cn":
        raise Refused("要写发标识时给的网址，以 https://bszs.conac.cn/ 开头。还没有就空着。")
    return web(typed, _known)


def web(typed: str, _known: Known) -> str:
    url = _split(typed)
    if typed and (url.scheme != "https" or not url.hostname or not typed.isprintable()):
        raise Refused("要写以 https:// 开头的网址。")
    return typed


def phone(typed: str, _known: Known) -> str:
    if typed and not _PHONE.fullmatch(typed):
        raise Refused("电话只写数字和短横线，像 0551-1234567。没有就空着。")
    return typed


def days(typed: str, _known: Known) -> str:
    if not typed.isascii() or not typed.isdigit() or not LEAST_DAYS <= int(typed) <= 1830:
        raise Refused(f"要写 {LEAST_DAYS} 到 1830 的整数：法律要求不少于六个月。")
    return str(int(typed))


def copies(typed: str, _known: Known) -> str:
    if not typed.isascii() or not typed.isdigit() or not 1 <= int(typed) <= MOST_COPIES:
        raise Refused(f"要写 1 到 {MOST_COPIES} 的整数。")
    return str(int(typed))


def folder(typed: str, _known: Known) -> str:
    path = PurePosixPath(typed)
    if not path.is_absolute() or len(path.parts) < 2 or ".." in path.parts:
        raise Refused("要写完整的路径，以 / 开头。")
    return str(path)


def database(typed: str, _known: Known) -> str:
    """Take the address of a PostgreSQL without the password, which is asked by itself."""
    url = _split(typed)
    if url.scheme not in ("postgresql", "postgresql+psycopg") or len(url.path) < 2:
        raise Refused("要写成 postgresql://用户@主机/库名。")
    if url.password:
        raise Refused("地址里不写口令，下一步单独问。")
    return typed.replace("postgresql+psycopg://", "postgresql://", 1)


def bucket(typed: str, _known: Known) -> str:
    url = _split(typed)
    if url.scheme != "s3" or not url.netloc or url.query or "@" in url.netloc:
        raise Refused("要写成 s3://桶名/前缀，密钥后面单独问。")
    return typed


def endpoint(typed: str, _known: Known) -> str:
    url = _split(typed)
    is_here = url.hostname in ("localhost", "127.0.0.1", "::1")
    if not url.hostname or url.scheme not in ("https", "http"):
        raise Refused("要写对象存储的地址，像 https://s3.example.gov.cn。")
    if url.scheme == "http" and not is_here:
        raise Refused("不在本机的对象存储，要用 https://。")
    return typed


def mail_server(typed: str, _known: Known) -> str:
    """Take the address of a mail server without the password; none where no letter is sent."""
    if not typed:
        return ""
    url = _split(typed)
    is_here = url.hostname in ("localhost", "127.0.0.1", "::1")
    if not url.hostname or not (
        url.scheme in ("smtps", "smtp") or (url.scheme == "smtp+plain" and is_here)
    ):
        raise Refused("要写成 smtps://用户@主机，或者 smtp://主机（用 STARTTLS）。")
    if url.password:
        raise Refused("地址里不写口令，下一步单独问。")
    return typed


def mail_address(typed: str, _known: Known) -> str:
    if not _MAIL.fullmatch(typed):
        raise Refused("要写一个邮箱地址。")
    return typed


def recipient(typed: str, _known: Known) -> str:
    """Take the public key of backups or of a log's holder: hybrid, as all that is sealed here."""
    if not typed:
        return ""
    try:
        found = parse_recipient(typed)
    except SealingError:
        found = None
    if not isinstance(found, HybridRecipient):
        raise Refused("公钥以 age1pq1 开头，很长。请整段贴上，没有就空着。")
    return typed


def secret(typed: str, _known: Known) -> str:
    if not typed.isprintable():
        raise Refused("口令里不能有换行和控制字符。")
    return typed


def name(typed: str) -> str:
    """Take the name of a unit, an office or a place."""
    if _EXAMPLE in typed:
        raise Refused(f"「{typed}」是演示里的名字，不能上线。请写您这里的。")
    return words(typed, {})
