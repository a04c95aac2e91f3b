"""What an installation is asked, as data: in this order, each with the reason why it is asked.

A step is asked as one, and tried as one where there is something to try (tries.py).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Final

from . import checks
from .answers import Answers, Row, said

Data = Mapping[str, Mapping[str, Any]]
"""The files of content/data, as they are before."""
Check = Callable[[str, checks.Known], str]
NONE: Final = "没有就直接按回车"


class Kind(Enum):
    LINE = auto()
    CHOICE = auto()
    SECRET = auto()
    """Typed unseen, and never among the answers that are kept."""
    YES = auto()
    ROWS = auto()
    """As many as there are, one a line."""
    NAMES = auto()
    """A name for each of those that there are."""


def _always(_answers: Answers) -> bool:
    return True


def when(key: str, *values: str) -> Callable[[Answers], bool]:
    return lambda answers: said(answers, key) in values


@dataclass(frozen=True)
class Question:
    """One thing that is asked."""

    key: str
    words: str
    why: str
    check: Check = checks.words
    kind: Kind = Kind.LINE
    default: str | Callable[[Answers], str] = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    is_asked: Callable[[Answers], bool] = _always
    may_lack: bool = False
    """Whether nothing is an answer, too."""
    rows: tuple[Row, ...] = ()
    """What there is before, of `ROWS` and `NAMES`."""

    def usual(self, answers: Answers) -> str:
        return self.default if isinstance(self.default, str) else self.default(answers)


@dataclass(frozen=True)
class Step:
    """Some questions that belong together."""

    id: str
    title: str
    questions: tuple[Question, ...]
    trial: str = ""
    """The name of what is tried once they are answered (tries.py)."""


def steps(data: Data) -> tuple[Step, ...]:
    """All that is asked; what there is already stands beside it."""
    return (
        HOSTS,
        PUBLISHER,
        _units(data["routes"]),
        _places(data["townships"]),
        _hotlines(data["hotlines"]),
        *((_EDGE_LOG,) if "edge_log" in data else ()),
        *(DATABASE, STORE, MAIL, CERTIFICATE, BACKUP, FINISH),
    )


HOSTS: Final = Step(
    "hosts",
    "域名",
    (
        Question("hosts.public", "公众网站的域名", "居民看网站、写线索，都用它。", checks.host),
        Question(
            "hosts.desk",
            "工作台的域名",
            "和上面分开：公众的页面出了漏洞，也碰不到工作台。",
            checks.desk_host,
        ),
        Question(
            "hosts.more",
            f"公众网站还有别的域名吗？几个就用逗号隔开，{NONE}",
            "写了的才应答，像洋葱地址。",
            checks.hosts,
            may_lack=True,
        ),
    ),
)


def _jiucuo(answers: Answers) -> str:
    code = said(answers, "publisher.site_code")
    return f"https://zfwzgl.www.gov.cn/exposure/jiucuo.html?site_code={code}" if code else ""


PUBLISHER: Final = Step(
    "publisher",
    "谁办的网站（页面最下面那几行）",
    (
        Question("publisher.name", "网站名称", "每一页的页头和标题都用它。", default="灯哨"),
        Question("publisher.name_en", "网站的英文名称", "英文页用它。", default="Dengshao"),
        Question("publisher.organizer", "主办单位", "居民要知道线索交给谁，网站谁负责。"),
        Question("publisher.contact", "联系方式", "网站打不开、写错了，居民找得到人。"),
        Question(
            "publisher.site_code",
            f"网站标识码，{NONE}",
            "政府网站要在页面上标明。",
            checks.site_code,
            may_lack=True,
        ),
        Question(
            "publisher.icp", f"ICP备案号，{NONE}", "对外的网站要先备案。", checks.icp, may_lack=True
        ),
        Question(
            "publisher.police_record",
            f"公安备案号，{NONE}",
            "开通三十天内办好，页面上要能点开。",
            checks.police_record,
            may_lack=True,
        ),
        Question(
            "publisher.party_mark",
            f"党政机关网站标识的网址，{NONE}",
            "机构编制部门发的，证明不是假网站。",
            checks.party_mark,
            may_lack=True,
        ),
        Question(
            "publisher.report_error",
            f"「我为政府网站找错」的网址，{NONE}",
            "政府网站首页要放。",
            checks.web,
            default=_jiucuo,
            may_lack=True,
        ),
        Question(
            "publisher.quick_exit",
            "按「马上离开」去哪个网站",
            "要很平常，人人都会看，像天气。",
            checks.web,
            default="https://www.weather.com.cn/",
        ),
    ),
)


def _units(routes: Mapping[str, Any]) -> Step:
    live = tuple(_names(row) for row in routes["items"] if not row.get("retired"))
    offices = tuple(_names(row) for row in routes["offices"] if not row.get("retired"))
    rename = when("units.way", "rename")
    names = f"单位：{_listed(live)}。所、站：{_listed(offices)}"
    return Step(
        "units",
        "承办单位，和线索要避开的机关",
        (
            Question(
                "units.way",
                f"现在的名字：{names}。就用这些，还是改名",
                "线索交给谁，写线索的人要看得懂，也要能避开。",
                kind=Kind.CHOICE,
                choices={"keep": "就用这些名字", "rename": "一个一个改"},
                default="keep",
            ),
            Question(
                "units.items",
                "承办单位的名字",
                "谁收、转给谁不变，只改名字。要增减，改 routes.yml。",
                kind=Kind.NAMES,
                rows=live,
                is_asked=rename,
            ),
            Question(
                "units.offices",
                "机关的名字",
                "写线索的人可以勾选，不让它们经手。",
                kind=Kind.NAMES,
                rows=offices,
                is_asked=rename,
            ),
        ),
    )


def _names(row: Mapping[str, Any]) -> Row:
    return {"id": row["id"], "zh": row["zh"], "en": row["en"]}


def _listed(rows: tuple[Row, ...]) -> str:
    return "、".join(row["zh"] for row in rows)


def is_demo(found: Mapping[str, Any]) -> bool:
    """Tell whether a file says that its names are invented."""
    return "演示数据" in str(found["source"])


def _places(townships: Mapping[str, Any]) -> Step:
    rows = (
        ()
        if is_demo(townships)
        else tuple(_names(r) for r in townships["items"] if r["id"] != "unclear")
    )
    return Step(
        "places",
        "乡镇、街道",
        (
            Question(
                "places.townships",
                "乡镇、街道，一行一个（可以写成「名字 | English」），写完按回车",
                "写线索的人要选地方。演示的地名不能上线。",
                kind=Kind.ROWS,
                rows=rows,
            ),
        ),
    )


def _hotlines(hotlines: Mapping[str, Any]) -> Step:
    local = [row for row in hotlines["items"] if row["group"] == "local"]
    return Step(
        "hotlines",
        "本地电话",
        tuple(
            Question(
                f"hotlines.{row['id']}",
                f"{row['zh']}的电话，{NONE}",
                f"{row['for']['zh']}。没有的，页面上不出现。",
                checks.phone,
                default="" if row.get("retired") else row["number"] or "",
                may_lack=True,
            )
            for row in local
        ),
    )


_SEALED: Final = when("edge_log.profile", "sealed")
_LOGGED: Final = when("edge_log.profile", "sealed", "elsewhere")
_EDGE_LOG: Final = Step(
    "edge_log",
    "网络日志",
    (
        Question(
            "edge_log.profile",
            "访问的日志谁来留",
            "网络安全法第二十三条要求留存不少于六个月。页面会照您选的说。",
            kind=Kind.CHOICE,
            choices={
                "sealed": "本机加密留存，由别的单位的人保管密钥",
                "elsewhere": "前面的政务云或者安全中心已经在留",
                "none": "谁也不留（只能演示，或者在封闭的内网）",
            },
            default="sealed",
        ),
        Question(
            "edge_log.days",
            "留存多少天",
            "不少于 183 天。党政机关的网站，有的规定要一年（365）。",
            checks.days,
            default="183",
            is_asked=_LOGGED,
        ),
        Question(
            "edge_log.holder",
            "保管日志的单位",
            "不能是管服务器的这个单位：一家看不全，才谁也查不出写线索的人。",
            is_asked=_LOGGED,
        ),
        Question(
            "edge_log.holder_en",
            "它的英文名称",
            "英文页要说日志在谁手里。",
            is_asked=_LOGGED,
            default="The office that keeps the log",
        ),
        Question(
            "edge_log.key",
            "它的公钥（保管人用 dengshao edge-log key 生成）",
            "日志加密给它，管服务器的人打不开。",
            checks.recipient,
            is_asked=_SEALED,
        ),
        Question(
            "edge_log.holder_two",
            f"要分成两半、由第二个单位也保管一半吗？写单位名称，{NONE}",
            "两家都同意，才打得开。",
            is_asked=_SEALED,
            may_lack=True,
        ),
        Question(
            "edge_log.key_two",
            "第二个单位的公钥",
            "它的那一半加密给它。",
            checks.recipient,
            is_asked=lambda answers: (
                _SEALED(answers) and bool(said(answers, "edge_log.holder_two"))
            ),
        ),
    ),
)

_POSTGRESQL: Final = when("database.kind", "postgresql")
DATABASE: Final = Step(
    "database",
    "数据库",
    (
        Question(
            "database.kind",
            "用哪一种",
            "一台服务器用 SQLite 就够。两台以上要 PostgreSQL。",
            kind=Kind.CHOICE,
            choices={"sqlite": "SQLite，在数据目录里", "postgresql": "PostgreSQL 15 以上"},
            default="sqlite",
        ),
        Question(
            "database.url",
            "地址，像 postgresql://dengshao@127.0.0.1/dengshao",
            "马上连一次，连不上不往下走。",
            checks.database,
            is_asked=_POSTGRESQL,
        ),
        Question(
            "database.password",
            f"口令（打字不显示），{NONE}",
            "只写进 dengshao.env，不写进答案。",
            checks.secret,
            kind=Kind.SECRET,
            is_asked=_POSTGRESQL,
            may_lack=True,
        ),
    ),
    trial="database",
)

_S3: Final = when("store.kind", "s3")
STORE: Final = Step(
    "store",
    "证据文件放在哪里",
    (
        Question(
            "store.kind",
            "用哪一种",
            "文件都是加密的，一条线索可以有 2 GB。",
            kind=Kind.CHOICE,
            choices={"folder": "本机的目录", "s3": "对象存储（S3）"},
            default="folder",
        ),
        Question(
            "store.folder",
            "目录",
            "要放得下。换大盘就写那块盘上的目录。",
            checks.folder,
            default="/var/lib/dengshao/blobs",
            is_asked=when("store.kind", "folder"),
        ),
        Question(
            "store.url",
            "桶，像 s3://dengshao/files",
            "几台服务器共用。",
            checks.bucket,
            is_asked=_S3,
        ),
        Question(
            "store.endpoint",
            "对象存储的地址",
            "不写就会去找亚马逊。",
            checks.endpoint,
            is_asked=_S3,
        ),
        Question("store.region", "区域", "签名要用。", default="us-east-1", is_asked=_S3),
        Question("store.key_id", "访问密钥的 ID", "只给读写这一个桶的权限。", is_asked=_S3),
        Question(
            "store.secret",
            "访问密钥（打字不显示）",
            "只写进 dengshao.env，不写进答案。",
            checks.secret,
            kind=Kind.SECRET,
            is_asked=_S3,
        ),
    ),
)


def _has_mail(answers: Answers) -> bool:
    return bool(said(answers, "mail.url"))


MAIL: Final = Step(
    "mail",
    "提醒邮件",
    (
        Question(
            "mail.url",
            f"邮件服务器，像 smtps://用户@mail.example.gov.cn，{NONE}",
            "到点提醒值班的人。信里没有线索的内容。",
            checks.mail_server,
            may_lack=True,
        ),
        Question(
            "mail.password",
            f"口令（打字不显示），{NONE}",
            "只写进 dengshao.env，不写进答案。",
            checks.secret,
            kind=Kind.SECRET,
            is_asked=_has_mail,
            may_lack=True,
        ),
        Question(
            "mail.from",
            "发件人",
            "值班的人看得出是谁发的。",
            checks.mail_address,
            is_asked=_has_mail,
        ),
        Question(
            "mail.ca",
            f"它的证书由自己的 CA 签发的，写 CA 证书的路径，{NONE}",
            "写了，就只信它一个。",
            checks.folder,
            is_asked=_has_mail,
            may_lack=True,
        ),
        Question(
            "mail.try",
            "现在连一次试试吗",
            "只登录，不发信。",
            kind=Kind.YES,
            default="yes",
            is_asked=_has_mail,
        ),
    ),
    trial="mail",
)

_OWN: Final = when("certificate.way", "own", "desk_self")
_BOTH_OWN: Final = when("certificate.way", "own")


def _of_public(name: str) -> Callable[[Answers], str]:
    return lambda answers: said(answers, name)


CERTIFICATE: Final = Step(
    "certificate",
    "证书",
    (
        Question(
            "certificate.way",
            "证书从哪里来",
            "没有证书，路上的人看得到谁写了什么。自签的，浏览器会警告。",
            kind=Kind.CHOICE,
            choices={
                "own": "两个域名都有证书文件",
                "desk_self": "公众网站有证书；工作台只在内网用，自签一张",
                "self": "都自签（只用来试装，公众的浏览器打不开）",
            },
            default="own",
        ),
        Question(
            "certificate.public",
            "公众网站的证书（完整链）",
            "马上核对域名和日期。",
            checks.folder,
            is_asked=_OWN,
        ),
        Question(
            "certificate.public_key",
            "它的私钥",
            "马上核对是不是一对。",
            checks.folder,
            is_asked=_OWN,
        ),
        Question(
            "certificate.desk",
            "工作台的证书（完整链）",
            "可以是同一张，里面要有两个域名。",
            checks.folder,
            default=_of_public("certificate.public"),
            is_asked=_BOTH_OWN,
        ),
        Question(
            "certificate.desk_key",
            "它的私钥",
            "马上核对是不是一对。",
            checks.folder,
            default=_of_public("certificate.public_key"),
            is_asked=_BOTH_OWN,
        ),
    ),
    trial="certificate",
)

BACKUP: Final = Step(
    "backup",
    "备份",
    (
        Question(
            "backup.recipient",
            f"备份公钥（在别的机器上用 dengshao backup key 生成），{NONE}",
            "备份加密给它，私钥不留在服务器上。",
            checks.recipient,
            may_lack=True,
        ),
    ),
)

FINISH: Final = Step(
    "finish",
    "最后",
    (
        Question(
            "finish.migrate",
            "现在建好数据库，或者升到最新吗",
            "空的数据库要先建表。旧的，请先备份。",
            kind=Kind.YES,
            default="yes",
        ),
        Question(
            "finish.start",
            "现在启动服务，并让 nginx 用新的配置吗",
            "启动以后，体检才看得全。",
            kind=Kind.YES,
            default="yes",
        ),
    ),
)
