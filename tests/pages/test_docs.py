"""The repository's own papers say what the code says: settings, commands, and where things are."""

import re

import pytest
from flask import Flask
from flask_babel import Babel

from admin.accounts.acts import ALLOWED, HELD_BY_KEY
from admin.accounts.audit_words import ACT
from admin.accounts.roles import ROLES

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


def test_the_security_page_says_of_each_act_who_may_do_it_and_what_holds_it():
    app = Flask("words")
    Babel(app, default_locale="zh_Hans_CN")
    page = words("content/about/security.md")
    table = [line.strip("|").split("|") for line in page.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in row] for row in table[2:]]
    groups = dict(re.findall(r"^- \*\*(.+)\*\*：(.+)。$", page, re.M))

    def people(cell):
        return {role for name in cell.split("、") for role in groups.get(name, name).split("、")}

    said = {act: (people(who), holds.startswith("钥匙")) for act, who, holds in rows}
    with app.test_request_context():
        true = {
            str(ACT[act]): ({str(ROLES[role]) for role in roles}, act in HELD_BY_KEY)
            for act, roles in ALLOWED.items()
        }

    assert len(said) == len(rows)
    assert said == true
