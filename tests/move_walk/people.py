"""Who uses the place while it moves: some hand in and keep their receipts, one only reads."""

import re
import threading
import time

_WORDS = {"category": "A4", "what": "暗渠边的黄皮树", "place": "晒谷场"}


class Presser(threading.Thread):
    """Somebody who hands in one tip after another, and keeps every receipt."""

    def __init__(self, app):
        super().__init__(daemon=True)
        self.app, self.stop = app, threading.Event()
        self.receipts, self.refused, self.wrong = [], 0, []
        self.closed, self._since = 0.0, None

    def run(self):
        while not self.stop.wait(0.15):
            status, receipt = press(self.app)
            self._note(is_open=status == 200)
            if status == 200:
                self.receipts.append(receipt)
            elif status == 503:
                self.refused += 1
            else:
                self.wrong.append(status)

    def _note(self, *, is_open):
        """Add up for how long nobody could hand in."""
        now = time.monotonic()
        if is_open and self._since is not None:
            self.closed += now - self._since
            self._since = None
        elif not is_open and self._since is None:
            self._since = now


class Reader(threading.Thread):
    """Somebody who looks at the form and asks after an old receipt, on and on."""

    def __init__(self, app, receipt):
        super().__init__(daemon=True)
        self.app, self.receipt, self.stop = app, receipt, threading.Event()
        self.read, self.wrong = 0, []

    def run(self):
        client = self.app.test_client()
        while not self.stop.wait(0.5):
            form = client.get("/tip/").status_code
            answer = client.post("/mailbox/", data={"receipt": self.receipt})
            self.read += 1
            if form != 200 or "已收到" not in answer.text:
                self.wrong.append((form, answer.status_code))


def press(app):
    """Hand in by the form; gives how it was answered, and the receipt."""
    answer = send(app.test_client())
    found = answer.text.partition('id="receipt"')[2].partition("</ol>")[0]
    digits = "".join(re.findall(r"\d", re.sub(r"<[^>]*>", "", found.partition(">")[2])))
    return answer.status_code, digits


def send(client):
    """Fill the form in and send it; gives the answer."""
    page = client.get("/tip/").text
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    return client.post("/tip/sent", data=hidden | _WORDS)
