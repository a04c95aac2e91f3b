"""The build: strict, the same under both builders, and it stops at what a reader must not meet."""

import importlib.util
import os
import shutil

import pytest
import yaml

from .conftest import ROOT, build_site


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


@pytest.mark.parametrize(
    ("page", "old", "new", "complaint"),
    [
        ("report/index.md", "{tip}", "{tipp}", "unknown mark {tipp}"),
        ("report/index.md", "{tip}", "{tip:Z9}", "{tip:Z9}: there is no such category"),
        ("report/index.md", "{tel:110}", "{tel:12337}", "{tel:12337}: no such telephone"),
        ("help/hotlines.md", "{hotlines}", "{hotlines:nowhere}", "no such group: nowhere"),
        ("report/index.md", "{drawing:paper}", "{drawing:cat}", "no drawing called cat"),
        ("report/index.md", "(../help/index.md)", "(../help/gone.md)", "help/gone.md"),
        ("law/61.md", "chapter: 7", "chapter: 8", "article 61 is not in this chapter"),
        ("law/61.md", "residents", "martians", "unknown reader ['martians']"),
        ("help/index.md", "reviewed: 2026-11-24\n", "", "front matter needs `reviewed"),
        ("data/hotlines.yml", "kind: phone", "kind: pigeon", "'pigeon' is not one of"),
        ("data/footer.yml", "quick_exit: https", "quick_exit: http", "does not match"),
    ],
)
def test_the_build_stops_and_says_why(workshop, page, old, new, complaint):
    path = workshop / "content" / page
    words = path.read_text("utf-8")
    assert old in words
    path.write_text(words.replace(old, new, 1), "utf-8")
    result = build_site(workshop / "out", root=workshop)
    assert result.returncode != 0
    assert complaint in result.stderr


def test_a_production_build_refuses_placeholders(workshop):
    env = os.environ | {"DENGSHAO_ENV": "production"}
    result = build_site(workshop / "out", root=workshop, env=env)
    assert result.returncode != 0
    assert "placeholders" in result.stderr


def test_a_page_that_nobody_read_for_a_year_says_so_and_stops_a_production_build(workshop):
    page = workshop / "content" / "help" / "index.md"
    page.write_text(page.read_text("utf-8").replace("2026-11-24", "2020-01-01", 1), "utf-8")
    assert build_site(workshop / "out", root=workshop).returncode == 0
    assert "超过一年没有核对" in (workshop / "out" / "help" / "index.html").read_text("utf-8")
    fill_footer(workshop)
    env = os.environ | {"DENGSHAO_ENV": "production"}
    result = build_site(workshop / "out", root=workshop, env=env)
    assert "not reviewed since 2020-01-01" in result.stderr


def fill_footer(workshop):
    path = workshop / "content" / "data" / "footer.yml"
    footer = yaml.safe_load(path.read_text("utf-8"))
    for item in footer["items"]:
        item.pop("placeholder", None)
    path.write_text(yaml.safe_dump(footer, allow_unicode=True), "utf-8")
