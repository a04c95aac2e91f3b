"""What is asked of the machine: its log, its stores, its letters, its certificates, its backup."""

from collections.abc import Callable
from typing import Final

from . import checks
from .answers import Answers, said
from .question import NONE, Kind, Question, Step, when

_SEALED: Final = when("edge_log.profile", "sealed")
_LOGGED: Final = when("edge_log.profile", "sealed", "elsewhere")
EDGE_LOG: Final = Step(
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
            f"不少于 {checks.LEAST_DAYS} 天。党政机关的网站，有的规定要一年（365）。",
            checks.days,
            default=str(checks.LEAST_DAYS),
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
            f"要两个单位一起才打得开吗？写第二个单位的名称，{NONE}",
            "少了一家，谁也打不开。",
            is_asked=_SEALED,
            may_lack=True,
        ),
        Question(
            "edge_log.key_two",
            "第二个单位的公钥",
            "日志先用第一把公钥加密，再用这一把加密一层。",
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
            "mail.operator",
            f"每天的体检，结果发给谁，{NONE}",
            "信里只有有没有「要改」。哪天没有来信，也请去看一看机器。",
            checks.mail_address,
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
        Question(
            "backup.keep",
            "每天夜里自动备份，本机留最新的几份",
            "删掉的线索还在旧备份里，所以不能一直留。",
            checks.copies,
            default="14",
            is_asked=lambda answers: bool(said(answers, "backup.recipient")),
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
