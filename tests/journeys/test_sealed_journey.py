"""A tip sealed in the reporter's browser: no word of it is readable on the way or at the server."""

import os
import sqlite3
import time
from contextlib import closing
from urllib.parse import unquote_plus

import pytest

from admin.sealing import receipt
from admin.sealing.seen import open_seen
from tests.canary import find_marks, spellings, written_since
from tests.signing_in import signed_in
from tests.unfolding import unfold

from .conftest import Reporter
from .served import start
from .test_main_journey import open_tip

pytestmark = pytest.mark.browser

MARKS = {
    "the words of the tip": "暗渠边的第七棵黄皮树",
    "the words about people": "绰号铁算盘的跛脚人",
    "the place": "晒谷场旧石碾背后",
    "the contact": "微信号落日红灯笼",
    "words added later": "补写一句门朝南的土屋",
    "the staff's question": "请问旧石碾旁边的门朝哪开",
    "the reporter's answer": "那扇门上有褪色的年画",
}


class Line:
    """Hears all that a browser sends: addresses, headers and bodies."""

    def __init__(self, page):
        self.heard = []
        page.context.on("request", self._hear)

    def _hear(self, request):
        head = "\n".join(f"{name}: {value}" for name, value in request.headers.items())
        self.heard.append(f"{request.url}\n{head}\n{request.post_data or ''}")

    def readable(self, marks):
        text = "\n".join(self.heard)
        data = f"{text}\n{unquote_plus(text)}".encode()
        return [
            (name, how)
            for name, mark in marks.items()
            for how, spelt in spellings(mark).items()
            if spelt in data or spelt in data.lower()
        ]


def receipt_marks(digits):
    return {
        "the receipt": digits,
        "the receipt in groups": receipt.grouped(digits),
        "the receipt without its check digits": receipt.check(digits),
        "half of the receipt": digits[:18],
    }


def shown(thread, mark):
    return f"{thread} :text('{MARKS[mark]}')"


def write_with_a_broken_line(reporter):
    """Send, lose the answer, add a sentence, send again; gives the receipt's digits."""
    page = reporter.page

    def lose_the_answer(route):
        route.fetch()
        route.abort()

    page.route("**/tip/sealed", lose_the_answer, times=1)
    page.goto(f"{reporter.live.public}/tip/")
    unfold(page)
    page.select_option("#category", "A2")
    page.fill("#what", MARKS["the words of the tip"])
    page.fill("#place", MARKS["the place"])
    page.fill("#who", MARKS["the words about people"])
    page.check("[name=exclude][value=market]")
    page.check("[name=official][value=no]")
    page.click("#contact-block summary")
    page.fill("#contact", MARKS["the contact"])
    page.click("#form [type=submit]:visible")
    page.wait_for_selector("text=网络断了，字都在")
    page.fill("#harm", MARKS["words added later"])
    page.click("#form [type=submit]:visible")
    page.wait_for_selector("text=补充的内容也收到了。")
    return reporter.receipt().replace(" ", "")


def seen_at(data, digits):
    """Open what the only tip's reporter has seen."""
    with closing(sqlite3.connect(data / "dengshao.sqlite3")) as store:
        [site_id] = store.execute("SELECT value FROM setting WHERE name = 'site_id'").fetchone()
        [[reference, box]] = store.execute(
            "SELECT reference, seen FROM tip WHERE seen IS NOT NULL"
        ).fetchall()
    return open_seen(receipt.derive(receipt.check(digits), site_id).talk, reference, box)


def test_no_word_is_readable_on_the_way_and_none_in_anything_that_was_written(
    tmp_path, demo_store, bundles, site_folder, visit, picture
):
    served = start(tmp_path, bundles=bundles, site=site_folder, store=demo_store[0])
    try:
        member = served.members()["police-1"]
        os.truncate(served.log, 0)
        time.sleep(0.05)
        began = time.time_ns()
        reporter = Reporter(visit(viewport={"width": 360, "height": 780}), served)
        line = Line(reporter.page)

        digits = write_with_a_broken_line(reporter)
        picture(reporter.page, "sealed-receipt")
        reporter.copy_receipt()
        picture(reporter.page, "sealed-copied")
        # The unit reads the tip and what was added, and asks.
        desk = signed_in(visit(), served, member)
        line_of_desk = Line(desk)
        address = open_tip(desk, MARKS["the words of the tip"])
        desk.wait_for_selector(shown("#thread", "words added later"))
        assert MARKS["the place"] in desk.inner_text("#opened")
        assert MARKS["the contact"] not in desk.inner_text("main")
        desk.fill("#body", MARKS["the staff's question"])
        desk.check("#message input[name=ask][value=yes]")
        desk.click("#message button:has-text('加密并发出')")
        desk.wait_for_selector(shown("#thread", "the staff's question"))
        # The reporter comes back with the receipt and answers.
        reporter.open_mailbox(receipt.grouped(digits))
        with reporter.page.expect_response("**/mailbox/seen"):
            reporter.page.wait_for_selector(shown(".thread", "the staff's question"))
        reporter.page.fill("#letter textarea", MARKS["the reporter's answer"])
        reporter.page.click("#letter button:has-text('发给工作人员')")
        reporter.page.wait_for_selector("text=您补充的内容已收到。")
        desk.goto(f"{served.desk}{address}")
        desk.wait_for_selector(shown("#thread", "the reporter's answer"))

        marks = MARKS | receipt_marks(digits)
        found = find_marks(list(written_since(served.folders, began)), marks)
    finally:
        served.stop()

    found += find_marks(written_since(served.folders, began), marks)
    assert found == []
    # What the reporter saw was written at the stop: the supplement is the first message.
    assert seen_at(served.data, digits).number == 2
    assert line.readable(marks) == []
    assert line_of_desk.readable(marks) == []
    covers = [one for one in line.heard if "/tip/sealed\n" in one]
    assert len(covers) == 1
    assert not [word for word in ('"A2"', "market", "exclude") if word in covers[0]]


def test_the_same_ear_hears_every_word_that_goes_the_plain_way(live, visit):
    page = visit()
    page.add_init_script("delete window.BigInt")
    line = Line(page)

    Reporter(page, live).write_tip(
        press="[data-plain]",
        category="A2",
        what=MARKS["the words of the tip"],
        place=MARKS["the place"],
    )

    heard = {name for name, _how in line.readable(MARKS)}
    assert heard == {"the words of the tip", "the place"}
