"""第N条 in the words leads to the article it is of, and to no other."""

import posixpath
import re
from types import SimpleNamespace

import pytest

from .conftest import ROOT
from .test_hook_units import page

# Words, and which pages they lead to, in order. A name holds for all that is strung together.
CITED = {
    "见第十一条、第61条和第七十七条": ["law/11/", "law/61/", "law/77/"],
    "第二十五条到第二十八条": ["law/25/", "law/28/"],
    "反有组织犯罪法第二条": ["law/02/"],
    "《反有组织犯罪法》（2021年通过）第二条": ["law/02/"],
    "本法第十九条": ["law/19/"],
    "不能违法（第五条）": ["law/05/"],
    "禁毒法第六十二条": ["law/drugs/#a62"],
    "《中华人民共和国禁毒法》第十八条、第五十二条": ["law/drugs/#a18", "law/drugs/#a52"],
    "戒毒条例第九条、禁毒法第九条": ["law/treatment/#a9", "law/drugs/#a9"],
    "禁毒法第六十二条；第六十二条": ["law/drugs/#a62", "law/62/"],
    "<strong>第二条</strong>": ["law/02/"],
    "禁毒法规定（第六十二条）": ["law/drugs/#a62"],
    "禁毒法规定第六十二条": ["law/drugs/#a62"],
    "看禁毒法：第六十二条": ["law/drugs/#a62"],
    "按照禁毒法的规定，第十八条、第五十二条": ["law/drugs/#a18", "law/drugs/#a52"],
    "本法规定第十九条": ["law/19/"],
    "按刑法第三十条处理；第三十一条不一样": ["law/31/"],
    "按刑法办。第三十一条不一样": ["law/31/"],
    "按刑法办的，反有组织犯罪法也管，第三十条和第三十一条": ["law/30/", "law/31/"],
    "违法的依法办，法院说了算，没有别的办法，第三十三条": ["law/33/"],
}
PLAIN = [
    "第七十八条",
    "第一百条",
    "第二条之一",
    "刑法第二百九十三条之一",
    "刑法第二百九十四条、第五十条",
    "刑法第二十条第一款第（二）项和第三十条",
    "<strong>刑法</strong>第二十条",
    "<a href='../'>刑法</a>第二十条",
    "刑法（第二十条）",
    "《刑法》（第二十条）",
    "民法典第五条",
    "行政处罚法第三条",
    "监察法第三十七条",
    "刑事诉讼法第六十四条或者第六十五条",
    "《关于办理恶势力案件的意见（试行）》第五条",
    "本条例第十条",
    "禁毒法第三条",
    "戒毒条例第一条",
    "<code>第五条</code>",
    "刑法第二百四十三条，第五十三条",
    "按照未成年人保护法的规定，第十一条",
    "未成年人保护法规定（第十一条）",
    "依照民法典，第二十条",
    "按刑法第三十条处理，第三十一条也一样",
    "《演示办法（试行）》管的，第二十条也一样",
    "<a href='../'>刑法</a>规定<strong>要罚</strong>，看第二十条",
    "按禁毒法送去戒毒的，第六十二条也一样",
]
# An article with lines in English leads to them, any other to its Chinese page.
CITED_IN_ENGLISH = {
    "See article 61 and Articles 7, 8 and 11 to 65.": [
        *("en/law/articles/#a61", "en/law/articles/#a7", "en/law/articles/#a8"),
        *("law/11/", "en/law/articles/#a65"),
    ],
    "article 2 of the Anti-Organized Crime Law": ["law/02/"],
    "article 62 of the Anti-Drug Law": ["law/drugs/#a62"],
}
PLAIN_IN_ENGLISH = [
    "article 50 of the Criminal Law",
    "the Criminal Procedure Law (article 64)",
    "Criminal Law, article 54",
    "Constitution, article 41",
]


LAW = re.compile(r'<a href="([^"]+)"( hreflang="zh")?>')


@pytest.fixture
def index(hook):
    """Where articles are explained, as a build finds it in content/."""
    index, folder = hook("law_index").LawIndex(), ROOT / "content"
    paths = [*folder.glob("law/*.md"), *folder.glob("en/law/*.md")]
    uris = {path.relative_to(folder).as_posix(): path for path in paths}
    index.read(
        SimpleNamespace(
            src_uri=uri,
            url=uri.removesuffix("index.md").replace(".md", "/"),
            content_string=path.read_text("utf-8"),
        )
        for uri, path in uris.items()
    )
    return index


@pytest.fixture
def linked(hook, index, data):
    """A function that links the words of a page; gives them, and where they lead."""
    config = SimpleNamespace(extra={"law": index, "data": data})

    def link(words, uri="about/cited.md", **meta):
        one = page(uri, **meta)
        html = hook("law_links").on_page_content(f"<p>{words}。</p>", page=one, config=config)
        return html, [
            posixpath.normpath(posixpath.join(one.url, href)).replace("/#", "#").replace("#", "/#")
            + ("" if "#" in href else "/")
            for href, _ in LAW.findall(html)
        ]

    return link


@pytest.mark.parametrize(("words", "cited"), CITED.items())
def test_words_that_cite_an_article_lead_to_it(linked, words, cited):
    html, found = linked(words)
    assert found == cited
    assert re.sub(r"</?a\b[^>]*>", "", html) == f"<p>{words}。</p>"


@pytest.mark.parametrize("words", PLAIN)
def test_what_is_of_another_law_or_of_none_leads_nowhere(linked, words):
    assert linked(words)[0] == f"<p>{words}。</p>"


@pytest.mark.parametrize(("words", "cited"), CITED_IN_ENGLISH.items())
def test_english_words_lead_to_the_article_and_say_where_it_is_in_chinese(linked, words, cited):
    html, found = linked(words, "en/cited.md", lang="en")
    assert found == cited
    assert html.count(' hreflang="zh"') == len([url for url in cited if url.startswith("law/")])


@pytest.mark.parametrize("words", PLAIN_IN_ENGLISH)
def test_english_words_on_another_law_lead_nowhere(linked, words):
    assert linked(words, "en/cited.md", lang="en")[0] == f"<p>{words}。</p>"


def test_an_article_knows_who_speaks_of_it_but_for_records_questions_and_english(linked, index):
    words = "第八条、<a href='../08/'>第八条</a>、<h2>第五条</h2>"
    linked(words, "topics/sand.md")
    linked("article 8", "en/report/index.md", lang="en")
    linked(words, "learn/cards.md")
    assert linked(words, "about/decisions/0999-a-trial.md")[1] == []
    assert list(index.linked_from[8]) == ["topics/sand.md"]
    assert 5 not in index.linked_from
