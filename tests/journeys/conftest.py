"""The people of the journeys: a reporter, a member of staff; and pictures of what they see."""

import pytest
from playwright.sync_api import expect

from admin.config import ROOT
from tests.signing_in import signed_in
from tests.unfolding import unfold

SCREENS = ROOT / "build" / "screens"
SIZES = {360: 780, 1280: 900}


@pytest.fixture
def picture():
    """Take a page's picture at 360 and 1280 px; they are looked at, not compared."""
    SCREENS.mkdir(parents=True, exist_ok=True)

    def take(page, name):
        before = page.viewport_size
        for width, height in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            page.screenshot(path=SCREENS / f"journey-{name}-{width}.png", full_page=True)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{name} scrolls sideways at {width} px"
        page.set_viewport_size(before)

    return take


STOPPED = "#error-summary :text('您写到了公职人员或村干部')"


class Reporter:
    """Somebody with a phone, with or without scripts."""

    def __init__(self, page, live):
        self.page, self.live = page, live

    def write_tip(self, *, press="#form button[type=submit]", **answers):
        """Fill in the form and send it; gives the receipt as it stands on the page."""
        self.page.goto(f"{self.live.public}/tip/")
        self.answer(**answers)
        self.page.click(press)
        # Words of an official and no answer about one: the form stops once and asks for a look.
        self.page.wait_for_selector(f"#receipt, {STOPPED}")
        if self.page.locator(STOPPED).count():
            self.page.click(press)
        self.page.wait_for_selector("#receipt")
        return self.receipt()

    def answer(self, **answers):
        """Fill in questions of the open form, the folded ones too."""
        unfold(self.page)
        for name, answer in answers.items():
            self._answer(name, answer)

    def _answer(self, name, answer):
        field = self.page.locator(f"[name={name}]")
        if isinstance(answer, list):
            for value in answer:
                self.page.check(f"[name={name}][value='{value}']")
        elif field.first.evaluate("node => node.type") == "radio":
            self.page.check(f"[name={name}][value='{answer}']")
        elif field.evaluate("node => node.tagName") == "SELECT":
            field.select_option(answer)
        else:
            field.fill(answer)

    def receipt(self):
        expect(self.page.locator("#receipt li")).to_have_count(6)
        return " ".join(self.page.locator("#receipt li").all_inner_texts())

    def copy_receipt(self):
        """Type the group that the page asks for."""
        groups = self.receipt().split()
        asked = int(self.page.locator("#group-hint").inner_text().split("第 ")[1][0])
        self.page.fill("#group", groups[asked - 1])
        self.page.click("text=我已抄好")
        self.page.wait_for_selector("#receipt", state="detached")

    def open_mailbox(self, receipt):
        self.page.goto(f"{self.live.public}/mailbox/")
        self.page.fill("#receipt", receipt)
        self.page.click("#open button[type=submit]")
        self.page.wait_for_selector("text=现在到哪一步")
        self.page.wait_for_load_state()


@pytest.fixture
def reporter(live, visit):
    """Make a reporter: `reporter(scripts=True)`."""

    def make(*, scripts):
        page = visit(java_script_enabled=scripts, viewport={"width": 360, "height": 780})
        return Reporter(page, live)

    return make


@pytest.fixture
def member(live, visit, demo):
    """Sign a demo member in: `member("police-1")` gives the page, at the queue."""

    def sign_in(name, enter=signed_in):
        return enter(visit(), live, demo[name])

    return sign_in
