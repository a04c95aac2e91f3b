"""第一条线索：举报人写，单位看、问，举报人凭查询码再来答

Sealed in the reporter's Chromium, opened in a member's; what came and went is read on both sides.
"""

from tests.journeys.conftest import Reporter
from tests.journeys.test_main_journey import open_tip
from tests.stranger.people import picture, place, sign_in, visiting

WORDS = "村口的桥头，每晚有三个人拦车收钱，不给就不让过。"
ASKED = "您说的是哪一天晚上开始的？"
ANSWERED = "上个月十五以后，天天晚上都有。"
TIP = {"category": "A4", "what": WORDS, "place": "甲村村口桥头", "when": "ongoing"}
PHONE = {"viewport": {"width": 360, "height": 780}}


def walk(machine):
    it_comes_and_is_answered(machine)
    machine.run("runuser -u postgres -- psql -qc CHECKPOINT dengshao")
    it_is_nowhere_in_clear(machine)


def it_comes_and_is_answered(machine):
    with visiting(machine) as visit:
        reporter = Reporter(visit(**PHONE), place(machine))
        machine.papers["receipt"] = reporter.write_tip(**TIP, official="no", answer="yes")
        picture(reporter.page, "receipt")
        reporter.copy_receipt()
        desk = sign_in(visit(), machine, machine.papers["head"])
        ask(desk)
        answer(reporter, machine.papers["receipt"])
        desk.reload()
        desk.wait_for_selector(f"#thread :text('{ANSWERED}')")
        picture(desk, "answered")


def ask(desk):
    open_tip(desk, WORDS)
    desk.click("#acts button:has-text('领办')")
    desk.wait_for_selector("text=放回队列")
    desk.wait_for_selector("#message:not([hidden])")
    desk.fill("#body", ASKED)
    desk.check("#message input[name=ask][value=yes]")
    desk.click("#message button:has-text('加密并发出')")
    desk.wait_for_selector(f"#thread :text('{ASKED}')")


def answer(reporter, receipt):
    reporter.open_mailbox(receipt)
    reporter.page.wait_for_selector(f".thread :text('{ASKED}')")
    reporter.page.fill("#letter textarea", ANSWERED)
    reporter.page.click("#letter button[type=submit]:has-text('发给工作人员')")
    reporter.page.wait_for_selector(".message--reporter")


def it_is_nowhere_in_clear(machine):
    """Search the machine's disk, its journal and its database's files for what was typed."""
    for words in (WORDS[:12], ASKED[:8], ANSWERED[:8], machine.papers["receipt"].split()[0]):
        machine.run(f"! grep -rqsF -e '{words}' /var /etc /srv /tmp /run/log", says="")
