"""People at their machines: Chromium on the stranger's network, and what each keeps on paper."""

import time
from contextlib import contextmanager
from types import SimpleNamespace

import click
import pyotp
from playwright.sync_api import sync_playwright

from tests.admin.setup.answered import DESK, PUBLIC
from tests.journeys.ceremony import PASSPHRASE, Journey
from tests.live import HEADLESS, STILL, WAIT_MS
from tests.signing_in import type_secrets
from tests.stranger.machine import FOLDER

SCREENS = FOLDER / "screens"
# What a district's name server does.
_NAMES = f"--host-resolver-rules=MAP {PUBLIC} 127.0.0.1, MAP {DESK} 127.0.0.1"
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", _NAMES]


def place(machine):
    """Give what the journeys of tests/journeys ask of an installation."""
    return SimpleNamespace(
        public=f"https://{PUBLIC}",
        desk=f"https://{DESK}",
        config=SimpleNamespace(data=machine.root / "var/lib/dengshao"),
    )


@contextmanager
def visiting(machine):
    """Open pages as `visit` of tests/live does, each in a browser of its own."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    pages, refused = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_browser(machine), args=_FLAGS)

        def visit(**options):
            # The certificates were made a moment ago, and nobody vouches for them.
            context = browser.new_context(
                locale="zh-CN", ignore_https_errors=True, **(STILL | options)
            )
            context.set_default_timeout(WAIT_MS)
            page = context.new_page()
            page.on("response", lambda answer: refused.append(answer) if not answer.ok else None)
            page.on("requestfailed", lambda asked: refused.append(asked))
            pages.append(page)
            return page

        try:
            yield visit
        except Exception:
            # What each of them saw at last, and what was refused on the way.
            for number, page in enumerate(pages):
                picture(page, f"failed-{number}")
            click.echo("\n".join(map(repr, refused)))
            raise
        browser.close()


def _browser(machine):
    """Write the program that starts Chromium where the machine's network is, and no other."""
    path = FOLDER / "chromium"
    entered = " ".join(str(word) for word in machine.inside(files=False))
    path.write_text(f'#!/bin/sh\nexec {entered} {HEADLESS} "$@"\n')
    path.chmod(0o755)
    return path


def picture(page, name):
    """Take the page's picture, to be looked at."""
    page.screenshot(path=SCREENS / f"{name}.png", full_page=True)


class Phone:
    """What shows a member six digits: never the same ones twice, as the desk takes none twice."""

    def __init__(self, secret):
        self._totp, self._shown = pyotp.TOTP(secret.replace(" ", "")), 0.0

    def digits(self):
        self._shown = max(self._shown + 30, time.time())
        # One step ahead of the clock is taken, two are not.
        time.sleep(max(0, self._shown - time.time() - 29))
        return self._totp.at(self._shown)


class WithPhones(Journey):
    """The ceremony as production has it: whoever makes an account sets up a second factor."""

    def __init__(self, machine, visit):
        super().__init__(place(machine), visit, picture)
        self.cards = {}

    def make_account(self, person, name):
        super().make_account(person, name)
        page = person.page
        person.click("#start-totp")
        page.wait_for_selector("#totp:visible")
        phone = Phone(page.inner_text("#totp-secret"))
        person.fill("#totp-digits", phone.digits())
        page.press("#totp-digits", "Enter")
        page.wait_for_selector("#second-codes:visible")
        self.look(person, f"{name}-codes")
        person.click("#codes-kept")
        self.cards[person.name] = SimpleNamespace(
            name=person.name, code=person.code, passphrase=PASSPHRASE, phone=phone
        )


def sign_in(page, machine, card):
    """Sign in at the desk with what a member holds; gives the page."""
    type_secrets(page, place(machine), card)
    page.wait_for_selector("#second-code:visible")
    page.fill("#second-digits", card.phone.digits())
    page.press("#second-digits", "Enter")
    page.wait_for_url("**/desk/")
    return page
