"""The browser's Back button brings the form back as it was; what is added then is a supplement."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from admin.db import db
from admin.models import Message, Tip
from tests.live import ARGUMENTS, CHROMIUM

from .conftest import Reporter

pytestmark = pytest.mark.browser


@pytest.fixture
def page_with_memory(browser):
    """A page of a browser that keeps pages for Back; Playwright switches that off otherwise."""
    with_memory = browser.browser_type.launch(
        executable_path=CHROMIUM,
        args=ARGUMENTS,
        ignore_default_args=["--disable-back-forward-cache"],
    )
    yield with_memory.new_context(java_script_enabled=False).new_page()
    with_memory.close()


def count(live, model):
    with live.app.app_context():
        return db.reading.execute(select(func.count()).select_from(model)).scalar_one()


def test_back_add_a_sentence_and_send_is_one_tip_and_one_supplement(live, page_with_memory):
    reporter = Reporter(page_with_memory, live)
    receipt = reporter.write_tip(category="A4", what="有三个人拦车。", place="桥头")

    reporter.page.go_back(wait_until="commit")
    expect(reporter.page.locator("#what")).to_have_value("有三个人拦车。")
    reporter.page.fill("#what", "有三个人拦车。昨晚又来了。")
    reporter.page.click("#form button[type=submit]")
    reporter.page.wait_for_selector("text=补充的内容也收到了")

    assert reporter.receipt() == receipt
    assert (count(live, Tip), count(live, Message)) == (1, 1)


def test_reloading_the_result_shows_the_same_receipt(live, page_with_memory):
    reporter = Reporter(page_with_memory, live)
    receipt = reporter.write_tip(category="A4", what="有三个人拦车。", place="桥头")

    for _ in range(3):
        reporter.page.reload()
        assert reporter.receipt() == receipt
    assert count(live, Tip) == 1
