"""The operators' handbook: each command in it is run, here or by what is named beside it."""

import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from admin.cli import main
from admin.config import ROOT

PAGES = sorted((ROOT / "content" / "about" / "handbook").glob("*.md"))
WRITTEN = re.compile(r"(?m)^ {4,}(\S.*)$|`(dengshao [^`]+)`")
LINES = {
    (found[1] or found[2]).strip()
    for page in PAGES
    for found in WRITTEN.finditer(page.read_text("utf-8"))
}

# In the order in which they are typed; words in Chinese stand for what the operator puts there.
# What each ends with, and some of what it says.
HERE = (
    ("dengshao --version", 0, "灯哨"),
    ("dengshao doctor", 1, "要改"),
    ("dengshao keys show", 1, "/keys.json"),
    ("dengshao unit list", 0, "police"),
    ("dengshao staff list", 0, "police-1"),
    ("dengshao staff reset-second 姓名", 0, "police-1"),
    ("dengshao staff suspend 姓名", 0, "police-1"),
    ("dengshao audit verify", 0, "行"),
    ("dengshao audit checkpoint", 0, " "),
    ("dengshao sweep", 0, "："),
    # As it is shipped, the footer is not filled in: what was served before stays.
    ("dengshao site", 1, "还没有填好"),
    ("dengshao reload", 0, "都读得懂"),
    ("dengshao backup key", 0, "AGE-SECRET-KEY-PQ-1"),
    ("dengshao backup /var/backups/dengshao", 0, "SHA-256"),
    ("dengshao restore --check 备份文件", 0, "核对"),
    ("dengshao restore 备份文件", 0, "恢复"),
)
# The machine that was lost and restored: typed there word by word.
LOSS = "tests/stranger/steps/loss.py"
ELSEWHERE = {
    "dengshao keys apply": "tests/journeys/test_keys_applied.py",
    "dengshao setup": "tests/admin/setup/test_sitting.py",
    **dict.fromkeys(
        (
            "cat /etc/dengshao/secret",
            "cp -r /var/backups/dengshao /media/away/backup",
            "cp -r /srv/dengshao/content /etc/dengshao/answers.toml /media/away/",
            "mkdir -p /etc/dengshao /srv/dengshao",
            "(umask 077 && cat >/etc/dengshao/secret)",
            "cp -r /media/away/content /srv/dengshao/",
            "dengshao setup --for-restore --answers /media/away/answers.toml",
            "cp -r /media/away/backup/. /var/backups/dengshao/",
            "chown -R dengshao: /var/backups/dengshao",
            "dengshao setup --answers /etc/dengshao/answers.toml",
        ),
        LOSS,
    ),
    "dengshao upgrade 安装包": "tests/admin/upgrade/test_walk.py",
    "dengshao upgrade --resume": "tests/admin/upgrade/test_walk.py",
    "dengshao upgrade --back": "tests/admin/upgrade/test_returning.py",
    "cat /var/lib/dengshao/setup-code": "tests/journeys/ceremony.py",
    "nginx -t": "tests/admin/setup/test_setup.py",
    "sh install.sh --key release.pub.pem dengshao-VERSION-linux-x86_64.tar.zst": "tests/stranger",
    "sha256sum -c SHA256SUMS": "tests/stranger",
}
# systemd and the kernel of a machine of one's own: no test has them (page index.md says so).
MACHINES_OWN = {"systemctl", "journalctl", "swapoff"}


def test_no_command_of_the_handbook_is_run_by_nothing():
    ours = {line for line in LINES if shlex.split(line)[0] not in MACHINES_OWN}
    assert ours == {line for line, _, _ in HERE} | set(ELSEWHERE)
    assert [place for place in ELSEWHERE.values() if not (ROOT / place).exists()] == []
    typed = (ROOT / LOSS).read_text("utf-8")
    assert [line for line, place in ELSEWHERE.items() if place == LOSS and line not in typed] == []


@pytest.fixture
def type_in(demo_store, tmp_path):
    """Type a line of the handbook; gives what it said and how it ended."""
    data = shutil.copytree(demo_store[0], tmp_path / "data")
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    environ = {"DENGSHAO_DATA": str(data), "DENGSHAO_SITE": str(tmp_path / "site")}
    keys: dict[str, str] = {}

    def type_in(line):
        words = shlex.split(
            line.replace("姓名", "police-1").replace("/var/backups/dengshao", str(shelf))
        )
        if "备份文件" in words:
            words[words.index("备份文件")] = str(next(shelf.glob("*.age")))
        if words[1:] and words[1] == "restore" and "--check" not in words:
            empty_of_all_but_the_secret(data)
        typed = keys.get("secret", "") + "\n"
        result = CliRunner().invoke(main, words[1:], env=environ | keys_of(keys), input=typed)
        keys.update(read_keys(result.output) if words[1:] == ["backup", "key"] else {})
        return result

    return type_in


def keys_of(keys):
    return {"DENGSHAO_BACKUP_RECIPIENT": keys["public"]} if keys else {}


def read_keys(said):
    secret, public = (re.search(word + r"\S+", said) for word in ("AGE-SECRET-KEY-PQ-1", "age1pq1"))
    return {"secret": secret[0], "public": public[0]}


def empty_of_all_but_the_secret(data: Path):
    """As the handbook has it: another machine, with the old secret put back."""
    for path in data.iterdir():
        if path.name not in ("secret", "deletions.log"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def test_an_operator_types_the_handbook_from_the_first_look_to_the_restored_machine(type_in):
    for line, code, words in HERE:
        result = type_in(line)
        assert (line, result.exit_code) == (line, code), result.output
        assert words in result.output, (line, result.output)


def test_a_draft_of_the_site_is_built_where_it_is_served(demo_store, tmp_path):
    environ = {"DENGSHAO_DATA": str(demo_store[0]), "DENGSHAO_SITE": str(tmp_path / "site")}
    result = CliRunner().invoke(main, ["site", "--draft", "--without-copy"], env=environ)
    assert result.exit_code == 0, result.output
    assert "网站建好了" in result.output
    assert "灯哨" in (tmp_path / "site" / "index.html").read_text("utf-8")
