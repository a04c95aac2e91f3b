"""`dengshao setup`: from a file of answers to a whole installation, and once more."""

import os
import re
import shutil
import stat
import subprocess
import sys

import pytest
import yaml
from click.testing import CliRunner

from admin.cli import main
from admin.config import ROOT, load_config, make_secret
from admin.district.data import load_district
from admin.reading.demo_names import demo_names
from admin.release.running import project_version
from admin.sealing.age import HybridIdentity
from admin.settings.installed import read_settings
from admin.setup.asked.answers import read_answers
from admin.setup.written.container import TIMED
from admin.setup.written.rendering import drop_in
from tests.ports import free_port

from .answered import DESK, PUBLIC, write_answers

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin")
DEPLOY = ROOT / "admin" / "deploy"


def run(root, answers):
    return CliRunner().invoke(main, ["setup", "--answers", str(answers), "--root", str(root)])


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """An installation made from the file of answers, and what the command said."""
    folder = tmp_path_factory.mktemp("setup")
    done = run(folder / "root", write_answers(folder))
    assert done.exit_code == 0, done.output
    return folder / "root", done.output, folder / "given.toml"


@pytest.fixture
def root(installed):
    return installed[0]


def data_of(root, name):
    path = root / "srv/dengshao/content/data" / f"{name}.yml"
    return yaml.safe_load(path.read_text("utf-8"))


def test_what_is_written_is_read_back_as_the_configuration(root, tmp_path):
    settings = read_settings((root / "etc/dengshao/dengshao.env").read_text("utf-8"))
    make_secret(tmp_path / "secret")

    config = load_config(settings | {"DENGSHAO_SECRET_FILE": str(tmp_path / "secret")})

    assert (config.production, config.public_host, config.desk_host) == (True, PUBLIC, DESK)
    assert str(config.site) == "/srv/dengshao/site"
    assert config.blobs_url == "file:///var/lib/dengshao/blobs"
    assert settings["DENGSHAO_SECRET_FILE"] == "/etc/dengshao/secret"
    assert [str(peer) for peer in config.edge_peers] == ["127.0.0.1/32", "::1/128"]


@pytest.mark.parametrize(
    ("place", "mode"),
    [
        ("etc/dengshao/dengshao.env", 0o640),
        ("etc/dengshao/answers.toml", 0o640),
        ("etc/dengshao/secret", 0o600),
        (f"etc/dengshao/tls/{DESK}.key", 0o600),
        ("var/lib/dengshao", 0o700),
        ("var/backups/dengshao", 0o700),
        ("etc/nginx/nginx.conf", 0o644),
        ("srv/dengshao/content/data/keys.yml", 0o644),
    ],
)
def test_each_file_is_for_whom_it_shall_be(root, place, mode):
    assert stat.S_IMODE((root / place).stat().st_mode) == mode


def test_the_districts_data_says_what_was_answered_and_nothing_of_the_demo(root):
    footer = {row["id"]: row for row in data_of(root, "footer")["items"]}
    routes = {row["id"]: row for row in data_of(root, "routes")["items"]}
    hotlines = {row["id"]: row for row in data_of(root, "hotlines")["items"]}
    towns = [(row["id"], row["zh"], row["en"]) for row in data_of(root, "townships")["items"]]
    named = ("townships", "places", "routes", "organs")

    assert footer["organizer"] == {
        "id": "organizer",
        "zh": "主办单位",
        "en": "Published by",
        "value": "安乐县委政法委",
    }
    assert footer["police_record"]["url"].endswith("webSearch?code=34012302000123")
    assert footer["party_mark"]["url"].startswith("https://bszs.conac.cn/")
    assert footer["report_error"]["url"].endswith("site_code=3401230001")
    assert routes["police"]["zh"] == "县公安局线索组"
    assert (routes["drugs"]["zh"], routes["drugs"]["otherwise"]) == (
        "禁毒办线索组",
        ["police", "upper"],
    )
    assert towns == [
        ("ankangzhen", "安康镇", "Ankangzhen"),
        ("lepingjiedao", "乐平街道", "Leping"),
        ("unclear", "不清楚", "Not sure"),
    ]
    assert (hotlines["local-police"]["number"], hotlines["local-police"]["mark"]) == (
        "0551-1234560",
        "B",
    )
    assert hotlines["local-treatment"]["retired"]
    assert data_of(root, "outreach")["items"] == []
    assert demo_names({name: data_of(root, name) for name in named}) == []
    assert load_district(root / "srv/dengshao/content", None).units["police"].zh == "县公安局线索组"


def test_an_editors_comments_and_all_that_nobody_asked_stay(root):
    for name in ("footer", "routes", "hotlines", "organs", "outreach"):
        before = (ROOT / f"content/data/{name}.yml").read_text("utf-8").splitlines()
        after = (root / f"srv/dengshao/content/data/{name}.yml").read_text("utf-8").splitlines()
        comments = [line for line in before if line.startswith("#")]
        assert [line for line in after if line.startswith("#")] == comments


# What the builder checks before it makes a page, in a process of its own as `dengshao site` does.
CHECKS = """
from mkdocs.config import load_config
from mkdocs.structure.files import get_files
config = load_config("mkdocs.yml")
config = config.plugins.on_config(config)
files = config.plugins.on_files(get_files(config), config=config)
print(config.site_url, *sorted(file.url for file in files if file.url.startswith("places/")))
"""


def test_productions_checks_of_the_site_find_nothing_of_the_demo_in_it(root):
    settings = read_settings((root / "etc/dengshao/dengshao.env").read_text("utf-8"))
    strict = {name: settings[name] for name in ("DENGSHAO_ENV", "DENGSHAO_SITE_URL")}
    content = {"DENGSHAO_CONTENT": str(root / "srv/dengshao/content")}

    done = subprocess.run(
        [sys.executable, "-c", CHECKS],
        cwd=ROOT,
        env=os.environ | strict | content,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    places = ["places/ankangzhen/", "places/lepingjiedao/"]
    assert [url for url in done.stdout.split() if url.count("/") != 1] == [
        f"https://{PUBLIC}/",
        *places,
    ]


def test_of_the_proxys_example_the_marked_lines_alone_are_changed(root):
    before = (DEPLOY / "nginx.conf").read_text("utf-8").split("\n")
    after = (root / "etc/nginx/nginx.conf").read_text("utf-8").split("\n")

    differing = [new for old, new in zip(before, after, strict=True) if old != new]

    assert all("# <-" in line or line.strip() == "access_log off;" for line in differing)
    assert f"        server_name {PUBLIC}; # <-" in differing
    assert f"        ssl_certificate /etc/dengshao/tls/{DESK}.pem; # <-" in differing
    assert not [line for line in after if ".example" in line and not line.strip().startswith("#")]


@pytest.mark.skipif(NGINX is None, reason="nginx is absent: make system installs it")
def test_nginx_takes_the_configuration(root, tmp_path):
    text = (root / "etc/nginx/nginx.conf").read_text("utf-8")
    text = re.sub(r"\n\s*listen \[::\][^\n]*", "", text)
    for port in ("80", "443"):
        text = re.sub(rf"listen {port}\b", f"listen 127.0.0.1:{free_port()}", text)
    for old in ("/run/nginx.pid", "/run/dengshao-nginx-", "/var/log/nginx/"):
        text = text.replace(old, f"{tmp_path}/{old.rpartition('/')[2] or 'log-'}")
    text = text.replace("/etc/dengshao/", f"{root}/etc/dengshao/").replace("www-data", "root")
    path = tmp_path / "nginx.conf"
    path.write_text(text, "utf-8")

    done = subprocess.run([NGINX, "-t", "-q", "-c", str(path)], capture_output=True, text=True)

    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_finds_no_fault_in_the_units_with_what_a_machine_has_of_its_own(root, tmp_path):
    units = shutil.copytree(root / "etc/systemd/system", tmp_path / "units")
    for path in units.glob("dengshao*.service"):
        text = re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", path.read_text("utf-8"))
        path.write_text(text, "utf-8")
    own = units / "dengshao.service.d"
    own.mkdir()
    (own / "setup.conf").write_text(drop_in(is_sealed=True, folders=("/mnt/files",)), "utf-8")
    names = [units / "dengshao.service", units / "dengshao-sweep.timer"]

    command = ["systemd-analyze", "verify", "--man=no", *map(str, names)]
    checked = subprocess.run(command, capture_output=True, text=True)

    assert (checked.returncode, checked.stderr) == (0, "")


def stamps(root):
    paths = [path for path in root.rglob("*") if path.is_file()]
    return {path: path.stat().st_mtime_ns for path in paths}


def test_the_same_answers_again_change_nothing(installed):
    root, _said, given = installed
    before = stamps(root)

    done = run(root, given)

    assert done.exit_code == 0, done.output
    assert "和原来的一样，没有要改的。" in done.output
    assert stamps(root) == before


def test_one_answer_that_differs_changes_its_files_and_keeps_what_was_there(installed, tmp_path):
    root = tmp_path / "root"
    shutil.copytree(installed[0], root)
    env = root / "etc/dengshao/dengshao.env"
    env.write_text(env.read_text("utf-8") + "# ours\nDENGSHAO_TIPS_PER_MINUTE=30\n", "utf-8")
    secret = (root / "etc/dengshao/secret").read_text("ascii")
    given = tmp_path / "more.toml"
    given.write_text('[hosts]\nmore = "abc.onion"\n', "utf-8")

    done = run(root, given)

    assert done.exit_code == 0, done.output
    lines = env.read_text("utf-8").splitlines()
    assert {"# ours", "DENGSHAO_TIPS_PER_MINUTE=30", "DENGSHAO_MORE_HOSTS=abc.onion"} <= set(lines)
    [kept] = (root / "var/backups/dengshao").glob("setup-*")
    names = [str(path.relative_to(kept)) for path in kept.rglob("*") if path.is_file()]
    assert sorted(names) == ["etc/dengshao/answers.toml", "etc/dengshao/dengshao.env"]
    assert (root / "etc/dengshao/secret").read_text("ascii") == secret


def test_no_secret_stands_among_the_answers_and_an_earlier_one_need_not_be_given_again(tmp_path):
    more = [
        (
            '[store]\nkind = "folder"',
            '[store]\nkind = "s3"\nurl = "s3://dengshao/files"\n'
            'endpoint = "https://s3.anle.gov.cn"\nkey_id = "anle"\nsecret = "s3 $ecret"',
        ),
    ]
    root, given = tmp_path / "root", write_answers(tmp_path, more=more)

    assert run(root, given).exit_code == 0
    given.write_text(given.read_text("utf-8").replace('secret = "s3 $ecret"', ""), "utf-8")
    again = run(root, given)

    assert again.exit_code == 0, again.output
    settings = read_settings((root / "etc/dengshao/dengshao.env").read_text("utf-8"))
    assert settings["AWS_SECRET_ACCESS_KEY"] == "s3 $ecret"
    answers = (root / "etc/dengshao/answers.toml").read_text("utf-8")
    assert "anle" in answers
    assert "$ecret" not in answers
    assert read_answers(root / "etc/dengshao/answers.toml")["store.endpoint"].startswith("https")


def test_without_a_terminal_all_that_is_missing_or_wrong_is_named_at_once(tmp_path):
    given = tmp_path / "given.toml"
    wrong = '[hosts]\npublic = "10.0.0.1"\n[database]\nkind = "oracle"\nurll = ""\n'
    given.write_text(wrong, "utf-8")

    done = run(tmp_path / "root", given)

    assert done.exit_code == 1
    for told in (
        "hosts.public（公众网站的域名）：要写域名",
        "hosts.desk（工作台的域名）：没有写。",
        "database.urll：没有这一项。",
        "publisher.organizer（主办单位）：没有写。",
        "places.townships",
        "edge_log.profile" if (ROOT / "content/data/edge_log.yml").exists() else "database.kind",
        "database.kind（用哪一种）：请从这几个里选：sqlite、postgresql。",
        "certificate.way（证书从哪里来）：没有写。",
    ):
        assert told in done.output
    assert "publisher.site_code" not in done.output, "nothing is an answer, too"
    assert not (tmp_path / "root").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_only_root_sets_up_the_machine_itself():
    done = CliRunner().invoke(main, ["setup"])
    assert "请用 root 运行" in done.output


def test_where_a_container_serves_it_gets_quadlets_and_timers_and_no_unit_before_podmans(tmp_path):
    root = tmp_path / "root"
    quadlets, units = root / "etc/containers/systemd", root / "etc/systemd/system"
    quadlets.mkdir(parents=True)
    (quadlets / "dengshao.container").write_text("Image=localhost/dengshao:0.0.1\n")
    (root / "etc/passwd").write_text("nginx:x:990:990::/:/sbin/nologin\n")

    done = run(root, write_answers(tmp_path))

    assert done.exit_code == 0, done.output
    image = f"localhost/dengshao:{project_version()}"
    named = sorted(path.name for path in quadlets.iterdir() if f"Image={image}" in path.read_text())
    assert named == ["dengshao-edge-log.container", "dengshao.container"]
    # What Podman makes of these two it makes under these names, and behind units that stand here.
    names = {path.name for path in units.iterdir()}
    assert names == {*TIMED, "dengshao-backup.service", "dengshao-doctor.service"}
    assert "SocketGroup=nginx" in (units / "dengshao-edge-log.socket").read_text()
    command = root / "usr/local/bin/dengshao"
    assert f"image={image}\n" in command.read_text()
    assert command.stat().st_mode & 0o777 == 0o755
    assert (root / "etc/nginx/nginx.conf").exists()
    assert "用容器运行" in done.output


@pytest.mark.parametrize(("keep", "written"), [("", "14"), ("7", "7")])
def test_how_many_backups_are_kept_is_written_where_its_unit_reads_it(tmp_path, keep, written):
    recipient = str(HybridIdentity.generate().recipient)
    lines = f'[backup]\nrecipient = "{recipient}"\n' + (f'keep = "{keep}"\n' if keep else "")
    answers = write_answers(tmp_path, more=[("[store]", f"{lines}\n[store]")])

    done = run(tmp_path / "root", answers)

    assert done.exit_code == 0, done.output
    text = (tmp_path / "root/etc/dengshao/dengshao.env").read_text("utf-8")
    assert read_settings(text)["DENGSHAO_BACKUP_KEEP"] == written
