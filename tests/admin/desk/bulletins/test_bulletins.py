"""A 通报 at the desk: by one written, by another agreed to; a changed word takes that back."""

import pytest
from sqlalchemy import inspect, select, update

from admin.audit.log import AuditEvent
from admin.db import db, today
from admin.desk.bulletins import services
from admin.models import Bulletin, Member

from .conftest import BODY, TITLE

PAGE = "/desk/bulletins/"
TICKS = {"harm": "y", "asked": "y"}


def post(desk, path, **fields):
    headers = {"Accept": "application/json", "X-CSRFToken": desk.token()}
    return desk.client.post(PAGE + path, data=fields, headers=headers, base_url=desk.base_url)


def write(desk, path="", title=TITLE, body=BODY, **fields):
    return post(desk, path, **({"title": title, "body": body} | TICKS | fields))


def rows(app):
    with app.app_context():
        return db.reading.scalars(select(Bulletin).order_by(Bulletin.title)).all()


def lines(app):
    """The log's lines of bulletins."""
    with app.app_context():
        found = db.reading.scalars(select(AuditEvent).order_by(AuditEvent.number))
        return [
            (row.act, row.by, row.detail, row.reference) for row in found if "bulletin" in row.act
        ]


@pytest.fixture
def bulletin(app, desk):
    """A text of police-1's."""
    assert write(desk).status_code == 303
    return rows(app)[0]


def answer(desk, bulletin, agree="yes", **fields):
    more = {"many": "y"} if agree == "yes" else {"refusal": "recognised"}
    fields = {"version": bulletin.version, "agree": agree} | more | fields
    return post(desk, f"{bulletin.id}/answer", **fields)


def test_another_head_agrees_and_the_log_names_both_and_no_text(app, bulletin, head):
    page = head.get(f"{PAGE}{bulletin.id}").text
    assert TITLE in page
    assert "您是第二个人" in page

    assert answer(head, bulletin).status_code == 303

    [row] = rows(app)
    assert (row.agreed_by, row.agreed_on, row.by) == ("police-head", today(), "police-1")
    assert lines(app) == [("bulletin_agreed", "police-head", "police-1", None)]
    assert "已经同意，等着公布" in head.get(PAGE).text


def test_that_it_was_written_changed_and_deleted_has_no_time_anywhere(app, desk, bulletin):
    write(desk, f"{bulletin.id}", title="城关街道查处强行收费", version=bulletin.version)
    [row] = rows(app)
    assert post(desk, f"{row.id}/drop").status_code == 303

    assert rows(app) == []
    assert lines(app) == []
    columns = {column.name for column in inspect(Bulletin).columns}
    assert row.month == f"{today():%Y-%m}"
    assert {"tip_id", "reference", "written_at", "claimed_by_id"} & columns == set()
    assert not any(column.foreign_keys for column in inspect(Bulletin).columns)


def test_what_is_refused_says_why_and_may_be_mended(app, desk, bulletin, head):
    assert answer(head, bulletin, "no").status_code == 303

    assert "没有同意：看得出是谁、是哪一件" in desk.get(PAGE).text
    assert lines(app) == [("bulletin_refused", "police-head", "police-1", None)]
    [row] = rows(app)
    write(desk, f"{row.id}", body=BODY + "现在没有了。", version=row.version)
    [row] = rows(app)
    assert (row.refusal, row.agreed_on) == (None, None)
    assert answer(head, row).status_code == 303


def test_a_changed_word_takes_the_agreement_back_and_is_logged(app, bulletin, head, second_head):
    answer(head, bulletin)
    [row] = rows(app)

    # Who agreed changes a word: now it is theirs, and needs another one.
    assert (
        write(head, f"{row.id}", body=BODY + "现在没有了。", version=row.version).status_code == 303
    )

    [row] = rows(app)
    assert (row.by, row.agreed_by, row.agreed_on) == ("police-head", None, None)
    assert lines(app)[-1] == ("bulletin_taken_back", "police-head", "", None)
    assert answer(head, row).status_code == 422
    assert answer(second_head, row).status_code == 303


def test_deleting_what_was_agreed_to_is_logged(app, desk, bulletin, head):
    answer(head, bulletin)
    assert post(desk, f"{bulletin.id}/drop").status_code == 303

    assert rows(app) == []
    assert lines(app)[-1][0] == "bulletin_taken_back"


def test_the_writer_is_not_the_second_person_even_as_a_head(app, head):
    write(head)
    [row] = rows(app)

    assert "您是第二个人" not in head.get(f"{PAGE}{row.id}").text
    said = answer(head, row)

    assert (said.status_code, said.json["error"]) == (422, "您自己写的，要另一位负责人来答。")
    assert rows(app)[0].agreed_on is None
    assert lines(app) == []


@pytest.mark.parametrize("who", ["police-1", "police-2"])
def test_who_is_no_head_agrees_to_nothing(app, bulletin, sign_in, who):
    assert answer(sign_in(who), bulletin).status_code == 403
    assert rows(app)[0].agreed_on is None


REFUSED_ANSWERS = {
    "nothing chosen": {"agree": ""},
    "agreed without similar matters": {"many": ""},
    "refused without a reason": {"agree": "no", "refusal": ""},
    "refused for a reason of one's own": {"agree": "no", "refusal": "张三"},
    "an older version": {"version": 0},
    "no version": {"version": ""},
}


@pytest.mark.table
@pytest.mark.parametrize("name", REFUSED_ANSWERS)
def test_an_answer_that_is_not_whole_changes_nothing(app, bulletin, head, name):
    assert answer(head, bulletin, **REFUSED_ANSWERS[name]).status_code == 422

    assert (rows(app)[0].agreed_on, rows(app)[0].refusal) == (None, None)
    assert lines(app) == []


def test_it_is_answered_once(app, bulletin, head, second_head):
    answer(head, bulletin)
    late = answer(second_head, rows(app)[0], "no")

    assert (late.status_code, late.json["error"]) == (422, "已经有人答过了。请刷新页面。")


def test_what_one_who_was_shut_out_since_wrote_is_not_agreed_to(app, bulletin, head):
    with app.app_context():
        shut = update(Member).where(Member.name == "police-1").values(suspended_on=today())
        db.session.execute(shut)
        db.session.commit()

    assert "停用" in answer(head, bulletin).json["error"]
    assert rows(app)[0].agreed_on is None


REFUSED_TEXTS = {
    "a name": {"body": BODY + "张三赔了钱。"},
    "a name in the title": {"title": "张三拦路收费"},
    "a village": {"body": BODY + "在示例一村。"},
    "a day": {"body": BODY + "11月5日。"},
    "that somebody told": {"body": BODY + "有人举报。"},
    "too short": {"body": "查处了。"},
    "too long": {"body": "查处了。" * 200},
    "no title": {"title": ""},
    "a title of two lines": {"title": "示例镇查处\n拦路收费"},
    "one tick": {"harm": ""},
    "the other tick": {"asked": ""},
}


@pytest.mark.table
@pytest.mark.parametrize("name", REFUSED_TEXTS)
def test_what_the_list_or_the_form_refuses_is_not_kept(app, desk, name):
    said = write(desk, **REFUSED_TEXTS[name])

    assert said.status_code == 422
    assert all(said.json["errors"].values())
    assert said.json["errors"]
    assert rows(app) == []


def test_the_server_says_what_to_write_instead(desk):
    said = write(desk, body=BODY + "张三赔了钱。")

    assert said.json["errors"]["body"] == [
        "「张三赔」：人名。写“一名男子”“一家人”；要分清几个人，写“某甲”“某乙”。"
    ]


@pytest.mark.parametrize("who", ["drugs-1", "custodian-1"])
def test_another_units_text_is_as_unknown_as_none(app, bulletin, sign_in, who):
    other = sign_in(who)

    assert other.get(f"{PAGE}{bulletin.id}").status_code == 404
    assert TITLE not in other.get(PAGE).text
    assert post(other, f"{bulletin.id}/drop").status_code == 404
    assert len(rows(app)) == 1


def test_the_unit_for_tips_about_officials_writes_none(app, sign_in):
    custodian = sign_in("custodian-1")

    assert "本单位不写通报" in custodian.get(PAGE).text
    assert custodian.get(f"{PAGE}new").status_code == 302
    assert write(custodian).json["error"] == "涉公职的单位和练习单位不写通报。"
    assert rows(app) == []


def test_of_two_who_change_one_the_second_is_told(app, desk, bulletin, colleague):
    write(colleague, f"{bulletin.id}", body=BODY + "现在没有了。", version=bulletin.version)

    late = write(desk, f"{bulletin.id}", body=BODY + "路也通了。", version=bulletin.version)

    assert (late.status_code, "字还在" in late.json["error"]) == (422, True)
    assert rows(app)[0].by == "police-2"


def test_a_unit_keeps_no_more_than_it_can_look_through(app, desk, bulletin, monkeypatch):
    monkeypatch.setattr(services, "MOST", 1)

    assert write(desk).status_code == 422
    assert len(rows(app)) == 1


def test_what_a_longer_list_refuses_is_not_agreed_to(app, bulletin, head):
    with app.app_context():
        db.session.execute(update(Bulletin).values(body=BODY + "张三。"))
        db.session.commit()

    assert "「张三」" not in head.get(PAGE).text
    assert "「张三」：人名" in head.get(f"{PAGE}{bulletin.id}").text
    assert "清单改过了" in answer(head, bulletin).json["error"]
