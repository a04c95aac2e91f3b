"""Somebody who writes a tip in Chromium with scripts, and the lines and servers that fail them."""

import re
from urllib.parse import unquote_plus

from playwright.sync_api import expect

from admin.sealing.age import HybridIdentity
from tests.axe import broken_rules
from tests.canary import spellings
from tests.unfolding import unfold

WORDS = "暗渠边的第七棵黄皮树"
MORE = "昨晚又来了三个生面孔"
PLACE = "晒谷场旧石碾"
CONTACT = "微信号铁算盘七三九"
SEALED, THREAD, LETTER = "/tip/sealed", "/mailbox/thread", "/mailbox/sealed"


class Writer:
    """Somebody who writes a tip on a phone; notes all that the browser posts."""

    def __init__(self, page, address):
        self.page, self.address = page, address
        self.posted, self.complaints = [], []
        page.on("request", self._note)
        page.on("console", lambda line: self.complaints.append(line.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, request):
        if request.method == "POST":
            path = request.url.removeprefix(self.address)
            self.posted.append((path, request.post_data or ""))

    def posts(self, path):
        return [body for found, body in self.posted if found == path]

    def open(self, path="/tip/"):
        self.page.goto(self.address + path)

    def fill(self, what=WORDS, category="A4", place=PLACE):
        unfold(self.page)
        self.page.select_option("#category", category)
        self.page.fill("#what", what)
        self.page.fill("#place", place)

    def choose(self, name, value):
        unfold(self.page)
        self.page.check(f"[name={name}][value={value}]")

    def send(self):
        self.page.click("#last [type=submit]")

    def write(self, **answers):
        self.open()
        self.fill(**answers)
        self.send()

    def sees(self, words):
        expect(self.page.locator("#main")).to_contain_text(words)

    @property
    def receipt(self):
        expect(self.page.locator("#receipt li")).to_have_count(6)
        return "".join(self.page.locator("#receipt li").all_inner_texts())

    @property
    def asked(self):
        """The group that is asked for, counted from 1."""
        return int(re.search("(?:第|group) ([1-6])", self.page.inner_text("#group-hint"))[1])

    def type_group(self, group):
        self.page.fill("#group", group)
        self.page.click("#main form [type=submit]")

    def copy(self):
        digits = self.receipt
        first = (self.asked - 1) * 6
        self.type_group(digits[first : first + 6])
        return digits

    def axe(self):
        return broken_rules(self.page)


def lose_the_answer(route):
    route.fetch()
    route.abort()


def lose_the_question(route):
    route.abort()


def readable(bodies, secrets):
    """Name each secret that some body holds in some spelling."""
    texts = [text for _path, body in bodies for text in (body, unquote_plus(body))]
    data = "\n".join(texts).encode()
    lowered = data.lower()
    return [
        (secret, how)
        for secret in secrets
        for how, spelt in spellings(secret).items()
        if spelt in data or spelt in lowered
    ]


def stranger():
    return [str(HybridIdentity.generate().recipient) for _ in range(2)]


def false_routes(route):
    """Play a server that hands out a key of its own for the police unit."""
    answer = route.fetch()
    content = answer.json()
    content["units"]["police"]["recipients"] = stranger()
    route.fulfill(response=answer, json=content)
