"""第N条 in the words leads to the article it is of, and to no other."""

import re
import shutil

import pytest

from .conftest import ROOT, build_site, read_page
from .test_law import ARTICLE, leads

HEAD = """---
short: 试
description: 试
keywords: [试]
reviewed: 2026-11-25
"""

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
    "按刑法办的，反有组织犯罪法也管，第三十条和第三十一条": ["law/30/", "law/31/"],
    "违法的依法办，法院说了算，没有别的办法，第三十三条": ["law/33/"],
}
PLAIN = [
    "第七十八条",
    "第一百条",
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


def paragraphs(words):
    return "\n\n".join(f"{line}。" for line in words)


@pytest.fixture(scope="module")
def workshop(tmp_path_factory):
    """A copy of the content with a page of citations in each language, and one decision record."""
    folder = tmp_path_factory.mktemp("workshop")
    shutil.copytree(ROOT / "content", folder / "content")
    shutil.copytree(ROOT / "site", folder / "site")
    shutil.copy(ROOT / "mkdocs.yml", folder)
    about = folder / "content" / "about"
    chinese = paragraphs([*CITED, *PLAIN])
    (about / "cited.md").write_text(f"{HEAD}---\n# 引用\n\n## 第五条\n\n{chinese}\n", "utf-8")
    english = paragraphs([*CITED_IN_ENGLISH, *PLAIN_IN_ENGLISH])
    page = f"{HEAD}lang: en\n---\n# Cited\n\n{english}\n"
    (folder / "content" / "en" / "cited.md").write_text(page, "utf-8")
    record = about / "decisions" / "0999-a-trial.md"
    record.write_text("# 999. 试\n\n第九条、article 9\n", "utf-8")
    return folder


@pytest.fixture(scope="module")
def built(workshop):
    """The pages of that workshop by address."""
    result = build_site(workshop / "out", root=workshop)
    assert result.returncode == 0, result.stderr
    pages = [read_page(workshop / "out", path) for path in (workshop / "out").rglob("*.html")]
    return {page.url: page for page in pages}


def test_words_that_cite_an_article_lead_to_it(built):
    cited = [url for urls in CITED.values() for url in urls]
    page = built["about/cited/"]
    words = [url for url in leads(page) if url.startswith("law/")]
    assert words == cited
    for line in PLAIN:
        stripped = re.sub(r"</?a\b[^>]*>", "", line)
        assert line in page.html or stripped in re.sub(r"</?a\b[^>]*>", "", page.html)


def test_english_words_lead_to_the_article_and_say_where_it_is_in_chinese(built):
    page = built["en/cited/"]
    cited = [url for urls in CITED_IN_ENGLISH.values() for url in urls]
    assert [url for url in leads(page) if url.startswith(("law/", "en/law/"))] == cited
    links = [a for a in page.document.of("a") if "law/" in a["href"] and a.get("hreflang")]
    assert len(links) == len([url for url in cited if url.startswith("law/")])
    assert all(line in page.html for line in PLAIN_IN_ENGLISH)


def test_an_article_lists_once_who_speaks_of_it(built):
    for url in ("law/77/", "law/25/", "law/19/"):
        assert leads(built[url]).count("about/cited/") == 1
    # A reader of Chinese is not sent to pages in English.
    assert "en/cited/" not in leads(built["law/08/"])
    # Nothing is said of 第五条 there but in other laws, in code, and once in brackets.
    assert leads(built["law/05/"]).count("about/cited/") == 1
    assert "about/cited/" not in leads(built["law/50/"])
    for url, page in built.items():
        if ARTICLE.fullmatch(url):
            assert not [to for to in leads(page) if "/decisions/0" in to], url
