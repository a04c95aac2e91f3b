"""A key taken back, in Chromium: by a holder, and by the two halves of the recovery sheet."""

import time

import pytest
from sqlalchemy import select, update

from admin.config import ROOT
from admin.db import db, today
from admin.demo.members import DemoMember
from admin.keys import issuing
from admin.keys.recovery_shares import split
from admin.models import AuditEvent, KeptTip, Tip, UnitKey
from admin.sealing.age import seal
from admin.sealing.age.hybrid import HybridIdentity
from admin.sealing.check_code import check_code
from admin.sealing.payload import TIP_CLASS
from admin.vault.key_change.resealing import count_on_old_keys
from tests.admin.desk.conftest import store_sealed
from tests.axe import broken_rules
from tests.signing_in import cleared, signed_in

pytestmark = pytest.mark.browser

WHAT = "桥头有人收过路费，第 %s 回"
LOOKS = ROOT / "build" / "looks"


@pytest.fixture
def tips(live):
    """Three tips of the police, sealed to the key that will be taken back."""
    return [store_sealed(live.app, what=WHAT % n) for n in range(3)]


@pytest.fixture
def enter(live, visit):
    """Sign members in, each in a browser of their own that must not complain."""
    complaints = []

    def entered(member, width=1280):
        page = visit(viewport={"width": width, "height": 800})
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console", lambda said: complaints.append(said.text) if "Refused" in said.text else 0
        )
        return signed_in(page, live, member)

    yield entered
    assert complaints == []


def look(page, name):
    """Hold a page to axe and to narrow screens, and keep its picture for people to look at."""
    LOOKS.mkdir(parents=True, exist_ok=True)
    before = page.viewport_size
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        page.screenshot(path=LOOKS / f"{name}-{width}.png", full_page=True)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{name} is {wide} px wide at {width}"
    page.set_viewport_size(before)
    found = broken_rules(page)
    assert found == [], name


def in_store(live, question):
    with live.app.app_context():
        return question(db.reading)


def suspend(page, live, name):
    page.goto(f"{live.desk}/desk/admin/")
    page.click(f"tr:has(th:text-is('{name}')) a:has-text('停用…')")
    page.click("button:text-is('停用')")
    page.wait_for_selector(".error-summary")
    page.check("#sure")
    look(page, "suspend")
    page.click("button:text-is('停用')")
    page.wait_for_url("**/desk/admin/suspended/*")
    look(page, "suspended")


def take_sheet(page):
    """Write down the two halves, answer for both keepers, and give the halves."""
    page.wait_for_selector("#halves:not([hidden])")
    halves = [page.inner_text(f"#half-{n}") for n in (1, 2)]
    look(page, "sheet")
    page.pdf(path=LOOKS / "sheet.pdf")
    page.fill("#group-1", "0000")
    page.fill("#group-2", halves[1].split()[-1])
    page.click("#halves-copied button[type=submit]")
    page.wait_for_selector("#halves-error:not([hidden])")
    page.fill("#group-1", halves[0].split()[-1].lower())
    page.click("#halves-copied button[type=submit]")
    page.wait_for_selector("#made:not([hidden])")
    assert page.inner_text("#half-1") == ""
    return halves, page.inner_text("#made [data-unit-print]")


def confirm(page, live, fingerprint):
    page.goto(f"{live.desk}/desk/unit/")
    page.wait_for_selector("#unit[data-ready]")
    page.fill("#confirm-police", fingerprint)
    page.click("form.confirm[data-unit=police] button[type=submit]")
    page.wait_for_selector("form.confirm[data-unit=police]", state="detached")


def wait_until_left(page, live, number):
    deadline = time.monotonic() + 60
    while in_store(live, lambda session: count_on_old_keys(session, "police")) != number:
        assert time.monotonic() < deadline
        # Not a plain sleep: held-back requests are answered only while the browser is listened to.
        page.wait_for_timeout(200)


def read_all(page, live, tips):
    for n, tip in enumerate(tips):
        page.goto(f"{live.desk}/desk/tips/{tip.reference}")
        cleared(page).wait_for_selector("#tip[data-opened]")
        assert WHAT % n in page.inner_text("#opened")


def acts_of(live):
    return in_store(live, lambda session: session.scalars(select(AuditEvent.act)).all())


def newcomer(live, name):
    """A member whom the administrator and a head let in, as the pages of joining leave them."""
    passphrase = "yun-shan-he-feng-lan"
    keys = issuing.new_member_keys(passphrase)
    with live.app.app_context():
        issuing.add_member(db.session, keys, name=name, unit_id="police", roles=["reviewer"])
        db.session.commit()
    return DemoMember(name, passphrase, keys.code, "police", ("reviewer",))


def test_a_key_is_taken_back_and_later_recovered_and_no_tip_is_lost(live, enter, demo, tips):
    admin = enter(demo["admin"])
    colleague = enter(demo["police-1"], width=360)
    upper = enter(demo["upper-1"])
    suspend(admin, live, "police-2")

    # Before anything else: whatever the colleague asks for, it is the renewal that comes.
    colleague.goto(f"{live.desk}/desk/tips/{tips[0].reference}")
    colleague.wait_for_url("**/desk/unit/renew")
    colleague.wait_for_selector("#renew[data-ready]")
    look(colleague, "renew")
    colleague.click("#begin")
    halves, fingerprint = take_sheet(colleague)
    look(colleague, "made")
    colleague.wait_for_selector("#reseal[data-state=waiting]")
    assert in_store(live, lambda session: count_on_old_keys(session, "police")) == 3

    # Nothing moves to a key that nobody confirmed. Then it does, and a reload in the middle of it
    # loses nothing: paused after the first, it goes on where it was.
    hold_back(colleague)
    confirm(upper, live, fingerprint)
    wait_until_left(colleague, live, 2)
    colleague.click("#reseal button")
    colleague.reload()
    colleague.goto(f"{live.desk}/desk/")
    colleague.wait_for_selector("#reseal >> text=已暂停。还有 2 条")
    look(colleague, "paused")
    wait_until_left(colleague, live, 2)
    colleague.unroute("**/desk/reseal/tips/*.json")
    colleague.click("#reseal button")
    colleague.wait_for_selector("#reseal[data-state=done]")
    look(colleague, "done")
    wait_until_left(colleague, live, 0)
    read_all(colleague, live, tips)
    # The first browser sealed them: it has opened them since, and is no second one.
    assert kept_in(live) == 3
    look(colleague, "kept-by-the-first")
    spoil(live, tips[0])
    a_second_browser_checks(colleague, enter(demo["police-1"], width=360), live, tips)

    # The last holder goes too. A newcomer and the two keepers of the sheet get everything back.
    suspend(admin, live, "police-1")
    member = newcomer(live, "cy")
    waiting = enter(member, width=360)
    waiting.goto(f"{live.desk}/desk/unit/")
    waiting.click("#renewal-due a")
    waiting.wait_for_selector("#recover[data-ready]")
    look(waiting, "recover")
    type_wrong_halves(waiting, halves)
    type_half(waiting, 1, halves[0])
    type_half(waiting, 2, halves[1].lower().replace(" ", "-"))
    _halves, fingerprint = take_sheet(waiting)
    confirm(upper, live, fingerprint)
    waiting.wait_for_selector("#reseal[data-state=done]")
    wait_until_left(waiting, live, 0)
    assert kept_in(live) == 3
    enter(member)
    wait_until_kept(waiting, live, 0)
    read_all(waiting, live, tips)
    labels_open(waiting, live, tips)
    keys = in_store(live, lambda session: session.query(UnitKey).filter_by(unit_id="police").all())
    hanging = in_store(live, lambda session: set(session.scalars(select(Tip.unit_key_id))))
    assert len(keys) == 3
    assert hanging == {key.id for key in keys if key.retired_on is None}
    expected = {"reseal_checked", "reseal_doubted", "reseal_restored"}
    expected |= {"suspended", "key_renewed", "key_confirmed", "resealed", "key_recovered"}
    assert expected <= set(acts_of(live))


def test_who_holds_an_older_key_alone_may_be_the_second_person_for_the_new_one(live, enter, demo):
    """There is no newer one in their hands to compare with: no false alarm comes of it."""
    newcomer(live, "cy")
    with live.app.app_context():
        of_police = UnitKey.unit_id == "police"
        db.session.execute(update(UnitKey).where(of_police).values(retired_on=today()))
        maker = issuing.find_member(db.session, "cy")
        key, _identity = issuing.make_unit_key(db.session, maker)
        fingerprint = key.fingerprint
        db.session.commit()

    confirm(enter(demo["police-2"]), live, check_code(fingerprint))

    newest = select(UnitKey.confirmed_by).where(UnitKey.fingerprint == fingerprint)
    assert in_store(live, lambda session: session.scalars(newest).one()) == "police-2"
    assert "key_confirm_wrong" not in acts_of(live)


def kept_in(live):
    return in_store(live, lambda session: len(session.scalars(select(KeptTip.tip_id)).all()))


def wait_until_kept(page, live, number):
    deadline = time.monotonic() + 60
    while kept_in(live) != number:
        assert time.monotonic() < deadline
        page.wait_for_timeout(200)


def a_second_browser_checks(first, second, live, tips):
    """It lets two tips' old bytes go, and shows, from them, the third, which opens for nobody."""
    second.wait_for_selector("#checking[data-state=differs]")
    assert "有 1 条重新加密后打不开" in second.inner_text("#checking")
    assert kept_in(live) == 1
    look(second, "differs")

    second.reload()
    second.click(f"#moved-unchecked a:has-text('{tips[0].reference}')")
    second.wait_for_selector("#kept >> text=旧密文里")
    second.wait_for_selector("#tip[data-opened]")
    assert WHAT % 0 in second.inner_text("#opened")
    look(second, "kept")
    second.click("#restore-kept")
    second.wait_for_selector("#kept", state="hidden")
    second.wait_for_selector("#tip[data-opened]")
    assert WHAT % 0 in second.inner_text("#opened")
    # Sealed anew once more, by the second browser: now the first one is another.
    wait_until_left(second, live, 0)
    first.goto(f"{live.desk}/desk/")
    wait_until_kept(first, live, 0)
    read_all(first, live, tips)


def spoil(live, tip):
    """Put bytes of the right shape in a moved tip's place, which open for nobody."""
    with live.app.app_context():
        length = len(db.session.scalars(select(Tip.sealed).where(Tip.id == tip.id)).one())
        stranger = HybridIdentity.generate().recipient
        junk = seal(b"?" * TIP_CLASS, [stranger, stranger])
        assert len(junk) == length
        db.session.execute(update(Tip).where(Tip.id == tip.id).values(sealed=junk))
        db.session.commit()


def hold_back(page):
    """Let one tip through and leave the others waiting for an answer, as a slow line does."""
    seen = []

    def answer(route):
        seen.append(route.request.url)
        if len(seen) == 1:
            route.continue_()

    page.route("**/desk/reseal/tips/*.json", answer)


def type_half(page, n, half):
    page.fill(f"#typed-{n}", half)
    page.click(f"#half-form-{n} button[type=submit]")


def type_wrong_halves(page, halves):
    """Each slip is named: which half was miscopied, and that the same one came twice."""
    wrong = halves[0].replace(halves[0][0], "7" if halves[0][0] != "7" else "8", 1)
    type_half(page, 1, wrong)
    page.wait_for_selector("#typed-1-error >> text=第 1 半抄错了")
    type_half(page, 1, halves[0])
    page.wait_for_selector("#half-done-1:not([hidden])")
    assert page.input_value("#typed-1") == ""
    type_half(page, 2, halves[0])
    page.wait_for_selector("#typed-2-error >> text=同一半")
    type_half(page, 2, halves[1][:-1])
    page.wait_for_selector("#typed-2-error >> text=第 2 半抄错了")
    # A half of another sheet, copied right: nobody can tell which one is the stranger.
    type_half(page, 2, foreign_half())
    page.wait_for_selector("#renew-alarm >> text=不是本单位现在这张恢复单")


def foreign_half():
    return split(HybridIdentity.generate())[1]


def labels_open(page, live, tips):
    page.goto(f"{live.desk}/desk/")
    page.wait_for_selector("#queue[data-opened]")
    assert page.locator(".label__category").count() == len(tips)
