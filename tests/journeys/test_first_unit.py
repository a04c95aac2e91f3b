"""From an empty store to a working unit, by the pages alone: counted, and attacked on the way."""

import re

import pytest
from flask.cli import ScriptInfo
from playwright.sync_api import expect
from sqlalchemy import select, update

from admin.commands.keys import keys as keys_command
from admin.db import db
from admin.members.joining import write_setup_code
from admin.migrate import migrate
from admin.models import AuditEvent, Invitation, Member, UnitKey
from tests.live import start_server
from tests.signing_in import cleared
from tests.support import WIDE_BUDGETS

from .ceremony import PASSPHRASE, SPOKEN, Journey, load_again
from .conftest import Reporter

pytestmark = pytest.mark.browser

TIP = "桥头小卖部后面，每晚有人收过路钱。"


@pytest.fixture
def empty(bundles, site_folder, tmp_path):
    """A running server on a store without members; its desk publishes no key, as in production."""
    data = tmp_path / "empty"
    data.mkdir()
    server = start_server(
        {
            "DENGSHAO_DATA": str(data),
            "DENGSHAO_SITE": str(site_folder),
            "DENGSHAO_BUNDLES": str(bundles),
            "DENGSHAO_FORM_MIN_SECONDS": "0",
            "DENGSHAO_KEYS_BY_DESK": "no",
            **WIDE_BUDGETS,
        }
    )
    with server.app.app_context():
        migrate(db.engine)
        write_setup_code(db.session, data, server.desk)
    yield server
    server.stop()


@pytest.fixture
def journey(empty, visit, picture):
    return Journey(empty, visit, picture)


def publish(live, heard):
    """Let the operator type what a holder reads out."""
    runner = live.app.test_cli_runner()
    obj = ScriptInfo(create_app=lambda: live.app)
    return runner.invoke(keys_command, ["apply"], input=f"{heard}\n", obj=obj)


def test_two_people_open_a_unit_in_twenty_minutes_of_people(journey, empty):
    # Given an empty store: the first administrator, and one step that invites a unit's first two
    admin, chief = journey.person("管理员甲"), journey.person("局长丙")
    head, second = journey.person("负责人乙"), journey.person("研判员丁")
    journey.set_up(admin)
    journey.look(admin, "admin-empty")
    link, behind, second_link = journey.open_unit(admin, "police", head.name, second.name)

    # One call lets the head in, whose browser makes the key; they are led there
    journey.join(head, link, journey.back(chief, behind))
    expect(chief.page.locator("#progress")).to_contain_text("负责人生成单位的密钥")
    journey.look(head, "unit-no-key")
    journey.make_unit_key(head)
    expect(head.page.locator("#progress")).to_contain_text("现在轮到您")
    journey.look(head, "unit-unconfirmed")

    # The second one lets the second member in, and both keys are compared in it
    spoken = journey.speak(head)
    assert SPOKEN.fullmatch(spoken)
    journey.look(head, "unit-code")
    journey.join(second, second_link, spoken, "second", speaker=head)
    journey.look(second, "unit-waiting")
    head.click("form.hand-on button")
    # Neither page was touched meanwhile: both are where they go on.
    second.page.wait_for_selector("#unit[data-holds=yes][data-ready=yes]")
    second.click("form.confirm button")
    expect(second.page.locator("#progress")).to_contain_text("dengshao keys apply")
    journey.look(second, "unit-confirmed")

    # And by the third the operator publishes what they heard
    expect(head.page.locator("#progress")).to_contain_text("dengshao keys apply")
    heard = head.page.inner_text("#unit-print")
    journey.count.people.add("管服务器的人")
    journey.count.heard(heard)
    journey.count.add("field")
    assert publish(empty, heard).exit_code == 0
    expect(head.page.locator("#key")).to_contain_text("向本单位开放", timeout=60_000)

    done, count = journey.count.done, journey.count
    print(dict(done), sorted(count.people), f"{count.minutes:.1f}")  # noqa: T201 (pytest -s)
    assert count.fields <= 20
    assert done["call"] <= 3
    assert done["sheet"] <= 5
    assert done["click"] <= 25
    assert count.minutes <= 20
    assert journey.faults == []


def swap(live, table, name, **values):
    """Change a row as the database's administrator could; gives what stood there."""
    with live.app.app_context():
        row = db.session.scalars(select(table).filter_by(**name)).one()
        before = {column: getattr(row, column) for column in values}
        db.session.execute(update(table).filter_by(**name).values(**values))
        db.session.commit()
    return before


def told(live):
    with live.app.app_context():
        rows = db.session.execute(select(AuditEvent.act, AuditEvent.detail))
        return [f"{act} {detail}".strip() for act, detail in rows]


def test_whoever_changes_a_key_between_gets_nothing_sealed(journey, empty):
    admin, chief = journey.person("管理员甲"), journey.person("局长丙")
    head, second = journey.person("负责人乙"), journey.person("研判员丁")
    journey.set_up(admin)
    link, behind, second_link = journey.open_unit(admin, "police", head.name, second.name)

    # An administrator's own links: who made the invitation can neither accept it nor give the code
    for own in (link, behind):
        admin.page.goto(own)
        expect(admin.page.locator("#joining-error")).to_contain_text("已记入日志")

    said = journey.back(chief, behind)
    head.open(link)
    head.fill("#code", "0000 0000" if said != "0000 0000" else "1111 1111")
    head.click("#first button[type=submit]")
    expect(head.page.locator("#first-error")).to_contain_text("还可以试 4 次")
    head.fill("#code", said)
    head.click("#first button[type=submit]")
    head.page.wait_for_selector("#choose:visible")
    journey.make_account(head, "attacked")
    head.page.wait_for_url("**/desk/unit/")
    head.page.wait_for_selector("#unit[data-ready=yes]")
    journey.make_unit_key(head)
    spoken = journey.speak(head)

    # Another key of the unit while the second member types what they heard: nothing is made
    key, of_admin = {"unit_id": "police"}, recipient_of(empty, admin.name)
    true = swap(empty, UnitKey, key, recipient=of_admin)
    second.open(second_link)
    second.fill("#code", spoken)
    second.click("#first button[type=submit]")
    expect(second.page.locator("#joining-error")).to_contain_text("和念给您的对不上")
    expect(second.page.locator("#choose")).to_be_hidden()
    journey.look(second, "join-swapped")
    swap(empty, UnitKey, key, **true)
    # A group that was misheard is said again.
    misheard = ("0" if spoken[0] != "0" else "1") + spoken[1:]
    second.open(second_link)
    second.fill("#code", misheard)
    second.click("#first button[type=submit]")
    expect(second.page.locator("#first-error")).to_contain_text("第 1 组没有听对")
    journey.join(second, second_link, spoken, "second", speaker=head)

    # Another key of the member, or a forged roster, while the head hands on: nothing is sealed
    me = {"name": second.name}
    mine = swap(empty, Member, me, recipient=of_admin)
    hand_on(head)
    expect(head.page.locator("form.hand-on [role=alert]")).to_contain_text(
        "和他念回给您的核对码对不上"
    )
    journey.look(head, "unit-swapped")
    swap(empty, Member, me, **mine)
    mac = swap(empty, UnitKey, key, roster_mac="0" * 64)
    hand_on(head)
    expect(head.page.locator("form.hand-on [role=alert]")).to_contain_text("名单被人改动过")
    swap(empty, UnitKey, key, **mac)

    # What they left who joined is gone: then their own 核对码 is read out, and typed
    gone = swap(empty, Invitation, me, heard_mac=None)
    load_again(second.page)
    hand_on(head, "0000 " * 6)
    expect(head.page.locator("form.hand-on [role=alert]")).to_contain_text("核对码不一样")
    head.page.fill("form.hand-on input", second.page.inner_text("#my-print"))
    head.page.click("form.hand-on button")
    head.page.wait_for_selector("text=已经交给对方")
    swap(empty, Invitation, me, **gone)
    second.page.wait_for_selector("#unit[data-holds=yes][data-ready=yes]")

    # Without what was heard (the tab was locked), the second person types the unit's 核对码
    second.page.click("#desk-lock button")
    unlock(second)
    unit_code = head.page.inner_text("#unit-print")
    wrong = ("0" if unit_code[0] != "0" else "1") + unit_code[1:]
    for typed, sentence in ((wrong, "只有第 1 组不一样"), ("9" * 24, "核对码不一样")):
        second.page.fill("form.confirm input", typed)
        second.page.click("form.confirm button")
        expect(second.page.locator("form.confirm [role=alert]")).to_contain_text(sentence)
    journey.look(second, "unit-confirm")
    second.page.fill("form.confirm input", unit_code.replace(" ", "-"))
    second.page.click("form.confirm button")
    expect(second.page.locator("#to-publish")).to_be_visible()
    assert publish(empty, "9" * 24).exit_code == 1
    assert publish(empty, unit_code).exit_code == 0

    # The third member, and a tip that is sealed to the unit and opened by them
    third = journey.person("登记员戊")
    link = journey.invite(admin, third.name, ["registrar"])
    load_again(head.page)
    journey.join(third, link, journey.speak(head), "third", speaker=head)
    head.page.click("text=有新的进展")
    # Of the page that comes: a press before its script is ready would only load it anew.
    head.page.click("#unit[data-ready=yes] form.hand-on button")
    head.page.wait_for_selector("text=已经交给对方")
    third.page.wait_for_selector("#unit[data-holds=yes][data-ready=yes]")
    reporter = Reporter(journey.visit(java_script_enabled=False), empty)
    reporter.write_tip(category="A4", what=TIP, place="桥头", official="no")
    third.page.goto(f"{empty.desk}/desk/")
    third.page.click(".queue__reference a")
    expect(cleared(third.page).locator("#opened")).to_contain_text(TIP)

    journey.invite(admin, "分派员己", ["dispatcher"])
    admin.page.goto(f"{empty.desk}/desk/admin/")
    journey.look(admin, "admin")
    # The card's picture: the own telephone asks for the passphrase alone.
    phone = journey.person(third.name)
    phone.page.goto(f"{empty.desk}/desk/sign-in#{third.name}/{third.code.replace('-', '')}")
    phone.page.wait_for_selector("#sign-in:visible")
    expect(phone.page).not_to_have_url(re.compile("#"))
    phone.fill("#passphrase", PASSPHRASE)
    phone.click("#sign-in button[type=submit]")
    phone.page.wait_for_url("**/desk/")

    lines = told(empty)
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
        assert line in lines, line
    assert journey.faults == []


def recipient_of(live, name):
    with live.app.app_context():
        return db.session.scalars(select(Member.recipient).where(Member.name == name)).one()


def hand_on(holder, typed=None):
    """Hand the unit's key to who waits; with what they read out, where the page asks for it."""
    load_again(holder.page)
    holder.page.wait_for_selector("#unit[data-ready=yes]")
    if typed:
        holder.page.fill("form.hand-on input", typed)
    holder.page.click("form.hand-on button")


def unlock(person):
    page = person.page
    page.wait_for_url("**/desk/unlock")
    page.fill("#passphrase", PASSPHRASE)
    page.fill("#code", person.code)
    page.click("#unlock button[type=submit]")
    page.wait_for_url("**/desk/unit/")
    page.wait_for_selector("#unit[data-ready=yes]")
