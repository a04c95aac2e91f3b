"""Honest people: they send a tip, with scripts or without, and look for it with their receipt."""

import http.client
import json
import re
import secrets
from base64 import b64encode
from urllib.parse import urlencode

from altcha import v1

from admin.sealing import age, payload
from admin.sealing.age import HybridIdentity

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


class Person:
    """Somebody who sends one tip."""

    def __init__(self, served, number):
        self.served, self.number = served, number
        self.bodies: list[bytes] = []
        """What went over the wire: a hostile listener sends it again."""

    def ask(self, method, path, body=None, kind=""):
        connection = http.client.HTTPConnection(self.served.config.bind, timeout=60)
        headers = {"Host": self.served.config.public_host, "Content-Type": kind}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode("utf-8")
        connection.close()
        return answer.status, text

    def ask_json(self, path, content):
        body = json.dumps(content).encode()
        self.bodies.append(body)
        status, text = self.ask("POST", path, body, JSON)
        assert status == 200, (path, status, text.strip())
        return json.loads(text)


class WithoutScripts(Person):
    def send(self):
        _status, page = self.ask("GET", "/tip/")
        token = re.search(r'name="token" value="([^"]+)"', page)[1]
        tip = {"token": token, "category": "A2", "what": f"收摊位费 {self.number}", "place": "桥头"}
        status, page = self.ask("POST", "/tip/sent", urlencode(tip), FORM)
        assert status == 200, page
        shown = re.search(r'id="receipt".*?</ol>', page, re.DOTALL)[0]
        self.receipt = "".join(re.findall(r"\d", re.sub("<[^>]*>", "", shown)))

    def is_stored(self):
        _status, page = self.ask("POST", "/mailbox/", urlencode({"receipt": self.receipt}), FORM)
        return "已收到" in page


class WithScripts(Person):
    def send(self):
        routes = json.loads(self.ask("GET", "/tip/routes.json")[1])
        challenge = self.ask_json("/tip/challenge", {})
        unit = [age.parse_recipient(text) for text in routes["units"]["police"]["recipients"]]
        self.lookup = secrets.token_hex(16)
        reference, own = payload.new_reference(), HybridIdentity.generate().recipient
        fields = {"category": "A2", "what": f"收摊位费 {self.number}", "place": "桥头"}
        tip = payload.Tip(reference, fields, str(own), secrets.token_bytes(32))
        content = {
            "lookup": self.lookup,
            "reference": reference,
            "unit": "police",
            "urgency": "P3",
            "label": _base64(age.seal(payload.Label("A2", "").to_bytes(), unit[:1])),
            "sealed": _base64(age.seal(tip.to_bytes(), unit)),
            "proof": _proof(challenge),
            "website": "",
        }
        assert self.ask_json("/tip/sealed", content)["stored"] is True

    def is_stored(self):
        return self.ask_json("/mailbox/thread", {"lookup": self.lookup})["known"]


def _base64(data):
    return b64encode(data).decode("ascii")


def _proof(challenge):
    made = (challenge["challenge"], challenge["salt"], "SHA-256", challenge["maxnumber"])
    number = v1.solve_challenge(*made).number
    names = ("algorithm", "challenge", "salt", "signature")
    return _base64(
        json.dumps({name: challenge[name] for name in names} | {"number": number}).encode()
    )
