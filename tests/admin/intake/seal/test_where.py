"""In Chromium: words that a changed server, site or database would steer elsewhere.

The tables over all answers are in tests/browser/test_where.py and in tests/admin/mailbox;
here is what the reporter sees, once for each kind of change.
"""

from dataclasses import replace

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update

from admin.app_state import app_state
from admin.db import db
from admin.district.data import routes_digest
from admin.models import Message, Tip, UnitKey
from admin.sealing import age
from admin.tip.routing import Ways
from tests.steering import FALSE_HASH, publish, steer

from .writer import LETTER, MORE, WORDS

pytestmark = pytest.mark.browser


def sees_alarm(writer, words):
    alarm = writer.page.locator("#alarm")
    expect(alarm).to_be_focused()
    expect(alarm).to_contain_text(words)
    for number in ("110", "12345", "12388"):
        expect(alarm.locator(f"a[href='tel:{number}']")).to_be_visible()
    expect(writer.page.locator("#what")).to_have_value(WORDS)


@pytest.mark.parametrize(
    ("pattern", "play"),
    [("**/tip/routes.json", steer), ("**/keys.json", publish(FALSE_HASH))],
    ids=["routes.json", "keys.json"],
)
@pytest.mark.parametrize(
    "answers", [[("official", "yes")], [("official", "no"), ("exclude", "bureau")]], ids=str
)
def test_words_are_not_steered_to_an_excluded_unit_with_a_genuine_key(
    writer, count, pattern, play, answers
):
    """attack.md, critical 1: the first tip."""
    writer.page.route(pattern, play)
    writer.open()
    writer.fill()
    for name, value in answers:
        writer.choose(name, value)

    for _press in range(2):
        writer.send()
        sees_alarm(writer, "去向对不上，这次没有发出去")

    assert {path for path, _body in writer.posted} == {"/tip/challenge"}
    assert count(Tip) == 0
    writer.page.unroute_all()
    writer.send()
    assert writer.receipt


def move_to_police(app):
    with app.app_context():
        key = db.session.scalars(select(UnitKey.id).filter_by(unit_id="police")).one()
        db.session.execute(update(Tip).values(unit_id="police", unit_key_id=key))
        db.session.commit()


def write_about_an_official(writer):
    writer.open()
    writer.fill()
    writer.choose("official", "yes")
    writer.choose("exclude", "bureau")
    writer.send()
    return writer.copy()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
@pytest.mark.parametrize("act", ["words", "danger", "withdraw"])
def test_no_later_word_follows_a_tip_whose_row_was_changed(writer, write, app, count, scripts, act):
    """attack.md, critical 1: the words that follow."""
    digits = write_about_an_official(writer)
    move_to_police(app)
    later = write(java_script_enabled=scripts)
    later.open("/mailbox/")
    later.page.fill("#receipt", digits)
    later.page.get_by_role("button", name="看回复", exact=True).click()
    later.page.fill("#words", MORE)
    send_as(later.page, act)

    summary = later.page.locator("#error-summary")
    expect(summary).to_contain_text("您的线索像是被人挪了地方，这次没有发出去")
    expect(summary).to_contain_text("110")
    expect(later.page.locator("main [name=words]").first).to_have_value(MORE)
    assert count(Message) == 0
    with app.app_context():
        assert db.reading.scalars(select(Tip.danger_on)).one() is None
    if scripts:
        # However often it is pressed, nothing goes the plain way.
        later.page.locator("main form [type=submit]").first.click()
        expect(summary).to_contain_text("挪了地方")
        assert later.posts(LETTER) == []
        # What was seen is told four seconds after a look, or not yet.
        assert {path for path, _body in later.posted} - {"/mailbox/seen"} == {"/mailbox/thread"}


def send_as(page, act):
    if act == "words":
        page.get_by_role("button", name="发给工作人员", exact=True).click()
        return
    first, second = {
        "danger": ("我有危险／被报复", "告诉工作人员：我有危险"),
        "withdraw": ("我想撤回", "请停下来，并删掉内容"),
    }[act]
    page.get_by_role("button", name=first, exact=True).click()
    page.get_by_role("button", name=second, exact=True).click()


def test_more_words_of_the_same_page_do_not_follow_either(writer, app, count):
    def lose(route):
        route.fetch()
        route.abort()

    writer.page.route("**/tip/sealed", lose, times=1)
    writer.open()
    writer.fill()
    writer.choose("official", "yes")
    writer.send()
    writer.sees("网络断了，字都在")
    move_to_police(app)

    writer.page.fill("#what", WORDS + MORE)
    writer.send()

    alarm = writer.page.locator("#alarm")
    expect(alarm).to_contain_text("您的线索像是被人挪了地方")
    expect(alarm.locator("a[href='tel:110']")).to_be_visible()
    assert (count(Message), count(Tip), writer.posts(LETTER)) == (0, 1, [])


def test_a_tip_without_any_mark_takes_no_words_and_says_so_calmly(writer, write, app, count):
    digits = write_about_an_official(writer)
    with app.app_context():
        db.session.execute(update(Tip).values(marks=None))
        db.session.commit()
    for scripts in (True, False):
        later = write(java_script_enabled=scripts)
        later.open("/mailbox/")
        later.page.fill("#receipt", digits)
        later.page.get_by_role("button", name="看回复", exact=True).click()
        later.page.fill("#words", MORE)
        send_as(later.page, "words")

        summary = later.page.locator("#error-summary")
        expect(summary).to_contain_text("现在还不能补充，这次没有发出去")
        expect(summary).to_contain_text("承办人打开过这条线索，就能补充了")
        expect(later.page.locator("#words")).to_have_value(MORE)
        assert count(Message) == 0
        # Who is in danger is marked at once; the words have to wait.
        send_as(later.page, "danger")
        expect(later.page.locator("main")).to_contain_text("已标为最急。您写的字没有存")
    assert count(Message) == 0
    with app.app_context():
        assert db.reading.scalars(select(Tip.danger_on)).one() is not None


def test_where_server_and_site_are_changed_together_the_first_words_are_lost(
    writer, count, app, units
):
    """What SECURITY.md says is still possible. The desk of that unit is told: test_astray.py."""
    found = {}

    def steered(route):
        answer = route.fetch()
        found["routes"] = answer.json() | {"takers": ["police", "upper"]}
        route.fulfill(response=answer, json=found["routes"])

    writer.page.route("**/tip/routes.json", steered)
    writer.page.route("**/keys.json", lambda route: publish(hash_of(app, "police"))(route))
    writer.open()
    writer.fill()
    writer.choose("official", "yes")
    writer.send()

    assert writer.receipt
    with app.app_context():
        tip = db.reading.scalars(select(Tip)).one()
        assert tip.unit_id == "police"
        assert age.open_sealed(tip.sealed, [units["police"].identity])


def hash_of(app, supervisory):
    with app.app_context():
        return routes_digest(replace(app_state().district, ways=Ways((supervisory,), "upper")))
