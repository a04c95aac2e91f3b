"""Reporters who send tips with files while something dies, and note what each was told."""

import http.client
import json
import random
import re
import socket
import ssl
import time
from base64 import b64encode
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from threading import Event
from urllib.parse import urlencode

from admin.intake.challenge import Challenges
from admin.sealing import age, payload, receipt
from admin.sealing.files import OCTETS, FileEntry
from tests.bench.load import ANSWERS, FORM, JSON, TOKEN
from tests.bench.sealed import solved
from tests.flood.attack import GROUP, NO_DIGIT
from tests.journeys.proxied import PUBLIC
from tests.uploads import SealedFile

from .house import House

UNIT = "police"
_SECONDS = 60
_PAUSE = 0.4
_CONTEXT = ssl.create_default_context()
_CONTEXT.check_hostname, _CONTEXT.verify_mode = False, ssl.CERT_NONE
LOST = "no answer"
_ERROR = re.compile(r'class="error-summary".*?<li>(.*?)</li>', re.DOTALL)
_TITLE = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


@dataclass
class Press:
    """One tip: what was written, and what became of it as its reporter sees it."""

    name: str
    """Stands in its words, so that it is known by them alone."""
    way: str
    files: list[bytes] = field(default_factory=list, repr=False)
    blobs: list[str] = field(default_factory=list)
    acknowledged: int = 0
    """How often it was told that the tip is there."""
    lookup: bytes = b""
    tries: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    waited: float = 0.0
    """Seconds from the first try of a step to the answer, or to giving up: the longest of all."""

    @property
    def words(self) -> str:
        return f"{ANSWERS['what']} {self.name}"


class GaveUp(Exception):
    """The reporter's patience is at its end, or the answer is a final one."""


@dataclass
class Reporter:
    """One person. With `patience` of 0 seconds nothing is tried a second time."""

    house: House
    number: int
    choice: random.Random
    presses: list[Press] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._challenges = Challenges(self.house.config.key("challenge"))
        self._patience = 0.0

    def go_on(self, prefix: str, over: Event) -> None:
        """Send one tip after the other until it is over; the last is brought to its end."""
        while not over.is_set():
            press = Press(f"{prefix}-{self.number}-{len(self.presses)}", "sealed")
            press.way = self.choice.choice(("sealed", "sealed", "plain"))
            if press.way == "sealed" and self.choice.random() < 0.4:
                size = self.choice.choice((200, 60_000, 2_300_000))
                press.files = [self.choice.randbytes(size)]
            # Every fifth is sent once and never again: it may be there, or not.
            self._patience = 0.0 if self.choice.random() < 0.2 else self.house.patience
            self.presses.append(press)
            with suppress(GaveUp):
                self._send(press)
            over.wait(self.choice.uniform(0.1, 1))

    def _send(self, press: Press) -> None:
        if press.way == "plain":
            self._send_plain(press)
        else:
            self._send_sealed(press)

    def _send_plain(self, press: Press) -> None:
        page = self._until(press, lambda: self._ask("GET", "/tip/"), TOKEN.search)
        body = urlencode({"token": TOKEN.search(page)[1].decode(), **ANSWERS, "what": press.words})
        for _time in range(self._times()):
            page = self._until(
                press, lambda: self._post("/tip/sent", body.encode(), FORM), _has_receipt
            )
            groups = b" ".join(NO_DIGIT.sub(b"", one) for one in GROUP.findall(page)).decode()
            lookup = receipt.derive(receipt.check(groups), self.house.site_id).lookup
            assert press.lookup in (b"", lookup), (
                f"{press.name}: another receipt at the second time"
            )
            press.lookup = lookup
            press.acknowledged += 1

    def _send_sealed(self, press: Press) -> None:
        entries, tickets = [], []
        for data in press.files:
            entry, ticket = self._bring(press, data)
            entries.append(entry)
            tickets.append(ticket)
        keys = receipt.derive(receipt.new_digits(), self.house.site_id)
        press.lookup = keys.lookup
        unit = self.house.identities[UNIT].recipient
        reference = payload.new_reference()
        tip = payload.Tip(
            reference,
            ANSWERS | {"what": press.words},
            str(keys.identity.recipient),
            keys.talk,
            [entry.to_dict() for entry in entries],
        )
        label = payload.Label("A4", "hekou")
        parcel = {
            "lookup": keys.lookup.hex(),
            "reference": reference,
            "unit": UNIT,
            "urgency": "P2",
            "label": _text(age.seal(label.to_bytes(), [unit])),
            "sealed": _text(age.seal(tip.to_bytes(), [unit, unit])),
            "proof": self._proof(),
            "website": "",
            "files": tickets,
        }

        def send() -> tuple[int, bytes]:
            answer = self._json("/tip/sealed", parcel)
            if b'"challenge"' in answer[1]:
                # Spent by a try that stored nothing: a browser works for another.
                parcel["proof"] = self._proof()
            return answer

        for _time in range(self._times()):
            self._until(press, send, lambda text: json.loads(text).get("stored") is True)
            press.acknowledged += 1

    def _bring(self, press: Press, data: bytes) -> tuple[FileEntry, str]:
        """Bring one file sealed, part by part; gives what the tip says of it, and its ticket."""
        sealed = SealedFile(data)

        def ask() -> tuple[int, bytes]:
            size = len(sealed.data)
            return self._json("/tip/files/ticket", {"proof": self._proof(), "size": size})

        told = json.loads(self._until(press, ask))
        for number, part in enumerate(sealed.parts):
            self._until(press, partial(self._put, told["ticket"], number, part))
        press.blobs.append(told["blob"])
        entry = FileEntry(
            name="a.bin",
            type=OCTETS,
            size=len(data),
            sha256=sha256(data).hexdigest(),
            blob=told["blob"],
            key=str(sealed.identity),
            offset=0,
            state="kept",
        )
        return entry, told["ticket"]

    def _put(self, ticket: str, number: int, part: bytes) -> tuple[int, bytes]:
        headers = {
            "Dengshao-Ticket": ticket,
            "Dengshao-Part": str(number),
            "Dengshao-Digest": sha256(part).hexdigest(),
        }
        return self._post("/tip/files/part", part, OCTETS, headers)

    def _until(self, press, ask, is_right=lambda _text: True) -> bytes:
        """Ask until the answer is right, or patience ends. Raises `GaveUp`."""
        first = time.monotonic()
        while True:
            press.tries += 1
            status, text = ask()
            waited = time.monotonic() - first
            press.waited = max(press.waited, waited)
            if status == 200 and is_right(text):
                return text
            press.refused[_sentence(status, text)] += 1
            if _is_final(status) or waited >= self._patience:
                raise GaveUp
            time.sleep(_PAUSE)

    def _times(self) -> int:
        """Every sixth press is made once more after its answer: nothing new may come of it."""
        return 2 if self.choice.random() < 1 / 6 else 1

    def _proof(self) -> str:
        return solved(self._challenges.new(1))

    def _json(self, path: str, content: dict[str, object]) -> tuple[int, bytes]:
        return self._post(path, json.dumps(content).encode(), JSON)

    def _post(self, path, body, kind, headers=None) -> tuple[int, bytes]:
        return self._ask("POST", path, body, {"Content-Type": kind} | (headers or {}))

    def _ask(self, method, path, body=None, headers=None) -> tuple[int, bytes]:
        """Ask through nginx, on a line of its own; 0 where nobody answers."""
        try:
            return ask(self.house.proxy.port, self.number, method, path, body, headers)
        except (OSError, http.client.HTTPException) as error:
            return 0, type(error).__name__.encode()


def ask(port, number, method, path, body=None, headers=None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(PUBLIC)
    # Each has an address of its own: nginx lets no single one hold all the lines.
    source = (f"127.0.{number + 10}.1", 0)
    plain = socket.create_connection(("127.0.0.1", port), _SECONDS, source)
    with plain, _CONTEXT.wrap_socket(plain, server_hostname=PUBLIC) as connection.sock:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()


def _is_final(status: int) -> bool:
    """Tell whether trying the same again is of no use; a proof that is spent was made anew."""
    return 400 < status < 500


def _has_receipt(text: bytes) -> bool:
    return len(GROUP.findall(text)) > 1


def _text(data: bytes) -> str:
    return b64encode(data).decode()


def _sentence(status: int, text: bytes) -> str:
    """Say how a press was refused: the status, and the word of the answer where it has one."""
    if not status:
        return f"{LOST} ({text.decode()})"
    try:
        return f"{status} {json.loads(text).get('error', '')}".strip()
    except ValueError:
        return f"{status} {_said(text.decode('utf-8', 'replace'))}"


def _said(page: str) -> str:
    """Give what a page says is wrong: its first error, or its title."""
    found = _ERROR.search(page) or _TITLE.search(page)
    return _TAG.sub("", found[1]).strip() if found else "page"
