"""The build: strict, the same under both builders, and it stops at what a reader must not meet."""

import datetime
import importlib.util
import json
import os
import re
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from mkdocs.exceptions import PluginError

from .changed import DRUGS, KEYS, POLICE, change, overdue
from .conftest import ROOT, build_site, copy_workshop
from .filled import fill_in


def files_of(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.*")}


@pytest.fixture
def workshop(tmp_path):
    """A copy of what the build reads, to be broken."""
    copy_workshop(tmp_path)
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
    published = json.loads((site / "keys.json").read_text("utf-8"))
    assert (published["keys"], published["retiring"]) == ([], [])


TABLE = json.loads((ROOT / "tests/routes_cases.json").read_text("utf-8"))


def test_the_hash_of_the_routes_is_published_for_the_forms_script(site):
    published = json.loads((site / "keys.json").read_text("utf-8"))
    assert published["routes"] == TABLE["published"][0]["digest"]


@pytest.mark.parametrize("case", TABLE["published"], ids=lambda case: case["name"])
def test_the_hash_of_the_routes_is_the_one_of_the_table(hook, case):
    found = TABLE["districts"][case["district"]]
    gone = {"id": "gone", "route": "gone", "otherwise": ["gone"], "retired": True}
    routes = {
        "supervisory": found["takers"][:-1],
        "upper": found["takers"][-1],
        "items": [
            *({"id": unit, "otherwise": rest} for unit, rest in found["units"].items()),
            {"id": "practice", "otherwise": [], "practice": True},
            gone,
        ],
        "offices": [
            *(
                {"id": key, "unit": unit} if unit else {"id": key}
                for key, unit in found["offices"].items()
            ),
            gone,
        ],
    }
    if case["contact"]:
        routes["contact"] = dict(zip(("custodian", "reviewer"), case["contact"], strict=True))
    if case.get("closed"):
        routes["sudden"] = "closed"
    categories = [{"id": key, "route": unit} for key, unit in found["categories"].items()]
    data = {"routes": routes, "categories": {"items": [*categories, gone]}}

    assert hook("keys_file").routes_digest(data) == case["digest"]


@pytest.mark.parametrize("builder", ["mkdocs", "properdocs"])
def test_the_fingerprints_of_keys_yml_are_published_for_the_forms_script(workshop, builder):
    print_of = {"police": " ".join(["0a1b"] * 8), "upper": " ".join(["c2d3"] * 8)}
    rows = [{"id": unit, "fingerprint": print_of[unit]} for unit in print_of]
    older = " ".join(["ffff"] * 8)
    rows.append({"id": "police", "fingerprint": older, "retiring": datetime.date(2027, 1, 31)})
    path = workshop / "content" / "data" / "keys.yml"
    keys = yaml.safe_load(path.read_text("utf-8"))
    path.write_text(yaml.safe_dump(keys | {"items": rows}), "utf-8")

    result = build_site(workshop / "out", builder=builder, root=workshop)

    assert result.returncode == 0, result.stderr
    published = json.loads((workshop / "out" / "keys.json").read_text("utf-8"))
    assert published["keys"] == [
        {"unit": unit, "fingerprint": text} for unit, text in print_of.items()
    ]
    assert published["retiring"] == [
        {"unit": "police", "fingerprint": older, "until": "2027-01-31"}
    ]
    assert published["routes"] == TABLE["published"][0]["digest"]


@pytest.mark.parametrize(
    ("page", "old", "new", "complaint"),
    [
        ("report/index.md", "{tip}", "{tipp}", r"report/index\.md 第 \d+ 行：没有 {tipp} 这个记号"),
        ("report/index.md", "(../help/index.md)", "(../help/gone.md)", r"help/gone\.md"),
        ("law/23.md", "topics: [", "topics: [moon, ", r"law/23\.md：topics 里的 moon 没有页面"),
    ],
)
def test_the_build_stops_and_says_why(workshop, page, old, new, complaint):
    change(workshop, page, old, new)
    result = build_site(workshop / "out", root=workshop)
    assert result.returncode != 0
    assert re.search(complaint, result.stderr)


@pytest.mark.parametrize(
    ("mark", "complaint"),
    [
        ("{tip:Z9}", "categories.yml 里没有 Z9 这一类"),
        ("{tel:12337}", "{tel:12337}：hotlines.yml 里没有这个电话"),
        ("{hotlines:nowhere}", "没有 nowhere 这一组"),
        ("{drawing:cat}", "没有 cat 这张图"),
    ],
)
def test_a_mark_that_nobody_knows_is_refused(hook, config, mark, complaint):
    marks = hook("marks")
    with pytest.raises(PluginError, match=complaint):
        marks.filled(marks.MARK.fullmatch(mark), config, "zh")


@pytest.mark.parametrize(
    ("step", "changes", "complaint"),
    [
        ("check", {"chapter": 8}, r"law/61\.md：第八章里没有第六十一条"),
        ("check", {"who": ["martians"]}, "who 里的 martians 不认识"),
        ("check", {"article": 62}, r"应当叫 law/62\.md"),
        ("button", {"category": "Z9"}, r"law/61\.md：category: Z9 不在"),
    ],
)
def test_the_front_matter_of_an_article_is_held_to_the_law(hook, data, step, changes, complaint):
    meta = {"article": 61, "chapter": 7, "who": ["residents"]} | changes
    page = SimpleNamespace(file=SimpleNamespace(src_uri="law/61.md"), meta=meta)
    law = hook("law")
    with pytest.raises(PluginError, match=complaint):
        getattr(law, step)(page, data["law"] if step == "check" else data)


def test_a_page_that_does_not_say_when_it_was_read_is_refused(hook, config):
    file = SimpleNamespace(src_uri="help/index.md", content_string="---\nshort: 帮助\n---\n")
    page = SimpleNamespace(file=file, meta={"short": "帮助"})
    complaint = r"content/help/index\.md 第 1 行：开头要有 reviewed"
    with pytest.raises(PluginError, match=complaint):
        hook("review").on_page_context({}, page=page, config=config, nav=None)


@pytest.mark.parametrize(
    ("name", "old", "new", "complaint"),
    [
        ("keys", "items: []", KEYS.replace("drugs", "spies"), "routes.yml 里没有这个单位"),
        ("hotlines", "kind: phone", "kind: pigeon", "「pigeon」不能写，能写的是：phone"),
        ("footer", "quick_exit: https", "quick_exit: http", "的写法不对"),
    ],
)
def test_a_damaged_data_file_is_refused(hook, edit, name, old, new, complaint):
    lists = hook("fingerprints").lists
    with pytest.raises(PluginError, match=complaint):
        edit(name, old, new, lambda config: lists(config.extra["data"], "zh"))


@pytest.mark.parametrize(
    ("page", "units", "none_yet"),
    [
        (
            "report/keys",
            ["公安承办组", "禁毒承办组", "去向：哪类事送到哪个单位"],
            "还没有承办单位公布钥匙的指纹",
        ),
        (
            "en/report/keys",
            ["Police unit", "Drugs unit", "The route: what goes to which unit"],
            "No unit has published",
        ),
    ],
)
def test_the_fingerprints_stand_in_numbered_groups_or_the_page_says_that_there_are_none(
    site, elsewhere, page, units, none_yet
):
    assert none_yet in (site / page / "index.html").read_text("utf-8")
    html = (elsewhere / page / "index.html").read_text("utf-8")
    assert none_yet not in html
    assert re.findall(r"<h3>(.*?)</h3>", html) == units
    groups = re.findall(r'<li class="receipt__group">(.*?)</li>', html)
    digest = TABLE["published"][0]["digest"]
    routes = [digest[place : place + 4] for place in range(0, 32, 4)]
    assert groups == [*POLICE.split(), *DRUGS.split(), *routes]


def test_where_the_form_is_on_another_host_nothing_is_fetched_ahead(site, elsewhere):
    assert "data-ahead" in (site / "report" / "index.html").read_text("utf-8")
    html = (elsewhere / "report" / "index.html").read_text("utf-8")
    assert "https://tip.example/" in html
    assert "data-ahead" not in html


def lines_with(config, name, *words):
    """The lines of a data file that hold one of these words and are no comment."""
    lines = (Path(config.docs_dir) / "data" / f"{name}.yml").read_text("utf-8").splitlines()
    numbered = ((n, line) for n, line in enumerate(lines, 1) if not line.startswith("#"))
    return "、".join(str(n) for n, line in numbered if any(word in line for word in words))


def test_a_production_build_names_every_line_that_waits_for_the_district(hook, config, monkeypatch):
    hook("review").on_config(config)
    monkeypatch.setenv("DENGSHAO_ENV", "production")
    with pytest.raises(PluginError) as caught:
        hook("review").on_config(config)
    said = str(caught.value)
    footer, places = lines_with(config, "footer", "待填写"), lines_with(config, "places", "待填写")
    assert f"content/data/footer.yml 第 {footer} 行" in said
    assert f"content/data/places.yml 第 {places} 行" in said
    line = lines_with(config, "hotlines", "id: local-police")
    assert f"content/data/hotlines.yml 第 {line} 行：辖区派出所没有号码" in said
    assert "content/data/townships.yml：还写着演示的名字（示例镇）" in said
    assert "content/data/routes.yml：source 还写着「演示数据」" in said
    assert said.count("没有号码") == lines_with(config, "hotlines", "number: null").count("、") + 1


@pytest.mark.parametrize(
    ("name", "old", "new", "complaint"),
    [
        ("footer", "domain: www.example.gov.cn", "domain: 待填写", "footer.yml 第 8 行"),
        ("footer", "value: 已填", "value: 待填写", "footer.yml 第 27 行"),
        ("footer", "value: 已填}", "value: 已填, placeholder: true}", "footer.yml 第 27 行"),
        ("places", "number: 010-5550100", "number: 待填写", "places.yml 第 20 行"),
        ("hotlines", 'number: "010-5550100"', "number: null", "辖区派出所没有号码"),
        ("hotlines", 'number: "010-5550100"', "number: null\n    retired: true", ""),
        ("places", "levels:\n", "levels: # 待填写的都填了\n", ""),
        ("townships", "zh: 河口乡", "zh: 示例乡", r"townships.yml：还写着演示的名字（示例乡）"),
        ("routes", "主办单位填写", "演示数据", "routes.yml：source 还写着「演示数据」"),
        ("organs", "address: 安乐县安乐路 1 号", "address: 示例路 1 号", "organs.yml：还写着"),
    ],
)
def test_one_fact_that_is_missing_stops_a_production_build(
    hook, config, edit, monkeypatch, name, old, new, complaint
):
    fill_in(Path(config.docs_dir).parent)
    for changed in ("hotlines", "townships", "places", "routes", "organs"):
        edit(changed, "source:", "source:")
    monkeypatch.setenv("DENGSHAO_ENV", "production")
    edit(name, old, new)
    refused = pytest.raises(PluginError, match=complaint) if complaint else nullcontext()
    with refused:
        hook("review").on_config(config)


def test_a_page_that_nobody_read_for_a_year_says_so_and_stops_a_production_build(
    elsewhere, workshop
):
    assert "超过一年没有核对" in (elsewhere / "help" / "index.html").read_text("utf-8")
    overdue(workshop)
    fill_in(workshop)
    env = os.environ | {"DENGSHAO_ENV": "production"}
    result = build_site(workshop / "out", root=workshop, env=env)
    assert "超过一年没有核对（reviewed: 2020-01-01）" in result.stderr
