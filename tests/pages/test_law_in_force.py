"""No page states a dead rule, and none leaves out what the law in force gives a resident.

The laws were compared on 2026-11-30. The build refuses an article that laws.yml does not list; the
numbers of before 2026 stand here for four that were renumbered, so that none is listed again.
"""

import re

import pytest

from admin.reading.citations import Reader
from admin.reading.laws import laws_of
from admin.reading.scope import filled

from .conftest import ROOT
from .test_words import main_of, text_of

NUMERAL = "[零一二三四五六七八九十百]+"
STRUNG = rf"》?(?:（[^（）]*）)?((?:第{NUMERAL}条(?:第{NUMERAL}[款项])*[、和及]?)+)"
# What stood under these numbers stands elsewhere since 2026-01-01.
DEAD = {
    "村民委员会组织法": "十五 十七 三十 三十一",
    "城市居民委员会组织法": "八 十二",
    "网络安全法": "十四 二十一 二十四 二十五 四十 四十一 五十九 六十八",
    "治安管理处罚法": "十二 二十 二十五 四十二 四十六 四十九 五十六 五十七 七十 七十一 七十二",
}
# The same law in English, and the numbers under which it is cited there.
DEAD_IN_ENGLISH = {
    "Public Security Law": {12, 20, 42, 46, 49, 56, 57, 70, 71, 72, 74},
    "Cybersecurity Law": {14, 21, 24, 25, 40, 41, 59, 68},
    "Villagers’ Committees Law": {15, 17, 30, 31},
}
# What was believed before, in the words in which it stood.
GONE = {
    "drugs/parcels/": "看各省的规定",
    "report/rights/": "可以查账",
    "report/mistaken/": "居民看见了没有举报，不在处罚的几种行为里",
    "law/12/": "别的前科，这一条没有写",
    "law/08/": "举报了，或者",
    "law/30/": "有这几样",
    "law/43/": "打官司",
    "law/75/": "您是公职人员",
    "report/reward/": "举报的人、贡献突出的人",
    "topics/soft-violence/": "缺一条都不行",
    "law/23/": "缺一条都不行",
    "topics/village-bully/": "集体财务往来",
    "topics/school/": "学校、村委会、居委会发现孩子受侵害",
    "en/law/": "The law against gangs",
    "report/why-no-name/": "领奖要能核实身份",
    "en/law/articles/": "Who reports, or helps greatly",
    "en/topics/soft-violence/": "it does not count (article 23)",
    "law/65/": "受伤、去世的，国家给待遇",
    "law/51/": "牵涉黑恶",
    "law/treatment-isolation/": "不许评估造假、私放人",
    "law/drugs-treatment/": "她们和他们",
    "drugs/school/": "学生被人拉进违法犯罪的团伙",
    "drugs/treatment/": "人身自由不受限制",
    "report/glossary-law/": "是不是，由公安、检察院、法院依法认定",
    "law/17/": "才报案",
    "law/25/": "不会白跑",
    "law/35/": "还可以视频会见",
    "law/71/": "讲了两样紧急措施",
    "law/74/": "不转给别人",
    "help/": "主动去登记、去戒毒",
    "drugs/talk/": "主动登记、主动去戒的",
    "topics/network/": "引诱有组织犯罪",
    "topics/post-extortion/": "引诱有组织犯罪",
}
POLICE = "治安管理处罚法"
NO_CONTACT = rf"不许.{{0,6}}接触.*{POLICE}第五十条第二款"
HEAVIER = rf"从重处罚（{POLICE}第二十二条第三项"
SEALED = rf"封存.*{POLICE}第一百三十六条"
NOT_RIPE = rf"成熟以?前.*不予处罚（{POLICE}第八十三条第二款"
UNPUNISHED = "公安机关登记.*有资质.*不予处罚（禁毒法第六十二条"
LENDING = "反电信网络诈骗法第三十一条"
LANDLORD = rf"房东.*报公安.*{POLICE}第六十八条"
BULLYING = rf"欺凌.*{POLICE}第六十条"
AT_SCHOOL = "未成年人保护法第三十九条"
CANDIDATES = "村民委员会组织法第十八条"
# What a page must tell, each in one line or paragraph.
TELLS = [
    ("report/protection/", NO_CONTACT),
    ("report/protection/", HEAVIER),
    ("report/protection/", rf"证人.*{POLICE}第七十三条第三项"),
    ("report/mistaken/", HEAVIER),
    ("report/mistaken/", rf"{POLICE}第五十条第一款第三项"),
    ("report/mistaken/", "反有组织犯罪法.*第六十九条"),
    ("report/mistaken/", "房东、旅馆.*报告"),
    ("report/rights/", rf"{POLICE}第九十条"),
    ("report/rights/", "存款、汇款.*第二十七条"),
    ("report/reward/", rf"{POLICE}第五十条"),
    ("law/62/", NO_CONTACT),
    ("topics/soft-violence/", "不够五条，不等于不违法"),
    ("topics/soft-violence/", "刑法第二百九十三条之一"),
    ("law/23/", "不够五条，不等于不违法"),
    ("topics/loans/", "刑法第二百九十三条之一"),
    ("drugs/help/", SEALED),
    ("drugs/treatment/", SEALED),
    ("drugs/school/", SEALED),
    ("law/drugs/", SEALED),
    ("law/treatment/", SEALED),
    ("drugs/cultivation/", NOT_RIPE),
    ("drugs/cultivation/", "抗拒铲除.*刑法第三百五十一条"),
    ("drugs/cultivation/", "可以免除处罚（刑法第三百五十一条）"),
    ("drugs/", rf"{POLICE}第八十三条"),
    ("drugs/", rf"娱乐场所.*{POLICE}第八十四条"),
    ("law/drugs-ban/", rf"一千元.*{POLICE}第八十五条"),
    ("topics/bank-cards/", LENDING),
    ("topics/bank-cards/", "刑法第二百八十七条之二"),
    ("law/17/", LENDING),
    ("help/minors/", LENDING),
    ("drugs/parcels/", LENDING),
    ("drugs/parcels/", LANDLORD),
    ("drugs/parcels/", rf"旅馆.*{POLICE}第六十七条第三款"),
    ("drugs/parcels/", "快递暂行条例第三十四条"),
    ("topics/campus/", BULLYING),
    ("topics/campus/", AT_SCHOOL),
    ("topics/school/", BULLYING),
    ("topics/school/", AT_SCHOOL),
    ("help/", AT_SCHOOL),
    ("help/minors/", AT_SCHOOL),
    ("law/11/", BULLYING),
    ("topics/village-bully/", CANDIDATES),
    ("topics/village-bully/", "村民委员会组织法第二十一条"),
    ("topics/village-bully/", "每月公布.*村民委员会组织法第三十五条"),
    ("topics/village-bully/", "村民委员会组织法第三十六条"),
    ("law/12/", CANDIDATES),
    ("law/12/", "城市居民委员会组织法第二十二条"),
    ("learn/cadres/", CANDIDATES),
    ("learn/cadres/", "预防未成年人犯罪法第三十九条"),
    ("law/67/", "父母.*村委会.*预防未成年人犯罪法第三十九条"),
    ("drugs/family/", "父母.*村委会.*预防未成年人犯罪法第三十九条"),
    ("topics/protectors/", "监察法第七十四条"),
    ("report/limits/", "六个月.*网络安全法第二十三条"),
    ("topics/network/", "网络安全法第六十九条"),
    ("topics/gambling/", rf"{POLICE}第八十二条"),
    ("topics/sextortion/", "刑法第二百七十四条"),
    ("topics/post-extortion/", "刑法第二百七十四条"),
    ("topics/market/", rf"{POLICE}第五十四条"),
    ("about/accessibility/", "无障碍环境建设法第三十二条"),
    ("law/61/", NO_CONTACT),
    ("law/50/", "国家工作人员的六类行为"),
    ("help/threats/", NO_CONTACT),
    ("topics/after-release/", "不受歧视（监狱法第六十二条"),
    ("report/what-not-to-do/", HEAVIER),
    ("law/07/", "房东、旅馆、学校、娱乐场所、快递等"),
    ("law/09/", "疑似受侵害、有危险.*未成年人保护法第十一条"),
    ("report/rights/", "必需的钱和东西（第四十一条"),
    ("help/", UNPUNISHED),
    ("help/overdose/", UNPUNISHED),
    ("drugs/talk/", UNPUNISHED),
    ("en/help/overdose/", "licensed clinic.*Narcotics Control Law, article 62"),
    ("law/11/", "立即报公安（预防未成年人犯罪法第三十七条"),
    ("law/28/", "三日以内.*程序规定第一百七十八条"),
    ("law/34/", "罚金而他的钱不够.*没收财产的，要先赔您（刑法第三十六条"),
    ("law/39/", "清单.*刑事诉讼法第一百四十二条"),
    ("law/49/", "检察院申诉（刑事诉讼法第一百一十七条"),
    ("law/53/", f"拘留或者罚款（{POLICE}第五十条"),
    ("law/61/", "被害人都可以请求（刑事诉讼法第六十四条"),
    ("law/67/", "从重处罚.*第六十九条"),
    ("law/68/", "刑法第三十七条之一"),
    ("law/69/", f"通知家属（{POLICE}第一百一十六条"),
    ("law/76/", "六十日以内（行政复议法第二十条"),
    ("law/76/", "十五日以内.*行政诉讼法第四十五条"),
    ("law/drugs-ban/", "替他们藏毒品"),
    ("drugs/family/", f"行政拘留.*通知家属（{POLICE}第一百一十六条"),
    ("drugs/family/", "未成年人的，从重处罚（刑法第三百五十三条"),
    ("drugs/school/", "团伙有违法犯罪嫌疑的，立即报公安"),
    ("drugs/", "又种的、抗拒铲除的"),
    ("drugs/", f"手里有毒品.*{POLICE}第八十四条"),
    ("drugs/parcels/", "违法犯罪的，立即报告.*快递暂行条例第三十四条"),
    ("learn/cadres/", "帮教.*村民委员会组织法第十一条"),
    ("en/law/articles/", "10,000 to 30,000 yuan"),
    ("en/law/articles/", "Administrative Reconsideration Law, article 20"),
    ("en/drugs/", "resisting their removal.*Criminal Law, article 351"),
    ("en/help/", "Minors Protection Law, article 39"),
    ("en/help/minors/", "Minors Protection Law, article 39"),
    ("en/help/minors/", "Anti-Telecom Fraud Law, article 31"),
    ("en/topics/", "Anti-Telecom Fraud Law, article 31"),
    ("en/drugs/", "before it is ripe.*Public Security Law, article 83"),
    ("en/report/protection/", r"heavily.*Public Security Law, article 22"),
    ("en/report/protection/", r"not to contact.*Public Security Law, article 50"),
    ("en/report/rights/", r"Public Security Law, article 50"),
    ("en/report/rights/", r"[Ll]andlords, hotels, schools"),
    ("en/law/articles/", r"[Ll]andlords, hotels, schools"),
    ("en/topics/soft-violence/", r"Fewer than five.*Public Security Law, article 50"),
    ("en/topics/soft-violence/", r"Criminal Law, article 293-1"),
    ("en/drugs/help/", r"sealed.*Public Security Law, article 136"),
    ("en/about/accessibility/", r"Barrier-Free .*article 32"),
]


def lines_of(page):
    """A page's paragraphs, items and rows, each as one line of text."""
    main = re.sub(r"\s*\n\s*", " ", main_of(page))
    pieces = re.split(r"</(?:p|li|tr|dd|dt|h[1-6]|summary|legend)>", main)
    return [re.sub(r"\s+", " ", text_of(piece)).strip() for piece in pieces]


@pytest.fixture(scope="module")
def by_url(pages):
    return {page.url: page for page in pages}


@pytest.fixture(scope="module")
def said(pages):
    """What every page of the site and every template of the forms and the desk says, by name."""
    words = {page.url: text_of(page.html) for page in pages}
    for path in (ROOT / "admin" / "templates").rglob("*.html"):
        words[path.relative_to(ROOT).as_posix()] = path.read_text("utf-8")
    for name in ("admin/translations/en/LC_MESSAGES/messages.po", "content/posters/loudspeaker.md"):
        words[name] = (ROOT / name).read_text("utf-8")
    # The desk shows some of them, the build others.
    for path in (ROOT / "content" / "data").glob("*.yml"):
        words[path.name] = path.read_text("utf-8")
    return words


def cited(law, words):
    """The articles of a law that are cited behind its name, as numerals."""
    for strung in re.findall(law + STRUNG, words):
        yield from re.findall(rf"第({NUMERAL})条", strung)


def cited_in_english(law, words):
    for numbers in re.findall(rf"{law},? \(?articles? (\d+(?:(?:, | and |–| to )\d+)*)", words):
        yield from map(int, re.findall(r"\d+", numbers))


@pytest.mark.parametrize("law", DEAD)
def test_no_number_of_before_2026_is_cited(said, law):
    dead = set(DEAD[law].split())
    found = {name: sorted(dead & set(cited(law, words))) for name, words in said.items()}
    assert {name: numbers for name, numbers in found.items() if numbers} == {}


@pytest.mark.parametrize("law", DEAD_IN_ENGLISH)
def test_no_number_of_before_2026_is_cited_in_english(said, law):
    dead = DEAD_IN_ENGLISH[law]
    found = {name: dead & set(cited_in_english(law, words)) for name, words in said.items()}
    assert {name: numbers for name, numbers in found.items() if numbers} == {}


@pytest.mark.parametrize("law", DEAD)
def test_no_number_of_before_2026_is_one_that_may_be_cited(data, law):
    entry = next(entry for entry in data["laws"]["items"] if entry["zh"] == law)
    assert not {f"第{number}条" for number in DEAD[law].split()} & set(entry["articles"])


def test_what_the_forms_and_the_desk_cite_is_listed(data):
    """The build reads pages and data; this reads the program's own words by the same rules."""
    reader = Reader(laws_of(data["laws"]["items"]))
    paths = [*(ROOT / "admin" / "templates").rglob("*.html"), *(ROOT / "admin").rglob("*.po")]
    cited = {path: reader.find(path.read_text("utf-8")) for path in paths}
    faults = {
        path.name: list(reader.faults_of(one)) for path, found in cited.items() for one in found
    }
    assert len(faults) >= 2
    assert not any(faults.values()), faults


@pytest.mark.parametrize(("url", "words"), GONE.items())
def test_a_rule_that_is_dead_or_too_wide_is_told_no_more(by_url, url, words):
    assert words not in text_of(main_of(by_url[url]))


@pytest.mark.parametrize(("url", "pattern"), TELLS)
def test_a_page_tells_the_rule_that_its_reader_needs_with_its_article(by_url, url, pattern):
    assert any(re.search(pattern, line) for line in lines_of(by_url[url]))


# What is never a tip, as domain.md 7 has it: one word of each must stand there.
NEUTRAL = {
    "speech": "说话|说什么|言论|提意见",
    "petition": "信访|上访",
    "assembly": "集会",
    "wages": "讨薪|工资",
    "ethnicity": "民族",
    "language": "语言",
    "accent": "口音",
    "religion": "宗教|信教|信什么教|信仰",
    "surname": "姓氏|姓什么",
    "looks": "长相",
    "past": "前科",
    "origin": "从哪里来|籍贯|来处",
}
NEUTRAL_IN_ENGLISH = {
    "speech": "opinions|say",
    "petition": "petition",
    "assembly": "assembl",
    "wages": "wages",
    "ethnicity": "ethnic",
    "language": "language",
    "accent": "accent",
    "religion": "religio",
    "surname": "family name",
    "looks": "looks",
    "past": "convictions",
    "origin": "comes from|origin",
}
SHOWN = ["report/rights/", "report/who-can-see/", "report/other-channels/", "about/"]


@pytest.mark.parametrize("thing", NEUTRAL)
@pytest.mark.parametrize("url", [*SHOWN, *(f"en/{url}" for url in SHOWN[:3])])
def test_what_is_never_a_tip_is_told_whole_wherever_it_is_told(by_url, url, thing):
    lines = lines_of(by_url[url])
    if url.startswith("en/"):
        never, word = "not matters for a tip", NEUTRAL_IN_ENGLISH[thing]
    else:
        never, word = "不(?:是|收作|当作)线索|不把.*线索", NEUTRAL[thing]
    assert any(re.search(never, line) and re.search(word, line, re.I) for line in lines)


@pytest.mark.parametrize("thing", NEUTRAL)
def test_who_wrote_of_it_is_told_the_same_in_the_answer(data, thing):
    outcome = next(item for item in data["outcomes"]["items"] if item["id"] == "protected")
    for language, word in (("zh", NEUTRAL[thing]), ("en", NEUTRAL_IN_ENGLISH[thing])):
        assert re.search(word, filled(outcome["turn_to"][language], data["scope"], language), re.I)


# What residents type into the search, in their own words; no page prints it.
TYPED = {"asked.yml", "crisis.yml", "synonyms.yml"}
# What words are refused, and what to write instead.
REFUSED = {"jargon.yml", "bulletins.yml"}


def test_nobody_is_called_a_bad_person(said):
    assert {name for name, words in said.items() if "坏人" in words} <= TYPED | REFUSED


def test_no_invented_tip_of_the_demo_tells_how_somebody_speaks_or_where_from():
    words = (ROOT / "admin" / "demo" / "tips.yml").read_text("utf-8")
    assert re.findall("口音|外地|民族|信教|本地人|姓[^名]", words) == []
