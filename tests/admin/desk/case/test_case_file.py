"""A tip's case file: a sheet on paper without forms and buttons, or a sealed file; both logged."""

import hashlib
import re

import pyrage
import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from admin.config import ROOT
from admin.db import db
from admin.models import AuditEvent
from admin.sealing import age
from admin.sealing.age import HybridIdentity
from admin.tip.status import TipStatus
from tests.axe import broken_rules
from tests.signing_in import signed_in
from tests.tip_events import codes

WHAT = "桥头有人设卡，货车过路要收五十元，不给就不让走。"
FILE = {
    "name": "桥头.jpg",
    "type": "image/jpeg",
    "size": 4321,
    "sha256": "ab" * 32,
    "blob": "cd" * 16,
    "key": f"AGE-SECRET-KEY-PQ-1{'Q' * 58}",
    "offset": 0,
}
FILES = [FILE | {"state": "cleaned"}, FILE | {"state": "original", "sha256": "ef" * 32}]
NOTED = {"what": "exported", "sha256": "0f" * 32}


# Who may, and what is refused: by requests, on both databases.

PEOPLE = {
    "police-desk": (403, 403),
    "police-1": (200, 200),
    "police-head": (200, 200),
    "custodian-1": (404, 404),
    "drugs-1": (404, 404),
    "admin": (403, 403),
}


@pytest.mark.parametrize("who", PEOPLE)
def test_who_may_make_a_case_file_and_what_is_written_down(app, sign_in, tip, who):
    person = sign_in(who)

    shown = person.get(f"/desk/tips/{tip.reference}/case-file").status_code
    noted = person.post(tip, "case-file", **NOTED).status_code

    assert (shown, noted) == PEOPLE[who]
    with app.app_context():
        lines = db.session.scalars(select(AuditEvent).filter_by(act="case_exported")).all()
        told = [(line.by, line.reference, line.detail) for line in lines]
        assert told == ([(who, tip.reference, "0f" * 32)] if noted == 200 else [])
        assert codes(db.session) == (["case_exported"] if noted == 200 else [])


WRONG = [
    {"what": "burnt"},
    {"what": ""},
    {"sha256": ""},
    {"sha256": "0f" * 31},
    {"sha256": "0F" * 32},
    {"sha256": "0f" * 32 + "\n"},
]


@pytest.mark.parametrize("change", WRONG)
def test_what_is_no_sum_and_no_way_to_leave_is_refused_and_not_logged(app, desk, tip, change):
    assert desk.post(tip, "case-file", **NOTED | change).status_code == 422

    with app.app_context():
        assert codes(db.session) == []


def test_of_what_was_deleted_there_is_no_case_file(app, desk, tip, change):
    change(tip, status=TipStatus.PURGED, is_open=False, sealed=None)

    page = desk.get(f"/desk/tips/{tip.reference}/case-file")

    assert page.status_code == 200
    assert "没有案卷了" in page.text
    assert 'id="case"' not in page.text
    assert desk.post(tip, "case-file", **NOTED).status_code == 422


def test_nothing_of_a_tip_stands_on_the_page_as_the_server_sends_it(desk, make_tip):
    tip = make_tip(what=WHAT)

    assert WHAT[:8] not in desk.get(f"/desk/tips/{tip.reference}/case-file").text


# In Chromium, with the keys.


@pytest.fixture
def page(live, visit, demo):
    page = visit(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if "Refused" in said.text else 0)
    yield signed_in(page, live, demo["police-1"])
    assert complaints == []


@pytest.fixture
def case(page, live, sealed_tip):
    """The page of a case file of a tip with files and an answer."""
    tip = sealed_tip(live.app, what=WHAT, files=FILES)
    page.goto(f"{live.desk}/desk/tips/{tip.reference}")
    page.wait_for_selector("#tip[data-opened]")
    page.fill("#note-body", "请先看监控。")
    page.click("#note button")
    page.wait_for_selector("#notes >> text=请先看监控")
    page.goto(f"{live.desk}/desk/tips/{tip.reference}/case-file")
    page.wait_for_selector("#case[data-opened]")
    page.tip = tip
    return page


def on_paper(page):
    """What is seen of a page when it is printed."""
    page.emulate_media(media="print")
    try:
        return page.inner_text("body")
    finally:
        page.emulate_media(media="screen")


TO_PRESS = "button, input, select, textarea, form, nav, a.button, #desk-lock"


def pressed_on_paper(page):
    page.emulate_media(media="print")
    try:
        every = page.locator(TO_PRESS).all()
        return [one.evaluate("e => e.outerHTML")[:80] for one in every if one.is_visible()]
    finally:
        page.emulate_media(media="screen")


def log_of(live, act):
    with live.app.app_context():
        return [line.detail for line in db.session.scalars(select(AuditEvent).filter_by(act=act))]


@pytest.mark.browser
def test_the_sheet_has_all_of_a_tip_and_paper_has_no_form_and_no_button(case, live):
    """staff.md: printing gave empty forms and the page's buttons."""
    case.evaluate(
        """() => { window.print = () => {
          document.body.dataset.onPaper = document.querySelector("#case").dataset.noted; } }"""
    )
    case.click("#case-print")
    case.wait_for_selector("body[data-on-paper=yes]")

    paper = on_paper(case)
    for wanted in (WHAT, case.tip.reference, "请先看监控。", "桥头.jpg", "ab" * 32, "ef" * 32):
        assert wanted in paper, wanted
    assert "police-1" in paper
    assert "不能证明有这件事" in paper
    assert "经过" in paper
    assert pressed_on_paper(case) == []
    assert len(log_of(live, "case_printed")) == 1


@pytest.mark.browser
def test_printed_by_the_browsers_own_menu_a_sheet_has_one_sentence_and_no_words(case, live):
    paper = on_paper(case)

    assert "请用页面上的“打印”" in paper
    assert WHAT not in paper
    assert "请先看监控" not in paper
    assert log_of(live, "case_printed") == []
    # After the press has had its paper, the same again.
    case.evaluate("() => { window.print = () => dispatchEvent(new Event('afterprint')) }")
    case.click("#case-print")
    expect(case.locator("#case-print")).to_be_enabled()
    assert WHAT not in on_paper(case)


@pytest.mark.browser
def test_a_tips_own_page_on_paper_has_no_form_and_no_button(case, live):
    case.goto(f"{live.desk}/desk/tips/{case.tip.reference}")
    case.wait_for_selector("#tip[data-opened]")

    assert pressed_on_paper(case) == []
    assert WHAT in on_paper(case)


def exported(page, recipient=""):
    page.fill("#case-recipient", recipient)
    with page.expect_download() as waiting:
        page.click("#case-export")
    expect(page.locator("#case-saved")).to_be_visible()
    return waiting.value.path().read_bytes(), waiting.value.suggested_filename


@pytest.mark.browser
def test_an_exported_file_opens_with_its_passphrase_by_age_and_with_no_other(case, live):
    sent = []
    case.on("request", lambda one: sent.append(f"{one.url} {one.post_data or ''}"))

    sealed, name = exported(case)

    passphrase = case.inner_text("#case-passphrase")
    assert re.fullmatch("([0-9A-HJKMNP-TV-Z]{5}-){3}[0-9A-HJKMNP-TV-Z]{5}", passphrase)
    assert name == f"{case.tip.reference}.case.txt.age"
    told = pyrage.passphrase.decrypt(sealed, passphrase).decode()
    for wanted in (WHAT, case.tip.reference, "请先看监控。", "桥头.jpg", "ab" * 32, "ef" * 32):
        assert wanted in told, wanted
    with pytest.raises(pyrage.DecryptError):
        pyrage.passphrase.decrypt(sealed, passphrase[:-1] + ("0" if passphrase[-1] != "0" else "1"))
    # The server learns the sum of the sealed file, and neither passphrase nor words.
    assert log_of(live, "case_exported") == [hashlib.sha256(sealed).hexdigest()]
    assert not any(passphrase in one or WHAT[:6] in one for one in sent)


@pytest.mark.browser
def test_an_exported_file_opens_with_the_recipients_identity_and_with_no_other(case):
    identity, other = HybridIdentity.generate(), HybridIdentity.generate()

    sealed, _name = exported(case, str(identity.recipient))

    assert WHAT in age.open_sealed(sealed, [identity]).decode()
    with pytest.raises(age.NoMatch):
        age.open_sealed(sealed, [other])
    assert case.locator("#case-passphrase").count() == 0


@pytest.mark.browser
@pytest.mark.parametrize("recipient", ["age1xyz", "age1pq1", "公钥", "age1pq1" + "q" * 40])
def test_what_is_no_public_key_is_refused_and_nothing_leaves(case, live, recipient):
    case.fill("#case-recipient", recipient)
    case.click("#case-export")

    expect(case.locator("#case-problem")).to_be_visible()
    assert log_of(live, "case_exported") == []


@pytest.mark.browser
@pytest.mark.parametrize("act", ["#case-print", "#case-export"])
def test_where_it_can_not_be_written_down_nothing_is_given_out(case, act):
    given = []
    case.on("download", lambda one: given.append(one))
    case.evaluate("() => { window.printed = 0; window.print = () => { window.printed += 1 } }")
    case.context.route("**/case-file", lambda route: route.abort())

    case.click(act)

    expect(case.locator("#case-problem")).to_be_visible()
    assert case.evaluate("window.printed") == 0
    assert given == []
    assert WHAT not in on_paper(case)
    case.context.unroute("**/case-file")


@pytest.mark.browser
def test_the_page_of_a_case_file_is_seen_whole_on_a_phone_and_has_no_barrier(case):
    folder = ROOT / "build" / "screens"
    folder.mkdir(parents=True, exist_ok=True)
    for width in (1280, 360):
        case.set_viewport_size({"width": width, "height": 900})
        assert case.evaluate("document.documentElement.scrollWidth") <= width
        case.screenshot(path=folder / f"case-{width}.png", full_page=True)
        case.evaluate("document.querySelector('#case').dataset.noted = 'yes'")
        case.emulate_media(media="print")
        case.screenshot(path=folder / f"case-paper-{width}.png", full_page=True)
        case.pdf(path=folder / "case.pdf", format="A4")
        case.emulate_media(media="screen")
        assert broken_rules(case) == []
