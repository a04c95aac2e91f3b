"""A tip goes to the right unit and back, and its reporter reads each step with the same receipt."""

import json

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from admin.db import db
from admin.models import Tip, Transfer
from tests.admin.desk.conftest import store_sealed
from tests.axe import broken_rules
from tests.evidence_files import photo_with_gps
from tests.signing_in import cleared

from .test_main_journey import open_tip

pytestmark = pytest.mark.browser

WHAT = "桥头有三个人拦车收钱，还在车里卖药粉。"
TIP = {"category": "A4", "what": WHAT, "township": "shili", "place": "甲村村口桥头"}
NOTE = "夜里卖药粉的多，请先看照片。"
LATER = "他们昨天换到了村西头。"
AFTER = "今天又看见了那辆车。"


def faults(page):
    return broken_rules(page)


def pass_on(page, to, reason="misfiled", note=""):
    if page.locator("#transfer").is_hidden():
        page.click("#to-transfer")
    page.select_option("#transfer-to", to)
    page.select_option("#transfer-reason", reason)
    page.fill("#transfer-note", note)
    page.click("#transfer button:has-text('加密并转出')")


def write_again(reporter, receipt, words):
    reporter.open_mailbox(receipt)
    reporter.page.fill("#letter textarea", words)
    reporter.page.click("#letter button[type=submit]:has-text('发给工作人员')")
    reporter.page.wait_for_selector("text=您补充的内容已收到。")


def write_with_a_photo(reporter, folder):
    photo = folder / "桥头.jpg"
    photo.write_bytes(photo_with_gps(400, 300))
    reporter.page.goto(f"{reporter.live.public}/tip/")
    reporter.answer(**TIP, exclude=["market"], official="no")
    reporter.page.set_input_files("#files", str(photo))
    expect(reporter.page.locator("#files-list > li")).to_contain_text("好了", timeout=60_000)
    reporter.page.click("#form [type=submit]:visible")
    reporter.page.wait_for_selector("#receipt")
    return reporter.receipt()


def transfers_of(live):
    with live.app.app_context():
        rows = db.reading.scalars(select(Transfer).order_by(Transfer.step))
        return [(row.from_unit, row.to_unit, row.is_taken) for row in rows]


def test_a_misfiled_tip_goes_to_the_right_unit_with_its_file_and_the_talk_goes_on(
    live, reporter, member, picture, tmp_path
):
    # Given a tip with a photo that the form sent to the police
    sender = reporter(scripts=True)
    receipt = write_with_a_photo(sender, tmp_path)
    desk, drugs = member("police-1"), member("drugs-1")
    address = open_tip(desk, "卖药粉")
    desk.wait_for_selector("#to-transfer:visible")
    # The market's unit is excluded: told at once, and before anything is sealed
    desk.click("#to-transfer")
    desk.select_option("#transfer-to", "trade")
    expect(desk.locator("[data-excluded]")).to_contain_text("写的人不让它看")
    desk.select_option("#transfer-reason", "misfiled")
    desk.click("#transfer button:has-text('加密并转出')")
    expect(desk.locator("#transfer [data-error]")).to_contain_text("不能转给这个单位")
    assert transfers_of(live) == []
    picture(desk, "transfer-refused")
    assert faults(desk) == []

    # When it is passed on to the drugs unit with a note
    desk.reload()
    desk.wait_for_selector("#to-transfer:visible")
    pass_on(desk, "drugs", note=NOTE)
    desk.wait_for_url("**/desk/transfers?gone=*")
    expect(desk.locator("main")).to_contain_text("在别的单位，不在本单位了。")
    expect(desk.locator("main")).to_contain_text("等对方接收")
    picture(desk, "transfers")
    assert faults(desk) == []

    # Then the reporter reads it, and what they write goes to where the tip lies
    write_again(sender, receipt, LATER)
    expect(sender.page.locator("main")).to_contain_text("转给另一个单位办，等它接手。")
    assert "禁毒承办组" not in sender.page.content()
    picture(sender.page, "mailbox-moving")

    # And the drugs unit opens all of it, with the photo
    drugs.goto(f"{live.desk}/desk/")
    expect(drugs.locator(".queue__row")).to_contain_text("转来，等接收")
    drugs.goto(f"{live.desk}{address}")
    cleared(drugs).wait_for_selector("#take-over:visible")
    for words in (WHAT, LATER, NOTE):
        drugs.wait_for_selector(f"main :text('{words}')")
    assert drugs.locator("#alarm").is_hidden()
    assert drugs.locator("#message").count() == 0
    picture(drugs, "arrival")
    assert faults(drugs) == []
    row = drugs.locator(".files__one").first
    expect(row).to_contain_text("照片")
    row.get_by_role("button", name="看", exact=True).click()
    expect(drugs.locator("iframe")).to_be_visible(timeout=60_000)

    drugs.click("#take-over button")
    drugs.wait_for_selector("#message:not([hidden])")
    assert transfers_of(live) == [("police", "drugs", True)]
    expect(drugs.locator(".history")).to_contain_text("转给禁毒承办组：这类事归那个单位管")
    expect(drugs.locator(".history")).to_contain_text("接收转来的线索")
    drugs.fill("#body", "那辆车是什么颜色？")
    drugs.check("#message input[name=ask][value=yes]")
    drugs.click("#message button:has-text('加密并发出')")
    drugs.wait_for_selector("[data-cover=status]:has-text('等举报人补充')")

    # And the answer, without scripts this time, comes to the drugs unit
    plain = reporter(scripts=False)
    plain.open_mailbox(receipt)
    text = plain.page.inner_text("main")
    assert "已换一个单位办理。查询码照旧用。" in text
    assert "那辆车是什么颜色？" in text
    plain.page.fill("#letter textarea", AFTER)
    plain.page.click("#letter button[type=submit]:has-text('发给工作人员')")
    plain.page.wait_for_selector("text=您补充的内容已收到。")
    drugs.reload()
    drugs.wait_for_selector(f"#thread :text('{AFTER}')")
    assert drugs.locator("#alarm").is_hidden()

    # And the police's page opens it no more, while a colleague's browser compares what it was
    desk.goto(f"{live.desk}{address}")
    desk.wait_for_url("**/desk/transfers?gone=*")
    expect(desk.locator("main")).to_contain_text("对方接收了")
    colleague = member("police-2")
    expect(colleague.locator("#transfers-checking")).to_have_text(
        "转出的线索核对过了，和原来一样。", timeout=60_000
    )
    with live.app.app_context():
        assert db.reading.scalars(select(Transfer.checked_by)).one() == "police-2"


def test_a_tip_that_is_not_theirs_comes_back_with_what_came_meanwhile(
    live, reporter, member, picture
):
    sender = reporter(scripts=True)
    receipt = sender.write_tip(press="#form [type=submit]:visible", **TIP)
    desk, drugs = member("police-1"), member("drugs-1")
    address = open_tip(desk, "卖药粉")
    desk.wait_for_selector("#to-transfer:visible")
    pass_on(desk, "drugs", note=NOTE)
    desk.wait_for_url("**/desk/transfers?gone=*")
    write_again(sender, receipt, LATER)

    drugs.goto(f"{live.desk}{address}")
    cleared(drugs).wait_for_selector("#take-over:visible")
    drugs.fill("#note-body", "这是公安的事，禁毒这边没有线头。")
    drugs.click("#note button")
    drugs.wait_for_selector(".notes__one:nth-child(2)")
    drugs.click("#arrival summary")
    drugs.select_option("#back-reason", "not_ours")
    drugs.click("#hand-back button")
    drugs.wait_for_url("**/desk/transfers?gone=*")

    desk.goto(f"{live.desk}{address}")
    cleared(desk).wait_for_selector("#tip[data-opened]")
    for words in (WHAT, LATER, NOTE, "禁毒这边没有线头"):
        desk.wait_for_selector(f"main :text('{words}')")
    assert desk.locator("#alarm").is_hidden()
    expect(desk.locator(".history")).to_contain_text("退回公安承办组：这类事不归本单位管")
    picture(desk, "handed-back")
    write_again(sender, receipt, AFTER)
    expect(sender.page.locator("main")).to_contain_text("还由先前的单位办。")
    desk.reload()
    desk.wait_for_selector(f"#thread :text('{AFTER}')")
    assert transfers_of(live) == [("police", "drugs", False)]


def test_a_tip_about_an_official_goes_to_no_ordinary_unit_by_any_door(live, reporter, member):
    sender = reporter(scripts=True)
    sender.write_tip(
        press="#form [type=submit]:visible", **(TIP | {"official": "yes", "exclude": ["station"]})
    )
    desk = member("supervision-1")
    address = open_tip(desk, "卖药粉")
    desk.wait_for_selector("#to-transfer:visible")
    # The page offers the unit above alone
    options = desk.locator("#transfer-to option").all()
    assert [one.get_attribute("value") for one in options] == ["", "upper"]

    # A page that was told of another unit, as by a lying server, does not seal for it
    desk.click("#to-transfer")
    for unit in ("police", "drugs"):
        desk.evaluate(
            "unit => document.querySelector('#transfer-to').append(new Option(unit, unit))", unit
        )
        desk.select_option("#transfer-to", unit)
        desk.select_option("#transfer-reason", "misfiled")
        desk.click("#transfer button:has-text('加密并转出')")
        expect(desk.locator("#transfer [data-error]")).to_contain_text("不能转给这个单位")
    # And a browser that seals whatever it is told to is refused by the server
    with live.app.app_context():
        tip = db.reading.scalars(select(Tip)).one()
        version, reference, unit_id = tip.version, tip.reference, tip.unit_id
    assert unit_id == "supervision"
    answer = desk.evaluate(
        """async ([address, version]) => {
          const token = document.querySelector("meta[name=csrf-token]").content;
          const found = await (await fetch(`${address}/transfer.json`)).json();
          const { routes } = await (await fetch("/desk/offered.json")).json();
          const body = { ...found, version, to: "police", key: routes.units.police.key,
            reason: "misfiled", proof: "0".repeat(64), mark: "0".repeat(64),
            content_mac: "0".repeat(64), note: null };
          const sent = await fetch(`${address}/transfer`, { method: "POST",
            headers: { "Content-Type": "application/json", "X-CSRFToken": token,
              Accept: "application/json" }, body: JSON.stringify(body) });
          return [sent.status, await sent.json()];
        }""",
        [address, str(version)],
    )
    assert answer[0] == 422, json.dumps(answer, ensure_ascii=False)
    assert transfers_of(live) == []

    pass_on(desk, "upper", reason="upwards")
    desk.wait_for_url("**/desk/transfers?gone=*")
    upper = member("upper-1")
    upper.goto(f"{live.desk}{address}")
    cleared(upper).wait_for_selector("#take-over:visible")
    upper.wait_for_selector(f"#opened :text('{WHAT}')")
    upper.click("#take-over button")
    upper.wait_for_selector("#message:not([hidden])")
    assert transfers_of(live) == [("supervision", "upper", True)]
    assert reference not in member("police-1").content()


LIES = {
    "a key that nobody published": "那个单位的公钥和公布的指纹对不上。",
    "routes that nobody published": "没能核对公布的分工，没有转出。",
}


@pytest.mark.parametrize("lie", LIES)
def test_a_server_that_lies_of_keys_or_routes_gets_no_tip_sealed(live, member, lie):
    tip = store_sealed(live.app)
    desk = member("police-1")

    def lying(route):
        answer = route.fetch()
        told = answer.json()
        units = told["routes"]["units"]
        if lie.startswith("a key"):
            units["drugs"]["recipients"] = units["trade"]["recipients"]
        else:
            units["drugs"]["otherwise"] = ["trade"]
        route.fulfill(response=answer, json=told)

    desk.goto(f"{live.desk}/desk/tips/{tip.reference}")
    desk.wait_for_selector("#to-transfer:visible")
    desk.route("**/desk/offered.json", lying)
    pass_on(desk, "drugs", note=NOTE)

    expect(desk.locator("#transfer [data-error]")).to_contain_text(LIES[lie])
    assert desk.input_value("#transfer-note") == NOTE
    assert transfers_of(live) == []


def test_a_line_cut_in_the_middle_or_a_colleague_in_between_loses_no_typed_word(live, member):
    tip = store_sealed(live.app)
    desk, colleague = member("police-1"), member("police-2")
    for page in (desk, colleague):
        page.goto(f"{live.desk}/desk/tips/{tip.reference}")
        page.wait_for_selector("#to-transfer:visible")
    desk.route("**/transfer", lambda route: route.abort())
    pass_on(desk, "drugs", note=NOTE)
    expect(desk.locator("#transfer [data-error]")).to_contain_text("没有连上。字还在")
    desk.unroute("**/transfer")
    # The colleague grades it meanwhile: told, and pressed again with open eyes.
    colleague.click("[aria-controls=grade]")
    colleague.check("#grade [name=urgency][value=P1]")
    colleague.click("#grade button:has-text('确认修改')")
    colleague.wait_for_load_state()
    desk.click("#transfer button:has-text('加密并转出')")
    expect(desk.locator("#conflict")).to_contain_text("刚刚有人动过这条线索")
    assert desk.input_value("#transfer-note") == NOTE
    colleague.fill("#note-body", "写到一半")
    desk.click("#transfer button:has-text('加密并转出')")
    desk.wait_for_url("**/desk/transfers?gone=*")

    colleague.click("#note button")
    expect(colleague.locator("#note [data-error]")).to_contain_text("您写的字还在")
    assert colleague.input_value("#note-body") == "写到一半"
