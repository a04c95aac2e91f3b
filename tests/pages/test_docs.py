"""The repository's own papers say what the code says: settings, commands, and where things are."""

import re

import pytest
from flask import Flask
from flask_babel import Babel

from admin.access.permissions import ALLOWED, HELD_BY_KEY
from admin.access.roles import ROLES
from admin.auditor import permissions_told
from admin.auditor.words import ACT

from .conftest import ROOT

PAPERS = ["README.md", "README.zh.md", "SECURITY.md", "CONTRIBUTING.md"]


def words(name):
    return (ROOT / name).read_text("utf-8")


def settings_in_code():
    sources = (ROOT / "admin").rglob("*.py")
    found = {
        name
        for path in sources
        for name in re.findall(r"""["'](DENGSHAO_[A-Z_]+[A-Z])["']""", path.read_text("utf-8"))
    }
    # The name of the file that holds settings is told in the sentence above the table.
    return found - {"DENGSHAO_CONFIG"}


def settings_in_the_table():
    rows = [line for line in words("CONTRIBUTING.md").splitlines() if line.startswith("| `DENG")]
    return [name for row in rows for name in re.findall(r"`(DENGSHAO_[A-Z_]+)`", row.split("|")[1])]


def test_the_table_of_settings_names_each_that_the_code_reads_once_and_no_other():
    listed = settings_in_the_table()
    assert sorted(listed) == sorted(settings_in_code())


@pytest.mark.parametrize("paper", PAPERS)
def test_every_make_target_that_a_paper_names_is_there(paper):
    targets = set(re.findall(r"^([a-z-]+):", words("Makefile"), re.M))
    named = set(re.findall(r"`make ([a-z-]+)", words(paper)))
    named |= set(re.findall(r"^make ([a-z-]+)", words(paper), re.M))
    assert named <= targets


@pytest.mark.parametrize("paper", PAPERS)
def test_every_file_that_a_paper_links_to_is_there(paper):
    for target in re.findall(r"\]\(([^)#]+)\)", words(paper)):
        assert target.startswith("https://") or (ROOT / target).exists(), target


def test_both_readmes_name_the_same_commands():
    english, chinese = (set(re.findall(r"`make ([a-z]+)`", words(name))) for name in PAPERS[:2])
    assert english == chinese


PERMISSIONS = {"zh": "content/about/security.md", "en": "SECURITY.md"}


@pytest.mark.parametrize("lang", PERMISSIONS)
def test_the_papers_tell_of_each_act_what_the_code_does_and_no_more(lang):
    app = Flask("words")
    Babel(app, default_locale="zh_Hans_CN")
    with app.test_request_context():
        table = permissions_told.table(lang)
        said = [line for line in table.splitlines()[2:]]
        told = {str(ACT[act]) if lang == "zh" else permissions_told.ACT_EN[act] for act in ALLOWED}

    # As a block: no line more, none less, none in between.
    assert f"\n\n{table}\n\n" in words(PERMISSIONS[lang])
    assert {line.split(" | ")[0][2:] for line in said} == told
    assert len(said) == len(ALLOWED)
    is_key = [("密钥：" in line) or ("**key**" in line) for line in said]
    assert is_key == [act in HELD_BY_KEY for act in ALLOWED]


def test_the_groups_of_the_public_page_are_those_of_the_table():
    app = Flask("words")
    Babel(app, default_locale="zh_Hans_CN")
    page = words("content/about/security.md")
    said = dict(re.findall(r"^- \*\*(.+)\*\*：(.+)。$", page, re.M))
    with app.test_request_context():
        true = {
            name: "、".join(str(ROLES[role]) for role in roles)
            for name, _english, roles in permissions_told.GROUPS
        }

    assert true.items() <= said.items()


def test_each_act_that_a_key_holds_says_which():
    assert permissions_told.KEYS.keys() == HELD_BY_KEY
    assert not permissions_told.MORE.keys() & HELD_BY_KEY
    assert permissions_told.ACT_EN.keys() == ALLOWED.keys()
