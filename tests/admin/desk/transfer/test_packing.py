"""What a member's browser seals for another unit, in Node, held against what Python opens."""

import json
from base64 import b64decode, b64encode
from functools import cache
from pathlib import Path

import pytest

from admin.sealing import age, payload
from admin.sealing.age import HybridIdentity
from admin.sealing.marks import unit_mark
from admin.vault.offered import routes_of
from tests.node import ask_jobs
from tests.shared_tips import DISTRICT

from .passing import TALK, content_mac, opened, sealed_for

HERE = Path(__file__).parent
REFERENCE = "AB2CD-EF3GH"
FIELDS = {"category": "A4", "township": "shili", "what": "桥头有人收过路费。"}


def ask(*jobs):
    return ask_jobs(HERE / "packing_jobs.mjs", list(jobs), seconds=60)


@cache
def routes():
    return json.loads(json.dumps(routes_of(DISTRICT, "site", {})))


@cache
def reporter():
    return HybridIdentity.generate()


def tip_bytes(fields, reference=REFERENCE):
    return payload.Tip(reference, FIELDS | fields, str(reporter().recipient), TALK).to_bytes()


def message(number, body="又来了。", kind="message", direction="reporter"):
    return payload.Envelope.make(
        body,
        TALK,
        kind=kind,
        direction=direction,
        reference=REFERENCE,
        number=number,
        previous="",
    ).to_bytes()


def bundle_of(unit, fields=None, messages=(), notes=(), **more):
    """A tip as the server hands it to a browser of the unit that has it."""
    label = payload.Label("A4", "shili").to_bytes()
    return {
        "reference": REFERENCE,
        "length": len(messages),
        "sealed": sealed_for(tip_bytes(fields or {}), unit),
        "label": b64encode(age.seal(label, [unit.identity.recipient])).decode(),
        "messages": {str(n): sealed_for(one, unit) for n, one in enumerate(messages, 1)},
        "notes": {str(n): sealed_for(one, unit) for n, one in enumerate(notes, 1)},
    } | more


def job(units, at, to, bundle, *, act="pack", holds_all=True, **more):
    keys = units[to]
    return {
        "act": act,
        "opener": {"identities": [str(units[at].identity)], "holdsAll": holds_all},
        "to": {"id": to, "recipients": [str(k.recipient) for k in (keys.identity, keys.recovery)]},
        "routes": routes(),
        "bundle": bundle,
        **({"note": None} if act == "pack" else {"reporter": ""}),
        **more,
    }


def test_all_of_a_tip_opens_at_the_other_unit_and_at_no_other(unit_secrets):
    police, drugs = unit_secrets["police"], unit_secrets["drugs"]
    words, note, told = message(1), b'{"v":1,"kind":"note"}', b'{"v":1,"kind":"note","number":2}'
    bundle = bundle_of(police, messages=[words], notes=[note])
    told_of = {"number": "2", "own": sealed_for(told, police)}

    [answer] = ask(job(unit_secrets, "police", "drugs", bundle, note=told_of))

    packed = answer["result"]
    assert opened(packed["sealed"], drugs) == tip_bytes({})
    assert opened(packed["messages"]["1"], drugs) == words
    assert opened(packed["notes"]["1"], drugs) == note
    label = payload.Label.parse(opened(packed["label"], drugs))
    assert (label.category, label.township) == ("A4", "shili")
    assert packed["mark"] == unit_mark(TALK, "drugs", REFERENCE).hex()
    # Not the note to the other side: its bytes are posted beside.
    assert set(packed["notes"]) == {"1"}
    parts = {"tip": tip_bytes({}), "message 1": words, "note 1": note, "note 2": told}
    assert packed["content_mac"] == content_mac(REFERENCE, parts)
    with pytest.raises(age.SealingError):
        opened(packed["sealed"], police)
    assert age.open_sealed(_bytes(packed["sealed"]), [drugs.recovery]) == tip_bytes({})


def _bytes(text):
    return b64decode(text)


def test_the_unit_that_opens_it_makes_the_same_mac_whatever_its_label(unit_secrets):
    police, drugs = unit_secrets["police"], unit_secrets["drugs"]
    bundle = bundle_of(police, messages=[message(1)])
    [packed] = ask(job(unit_secrets, "police", "drugs", bundle))
    arrived = bundle | packed["result"] | {"label": ""}

    [same, other, nothing] = ask(
        {"act": "contentOf", "identities": [str(drugs.identity)], "bundle": arrived},
        {
            "act": "contentOf",
            "identities": [str(drugs.identity)],
            "bundle": arrived | {"messages": {"1": sealed_for(message(1, "别的"), drugs)}},
        },
        {"act": "contentOf", "identities": [str(police.identity)], "bundle": arrived},
    )

    assert same["result"] == packed["result"]["content_mac"]
    assert other["result"] not in (None, same["result"])
    assert nothing["result"] is None


# What the reporter answered, in the tip or later, and where the tip lies: to which units it may go.
EXCLUDED = {
    "nobody": ({}, None, {"drugs", "trade", "supervision", "upper"}),
    "the market": ({"exclude": ["market"]}, None, {"supervision", "upper"}),
    "the market, no official": (
        {"exclude": ["market"], "official": "no"},
        None,
        {"drugs", "supervision", "upper"},
    ),
    "an official": ({"official": "yes"}, None, {"supervision", "upper"}),
    "an official, and discipline": (
        {"official": "yes", "exclude": ["discipline"]},
        None,
        {"upper"},
    ),
    "the market, later": (
        {"official": "no"},
        {"exclude": ["market"], "official": "no"},
        {"drugs", "supervision", "upper"},
    ),
    "an official, later": ({"official": "no"}, {"official": "yes"}, {"supervision", "upper"}),
    "words, later": ({}, {"what": "又来了"}, {"drugs", "trade", "supervision", "upper"}),
}


@pytest.mark.parametrize("name", EXCLUDED)
def test_nothing_is_sealed_for_a_unit_that_the_reporter_excluded_then_or_since(unit_secrets, name):
    fields, later, allowed = EXCLUDED[name]
    added = [message(1, json.dumps(later), "supplement")] if later else []
    bundle = bundle_of(unit_secrets["police"], fields, added)
    units = ("drugs", "trade", "supervision", "upper")

    answers = ask(*(job(unit_secrets, "police", to, bundle) for to in units))

    assert {to for to, told in zip(units, answers, strict=True) if "result" in told} == allowed
    assert {told["error"] for told in answers if "error" in told} <= {"Excluded"}


def test_an_excluded_office_that_no_list_knows_stops_the_move(unit_secrets):
    bundle = bundle_of(unit_secrets["police"], {"exclude": ["gone"], "official": "no"})

    [answer] = ask(job(unit_secrets, "police", "drugs", bundle))

    assert answer == {"error": "FalseRoutes"}


def test_what_is_no_supplement_excludes_nobody_and_hinders_nobody(unit_secrets):
    police = unit_secrets["police"]
    odd = [
        message(1, json.dumps({"exclude": ["market"], "official": "no"})),
        message(2, "没有表格的补充", "supplement"),
        message(3, "[1]", "supplement"),
        b"no envelope",
    ]
    bundle = bundle_of(police, {"official": "no"}, odd)

    [answer] = ask(job(unit_secrets, "police", "trade", bundle))

    assert opened(answer["result"]["messages"]["4"], unit_secrets["trade"]) == b"no envelope"


def test_what_never_opened_here_goes_along_as_it_is_only_where_all_keys_are_at_hand(unit_secrets):
    police, trade = unit_secrets["police"], unit_secrets["trade"]
    strange = sealed_for(b"x", trade)
    bundle = bundle_of(police, messages=[message(1)])
    bundle["messages"]["1"] = strange

    [with_all, without] = ask(
        job(unit_secrets, "police", "drugs", bundle),
        job(unit_secrets, "police", "drugs", bundle, holds_all=False),
    )

    assert with_all["result"]["messages"]["1"] == strange
    assert without == {"error": "NotOpened"}


def test_a_tip_of_another_number_or_junk_is_not_passed_on(unit_secrets):
    police = unit_secrets["police"]
    other = sealed_for(tip_bytes({}, "00000-00000"), police)
    junk = sealed_for(b"junk", police)
    theirs = sealed_for(tip_bytes({}), unit_secrets["trade"])

    answers = ask(
        *(
            job(unit_secrets, "police", "drugs", bundle_of(police, sealed=sealed))
            for sealed in (other, junk, theirs)
        )
    )

    assert answers == [{"error": "NotOpened"}] * 3


def test_what_was_added_goes_back_sealed_to_the_first_unit(unit_secrets):
    police, drugs = unit_secrets["police"], unit_secrets["drugs"]
    bundle = bundle_of(drugs, messages=[message(1)], notes=[b"note"], sealed="", label="")

    [answer, none] = ask(
        job(unit_secrets, "drugs", "police", bundle, act="packBack"),
        job(
            unit_secrets,
            "drugs",
            "police",
            bundle | {"messages": {}, "notes": {}, "length": 7},
            act="packBack",
        ),
    )

    assert opened(answer["result"]["messages"]["1"], police) == message(1)
    assert opened(answer["result"]["notes"]["1"], police) == b"note"
    assert none["result"] == {"length": 7, "messages": {}, "notes": {}}


def test_nothing_goes_back_to_a_unit_that_the_reporter_excluded_since(unit_secrets):
    later = message(1, json.dumps({"exclude": ["station"], "official": "no"}), "supplement")
    bundle = bundle_of(unit_secrets["drugs"], messages=[later], sealed="", label="")

    [answer] = ask(job(unit_secrets, "drugs", "police", bundle, act="packBack"))

    assert answer == {"error": "Excluded"}


def test_an_answer_of_staff_goes_back_to_its_reporter_too(unit_secrets):
    drugs = unit_secrets["drugs"]
    words = message(1, "几点？", direction="staff")
    readers = [drugs.identity.recipient, drugs.recovery.recipient, reporter().recipient]
    bundle = bundle_of(drugs, sealed="", label="", length=1)
    bundle["messages"] = {"1": b64encode(age.seal(words, readers)).decode()}

    [with_key, without] = ask(
        job(
            unit_secrets,
            "drugs",
            "police",
            bundle,
            act="packBack",
            reporter=str(reporter().recipient),
        ),
        job(unit_secrets, "drugs", "police", bundle, act="packBack"),
    )

    sealed = _bytes(with_key["result"]["messages"]["1"])
    assert age.open_sealed(sealed, [reporter()]) == words
    assert without == {"error": "NotOpened"}
