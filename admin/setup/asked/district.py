"""What is asked of the district: its names on the net, who publishes, units, places, telephones."""

from collections.abc import Mapping
from typing import Any, Final

from . import checks
from .answers import Answers, Row, said
from .question import NONE, Kind, Question, Step, when

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


def units(routes: Mapping[str, Any]) -> Step:
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


def places(townships: Mapping[str, Any]) -> Step:
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


def hotlines(hotlines: Mapping[str, Any]) -> Step:
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
