"""One page in three languages: where the switch leads, hreflang, marked links."""

from types import SimpleNamespace

import pytest

from admin.reading.languages import languages_of

LANGUAGES = languages_of(
    {
        "items": [
            {"id": "zh", "tag": "zh-CN", "name": "中文", "locale": "zh_Hans_CN"},
            {"id": "en", "tag": "en", "name": "English"},
            {"id": "bo", "tag": "bo-CN", "name": "བོད་སྐད།"},
        ]
    }
)
SITE = "https://a.example/"


def page(uri, url, **meta):
    made = SimpleNamespace(meta=meta, url=url, canonical_url=SITE + url)
    made.file = SimpleNamespace(src_uri=uri, page=made)
    return made


@pytest.fixture
def pairs(hook):
    """Help in three languages, the law in two, news in Chinese alone."""
    module = hook("pairs")
    module.pages = {
        name: page(*told, **meta)
        for name, (told, meta) in {
            "help": (("help/index.md", "help/"), {}),
            "en/help": (("en/help/index.md", "en/help/"), {"lang": "en", "pair": "help/index.md"}),
            "bo/help": (("bo/help/index.md", "bo/help/"), {"lang": "bo", "pair": "help/index.md"}),
            "law": (("law/index.md", "law/"), {}),
            "bo/law": (("bo/law/index.md", "bo/law/"), {"lang": "bo", "pair": "law/index.md"}),
            "news": (("news/index.md", "news/"), {}),
        }.items()
    }
    files = SimpleNamespace(documentation_pages=lambda: [one.file for one in module.pages.values()])
    module.on_env(None, files=files)
    return module


@pytest.fixture
def config():
    law = SimpleNamespace(english={})
    return SimpleNamespace(site_url=SITE, extra={"languages": LANGUAGES, "law": law})


@pytest.mark.parametrize(
    ("name", "switch"),
    [
        ("help", {"en": "en/help/", "bo": "bo/help/"}),
        ("bo/help", {"zh": "help/", "en": "en/help/"}),
        # What is not translated leads to the home page, whose first lines say so.
        ("bo/law", {"zh": "law/", "en": "en/#only-chinese"}),
        ("news", {"en": "en/#only-chinese", "bo": "bo/#only-chinese"}),
    ],
)
def test_the_switch_leads_to_the_same_page_in_every_other_language(pairs, config, name, switch):
    context = pairs.on_page_context({}, page=pairs.pages[name], config=config)

    assert context["switch"] == switch


def test_all_languages_of_a_page_name_each_other(pairs, config):
    for name in ("help", "en/help", "bo/help"):
        context = pairs.on_page_context({}, page=pairs.pages[name], config=config)
        assert {one["lang"]: one["url"] for one in context["alternates"]} == {
            "zh-CN": f"{SITE}help/",
            "en": f"{SITE}en/help/",
            "bo-CN": f"{SITE}bo/help/",
            "x-default": f"{SITE}help/",
        }
    alone = pairs.on_page_context({}, page=pairs.pages["news"], config=config)
    assert "alternates" not in alone


def test_a_link_to_another_language_says_which(pairs, config):
    words = '<a href="../law/">1</a> <a href="../../news/">2</a> <a href="../../en/help/">3</a>'

    found = pairs.on_page_content(words, page=pairs.pages["bo/help"], config=config)

    assert found == (
        '<a href="../law/">1</a> <a href="../../news/" hreflang="zh-CN">2</a> '
        '<a href="../../en/help/" hreflang="en">3</a>'
    )
