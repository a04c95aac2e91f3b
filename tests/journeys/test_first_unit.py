"""From an empty store to a working unit of three members, by the pages alone."""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update

from admin.config import ROOT
from admin.db import db
from admin.members.joining import write_setup_code
from admin.migrate import migrate
from admin.models import AuditEvent, Member, UnitKey
from tests.live import start_server
from tests.signing_in import cleared
from tests.support import WIDE_BUDGETS

from .conftest import SCREENS, Reporter

pytestmark = pytest.mark.browser

AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
PASSPHRASE = "qiao-tou-de-lao-huai-shu"
TIP = "桥头小卖部后面，每晚有人收过路钱。"


@dataclass
class Person:
    """One person: a browser of their own, and what stands on their card."""

    page: object
    name: str
    code: str = ""
    fingerprint: str = ""


@pytest.fixture
def empty(bundles, site_folder, tmp_path):
    """A running server on a store without members."""
    data = tmp_path / "empty"
    data.mkdir()
    server = start_server(
        {
            "DENGSHAO_DATA": str(data),
            "DENGSHAO_SITE": str(site_folder),
            "DENGSHAO_BUNDLES": str(bundles),
            "DENGSHAO_FORM_MIN_SECONDS": "0",
            **WIDE_BUDGETS,
        }
    )
    with server.app.app_context():
        migrate(db.engine)
        write_setup_code(db.session, data)
    yield server
    server.stop()


class Journey:
    """What people do one after another, each at their own machine."""

    def __init__(self, live, visit, picture):
        self.live, self.visit, self._picture = live, visit, picture
        self.faults = []

    def person(self, name):
        page = self.visit(viewport={"width": 1280, "height": 900})
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda said: self._heard(said.text))
        return Person(page, name)

    def _heard(self, text):
        if "Refused" in text or "Content Security" in text:
            self.faults.append(text)

    def look(self, person, name):
        """Take the page's pictures and ask axe."""
        person.page.wait_for_load_state()
        self._picture(person.page, name)
        person.page.evaluate(AXE)
        found = person.page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
        self.faults += [f"{name}: {fault['id']} {fault['nodes'][0]['html']}" for fault in found]

    def choose_and_copy(self, person, name):
        """From the passphrase to the card in the hand."""
        page = person.page
        page.fill("#passphrase", PASSPHRASE)
        page.fill("#again", PASSPHRASE)
        self.look(person, f"{name}-passphrase")
        page.click("#choose button[type=submit]")
        expect(page.locator("#card")).to_be_visible()
        person.code = page.inner_text("#card-code")
        person.fingerprint = page.inner_text("#card-print")
        self.look(person, f"{name}-card")
        assert printed(page, f"{name}-card") == 1
        page.fill("#group", "000000")
        page.click("#copied button[type=submit]")
        expect(page.locator("#copied-error")).to_contain_text("最后一组")
        page.fill("#group", person.code.split("-")[-1])
        page.click("#copied button[type=submit]")
        expect(page.locator("#done")).to_be_visible()

    def sign_in(self, person):
        page = person.page
        page.goto(f"{self.live.desk}/desk/sign-in")
        page.fill("#name", person.name)
        page.fill("#passphrase", PASSPHRASE)
        page.fill("#code", person.code)
        page.click("#sign-in button[type=submit]")
        page.wait_for_url(lambda url: "sign-in" not in url)

    def unlock_again(self, person):
        page = person.page
        page.click("[data-lock]:visible")
        page.wait_for_url("**/desk/unlock")
        page.fill("#passphrase", PASSPHRASE)
        page.fill("#code", person.code)
        page.click("#unlock button[type=submit]")
        page.wait_for_url("**/desk/unit/")
        page.wait_for_selector("#unit[data-ready=yes]")

    def invite(self, admin, name, roles, unit="police"):
        """Give the links that the administrator sees: the new member's, and the second person's."""
        page = admin.page
        page.goto(f"{self.live.desk}/desk/admin/")
        page.fill("#name", name)
        page.select_option("#unit", unit)
        for role in roles:
            page.check(f"[name=roles][value={role}]")
        page.click("text=做一份邀请")
        page.wait_for_selector("#link")
        page.wait_for_load_state()
        second = page.locator("#head-link")
        return page.inner_text("#link"), second.inner_text() if second.count() else None

    def join(self, person, link, spoken, name="join"):
        page = person.page
        page.goto(link)
        # Where only the part behind the "#" is new, the page loads itself anew.
        expect(page).not_to_have_url(re.compile("#"))
        page.wait_for_selector("#first:visible")
        self.look(person, f"{name}-first")
        page.fill("#code", spoken)
        page.click("#first button[type=submit]")
        page.wait_for_selector("#choose:visible")
        self.choose_and_copy(person, name)

    def audit(self):
        with self.live.app.app_context():
            rows = db.session.execute(select(AuditEvent.act, AuditEvent.detail))
            return [f"{act} {detail}".strip() for act, detail in rows]


@pytest.fixture
def journey(empty, visit, picture):
    return Journey(empty, visit, picture)


def printed(page, name):
    """Print the page to a PDF, which is looked at; gives how many sheets it has."""
    pdf = page.pdf(path=SCREENS / f"{name}.pdf", format="A5")
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def test_three_people_make_a_unit_that_reads_a_tip_by_the_pages_alone(journey, empty):
    # Given an empty store: the first administrator types the code that lies on the server
    admin = journey.person("管理员甲")
    admin.page.goto(f"{empty.desk}/desk/setup")
    admin.page.wait_for_selector("#first:visible")
    journey.look(admin, "setup")
    admin.page.fill("#code", (empty.config.data / "setup-code").read_text())
    admin.page.fill("#name", admin.name)
    admin.page.click("#first button[type=submit]")
    admin.page.wait_for_selector("#choose:visible")
    journey.choose_and_copy(admin, "setup")
    assert not (empty.config.data / "setup-code").exists()
    journey.sign_in(admin)
    assert admin.page.url.endswith("/desk/admin/")

    # The head of the police unit: nobody speaks codes yet, so a second link goes to another person
    head = journey.person("负责人乙")
    link, second_link = journey.invite(admin, head.name, ["reviewer", "analyst"])
    journey.look(admin, "invite-links")

    # An administrator's own link: who made the invitation can neither accept it nor give the code
    admin.page.goto(link)
    expect(admin.page.locator("#joining-error")).to_contain_text("已记入日志")
    admin.page.goto(second_link)
    expect(admin.page.locator("#joining-error")).to_contain_text("已记入日志")

    chief = journey.person("局长丙")
    chief.page.goto(second_link)
    chief.page.wait_for_selector("#first:visible")
    journey.look(chief, "head")
    chief.page.fill("#name", chief.name)
    chief.page.click("#first button[type=submit]")
    expect(chief.page.locator("#spoken")).to_have_text(re.compile(r"\d{4} \d{4}"))
    spoken = chief.page.inner_text("#spoken")

    head.page.goto(link)
    head.page.wait_for_selector("#first:visible")
    head.page.fill("#code", "0000 0000" if spoken != "0000 0000" else "1111 1111")
    head.page.click("#first button[type=submit]")
    expect(head.page.locator("#first-error")).to_contain_text("还可以试 4 次")
    journey.join(head, link, spoken)

    # When the head signs in, the unit has no key: their browser makes it, and two sheets of paper
    journey.sign_in(head)
    head.page.goto(f"{empty.desk}/desk/unit/")
    head.page.wait_for_selector("#unit[data-ready=yes]")
    journey.look(head, "unit-no-key")
    head.page.click("#make-key")
    head.page.wait_for_selector("#halves:visible")
    journey.look(head, "unit-halves")
    assert printed(head.page, "recovery-sheet") == 2
    groups = [head.page.inner_text(f"#half-{n}").split()[-1] for n in (1, 2)]
    head.page.fill("#group-1", groups[1])
    head.page.fill("#group-2", groups[1])
    head.page.click("#halves-copied button[type=submit]")
    expect(head.page.locator("#halves-error")).to_contain_text("第 1 半")
    head.page.fill("#group-1", groups[0])
    head.page.click("#halves-copied button[type=submit]")
    head.page.wait_for_selector("#made:visible")
    journey.unlock_again(head)
    unit_print = head.page.inner_text("#unit-print")
    assert re.fullmatch(r"([0-9a-f]{4} ){7}[0-9a-f]{4}", unit_print)
    journey.look(head, "unit-unconfirmed")

    # The second member: the head speaks the code now, and hands the key on by the fingerprint
    second = journey.person("研判员丁")
    link, none = journey.invite(admin, second.name, ["analyst", "registrar"])
    assert none is None
    head.page.reload()
    head.page.click("form.code button")
    expect(head.page.locator(".spoken")).to_have_text(re.compile(r"\d{4} \d{4}"))
    journey.look(head, "unit-code")
    spoken = head.page.inner_text(".spoken").split("：")[1]
    journey.join(second, link, spoken)
    journey.sign_in(second)
    second.page.goto(f"{empty.desk}/desk/unit/")
    expect(second.page.locator("#my-print")).to_have_text(second.fingerprint)
    journey.look(second, "unit-waiting")

    # Attacks between: a recipient that the database's administrator swapped, and a forged roster
    head.page.reload()
    with empty.app.app_context():
        rows = {row.name: row for row in db.session.scalars(select(Member))}
        true, false = rows[second.name].recipient, rows[admin.name].recipient
        db.session.execute(update(Member).where(Member.name == second.name).values(recipient=false))
        db.session.commit()
    hand_on(head, second.fingerprint)
    expect(head.page.locator("form.hand-on [role=alert]")).to_contain_text("指纹不一样")
    journey.look(head, "unit-swapped")
    with empty.app.app_context():
        db.session.execute(update(Member).where(Member.name == second.name).values(recipient=true))
        mac = db.session.scalar(select(UnitKey.roster_mac))
        db.session.execute(update(UnitKey).values(roster_mac="0" * 64))
        db.session.commit()
    hand_on(head, second.fingerprint)
    expect(head.page.locator("form.hand-on [role=alert]")).to_contain_text("名单被人改动过")
    with empty.app.app_context():
        db.session.execute(update(UnitKey).values(roster_mac=mac))
        db.session.commit()
    hand_on(head, second.fingerprint)
    head.page.wait_for_selector("text=已经交给对方")
    second.page.reload()
    journey.unlock_again(second)

    # The second person confirms the fingerprint that the maker reads out, and the form opens
    wrong = ("0" if unit_print[0] != "0" else "1") + unit_print[1:]
    second.page.fill("form.confirm input", wrong)
    second.page.click("form.confirm button")
    expect(second.page.locator("form.confirm [role=alert]")).to_contain_text("指纹不一样")
    journey.look(second, "unit-confirm")
    second.page.fill("form.confirm input", unit_print.upper())
    second.page.click("form.confirm button")
    # Whole: before it is confirmed, the page says 不向本单位开放.
    second.page.wait_for_selector('text="向本单位开放"')
    journey.look(second, "unit-open")

    # The third member, and a tip that is sealed to the unit and opened by them
    third = journey.person("登记员戊")
    link, _none = journey.invite(admin, third.name, ["registrar"])
    head.page.reload()
    head.page.click("form.code button")
    expect(head.page.locator(".spoken")).to_have_text(re.compile(r"\d{4} \d{4}"))
    journey.join(third, link, head.page.inner_text(".spoken").split("：")[1])
    journey.sign_in(third)
    head.page.reload()
    hand_on(head, third.fingerprint)
    head.page.wait_for_selector("text=已经交给对方")
    third.page.goto(f"{empty.desk}/desk/unit/")
    journey.unlock_again(third)

    reporter = Reporter(journey.visit(java_script_enabled=False), empty)
    reporter.write_tip(category="A4", what=TIP, place="桥头", official="no")
    third.page.goto(f"{empty.desk}/desk/")
    third.page.click(".queue__reference a")
    expect(cleared(third.page).locator("#opened")).to_contain_text(TIP)

    journey.invite(admin, "分派员己", ["dispatcher"])
    admin.page.click("text=都发好了")
    admin.page.wait_for_selector("#link", state="detached")
    journey.look(admin, "admin")
    told = journey.audit()
    for line in (
        "setup",
        "refused join own",
        "refused join_head own",
        f"invite_wrong_code {head.name} 1",
        "handover_refused fingerprint",
        "handover_refused roster",
        "key_confirm_wrong",
        f"key_handed {second.name}",
        f"key_handed {third.name}",
    ):
        assert line in told, line
    assert journey.faults == []


def hand_on(holder, fingerprint):
    """Type what the new member reads out."""
    holder.page.wait_for_selector("#unit[data-ready=yes]")
    holder.page.fill("form.hand-on input", fingerprint)
    holder.page.click("form.hand-on button")
