"""One server and one signed-in member for all tests of a module: files need no other state."""

import shutil

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from admin.db import db
from admin.models import AuditEvent, Decision
from tests.admin.desk.files.files_made import put_file, with_files
from tests.axe import broken_rules
from tests.live import STILL, WAIT_MS, start_server
from tests.once import folder_of_run
from tests.signing_in import signed_in
from tests.support import WIDE_BUDGETS
from tests.tip_events import codes

PHONE = {"width": 360, "height": 780}


@pytest.fixture(scope="module")
def files_live(demo_store, bundles, site_folder, tmp_path_factory):
    """A running server on a copy of the demo's store."""
    data = tmp_path_factory.mktemp("files") / "live"
    shutil.copytree(demo_store[0], data)
    environ = {
        "DENGSHAO_DATA": str(data),
        "DENGSHAO_SITE": str(site_folder),
        "DENGSHAO_BUNDLES": str(bundles),
        **WIDE_BUDGETS,
    }
    server = start_server(environ, kept=folder_of_run(tmp_path_factory))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def member_page(files_live, browser, demo):
    context = browser.new_context(locale="zh-CN", viewport=PHONE, accept_downloads=True, **STILL)
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    signed_in(page, files_live, demo["police-1"])
    yield page
    context.close()


@pytest.fixture
def page(member_page):
    """A member's page that fails the test when its scripts or its headers' policy complain."""
    complaints = []

    def on_error(error):
        complaints.append(str(error))

    def on_console(said):
        if "Refused" in said.text or "violates" in said.text:
            complaints.append(said.text)

    member_page.on("pageerror", on_error)
    member_page.on("console", on_console)
    member_page.set_viewport_size(PHONE)
    yield member_page
    member_page.remove_listener("pageerror", on_error)
    member_page.remove_listener("console", on_console)
    assert complaints == []


@pytest.fixture
def show(page, files_live):
    """Open a tip's page."""

    def shown(tip):
        page.goto(f"{files_live.desk}/desk/tips/{tip.reference}")
        page.wait_for_selector("#tip[data-opened]")

    return shown


@pytest.fixture
def lines(files_live):
    """The history's reasons of a tip, and the audit lines about it: act, by, detail."""

    def read(tip):
        with files_live.app.app_context():
            steps = codes(db.reading, Decision.tip_id == tip.id)
            audit = (
                select(AuditEvent.act, AuditEvent.by, AuditEvent.detail)
                .where(AuditEvent.reference == tip.reference)
                .order_by(AuditEvent.number)
            )
            return steps, [tuple(row) for row in db.reading.execute(audit)]

    return read


@pytest.fixture
def tip_of(sealed_tip, files_live):
    """Store a tip with files of these kinds: (data, name, type, state)."""

    def make(*files):
        entries = [
            put_file(files_live.app, data, name=name, type=kind, state=state)
            for data, name, kind, state in files
        ]
        return with_files(sealed_tip, files_live.app, entries), entries

    return make


def row_of(page, number):
    return page.locator(f".files__one:nth-child({number})")


def press(page, number, word):
    """By keyboard: a click soon after rows moved lands in the frame that lay there before."""
    button = row_of(page, number).get_by_role("button", name=word, exact=True)
    expect(button).to_be_visible()
    expect(button).to_be_enabled()
    button.press("Enter")


def said(page, number):
    """Wait for what a row says in the end."""
    place = row_of(page, number).locator(".files__said:not([hidden])")
    place.wait_for()
    return place.inner_text()


def shown_frame(page, number):
    """Wait until a row's frame shows something; gives the frame."""
    row_of(page, number).get_by_role("button", name="关闭", exact=True).wait_for()
    handle = row_of(page, number).locator("iframe").element_handle()
    return handle.content_frame()


def faults(page):
    return broken_rules(page)
