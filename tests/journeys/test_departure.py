"""A member leaves, as planned and at once: tips come at each stage of it, and none is refused."""

import json
import time
import urllib.request
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from admin.config import ROOT
from admin.db import db, today
from admin.models import Departure, KeptTip, Tip, UnitKey
from admin.reading.keys_file import read_lines, replace_file, written
from admin.unit_keys import key_lines
from admin.vault.key_change.resealing import count_on_old_keys
from tests.admin.renewal.test_browser import confirm, look, take_sheet
from tests.signing_in import cleared, signed_in, typed_in

from .conftest import Reporter

pytestmark = pytest.mark.browser

WHAT = "桥头有人收过路费，第 %s 回"


class House:
    """The live server with its people, each in a browser of their own."""

    def __init__(self, live, visit, demo):
        self.live, self.visit, self.demo, self.sent = live, visit, demo, 0

    def enter(self, name):
        return signed_in(
            self.visit(viewport={"width": 1280, "height": 800}), self.live, self.demo[name]
        )

    def goto(self, page, address):
        page.goto(f"{self.live.desk}{address}")
        return page

    def form(self):
        """Somebody opens the form and begins: their browser has been told of routes and keys."""
        reporter = Reporter(self.visit(viewport={"width": 360, "height": 780}), self.live)
        reporter.page.goto(f"{self.live.public}/tip/")
        with reporter.page.expect_response("**/keys.json"):
            reporter.page.focus("[name=what]")
        reporter.page.wait_for_load_state("networkidle")
        return reporter

    def send(self, reporter=None, **answers):
        """Send a tip with scripts; it is taken, and nothing is said of a false lock."""
        found = reporter or self.form()
        fields = {"category": "A4", "what": WHAT % self.sent, "place": "桥头", "official": "no"}
        found.answer(**fields | answers)
        found.page.click("#form button[type=submit]")
        found.page.wait_for_selector("#receipt, #alarm:not([hidden])")
        assert not found.page.locator("#alarm:not([hidden])").count(), found.page.inner_text(
            "#alarm"
        )
        self.sent += 1

    def send_plainly(self):
        page = self.visit(java_script_enabled=False)
        Reporter(page, self.live).write_tip(
            category="A4", what=WHAT % self.sent, place="桥头", official="no"
        )
        self.sent += 1

    def units(self):
        return Counter(self.ask(lambda session: session.scalars(select(Tip.unit_id)).all()))

    def hanging(self):
        """Count the tips of the police on each of its keys, the key in use first."""
        query = select(UnitKey.id).where(UnitKey.unit_id == "police")
        keys = self.ask(
            lambda session: session.scalars(query.order_by(UnitKey.retired_on.desc())).all()
        )
        current = self.ask(lambda s: s.scalars(query.where(UnitKey.retired_on.is_(None))).one())
        found = Counter(self.ask(lambda session: session.scalars(select(Tip.unit_key_id)).all()))
        older = [key for key in keys if key != current]
        return [found[current], *(found[key] for key in older)]

    def ask(self, question):
        with self.live.app.app_context():
            return question(db.reading)

    def told(self):
        with urllib.request.urlopen(f"{self.live.public}/tip/routes.json", timeout=60) as answer:
            return json.load(answer)["units"]["police"]

    def wait(self, page, is_so):
        deadline = time.monotonic() + 120
        while not is_so():
            assert time.monotonic() < deadline
            page.wait_for_timeout(100)

    def departure(self):
        return self.ask(lambda session: session.scalars(select(Departure.id)).one())

    def step(self, page):
        self.goto(page, f"/desk/departures/{self.departure()}")
        return page.get_attribute("#steps", "data-step")


@pytest.fixture
def house(live, visit, demo):
    return House(live, visit, demo)


def test_a_planned_departure_never_closes_the_form(house, live, demo):
    admin, stays = house.enter("admin"), house.enter("police-1")
    leaves, upper = house.enter("police-2"), house.enter("upper-1")
    house.send()
    begun_before = [house.form(), house.form()]

    # The administrator writes it down; from then on the pages say whose turn it is.
    house.goto(admin, "/desk/admin/")
    admin.click("text=有人要离开")
    admin.select_option("#member", label="police-2（公安承办组）")
    admin.fill("#last_day", today().isoformat())
    look(admin, "departures")
    admin.click("main form button:has-text('登记')")
    assert house.step(admin) == "make"
    look(admin, "departure-make")
    house.send_plainly()

    # Who stays makes the next key; who leaves works on with the one in use.
    house.goto(stays, "/desk/")
    stays.click("#leaving a")
    stays.wait_for_selector("#renew[data-ready]")
    look(stays, "next-key")
    stays.click("#begin")
    _halves, fingerprint = take_sheet(stays)
    look(stays, "next-key-made")
    assert house.step(admin) == "confirm"
    house.goto(stays, "/desk/unit/")
    stays.wait_for_selector("#next-print:not(:empty)")
    assert stays.inner_text("#next-print") == fingerprint
    look(stays, "unit-next-key")
    house.send()
    reference = house.ask(lambda s: s.scalars(select(Tip.reference).limit(1)).one())
    house.goto(leaves, f"/desk/tips/{reference}")
    cleared(leaves).wait_for_selector("#tip[data-opened]")
    assert house.hanging() == [3]

    # The second person types what was read out: with that it is published, and in use.
    before = house.told()["key"]
    confirm(upper, live, fingerprint)
    # At this moment a node may still hand out the key before; a little later none does.
    house.send(begun_before[0])
    house.wait(admin, lambda: house.told()["key"] != before)
    house.send(begun_before[1])
    house.send()
    house.send_plainly()
    assert house.step(admin) == "suspend"
    look(admin, "departure-suspend")
    assert house.hanging() in ([4, 3], [3, 4])
    assert house.units() == {"police": 7}
    look_as_who_leaves(house, demo)

    # One press shuts out; who stays seals anew what is left, and a second browser compares.
    admin.click("#suspend-now")
    admin.wait_for_url("**/desk/admin/suspended/*")
    look(admin, "suspended-planned")
    assert "没有持钥人" not in admin.inner_text("main")
    house.send()
    fresh = typed_in(house.visit(), live, demo["police-1"])
    house.wait(fresh, lambda: not house.ask(lambda s: count_on_old_keys(s, "police")))
    assert house.step(admin) == "check"
    look(admin, "departure-check")
    typed_in(house.visit(), live, demo["police-1"])
    house.wait(admin, lambda: not house.ask(lambda s: s.scalars(select(KeptTip.tip_id)).all()))
    read_all(fresh, house)

    # The line in keys.yml goes the day after.
    assert house.step(admin) == "retire"
    assert f"表单里算到 {today() + timedelta(days=1)}" in admin.inner_text("#left")
    a_day_passes(live)
    assert house.step(admin) == "done"
    look(admin, "departure-done")
    admin.click("#finish")
    assert "都办完了" in admin.inner_text("#ended")
    house.send()
    assert house.units() == {"police": house.sent}


def look_as_who_leaves(house, demo):
    """They sign in anew: what is not sealed anew opens, what came since does not."""
    page = typed_in(house.visit(), house.live, demo["police-2"])
    house.goto(page, "/desk/unit/")
    page.wait_for_selector("#unit[data-ready]")
    assert not page.locator("#waiting-me").count()
    look(page, "unit-leaving")
    in_use = select(UnitKey.id).where(UnitKey.retired_on.is_(None))
    query = select(Tip.reference).where(Tip.unit_id == "police").limit(1)
    older = house.ask(lambda s: s.scalars(query.where(Tip.unit_key_id.not_in(in_use))).one())
    newer = house.ask(lambda s: s.scalars(query.where(Tip.unit_key_id.in_(in_use))).one())
    house.goto(page, f"/desk/tips/{older}")
    cleared(page).wait_for_selector("#tip[data-opened]")
    house.goto(page, f"/desk/tips/{newer}")
    cleared(page).wait_for_selector("text=您手里只有本单位的旧密钥")
    look(page, "tip-leaving")
    assert not page.locator("#tip[data-opened]").count()


def read_all(page, house):
    for reference in house.ask(lambda s: s.scalars(select(Tip.reference)).all()):
        house.goto(page, f"/desk/tips/{reference}")
        cleared(page).wait_for_selector("#tip[data-opened]")
        assert WHAT[:9] in page.inner_text("#opened")


def a_day_passes(live):
    """Write the overlap of the day before into keys.yml, and run what an operator runs."""
    config = live.config
    path = config.keys_path
    lines = read_lines(ROOT / "content", path)
    yesterday = today() - timedelta(days=1)
    aged = [
        type(line)(line.unit, line.fingerprint, line.retiring, line.overlap and yesterday)
        for line in lines
    ]
    replace_file(path, written(aged, source="tests", checked=today()))
    with live.app.app_context():
        key_lines.apply(db.session, config, {})
        db.session.commit()


def test_after_a_sudden_departure_tips_go_the_way_of_the_route(house, live, demo):
    admin, stays, upper = house.enter("admin"), house.enter("police-1"), house.enter("upper-1")
    house.send()
    begun_before = [house.form() for _ in range(2)]

    house.goto(admin, "/desk/admin/")
    admin.click("tr:has(th:text-is('police-2')) a:has-text('停用…')")
    look(admin, "suspend-sudden")
    admin.check("#sure")
    admin.click("button:text-is('停用')")
    admin.wait_for_url("**/desk/admin/suspended/*")
    assert "由「上一级承办组」收" in admin.inner_text("main")
    look(admin, "suspended-sudden")
    house.wait(admin, lambda: house.told()["resting"])

    # Whose page was told of the old key a moment ago is sealed anew, without a word of alarm.
    house.send(begun_before[0])
    house.send(begun_before[1], exclude=["station"])
    house.send_plainly()
    house.send(official="yes")
    fresh = house.form()
    assert "正在换锁，先由「上一级承办组」收" in fresh.page.inner_text("#stood-in")
    look(fresh.page, "form-resting")
    assert house.units() == {"police": 1, "upper": 3, "supervision": 1}

    # The unit's own pages say the same, and lead to the new key; until then nothing changes.
    house.goto(stays, "/desk/")
    stays.wait_for_url("**/desk/unit/renew")
    stays.wait_for_selector("#renew[data-ready]")
    stays.click("#begin")
    _halves, fingerprint = take_sheet(stays)
    house.send(fresh)
    assert house.units()["upper"] == 4
    assert house.step(admin) == "confirm"
    look(admin, "departure-sudden")
    confirm(upper, live, fingerprint)
    house.wait(admin, lambda: not house.told()["resting"])
    house.send()
    house.send(house.form())

    assert house.units() == {"police": 3, "upper": 4, "supervision": 1}
    stays.goto(f"{live.desk}/desk/")
    house.wait(stays, lambda: not house.ask(lambda s: count_on_old_keys(s, "police")))
