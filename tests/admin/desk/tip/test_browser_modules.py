"""What the desk's browser makes of opened bytes, run under Node on bytes that Python sealed."""

from base64 import b64decode, b64encode
from dataclasses import dataclass
from pathlib import Path

import pytest

from admin.sealing.age import HybridIdentity, open_sealed, seal
from admin.sealing.errors import SealingError
from admin.sealing.payload import Envelope
from tests.node import ask_jobs

HERE = Path(__file__).parent
REFERENCE, TALK = "01234-56789", b"t" * 32
UNIT, RECOVERY, REPORTER, STRANGER = (HybridIdentity(bytes([n]) * 32) for n in range(4))
WORDS = {
    "fields": [["category", "类型"], ["what", "发生了什么"], ["exclude", "不能看到"]],
    "choices": {"category": {"A4": "霸占土地"}, "exclude": {"town": "镇政府", "village": "村委会"}},
    "flags": {"minor": "未成年人"},
}


def run(*jobs):
    return ask_jobs(HERE / "desk_jobs.mjs", jobs, seconds=60)


@dataclass(frozen=True)
class Row:
    number: int
    direction: str
    digest: str
    sealed: bytes
    day: str = "2026-11-24"

    def to_json(self):
        return {**self.__dict__, "sealed": b64encode(self.sealed).decode()}


def row(envelope, identity=UNIT):
    sealed = seal(envelope.to_bytes(), [identity.recipient])
    return Row(envelope.number, envelope.direction, envelope.digest, sealed)


def talk(*turns, key=TALK, reference=REFERENCE):
    """A whole talk: (direction, body) for each message."""
    envelopes, previous = [], ""
    for number, (direction, body) in enumerate(turns, start=1):
        place = {"number": number, "previous": previous, "direction": direction}
        made = Envelope.make(body, key, kind="message", reference=reference, **place)
        envelopes.append(made)
        previous = made.digest
    return envelopes


TURNS = [
    ("staff", "什么时候？"),
    ("reporter", "上周六。"),
    ("staff", "在哪里？"),
    ("reporter", "桥头。"),
]
ENVELOPES = talk(*TURNS)
ROWS = [row(envelope) for envelope in ENVELOPES]


def read(rows):
    job = {"rows": [one.to_json() for one in rows], "identity": str(UNIT), "reference": REFERENCE}
    job |= {"length": len(rows), "isAsked": False, "talk": b64encode(TALK).decode()}
    [entries] = run({"act": "talk", **job})
    return entries


def test_a_whole_talk_is_read_and_believed():
    entries = read(ROWS)

    assert [(entry["direction"], entry["body"]) for entry in entries] == TURNS
    assert {entry["fault"] for entry in entries} == {None}


def test_fields_come_in_the_forms_order_with_the_words_of_the_choices():
    fields = {"exclude": ["town", "village"], "odd": "x", "what": "收费", "category": "A4", "": ""}

    [found] = run({"act": "fields", "fields": fields, "words": WORDS})

    assert found == [
        ["category", "类型", "霸占土地"],
        ["what", "发生了什么", "收费"],
        ["exclude", "不能看到", "镇政府、村委会"],
        ["odd", "odd", "x"],
    ]


def test_ids_that_name_parts_of_javascript_stay_plain_words():
    odd = {"category": "constructor", "what": "__proto__", "toString": "x"}

    [found] = run({"act": "fields", "fields": odd, "words": WORDS})

    assert found == [
        ["category", "类型", "constructor"],
        ["what", "发生了什么", "__proto__"],
        ["toString", "toString", "x"],
    ]


def test_a_label_is_read_in_words():
    label = {"category": "A4", "township": "hekou", "flags": ["minor", "new"]}

    [found] = run({"act": "label", "label": label, "words": WORDS})

    assert found == {"category": "霸占土地", "township": "hekou", "flags": ["未成年人", "new"]}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('{"place": "桥头"}', {"place": "桥头"}),
        ("桥头", {"what": "桥头"}),
        ("[1]", {"what": "[1]"}),
        ("null", {"what": "null"}),
    ],
)
def test_a_supplement_is_fields_or_plain_words(body, expected):
    assert run({"act": "supplement", "body": body}) == [expected]


def reply(body, talk_so_far):
    tip = {
        "reference": REFERENCE,
        "reporter": str(REPORTER.recipient),
        "talk": b64encode(TALK).decode(),
    }
    unit = {"recipient": str(UNIT.recipient), "recovery": str(RECOVERY.recipient)}
    [sent] = run({"act": "reply", "body": body, "tip": tip, "talk": talk_so_far, "unit": unit})
    return sent


def test_a_reply_opens_for_the_reporter_the_unit_and_its_printed_sheet_only():
    sent = reply("什么时候？", [])
    sealed = b64decode(sent["sealed"])

    for identity in (REPORTER, UNIT, RECOVERY):
        envelope = Envelope.parse(open_sealed(sealed, [identity]))
        envelope.verify(TALK, direction="staff", reference=REFERENCE, number=1, previous="")
        assert (envelope.body, envelope.digest) == ("什么时候？", sent["digest"])
    with pytest.raises(SealingError):
        open_sealed(sealed, [STRANGER])


def test_a_reply_hangs_on_the_last_message():
    sent = reply("还在吗？", read(ROWS))

    envelope = Envelope.parse(open_sealed(b64decode(sent["sealed"]), [UNIT]))
    assert sent["number"] == "5"
    assert envelope.previous == ENVELOPES[-1].digest
