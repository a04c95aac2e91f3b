"""A tip's page in Chromium: notes, why a tip is opened, suggestions, keys, and words that stay."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update

from admin.db import db, today
from admin.models import AuditEvent, Direction, Member, Note, Tip, UnitKey
from admin.sealing import age, payload
from admin.sealing.seen import Seen, seal_seen
from admin.vault.store import add_message
from tests.axe import broken_rules
from tests.signing_in import signed_in

pytestmark = pytest.mark.browser

WHAT = "桥头有人设卡，货车过路要收五十元，不给就不让走。"
SAME = "每天下午几个人在桥头设卡，过路货车收五十元，不给不让走。"


@pytest.fixture
def page(live, visit, demo):
    """A member's page that fails the test when its scripts or its headers' policy complain."""
    page = visit(viewport={"width": 360, "height": 780})
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if "Refused" in said.text else 0)
    yield signed_in(page, live, demo["police-1"])
    assert complaints == []


@pytest.fixture
def open_tip(page, live):
    def opened(tip, query=""):
        page.goto(f"{live.desk}/desk/tips/{tip.reference}{query}")
        page.wait_for_selector("#tip[data-opened]")

    return opened


@pytest.fixture
def stored(live):
    """Read from, or with `then` change, the running server's store."""

    def run(query):
        with live.app.app_context():
            found = db.session.execute(query)
            rows = found.all() if query.is_select else []
            db.session.commit()
            return rows

    return run


def faults(page):
    return broken_rules(page)


def bump(stored, tip):
    """A colleague acts meanwhile: what this page shows is the older state."""
    stored(update(Tip).where(Tip.id == tip.id).values(version=Tip.version + 1))


def test_notes_and_gradings_are_sealed_counted_anew_and_read_back(
    page, open_tip, live, sealed_tip, stored
):
    tip = sealed_tip(live.app, what=WHAT)
    open_tip(tip)
    # A colleague's note takes number 1 while this page still believes it free; and one acted.
    taken = {"tip_id": tip.id, "number": 1, "kind": "note", "by": "police-2", "written_at": 1}
    with live.app.app_context():
        db.session.add(Note(**taken, sealed=b"age-encryption.org/v1\nx"))
        db.session.commit()
    bump(stored, tip)

    page.keyboard.press("n")
    page.keyboard.type("已经报值班领导。")
    page.click("#note button")
    page.wait_for_selector(".notes__one:nth-child(2)")

    assert "已经报值班领导。" in page.inner_text(".notes__one:nth-child(2)")
    assert "police-1" in page.inner_text(".notes__one:nth-child(2)")
    # What the server put there itself is not believed, and said so.
    assert "第 1 条备注对不上" in page.inner_text("#alarm")
    assert [row[0] for row in stored(select(Note.number).order_by(Note.number))] == [1, 2]

    page.click("#to-grading")
    page.check("[name=information][value=guess]")
    page.click("#grading button")
    page.wait_for_selector("#graded:has-text('未经检验 · 推测 · 一般')")
    assert faults(page) == []


def test_a_colleagues_tip_asks_why_before_anything_is_fetched_and_asks_once(
    page, open_tip, live, sealed_tip, stored
):
    tip = sealed_tip(live.app, what=WHAT)
    [[colleague]] = stored(select(Member.id).where(Member.name == "police-2"))
    stored(update(Tip).where(Tip.id == tip.id).values(claimed_by_id=colleague))
    fetched = []
    page.on("request", lambda sent: fetched.append(sent.url) if "sealed.json" in sent.url else 0)

    page.goto(f"{live.desk}/desk/tips/{tip.reference}")
    page.wait_for_selector("#why:not([hidden])")
    assert fetched == []
    assert faults(page) == []
    page.click("[data-why=review]")
    page.wait_for_selector("#tip[data-opened]")
    page.reload()
    page.wait_for_selector("#tip[data-opened]")

    assert page.locator("#why").is_hidden()
    opened = select(AuditEvent.detail).where(AuditEvent.act == "opened")
    assert {detail for (detail,) in stored(opened)} == {"review"}


def test_a_tip_of_the_same_event_is_suggested_tied_and_merged_and_gone_at_the_lock(
    page, open_tip, live, sealed_tip
):
    first, second = (sealed_tip(live.app, what=what) for what in (WHAT, SAME))
    open_tip(first)
    page.wait_for_selector("#alike:has-text('没有看着像的')")
    open_tip(second)
    page.wait_for_selector(f"#alike:has-text('{first.reference}')")
    assert "同在示例镇，地点相近" in page.inner_text("#alike")
    assert "桥头" not in page.evaluate("JSON.stringify({...sessionStorage})")

    page.click("#alike button")
    page.wait_for_selector(".links--tied")
    # A form that no script has bound yet would be refused: it is not shown.
    page.route("**/app/desk.js", lambda route: route.abort())
    page.reload()
    for act in (".links__acts", ".links__other"):
        expect(page.locator(act)).to_be_hidden()
    page.unroute("**/app/desk.js")
    page.reload()
    expect(page.locator("#alike-place")).to_be_visible()
    page.click(".links--tied summary")
    page.click(".links--tied details button")
    page.wait_for_selector("[data-cover=status]:has-text('已办结')")
    expect(page.locator("main")).to_contain_text(f"并入了 {first.reference}")
    page.wait_for_load_state()
    assert faults(page) == []

    expect(page.locator("#alike-place")).to_be_visible()
    page.click("#desk-lock button")
    page.wait_for_url("**/desk/unlock")
    assert page.evaluate("sessionStorage.getItem('dengshao.traces')") is None


def answer_on(live, tip, day):
    """Answer as a member's browser does, on a day that is sealed with the words."""
    common = {"kind": "message", "direction": "staff", "reference": tip.reference}
    written = payload.Envelope.make(
        "快走，他们知道了。", b"t" * 32, number=1, previous="", day=day.isoformat(), **common
    )
    with live.app.app_context():
        key = db.session.scalars(select(UnitKey).filter_by(unit_id="police")).one()
        readers = [age.parse_recipient(text) for text in (key.recipient, key.recovery)]
        sealed = age.seal(written.to_bytes(), readers)
        common = {"number": 1, "direction": Direction.STAFF, "digest": written.digest}
        add_message(db.session, db.session.get_one(Tip, tip.id), sealed=sealed, **common)
        db.session.commit()


def test_an_answer_that_was_held_back_from_the_reporter_is_told_in_red(
    page, open_tip, live, sealed_tip, stored
):
    tip = sealed_tip(live.app, what=WHAT)
    yesterday = today() - timedelta(days=1)
    answer_on(live, tip, yesterday)
    open_tip(tip)
    expect(page.locator("#seen")).to_contain_text("没有记录，不等于没来。")
    expect(page.locator("#thread")).to_contain_text("第 1 条")
    # The server says that it was sent today: the day that was sealed counts.
    expect(page.locator("#thread")).to_contain_text(str(yesterday))
    expect(page.locator("#alarm")).to_be_empty()

    box = seal_seen(b"t" * 32, tip.reference, Seen(0, today()))
    stored(update(Tip).where(Tip.id == tip.id).values(seen=box))
    open_tip(tip)

    expect(page.locator("#seen")).to_have_text(f"举报人 {today()} 来看过，没有看到回复。")
    expect(page.locator("#alarm")).to_contain_text("没看到第 1 条。可能被人扣下了。")
    assert faults(page) == []


def test_whoever_comes_second_loses_no_typed_word(page, open_tip, live, sealed_tip, stored):
    tip = sealed_tip(live.app, what=WHAT)
    open_tip(tip)
    page.fill("#body", "最近一次是哪一天？")
    page.check("[name=ask][value=yes]")
    page.fill("#note-body", "写到一半的备注")
    page.keyboard.press("Escape")
    page.locator("#acts").focus()
    page.locator("h1").click()
    page.keyboard.press("d")
    page.check("[name=move_to][value=closed]")
    page.select_option("#reason", "too_little")

    for button in ("#message button:has-text('加密并发出')", "#decision button"):
        bump(stored, tip)
        page.click(button)
        page.wait_for_selector("#conflict:not([hidden])")
        page.wait_for_function("() => !document.querySelector('[data-busy]')")
        page.evaluate("document.querySelector('#conflict').hidden = true")

    assert page.input_value("#body") == "最近一次是哪一天？"
    assert page.input_value("#note-body") == "写到一半的备注"
    assert page.locator("[name=move_to][value=closed]").is_checked()
    assert page.input_value("#reason") == "too_little"
    page.click("#decision button")
    page.wait_for_selector("[data-cover=status]:has-text('已办结')")


def test_keys_act_never_while_somebody_types_and_can_be_turned_off(
    page, open_tip, live, sealed_tip
):
    open_tip(sealed_tip(live.app, what=WHAT))
    page.focus("#body")
    page.keyboard.type("cdn?")
    assert page.input_value("#body") == "cdn?"
    assert page.locator("#decision").is_hidden()

    page.locator("h1").click()
    page.keyboard.press("?")
    page.wait_for_selector("dialog.keys[open]")
    assert faults(page) == []
    page.check(".keys input")
    page.click(".keys .button")
    page.keyboard.press("d")
    assert page.locator("#decision").is_hidden()

    page.keyboard.press("?")
    page.uncheck(".keys input")
    page.click(".keys .button")
    page.keyboard.press("c")
    page.wait_for_selector("[data-cover=claimed_by]:has-text('police-1')")


def test_the_decision_says_what_the_reporter_will_read(page, open_tip, live, sealed_tip):
    open_tip(sealed_tip(live.app, what=WHAT))
    page.click("[aria-controls=decision]")
    page.check("[name=move_to][value=out_of_scope]")
    page.select_option("#reason", "protected")

    said = page.inner_text("#decision .reads")

    assert "举报人会看到：这件事不归这里办" in said
    assert "可以打 12345" in said
    assert "不转给任何单位" in said
    assert "7 天后删除" in said
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
