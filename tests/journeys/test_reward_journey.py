"""A reward from the tip to the counter: two members, an office, with scripts and without."""

import re
import shutil

import pytest
from flask import request
from playwright.sync_api import expect
from sqlalchemy import select, update

from admin.config import ROOT
from admin.db import db
from admin.models import Member, Reward, Tip
from admin.sealing.reward import key_of_code
from tests.rewarding import allow, switch_on
from tests.signing_in import cleared

pytestmark = pytest.mark.browser

TIP = {
    "category": "A4",
    "what": "领奖励的那一条：桥头有三个人拦车收钱。",
    "township": "shili",
    "place": "甲村村口桥头",
    "official": "no",
    "answer": "yes",
}
CODE = re.compile(r"(?:[0-9A-HJKMNP-TV-Z]{4} ){7}[0-9A-HJKMNP-TV-Z]{4}")


@pytest.fixture
def rewarding(live, tmp_path):
    """The demo's district with a rule, and a second head in the police unit."""
    content = tmp_path / "content"
    shutil.copytree(ROOT / "content" / "data", content / "data")
    allow(live.app, switch_on(content))
    with live.app.app_context():
        db.session.execute(
            update(Member).where(Member.name == "police-2").values(roles=["reviewer"])
        )
        db.session.commit()
    return live


@pytest.fixture
def tip(rewarding, reporter):
    """A tip that was written without scripts and taken up; gives its receipt and address."""
    with rewarding.app.app_context():
        before = set(db.session.scalars(select(Tip.reference)))
        db.session.close()
    plain = reporter(scripts=False)
    receipt = plain.write_tip(**TIP)
    with rewarding.app.app_context():
        [reference] = set(db.session.scalars(select(Tip.reference))) - before
        db.session.execute(update(Tip).where(Tip.reference == reference).values(status="accepted"))
        db.session.commit()
    return plain, receipt, f"/desk/tips/{reference}"


@pytest.fixture
def counter(rewarding, member):
    """Sign somebody in at a counter of the paying office: the demo has none of it."""

    def enter(name):
        with rewarding.app.app_context():
            row = update(Member).where(Member.name == name)
            db.session.execute(row.values(roles=["payer"], unit_id=None))
            db.session.commit()
        page = member(name)
        page.goto(f"{rewarding.desk}/desk/paying/")
        return page

    return enter


def test_a_reward_is_asked_for_granted_read_and_paid_once(
    rewarding, tip, reporter, member, counter, picture
):
    live, (plain, receipt, address) = rewarding, tip
    sent = []
    noted = live.app.before_request_funcs.setdefault(None, [])
    noted.append(lambda: sent.append(_text_of_request()))
    asking, granting = member("police-1"), member("police-2")
    for page in (asking, granting):
        page.goto(live.desk + address)
        cleared(page).wait_for_selector("#tip[data-opened]")

    # One asks for a sum of the list
    asking.click("#reward summary")
    asking.select_option("#reward-sum", "1000")
    asking.click("#reward form button")
    expect(asking.locator("#reward-waiting")).to_contain_text("提请给奖励 1000 元")
    assert asking.locator("#reward-letter").count() == 0

    # The second one reads the letter and agrees
    granting.reload()
    granting.wait_for_selector("#tip[data-opened]")
    expect(granting.locator("#reward-letter")).to_contain_text("可领取奖励：1000 元")
    picture(granting, "reward-letter")
    granting.click("#reward button:has-text('同意，发出领取码')")
    expect(granting.locator("#reward")).to_contain_text("已经给过一次")
    granting.wait_for_selector("#tip[data-opened]")
    expect(granting.locator("#thread")).to_contain_text("领取码，只有举报人打得开")
    assert CODE.search(granting.inner_text("#thread")) is None
    assert granting.locator("#alarm").is_hidden()

    # The reporter reads the code, with scripts and without
    scripted = reporter(scripts=True)
    codes = []
    for one in (scripted, plain):
        one.open_mailbox(receipt)
        expect(one.page.locator(".thread")).to_contain_text("可领取奖励：1000 元")
        codes.append(CODE.search(one.page.inner_text(".thread"))[0])
    assert codes[0] == codes[1]
    with live.app.app_context():
        [row] = db.session.scalars(select(Reward))
        assert (row.key, row.sum) == (key_of_code(codes[0]), 1000)

    # The office types it: the sum, once
    first, second = counter("counter-1"), counter("auditor-1")
    first.fill("#code", "0" * 31)
    first.click("#check button")
    expect(first.locator("#check [data-error]")).to_contain_text("32 个字母和数字")
    first.fill("#code", codes[0].lower())
    first.click("#check button")
    expect(first.locator("#found")).to_contain_text("可以领：1000 元")
    second.fill("#code", codes[0])
    second.click("#check button")
    expect(second.locator("#found")).to_contain_text("可以领：1000 元")
    first.click("#found button")
    expect(first.locator("#paid")).to_contain_text("已经销号：1000 元")
    picture(first, "reward-paid")
    second.click("#found button")
    expect(second.locator("#found")).to_contain_text("已经领过了")

    # No request brought the code to the server, grouped or not, whole or half
    bare = codes[0].replace(" ", "")
    assert len(sent) > 20
    for text in sent:
        for part in (codes[0], codes[0].lower(), bare, bare.lower(), bare[:16], bare[16:]):
            assert part not in text


def _text_of_request():
    body = request.get_data(cache=True, as_text=False).decode("latin-1")
    return f"{request.full_path}\n{body}".replace("+", " ")
