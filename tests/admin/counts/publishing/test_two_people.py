"""A publication is drafted at the terminal, confirmed by another at the desk, and then written."""

import re
import tomllib
from datetime import date
from types import SimpleNamespace

import pytest
from flask.cli import ScriptInfo
from sqlalchemy import select, update

from admin.audit.log import record
from admin.commands import counting
from admin.config import ROOT
from admin.counts.publishing import commands, drafts
from admin.counts.publishing.making import make_draft
from admin.counts.publishing.store import DRAFTED, line_of, sum_of
from admin.db import db, set_today
from admin.models import AuditEvent, ClosedCount, CountPublication
from admin.reading.published import load_published
from tests.publishing import OF_NOTHING, draft
from tests.support import desk_client

SPRING = date(2027, 4, 15)
PAGE = "/desk/counts/publication/"


@pytest.fixture
def run(app, day):
    """Run the command on a day; gives how it ended and what it said."""

    def ran(*options, on=SPRING):
        day(on)
        found = app.test_cli_runner().invoke(
            counting.counts, ["publish", *options], obj=ScriptInfo(create_app=lambda: app)
        )
        day(None)
        return found

    return ran


@pytest.fixture
def enter(app, people):
    def entered(name):
        browser = desk_client(app).enter(people[name])
        browser.csrf = browser.token()
        return browser

    return entered


def settle(browser, agree, **more):
    page = browser.get(PAGE).text
    seen = re.search(r'name="sha256" value="(\w+)"', page)
    fields = {"csrf_token": browser.csrf, "agree": agree, "sha256": seen[1] if seen else ""}
    set_today(SPRING)
    answered = browser.post(PAGE, data=fields | more)
    set_today(None)
    return answered


def rows(app, table=CountPublication):
    """Read a table as it is now. A request finds what its context finds: none stays open."""
    with app.app_context():
        return db.reading.scalars(select(table).order_by(*table.__table__.primary_key)).all()


def refuses_to_confirm(app, page, words):
    """Press the button: the page says why not, and the draft stays a draft."""
    told = settle(page, "yes")

    assert told.status_code == 409
    assert words in told.get_data(as_text=True)
    (row,) = rows(app)
    assert row.confirmed_by is None


def test_what_is_due_is_drafted_confirmed_by_another_and_written(
    app, counted, people, run, enter, content
):
    first = run("--by", "甲")

    assert first.exit_code == 0, first.output
    assert "2026 年第 3 季度、2026 年第 4 季度" in first.output
    assert "草稿已存，还没有公布" in first.output
    assert "不是甲" in first.output
    assert load_published(content) == ()

    page = enter("乙").get(PAGE).text
    assert "不公布" in page
    assert "2027-04-15" in page
    assert settle(enter("乙"), "yes").status_code == 303
    second = run()

    (file,) = load_published(content)
    assert second.exit_code == 0, second.output
    assert "已写好" in second.output
    assert "现在没有到期的。下一次：2027-07-15" in second.output
    assert (file.day, file.quarters, file.years) == (SPRING, counted, ("2026",))
    assert file.demo
    (row,) = rows(app)
    path = content / "numbers" / "2027-04-15.json"
    assert path.read_text("utf-8") == row.body
    assert path.stat().st_mode & 0o777 == 0o644
    assert (row.made_by, row.confirmed_by, row.written_on) == ("甲", "乙", SPRING)
    acts = [(one.act, one.by) for one in rows(app, AuditEvent) if one.act.startswith("numbers")]
    assert acts == [
        *(("numbers_drafted", "甲"), ("numbers_confirmed", "乙"), ("numbers_written", "-")),
    ]


def test_neither_terminal_nor_page_tells_a_true_number_or_which_one_is_small(
    app, counted, people, run, enter
):
    said = run("--by", "甲").output
    page = enter("乙").get(PAGE).text

    told = re.findall(r"(?:全部|犯罪|毒品|问题|一级) (\d+)(?=，|\n)", said)
    assert told
    told += re.findall(r"<td>(\d+)</td>", page)
    assert all(int(number) % 5 == 0 and int(number) >= 10 for number in told)
    true = {row.count for row in rows(app, ClosedCount)}
    assert any(count % 5 for count in true)
    assert "不到 10 的" not in page


@pytest.mark.table
@pytest.mark.parametrize(
    ("name", "agree", "more", "status"),
    [
        ("甲", "yes", {}, 403),
        ("甲", "no", {"why": "numbers"}, 403),
        ("丙", "yes", {}, 403),
        ("乙", "yes", {"sha256": "0" * 64}, 409),
        ("乙", "no", {}, 422),
        ("乙", "no", {"why": "because"}, 422),
        ("乙", "perhaps", {}, 422),
    ],
)
def test_who_made_it_who_is_no_counter_and_who_saw_another_one_settles_nothing(
    app, people, enter, waiting, name, agree, more, status
):
    fields = {"sha256": waiting.sha256} | more

    assert settle(enter(name), agree, **fields).status_code == status

    (row,) = rows(app)
    assert (row.confirmed_by, row.refused_by) == (None, None)


@pytest.fixture
def waiting(app, people):
    """A draft that waits, of nothing: what is in it is nobody's business here."""
    body = OF_NOTHING
    row = CountPublication(
        day=SPRING,
        quarters=["2026-Q4"],
        groups={},
        is_closed=True,
        sha256=sum_of(body),
        made_by="甲",
        made_on=SPRING,
        body=body,
    )
    closed = ClosedCount(period="2026-10", measure="received", group_id="drugs", count=3)
    with app.app_context():
        db.session.add_all([row, closed])
        record(db.session, DRAFTED, by=row.made_by, detail=line_of(row))
        db.session.commit()
    return SimpleNamespace(sha256=sum_of(body), body=body)


def test_a_draft_that_is_sent_back_opens_its_counts_and_is_made_again_only_when_meant(
    app, counted, run, enter, waiting
):
    assert settle(enter("乙"), "no", why="words").status_code == 303
    assert rows(app, ClosedCount) == []
    late = settle(enter("乙"), "yes")
    assert (late.status_code, late.location) == (409, None)

    stopped = run("--by", "甲")
    again = run("--by", "甲", "--again")

    assert stopped.exit_code == 1
    assert "乙把草稿退回了：说明不对" in stopped.output
    assert again.exit_code == 0, again.output
    (row,) = rows(app)
    assert (row.refused_by, row.made_by) == (None, "甲")
    assert settle(enter("乙"), "yes").status_code == 303


def test_a_draft_that_came_out_otherwise_takes_the_place_of_the_one_that_was_seen(
    app, counted, content, enter, waiting
):
    page = enter("乙")
    page.get(PAGE)
    old = waiting.sha256
    with app.app_context():
        draft(db.session, content, SPRING)

    assert settle(page, "yes", sha256=old).status_code == 409
    (row,) = rows(app)
    assert (row.confirmed_by, row.sha256 != old, row.made_by) == (None, True, "maker")


def test_what_was_changed_in_the_database_after_it_was_confirmed_is_not_written(
    app, run, enter, waiting, content
):
    settle(enter("乙"), "yes")
    with app.app_context():
        db.session.execute(update(CountPublication).values(body='{"numbers": []}'))
        db.session.commit()

    stopped = run()

    assert stopped.exit_code == 1
    assert "和确认的时候不一样" in stopped.output
    assert not (content / "numbers").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "请写明谁在做"),
        (("--by", "谁也不是"), "没有叫“谁也不是”的成员"),
        (("--adopt", "2027-02-31", "--by", "甲"), "没有 2027-02-31 这一天"),
    ],
)
def test_what_the_command_cannot_do_is_one_sentence(app, counted, people, run, options, said):
    stopped = run(*options)

    assert stopped.exit_code == 1
    assert said in stopped.output
    assert rows(app) == []


def test_without_scipy_the_command_says_how_to_install_it(app, run, monkeypatch):
    monkeypatch.setattr(counting, "find_spec", lambda _name: None)

    stopped = run()

    assert stopped.exit_code == 1
    assert f"pip install '{counting.SCIPY}'" in stopped.output
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert extras["project"]["optional-dependencies"]["counts"] == [counting.SCIPY]


def test_what_is_confirmed_during_the_reckoning_is_not_drafted_a_second_time(
    app, counted, run, enter, waiting, monkeypatch
):
    def slow(*args, **more):
        made = make_draft(*args, **more)
        assert settle(enter("乙"), "yes").status_code == 303
        return made

    monkeypatch.setattr(commands, "make_draft", slow)
    result = run("--by", "甲")

    assert result.exit_code == 1
    assert "有人确认了别的" in result.output
    (row,) = rows(app)
    assert (row.confirmed_by, row.sha256) == ("乙", waiting.sha256)


def test_a_draft_of_quarters_that_were_told_meanwhile_is_not_confirmed(app, enter, waiting):
    with app.app_context():
        told = CountPublication(
            day=date(2027, 7, 15),
            quarters=["2026-Q4"],
            groups={},
            is_closed=True,
            sha256=waiting.sha256,
            made_by="丙",
            made_on=SPRING,
            body=waiting.body,
            confirmed_by="丁",
            confirmed_on=SPRING,
        )
        db.session.add(told)
        db.session.commit()

    assert settle(enter("乙"), "yes").status_code == 409


def test_a_draft_that_says_it_is_a_demos_is_not_confirmed_in_production(
    app, enter, waiting, monkeypatch
):
    page = enter("乙")
    monkeypatch.setattr(drafts, "is_out_of_place", lambda file: file.demo)

    refuses_to_confirm(app, page, "演示用的")


def test_a_draft_that_is_not_as_the_audit_log_has_it_is_not_confirmed_and_the_page_says_so(
    app, enter, waiting
):
    page = enter("乙")
    with app.app_context():
        db.session.execute(update(CountPublication).values(made_by="丁"))
        db.session.commit()

    refuses_to_confirm(app, page, "和审计记录里的不一样")


def test_a_draft_that_comes_too_early_is_not_confirmed_and_the_page_says_so(
    app, enter, waiting, monkeypatch
):
    page = enter("乙")
    monkeypatch.setattr("admin.counts.publishing.views.today", lambda: date(2027, 4, 14))

    refuses_to_confirm(app, page, "公布日还没到")
