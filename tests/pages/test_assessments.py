"""The pages of the assessments show what the data say, and their totals are true."""

import re
from html import unescape
from pathlib import Path

import pytest
import yaml

from .conftest import ROOT

HOME = "about/assessments/"
DOCUMENTS = {
    path.stem: yaml.safe_load(path.read_text("utf-8"))
    for path in (ROOT / "content" / "about" / "assessments").glob("*.yml")
}
STATES = ["met", "partial", "na", "open"]
ROW = re.compile(r'<tr role="row"><th role="rowheader" scope="row">(.*?)</th>(.*?)</tr>')


def claims(document):
    return [item for part in document["pages"] for item in part["items"]]


def sums(items):
    counted = [sum(item["state"] == state for item in items) for state in STATES]
    return [*counted, len(items)]


def totals_on(page):
    """The rows of a page's tables of totals, by their first cell in words."""
    return {
        re.sub("<[^>]+>", "", name): list(map(int, re.findall(r">(\d+)</td>", cells)))
        for name, cells in ROW.findall(page.html)
    }


@pytest.fixture(scope="module")
def by_url(pages):
    return {page.url: page for page in pages if page.url.startswith(HOME)}


def test_the_first_page_counts_all_claims_by_document_and_by_whose_duty_they_are(hook, by_url):
    every = [item for document in DOCUMENTS.values() for item in claims(document)]
    expected = {one["short"]: sums(claims(one)) for one in DOCUMENTS.values()}
    expected["合计"] = sums(every)
    for duty, words in hook("assessments").DUTIES.items():
        expected[words] = sums([item for item in every if item["duty"] == duty])
    assert totals_on(by_url[HOME]) == expected


def test_each_claim_stands_on_its_page_with_what_proves_it(by_url):
    for name, document in DOCUMENTS.items():
        assert totals_on(by_url[f"{HOME}{name}/"])["合计"] == sums(claims(document))
        for part in document["pages"]:
            words = unescape(by_url[f"{HOME}{name}/{part['id']}/"].html)
            for item in part["items"]:
                assert f"{item['clause']} {item['name']}</th>" in words
                for proof in [*item.get("tests", ()), *item.get("settings", ())]:
                    assert f"<code>{proof}</code>" in words


@pytest.mark.parametrize(
    ("used", "algorithm", "key", "expected"),
    [
        (True, True, True, 1),
        (True, True, False, 0.5),
        (True, False, True, 0.5),
        (True, False, False, 0.25),
        (False, True, True, 0),
        (False, False, False, 0),
    ],
)
def test_an_object_scores_by_its_use_its_algorithm_and_its_key(
    hook, used, algorithm, key, expected
):
    score = {"deployed": used, "algorithm": algorithm, "key": key}
    assert hook("assessments").points(score) == expected


def test_a_claim_in_bad_words_is_told_with_its_file_and_line(hook, config):
    told = []
    rules = hook("faults").Rules(config.extra["data"])
    config.extra["desk"] = hook("checks").Desk(rules, set(), [])
    assessments = hook("assessments")
    assessments.tell = lambda complaint, _config: told.append(complaint)
    folder = ROOT / "content" / HOME
    target = config.docs_dir + f"/{HOME}"
    Path(target).mkdir(parents=True)
    words = (folder / "keys.yml").read_text("utf-8").replace("库里只有公钥", "予以处置")
    Path(target, "keys.yml").write_text(words, "utf-8")
    assessments.tell_faults("keys", yaml.safe_load(words), config)
    line = words[: words.index("予以处置")].count("\n") + 1
    assert [one.partition("：")[0] for one in told] == [f"content/{HOME}keys.yml 第 {line} 行"] * 2
