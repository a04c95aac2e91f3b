"""What `dengshao setup` refuses, each in a sentence; what it changes in an editor's file."""

import datetime
from contextlib import nullcontext

import pytest
import yaml

from admin.config import ROOT
from admin.reading.data_files import load_file
from admin.settings.file_limits import front_mb
from admin.setup.asked.checks import Refused
from admin.setup.asked.questions import steps
from admin.setup.asked.settling import settle
from admin.setup.tries import try_database, try_mail
from admin.setup.written import certificates
from admin.setup.written.rendering import merged, password_of, proxy_of, settings_of, with_password
from admin.setup.written.yaml_text import NotChanged, YamlText, row, scalar
from tests.ports import free_port

NOW = datetime.datetime(2026, 12, 2, tzinfo=datetime.UTC)
FILES = ("routes", "townships", "hotlines")
QUESTIONS = {
    question.key: question
    for step in steps({name: load_file(ROOT / "content", name) for name in FILES})
    for question in step.questions
}
KNOWN = {"hosts.public": "tips.anle.gov.cn", "hosts.desk": "desk.anle.gov.cn"}


@pytest.mark.parametrize(
    ("key", "typed", "told"),
    [
        ("hosts.public", "", "这一项要写"),
        ("hosts.public", "10.0.0.1", "不写 IP 地址"),
        ("hosts.public", "tips.anle.gov.cn:8443", "不带端口"),
        ("hosts.public", "安乐.example", "要写域名"),
        ("hosts.desk", "TIPS.anle.gov.cn", "两个域名不能一样"),
        ("hosts.more", "abc.onion,desk.anle.gov.cn", "上面已经写过"),
        ("publisher.organizer", "待填写", "演示里的写法"),
        ("publisher.organizer", "示例县政法委", "演示里的写法"),
        ("publisher.organizer", "甲" * 201, "最多 200"),
        ("publisher.contact", "一行\n两行", "请写一行字"),
        ("publisher.site_code", "123", "10 位"),
        ("publisher.icp", "ICP2026", "照备案系统给的写全"),
        ("publisher.police_record", "公安备案 3401", "14 位数字"),
        ("publisher.party_mark", "https://bszs.example/", "bszs.conac.cn"),
        ("publisher.quick_exit", "http://www.weather.com.cn", "https://"),
        ("units.way", "delete", "请从这几个里选"),
        ("units.items", [{"id": "polcie", "zh": "甲组"}], "routes.yml 里没有 polcie"),
        ("units.items", [{"id": "police", "zh": "示例组"}], "演示里的名字"),
        ("places.townships", [], "至少写一个"),
        ("places.townships", [{"zh": "示例镇"}], "演示里的名字"),
        ("places.townships", [{"zh": "安康镇"}, {"zh": "安康镇"}], "写了两次"),
        ("hotlines.local-police", "一一〇", "电话只写数字"),
        ("database.url", "mysql://a@b/c", "postgresql://"),
        ("database.url", "postgresql://a:secret@b/c", "地址里不写口令"),
        ("database.url", "postgresql://[::1/c", "方括号"),
        ("store.folder", "blobs", "完整的路径"),
        ("store.folder", "/srv/../etc", "完整的路径"),
        ("store.url", "s3://key:secret@bucket", "s3://桶名"),
        ("store.endpoint", "http://s3.anle.gov.cn", "要用 https://"),
        ("mail.url", "smtp+plain://mail.anle.gov.cn", "STARTTLS"),
        ("mail.url", "smtps://a:secret@mail.anle.gov.cn", "地址里不写口令"),
        ("mail.from", "nobody", "邮箱"),
        ("mail.try", "perhaps", "yes 或者 no"),
        (
            "backup.recipient",
            "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p",
            "age1pq1",
        ),
    ],
)
def test_an_answer_that_can_not_be_taken_is_refused_in_a_sentence(key, typed, told):
    with pytest.raises(Refused, match=told) as refused:
        settle(QUESTIONS[key], typed, KNOWN)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("key", "typed", "kept"),
    [
        ("hosts.public", " HTTPS://Tips.Anle.gov.cn/".lower(), "tips.anle.gov.cn"),
        ("hosts.more", " abc.onion , www.anle.gov.cn ", "abc.onion,www.anle.gov.cn"),
        ("publisher.police_record", "", ""),
        ("units.way", "2", "rename"),
        ("mail.try", "否", False),
        ("database.url", "postgresql+psycopg://a@b/c", "postgresql://a@b/c"),
        (
            "places.townships",
            [{"zh": "乐平乡"}, {"zh": "乐坪乡"}],
            [
                {"id": "lepingxiang", "zh": "乐平乡", "en": "Lepingxiang"},
                {"id": "lepingxiang-2", "zh": "乐坪乡", "en": "Lepingxiang"},
            ],
        ),
    ],
)
def test_an_answer_is_kept_in_one_form(key, typed, kept):
    assert settle(QUESTIONS[key], typed, KNOWN) == kept


@pytest.fixture
def pair(tmp_path):
    """Write a certificate for a name, and its key; gives both paths."""

    def write(name, *, now=NOW):
        pem, key = certificates.self_signed([name], now=now)
        paths = tmp_path / f"{len(list(tmp_path.iterdir()))}.pem", tmp_path / f"{name[:3]}.key"
        paths[0].write_bytes(pem)
        paths[1].write_bytes(key)
        return paths

    return write


def test_a_certificate_fits_its_host_its_key_and_the_day(pair, tmp_path):
    certificate, key = pair("tips.anle.gov.cn")
    assert certificates.check_pair("tips.anle.gov.cn", certificate, key, now=NOW) == 397
    other = pair("desk.anle.gov.cn")
    (tmp_path / "junk").write_text("no certificate")
    late, early = NOW + datetime.timedelta(days=398), NOW - datetime.timedelta(days=1)
    for host, files, day, told in (
        ("desk.anle.gov.cn", (certificate, key), NOW, "里没有 desk.anle.gov.cn，有的是"),
        ("tips.anle.gov.cn", (certificate, other[1]), NOW, "不是一对"),
        ("tips.anle.gov.cn", (certificate, key), late, "就过期了"),
        ("tips.anle.gov.cn", (certificate, key), early, "还没有生效"),
        ("tips.anle.gov.cn", (tmp_path / "junk", key), NOW, "不是 PEM 格式的证书"),
        ("tips.anle.gov.cn", (certificate, tmp_path / "none"), NOW, "读不了"),
    ):
        with pytest.raises(Refused, match=told):
            certificates.check_pair(host, *files, now=day)


@pytest.mark.parametrize(
    ("name", "host", "covers"),
    [
        ("*.anle.gov.cn", "tips.anle.gov.cn", True),
        ("*.anle.gov.cn", "a.tips.anle.gov.cn", False),
        ("*.anle.gov.cn", "anle.gov.cn", False),
        ("tips.anle.gov.cn", "tips.anle.gov.cn", True),
    ],
)
def test_a_star_stands_for_one_part_of_a_name(name, host, covers):
    assert certificates.covers(name, host) is covers


def test_a_database_that_does_not_answer_is_refused_without_its_password():
    url = f"postgresql://dengshao@127.0.0.1:{free_port()}/dengshao"
    answers = {"database.kind": "postgresql", "database.url": url, "database.password": "pw"}
    with pytest.raises(Refused, match="没有应答"):
        try_database(answers)


@pytest.mark.parametrize(("typed", "told"), [("no", ""), ("yes", "连不上")])
def test_a_mail_server_is_tried_where_that_is_wished(typed, told):
    wished = settle(QUESTIONS["mail.try"], typed, KNOWN)
    url = f"smtp://anle:x@127.0.0.1:{free_port()}"
    answers = {"mail.url": url, "mail.password": "pw", "mail.try": wished}
    with pytest.raises(Refused, match=told) if told else nullcontext():
        assert try_mail(answers) == ""


TEXT = """\
# Head.
source: 演示数据  # why
items:
  - {id: a, zh: 甲, hidden: true}
  - id: b
    zh: 乙
    notes: &same [1, 2]

  # before c
  - id: c
    zh: 丙
    notes: *same
# about the next
last: 1
"""


def test_single_values_change_in_an_editors_text_and_nothing_else():
    file = YamlText(TEXT)
    file.set("甲: 一", "items", "a", "zh")
    file.drop("items", "a", "hidden")
    file.set("new", "items", "b", "en")
    file.drop("items", "c", "zh")
    file.set("主办单位填写", "source")
    file.add_row("items", row(id="d", zh="丁"))

    changed = TEXT.replace("zh: 甲, hidden: true", 'zh: "甲: 一"').replace("    zh: 丙\n", "")
    changed = changed.replace("[1, 2]\n", "[1, 2]\n    en: new\n").replace(
        "演示数据", "主办单位填写"
    )
    assert file.text == changed.replace("*same\n", "*same\n  - {id: d, zh: 丁}\n")


def test_a_list_is_replaced_with_what_stands_around_it_in_place():
    file = YamlText(TEXT)
    file.replace_rows("items", [])
    assert file.text == "# Head.\nsource: 演示数据  # why\nitems: []\n# about the next\nlast: 1\n"
    file.replace_rows("items", [row(id="e", zh="110", is_new=True)])
    assert 'items:\n  - {id: e, zh: "110", is_new: true}\n# about' in file.text


def test_a_text_that_would_come_out_otherwise_is_left_alone():
    with pytest.raises(NotChanged):
        YamlText("a: &x {b: 1}\nc: *x\n").set("2", "c", "b")


@pytest.mark.parametrize(
    "value",
    [
        "110",
        "是",
        "no",
        "null",
        " x",
        "a: b",
        "2026-12-02",
        "#",
        "",
        "~",
        "*a",
        "a, b",
        "{x}",
        "1e3",
        "0x1",
    ],
)
def test_every_value_is_read_back_as_it_was(value):
    assert yaml.safe_load(f"{{k: {scalar(value)}, l: 1}}") == {"k": value, "l": 1}


def test_a_password_goes_into_an_address_and_comes_out_again():
    url = with_password("postgresql://dengshao@db/dengshao", "p@ss:/w%rd")
    assert (password_of(url), "p@ss" in url) == ("p@ss:/w%rd", False)


def test_settings_are_written_over_the_operators_file_line_by_line():
    before = "# mine\nDENGSHAO_FILE_MB=100\nDENGSHAO_BIND=0.0.0.0:1\nAWS_REGION=old\n"
    answers = KNOWN | {"store.folder": "/srv/files", "database.kind": "sqlite"}
    after = merged(before, settings_of(answers, is_sealed=False))

    assert after.startswith("# mine\nDENGSHAO_FILE_MB=100\nDENGSHAO_BIND=127.0.0.1:8000\n")
    assert "AWS_REGION" not in after
    assert merged(after, settings_of(answers, is_sealed=False)) == after
    assert "DENGSHAO_SECRET_FILE" not in merged("", settings_of(answers, is_sealed=True))


def test_a_host_that_is_called_as_the_examples_is_not_replaced_twice():
    example = "server_name tips.example; # <-\nserver_name desk.example; # <-\n# tips.example\n"
    answers = {"hosts.public": "desk.example", "hosts.desk": "tips.example"}
    rendered = proxy_of(example, answers, user="nginx", body_mb=201)
    assert rendered.splitlines() == [
        "server_name desk.example; # <-",
        "server_name tips.example; # <-",
        "# tips.example",
    ]


@pytest.mark.parametrize(
    ("version", "has_line", "listens"),
    [
        (None, True, "ssl;"),
        ((1, 27, 3), True, "ssl;"),
        ((1, 25, 1), True, "ssl;"),
        ((1, 25, 0), False, "ssl http2;"),
        ((1, 22, 1), False, "ssl http2;"),
    ],
)
def test_http2_is_turned_on_as_the_nginx_that_is_there_knows_it(version, has_line, listens):
    example = (ROOT / "admin/deploy/nginx.conf").read_text("utf-8")
    answers = {"hosts.public": "tips.anle.gov.cn", "hosts.desk": "desk.anle.gov.cn"}

    rendered = proxy_of(example, answers, user="nginx", body_mb=201, version=version)

    lines = [line.strip() for line in rendered.splitlines()]
    assert ("http2 on;" in lines) is has_line
    tls = [line for line in lines if line.startswith("listen ") and "443" in line]
    ends = {line.split(" ", 2)[2].partition(" #")[0] for line in tls}
    assert ends == {listens, listens.replace(";", " default_server;")}


@pytest.mark.parametrize(("plain_mb", "said"), [(20, 201), (5, 51), (40, 401)])
def test_nginx_lets_in_what_the_settings_take(plain_mb, said):
    example = (ROOT / "admin/deploy/nginx.conf").read_text("utf-8")

    rendered = proxy_of(example, {}, user="nginx", body_mb=front_mb(plain_mb))

    assert rendered.count(f"client_max_body_size {said}m; # <-") == 2
