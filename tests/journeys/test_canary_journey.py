"""Nothing that a person wrote stands in clear in anything that the server wrote."""

import os
import re
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.canary import find_marks, written_since
from tests.signing_in import signed_in
from tests.unfolding import unfold

from .conftest import Reporter
from .served import start
from .test_main_journey import open_tip

pytestmark = pytest.mark.browser

MARKS = {
    "the words of the tip": "暗渠边的第七棵黄皮树",
    "the words about people": "绰号铁算盘的跛脚人",
    "words added later": "补写一句晒谷场的旧石碾",
    "the staff's question": "请问旧石碾旁边的门朝哪开",
    "the reporter's answer": "门朝南挂着褪色红灯笼",
    "words about danger": "有人往我家窗台放了弹壳",
}


def receipt_marks(receipt):
    digits = receipt.replace(" ", "")
    plain = "".join(digits[i : i + 5] for i in range(0, 36, 6))
    return {
        "the receipt": digits,
        "the receipt in groups": receipt,
        "the receipt with dashes": receipt.replace(" ", "-"),
        "the receipt without its check digits": plain,
        "half of the receipt": digits[:18],
    }


def member_marks(member):
    code = member.code.replace("-", "")
    return {
        "the passphrase": member.passphrase,
        "the member code": member.code,
        "the member code without dashes": code,
        "half of the member code": code[:13],
    }


def send_tip(visit, served):
    """Send a tip, wrong once, then with more words; gives the reporter and the receipt."""
    reporter = Reporter(visit(java_script_enabled=False), served)
    reporter.page.goto(f"{served.public}/tip/")
    reporter.page.fill("#what", MARKS["the words of the tip"])
    reporter.page.click("#form button[type=submit]")
    reporter.page.wait_for_selector("#error-summary")
    unfold(reporter.page)
    reporter.page.select_option("#category", "A2")
    reporter.page.fill("#place", "市场")
    reporter.page.fill("#who", MARKS["the words about people"])
    token = reporter.page.input_value("[name=token]")
    reporter.page.click("#form button[type=submit]")
    reporter.page.wait_for_selector("#receipt")
    receipt = reporter.receipt()
    # As a browser does that kept the page before: the same form once more, with other words.
    form = {"token": token, "category": "A2", "place": "市场", "what": MARKS["words added later"]}
    again = reporter.page.request.post(f"{served.public}/tip/sent", form=form)
    assert receipt.split()[0] in re.sub("<[^>]+>", "", again.text())
    return reporter, receipt


def wait_for_message(desk, words):
    desk.wait_for_selector(f"#thread :text('{words}')")


def talk(visit, served, reporter, receipt, member):
    """Ask from the desk, answer with and without scripts, tell of danger."""
    desk = signed_in(visit(), served, member)
    address = open_tip(desk, MARKS["the words of the tip"])
    desk.fill("#body", MARKS["the staff's question"])
    desk.check("#message input[name=ask][value=yes]")
    desk.click("#message button:has-text('加密并发出')")
    wait_for_message(desk, MARKS["the staff's question"])
    reporter.copy_receipt()
    reporter.open_mailbox(receipt)
    assert MARKS["the staff's question"] in reporter.page.inner_text("main")
    reporter.page.fill("#letter textarea", MARKS["the reporter's answer"])
    reporter.page.click("#letter button:has-text('发给工作人员')")
    reporter.page.wait_for_selector("text=您补充的内容已收到。")
    scripted = Reporter(visit(), served)
    scripted.open_mailbox(receipt)
    scripted.page.wait_for_selector(".message--staff")
    scripted.page.click("[data-act=danger]")
    scripted.page.fill("[data-act=confirm-danger] textarea", MARKS["words about danger"])
    scripted.page.click("[data-act=confirm-danger] button.button--danger")
    scripted.page.wait_for_selector("text=现在到哪一步")
    desk.goto(f"{served.desk}{address}")
    wait_for_message(desk, MARKS["words about danger"])
    assert MARKS["the reporter's answer"] in desk.inner_text("#thread")
    return desk


def test_after_the_whole_journey_no_mark_is_found_in_anything_that_was_written(
    tmp_path, demo_store, bundles, site_folder, visit
):
    served = start(tmp_path, bundles=bundles, site=site_folder, store=demo_store[0])
    try:
        member = served.members()["police-1"]
        # What the demo wrote down and printed before is its own business: from here on nothing
        # may appear. The log is appended to, so a late line would bring the sign-ins back in.
        os.truncate(served.log, 0)
        time.sleep(0.05)
        began = time.time_ns()

        reporter, receipt = send_tip(visit, served)
        desk = talk(visit, served, reporter, receipt, member)
        marks = MARKS | receipt_marks(receipt) | member_marks(member)
        # While it runs, with the journal still there; then a sign-out and a stop.
        running = list(written_since(served.folders, began))
        found = find_marks(running, marks)
        desk.click("#desk-sign-out button")
    finally:
        served.stop()

    written = list(written_since(served.folders, began))
    found += find_marks(written, marks)
    for path in written_since(memory_folders(), began):
        with suppress(FileNotFoundError):  # Of a test beside this one
            found += find_marks([path], marks)
    assert found == []
    names = {path.name for path in running}
    assert {"dengshao.sqlite3-wal"} <= names, names
    assert {"dengshao.sqlite3"} <= {path.name for path in written}


def memory_folders():
    """Folders in memory where a server could leave files too."""
    return [folder for folder in (Path("/dev/shm"), Path("/var/tmp")) if folder.is_dir()]


def test_with_sealing_switched_off_the_same_search_finds_the_words(
    tmp_path, demo_store, bundles, site_folder, visit
):
    # The demo's own keys were made with sealing.
    served = start(
        tmp_path,
        bundles=bundles,
        site=site_folder,
        store=demo_store[0],
        command=[sys.executable, str(Path(__file__).with_name("unsealed_server.py"))],
        arguments=["serve"],
    )
    try:
        began = time.time_ns()
        send_tip(visit, served)
        found = find_marks(written_since(served.folders, began), MARKS)
    finally:
        served.stop()

    for name in ("the words of the tip", "the words about people", "words added later"):
        assert any(line.startswith(name) for line in found), name
