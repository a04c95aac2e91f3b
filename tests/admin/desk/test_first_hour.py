"""A duty officer's first hour in Chromium: each act with its presses and fields counted.

A press is a click or a key that acts; a choice from a list takes two. `BEFORE` is what the same
acts took at 721c543, by the same count; where an act takes more now, `WHY` says for whose safety.
"""

from collections import Counter

import pytest

from admin.tip.urgency import Urgency
from tests.signing_in import signed_in

pytestmark = pytest.mark.browser

WHAT = "桥头有人设卡，货车过路要收五十元，不给就不让走。"
SAME = "每天下午几个人在桥头设卡，过路货车收五十元，不给不让走。"
# How many rows the header's menu takes.
ROWS = """new Set([...document.querySelectorAll(".desk-bar li")].map(
  (one) => Math.round(one.getBoundingClientRect().top))).size"""
# Presses, and fields filled in.
BEFORE = {
    "open": (1, 0),
    "claim": (1, 0),
    "label": (3, 0),
    "grade": (5, 0),
    "ask": (4, 0),
    "note": (1, 1),
    "refer": (5, 0),
    "close": (5, 0),
    "claim five": (7, 0),
    "link and merge": (3, 0),
    "enter a call": (5, 2),
}
NOW = BEFORE | {"open": (2, 0), "grade": (3, 0), "ask": (3, 0), "take up": (5, 0), "refer": (6, 2)}
WHY = {
    "open": "whoever opens a tip for the first time says that they have no part in it",
    "refer": "a package leaves now, struck of what tells of its reporter and read by who sends it",
}


class Hour:
    """A page whose presses and fields are counted for the act that is done."""

    def __init__(self, page):
        self.page, self.act = page, ""
        self.presses, self.fields = Counter(), Counter()

    def press(self, selector):
        self.presses[self.act] += 1
        self.page.click(selector)

    def key(self, name):
        self.presses[self.act] += 1
        self.page.keyboard.press(name)

    def choose(self, selector, value):
        self.presses[self.act] += 2
        self.page.select_option(selector, value)

    def write(self, selector, words):
        self.fields[self.act] += 1
        self.page.fill(selector, words)

    def table(self):
        acts = {*self.presses, *self.fields}
        return {act: (self.presses[act], self.fields[act]) for act in acts}


@pytest.fixture
def hour(live, visit, demo):
    return Hour(signed_in(visit(viewport={"width": 1280, "height": 900}), live, demo["police-1"]))


def test_each_act_takes_no_more_presses_than_before_but_for_safety(hour, live, sealed_tip):
    page = hour.page
    tips = [sealed_tip(live.app, urgency=Urgency.P2, what=WHAT, is_clear=False)]
    tips += [sealed_tip(live.app, urgency=Urgency.P2, what=SAME) for _ in range(2)]
    five = [sealed_tip(live.app, urgency=Urgency.P1) for _ in range(5)]
    page.goto(f"{live.desk}/desk/")
    page.wait_for_selector("[data-row]")
    assert page.evaluate(ROWS) == 1

    hour.act = "open"
    hour.press(f"[data-row='{tips[0].reference}'] .queue__reference a")
    page.wait_for_selector("#clear-no:focus")
    hour.key("Enter")
    page.wait_for_selector("#tip[data-opened]")

    hour.act = "claim"
    hour.press("#acts button:text-is('领办')")
    page.wait_for_selector("#acts button:text-is('放回队列')")
    page.wait_for_selector("#tip[data-opened]")

    hour.act = "label"
    hour.press("[aria-controls=labels-panel]")
    hour.press("label[for=label-on_site]")
    hour.press("#labels button")
    page.wait_for_selector(".history__list:has-text('标记')")
    page.wait_for_selector("#tip[data-opened]")

    hour.act = "grade"
    hour.press("#to-grading")
    hour.press("label:has([name=information][value=seen])")
    hour.press("#grading button")
    page.wait_for_selector("#graded:has-text('亲眼所见')")

    hour.act = "ask"
    hour.press(".ready summary:has-text('现成的问题')")
    hour.press("[data-question] >> nth=0")
    hour.press("#message button:text-is('加密并发出')")
    page.wait_for_selector("#thread:has-text('第 1 条')")
    page.wait_for_selector("#tip[data-opened]")

    hour.act = "note"
    hour.write("#note-body", "已经报值班领导。")
    hour.press("#note button")
    page.wait_for_selector(".notes__one:has-text('已经报值班领导。')")

    hour.act = "take up"
    decide(hour, "accepted", "in_scope")
    page.wait_for_selector("[data-cover=status]:has-text('已受理')")
    page.wait_for_selector("#tip[data-opened]")
    hour.act = "refer"
    refer(hour)

    page.goto(f"{live.desk}/desk/tips/{tips[1].reference}")
    page.wait_for_selector("#tip[data-opened]")
    hour.act = "close"
    decide(hour, "closed", "known")
    page.wait_for_selector("[data-cover=status]:has-text('已办结')")

    page.goto(f"{live.desk}/desk/tips/{tips[2].reference}")
    page.wait_for_selector(f"#alike:has-text('{tips[0].reference}')")
    hour.act = "link and merge"
    hour.press("#alike button")
    hour.press(".links__acts summary")
    hour.press(".links__acts form[action$=merge] button")
    page.wait_for_selector("[data-cover=status]:has-text('已办结')")

    page.goto(f"{live.desk}/desk/?lane=today")
    hour.act = "claim five"
    for tip in five:
        hour.press(f"[data-row='{tip.reference}'] [name=tip]")
    hour.press("#choose-bar button")
    hour.press("#do-it")
    page.wait_for_selector("text=做好了 5 条")

    hour.act = "enter a call"
    hour.press("nav a:text-is('代录')")
    page.wait_for_selector("#enter[data-ready]")
    hour.press("label:has([name=channel][value=phone])")
    hour.choose("#category", "A4")
    hour.write("#what", WHAT)
    hour.write("#place", "甲村桥头")
    hour.press("#form button[type=submit]")
    page.wait_for_selector("#slip:not([hidden])")

    found = hour.table()
    assert found == NOW
    more = {
        act for act, (presses, _fields) in found.items() if presses > BEFORE.get(act, (presses,))[0]
    }
    assert more == WHY.keys()


def refer(hour):
    """Make a package for an organ outside, which leaves; before, 转办 was a word in the cover."""
    page = hour.page
    hour.press("#to-referral")
    page.wait_for_selector("#referral[data-opened]")
    organs = page.locator("#organ option").evaluate_all("all => all.map((one) => one.value)")
    hour.choose("#organ", next(filter(None, organs)))
    body = page.input_value("#letter-body")
    hour.write("#letter-body", body.replace("（是否适用，待核实）", ""))
    hour.write("#letter-reply", "示例县示例路 9 号")
    hour.press("#strike-all")
    hour.press("#read-whole")
    hour.press("#referral-go")
    page.wait_for_selector("#referral-passphrase")


def decide(hour, move, reason):
    hour.press("[aria-controls=decision]")
    hour.press(f"#decision label:has([name=move_to][value={move}])")
    hour.choose("#decision select[name=reason]", reason)
    hour.press("#decision button:has-text('确认决定')")
