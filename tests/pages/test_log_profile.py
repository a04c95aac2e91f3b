"""What the pages say of the log of connections follows content/data/edge_log.yml."""

import gzip
import shutil
from functools import partial
from types import SimpleNamespace

import pytest
import yaml
from mkdocs.exceptions import PluginError

from admin.sealing.age import HybridIdentity
from tests.once import made_once

from .conftest import ROOT, build_site, read_page
from .test_pages import BUDGET, loaded_by

TOLD = ("report/network-log", "report/limits", "report/who-can-see")
ENGLISH = ("en/report/network-log", "en/report/who-can-see")
HELD = {"id": "archive", "zh": "县档案馆", "en": "the county archive"}
OTHER = {"id": "audit", "zh": "县审计局", "en": "the county audit office"}
# Of each profile: what its pages say, in Chinese and in English, and no page of another does.
SAID = {
    "sealed": (["锁好", "钥匙归县档案馆、县审计局"], ["holds the key", "the county archive"]),
    "elsewhere": (["归县档案馆管", "我们管不着"], ["run by the county archive"]),
    "none": (["这个网站不记"], ["operators may"]),
}
OWN = {
    "sealed": ["一小时一份", "400 天", "locked each hour", "400 days"],
    "elsewhere": ["多半都有", "is for them to say"],
    "none": ["没有为它记的设备", "on its behalf"],
}


def build_as(target, profile):
    """Build the site of a district that keeps its log this way."""
    root = target.with_suffix(".root")
    for name in ("content", "site"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "mkdocs.yml", root)
    path = root / "content" / "data" / "edge_log.yml"
    log = yaml.safe_load(path.read_text("utf-8"))
    holders = [HELD, OTHER] if profile == "sealed" else [HELD]
    if profile == "sealed":
        key = str(HybridIdentity.generate().recipient)
        holders = [one | {"key": key} for one in holders]
    log |= {"profile": profile, "days": 400, "holders": holders}
    path.write_text(yaml.safe_dump(log, allow_unicode=True), "utf-8")
    result = build_site(target, root=root)
    assert result.returncode == 0, result.stderr


@pytest.fixture(scope="module")
def sites(site, tmp_path_factory):
    made = {
        name: made_once(tmp_path_factory, f"site-{name}", partial(build_as, profile=name))
        for name in ("sealed", "elsewhere")
    }
    return made | {"none": site}


def pages_of(folder, names):
    return {name: read_page(folder, folder / name / "index.html") for name in names}


@pytest.mark.parametrize("profile", SAID)
def test_the_pages_say_what_is_true_of_this_profile_and_nothing_of_another(sites, profile):
    chinese, english = SAID[profile]
    for names, wanted in ((TOLD, chinese), (ENGLISH, english)):
        for name, page in pages_of(sites[profile], names).items():
            assert any(words in page.html for words in wanted), name
    whole = "".join(page.html for page in pages_of(sites[profile], TOLD + ENGLISH).values())
    assert "{log" not in whole
    for other, words in OWN.items():
        for word in words:
            assert (word in whole) is (other == profile), f"{word}: {other}"


@pytest.mark.parametrize("profile", SAID)
def test_with_each_profile_these_pages_stay_within_the_budget(sites, profile):
    folder = sites[profile]
    heavy = {}
    for name, page in pages_of(folder, TOLD + ENGLISH).items():
        files = [folder / "assets" / one.rpartition("/")[2] for one in loaded_by(page)]
        parts = (page.html.encode(), *(path.read_bytes() for path in files))
        heavy[name] = sum(len(gzip.compress(part)) for part in parts)
    assert {name: weight for name, weight in heavy.items() if weight > BUDGET} == {}


BLOCK = [
    "before",
    *("{log:sealed}", "s"),
    *("{log:elsewhere}", "e"),
    *("{log:none}", "n"),
    *("{log:end}", "after"),
]


@pytest.mark.parametrize(("profile", "kept"), [("sealed", 2), ("elsewhere", 4), ("none", 6)])
def test_of_a_block_one_profile_stays_and_every_line_keeps_its_number(hook, profile, kept):
    shown = hook("log_profile").chosen(BLOCK, profile)
    expected = ["before", *[""] * 7, "after"]
    expected[kept] = BLOCK[kept]
    assert shown == expected


WRONG = [
    ([*BLOCK[:4], *BLOCK[5:]], None),  # an empty part is a part
    ([*BLOCK[:5], *BLOCK[7:]], "少了 none 的话"),
    (BLOCK[:7], "少一行 {log:end}"),
    ([*BLOCK[:3], "{log:sealed}", *BLOCK[3:]], "各写一次"),
    ([*BLOCK[:3], "{log:cloud}", *BLOCK[3:]], "各写一次"),
    (["{log:end}"], "少了 sealed、elsewhere、none"),
]


@pytest.mark.parametrize(("lines", "complaint"), WRONG)
def test_who_forgets_a_profile_or_an_end_is_told(hook, lines, complaint):
    module = hook("log_profile")
    if complaint is None:
        assert module.chosen(lines, "none")
        return
    with pytest.raises(module.WrongBlock, match=complaint.replace("{", r"\{")):
        module.chosen(lines, "none")


def test_the_complaint_names_file_and_line(hook, config):
    source = "---\nshort: a\n---\nwords\n\n{log:sealed}\nmore\n"
    body = source.partition("---\n")[2].partition("---\n")[2]
    file = SimpleNamespace(src_uri="report/a.md", content_string=source, generated_by=None)
    page = SimpleNamespace(file=file, meta={}, markdown=body)
    with pytest.raises(PluginError, match=r"content/report/a\.md 第 6 行"):
        hook("log_profile").on_page_markdown(body, page=page, config=config)
