"""What reporters see under /en/ is English: the catalogue is whole, and the pages show it."""

import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import CommandLineInterface, parse_mapping_cfg
from babel.messages.pofile import read_po
from sqlalchemy import delete, select

from admin.app_state import app_state
from admin.config import ROOT
from admin.db import db, today
from admin.models import Message, UnitKey
from admin.sealing import receipt
from admin.tip.status import TipStatus
from admin.vault import vault
from tests.admin.intake.conftest import LEAST, FormReader
from tests.admin.mailbox.conftest import UNIT, UnitKeys, make_reporter

PO = ROOT / "admin" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
HAN = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
HOLE = re.compile(r"%\(\w+\)\w")
# What reporters and staff write in these tests: a character that no page of ours has.
TYPED = "龘"
VOID = {"br", "hr", "img", "input", "link", "meta", "path", "ellipse"}
# What a person sees or hears of an element, besides its text.
SAID = re.compile(r"aria-label|title|alt|placeholder|data-.+")
# For staff, whose desk is Chinese: the page's script seals these, and shows them to nobody.
FOR_STAFF = {"data-danger-body", "data-withdraw-body"}
# Both exist in English too.
CHINESE_PAGES = re.compile(r"/(tip|mailbox)/")
LONG = TYPED * 2100

CONTACT = {"contact": "x"}
WRONG = [
    {"contact": LONG},
    # The unit above reviews what is left to be reached by.
    {**CONTACT, "exclude": ["discipline"]},
    {"place": ""},
    {"category": "C9", "what": "", "place": ""},
    {"what": LONG, "place": LONG, "who": LONG, "objects": LONG, "harm": LONG, "fear": LONG},
    {"township": "mars", "when": "soon", "exclude": ["nobody"], "answer": "maybe"},
    {"token": "spoilt"},
]
STATUSES = [
    (TipStatus.RECEIVED, None, "Received"),
    (TipStatus.QUESTION, None, "Please tell us more"),
    (TipStatus.ACCEPTED, "in_scope", "Accepted"),
    (TipStatus.REFERRED, "to_department", "Passed on to the authority in charge"),
    (TipStatus.OUT_OF_SCOPE, "civil", "For disputes, ask the local mediation committee"),
    (TipStatus.OUT_OF_SCOPE, "gone", "You can call 12345"),
    (TipStatus.CLOSED, "unfounded", "does not mean that it was proved"),
]


@pytest.fixture
def database_url(sqlite_url):
    """One database is enough here: words lie in none."""
    return sqlite_url


@pytest.fixture
def environ(environ):
    # One tip fills the lane of those that machines seem to have sent.
    return environ | {"DENGSHAO_ROOMS": "intake,mailbox", "DENGSHAO_LANE_TIPS": "2"}


@pytest.fixture(scope="module")
def catalogue():
    with PO.open("rb") as file:
        return read_po(file, locale="en", abort_invalid=True)


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """A folder with the catalogue as the Makefile compiles it: a fuzzy one would be skipped."""
    folder = tmp_path_factory.mktemp("translations")
    path = folder / "en" / "LC_MESSAGES" / "messages.mo"
    path.parent.mkdir(parents=True)
    command = ["pybabel", "-q", "compile", "-l", "en", "-i", str(PO), "-o", str(path)]
    CommandLineInterface().run(command)
    return folder


@pytest.fixture
def app(app, compiled):
    # Flask-Babel reads its setting when the application is made, so the folder is put in after.
    app.extensions["babel"].translation_directories[:] = [str(compiled)]
    return app


class Words(HTMLParser):
    """What a page says, by the part where it stands; what the reporter typed is left out."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[tuple[str, dict]] = []
        self.said: list[tuple[str, str]] = []
        self.links: list[str] = []
        self.feed(page)

    @property
    def part(self) -> str:
        parts = [tag for tag, _found in self.open if tag in ("title", "header", "main", "footer")]
        return parts[0] if parts else ""

    def handle_starttag(self, tag, attrs):
        found = {name: value or "" for name, value in attrs}
        for name, value in found.items():
            if SAID.fullmatch(name) and name not in FOR_STAFF:
                self.said.append((self.part, value))
            if name in ("href", "action", "formaction"):
                self.links.append(value)
        if tag not in VOID:
            self.open.append((tag, found))

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        tag, found = self.open[-1] if self.open else ("", {})
        # An entry that the demo district has not filled in yet, and the link to the Chinese pages.
        is_left = "placeholder" in found.get("class", "") and self.part == "footer"
        is_switch = found.get("href") == "/" and found.get("lang") == "zh-CN"
        if tag != "textarea" and not is_left and not is_switch and data.strip():
            self.said.append((self.part, data.strip()))

    @property
    def chinese(self) -> list[tuple[str, str]]:
        return [(part, text) for part, text in self.said if HAN.search(text.replace(TYPED, ""))]

    @property
    def main(self) -> str:
        return " ".join(text for part, text in self.said if part == "main")


def english(page, status=200):
    """Give what a page says, once it was found to be English all over."""
    assert page.status_code == status, page.text
    words = Words(page.text)
    assert words.main
    assert words.chinese == []
    assert [link for link in words.links if CHINESE_PAGES.match(link)] == []
    assert '<html lang="en"' in page.text
    return words.main


@dataclass
class Visitor:
    """A reporter who reads English; each answer has to be English before it is handed on."""

    client: object
    form: dict = field(default_factory=dict)

    def open_form(self, query=""):
        page = self.client.get(f"/en/tip/{query}")
        self.form = FormReader(page.text).values
        return english(page)

    def send(self, status=200, **answers):
        return self.post("/en/tip/sent", {**self.form, **LEAST, **answers}, status)

    def post(self, address, data, status=200):
        """Post a form. What a page shows of the words typed is in `TYPED`, or in a field."""
        page = self.client.post(address, data=data)
        return english(page, status), FormReader(page.text)

    def look(self, typed, status=200):
        return self.post("/en/mailbox/", {"receipt": typed}, status)[0]


@pytest.fixture
def visitor(client, units):
    return Visitor(client)


@pytest.fixture
def reporter(app, units):
    """The holder of a receipt whose tip lies at the police desk."""
    with app.app_context():
        key_id = db.session.scalar(select(UnitKey.id).where(UnitKey.unit_id == UNIT))
    return make_reporter(app, UnitKeys(units[UNIT].identity, units[UNIT].recovery, key_id))


def test_the_catalogue_has_every_word_of_the_reporters_pages_and_no_other(catalogue):
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    keywords = {**DEFAULT_KEYWORDS, "_l": None, "N_": None}
    found = extract_from_dir(ROOT / "admin", methods, options, keywords)

    assert {message.id for message in catalogue if message.id} == {row[2] for row in found}
    assert not catalogue.obsolete


def test_every_word_is_translated_for_good(catalogue):
    unfinished = [row.id for row in catalogue if row.id and (row.fuzzy or not row.string.strip())]

    assert unfinished == []


def test_translations_are_plain_english_with_the_same_holes(catalogue):
    for row in filter(lambda row: row.id, catalogue):
        assert sorted(HOLE.findall(row.id)) == sorted(HOLE.findall(row.string)), row.id
        assert not HAN.search(row.string), row.id
        assert not re.search(r"[<>&]", row.string), row.id


@pytest.mark.parametrize("query", ["", "?category=A4", "?official=yes"])
def test_the_form_is_english(visitor, query):
    words = visitor.open_form(query)

    assert "Write down what you saw" in words
    assert "Seizing sand, mines, woods, land or fishponds" in words
    assert "Hekou" in words
    assert "Village committee" in words


def test_the_minors_form_is_english_with_its_errors_and_its_result(visitor):
    words = visitor.open_form("?page=young")
    wrong = visitor.send(422, place="")[0]
    sent = visitor.send()[0]

    assert "It is not your fault." in words
    assert "It is not your fault." in wrong
    assert "Receipt" not in wrong
    assert "Copy the 6 groups" in sent


def test_practice_is_english_from_the_form_to_the_copied_receipt(visitor):
    page = visitor.client.get("/en/tip/practice/")
    form = {**FormReader(page.text).values, **LEAST}

    wrong, _read = visitor.post("/en/tip/practice/sent", {**form, "place": ""}, 422)
    sent, read = visitor.post("/en/tip/practice/sent", form)
    other, _read = visitor.post("/en/tip/practice/copied", {**read.values, "group": "1"}, 422)
    copied, _read = visitor.post(
        "/en/tip/practice/copied", {**read.values, "group": read.groups[1]}
    )

    for words in (english(page), wrong, sent, other, copied):
        assert "Practice: nothing is kept." in words


def test_a_tip_that_stands_apart_and_one_that_must_wait_are_told_so_in_english(visitor):
    visitor.open_form()
    apart = visitor.send(website="x")[0]
    visitor.open_form()

    assert "set apart" in apart
    assert "It is busy right now" in visitor.send(503, website="x")[0]


@pytest.mark.parametrize("answers", WRONG)
def test_the_errors_of_the_form_are_english(visitor, answers):
    visitor.open_form()

    assert "A few things need correcting" in visitor.send(422, **answers)[0]


def test_the_receipt_and_what_follows_are_english(visitor):
    visitor.open_form()
    words, read = visitor.send()
    supplement, _read = visitor.send(who=TYPED)
    asked = int(re.search(r"digits of group (\d)", words)[1])

    wrong, read = visitor.post("/en/tip/copied", {**read.values, "group": ""}, 422)
    other, read = visitor.post("/en/tip/copied", {**read.values, "group": "000"}, 422)
    copied, _read = visitor.post("/en/tip/copied", {**read.values, "group": read.groups[asked - 1]})

    assert "We have received what you added, too." in supplement
    assert "type in this group from what you noted" in wrong
    assert "does not match the receipt" in other
    assert "The receipt is not shown any more" in copied


def test_a_form_that_was_sent_too_fast_says_so_in_english(visitor, app):
    visitor.open_form()
    with app.app_context():
        app_state().config = replace(app_state().config, form_min_seconds=60)

    assert "That was very fast" in visitor.send(422)[0]


def test_the_form_is_english_where_no_unit_may_read_the_tip(visitor, app):
    visitor.open_form()
    close_unit(app, "upper")

    words, _read = visitor.send(422, official="yes", exclude=["discipline"])

    assert "it was not stored" in words


def test_the_form_is_english_where_some_units_are_not_open(visitor, app):
    close_unit(app, "drugs", "supervision")

    words = visitor.open_form()

    assert "No unit can read tips about these now" in words
    assert "Dealing in or transporting drugs" in words
    assert "The supervisory unit cannot take tips yet" in words


def test_the_form_is_english_where_no_desk_is_open(client):
    assert "so this page takes none" in english(client.get("/en/tip/"))


def test_the_mailbox_asks_for_the_receipt_in_english_and_says_where_it_leads_nowhere(visitor):
    stranger = receipt.grouped(receipt.with_checks(receipt.new_digits()))

    assert "Receipt" in english(visitor.client.get("/en/mailbox/"))
    assert "Nothing was found" in visitor.look(stranger)


def test_a_mistyped_receipt_is_answered_in_english(visitor, reporter):
    digits = reporter.typed.replace(" ", "")
    spoilt = str((int(digits[0]) + 1) % 10) + digits[1:-1] + str((int(digits[-1]) + 1) % 10)

    assert "Wrong group: 1, 6." in visitor.look(spoilt, 422)
    assert "You typed in 35: 1 missing" in visitor.look(digits[:-1], 422)
    assert "You typed in 37: 1 too many" in visitor.look(f"{digits}1", 422)
    assert "the 36 digits" in visitor.look("", 422)


@pytest.mark.parametrize(("status", "outcome", "sentence"), STATUSES)
def test_where_a_tip_stands_is_said_in_english(visitor, reporter, status, outcome, sentence):
    reporter.move(status, outcome or "asked", outcome)

    assert sentence in visitor.look(reporter.typed)


def test_a_tip_whose_content_was_deleted_is_described_in_english(visitor, reporter):
    reporter.expire(today() - timedelta(days=1))

    assert "the content is now deleted" in visitor.look(reporter.typed)


def test_the_talk_is_english_around_what_was_written(visitor, reporter):
    reporter.answer(TYPED)
    data = open_letter(visitor, reporter)
    sent, _read = visitor.post("/en/mailbox/words", {**data, "words": TYPED})
    again = visitor.look(reporter.typed)

    assert "We have received what you added." in sent
    assert f"You wrote more on {today():%B} {today().day}, {today().year}." in again
    assert TYPED in again


@pytest.mark.parametrize("words", ["", LONG])
def test_words_that_cannot_be_sent_are_refused_in_english(visitor, reporter, words):
    data = open_letter(visitor, reporter)

    refused, _read = visitor.post("/en/mailbox/words", {**data, "words": words}, 422)

    assert "A few things need correcting" in refused


@pytest.mark.parametrize(
    ("step", "explained", "stored"),
    [
        ("danger", "Article 61 of the Anti-Organized Crime Law", "marked as most urgent"),
        ("withdraw", "cannot be taken back", "You asked to withdraw on"),
    ],
)
def test_the_steps_for_danger_and_withdrawal_are_english(
    visitor, reporter, step, explained, stored
):
    data = open_letter(visitor, reporter)

    first, _read = visitor.post(f"/en/mailbox/{step}", data)
    second, _read = visitor.post(f"/en/mailbox/{step}", {**data, "confirm": "yes"})

    assert explained in first
    assert stored in second


def test_words_that_meet_a_closed_desk_are_refused_in_english(visitor, reporter, app):
    data = open_letter(visitor, reporter)
    close_unit(app, UNIT)

    refused, _read = visitor.post("/en/mailbox/words", {**data, "words": TYPED}, 422)

    assert "please copy them down" in refused


@pytest.mark.parametrize("trouble", ["changed", "missing", "misplaced"])
def test_a_talk_that_was_tampered_with_is_called_so_in_english(visitor, reporter, app, trouble):
    forged = {"previous": "0" * 64} if trouble == "misplaced" else {}
    reporter.answer(TYPED)
    reporter.answer(TYPED, talk=b"0" * 32 if trouble == "changed" else None, **forged)
    if trouble == "missing":
        with app.app_context():
            db.session.execute(delete(Message).where(Message.number == 1))
            db.session.commit()

    assert "tampered with" in visitor.look(reporter.typed)


def test_the_script_is_answered_in_english(client, app, reporter):
    reporter.move(TipStatus.OUT_OF_SCOPE, "civil", "civil")
    lookup = reporter.keys.lookup.hex()

    answer = client.post("/en/mailbox/thread", json={"lookup": lookup})

    assert answer.json["turn_to"].startswith("For disputes")
    assert not HAN.search(answer.text)


@pytest.mark.parametrize(
    ("ask", "status", "sentence"),
    [
        ({"path": "/en/nothing/"}, 404, "There is no such page"),
        ({"path": "/en/mailbox/", "method": "PUT"}, 405, "cannot be opened this way"),
        ({"path": "/en/tip/sent", "method": "POST", "data": {"what": TYPED * 90000}}, 413, "long"),
        ({"path": "/en/mailbox/thread", "method": "POST"}, 415, "Files cannot be sent yet"),
    ],
)
def test_error_pages_are_english(client, ask, status, sentence):
    assert sentence in english(client.open(**ask), status)


def close_unit(app, *unit_ids):
    """Let a unit be as before a second person confirmed its key."""
    with app.app_context():
        kept = {pair for pair in app_state().district.fingerprints if pair[0] not in unit_ids}
        app_state().district = replace(app_state().district, fingerprints=frozenset(kept))
        vault().units._until = 0.0


def open_letter(visitor, reporter):
    """Open the mailbox; give what its form carries on."""
    _words, read = visitor.post("/en/mailbox/", {"receipt": reporter.typed})
    return {"receipt": reporter.typed, "token": read.values["token"]}
