"""The report of a half-year: what it counts, what it leaves out, and whose words it never loses."""

import shutil
from datetime import date, datetime, time

import pytest
import yaml
from flask.cli import ScriptInfo
from sqlalchemy import insert

from admin.backup.drills import note_drill
from admin.commands.counting import counts
from admin.config import ROOT, load_config
from admin.counts.half import commands, facts, periods
from admin.counts.half.drafting import stands
from admin.counts.half.periods import BadHalf, Half, halves_due
from admin.db import SHANGHAI, db
from admin.models import AuditEvent
from admin.reading.data_files import DataError, load_file
from admin.reading.published import (
    MedianDays,
    Number,
    PublishedFile,
    PublishedMeasure,
    Words,
    dump,
    path_of,
)
from admin.reading.publishing import Publishing
from tests.pages.reported import without_draft

HALF = Half(2027, 1)
AFTER = date(2027, 10, 20)
ENTRY = {
    "id": "outage-2027-03",
    "kind": "outage",
    "month": "2027-03",
    "what": {"zh": "换证书的时候网站停了一小时。", "en": "The site was down for an hour."},
    "whom": {"zh": "那时候来的人打不开网页。", "en": "Whoever came then."},
    "done": {"zh": "以后提前一个月换。", "en": "It is replaced earlier now."},
}
LINES = (
    *[("edge_log_opened", None, "2027-02-01")] * 3,
    # The last second of the half, and the first after it.
    ("edge_log_opened", None, "2027-06-30"),
    ("edge_log_opened", None, "2027-07-01"),
    ("edge_log_opened", None, "2026-12-31"),
    ("unit_key_made", "drugs", "2027-01-01"),
    ("key_renewed", "police", "2027-03-03"),
    ("key_switched", "police", "2027-03-04"),
    ("key_recovered", "trade", "2027-03-05"),
    ("key_renewed", "practice", "2027-03-05"),
    ("key_published", "police", "2027-03-05"),
    ("key_confirm_wrong", "police", "2027-03-05"),
    ("vouch_refused", "police", "2027-03-05"),
    ("labels_refused", "police", "2027-03-05"),
    ("opened", "police", "2027-03-05"),
    ("suspended", "police", "2027-03-05"),
)


def moment(day):
    at = time(23, 59, 59) if day.endswith(("-30", "-31")) else time()
    return int(datetime.combine(date.fromisoformat(day), at, SHANGHAI).timestamp())


def measure(name, zh, kind="count", *, by_group=False):
    words = Words("同上。", "The same.")
    return PublishedMeasure(name, zh, zh.upper(), words, "quarter", kind, by_group)


def publication(day, quarter, received):
    return PublishedFile(
        day=day,
        quarters=(quarter,),
        years=(),
        demo=False,
        measures=(
            measure("received", "收到", by_group=True),
            measure("days_closed", "天数", "median"),
            measure("log_requests", "打开网络日志"),
        ),
        groups=(),
        numbers=(
            Number("received", quarter, "all", received),
            Number("log_requests", quarter, "all", None),
        ),
        medians=(MedianDays("days_closed", quarter, "all", "16-30"),),
    )


@pytest.fixture
def content(tmp_path):
    shutil.copytree(ROOT / "content" / "data", tmp_path / "content" / "data")
    return tmp_path / "content"


@pytest.fixture
def config(environ, content):
    return load_config(environ | {"DENGSHAO_CONTENT": str(content)})


@pytest.fixture
def type_in(app, monkeypatch):
    """Type the command on the day on which all numbers of the half are out."""
    monkeypatch.setattr(commands, "today", lambda: AFTER)

    def typed(*words):
        obj = ScriptInfo(create_app=lambda: app)
        return app.test_cli_runner().invoke(counts, ["report", *words], obj=obj)

    return typed


@pytest.fixture
def lines(app):
    with app.app_context():
        for number, (act, unit_id, day) in enumerate(LINES, 1):
            row = {"number": number, "at": moment(day), "act": act, "by": "ada", "mac": "0"}
            db.session.execute(insert(AuditEvent).values(unit_id=unit_id, detail="", **row))
        db.session.commit()


def publish(content):
    (content / "numbers").mkdir(exist_ok=True)
    for day, quarter, received in (
        (date(2027, 7, 15), "2027-Q1", 35),
        (date(2027, 10, 15), "2027-Q2", None),
    ):
        words = dump(publication(day, quarter, received))
        path_of(content, day).write_text(words, "utf-8")


def keep(content, *entries):
    words = {"source": "tests", "checked": "2027-10-01", "items": list(entries)}
    path = content / "data" / "transparency.yml"
    path.write_text(yaml.safe_dump(words, allow_unicode=True), "utf-8")


def page(content, folder=""):
    text = (content / folder / "numbers/reports/2027-h1.md").read_text("utf-8")
    _, head, words = text.split("---\n", 2)
    return yaml.safe_load(head), words


def test_a_draft_tells_what_was_published_what_the_log_holds_and_what_people_wrote(
    app, lines, content, type_in
):
    publish(content)
    keep(content, ENTRY, ENTRY | {"id": "later", "month": "2027-07"})
    note_drill(app.extensions["dengshao"].config.data, date(2027, 5, 9))

    done = type_in("2027-H1")

    assert done.exit_code == 0, done.output
    assert "没有登记：查看要求、假密钥、恢复演练、升级、出过的错" in done.output
    head, words = page(content)
    assert (head["draft"], head["reviewed"]) == (True, AFTER)
    assert "**收到**：1 月到 3 月约 35 条；4 月到 6 月的数不公布。" in words
    assert "| **收到**<br>同上。 | 35 条 | 不公布 |" in words
    assert "| **天数**<br>同上。 | 16 到 30 天 | 16 到 30 天 |" in words
    # Four openings of the half's days, exactly, though the published number is withheld.
    assert "不记[网络日志]" in words
    assert "登记的打开有 **4 次**" in words
    assert "| **打开网络日志**" not in words
    assert "第一次做钥匙：1 次" in words
    assert "换成新钥匙：3 次" in words
    assert "公布出去：1 次" in words
    assert "念的和输的不一样：2 次" in words
    assert "停下来：1 次" in words
    assert "- **3 月。** 换证书的时候网站停了一小时。" in words
    assert words.count("**3 月。**") == 1
    assert "**7 月。**" not in words
    assert words.count("没有登记，不等于没有发生。") == 5
    assert "试着用备份恢复：最近一次在 5 月。" in words
    # Nobody, no unit, no day.
    assert not any(name in words for name in ("ada", "police", "2027-03", "5 月 9"))


def test_the_english_page_says_the_same_and_is_the_others_pair(lines, content, type_in):
    publish(content)
    keep(content, ENTRY)

    type_in("2027-H1")

    head, words = page(content, "en")
    assert (head["lang"], head["pair"]) == ("en", "numbers/reports/2027-h1.md")
    assert "| **收到**<br>The same. | 35 | withheld |" in words
    assert "**4 times**" in words
    assert "made its first key: 1 time." in words
    assert "- **March.** The site was down for an hour." in words


def test_a_report_made_early_says_which_numbers_are_still_to_come(lines, content, type_in):
    done = type_in("2027-H1")

    assert "1 月到 3 月的数还没有公布，公布的日子是 2027-07-15" in done.output
    _, words = page(content)
    assert "这半年的数，一个都没有公布。" in words
    assert "4 月到 6 月的数还没有公布，2027-10-15 公布。" in words

    publish(content)
    path_of(content, date(2027, 10, 15)).unlink()
    type_in("2027-H1", "--again")

    _, words = page(content)
    assert "1 月到 3 月约 35 条；4 月到 6 月的数还没有公布。" in words
    assert "| 16 到 30 天 | 还没有公布 |" in words


def test_an_edited_draft_is_kept_until_told_and_then_lies_beside(lines, content, type_in):
    type_in("2027-H1")
    path = content / "numbers/reports/2027-h1.md"
    edited = (
        path.read_text("utf-8")
        .replace("还没有。", "写了一句。")
        .replace("2027-10-20", "2027-10-01")
    )
    path.write_text(edited, "utf-8")

    shown = type_in("2027-H1")
    assert shown.exit_code == 1
    assert "-写了一句。" in shown.output
    # The day of somebody's reading is no difference.
    assert "reviewed" not in shown.output
    assert path.read_text("utf-8") == edited

    assert type_in("2027-H1", "--again").exit_code == 0
    assert "写了一句" not in path.read_text("utf-8")
    assert path.with_name("2027-h1.md.dengshao-old").read_text("utf-8") == edited
    assert "没有变" in type_in("2027-H1").output


def test_a_published_report_is_never_written_anew(lines, content, type_in):
    type_in("2027-H1")
    path = content / "en/numbers/reports/2027-h1.md"
    published = without_draft(path.read_text("utf-8"))
    path.write_text(published, "utf-8")

    done = type_in("2027-H1", "--again")

    assert (done.exit_code, "已经公布" in done.output) == (1, True)
    assert path.read_text("utf-8") == published


REFUSED = {
    "2027-H3": "半年要写成",
    "2027": "半年要写成",
    "H1-2027": "半年要写成",
    "２０２７-H1": "半年要写成",
    "2027-H2": "2027 年下半年还没有过完",
    "2026-H1": "审计记录还一行都没有",
}


def test_what_is_no_half_or_is_not_over_or_was_before_us_is_refused(lines, content, type_in):
    for typed, told in REFUSED.items():
        done = type_in(typed)
        assert (done.exit_code, told in done.output) == (1, True), (typed, done.output)
    assert not (content / "numbers").exists()


NEVER = {
    "a day": ({"month": "2027-03-05"}, "的写法不对"),
    "a month there is not": ({"month": "2027-13"}, "的写法不对"),
    "another kind": ({"kind": "rumour"}, "不能写，能写的是"),
    "only Chinese": ({"what": {"zh": "停了一小时。"}}, "少了 en"),
    "a day in words": ({"zh": "3 月 5 日停了。"}, "日子只写到月"),
    "a day of Chinese figures": ({"zh": "三月五日停了。"}, "日子只写到月"),
    "a time": ({"zh": "从 12:30 起停了。"}, "日子只写到月"),
    "an English day": ({"en": "Away on 5 March."}, "日子只写到月"),
    "an American day": ({"en": "Away on march 5th."}, "日子只写到月"),
    "a telephone": ({"zh": "有事打 138 0013 8000。"}, "像电话"),
    "a land line": ({"en": "Call 0571-8800123."}, "像电话"),
    "a reference": ({"zh": "线索 7F3K9-2MQ8X 错了。"}, "像线索编号"),
    "an address of mail": ({"en": "Write to a@example.cn."}, "像邮箱"),
    "a mark": ({"zh": "看 {news}。"}, "像邮箱或者记号"),
    "a person": ({"zh": "王某改错了。"}, "像在说一个人"),
    "a title": ({"zh": "李局长来要过。"}, "像在说一个人"),
    "an English person": ({"en": "Mr Wang asked."}, "像在说一个人"),
}


def test_nothing_of_a_person_and_no_day_stands_among_what_people_wrote(content):
    for name, (change, told) in NEVER.items():
        words = {code: text for code, text in change.items() if code in ("zh", "en")}
        entry = ENTRY | ({"what": ENTRY["what"] | words} if words else change)
        keep(content, entry)
        with pytest.raises(DataError) as refused:
            load_file(content, "transparency")
        assert told in str(refused.value), (name, str(refused.value))


def test_plain_words_with_numbers_are_taken_and_an_id_stands_once(lines, content, type_in):
    words = {
        "zh": "某个月停了 3 次，共 12 小时，小数点错了。",
        "en": "Away 3 times, 12 hours, in May 2027.",
    }
    keep(content, ENTRY | {"what": words}, ENTRY)

    done = type_in("2027-H1")

    assert done.exit_code == 1
    assert "outage-2027-03 上面已经用过" in done.output


def test_a_half_has_two_quarters_six_months_and_comes_due_with_its_last_number():
    days = Publishing(day=15, delay=1)
    assert Half(2027, 2).periods == ("2027-Q3", "2027-Q4", "2027")
    assert [HALF.holds(month) for month in ("2026-12", "2027-01", "2027-06", "2027-07")] == [
        *(False, True, True, False)
    ]
    assert (HALF.due(days), Half(2027, 2).due(days)) == (date(2027, 10, 15), date(2028, 4, 15))
    due = [list(halves_due(days, date(2027, 6, 30), day)) for day in (date(2027, 10, 14), AFTER)]
    assert due == [[], [HALF]]
    assert list(halves_due(days, date(2027, 7, 1), AFTER)) == []
    with pytest.raises(BadHalf):
        periods.Half.parse("2027-H1 ")


def test_doctor_is_told_how_the_page_stands(lines, content, type_in):
    seen = [stands(content, HALF)]
    type_in("2027-H1")
    seen.append(stands(content, HALF))
    path = content / "numbers/reports/2027-h1.md"
    path.write_text(without_draft(path.read_text("utf-8")), "utf-8")
    assert [*seen, stands(content, HALF)] == ["none", "draft", "published"]


@pytest.mark.parametrize(
    ("first", "titles"),
    [
        ("2027-Q1", ("2027 年全年", "All of 2027")),
        ("2027-Q2", ("2027 年 4 月到 12 月", "Apr to Dec 2027")),
    ],
)
def test_a_year_that_began_late_is_named_by_the_months_that_it_holds(first, titles):
    quarters = [one for one in ("2027-Q1", "2027-Q2", "2027-Q3", "2027-Q4") if one >= first]
    files = [publication(date(2028, 1, 15), quarter, 35) for quarter in quarters]

    assert tuple(facts.year_title(files, 2027, language) for language in (0, 1)) == titles
