"""A reporter without scripts: fills in the form, sends it, reads the answer."""

import json
import os
import re
import subprocess
import time
from base64 import b64encode
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest
from altcha import v1
from sqlalchemy import func, select
from sqlalchemy.orm import undefer

from admin.app_state import app_state
from admin.db import db
from admin.intake import flood
from admin.models import Message, Tip, Upload
from admin.sealing import age, payload, receipt
from admin.sealing.padme import MIB
from admin.vault import vault
from admin.wire.signing import MomentSigner
from tests.uploads import SealedFile, Uploader

# MiB of a disk that tests fill.
DISK = 48
LEAST = {"category": "A4", "what": "有人在桥头拦车收钱", "place": "村口桥头"}


class FormReader(HTMLParser):
    """Reads from a page what a browser would: the form's values, the receipt, the links."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.values: dict[str, str | list[str]] = {}
        self.groups: list[str] = []
        self._area = ""
        self._select = ""
        self._in_group = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if "name" not in found and tag == "input":
            return
        if tag == "input" and found.get("type") in ("hidden", "text"):
            self.values[found["name"]] = found.get("value") or ""
        elif tag == "input" and "checked" in found:
            self._choose(found["name"], found["value"], many=found["type"] == "checkbox")
        elif tag == "textarea":
            self._area = found["name"]
            self.values[self._area] = ""
        elif tag == "select":
            self._select = found["name"]
        elif tag == "option" and "selected" in found:
            self.values[self._select] = found["value"]
        elif "receipt__group" in (found.get("class") or ""):
            self._in_group = True
            self.groups.append("")

    def handle_endtag(self, tag):
        if tag == "textarea":
            # HTML drops the newline that follows the opening tag.
            self.values[self._area] = self.values[self._area].removeprefix("\r\n").strip("\n")
            self._area = ""
        if tag == "li":
            self._in_group = False

    def handle_data(self, data):
        if self._area:
            self.values[self._area] += data
        elif self._in_group:
            self.groups[-1] += data.strip()

    def _choose(self, name, value, *, many):
        self.values[name] = [*self.values.get(name, []), value] if many else value


@dataclass
class Reporter:
    """Sends forms as a browser without scripts does."""

    client: object
    form: dict = field(default_factory=dict)

    def open_form(self, address="/tip/"):
        page = self.client.get(address)
        assert page.status_code == 200, page.status_code
        self.form = FormReader(page.text).values
        return page

    def send(self, status=200, **answers):
        """Fill in some answers and send; what stood in the form before stays."""
        self.form |= answers
        page = self.client.post("/tip/sent", data=self.form)
        assert page.status_code == status, (page.status_code, page.text)
        return Page(page, FormReader(page.text))

    def tip(self, **answers):
        """Open a fresh form, fill in the least and send it."""
        self.open_form()
        return self.send(**{**LEAST, **answers})


@dataclass
class Page:
    response: object
    read: FormReader

    @property
    def text(self):
        return self.response.text

    @property
    def receipt(self):
        return " ".join(self.read.groups)

    @property
    def token(self):
        return self.read.values["token"]

    @property
    def asked(self):
        return int(re.search(r"输入第 (\d) 组", self.text)[1])

    @property
    def errors(self):
        """The links of the error summary: what is wrong, and where."""
        summary = re.search(r'id="error-summary".*?</div>', self.text, re.DOTALL)
        return re.findall(r'<a href="#([^"]+)">([^<]+)</a>', summary[0]) if summary else []


@pytest.fixture
def environ(request, environ):
    """A node that serves the public form and nothing else.

    Files lie in a folder; a test that takes `blobs_url` runs on a real S3 server as well.
    """
    here = {**environ, "DENGSHAO_ROOMS": "intake"}
    if "blobs_url" in request.fixturenames:
        here["DENGSHAO_BLOBS_URL"] = request.getfixturevalue("blobs_url")
    return here


@pytest.fixture
def reporter(client, units):
    """A reporter of a district whose units are all open."""
    return Reporter(client)


@pytest.fixture
def shown_before(monkeypatch):
    """Show forms as if so many seconds ago."""

    def go_back(seconds):
        def moment():
            return int(time.time()) - seconds

        with monkeypatch.context() as past:
            past.setattr("admin.wire.form_tokens.seconds", moment)
            past.setattr(MomentSigner, "get_timestamp", lambda _self: moment())
            yield

    def showing(reporter, seconds):
        for _ in go_back(seconds):
            reporter.open_form()

    return showing


@pytest.fixture
def stored(app, units):
    """Read what is stored: the tips, each opened with its unit's identity, and its messages."""

    def read():
        with app.app_context():
            tips = db.session.scalars(
                select(Tip).where(Tip.sealed.is_not(None)).options(undefer(Tip.marks))
            ).all()
            found = [_opened(tip, units) for tip in tips]
            db.session.expunge_all()
            db.session.rollback()
        return found

    return read


def _opened(tip, units):
    identity = units[tip.unit_id].identity
    words = payload.Tip.parse(age.open_sealed(tip.sealed, [identity]))
    rows = db.session.scalars(select(Message).filter_by(tip_id=tip.id).order_by(Message.number))
    envelopes = [
        payload.Envelope.parse(age.open_sealed(row.sealed, [identity])) for row in rows.all()
    ]
    label = tip.label and payload.Label.parse(age.open_sealed(tip.label, [identity]))
    return Opened(tip.unit_id, tip.urgency.value, words, label, envelopes, tip)


@dataclass
class Opened:
    unit: str
    urgency: str
    words: payload.Tip
    label: payload.Label | None
    messages: list[payload.Envelope]
    row: Tip


@dataclass
class Browser:
    """A reporter's browser with scripts: seals by itself, and posts what nobody else can read."""

    client: object
    site_id: str
    units: dict

    def routes(self):
        return self.client.get("/tip/routes.json").json

    def challenge(self):
        return self.client.post("/tip/challenge", json={}).json

    def proof(self, **changes):
        """Ask for a challenge and solve it."""
        return solve(self.challenge(), **changes)

    def parcel(self, digits=None, *, unit="police", contact=b"", **fields):
        """Seal a tip as the form's script does; gives what it posts."""
        keys = receipt.derive(digits or receipt.new_digits(), self.site_id)
        reference = payload.new_reference()
        tip = payload.Tip(
            reference=reference,
            fields=LEAST | fields,
            reporter=str(keys.identity.recipient),
            talk=keys.talk,
            contact=contact,
        )
        label = payload.Label(category="A4", township="shili")
        secrets = self.units[unit]
        both = [secrets.identity.recipient, secrets.recovery.recipient]
        return {
            "lookup": keys.lookup.hex(),
            "reference": reference,
            "unit": unit,
            "urgency": "P3",
            "label": b64encode(age.seal(label.to_bytes(), both[:1])).decode(),
            "sealed": b64encode(age.seal(tip.to_bytes(), both)).decode(),
            "proof": self.proof(),
            "website": "",
        }

    def post(self, parcel):
        return self.client.post("/tip/sealed", json=parcel)


def solve(challenge, /, **changes):
    solution = v1.solve_challenge(
        challenge["challenge"], challenge["salt"], "SHA-256", challenge["maxnumber"]
    )
    content = {name: challenge[name] for name in ("algorithm", "challenge", "salt", "signature")}
    return b64encode(json.dumps(content | {"number": solution.number} | changes).encode()).decode()


@pytest.fixture
def scripted(app, client, units, monkeypatch):
    """A browser of a district whose units are all open. Its challenges are easy: it is slow."""
    monkeypatch.setattr(flood, "LEAST_NUMBER", 20)
    with app.app_context():
        site_id = app_state().site_id
    return Browser(client, site_id, units)


@pytest.fixture
def count(app):
    """Count the rows of a table."""

    def count(model):
        with app.app_context():
            return db.reading.execute(select(func.count()).select_from(model)).scalar_one()

    return count


@pytest.fixture
def uploader(scripted):
    return Uploader(scripted.client, scripted.proof)


@pytest.fixture
def rows(app):
    """Read the uploads as they are written down."""

    def read():
        with app.app_context():
            return db.session.scalars(select(Upload)).all()

    return read


@pytest.fixture
def stored_bytes(app):
    """Read what lies in the store under a ticket's blob."""

    def read(ticket):
        with app.app_context():
            blob = app_state().upload_tokens.read(ticket)[0].blob
            blobs = vault().blobs
            return b"".join(blobs.read(blob, number) for number in range(blobs.parts(blob)))

    return read


@pytest.fixture(scope="session")
def two():
    """A file of two parts."""
    return SealedFile.of(3 * MIB)


@pytest.fixture
def small_disk(tmp_path):
    """A disk of its own, of 48 MiB; the whole data folder lies on it."""
    folder = tmp_path / "data"
    folder.mkdir(exist_ok=True)
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK}m", "tmpfs", folder], capture_output=True
    )
    if made.returncode:
        pytest.skip("no right to mount a small disk here: run as root")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def fill(folder, left):
    """Write until only so many bytes are left for a usual user."""
    disk = os.statvfs(folder)
    path = folder / "ballast"
    path.write_bytes(bytes(disk.f_bavail * disk.f_frsize - left))
    return path
