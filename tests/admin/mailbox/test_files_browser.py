"""Files with a letter: the mailbox seals, uploads and names them as the form does."""

import hashlib
import json

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update

from admin.db import db
from admin.models import Tip, UnitKey
from tests import evidence_files as evidence
from tests.admin.intake.seal.chosen import PAPER, PART, opened_files
from tests.admin.intake.seal.played import let_pass_until, play_mute
from tests.admin.intake.seal.writer import readable
from tests.axe import broken_rules
from tests.live import on_a_port

# The mailbox of these tests is served as in test_browser.
from .test_browser import address, visitor  # noqa: F401

pytestmark = pytest.mark.browser

WORDS = "这是昨晚拍的"


@pytest.fixture
def database_url(sqlite_url):
    """One database is enough here: what the browser does is the same on both."""
    return sqlite_url


@pytest.fixture
def environ(environ, bundles, site_folder):
    """A node that takes tips too: files go the same way for both."""
    return on_a_port(environ, bundles, site_folder)


@pytest.fixture
def mend(visitor):  # noqa: F811
    """Cut the line before a file's first part; gives what mends it. Asked for before `chosen`."""
    visitor.page.route(PART, lambda route: route.abort())
    return lambda: visitor.page.unroute(PART)


@pytest.fixture
def moved(app, reporter):
    """Let the tip's row name another unit. Asked for before `chosen`."""
    with app.app_context():
        key = db.session.scalars(select(UnitKey.id).where(UnitKey.unit_id == "trade")).one()
        db.session.execute(update(Tip).values(unit_id="trade", unit_key_id=key))
        db.session.commit()


@pytest.fixture
def chosen(visitor, reporter, tmp_path):  # noqa: F811
    """Open the mailbox, choose a photo and a paper, and decide to send the paper as it is."""
    photo, paper = tmp_path / "IMG_family.jpg", tmp_path / "b.pdf"
    photo.write_bytes(evidence.photo_with_gps())
    paper.write_bytes(PAPER)
    visitor.open(reporter.typed)
    visitor.page.set_input_files("#files", [str(photo), str(paper)])
    visitor.page.click("#files-list li:nth-child(2) [data-act=keep]")
    return visitor


def test_a_letter_brings_files_that_the_unit_opens(app, chosen, reporter):
    chosen.page.fill("#words", WORDS)
    assert chosen.page.evaluate("document.documentElement.scrollWidth") <= 360
    assert broken_rules(chosen.page) == []
    chosen.press("发给工作人员")
    chosen.sees("您补充的内容已收到。")
    chosen.sees("照片1.jpg 已清理，已保存。")
    chosen.sees("b.pdf 未能清理，照原样已保存。")

    letter = reporter.opened()[-1]
    body = json.loads(letter.body)
    assert (letter.kind, body["what"]) == ("message", WORDS)
    [(clean, pixels), (kept, bytes_)] = opened_files(app, body["files"])
    assert (clean.state, kept.state, bytes_) == ("cleaned", "kept", PAPER)
    assert hashlib.sha256(pixels).hexdigest() == clean.sha256
    assert readable(chosen.posted, [evidence.CANARY, "IMG_family", "b.pdf", WORDS]) == []
    assert chosen.complaints == []


def test_a_letter_with_files_does_not_follow_a_tip_whose_row_was_changed(moved, chosen, reporter):
    chosen.page.fill("#words", WORDS)
    for _press in range(2):
        chosen.press("发给工作人员")
        summary = chosen.page.locator("#error-summary")
        expect(summary).to_contain_text("您的线索像是被人挪了地方，这次没有发出去")

        expect(summary).to_contain_text("110")
        expect(chosen.page.locator("#words")).to_have_value(WORDS)
        expect(chosen.page.locator("#files-list li")).to_have_count(2)
        expect(chosen.page.locator("main .plain-offer:visible")).to_have_count(0)
    # The files lie at the server sealed; what opens them travels in the letter alone.
    assert [url for url, _body in chosen.posted if url.endswith("/mailbox/sealed")] == []
    assert readable(chosen.posted, [evidence.CANARY, "IMG_family", "b.pdf", WORDS]) == []
    assert reporter.tip().messages == []


@pytest.fixture
def mute(visitor, bundles):  # noqa: F811
    """Give the mailbox a worker of files that answers nothing. Asked for before `chosen`."""
    visitor.page.clock.install()
    play_mute(visitor.page, "files-worker.js", bundles)


def test_a_silent_worker_of_files_holds_no_letter_back(mute, visitor, reporter, app, tmp_path):  # noqa: F811
    paper = tmp_path / "b.pdf"
    paper.write_bytes(PAPER)
    visitor.open(reporter.typed)
    visitor.page.set_input_files("#files", str(paper))
    let_pass_until(visitor.page, visitor.page.locator("#files-list [data-act=keep]"))
    visitor.page.click("#files-list [data-act=keep]")
    visitor.page.fill("#words", WORDS)
    visitor.press("发给工作人员")
    told = "b.pdf 未能清理，照原样已保存。"
    let_pass_until(visitor.page, visitor.page.get_by_text(told))
    visitor.sees(told)

    body = json.loads(reporter.opened()[-1].body)
    assert body["what"] == WORDS
    assert opened_files(app, body["files"])[0][1] == PAPER


def test_files_alone_are_a_letter_too(app, chosen, reporter):
    chosen.press("发给工作人员")
    chosen.sees("b.pdf 未能清理，照原样已保存。")

    body = json.loads(reporter.opened()[-1].body)
    assert body["what"] == ""
    assert len(opened_files(app, body["files"])) == 2


def test_the_files_stay_chosen_while_something_else_is_looked_at(chosen):
    chosen.press("我想撤回")
    chosen.press("不了，回去看回复")

    expect(chosen.page.locator("#files-list li")).to_have_count(2)


def test_a_line_cut_under_a_letters_file_goes_on(app, mend, chosen, reporter):
    chosen.page.click("#files-list li:nth-child(2) [data-act=drop]")
    chosen.page.fill("#words", WORDS)
    chosen.press("发给工作人员")
    chosen.sees("文件还在传，传完就发出。")
    mend()
    chosen.sees("照片1.jpg 已清理，已保存。")

    body = json.loads(reporter.opened()[-1].body)
    assert len(opened_files(app, body["files"])) == 1


def test_who_is_in_danger_waits_for_no_file_and_loses_no_word(app, mend, chosen, reporter):
    chosen.page.fill("#words", WORDS)
    chosen.press("发给工作人员")
    chosen.sees("文件还在传，传完就发出。")
    assert not chosen.page.is_editable("#words")

    chosen.press("我有危险／被报复")
    expect(chosen.page.locator("#danger-words")).to_have_value(WORDS)
    chosen.press("告诉工作人员：我有危险")
    chosen.sees("已收到，已标为最急。请马上打 110。")
    assert WORDS in reporter.opened()[-1].body

    # The letter that was given up is not sent by itself; its files are, with the next.
    chosen.page.fill("#words", "照片也在")
    mend()
    chosen.press("发给工作人员")
    chosen.sees("您补充的内容已收到。")
    danger, letter = reporter.opened()
    assert (danger.kind, json.loads(letter.body)["what"]) == ("danger", "照片也在")
    assert len(opened_files(app, json.loads(letter.body)["files"])) == 2
    assert chosen.page.is_editable("#words")


def test_what_is_written_while_files_wait_for_a_withdrawal_stays(mend, chosen, reporter):
    chosen.page.fill("#words", WORDS)
    chosen.press("发给工作人员")
    chosen.sees("文件还在传，传完就发出。")

    chosen.press("我想撤回")
    chosen.press("不了，回去看回复")

    expect(chosen.page.locator("#words")).to_have_value(WORDS)
    assert chosen.page.is_editable("#words")
    assert chosen.page.is_enabled("#files")
    expect(chosen.page.locator("#files-list li")).to_have_count(2)


def kept(page):
    return page.evaluate("Object.keys(sessionStorage).filter((name) => name.includes('files'))")


def test_what_one_receipt_had_begun_is_neither_shown_nor_kept_under_another(
    chosen, reporter, other_reporter
):
    rows = chosen.page.locator("#files-list li")
    expect(rows.nth(1)).to_contain_text("传好了")
    chosen.open(reporter.typed)
    expect(rows).to_have_count(2)
    [name] = kept(chosen.page)
    assert name.rpartition(".")[2] in reporter.keys.lookup.hex()
    assert len(name.rpartition(".")[2]) == 4

    chosen.open(other_reporter.typed)
    chosen.page.focus("#files")
    chosen.page.wait_for_selector("#files-block[data-ready]")
    expect(chosen.page.locator("#files-promise")).to_be_visible()

    expect(rows).to_have_count(0)
    assert kept(chosen.page) == []
