"""What single functions of the hooks decide, case by case: no whole site is built for it."""

from datetime import timedelta
from types import SimpleNamespace

import pytest


def page(uri="topics/sand.md", url=None, *, title="名", hidden=False, **meta):
    """A page as hooks see one."""
    file = SimpleNamespace(
        src_uri=uri,
        content_string="",
        generated_by=None,
        inclusion=SimpleNamespace(is_not_in_nav=lambda: hidden),
    )
    url = uri.removesuffix("index.md").replace(".md", "/") if url is None else url
    return SimpleNamespace(file=file, url=url, title=title, meta=meta, content="", markdown="")


# directory: which pages the 目录 lists, and in which order.

LISTED = {
    "topics/sand.md": True,
    "law/index.md": True,
    "law/ch/7.md": True,
    "law/50.md": False,
    "help/path/index.md": True,
    "help/path/start.md": False,
    "places/index.md": True,
    "places/shili.md": False,
    "news/index.md": True,
    "news/2026-11-25.md": False,
    "q/1.md": False,
    "about/decisions/0001-why.md": False,
    "about/decisions/index.md": False,
    "numbers/index.md": True,
    "numbers/2027-04-15.md": False,
    "numbers/reports/2027-h1.md": False,
}


def test_the_directory_lists_each_page_but_those_that_another_lists(hook):
    directory = hook("directory")
    pages = [page(uri) for uri in LISTED]
    here = page("directory.md")

    listed = directory.directory(pages, here)

    for one in pages:
        relative = directory.get_relative_url(one.url, here.url)
        assert (f'href="{relative}"' in listed) is LISTED[one.file.src_uri], one.url


def test_the_directory_is_in_the_readers_language_with_the_door_to_the_other(hook):
    directory = hook("directory")
    chinese = [page("index.md", ""), page("topics/sand.md")]
    english = [page("en/index.md", "en/", lang="en"), page("en/help.md", lang="en")]

    def listed(here):
        return [one.url for one in chinese + english if directory.is_listed(one, here)]

    assert listed(chinese[0]) == ["", "topics/sand/", "en/"]
    assert listed(english[0]) == ["", "en/", "en/help/"]
    assert directory.language(chinese[0], chinese[1]) == ""
    assert directory.language(english[0], chinese[0]) == ' lang="en" hreflang="en"'
    assert directory.language(chinese[0], english[0]) == ' lang="zh-CN" hreflang="zh-CN"'


def test_the_directory_has_its_sections_in_their_order_and_others_after(hook):
    directory = hook("directory")
    names = ["zebra", "news", "about", "drugs", "", "posters", "places", "learn", "law", "topics"]
    names += ["report", "help"]

    assert sorted(names, key=directory.rank) == [
        *("", "help", "report", "topics", "drugs", "law", "learn", "posters", "places", "news"),
        *("about", "zebra"),
    ]


def test_a_page_stands_in_the_section_of_its_first_folder(hook):
    directory = hook("directory")
    pages = [page(uri, title=uri) for uri in ("law/ch/7.md", "law/index.md", "a.md", "index.md")]

    listed = directory.directory(pages, page("directory.md"))

    heads = [part.split("</a></h3>")[0].rpartition(">")[2] for part in listed.split("<h3>")[1:]]
    assert heads == ["index.md", "law/index.md"]
    assert listed.count("<li>") == 2


def test_a_short_title_is_for_the_search_page_alone(hook):
    directory = hook("directory")
    one = page(title="一个长名字", short="短")

    assert directory.name(one, page()) == "一个长名字"
    assert directory.name(one, page(template="search.html")) == "短"


# trail: the folders above a page.

ABOVE = {
    "the home page": (page("index.md", ""), []),
    "a page beside it": (page("about.md"), [""]),
    "a page in a folder": (page("topics/sand.md"), ["", "topics/"]),
    "a folder's own page": (page("topics/index.md", "topics/"), [""]),
    "deeper": (page("help/path/end.md"), ["", "help/", "help/path/"]),
    "an article": (page("law/50.md", article=50, chapter=7), ["", "law/", "law/ch/7/"]),
    "an English page": (page("en/help/tip.md", lang="en"), ["en/", "en/help/"]),
    "the English home page": (page("en/index.md", "en/", lang="en"), []),
}


@pytest.mark.parametrize("name", ABOVE)
def test_the_trail_leads_through_every_folder(hook, name):
    one, above = ABOVE[name]

    assert hook("trail").ancestors(one) == above


def test_the_trail_names_the_home_page_home_and_others_by_their_titles(hook, config):
    trail = hook("trail")
    home, folder = page("index.md", "", title="灯哨"), page("topics/index.md", title="专题")
    english = page("en/index.md", "en/", title="Lamp", lang="en")
    trail.on_nav(SimpleNamespace(pages=[home, folder, english]))

    def shown(one):
        return trail.on_page_context({}, page=one, config=config, nav=None)["trail"]

    assert shown(page("topics/sand.md")) == [
        {"url": "", "title": "首页"},
        {"url": "topics/", "title": "专题"},
    ]
    assert shown(page("en/help/tip.md", lang="en")) == [{"url": "en/", "title": "Home"}]
    # A folder without a page of its own is not on the way.
    assert shown(page("nowhere/x.md")) == [{"url": "", "title": "首页"}]


MENU = [
    {"id": "law", "page": "law/", "page_en": "en/law/"},
    {"id": "seventh", "page": "law/ch/7/"},
    {"id": "language", "languages": True},
]


@pytest.mark.parametrize(
    ("url", "column"),
    [("law/50/", "law"), ("law/ch/7/x/", "seventh"), ("en/law/x/", "law"), ("en/x/", ""), ("", "")],
)
def test_a_page_belongs_to_the_column_with_the_longest_beginning(hook, url, column):
    assert hook("trail").here(page(url=url), MENU) == column


# whereabouts: where a fault stands.


def test_a_fault_in_a_page_is_counted_with_its_front_matter(hook, config):
    one = page("topics/sand.md")
    one.file.content_string = "---\ntitle: x\n---\n\n# A\n\nB\n"
    one.markdown = "# A\n\nB\n"

    found = [hook("whereabouts").at(one, config, line) for line in (1, 3)]

    assert found == ["content/topics/sand.md 第 5 行", "content/topics/sand.md 第 7 行"]


@pytest.mark.parametrize(
    ("start", "name"),
    [
        ("learn/", "quizzes.yml"),
        ("help/path/", "paths.yml"),
        ("posters/", "posters.yml"),
        ("q/", "posters.yml"),
        ("places/", "places.yml"),
        ("law/", "law.yml"),
    ],
)
def test_a_page_that_nobody_wrote_is_of_its_data_file(hook, start, name):
    assert hook("whereabouts").data_of(page(f"{start}x.md")) == name
    assert hook("whereabouts").data_of(page("topics/x.md")) == "topics/x.md"


def test_a_line_of_a_data_file_is_found_by_its_longest_piece(hook, config, tmp_path):
    path = tmp_path / "content" / "data" / "x.yml"
    path.write_text("一二三四\n一二三四五六\n三四五六七八\n", "utf-8")
    in_data = hook("whereabouts").in_data

    assert in_data(config, "x.yml", "不三四五六七八不") == "content/data/x.yml 第 3 行"
    assert in_data(config, "x.yml", "一二三四五六") == "content/data/x.yml 第 2 行"
    assert in_data(config, "x.yml", "一二三四") == "content/data/x.yml 第 1 行"
    # Three characters are no piece, unless they are the core itself.
    assert "提到的页" in in_data(config, "x.yml", "一二三")
    assert in_data(config, "x.yml", "六七八", core="六七") == "content/data/x.yml 第 3 行"
    assert "提到的页" in in_data(config, "absent.yml", "一二三四")


def test_an_entry_of_the_front_matter_is_named_by_its_line_or_the_first(hook):
    one = page("topics/sand.md")
    one.file.content_string = "---\ntitle: reviewed\nreviewed: 2026-11-25\n---\nreviewed: x\n"

    assert hook("whereabouts").front(one, "reviewed") == "content/topics/sand.md 第 3 行"
    assert hook("whereabouts").front(one, "absent") == "content/topics/sand.md 第 1 行"


# review: how long ago, at both ends.

AGES = {-3: "还没有到", -2: "还没有到", -1: "", 0: "", 365: "", 366: "超过一年", 400: "超过一年"}


@pytest.mark.parametrize("days", AGES)
def test_a_page_is_read_through_within_a_year_and_not_before_its_day(hook, days):
    said = hook("review").fault(timedelta(days=days))

    assert (AGES[days] in said) if AGES[days] else said == ""


# search: which pages are found.


@pytest.mark.parametrize(
    ("one", "is_found"),
    [
        (page(), True),
        (page(search=True), True),
        (page(search=False), False),
        (page(hidden=True), False),
        (page("about/decisions/0001-x.md"), False),
        (page("about/decisions/index.md"), False),
    ],
)
def test_the_search_finds_each_page_but_those_that_are_kept_out(hook, one, is_found):
    assert hook("search").is_found(one) is is_found


def test_the_pairs_of_a_page_are_those_of_its_words_without_tags(hook):
    search, one = hook("search"), page()
    assert search.pairs(one) == set()
    one.content = None
    assert search.pairs(one) == set()
    one.content = "<p>沙场</p><p>老板 a 打人</p>"
    assert search.pairs(one) == {"沙场", "老板", "打人"}


def test_parts_of_the_search_are_packed_without_a_space(hook):
    assert hook("search").packed({"字": [1, "a b"]}) == '{"字":[1,"a b"]}'


# fingerprints: units with a key in use, in the order of the routes.


@pytest.fixture
def published(data):
    """The data with keys of these units: `published(*items)`."""

    def of(*items):
        return data | {"keys": {"checked": "2026-11-24", "items": list(items)}}

    return of


def key(unit, fingerprint, **more):
    return {"id": unit, "fingerprint": fingerprint, **more}


def test_fingerprints_are_those_of_keys_in_use_in_the_order_of_the_routes(hook, published):
    shown = hook("fingerprints").lists(
        published(
            key("trade", "3333 4444"),
            key("police", "1111 2222"),
            key("police", "9999", retiring="2026-12-31"),
        ),
        "zh",
    )

    groups = [part.split("<")[0] for part in shown.split('receipt__group">')[1:]]
    assert groups[:4] == ["1111", "2222", "3333", "4444"]
    assert "9999" not in groups
    assert len(groups) == 4 + 8
    assert shown.endswith("2026-11-24</p>")


def test_where_only_an_older_key_is_left_none_is_published(hook, published):
    shown = hook("fingerprints").lists(published(key("police", "9", retiring="2026-12-31")), "zh")

    assert "还没有承办单位公布" in shown
    assert shown.count("receipt__group") == 8


def test_two_keys_in_use_and_an_unknown_unit_stop_the_build(hook, published):
    fingerprints = hook("fingerprints")
    with pytest.raises(fingerprints.PluginError, match="两把现用的密钥"):
        fingerprints.lists(published(key("police", "1"), key("police", "2")), "zh")
    with pytest.raises(fingerprints.PluginError, match="没有这个单位"):
        fingerprints.lists(published(key("nowhere", "1")), "zh")


# quizzes: which answer is the right one.


@pytest.mark.parametrize("answer", [True, False])
def test_of_right_and_wrong_one_is_the_answer(hook, answer):
    options = hook("quizzes").options({"kind": "truefalse", "answer": answer})

    assert [(letter, right) for letter, _words, right in options] == [
        ("A", answer),
        ("B", not answer),
    ]
    assert len({words for _letter, words, _right in options}) == 2


@pytest.mark.parametrize("answer", "ABC")
def test_of_several_options_one_is_the_answer(hook, answer):
    question = {"kind": "choice", "answer": answer, "options": ["甲", "<乙>", "丙"]}

    assert hook("quizzes").options(question) == [
        (letter, f"{letter}. {words}", letter == answer)
        for letter, words in zip("ABC", ("甲", "&lt;乙&gt;", "丙"), strict=True)
    ]


# paths: the first question must be there, and no id twice.


def graph_of(data, **changes):
    return data["paths"] | changes


def test_a_path_without_its_first_question_stops_the_build(hook, config, data):
    paths = hook("paths")
    with pytest.raises(paths.PluginError, match="没有 nowhere 这一问"):
        paths.read(graph_of(data, start="nowhere"), config)


@pytest.mark.parametrize("of", ["nodes", "ends"])
def test_an_id_that_is_used_twice_stops_the_build(hook, config, data, of):
    paths = hook("paths")
    twice = [*data["paths"][of], data["paths"][of][0]]

    with pytest.raises(paths.PluginError, match="这个 id 用了两次"):
        paths.read(graph_of(data, **{of: twice}), config)


def test_an_end_names_what_its_kind_promises(hook):
    assert hook("paths").NEEDS == {
        "help": ("tels", "pages"),
        "office": ("tels", "pages"),
        "form": ("category", "official"),
        "read": ("pages",),
    }


# posters: how many rows of large type, and when they are set smaller.

ROWS = {
    (): 0,
    ("一" * 12,): 1,
    ("一" * 13,): 2,
    ("一" * 12 + "（不算）" * 9,): 1,
    ("一" * 12, "一" * 24): 3,
    ("一" * 36, "一"): 4,
    ("一" * 36, "一" * 13): 5,
}


@pytest.mark.parametrize("lines", ROWS, ids=map(str, ROWS.values()))
def test_a_posters_lines_take_so_many_rows_and_more_than_four_are_set_small(hook, lines):
    item = {"n": 1, "zh": "字", "lines": list(lines), "tear": False}

    assert hook("posters").rows_of(list(lines)) == ROWS[lines]
    assert hook("posters").paper(item, "", "")["small"] is (ROWS[lines] > 4)


@pytest.mark.parametrize(("tear", "strips"), [(True, True), (False, False)])
def test_a_poster_has_its_address_and_strips_where_it_is_torn(hook, tear, strips):
    posters = hook("posters")
    item = {"n": 7, "zh": "字", "lines": [], "tear": tear}

    bare = posters.paper(item, "", "往下")
    full = posters.paper(item, "https://www.example.gov.cn/d/", "往下")

    assert (bare["address"], bare["side"], bare["path"]) == ("", 0, "")
    assert full["address"] == "www.example.gov.cn/d/q/7/"
    assert full["side"] > 0
    assert full["path"]
    assert bool(full["strips"]) is strips
    assert full["onward"] == "往下"


@pytest.mark.parametrize(
    ("title", "size"),
    [
        ("一", 5),
        ("一" * 5, 5),
        ("一" * 6, 6),
        ("一" * 10, 10),
        ("一" * 11, 10),
        ("一二三，四五六七：八", 5),
    ],
)
def test_a_title_is_as_large_as_its_longest_phrase_lets_it(hook, title, size):
    assert hook("posters").size(title) == size


# news: the feed.


def test_the_feed_tells_each_notice_with_its_full_address(hook):
    news = hook("news")
    item = {"url": "news/a/", "title": "<通知>", "date": "2026-11-25", "description": "说明"}

    feed = news.feed([item, item | {"url": "news/b/"}], "https://x.example/d/", "灯哨")

    assert feed.count("<item>") == 2
    assert "<link>https://x.example/d/news/a/</link>" in feed
    assert "<title>&lt;通知&gt;</title>" in feed
    assert "<pubDate>Wed, 25 Nov 2026 00:00:00 +0800</pubDate>" in feed
    assert '<guid isPermaLink="true">https://x.example/d/news/b/</guid>' in feed
    assert "<description>说明</description>" in feed


@pytest.mark.parametrize("address", ["", "https://x.example/d"])
def test_the_feed_is_written_where_the_site_has_an_address(hook, config, tmp_path, address):
    news = hook("news")
    config.site_url, config.site_dir = address, str(tmp_path / "site")
    item = {"url": "news/a/", "title": "t", "date": "2026-11-25", "description": "d"}
    config.extra["latest_news"] = [item] * (news.NEWEST + 1)

    news.on_post_build(config=config)

    path = tmp_path / "site" / news.FEED
    assert path.exists() is bool(address)
    if address:
        assert path.read_text("utf-8").count("<item>") == news.NEWEST


# hotlines: a table for each group.


def test_all_tables_or_those_that_are_named_in_their_order(hook, data):
    hotlines = hook("hotlines")
    known = [group["id"] for group in data["hotlines"]["groups"]]

    def count(groups):
        return hotlines.tables(data["hotlines"], groups, "zh").count("\n\n") + 1

    assert count([]) == count(known)
    two = hotlines.tables(data["hotlines"], known[1::-1], "zh")
    assert two == "\n\n".join(
        hotlines.tables(data["hotlines"], [one], "zh") for one in known[1::-1]
    )
    with pytest.raises(hotlines.PluginError, match="没有 nowhere 这一组"):
        hotlines.tables(data["hotlines"], [known[0], "nowhere"], "zh")


# places: which are checked, and what they are found by.


def test_a_retired_place_is_held_to_nothing_any_more(hook, config):
    places, items = hook("places"), config.extra["data"]["places"]["items"]
    places.on_config(config)
    twice = items[0] | {"level": "nowhere", "parent": "nowhere"}

    items.append(twice | {"retired": True})
    places.on_config(config)
    items.append(twice)

    with pytest.raises(places.PluginError, match="这个 id 用了两次"):
        places.on_config(config)


def test_a_place_is_found_by_its_name_its_level_and_all_its_parts(hook, data):
    places = hook("places")
    tree = places.Tree(data["places"])
    with_parts = [item for item in tree.items if tree.parts_below(item)]
    assert with_parts

    for item in with_parts:
        parts = [part["zh"] for part in tree.parts_below(item)]
        own = [item["zh"], tree.level(item)["zh"]]
        assert places.keywords(tree, item) == [*own, "网格员", "找谁", *parts]


def test_the_parts_of_a_place_are_those_without_a_page_each_before_its_own(hook, data):
    places = hook("places")
    levels = [{"id": name, "page": name in "ab", "zh": name, "of": name} for name in "abcd"]
    rows = [("1", "a", None), ("2", "b", "1"), ("3", "c", "2"), ("4", "d", "3"), ("5", "c", "2")]
    items = [{"id": n, "level": level, "parent": parent, "zh": n} for n, level, parent in rows]
    items.append({"id": "6", "level": "c", "parent": "2", "zh": "6", "retired": True})
    tree = places.Tree({"items": items, "levels": levels, "checked": "2026-11-24"})

    assert [one["id"] for one in tree.parts_below(items[1])] == ["3", "4", "5"]
    assert [one["id"] for one in tree.pages_below(items[0])] == ["2"]
    assert tree.parts_below(items[0]) == tree.pages_below(items[1]) == []
    assert [tree.whole_name(one) for one in items[:2]] == ["1", "12"]


# faults: what is quoted of the words, and how long a sentence may be.


def test_a_hard_word_is_quoted_with_eight_characters_on_each_side(hook, config):
    faults = hook("faults")
    rules = SimpleNamespace(hard=faults.re.compile("难词"), instead={"难词": "写容易的"})
    words = "一二三四五六七八九十难词一二三四五六七八九十"

    (fault,) = faults.hard_words(words, rules)
    assert fault[1] == "三四五六七八九十难词一二三四五六七八"
    (fault,) = faults.hard_words("难词一", rules)

    assert fault[1] == "难词一"


# generated pages: listed unless they say otherwise.


def test_a_made_page_is_listed_unless_it_is_kept_out(hook, config, tmp_path):
    generated = hook("generated")
    config.site_dir, config.use_directory_urls = str(tmp_path / "site"), True
    config.plugins = SimpleNamespace(_current_plugin="x")
    front = {"title": "题", "reviewed": "2026-11-25"}

    made = generated.page(config, "q/1/", front, "字")
    hidden = generated.page(config, "q/2/", front, "字", listed=False)

    assert (made.src_uri, made.inclusion.is_not_in_nav()) == ("q/1.md", False)
    assert hidden.inclusion.is_not_in_nav()
    assert made.content_string == '---\ntitle: "题"\nreviewed: 2026-11-25\n---\n字\n'


# paths: a page that an end leads to.


def test_an_end_leads_to_a_page_by_its_title_and_to_a_missing_one_not_at_all(hook, caplog):
    paths, file = hook("paths"), SimpleNamespace(content_string="---\nx\n---\n# 沙场 {: .x }\n# 二")
    files = SimpleNamespace(get_file_from_path={"topics/sand.md": file}.get)

    assert paths.more("topics/sand.md", files, "end") == "- [沙场](../../topics/sand.md)"
    assert caplog.records == []
    assert paths.more("topics/gone.md", files, "end") == ""
    assert "没有 content/topics/gone.md 这一页" in caplog.text


# law_links: which law an English citation is of, and that links of the author's own count.


class Noting:
    """An index of laws that notes what is spoken of."""

    def __init__(self, law_index):
        self.noted, self.english = [], {}
        self.article_at = law_index.LawIndex(_paths={"law/50": 50}).article_at
        self.targets = {("aocl", 50): (page("law/50.md").file, "")}
        for file, _anchor in self.targets.values():
            file.url = "law/50/"

    def find(self, law, number):
        return self.targets.get((law, number))

    def note(self, number, _page):
        self.noted.append(number)


ENGLISH = {
    "Article 50 of this law": True,
    "Article 50 of the Anti-Organized Crime Law": True,
    "See Article 50.": True,
    "Article 50 of the Criminal Law": False,
    "Article 50 of the Drug Rehabilitation Regulations": False,
}


@pytest.mark.parametrize("words", ENGLISH)
def test_an_english_citation_leads_to_our_law_or_nowhere(hook, config, words):
    links, index = hook("law_links"), Noting(hook("law_index"))
    here = page("en/help/tip.md", lang="en")

    found = links.English(words, here, index, config.extra["laws"]).linked()

    assert ('href="../../../law/50/"' in found) is ENGLISH[words]
    assert index.noted == [50] * ENGLISH[words]
    if not ENGLISH[words]:
        assert found == words


@pytest.mark.parametrize("language", ["Chinese", "English"])
def test_a_link_that_the_author_made_is_counted_and_stays(hook, config, language):
    links, index = hook("law_links"), Noting(hook("law_index"))
    words = '<a href="../../law/50/">第五十条, Article 50</a> <a href="../x/">x</a>'

    linked = getattr(links, language)
    found = linked(words, page("help/tip.md"), index, config.extra["laws"]).linked()

    assert found == words
    assert index.noted == [50]


def test_each_posters_page_prints_its_own_sheet_and_leads_on(hook, config):
    posters = hook("posters")
    config.site_url = "https://x.example/d/"
    items = config.extra["data"]["posters"]["items"]
    there = page("there.md", items[0]["page"], title="一个长名字", short="短")
    nav = SimpleNamespace(pages=[there])

    for item in items:
        one = page(f"posters/{item['id']}.md", poster=item["n"])
        one.content = "上<!--onward-->下"
        sheet = posters.on_page_context({}, page=one, config=config, nav=nav)["sheet"]
        assert (sheet["n"], sheet["id"]) == (item["n"], item["id"])
        title = "短" if item["page"] == there.url else item["zh"]
        assert f"往下看：{posters.escape(title)}</a>" in one.content
        assert one.content == f"上{sheet['onward']}下"
    assert posters.on_page_context({}, page=page(), config=config, nav=nav) is None
