"""Honest people and members who press while nodes are restarted; each tries again once, no more."""

import http.client
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event
from urllib.parse import urlencode

from admin.sealing import receipt
from tests.bench.load import TOKEN, body
from tests.flood.attack import GROUP, NO_DIGIT
from tests.journeys.proxied import DESK, PUBLIC, Proxy

FORM = "application/x-www-form-urlencoded"
AWAY = (502, 503, 504)
_CSRF = re.compile(r'name="csrf-token" content="([^"]+)"')
_VERSION = re.compile(r'name="version"[^>]*value="(\d+)"')


@dataclass
class Tally:
    """What one person or member met."""

    presses: int = 0
    retried: int = 0
    failed: list[str] = field(default_factory=list)
    signed_out: int = 0
    lookups: list[bytes] = field(default_factory=list)
    claimed: list[str] = field(default_factory=list)
    slowest: float = 0.0


class Visitor:
    """One who asks through nginx, with a new connection each time: the worst case for a restart."""

    def __init__(self, proxy: Proxy, tally: Tally, host: str = PUBLIC, cookie: str = "") -> None:
        self._proxy, self.tally, self._host, self._cookie = proxy, tally, host, cookie

    def ask(self, path: str, data: bytes | None = None) -> tuple[int, str]:
        """Ask, and once more where nobody answered. Both together are one press."""
        self.tally.presses += 1
        began = time.monotonic()
        found = self._try(path, data)
        if found[0] in AWAY:
            self.tally.retried += 1
            # As a hand does, or a browser of ours.
            time.sleep(0.5)
            found = self._try(path, data)
            if found[0] in AWAY:
                self.tally.failed.append(f"{'POST' if data else 'GET'} {path}: {found[0]}")
        self.tally.slowest = max(self.tally.slowest, time.monotonic() - began)
        return found

    def _try(self, path: str, data: bytes | None) -> tuple[int, str]:
        lines = [f"{'GET' if data is None else 'POST'} {path} HTTP/1.1", f"Host: {self._host}"]
        lines += ["Connection: close", *([self._cookie.strip()] if self._cookie else [])]
        if data is not None:
            lines += [f"Content-Type: {FORM}", f"Content-Length: {len(data)}"]
        head = ("\r\n".join(lines) + "\r\n\r\n").encode()
        try:
            answer, text = self._proxy.send(head + (data or b""), host=self._host)
        except (OSError, http.client.HTTPException):
            return 502, ""
        if told := answer.getheader("Set-Cookie"):
            self._cookie = f"Cookie: {told.partition(';')[0]}"
        return answer.status, text


def send_tips(proxy: Proxy, tally: Tally, site_id: str, over: Event, pause: float) -> None:
    """Send a tip, wait, and send another, as fifty people do who come one after the other."""
    visitor = Visitor(proxy, tally)
    while not over.wait(pause):
        status, page = visitor.ask("/tip/")
        token = TOKEN.search(page.encode())
        if status != 200 or token is None:
            tally.failed.append(f"form: {status}")
            continue
        status, page = visitor.ask("/tip/sent", body(token[1]))
        if status != 200:
            tally.failed.append(f"tip: {status}")
            continue
        groups = b" ".join(NO_DIGIT.sub(b"", one) for one in GROUP.findall(page.encode())).decode()
        tally.lookups.append(receipt.derive(receipt.check(groups), site_id).lookup)


def claim_tips(
    proxy: Proxy, tally: Tally, cookie: str, take: Callable[[], str | None], over: Event
) -> None:
    """Read the queue, open a tip's page, take the tip on, as a member does all day."""
    visitor = Visitor(proxy, tally, DESK, cookie)
    while not over.wait(0.5):
        if not _is_in(visitor.ask("/desk/"), tally) or (reference := take()) is None:
            continue
        status, page = found = visitor.ask(f"/desk/tips/{reference}")
        if not _is_in(found, tally) or not (version := _VERSION.search(page)):
            tally.failed.append(f"page: {status}")
            continue
        form = {"csrf_token": _CSRF.search(page)[1], "version": version[1]}
        status, _text = visitor.ask(f"/desk/tips/{reference}/claim", urlencode(form).encode())
        if status in (302, 303):
            tally.claimed.append(reference)
        else:
            tally.failed.append(f"claim: {status}")


def _is_in(found: tuple[int, str], tally: Tally) -> bool:
    """Tell whether a page came, and not the way to the sign-in."""
    tally.signed_out += found[0] in (302, 303, 401)
    return found[0] == 200
