"""The official text beside our words where it was imported, and what stands there without it."""

import gzip
import importlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from types import SimpleNamespace
from urllib.parse import urljoin, urlsplit

import pytest
from click.testing import CliRunner
from mkdocs.exceptions import PluginError

from admin.commands.texts import law as law_command
from admin.reading.data_files import load_file
from admin.reading.laws import EXPLAINED, laws_of
from admin.reading.numerals import to_chinese

from .conftest import ROOT, build_site, read_page

BUDGET = 10_240


ENTRIES = laws_of(load_file(ROOT / "content", "laws")["items"])


def invented(law_id):
    """A text with the right number of articles, invented from the first to the last word."""
    known = ENTRIES[law_id]
    articles = [f"第{to_chinese(n)}条　{law_id} 原文第{n}句<&>。" for n in range(1, known.last)]
    last = f"第{to_chinese(known.last)}条　自2031年5月6日起施行。"
    return "\n".join([known.title, "（2031年3月4日演示通过）", *articles, last])


def bring_in(data, *files):
    for file in files:
        env = {"DENGSHAO_DATA": str(data)}
        result = CliRunner().invoke(law_command, ["import", str(file)], env=env)
        assert result.exit_code == 0, result.output
    return os.environ | {"DENGSHAO_DATA": str(data)}


@pytest.fixture(scope="module")
def imported(tmp_path_factory):
    """The environment of a build after all three laws were imported; its settings are in a file."""
    folder = tmp_path_factory.mktemp("imported")
    for law_id in EXPLAINED:
        (folder / f"{law_id}.txt").write_text(invented(law_id), "utf-8")
    bring_in(folder / "data", *sorted(folder.glob("*.txt")))
    settings = folder / "settings.toml"
    settings.write_text(f"data = {json.dumps(str(folder / 'data'))}\n", "utf-8")
    env = {name: value for name, value in os.environ.items() if name != "DENGSHAO_DATA"}
    return env | {"DENGSHAO_CONFIG": str(settings)}


@pytest.fixture(scope="module")
def shown(tmp_path_factory, imported):
    """The site with the invented official texts."""
    target = tmp_path_factory.mktemp("shown")
    result = build_site(target, env=imported)
    assert result.returncode == 0, result.stderr
    return target


@pytest.fixture(scope="module")
def built(shown):
    """Its pages by address."""
    pages = [read_page(shown, path) for path in (shown / "law").rglob("*.html")]
    return {page.url: page for page in pages}


def weight(root, page):
    """Bytes of a page and of all that it loads, each as it is sent."""
    styles = [a["href"] for a in page.document.of("link") if a.get("rel") == "stylesheet"]
    loaded = styles + [attrs["src"] for attrs in page.document.of("script")]
    paths = [urlsplit(urljoin(f"http://site/{page.url}", name)).path for name in loaded]
    parts = [page.html.encode(), *((root / path.lstrip("/")).read_bytes() for path in paths)]
    return sum(len(gzip.compress(part)) for part in parts)


def test_without_an_import_an_article_leads_to_the_official_database(tmp_path):
    env = os.environ | {"DENGSHAO_DATA": str(tmp_path)}
    assert build_site(tmp_path / "out", env=env).returncode == 0
    for number in range(1, 78):
        html = (tmp_path / "out" / "law" / f"{number:02}" / "index.html").read_text("utf-8")
        assert 'href="https://flk.npc.gov.cn"' in html
        assert "以官方公布文本为准" in html
        assert "官方原文" not in html
        assert html.count("本站还没有导入法条原文") == 1
        assert "dengshao law import" in html
    for path in (tmp_path / "out" / "law").glob("[dt]r*/index.html"):
        assert path.read_text("utf-8").count("本站还没有导入法条原文") == 1, path


def test_with_an_import_the_official_words_stand_beside_ours(built):
    for number in range(1, 77):
        html = built[f"law/{number:02}/"].html
        beside = html.split('<div class="beside">')[1].split("对您意味着什么")[0]
        assert beside.startswith('<div><h2 id="大白话">大白话</h2>')
        assert f"<p>aocl 原文第{number}句&lt;&amp;&gt;。</p>" in beside
        assert "版本 2031-03-04，自 2031-05-06 起施行。以官方公布文本为准：" in beside
        assert '<a href="https://flk.npc.gov.cn" rel="noreferrer">国家法律法规数据库</a>' in beside
        assert "本站还没有导入" not in html


@pytest.mark.parametrize(("law_id", "least"), [("drugs", 15), ("treatment", 12)])
def test_a_guide_explains_articles_at_anchors_that_stay_and_shows_the_official_words(
    built, law_id, least
):
    guides = [page for url, page in built.items() if re.fullmatch(rf"law/{law_id}[a-z-]*/", url)]
    shown = 0
    for page in guides:
        for number in re.findall(r'<h2 id="a(\d+)">', page.html):
            section = page.html.split(f'<h2 id="a{number}">')[1].split("<h2")[0]
            assert f"第{to_chinese(int(number))}条" in section.split("</h2>")[0]
            known = f"{law_id} 原文第{number}句"
            assert known in section or "自2031年5月6日起施行" in section
            assert '<div class="beside"><div><h2' in page.html
            shown += 1
    assert shown >= least


@pytest.mark.skipif(not importlib.util.find_spec("properdocs"), reason="properdocs is absent")
def test_with_an_import_both_builders_write_the_same_bytes(imported, shown, tmp_path):
    result = build_site(tmp_path, builder="properdocs", env=imported)
    assert result.returncode == 0, result.stderr
    for path in shown.rglob("*.*"):
        assert path.read_bytes() == (tmp_path / path.relative_to(shown)).read_bytes()


def test_with_the_real_texts_every_page_of_the_law_stays_within_the_budget(shared, tmp_path):
    env = bring_in(tmp_path / "data", *(shared / "laws").glob("*.md"))
    # The address of a district stands on every page, too.
    env["DENGSHAO_SITE_URL"] = "https://saohei.hengtai.example.gov.cn/dengshao/"
    assert build_site(tmp_path / "out", env=env).returncode == 0
    pages = [read_page(tmp_path / "out", p) for p in (tmp_path / "out" / "law").rglob("*.html")]
    weights = {page.url: weight(tmp_path / "out", page) for page in pages}
    assert {url: size for url, size in weights.items() if size > BUDGET} == {}


WHOLE = {"format": 1, "title": "题", "version": "日", "in_force": "日", "articles": []}
ROW = {"number": 1, "paragraphs": ["句。"]}
DAMAGED = [
    *("{", "[]", "null"),
    *({"format": 2}, {"format": 1}, WHOLE | {"title": None}, WHOLE | {"articles": [1]}),
    *(WHOLE | {"articles": [ROW | {"paragraphs": 1}]}, WHOLE | {"articles": [{"number": 1}]}),
    WHOLE | {"articles": [ROW | {"paragraphs": [1]}]},
]


@pytest.fixture
def law_text(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "site" / "hooks"))
    return importlib.import_module("law_text")


@pytest.mark.parametrize("words", DAMAGED, ids=str)
def test_a_damaged_import_is_named(law_text, tmp_path, words):
    path = tmp_path / "aocl.json"
    path.write_text(words if isinstance(words, str) else json.dumps(words), "utf-8")
    with pytest.raises(PluginError, match=r"aocl\.json：.*dengshao law import"):
        law_text.read(path)


def test_a_damaged_import_stops_the_build(tmp_path):
    (tmp_path / "law").mkdir()
    (tmp_path / "law" / "aocl.json").write_text("{", "utf-8")
    result = build_site(tmp_path / "out", env=os.environ | {"DENGSHAO_DATA": str(tmp_path)})
    assert result.returncode != 0
    assert "aocl.json：读不出来" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("words", ["data = ", b"\xff", None], ids=str)
def test_a_settings_file_that_cannot_be_read_is_named(law_text, monkeypatch, tmp_path, words):
    settings = tmp_path / "settings.toml"
    if words is not None:
        settings.write_bytes(words if isinstance(words, bytes) else words.encode())
    monkeypatch.delenv("DENGSHAO_DATA", raising=False)
    monkeypatch.setenv("DENGSHAO_CONFIG", str(settings))
    config = SimpleNamespace(config_file_path=str(tmp_path / "mkdocs.yml"), extra={})
    with pytest.raises(PluginError, match=r"DENGSHAO_CONFIG 指的 .*settings\.toml 读不出来"):
        law_text.on_config(config)


COUNTS = """#!/bin/sh
case "$*" in
*"--site-dir build/offline"*)
  mkdir -p build/offline && echo >> copied
  echo '<meta name="PubDate" content="2026-12-01">' > build/offline/index.html ;;
*) mkdir -p build/site && echo >> built ;;
esac
"""


@pytest.fixture
def make(tmp_path):
    """A function that asks make for the site and its copy, with a builder that only counts."""
    bin_folder = tmp_path / ".venv" / "bin"
    bin_folder.mkdir(parents=True)
    hooks = tmp_path / "site" / "hooks"
    hooks.mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in ("law_folder.py", "packed.py"):
        shutil.copy(ROOT / "site" / "hooks" / name, hooks)
    (bin_folder / "python").symlink_to(sys.executable)
    builder = bin_folder / "mkdocs"
    builder.write_text(COUNTS, "utf-8")
    builder.chmod(0o755)
    for name in ("mkdocs.yml", "requirements.lock", "pyproject.toml"):
        (tmp_path / name).touch()
    (tmp_path / ".venv" / ".run").touch()
    settings = tmp_path / "settings.toml"
    settings.write_text(f"data = {json.dumps(str(tmp_path / 'data'))}\n", "utf-8")
    env = {name: value for name, value in os.environ.items() if name != "DENGSHAO_DATA"}
    env["DENGSHAO_CONFIG"] = str(settings)

    def run():
        command = ["make", "-s", "HAS_NODE=yes", "build/site/index.html"]
        subprocess.run(command, cwd=tmp_path, env=env, check=True, capture_output=True)
        built, copied = (len((tmp_path / name).read_text()) for name in ("built", "copied"))
        assert built == copied
        return built

    return run


def test_make_builds_anew_when_an_official_text_comes_changes_or_goes(make, tmp_path):
    assert [make(), make()] == [1, 1]
    law = tmp_path / "data" / "law" / "aocl.json"
    law.parent.mkdir(parents=True)
    for step, change in enumerate(
        [lambda: law.write_text("1"), lambda: law.write_text("2"), law.unlink], start=2
    ):
        change()
        assert make() == step
    assert make() == step
