"""The build: strict, the same under both builders, and it stops at what a reader must not meet."""

import importlib.util
import json
import os
import re
import shutil

import pytest
import yaml

from .conftest import ROOT, build_site

POLICE = "0a1b 2c3d 4e5f 6071 8293 a4b5 c6d7 e8f9"
DRUGS = "1111 2222 3333 4444 5555 6666 7777 8888"
KEYS = f"""items:
  - {{id: drugs, fingerprint: {DRUGS}}}
  - {{id: police, fingerprint: {POLICE}}}"""


def files_of(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.*")}


@pytest.fixture
def workshop(tmp_path):
    """A copy of what the build reads, to be broken."""
    shutil.copytree(ROOT / "content", tmp_path / "content")
    shutil.copytree(ROOT / "site", tmp_path / "site")
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    return tmp_path


@pytest.mark.skipif(not importlib.util.find_spec("properdocs"), reason="properdocs is absent")
def test_properdocs_builds_the_same_bytes(site, tmp_path):
    result = build_site(tmp_path / "out", builder="properdocs")
    assert result.returncode == 0, result.stderr
    assert files_of(tmp_path / "out") == files_of(site)


def test_a_build_leaves_the_theme_and_the_hooks_alone(workshop):
    config = workshop / "mkdocs.yml"
    assert "site_dir: build/site" in config.read_text("utf-8")
    before = files_of(workshop / "site")
    result = build_site(workshop / "build" / "site", root=workshop)
    assert result.returncode == 0, result.stderr
    assert files_of(workshop / "site") == before


def test_no_data_file_is_published(site):
    assert not list(site.rglob("*.yml"))
    assert not (site / "data").exists()


def test_no_unit_is_published_before_a_second_person_has_entered_its_fingerprint(site):
    assert json.loads((site / "keys.json").read_text("utf-8")) == {"keys": []}


@pytest.mark.parametrize("builder", ["mkdocs", "properdocs"])
def test_the_fingerprints_of_keys_yml_are_published_for_the_forms_script(workshop, builder):
    print_of = {"police": " ".join(["0a1b"] * 8), "upper": " ".join(["c2d3"] * 8)}
    rows = [{"id": unit, "fingerprint": print_of[unit]} for unit in print_of]
    path = workshop / "content" / "data" / "keys.yml"
    keys = yaml.safe_load(path.read_text("utf-8"))
    path.write_text(yaml.safe_dump(keys | {"items": rows}), "utf-8")

    result = build_site(workshop / "out", builder=builder, root=workshop)

    assert result.returncode == 0, result.stderr
    published = json.loads((workshop / "out" / "keys.json").read_text("utf-8"))
    assert published == {
        "keys": [{"unit": unit, "fingerprint": text} for unit, text in print_of.items()]
    }


@pytest.mark.parametrize(
    ("page", "old", "new", "complaint"),
    [
        ("report/index.md", "{tip}", "{tipp}", "没有 {tipp} 这个记号"),
        ("report/index.md", "{tip}", "{tip:Z9}", "categories.yml 里没有 Z9 这一类"),
        ("report/index.md", "{tel:110}", "{tel:12337}", "{tel:12337}：hotlines.yml 里没有这个电话"),
        ("help/hotlines.md", "{hotlines}", "{hotlines:nowhere}", "没有 nowhere 这一组"),
        ("report/index.md", "{drawing:paper}", "{drawing:cat}", "没有 cat 这张图"),
        ("report/index.md", "(../help/index.md)", "(../help/gone.md)", "help/gone.md"),
        ("law/61.md", "chapter: 7", "chapter: 8", "law/61.md：第八章里没有第六十一条"),
        ("law/61.md", "residents", "martians", "who 里的 martians 不认识"),
        ("law/61.md", "article: 61", "article: 62", "应当叫 law/62.md"),
        ("law/23.md", "category: A1", "category: Z9", "law/23.md：category: Z9 不在"),
        ("law/23.md", "topics: [", "topics: [moon, ", "law/23.md：topics 里的 moon 没有页面"),
        ("help/index.md", "reviewed: 2026-11-25\n", "", "help/index.md 第 1 行：开头要有 reviewed"),
        (
            "data/keys.yml",
            "items: []",
            KEYS.replace("drugs", "spies"),
            "routes.yml 里没有这个单位",
        ),
        ("data/hotlines.yml", "kind: phone", "kind: pigeon", "「pigeon」不能写，能写的是：phone"),
        ("data/footer.yml", "quick_exit: https", "quick_exit: http", "的写法不对"),
    ],
)
def test_the_build_stops_and_says_why(workshop, page, old, new, complaint):
    change(workshop, page, old, new)
    result = build_site(workshop / "out", root=workshop)
    assert result.returncode != 0
    assert complaint in result.stderr


def change(workshop, page, old, new):
    path = workshop / "content" / page
    words = path.read_text("utf-8")
    assert old in words
    path.write_text(words.replace(old, new, 1), "utf-8")


@pytest.mark.parametrize(
    ("page", "units", "none_yet"),
    [
        ("report/keys", ["公安承办组", "禁毒承办组"], "还没有承办单位公布钥匙的指纹"),
        ("en/report/keys", ["Police desk", "Drugs desk"], "No unit has published"),
    ],
)
def test_the_fingerprints_stand_in_numbered_groups_or_the_page_says_that_there_are_none(
    site, workshop, page, units, none_yet
):
    assert none_yet in (site / page / "index.html").read_text("utf-8")
    change(workshop, "data/keys.yml", "items: []", KEYS)
    assert build_site(workshop / "out", root=workshop).returncode == 0
    html = (workshop / "out" / page / "index.html").read_text("utf-8")
    assert none_yet not in html
    assert re.findall(r"<h3>(.*?)</h3>", html) == units
    groups = re.findall(r'<li class="receipt__group">(.*?)</li>', html)
    assert groups == [*POLICE.split(), *DRUGS.split()]


def test_where_the_form_is_on_another_host_nothing_is_fetched_ahead(site, workshop):
    assert "data-ahead" in (site / "report" / "index.html").read_text("utf-8")
    change(workshop, "data/footer.yml", "tip_url: /tip/", "tip_url: https://tip.example/")
    assert build_site(workshop / "out", root=workshop).returncode == 0
    assert "data-ahead" not in (workshop / "out" / "report" / "index.html").read_text("utf-8")


def test_a_production_build_refuses_placeholders(workshop):
    env = os.environ | {"DENGSHAO_ENV": "production"}
    result = build_site(workshop / "out", root=workshop, env=env)
    assert result.returncode != 0
    assert "页脚还没有填好" in result.stderr


def test_a_page_that_nobody_read_for_a_year_says_so_and_stops_a_production_build(workshop):
    page = workshop / "content" / "help" / "index.md"
    page.write_text(page.read_text("utf-8").replace("2026-11-25", "2020-01-01", 1), "utf-8")
    assert build_site(workshop / "out", root=workshop).returncode == 0
    assert "超过一年没有核对" in (workshop / "out" / "help" / "index.html").read_text("utf-8")
    fill_footer(workshop)
    env = os.environ | {"DENGSHAO_ENV": "production"}
    result = build_site(workshop / "out", root=workshop, env=env)
    assert "超过一年没有核对（reviewed: 2020-01-01）" in result.stderr


def fill_footer(workshop):
    path = workshop / "content" / "data" / "footer.yml"
    footer = yaml.safe_load(path.read_text("utf-8"))
    for item in footer["items"]:
        item.pop("placeholder", None)
    footer["site"]["domain"] = "www.example.gov.cn"
    path.write_text(yaml.safe_dump(footer, allow_unicode=True), "utf-8")
