"""A server that hands out a false unit key, and false fingerprints with it: the desk notices."""

from dataclasses import dataclass, replace

import pytest
from playwright.sync_api import expect

from admin.app_state import app_state
from admin.sealing import member
from admin.sealing.age import HybridIdentity, parse_recipient
from admin.vault import vault
from admin.vault.units import OpenUnits
from tests.admin.mailbox.conftest import make_reporter
from tests.signing_in import cleared, signed_in
from tests.unfolding import unfold

pytestmark = pytest.mark.browser

WORDS = "他们昨晚又来了，车牌尾号七三九"
FALSE_LOCK = "表单现在下发的公钥，和您手里的密钥不是一对。"


@dataclass(frozen=True)
class OpenKeys:
    """The unit's keys as far as the form knows them; with `identity`, as their holder does."""

    key_id: int
    recipients: list
    identity: HybridIdentity | None = None


@pytest.fixture
def reporter(live):
    """A reporter whose tip came while the server was honest."""
    with live.app.app_context():
        unit = vault().units.get()["police"]
    recipients = [parse_recipient(text) for text in unit.recipients]
    return make_reporter(live.app, OpenKeys(unit.key_id, recipients))


@pytest.fixture
def turn_false(live):
    """Play a server that gives out a key of its own, and lists its fingerprint as confirmed."""

    def turn():
        identity, recovery = HybridIdentity.generate(), HybridIdentity.generate()
        keys = str(identity.recipient), str(recovery.recipient)
        with live.app.app_context():
            cache = vault().units
            false = replace(cache.get()["police"], recipient=keys[0], recovery=keys[1])
            units = OpenUnits({**cache.get(), "police": false})
            # Not what it keeps: a request that is just reading would put the honest keys back.
            cache.get = lambda: units
            listed = {("police", member.fingerprint("police", *keys))}
            district = app_state().district
            app_state().district = replace(district, fingerprints=district.fingerprints | listed)
        return identity

    return turn


@pytest.fixture
def desk(live, visit, demo):
    """A member's page that fails the test when its scripts complain."""
    page = visit(viewport={"width": 360, "height": 780})
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text))
    yield signed_in(page, live, demo["police-1"])
    assert complaints == []


def open_mailbox(page, live, reporter):
    page.goto(f"{live.public}/mailbox/")
    page.fill("#receipt", reporter.typed)
    page.get_by_role("button", name="看回复", exact=True).click()
    page.locator("#words").wait_for()


def write_tip(page, live):
    """Send a tip with scripts; gives the reference that it got."""
    page.goto(f"{live.public}/tip/")
    unfold(page)
    page.select_option("#category", "A4")
    page.fill("#what", WORDS)
    page.fill("#place", "桥头")
    with page.expect_request("**/tip/sealed") as sent:
        page.click("#last [type=submit]")
    expect(page.locator("#receipt li")).to_have_count(6)
    return sent.value.post_data_json["reference"]


def test_with_an_honest_server_queue_and_tip_sound_no_alarm(desk, live, reporter):
    desk.goto(f"{live.desk}/desk/")
    desk.wait_for_selector("#queue[data-opened]")
    desk.wait_for_selector("#lock-alarm[data-looked]", state="attached")
    expect(desk.locator("#lock-alarm")).to_be_hidden()

    desk.goto(f"{live.desk}/desk/tips/{reporter.reference}")
    cleared(desk).wait_for_selector("#tip[data-opened]")
    desk.wait_for_selector("#lock-alarm[data-looked]", state="attached")
    expect(desk.locator("#lock-alarm")).to_be_hidden()


def test_what_fools_the_reporters_browser_is_noticed_at_the_desk(
    desk, live, visit, reporter, turn_false
):
    thief = turn_false()
    phone = visit()
    reference = write_tip(phone, live)
    open_mailbox(phone, live, reporter)
    phone.fill("#words", WORDS)
    phone.click("text=发给工作人员")
    expect(phone.locator("#main")).to_contain_text("您补充的内容已收到。")
    # Fooled indeed: who holds the false key reads it.
    reporter.unit = replace(reporter.unit, identity=thief)
    assert reporter.opened()[0].body == WORDS

    desk.goto(f"{live.desk}/desk/")
    alarm = desk.locator("#lock-alarm")
    expect(alarm).to_contain_text(FALSE_LOCK)
    expect(alarm).to_contain_text("马上告诉管理员，先停收线索。")
    row = desk.locator(f"tr:has-text('{reference}')")
    expect(row.locator(".label__broken")).to_be_visible()

    desk.goto(f"{live.desk}/desk/tips/{reference}")
    cleared(desk)
    expect(alarm).to_contain_text(FALSE_LOCK)
    expect(desk.locator("#alarm")).to_contain_text("也可能是表单下发了假的公钥。")
    assert WORDS not in desk.content()

    desk.goto(f"{live.desk}/desk/tips/{reporter.reference}")
    cleared(desk)
    expect(alarm).to_contain_text(FALSE_LOCK)
    expect(desk.locator(".message--broken")).to_contain_text("这条不能相信，内容不显示。")


def test_a_tip_sealed_to_another_key_is_told_loudly_with_the_fingerprint_to_compare(
    desk, live, sealed_tip
):
    tip = sealed_tip(live.app, readers=[HybridIdentity.generate().recipient] * 2)
    with live.app.app_context():
        unit = vault().units.get()["police"]

    desk.goto(f"{live.desk}/desk/tips/{tip.reference}")

    alarm = desk.locator("#alarm")
    expect(alarm).to_contain_text(
        "注意：这条线索打不开。内容可能被改过，也可能是表单下发了假的公钥。"
    )
    expect(alarm).to_contain_text("不要删除。马上告诉管理员，一起核对指纹。")
    expect(alarm).to_contain_text(member.fingerprint("police", unit.recipient, unit.recovery))
    assert "桥头" not in desk.content()


def test_an_empty_queue_is_held_against_the_form_too(desk, live, turn_false):
    turn_false()

    desk.goto(f"{live.desk}/desk/")

    expect(desk.locator("#lock-alarm")).to_contain_text(FALSE_LOCK)


def test_where_the_form_cannot_be_looked_at_the_desk_says_so(desk, live):
    desk.route("**/desk/offered.json", lambda route: route.fulfill(json={"units": {}}))

    desk.goto(f"{live.desk}/desk/")

    expect(desk.locator("#lock-alarm")).to_contain_text("没能核对表单下发的公钥。")


def test_a_unit_that_takes_no_tips_sounds_no_alarm(desk, live):
    with live.app.app_context():
        app_state().district = replace(app_state().district, fingerprints=frozenset())
        vault().units._until = 0.0

    desk.goto(f"{live.desk}/desk/")
    desk.wait_for_selector("#queue[data-opened]")

    desk.wait_for_selector("#lock-alarm[data-looked]", state="attached")
    expect(desk.locator("#lock-alarm")).to_be_hidden()


def test_the_holder_of_only_an_older_key_is_told_so_and_of_no_false_one(
    live, visit, demo, reporter, replaced_key
):
    """Nobody has handed them the new key yet: there is nothing to hold the form's against."""
    with live.app.app_context():
        listed = {("police", replaced_key)}
        district = app_state().district
        app_state().district = replace(district, fingerprints=district.fingerprints | listed)
        vault().units._until = 0.0

    desk = signed_in(visit(), live, demo["police-1"])
    for path in ("/desk/", f"/desk/tips/{reporter.reference}"):
        desk.goto(live.desk + path)
        expect(desk.locator("#alarm")).to_contain_text("您手里只有本单位的旧密钥")
        desk.wait_for_load_state("networkidle")
        expect(desk.locator("#lock-alarm")).to_be_hidden()


def test_a_tip_to_the_newer_key_sounds_no_alarm_to_who_holds_an_older_one_alone(
    live, visit, demo, replaced_key, sealed_tip
):
    """Nor is a fingerprint told of a key that is not in their hands."""
    tip = sealed_tip(live.app)
    desk = signed_in(visit(), live, demo["police-1"])

    with desk.expect_response("**/sealed.json"):
        desk.goto(f"{live.desk}/desk/tips/{tip.reference}")
    desk.wait_for_load_state("networkidle")

    alarm = desk.locator("#alarm")
    expect(alarm).to_contain_text("请找持钥人把新密钥交给您。")
    expect(alarm).not_to_contain_text("指纹")
