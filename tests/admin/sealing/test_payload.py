import base64
import json
from dataclasses import fields, replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin.sealing import payload
from admin.sealing.payload import BadContent, BrokenChain, Envelope, Label, Tip, WrongMac

TALK = bytes(range(32))
REFERENCE = "0123A-BCXYZ"
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
TIP = Tip(
    reference=REFERENCE,
    fields={"category": "A4", "what": "他们来收钱 🏮", "exclude": ["office"]},
    reporter="age1pq1example",
    talk=TALK,
)
PLACE = {"direction": "staff", "reference": REFERENCE, "number": 1, "previous": ""}


def message(body="请问车牌？", kind="message", talk=TALK, **place):
    return Envelope.make(body, talk, kind=kind, **{**PLACE, **place})


@given(st.binary(max_size=3000), st.sampled_from([512, 4096, 8192]))
def test_padding_fills_up_to_the_next_step_and_no_further(data, step):
    padded = payload.pad(data, step)
    assert len(padded) % step == 0
    assert len(padded) - len(data) < step
    assert padded.startswith(data)
    assert not padded[len(data) :].strip(b" ")


@given(st.dictionaries(texts, texts | st.lists(texts, max_size=3), max_size=8), texts)
def test_a_tip_comes_back_as_it_was_written(fields, reporter):
    tip = replace(TIP, fields=fields, reporter=reporter)
    data = tip.to_bytes()
    assert Tip.parse(data) == tip
    assert len(data) % payload.TIP_STEP == 0


def test_a_tip_is_the_json_that_the_contract_says():
    data = TIP.to_bytes()
    assert "他们来收钱 🏮".encode() in data
    assert json.loads(data) == {
        "v": 1,
        "kind": "tip",
        "reference": REFERENCE,
        "fields": {"category": "A4", "what": "他们来收钱 🏮", "exclude": ["office"]},
        "reporter": "age1pq1example",
        "talk": base64.b64encode(TALK).decode(),
        "files": [],
    }


def test_a_contact_comes_back_and_a_tip_without_one_has_todays_bytes():
    tip = replace(TIP, contact=b"age-encryption.org/v1\n")

    assert Tip.parse(tip.to_bytes()) == tip
    assert list(json.loads(tip.to_bytes()))[-2:] == ["files", "contact"]
    assert b"contact" not in TIP.to_bytes()
    assert Tip.parse(TIP.to_bytes()).contact == b""


@pytest.mark.parametrize("contact", ["!", "…", 5, None, ["QUJD"]])
def test_a_contact_that_is_no_base64_is_refused(contact):
    content = json.loads(TIP.to_bytes()) | {"contact": contact}

    with pytest.raises(BadContent):
        Tip.parse(json.dumps(content).encode())


def test_short_tips_and_labels_are_all_of_one_size():
    short = replace(TIP, fields={"category": "A4", "what": "一", "place": "村口"})
    assert len(short.to_bytes()) == len(TIP.to_bytes()) == 16384
    flagged = Label("A10", "chengguan", ("minor", "official", "danger"))
    assert len(flagged.to_bytes()) == len(Label("D", "").to_bytes()) == 512


def test_a_label_comes_back_as_it_was_written():
    label = Label("A4", "hekou", ("minor", "danger"))
    assert Label.parse(label.to_bytes()) == label


@given(texts, st.sampled_from(["message", "supplement", "danger", "withdraw"]))
def test_a_message_comes_back_verified(body, kind):
    sent = message(body, kind)
    data = sent.to_bytes()
    received = Envelope.parse(data)
    received.verify(TALK, **PLACE)
    assert received == sent
    assert received.digest == sent.digest == payload.digest(data) == payload.digest(data.rstrip())
    assert len(data) % payload.MESSAGE_STEP == 0


def test_an_answer_with_its_day_comes_back_verified():
    sent = message(day="2026-11-30")

    received = Envelope.parse(sent.to_bytes())

    received.verify(TALK, **PLACE)
    assert received == sent
    assert "day" not in json.loads(message().to_bytes())


# All that a message says, each changed by itself; what kind it is, no MAC covers.
CHANGED = {
    "direction": ("reporter", WrongMac),
    "reference": ("ZZZZZ-ZZZZZ", WrongMac),
    "number": (2, WrongMac),
    "previous": ("0" * 64, BrokenChain),
    "body": ("请问", WrongMac),
    "mac": ("0" * 64, WrongMac),
    "day": ("2026-11-29", WrongMac),
}


@pytest.mark.parametrize("name", [one.name for one in fields(Envelope) if one.name != "kind"])
def test_no_part_of_a_message_can_be_changed_unseen(name):
    value, fault = CHANGED[name]

    with pytest.raises(fault):
        replace(message(day="2026-11-30"), **{name: value}).verify(TALK, **PLACE)


WHOLE = {
    "tip": (Tip.parse, replace(TIP, contact=b"age"), {"contact"}),
    "label": (Label.parse, Label("A4", "hekou", ("minor", "official", "danger")), set()),
    "message": (Envelope.parse, message(day="2026-11-30"), {"day"}),
}


@pytest.mark.parametrize("name", WHOLE)
def test_each_part_of_what_is_sealed_must_be_there_or_may_be_absent(name):
    read, whole, optional = WHOLE[name]
    data = whole.to_bytes()
    assert read(data) == whole

    for part in json.loads(data):
        without = dumped(data, **{part: ...})
        if part in optional:
            read(without)
        else:
            with pytest.raises(BadContent):
                read(without)


@pytest.mark.parametrize(
    "part", ["kind", "direction", "reference", "previous", "body", "mac", "day"]
)
@pytest.mark.parametrize("value", [None, 7, ["x"], True])
def test_each_text_of_a_message_is_a_text(part, value):
    with pytest.raises(BadContent):
        Envelope.parse(dumped(message(day="2026-11-30").to_bytes(), **{part: value}))


@pytest.mark.parametrize("day", ["", "2026-11-31", "20261130", "2026-W48-1", "2026-11-30 "])
def test_a_day_that_no_calendar_has_or_another_spelling_is_refused(day):
    with pytest.raises(BadContent):
        Envelope.parse(dumped(message().to_bytes(), day=day))


def test_each_flag_and_each_kind_is_one_that_we_write():
    assert get_args(payload.Flag) == ("minor", "official", "danger")
    assert get_args(payload.Kind) == ("message", "supplement", "danger", "withdraw")
    assert get_args(payload.Direction) == ("staff", "reporter")
    assert Label("", "", ()) == payload.NO_LABEL


@pytest.mark.parametrize(
    "change",
    [
        {"body": "请问车牌"},
        {"mac": "0" * 64},
        {"mac": "字" * 64},
        {"number": 2},
        {"direction": "reporter"},
    ],
    ids=["body", "mac", "a mac that is none", "number", "direction"],
)
def test_a_message_changed_in_what_the_mac_covers_is_refused(change):
    with pytest.raises(WrongMac):
        replace(message(), **change).verify(TALK, **PLACE)


def test_a_message_under_another_key_or_for_another_tip_is_refused():
    with pytest.raises(WrongMac):
        message(talk=bytes(32)).verify(TALK, **PLACE)
    with pytest.raises(WrongMac):
        message(reference="ZZZZZ-ZZZZZ").verify(TALK, **PLACE)
    with pytest.raises(WrongMac):
        message(direction="reporter").verify(TALK, **PLACE)


def test_a_chain_of_messages_holds_and_any_gap_shows():
    first = message()
    second = message("车牌是…", direction="reporter", number=2, previous=first.digest)
    place = {**PLACE, "direction": "reporter", "number": 2, "previous": first.digest}
    second.verify(TALK, **place)
    with pytest.raises(BrokenChain):
        second.verify(TALK, **{**place, "number": 1})
    with pytest.raises(BrokenChain):
        second.verify(TALK, **{**place, "previous": "0" * 64})
    with pytest.raises(BrokenChain):
        first.verify(TALK, **{**PLACE, "number": 3})


def dumped(content, **change):
    whole = {**json.loads(content), **change}
    return json.dumps({k: v for k, v in whole.items() if v is not ...}).encode()


@pytest.mark.parametrize(
    ("read", "data"),
    [
        (Tip.parse, b""),
        (Tip.parse, b"[]"),
        (Tip.parse, b"\xff"),
        (Tip.parse, b"[" * 100_000),
        (Tip.parse, Label("D", "").to_bytes()),
        (Tip.parse, dumped(TIP.to_bytes(), v=2)),
        (Tip.parse, dumped(TIP.to_bytes(), talk=...)),
        (Tip.parse, dumped(TIP.to_bytes(), talk="AAAA")),
        (Tip.parse, dumped(TIP.to_bytes(), talk="*")),
        (Tip.parse, dumped(TIP.to_bytes(), talk=7)),
        (Tip.parse, dumped(TIP.to_bytes(), fields=[])),
        (Tip.parse, dumped(TIP.to_bytes(), files=7)),
        (Label.parse, dumped(Label("D", "").to_bytes(), flags=7)),
        (Label.parse, dumped(Label("D", "").to_bytes(), flags=["other"])),
        (Label.parse, dumped(Label("D", "").to_bytes(), township=...)),
        (Envelope.parse, dumped(message().to_bytes(), kind="other")),
        (Envelope.parse, dumped(message().to_bytes(), direction="other")),
        (Envelope.parse, dumped(message().to_bytes(), number="1")),
        (Envelope.parse, dumped(message().to_bytes(), number=True)),
        (Envelope.parse, dumped(message().to_bytes(), number=0)),
        (Envelope.parse, dumped(message().to_bytes(), body=None)),
        (Envelope.parse, dumped(message().to_bytes(), mac=...)),
        (Envelope.parse, dumped(message().to_bytes(), more="")),
        (Envelope.parse, dumped(message().to_bytes(), body="\ud800")),
    ],
)
def test_what_is_not_ours_is_refused_when_it_is_read(read, data):
    with pytest.raises(BadContent):
        read(data)


def test_words_and_keys_do_not_show_themselves_in_logs():
    for shown in (repr(TIP), repr(message())):
        assert "收钱" not in shown
        assert "车牌" not in shown
        assert repr(TALK) not in shown


def test_references_are_readable_and_never_twice_the_same():
    many = {payload.new_reference() for _ in range(200)}
    assert len(many) == 200
    for reference in many:
        first, second = reference.split("-")
        assert len(first) == len(second) == 5
        assert set(first + second) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")


def test_browser_and_server_say_the_same_to_every_message(in_node):
    good = message()
    cases = [
        (good, PLACE),
        (good, {**PLACE, "number": 2}),
        (good, {**PLACE, "previous": "0" * 64}),
        (good, {**PLACE, "direction": "reporter"}),
        (good, {**PLACE, "reference": "ZZZZZ-ZZZZZ"}),
        (replace(good, body="别的"), PLACE),
        (replace(good, mac=good.mac.upper()), PLACE),
        (replace(good, mac=""), PLACE),
        (message(talk=bytes(32)), PLACE),
        (message("长" * 5000), PLACE),
    ]
    raw = [
        b"null",
        b"\xff",
        b"[]",
        b"\xef\xbb\xbf" + good.to_bytes(),
        good.to_bytes().decode().encode("utf-16"),
        dumped(good.to_bytes(), more=""),
        dumped(good.to_bytes(), kind="other"),
        dumped(good.to_bytes(), number=1.5),
        dumped(good.to_bytes(), v=2),
    ]
    rows = [(envelope.to_bytes(), place) for envelope, place in cases]
    rows += [(data, PLACE) for data in raw]
    asked = [
        {"bytes": base64.b64encode(data).decode(), "talk": TALK.hex(), **place}
        for data, place in rows
    ]
    verdicts = [verdict(data, place) for data, place in rows]
    assert in_node("envelope_verdicts.mjs", asked) == verdicts
    assert verdicts[0] is verdicts[9] is None
    assert len([v for v in verdicts if v]) == len(rows) - 2


def verdict(data, place):
    try:
        Envelope.parse(data).verify(TALK, **place)
    except BadContent as error:
        return type(error).__name__
    return None
