"""The first people of a unit, each at their own machine; what they do is counted.

A model says how long it takes people: what it counts for a field, a press, a sheet, and what is
said stands below. By the same model the ceremony took twice as long before (decision 67).
"""

import re
from collections import Counter
from dataclasses import dataclass, field

from playwright.sync_api import Error, expect

from tests.axe import violations

from .conftest import SCREENS

PASSPHRASE = "qiao-tou-de-lao-huai-shu"
SPOKEN = re.compile(r"(\d{4} ){7}\d{4}")

SECONDS = {
    "click": 8,  # with reading what stands around it
    "field": 10,  # a name, a passphrase, a last group; what is heard is counted as spoken
    "code": 40,  # 26 characters off the card
    "link": 20,  # copied, pasted, sent
    "sheet": 45,  # printed, fetched, put where it belongs
    "call": 45,  # dialled, greeted, said who it is
    "said": 2,  # each character that one says and another types
}
"""What each costs people, in seconds."""


@dataclass
class Count:
    """What people did so far."""

    done: Counter = field(default_factory=Counter)
    people: set = field(default_factory=set)

    def add(self, what, number=1):
        self.done[what] += number

    def heard(self, text, *, is_new_call=True):
        """Count a call, and what is said in it."""
        self.add("call", int(is_new_call))
        self.add("said", len(text.replace(" ", "")))

    @property
    def fields(self):
        return self.done["field"] + self.done["code"]

    @property
    def minutes(self):
        return sum(SECONDS[what] * number for what, number in self.done.items()) / 60


def load_again(page):
    """Load a page anew, which may be doing so by itself: it follows whose turn it is."""
    for attempt in (1, 2, 3):
        try:
            page.reload()
            return
        except Error as error:
            if attempt == 3 or not re.search("Not attached|interrupted|aborted", error.message):
                raise
            page.wait_for_load_state()


class Person:
    """One person: a browser of their own, what stands on their card, and each thing they do."""

    def __init__(self, page, name, count):
        self.page, self.name, self.code, self._count = page, name, "", count
        count.people.add(name)

    def fill(self, selector, text, kind="field"):
        self._count.add(kind)
        self.page.fill(selector, text)

    def choose(self, selector, value):
        self._count.add("field")
        self.page.select_option(selector, value)

    def click(self, selector):
        self._count.add("click")
        self.page.click(selector)

    def hear(self, selector, text, *, is_new_call=True):
        """Type what another one says."""
        self._count.heard(text, is_new_call=is_new_call)
        self.fill(selector, text)

    def open(self, link):
        """Open a link that was sent."""
        self._count.add("link")
        self.page.goto(link)
        # Where only the part behind the "#" is new, the page loads itself anew.
        expect(self.page).not_to_have_url(re.compile("#"))
        self.page.wait_for_selector("#first:visible")

    def take_sheets(self, name, sheets):
        """Print the page to a PDF, which is looked at, and has so many sheets."""
        self._count.add("sheet", sheets)
        pdf = self.page.pdf(path=SCREENS / f"{name}.pdf", format="A5")
        assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == sheets


class Journey:
    """What people do one after another."""

    def __init__(self, live, visit, picture):
        self.live, self.visit, self._picture = live, visit, picture
        self.faults, self.count = [], Count()

    def person(self, name):
        page = self.visit(viewport={"width": 1280, "height": 900})
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda said: self._heard(said.text))
        return Person(page, name, self.count)

    def _heard(self, text):
        if "Refused" in text or "Content Security" in text:
            self.faults.append(text)

    def look(self, person, name):
        """Take the page's pictures and ask axe."""
        person.page.wait_for_load_state()
        self._picture(person.page, name)
        found = violations(person.page)
        self.faults += [f"{name}: {rule} {nodes[0]}" for rule, nodes in found]

    def set_up(self, person):
        """Open the link that lies on the server, and make the first administrator."""
        _code, link = (self.live.config.data / "setup-code").read_text().split()
        person.page.goto(link)
        person.page.wait_for_selector("#first:visible")
        self.look(person, "setup")
        person.fill("#name", person.name)
        person.click("#first button[type=submit]")
        person.page.wait_for_selector("#choose:visible")
        self.make_account(person, "setup")
        person.page.wait_for_url("**/desk/admin/")
        assert not (self.live.config.data / "setup-code").exists()

    def open_unit(self, admin, unit, head, second):
        """Invite a unit's first two; gives the links of the head, of who is behind, and of both."""
        admin.choose("#opened", unit)
        admin.fill("#head", head)
        admin.fill("#second", second)
        admin.click("text=做两份邀请")
        links = [admin.page.inner_text(f"#{name}") for name in ("link", "head-link", "second-link")]
        self.look(admin, "invite-links")
        for name in ("link", "head-link", "second-link"):
            admin.click(f"[data-copy={name}]")
        return links

    def invite(self, admin, name, roles, unit="police"):
        """Give the link of one more member."""
        page = admin.page
        page.goto(f"{self.live.desk}/desk/admin/")
        page.fill("#name", name)
        page.select_option("#unit", unit)
        for role in roles:
            page.check(f"[name=roles][value={role}]")
        page.click("text=做一份邀请")
        return page.inner_text("#link")

    def back(self, person, link):
        """Behind an invitation: see who is asked for, agree, and get the code to speak."""
        person.open(link)
        self.look(person, "head")
        person.fill("#name", person.name)
        person.click("#first button[type=submit]")
        expect(person.page.locator("#spoken")).to_have_text(re.compile(r"^\d{4} \d{4}$"))
        return person.page.inner_text("#spoken")

    def join(self, person, link, spoken, name="join", speaker=None):
        """Join by what was spoken; the speaker hears in the same call what is read back."""
        person.open(link)
        self.look(person, f"{name}-first")
        person.hear("#code", spoken)
        person.click("#first button[type=submit]")
        person.page.wait_for_selector("#choose:visible")
        if speaker:
            said = person.page.inner_text("#my-print")
            speaker.hear("form.heard input", said, is_new_call=False)
            speaker.click("form.heard button")
            expect(speaker.page.locator("form.heard [role=status]")).to_contain_text("记下了")
        self.make_account(person, name)
        person.page.wait_for_url("**/desk/unit/")
        person.page.wait_for_selector("#unit[data-ready=yes]")

    def make_account(self, person, name):
        """From the passphrase to the card in the hand, and in."""
        page = person.page
        person.fill("#passphrase", PASSPHRASE)
        self.look(person, f"{name}-passphrase")
        person.click("#choose button[type=submit]")
        expect(page.locator("#card")).to_be_visible()
        person.code = page.inner_text("#card-code")
        self.look(person, f"{name}-card")
        person.click("#print")
        person.take_sheets(f"{name}-card", 1)
        person.fill("#group", person.code.split("-")[-1])
        person.fill("#again", PASSPHRASE)
        person.click("#copied button[type=submit]")

    def make_unit_key(self, head):
        """Make the unit's key, and two sheets of paper."""
        page = head.page
        head.click("#make-key")
        page.wait_for_selector("#halves:visible")
        self.look(head, "unit-halves")
        head.click("#print")
        head.take_sheets("recovery-sheet", 2)
        for n in (1, 2):
            head.fill(f"#group-{n}", page.inner_text(f"#half-{n}").split()[-1])
        head.click("#halves-copied button[type=submit]")
        page.wait_for_selector("#unit-print:not(:empty)")

    def speak(self, head):
        """Make the code for who is invited; gives what is spoken."""
        head.page.wait_for_selector("#unit[data-ready=yes]")
        head.click("form.code button")
        expect(head.page.locator(".spoken")).to_have_text(re.compile(r"\d{4}$"))
        return head.page.inner_text(".spoken").split("：")[1]
