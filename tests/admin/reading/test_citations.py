"""Which law an article in the words is of, and that whatever cannot be told is told."""

import pytest

from admin.config import ROOT
from admin.reading.citations import Reader
from admin.reading.data_files import load_file
from admin.reading.laws import laws_of

NAMES = {
    "aocl": "反有组织犯罪法",
    "drugs": "禁毒法",
    "treatment": "戒毒条例",
    "xingfa": "刑法",
    "xingsu": "刑事诉讼法",
    "zhian": "治安管理处罚法",
    "juweihui": "城市居民委员会组织法",
    "chengxu": "公安机关办理刑事案件程序规定",
}


@pytest.fixture(scope="module")
def reader():
    return Reader(laws_of(load_file(ROOT / "content", "laws")["items"]))


def told(reader, words, **options):
    """Every article that is cited, by its law; a fault stands for what cannot be told."""
    return [
        f"{one.law} {name}" if not one.fault else f"? {one.words}"
        for one in reader.find(words, **options)
        for name in (one.articles if not one.fault else [""])
    ]


# Words, and the articles that they cite.
CITED = {
    "见第十一条、第61条。": ["aocl 第十一条", "aocl 第六十一条"],
    "反有组织犯罪法第二条": ["aocl 第二条"],
    "《中华人民共和国反有组织犯罪法》（2021年通过）第二条": ["aocl 第二条"],
    "按照中华人民共和国刑法第二百九十四条": ["xingfa 第二百九十四条"],
    "刑法第二百九十三条之一第一款（三）项": ["xingfa 第二百九十三条之一"],
    "治安管理处罚法第八十三条第二款、第八十四条和第85条第一项": [
        *("zhian 第八十三条", "zhian 第八十四条", "zhian 第八十五条")
    ],
    "刑法第二百四十三条、治安管理处罚法第五十条": ["xingfa 第二百四十三条", "zhian 第五十条"],
    "戒毒条例第九条、禁毒法第九条": ["treatment 第九条", "drugs 第九条"],
    "第二十五条到第二十八条": [f"aocl 第二十{n}条" for n in "五六七八"],
    "《信访工作条例》第 22、23 条，15 日": ["xinfang 第二十二条", "xinfang 第二十三条"],
    "公安机关办理刑事案件程序规定第 175 条": ["chengxu 第一百七十五条"],
    "居委会（城市居民委员会组织法第十八条）": ["juweihui 第十八条"],
    "**刑法**第九十七条": ["xingfa 第九十七条"],
    "[刑法](../law/index.md)第九十七条": ["xingfa 第九十七条"],
    "刑法（第九十七条）": ["xingfa 第九十七条"],
    "禁毒法规定（第六十二条）": ["drugs 第六十二条"],
    "看禁毒法：第六十二条": ["drugs 第六十二条"],
    "按刑法第三十条处理；第三十一条不一样": ["xingfa 第三十条", "aocl 第三十一条"],
    "不能违法（第五条）": ["aocl 第五条"],
    "第一句。\n\n- 好（刑法第九十七条）。\n- 好（第九条）。": ["xingfa 第九十七条", "aocl 第九条"],
    "| 打人 | 罚（治安管理处罚法第五十条） |\n| 骗 | 罚（第九条） |": [
        *("zhian 第五十条", "aocl 第九条")
    ],
    "<p>看<strong>刑法</strong>第九十七条</p><p>第九条</p>": [
        *("xingfa 第九十七条", "aocl 第九条")
    ],
    "See article 61 and Articles 7, 8 and 11 to 13.": [
        *(f"aocl 第{n}条" for n in ["六十一", "七", "八", "十一", "十二", "十三"])
    ],
    "article 50 of the Public Security Administration Punishments Law": ["zhian 第五十条"],
    "(Public Security Law, articles 67 and 68; Criminal Law, article 293-1)": [
        *("zhian 第六十七条", "zhian 第六十八条", "xingfa 第二百九十三条之一")
    ],
    "Under the Criminal Procedure Law (article 64) they must.": ["xingsu 第六十四条"],
    "article 22 of this law": ["aocl 第二十二条"],
    "(Supervision Law, article 37; Anti-Organized Crime Law, article 51)": [
        *("jiancha 第三十七条", "aocl 第五十一条")
    ],
    "They must be heard (see article 49).": ["aocl 第四十九条"],
    "《戒毒条例》、办法条例和第三条例会": [],
    "一共三条：一条一条讲": [],
    "`第五条` 单独成段，<!-- 刑法第5条 -->[看](x.md#第五条)": [],
}


@pytest.mark.parametrize(("words", "articles"), CITED.items())
def test_an_article_is_of_the_law_that_its_words_name(reader, words, articles):
    assert told(reader, words) == articles


# What may be of another law, or cannot be read: it never passes for ours.
DOUBTFUL = {
    "公司法第二十条": "「公司法」不是",
    "《演示办法（试行）》第五条": "《演示办法（试行）》",
    "军事刑法第三条": "「军事刑法」不是",
    "云南省禁毒条例第九条": "禁毒条例」不是",
    "反洗钱法（第十一条）": "不是 content/data/laws.yml 里的法名",
    "按刑法第三十条处理，第三十一条也一样": "前面说到按刑法",
    "《演示办法》管的，第二十条也一样": "《演示办法》",
    "刑法管这件事。第二百九十四条写着。": "前面说到刑法",
    "## 刑法怎么说\n\n要坐牢（第二百九十四条）。": "前面说到刑法",
    "禁毒法写着：\n\n- 好（第九条）。\n- 第十条也是。": "前面说到禁毒法",
    "| 刑法 | 第二百九十四条 |": "前面说到刑法",
    "law: 刑法\nsource: 第二百九十四条": "前面说到刑法",
    "刑法294条": "条号要写成「第几条」",
    "《刑法》二百九十四条": "条号要写成「第几条」",
    "刑法第二九四条": "读不懂",
    "刑法第２９４条": "读不懂",
    "刑法第二百九十三之一条": "读不懂",
    "article 50 of the Criminal Act": "「Criminal Act」不是",
    "article 5 of 村民委员会组织法": "of 后面不是",
    "(Regulations on houses, article 9)": "不是 laws.yml 里的英文法名",
    "Military Criminal Law, article 3": "「Military Criminal Law」不是",
    "The Criminal Law punishes this severely, and more (article 294).": "前面说到",
    "The Criminal Law punishes this. It says so in article 294.": "前面说到 The Criminal Law",
    "See Art. 61.": "要写成 article 加号",
    "Criminal Law § 294": "要写成 article 加号",
    "article 2940": "读不懂",
}


@pytest.mark.parametrize(("words", "say"), DOUBTFUL.items())
def test_what_may_be_of_another_law_is_told_and_never_taken_for_ours(reader, words, say):
    faults = [one.fault for one in reader.find(words)]
    assert any(say in fault for fault in faults), reader.find(words)
    assert all(list(reader.faults_of(one)) for one in reader.find(words) if say in one.fault)


UNLISTED = [
    ("治安管理处罚法第七十二条", "治安管理处罚法第七十二条不在 content/data/laws.yml 里"),
    ("第二十五条到第七十八条", "反有组织犯罪法第七十八条不在"),
    ("刑法第二百九十三条", "刑法第二百九十三条不在"),
    ("Public Security Law, articles 50 to 52", "治安管理处罚法第五十一条不在"),
]


@pytest.mark.parametrize(("words", "say"), UNLISTED)
def test_an_article_that_the_entry_does_not_list_is_refused(reader, words, say):
    faults = [fault for one in reader.find(words) for fault in reader.faults_of(one)]
    assert any(say in fault for fault in faults), faults


def test_a_comment_in_a_data_file_cites_nothing_and_a_guide_speaks_of_its_own_law(reader):
    assert told(reader, "# article 21 of 村民委员会组织法\nzh: 看第五条", data=True) == [
        "aocl 第五条"
    ]
    assert told(reader, "本条例第九条", here="treatment") == ["treatment 第九条"]


@pytest.mark.parametrize(
    ("source", "good"),
    [
        ("第二条", True),
        ("禁毒法第六十一条、治安管理处罚法第八十五条", True),
        ("刑法第二百九十三条之一", True),
        ("刑法第二百九十三条", False),
        ("听人说第二条", False),
        ("第二条，还有别的", False),
        ("演示法第二条", False),
    ],
)
def test_a_source_is_listed_articles_and_nothing_else(reader, source, good):
    assert reader.only_cites(source) is good


def test_every_law_has_names_that_nobody_else_has(reader):
    laws = reader.laws.values()
    for names in ([n for law in laws for n in law.names], [n for law in laws for n in law.english]):
        assert len(names) == len(set(names))
    assert {law_id: reader.laws[law_id].zh for law_id in NAMES} == NAMES
