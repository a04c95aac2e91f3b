"""Whatever somebody seals into a tip: it is read as a tip or shown as junk, nothing between."""

import json
from base64 import b64encode

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from admin.db import db
from admin.models import Message, Tip, UnitKey
from admin.sealing.age import parse_recipient, seal
from admin.sealing.payload import Envelope
from tests.admin.desk.conftest import TALK
from tests.admin.desk.tip.test_browser_modules import REFERENCE, run
from tests.signing_in import signed_in

TIP = {
    "v": 1,
    "kind": "tip",
    "reference": REFERENCE,
    "fields": {"category": "A4", "what": "桥头有人收过路费。", "exclude": ["town"]},
    "reporter": "age1pq1x",
    "talk": b64encode(TALK).decode(),
    "files": [],
}
LABEL = {"v": 1, "kind": "label", "category": "A4", "township": "shili", "flags": ["minor"]}
DEEP = "[" * 50_000 + "]" * 50_000
HUGE = "长" * 10_001


def changed(**values):
    return json.dumps(TIP | values)


def without(name):
    return json.dumps({key: value for key, value in TIP.items() if key != name})


def fields(**values):
    return changed(fields=TIP["fields"] | values)


MALFORMED = {
    "no JSON": "不是 JSON",
    "nothing": "",
    "a number": "7",
    "null": "null",
    "a list": "[]",
    "a text": '"tip"',
    "nested without end": DEEP,
    "another version": changed(v=2),
    "another kind": changed(kind="label"),
    **{f"no {name}": without(name) for name in ("reference", "fields", "reporter", "talk")},
    **{
        f"{name} is {value!r:.12}": changed(**{name: value})
        for name in ("reference", "fields", "reporter", "talk")
        for value in (None, 7, True, [], [[]])
    },
    **{
        f"files is {value!r:.12}": changed(files=value)
        for value in (None, 7, "x", {}, {"length": 3})
    },
    **{f"contact is {value!r:.12}": changed(contact=value) for value in (None, 7, [], {})},
    "fields is a text": changed(fields="what"),
    "fields is a list": changed(fields=[["what", "x"]]),
    "talk is no base64": changed(talk="%%%"),
    "talk is too short": changed(talk=b64encode(b"t" * 31).decode()),
    "reference is an object": changed(reference={"toString": 1}),
    **{
        f"an answer is {value!r:.12}": fields(what=value)
        for value in (None, 7, False, {}, {"a": {"b": "c"}}, [7], [None], [["x"]], [{}])
    },
    "an answer without end": fields(what=HUGE),
    "a choice without end": fields(exclude=[HUGE]),
    "choices without end": fields(exclude=["town"] * 101),
    "a name without end": fields(**{HUGE: "x"}),
    "fields without end": fields(**{f"f{n}": "x" for n in range(101)}),
}


def test_what_has_not_the_shape_of_a_tip_is_none():
    found = run(*({"act": "opened", "text": text} for text in MALFORMED.values()))

    read = {name: one for name, one in zip(MALFORMED, found, strict=True) if "error" not in one}
    assert read == {}


def test_a_tip_with_more_than_we_know_of_stays_a_tip():
    more = {"marks": {"upper": "x"}, "filler": "00"}
    tips = [TIP, TIP | more, TIP | {"contact": "eA=="}, TIP | {"fields": {"new": "x"}}]
    tips.append({name: value for name, value in TIP.items() if name != "files"})

    assert run(*({"act": "opened", "text": json.dumps(tip)} for tip in tips)) == tips


@pytest.mark.parametrize("name", ["category", "township", "flags"])
@pytest.mark.parametrize("value", [None, 7, {}, [7], [["x"]], HUGE])
def test_a_label_of_another_shape_does_not_open(name, value):
    given = [json.dumps(LABEL), json.dumps(LABEL | {name: value})]

    assert run(*({"act": "labelOpened", "text": text} for text in given)) == [
        LABEL,
        {"error": "BadContent"},
    ]


@pytest.mark.parametrize(
    ("body", "is_read"),
    [
        ({"what": "x", "files": [{}]}, True),
        ({"what": {}}, False),
        ({"what": [["x"]]}, False),
        ({"exclude": [7]}, False),
        ([], False),
        (None, False),
    ],
)
def test_a_letter_of_another_shape_is_told(body, is_read):
    assert run({"act": "areFields", "fields": body}) == [is_read]


def sealed_for(row, data, *, label=False):
    """Seal as anybody can: the unit's two keys are public."""
    key = db.session.get_one(UnitKey, row.unit_key_id)
    readers = [key.recipient] if label else [key.recipient, key.recovery]
    return seal(data, [parse_recipient(reader) for reader in readers])


def replace(app, tip, text):
    with app.app_context():
        row = db.session.get_one(Tip, tip.id)
        sealed = sealed_for(row, text.encode())
        label = sealed_for(row, b'{"v":1,"kind":"label"}', label=True)
        values = {"sealed": sealed, "label": label}
        db.session.execute(update(Tip).where(Tip.id == tip.id).values(**values))
        db.session.commit()


def add_letter(app, tip, body, kind="supplement"):
    """Store what a client of its own may seal: the MAC is right, the words are anything."""
    place = {"direction": "reporter", "reference": tip.reference, "number": 1, "previous": ""}
    made = Envelope.make(body, TALK, kind=kind, **place)
    with app.app_context():
        row = db.session.get_one(Tip, tip.id)
        message = {"tip_id": tip.id, "number": 1, "direction": "reporter", "digest": made.digest}
        sealed = sealed_for(row, made.to_bytes())
        db.session.add(Message(sent_on=row.received_on, sealed=sealed, **message))
        row.talk_length = 1
        db.session.commit()


@pytest.fixture
def page(live, visit, demo):
    page = visit(viewport={"width": 360, "height": 780})
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield signed_in(page, live, demo["police-1"])
    assert complaints == []


@pytest.mark.browser
def test_junk_is_told_on_the_tips_page_and_in_the_queue(page, live, sealed_tip):
    tip = sealed_tip(live.app)
    names = ("fields is None", "talk is no base64", "an answer is {}", "no JSON")
    for name in names:
        text = MALFORMED[name].replace(REFERENCE, tip.reference)
        replace(live.app, tip, text)

        page.goto(f"{live.desk}/desk/tips/{tip.reference}")

        expect(page.locator("#alarm"), name).to_contain_text("里面不是线索，是乱写的东西")
        expect(page.locator("#opened"), name).to_have_text("里面是乱的，不显示。")
    page.goto(f"{live.desk}/desk/")
    expect(page.locator(f"[data-row='{tip.reference}'] [data-label]")).to_have_text("打不开")


@pytest.mark.browser
def test_a_letter_of_junk_is_told_beside_a_tip_that_is_read(page, live, sealed_tip):
    tip = sealed_tip(live.app)
    add_letter(live.app, tip, json.dumps({"what": {"a": ["b"]}, "exclude": 7}))

    page.goto(f"{live.desk}/desk/tips/{tip.reference}")

    expect(page.locator("#thread .message__fault")).to_have_text("里面是乱的，不显示。")
    expect(page.locator("#opened")).to_contain_text("桥头有人收过路费。")


HIDDEN = "车牌\u202e321B\u2066贵\u2069，\u200f账号\u200b12\u061c\x07"
SHOWN = "车牌U+202E321BU+2066贵U+2069，U+200F账号U+200B12U+061CU+0007"


@pytest.mark.browser
def test_signs_that_nobody_sees_are_shown_wherever_a_strangers_words_stand(page, live, sealed_tip):
    file = {
        "name": f"照片{HIDDEN}gpj.exe",
        "type": "image/jpeg",
        "size": 1,
        "sha256": "0" * 64,
        "blob": "0" * 32,
        "key": f"AGE-SECRET-KEY-PQ-1{'Q' * 58}",
        "offset": 0,
        "state": "kept",
    }
    tip = sealed_tip(live.app, what=HIDDEN, files=[file])
    add_letter(live.app, tip, HIDDEN, kind="message")

    page.goto(f"{live.desk}/desk/tips/{tip.reference}")
    page.wait_for_selector("#tip[data-opened]")
    page.fill("#note-body", HIDDEN)
    page.click("#note button")

    for place in ("#opened", "#thread", "#files .files__name", "#notes"):
        expect(page.locator(place)).to_contain_text(SHOWN)
        # Nothing of what was typed stands there unseen.
        assert "\u202e" not in page.locator(place).inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
